"""The document of the API (OpenAPI 3.1), made from the endpoints as they are declared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic.json_schema import models_json_schema

from listening import __version__
from listening.web.api.endpoint import ROOT, Endpoint, Param

_ABOUT = (
    "Mentions, figures and the work on them, for programs. Make a token under Settings, People and tokens; it may do "
    "at most what its account may, and sees private sources where its account does. In a browser, the session that is "
    "signed in counts. All times are UTC; what does not work is told as a problem object (RFC 9457). Texts, names and "
    "addresses were written by anybody: show them as text, and check an address before you link to it."
)
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, and what to do about it."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
_REFUSED = {
    "400": "What was asked is wrong; `detail` says how to put it right.",
    "401": "No token, or one that is not known or has ended.",
    "403": "The role is too low, or the request came from another site.",
}


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The whole document."""
    shapes = [(each.gives, "serialization") for each in endpoints]
    taken = [(each.takes, "validation") for each in endpoints if each.takes is not None]
    template = "#/components/schemas/{model}"
    refs, definitions = models_json_schema([*shapes, *taken], ref_template=template)  # type: ignore[list-item]
    paths: dict[str, dict[str, Any]] = {}
    for each in endpoints:
        given = refs[each.gives, "serialization"]
        body = None if each.takes is None else refs[each.takes, "validation"]
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, given, body)
    return {
        "openapi": "3.1.0",
        "info": {"title": "listening", "version": __version__, "description": _ABOUT},
        "servers": [{"url": ROOT}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": {**definitions["$defs"], "Problem": _PROBLEM},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "listening"},
            },
        },
    }


def _operation(endpoint: Endpoint, given: dict[str, Any], body: dict[str, Any] | None) -> dict[str, Any]:
    named = re.findall(r"\{(\w+)\}", endpoint.path)
    missing = {"404": "There is no such thing, or not for you."} if named else {}
    answers = {code: _refused(told) for code, told in {**_REFUSED, **missing}.items()}
    made: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": f"For {endpoint.role}s and those above.",
        "parameters": [*map(_in_path, named), *map(_in_query, endpoint.params)],
        "responses": {
            "200": {"description": "As asked.", "content": {"application/json": {"schema": given}}},
            **answers,
        },
    }
    if body is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return made


def _refused(told: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": told, "content": {"application/problem+json": {"schema": schema}}}


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "integer"}}


def _in_query(param: Param) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string" if param.kind == "date" else param.kind}
    if param.kind == "date":
        schema["format"] = "date"
    if param.choices:
        schema["enum"] = list(param.choices)
    if param.most:
        schema |= {"minimum": param.least, "maximum": param.most}
    if param.many:
        schema = {"type": "array", "items": schema}
    if param.default is not None:
        schema["default"] = param.default
    return {"name": param.name, "in": "query", "description": param.help, "schema": schema}
