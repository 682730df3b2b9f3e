"""How Datasette shows a mention's cells: feelings in colour, times readable, addresses as short links."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from datasette import hookimpl
from markupsafe import Markup, escape

_FEELINGS = frozenset({"negative", "neutral", "positive"})
_TIMES = frozenset({"date", "collected_at", "published", "collected", "started", "finished", "last_seen", "first_seen"})


@hookimpl  # type: ignore[untyped-decorator]  # pluggy's has no types here
def render_cell(value: Any, column: str) -> Markup | str | None:
    """The HTML of one cell, everything in it escaped; None leaves it to Datasette."""
    if not isinstance(value, str):
        return None
    if column == "sentiment" and value in _FEELINGS:
        return Markup('<span class="{0}">{0}</span>').format(value)
    if column in _TIMES and value.endswith("Z"):
        return Markup('<time datetime="{}">{}</time>').format(value, value[:16].replace("T", " "))
    if column == "url" and value.startswith(("https://", "http://")):
        return _link(value)
    if column == "why" and value.startswith("{"):
        return _reasons(value)
    return None


@hookimpl  # type: ignore[untyped-decorator]  # pluggy's has no types here
def extra_template_vars(template: str) -> dict[str, Any]:
    """What our own page of a database says about its tables."""
    from listening.browse import ABOUT

    return {"about": ABOUT} if template == "database.html" else {}


def _reasons(why: str) -> Markup | None:
    """The evidence of a mention's judgements, a line each: feeling, intents, urgency."""
    try:
        told = json.loads(why)
        lines = [("feeling", told.get("score", ()))]
        lines += [(name, intent["why"]) for name, intent in told.get("intents", {}).items()]
        said = [
            (name, "; ".join(" ".join([e["rule"], *map(repr, e["words"])]) for e in found)) for name, found in lines
        ]
        said += [("urgency", " + ".join(f"{part} {points}" for part, points in told.get("urgency", {}).items()))]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None  # somebody else's column of that name
    return Markup("<br>").join(Markup("<b>{}</b> {}").format(name, text) for name, text in said if text)


def _link(url: str) -> Markup | None:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    shown = host.removeprefix("www.")
    return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(escape(url), shown)
