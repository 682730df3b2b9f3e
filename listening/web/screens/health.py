"""Settings, health: whether all is well and what to do; and in one word, for what keeps the desk running."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from listening.health import health as look
from listening.web.access import page, who
from listening.web.pages import desk_of, render
from listening.web.screen import Screen
from listening.web.visitor import zone

_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def health(request: Request) -> Response:
    """How file, disk, sources and versions are doing."""
    with desk_of(request).store() as store:
        found = look(store, datetime.now(UTC), who(request).scope(store))
    reader = zone(request, desk_of(request).config.settings.time_zone)
    remarks = [(each.serious, _plain(each.what, reader), _plain(each.remedy, reader)) for each in found.remarks]
    return render(request, "settings/health.html", found=found, remarks=remarks)


def _plain(text: str, there: ZoneInfo) -> Markup:
    """A remark for people: its times where the reader is, and what is typed in a terminal set apart."""
    text = _TIME.sub(lambda hit: f"{datetime.fromisoformat(hit[0]).astimezone(there):%-d %b, %H:%M}", text)
    parts = (escape(part) if at % 2 == 0 else Markup("<code>{}</code>").format(part)
             for at, part in enumerate(text.split("`")))  # fmt: skip
    return Markup("").join(parts)


def alive(request: Request) -> Response:
    """Whether page and database answer: "ok", and nothing that a stranger could use.

    A source that fails is no reason to start everything again, so it counts for people alone.
    """
    with desk_of(request).store() as store:
        fine = store.answers()
    return PlainTextResponse("ok\n" if fine else "not ok\n", 200 if fine else 503)


SCREEN = Screen(routes=[page("/settings/health", health, "analyst"), page("/healthz", alive, "nobody")])
