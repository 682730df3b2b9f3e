"""What programs are told when something did not work: problem objects (RFC 9457)."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from starlette.responses import JSONResponse

_PROGRAMS, _PEOPLE = ("/api/", "/feeds/"), "/api/v1"


class Problem(JSONResponse):
    """A problem object; `detail` says what to do about it, `errors` where each mistake is."""

    media_type = "application/problem+json"

    def __init__(self, status: int, detail: str, errors: Sequence[dict[str, str]] = ()) -> None:
        told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
        super().__init__({**told, **({"errors": list(errors)} if errors else {})}, status)


def for_programs(path: str) -> bool:
    """Whether programs ask here, which are answered by problem objects and never sent to a page to sign in."""
    return path.startswith(_PROGRAMS) and path.rstrip("/") != _PEOPLE


def unknown(path: str) -> Problem:
    """The answer to a program that nobody knows: how to say who it is, a token after "Bearer".

    Readers of feeds know no such header: theirs may stand as the password of any name.
    """
    feeds = path.startswith("/feeds/")
    said = "a token is needed: make one under Settings, People and tokens, and send it as `Authorization: Bearer TOKEN`"
    answer = Problem(401, f"{said}, or as the password of any name." if feeds else f"{said}.")
    answer.headers["WWW-Authenticate"] = 'Basic realm="listening", charset="UTF-8"' if feeds else "Bearer"
    return answer
