"""A source's form: every option of its kind and those that all have, as sources.toml holds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from listening.config import SourceEntry
from listening.errors import ConfigError, CredentialError
from listening.source import Credential, SourceOptions, kinds
from listening.web.access import Form, action, page, who
from listening.web.fields import Field, changed, fields, typed
from listening.web.pages import desk_of, go, refuse, render
from listening.web.screen import Screen
from listening.web.screens.seen import entry_of

_WHEN = ("every", "at", "days", "window", "clock", "jitter", "adaptive", "longest")
_ADDRESSES = ("url", "oauth_url")


def new(request: Request) -> Response:
    """An empty form of a kind."""
    kind = request.query_params.get("kind", "")
    return _form(request, kind, {}, "") if kind in kinds() else go(request, "/sources/add")


def edit(request: Request) -> Response:
    """A source's form, as its file says."""
    name = request.query_params.get("name", "")
    if not name:
        return go(request, "/sources")
    if _seen(request, name) is None:
        return _unknown(request, name)
    entry = desk_of(request).editor().entry("source", name)
    return _form(request, str(entry.values.get("kind", "")), entry.values, entry.version, str(entry.values["name"]))


def _seen(request: Request, name: str) -> SourceEntry | None:
    with desk_of(request).store() as store:
        return entry_of(request, store, name)


def _unknown(request: Request, name: str) -> Response:
    return refuse(request, 404, f"There is no source “{name}” in sources.toml (any more).")


def _form(
    request: Request, kind: str, values: Mapping[str, Any], seen: str, was: str = "", problem: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    own, common = _fields(request, kind, values, was)
    return render(
        request, "sources/form.html", status, kind=kind, summary=kinds()[kind].summary, was=was, seen=seen, own=own,
        when_fields=[each for each in common if each.name in _WHEN], name=str(values.get("name", "")),
        rest=[each for each in common if each.name not in _WHEN], problem=problem, secrets=_secrets(kind, values),
        locked=any(each.locked for each in own),
    )  # fmt: skip


def _fields(request: Request, kind: str, values: Mapping[str, Any], was: str) -> tuple[list[Field], list[Field]]:
    """The kind's own fields and the common ones."""
    options = kinds()[kind].Options
    out = {"name", "kind"} | (set() if who(request).private else {"private"})
    own = list(fields(options, values, locked=guarded(kind, values, who(request).role, new=not was)))
    return own, list(fields(SourceEntry, values, leave_out=out))


def guarded(kind: str, values: Mapping[str, Any], role: str, *, new: bool = False) -> set[str]:
    """Options that only admins set: which files of this machine are read, and to whom its secrets are sent."""
    if role == "admin":
        return set()
    options = kinds()[kind].Options.model_fields
    if kind == "file":
        return set(options)
    kept = {"login"} & set(options)
    if kinds()[kind].credentials or (values.get("login") and not new):
        kept |= set(_ADDRESSES) & set(options)
    return kept


def _secrets(kind: str, values: Mapping[str, Any]) -> list[tuple[Credential, str]]:
    """The secrets that it can use, as names of environment variables, and whether they are there; never their text."""
    own: tuple[Credential, ...] = ()
    options = kinds()[kind].Options
    try:
        given = {key: value for key, value in values.items() if key in options.model_fields}
        made = options.model_validate(given)
        own = made.credentials() if isinstance(made, SourceOptions) else ()
    except ValidationError:
        pass
    return [(each, _there(each)) for each in (*kinds()[kind].credentials, *own)]


def _there(credential: Credential) -> str:
    try:
        return "set" if credential.read() else "not set"
    except CredentialError as error:
        return str(error)


def save(request: Request, form: Form) -> Response:
    """Write a source into sources.toml: only what was changed."""
    seen, was, kind = form.text("seen"), form.text("was"), form.text("kind")
    before: Mapping[str, Any] = {}
    editor = desk_of(request).editor()
    if was:
        if _seen(request, was) is None:
            return _unknown(request, was)
        before = editor.entry("source", was).values
        kind = str(before.get("kind", ""))
    if kind not in kinds():
        return refuse(request, 404, "There is no such kind of source.")
    if kind == "file" and who(request).role != "admin":
        return refuse(request, 403, "A source that reads files of this machine is for admins. Ask one to set it up.")
    own, common = _fields(request, kind, before, was)
    values = changed(form, [*own, *common])
    name = was or form.text("name")
    try:
        if was:
            edited = editor.change("source", was, values, seen=seen)
        else:
            edited = editor.add(
                "source", {"name": name, "kind": kind, **{k: v for k, v in values.items() if v is not None}}
            )
    except ConfigError as error:
        shown = {"name": name, **typed(form, [*own, *common])}
        return _form(request, kind, shown, seen, was, str(error), 400)
    return go(request, f"/sources/one?{urlencode({'name': name, 'edit': edited.undo or 'kept'})}")


def remove(request: Request, form: Form) -> Response:
    """Take a source out of sources.toml; what it brought stays in the database."""
    name = form.text("name")
    if _seen(request, name) is None:
        return _unknown(request, name)
    try:
        edited = desk_of(request).editor().remove("source", name, seen=form.text("seen"))
    except ConfigError as error:
        return refuse(request, 400, str(error))
    return go(request, f"/sources?{urlencode({'edit': edited.undo or 'kept'})}", f"{name} is removed.")


SCREEN = Screen(
    routes=[
        page("/sources/new", new, "analyst", name="new_source"),
        page("/sources/edit", edit, "analyst", name="edit_source"),
        action("/sources/save", save, "analyst", name="save_source"),
        action("/sources/remove", remove, "analyst", name="remove_source"),
    ],
)
