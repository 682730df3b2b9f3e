"""Overview: how a brand does, what changed and whether that is real; every figure opens what is behind it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from listening.config import Config
from listening.insight.headline import Figure
from listening.insight.overview import Overview, makeup, overview
from listening.people import RULES, advocates
from listening.web.access import page, who
from listening.web.chosen import PERIODS, Chosen, chosen
from listening.web.pages import desk_of, go, percent, render, signed
from listening.web.screen import Screen
from listening.web.visitor import zone

TITLES = {
    "mentions": "Mentions",
    "net": "Net sentiment",
    "voice": "Share of voice",
    "open": "Open complaints",
    "wait": "Median first answer",
}
_FRIENDS = 8  # advocates that are named
_LATELY = timedelta(days=90)  # in which they spoke up: who did half a year ago is thanked late
BETTER = {"net": 1, "voice": 1, "open": -1, "wait": -1}  # what more of it means; of mentions nobody knows


def show(request: Request) -> Response:
    """The page of one brand: that of the address, or the first of ours."""
    desk, now = desk_of(request), datetime.now(UTC)
    config = desk.config
    brand, picked = _picked(request, now)
    if not brand:
        return render(request, "overview/empty.html")
    with desk.store() as store:
        found = overview(store, brand, picked.since, picked.until, now=now, scope=who(request).scope(store))
    return render(
        request, "overview/overview.html", found=found, brand=brand, brands=names(config), picked=picked,
        periods=PERIODS, titles=TITLES, series=_series(found), sql=sql_address(config), told=told, verdict=verdict,
    )  # fmt: skip


def below(request: Request) -> Response:
    """The lower half, which comes a moment later: where it hurts, topics, sources and advocates."""
    desk, now = desk_of(request), datetime.now(UTC)
    brand, picked = _picked(request, now)
    if not brand:
        return go(request, "/overview")
    with desk.store() as store:
        scope = who(request).scope(store)
        found = makeup(store, brand, picked.since, picked.until, now=now, scope=scope)
        lately = max(picked.since, picked.until - _LATELY)
        friends = advocates(store, brand, lately, picked.until, limit=_FRIENDS, scope=scope)
    partial = "hx-request" in request.headers
    return render(
        request, "overview/_below.html" if partial else "overview/below.html", found=found, brand=brand, picked=picked,
        sql=sql_address(desk.config), friends=friends, advocate=RULES["advocate"],
        lately=_LATELY.days if lately > picked.since else 0,
    )  # fmt: skip


def _picked(request: Request, now: datetime) -> tuple[str, Chosen]:
    """The brand, "" where there is none, and the period."""
    config = desk_of(request).config
    picked = chosen(request.query_params, names(config), zone(request, config.settings.time_zone), now)
    return picked.brand or first(config), picked


def names(config: Config) -> list[str]:
    """The brands, ours first."""
    return [each.name for each in sorted(config.brands, key=lambda each: not each.ours)]


def first(config: Config) -> str:
    """The brand that is shown where none is chosen."""
    return next(iter(names(config)), "")


def sql_address(config: Config) -> str:
    """Where a question in SQL is asked: its text follows."""
    return f"/explore/{config.database.stem}?{urlencode({'sql': ''})}"


def _series(found: Overview) -> str:
    """What the chart draws, as JSON: seconds, and per day each feeling, those not scored, and net sentiment."""
    days = found.course
    at = [int(datetime.fromisoformat(day.day).replace(tzinfo=UTC).timestamp()) for day in days]
    counts = [day.count for day in days]
    return json.dumps({
        "days": at,
        "negative": [c.negative for c in counts], "neutral": [c.neutral for c in counts],
        "positive": [c.positive for c in counts], "unscored": [c.unscored for c in counts],
        "net": [day.net for day in days],
        "opens": [day.why.opens for day in days],
        "spikes": [{"at": at[i], "words": [word.text for word in day.spike.words[:3]]}
                   for i, day in enumerate(days) if day.spike],
        "unfinished": bool(found.unfinished),
    })  # fmt: skip


def told(figure: Figure, value: float | None) -> str:
    """A figure as it is read."""
    if value is None:
        return "–"
    if figure.name == "net":
        return signed(value)
    if figure.name == "voice":
        return percent(value)
    if figure.name == "wait":
        return duration(value)
    return f"{value:,.0f}"


def duration(hours: float) -> str:
    """A length of time, given in hours, in one unit."""
    if hours < 1.5:
        return f"{60 * hours:.0f} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"


def verdict(figure: Figure) -> tuple[str, str]:
    """The change in words, and whether it is good, bad or neither."""
    if figure.change is None or figure.p is None:
        return "nothing to compare with yet", ""
    more = "more" if figure.change > 0 else "less"
    amount = f"{abs(figure.change):.2f}" if figure.name == "net" else f"{100 * abs(figure.change):.0f} %"
    if figure.name == "voice":
        amount = f"{100 * abs(figure.change):.1f} points"
    if not figure.real:
        return f"{amount} {more}, as chance may bring", ""
    good = BETTER.get(figure.name, 0) * figure.change
    return f"{amount} {more} than before, more than chance", "good" if good > 0 else "bad" if good < 0 else ""


SCREEN = Screen(
    title="Overview",
    path="/overview",
    icon="overview",
    group="daily",
    routes=[page("/overview", show, "viewer"), page("/overview/below", below, "viewer", name="overview_below")],
)
