"""What stands before every page: who asks, from where, and what a browser may do with the answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from listening.web.desk import Desk
from listening.web.problem import Problem, for_programs
from listening.web.visitor import COOKIE, Visitor, visitor

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Datasette's pages style some cells in place; its scripts in place stay off.
_PREVIEW = f"{POLICY}; frame-src 'self'"  # a mail is shown in a frame, which has a stricter policy of its own
_EXPLORE = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # no site learns which of its pages somebody reads here
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
LETTER = "/digests/letter"  # the one page that sets its own policy
_FRAMING = ("/digests/preview", "/digests/test")
_SAFE = {"GET", "HEAD", "OPTIONS"}
MONTH = 30 * 86400


class Guard:
    """ASGI middleware: names the visitor, refuses what another site sends, and sets the headers of every answer."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self.app, self.desk = app, desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        who = await run_in_threadpool(self._visitor, request)
        scope.setdefault("state", {})["visitor"] = who
        if who.may("viewer"):
            scope["actor"] = {"id": who.shown, "role": who.role, "private": who.private}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._set_headers(MutableHeaders(scope=message), scope, who)
            await send(message)

        refused = refusal(request, str(scope["method"]))
        await (self.app if refused is None else refused)(scope, receive, answer)

    def _visitor(self, request: HTTPConnection) -> Visitor:
        with self.desk.store() as store:
            return visitor(request, store)

    def _set_headers(self, headers: MutableHeaders, scope: Scope, who: Visitor) -> None:
        for name, value in _HEADERS.items():
            headers[name] = value
        path = scope["path"]
        if path != LETTER or "Content-Security-Policy" not in headers:
            headers["Content-Security-Policy"] = (
                _EXPLORE if path.startswith("/explore") else _PREVIEW if path in _FRAMING else POLICY
            )
        headers.setdefault("Cache-Control", "no-store")
        if who.fresh:
            holder = Response()
            keep(holder, who.fresh, secure=scope.get("scheme") == "https")
            headers.append("set-cookie", holder.headers["set-cookie"])


def keep(response: Response, secret: str, *, secure: bool) -> None:
    """Give a browser its session's secret."""
    response.set_cookie(COOKIE, secret, max_age=MONTH, httponly=True, samesite="lax", secure=secure)


def refusal(request: HTTPConnection, method: str) -> Response | None:
    """The answer to a request that another site made somebody's browser send; None for all others.

    By Sec-Fetch-Site where the browser says so, and by Origin otherwise; a program with a token has no cookies that
    could be abused.
    """
    if method in _SAFE or "authorization" in request.headers:
        return None
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        same = site == "same-origin"
    else:
        same = origin is not None and urlsplit(origin).netloc == request.headers.get("host", "")
    if same:
        return None
    said = "Refused: this was sent from another site. Open the page itself and try again."
    return Problem(403, said) if for_programs(request.url.path) else PlainTextResponse(f"{said}\n", 403)
