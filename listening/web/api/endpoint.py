"""One address of the API: its parameters, what it takes and gives, and the route that comes of that."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from listening.config import Config
from listening.errors import ListeningError
from listening.store import Scope, Store
from listening.web.access import Guarded, deed, is_whole, page, who, whole
from listening.web.filters import Asked, exactly
from listening.web.pages import desk_of
from listening.web.problem import Problem
from listening.web.visitor import Visitor

ROOT = "/api/v1"
_MISTAKES = 20  # told at once


class Shape(BaseModel):
    """An object of the API. What is not declared is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Param:
    """What may be said after "?"."""

    name: str
    help: str
    kind: str = "string"  # of JSON Schema
    choices: tuple[str, ...] = ()
    many: bool = False
    least: int = 0
    most: int = 0
    default: str | int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A request with all that answers come from."""

    request: Request
    store: Store
    visitor: Visitor
    scope: Scope
    config: Config
    now: datetime
    endpoint: Endpoint

    def text(self, name: str) -> str:
        """The last value of a parameter; empty without one."""
        return self.request.query_params.get(name, "").strip()

    def number(self, name: str) -> int:
        """A parameter that is a whole number, or its default. Raises ListeningError for any other text."""
        known = next(param for param in self.endpoint.params if param.name == name)
        text = self.text(name) or str(known.default)
        if not (is_whole(text) and known.least <= whole(text) <= known.most):
            raise ListeningError(f'"{name}": it is a whole number from {known.least} to {known.most}.')
        return whole(text)

    def choice(self, name: str) -> str:
        """A parameter that is one of some words, or its default. Raises ListeningError for any other."""
        known = next(param for param in self.endpoint.params if param.name == name)
        text = self.text(name) or str(known.default)
        if text not in known.choices:
            raise ListeningError(f'"{name}": there are {", ".join(known.choices)}.')
        return text

    def ident(self, name: str) -> int:
        """The number in the address; one that nothing has where it is none."""
        return whole(str(self.request.path_params[name]))

    def asked(self) -> Asked:
        """The filter that is asked for. Raises ListeningError for a mistake in it."""
        return exactly(self.request, [param.name for param in self.endpoint.params], self.now)

    def missing(self, said: str) -> HTTPException:
        """What to raise where nothing is there."""
        return HTTPException(404, said)


Answer = Callable[[Call], Shape]
Change = Callable[[Call, Any], Shape]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address, all of which the document tells. `takes` is the body; those that have one are POSTs."""

    path: str
    act: Answer | Change
    gives: type[Shape]
    summary: str
    params: Sequence[Param] = ()
    takes: type[Shape] | None = None
    role: str = "viewer"
    example: str = ""  # what to ask after "?"

    @property
    def method(self) -> str:
        """Of HTTP."""
        return "GET" if self.takes is None else "POST"

    @property
    def name(self) -> str:
        """The name of the operation."""
        return self.act.__name__

    def route(self) -> Guarded:
        """The route, with its role."""
        path, name = f"{ROOT}{self.path}", f"api_{self.name}"
        if self.takes is None:
            return page(path, self._read, self.role, name=name)
        return deed(path, partial(self._change, self.takes), self.role, name=name)

    def _read(self, request: Request) -> Response:
        self._check(request)
        return self._answer(request)

    def _change(self, takes: type[Shape], request: Request, body: bytes) -> Response:
        try:
            given = takes.model_validate_json(body)
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_context=False, include_input=False)
            mistakes = [
                {"pointer": "/" + "/".join(map(str, each["loc"])), "detail": each["msg"]} for each in wrong[:_MISTAKES]
            ]
            return Problem(400, "the JSON is not what is asked for here: `errors` says where.", mistakes)
        return self._answer(request, given)

    def _answer(self, request: Request, *given: Shape) -> Response:
        desk = desk_of(request)
        visitor, config = who(request), desk.config
        with desk.store() as store:
            call = Call(request, store, visitor, visitor.scope(store), config, datetime.now(UTC), self)
            found = self.act(call, *given)
        return Response(found.model_dump_json(), media_type="application/json")

    def _check(self, request: Request) -> None:
        known = [param.name for param in self.params]
        for key in request.query_params:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                meant = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known) or 'none'}."
                raise ListeningError(f'"{key[:40]}": there is no such parameter; {meant}')
