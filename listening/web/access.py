"""Routes that say who may use them: there is no other way to add one, so nothing is open by accident."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from listening.web.pages import refuse
from listening.web.problem import for_programs, unknown
from listening.web.visitor import RANKS, Visitor

_FIELDS, _LARGEST = 2000, 2 * 1024 * 1024


def is_whole(text: str) -> bool:
    """Whether a text is a whole number that the database can hold."""
    return text.isascii() and text.isdigit() and len(text) < 19


def whole(text: str) -> int:
    """The whole number that an address or a form gives; 0, which nothing has for an id, for anything else."""
    return int(text) if is_whole(text) else 0


class Form:
    """What somebody sent with a form: texts, with white space at both ends left out."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def text(self, name: str, default: str = "") -> str:
        """The last value of a field; the default where the form has none."""
        found = self.all(name)
        return found[-1] if found else default

    def all(self, name: str) -> list[str]:
        """All values of a field."""
        return [value.strip() for value in self._data.getlist(name) if isinstance(value, str)]

    def numbers(self, name: str) -> list[int]:
        """The whole numbers among the values of a field."""
        return [whole(value) for value in self.all(name) if is_whole(value)]

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.text(name))


Page = Callable[[Request], Response]
Action = Callable[[Request, Form], Response]
Deed = Callable[[Request, bytes], Response]


class Guarded(Route):
    """A route with the role that it asks for."""

    role: str


def page(path: str, show: Page, role: str, *, name: str = "") -> Guarded:
    """A page that is read: GET, for this role and those above. `show` runs in a thread."""

    async def endpoint(request: Request) -> Response:
        denied = denial(request, role)
        return await run_in_threadpool(show, request) if denied is None else denied

    return _guarded(path, endpoint, role, "GET", name or show.__name__)


def action(path: str, act: Action, role: str, *, name: str = "") -> Guarded:
    """Something that changes: POST, for this role and those above. `act` gets the form and runs in a thread."""

    async def endpoint(request: Request) -> Response:
        if (denied := denial(request, role)) is not None:
            return denied
        size = request.headers.get("content-length", "")
        if not size.isdecimal() or int(size) > _LARGEST:  # a body without an end is not begun
            return await run_in_threadpool(refuse, request, 413, "That is too much at once.")
        async with request.form(max_files=0, max_fields=_FIELDS) as data:
            return await run_in_threadpool(act, request, Form(data))

    return _guarded(path, endpoint, role, "POST", name or act.__name__)


def deed(path: str, act: Deed, role: str, *, name: str = "") -> Guarded:
    """Something that a program changes: POST of JSON, which `act` gets as it came, and in a thread."""

    async def endpoint(request: Request) -> Response:
        if (denied := denial(request, role)) is not None:
            return denied
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return refuse(request, 415, "send JSON, as `Content-Type: application/json`.")
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST:
                return refuse(request, 413, "that is too much at once.")
        return await run_in_threadpool(act, request, bytes(body))

    return _guarded(path, endpoint, role, "POST", name or act.__name__)


def _guarded(path: str, endpoint: Callable[..., object], role: str, method: str, name: str) -> Guarded:
    if role not in RANKS:
        raise ValueError(f"{path}: there is no role {role!r}")
    route = Guarded(path, endpoint, methods=[method], name=name)
    route.role = role
    return route


def who(request: Request) -> Visitor:
    """Who asks."""
    return cast("Visitor", request.state.visitor)


def denial(request: Request, role: str) -> Response | None:
    """The answer to somebody who may not: the way to sign in, or why not. None for those who may."""
    visitor = who(request)
    if visitor.may(role):
        return None
    if visitor.role != "nobody":
        return refuse(request, 403, f"This is for {role}s. Ask an admin if it should be yours, too.")
    if for_programs(request.url.path):
        return unknown(request.url.path)
    if request.method == "GET" and "hx-request" not in request.headers:
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(back)}", 303)
    answer = refuse(request, 401, "Please sign in again.")
    answer.headers["HX-Redirect"] = "/login"
    return answer
