"""Exploring by tables and SQL: Datasette, read-only, for those who may see what is in the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from listening.browse import application as datasette
from listening.store import EVERYTHING
from listening.web.access import denial, who
from listening.web.pages import desk_of, refuse

if TYPE_CHECKING:
    from starlette.responses import Response

_INLINE = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>.*?</script>", re.S | re.I)
_SQL_LIMIT = 1000  # milliseconds a question may take


class Explore:
    """An ASGI application under /explore. SQL cannot be kept from single rows, so who may not see a private source
    may not ask in SQL at all while there is one.
    """

    role = "viewer"

    def __init__(self) -> None:
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        refused = denial(request, self.role) or await run_in_threadpool(_hidden, request)
        if refused is not None:
            await refused(scope, receive, send)
            return
        if self._app is None:
            path = desk_of(request).database
            self._app = datasette(path, base_url="/explore/", sql_limit=_SQL_LIMIT).app()
        # Datasette takes its base from the path itself, not from the place where it is mounted.
        own = dict(scope) | {"root_path": "", "path": scope["path"], "raw_path": scope.get("raw_path")}
        await self._app(own, receive, _Plain(send))


def _hidden(request: Request) -> Response | None:
    with desk_of(request).store() as store:
        if who(request).scope(store) == EVERYTHING:
            return None
    return refuse(request, 403, "Exploring shows all sources, and some are private. Ask an admin to let you see them.")


class _Plain:
    """Leaves the scripts in place out of pages: the policy forbids them, and the pages do without."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = dict(message["headers"]).get(b"content-type", b"")
            if kind.startswith(b"text/html"):
                self.start = message
                return
        elif self.start is not None:
            self.body += message.get("body", b"")
            if message.get("more_body"):
                return
            message = {"type": "http.response.body", "body": _INLINE.sub(b"", self.body)}
            length = str(len(message["body"])).encode()
            headers = [(n, v) for n, v in self.start["headers"] if n.lower() != b"content-length"]
            await self.send({**self.start, "headers": [*headers, (b"content-length", length)]})
        await self.send(message)
