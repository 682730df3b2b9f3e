"""Compare: brands side by side over time, by aspect and by source, and what is said of one and not of the others."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from listening.insight.compare import Comparison, Side, compare
from listening.insight.parts import Part
from listening.store import Count, Store
from listening.web.access import page, who
from listening.web.chosen import PERIODS, chosen
from listening.web.pages import desk_of, render
from listening.web.screen import Screen
from listening.web.screens.overview import names, sql_address
from listening.web.visitor import zone

MOST = 6  # brands side by side: more lines cannot be told apart
_FIRST = 4  # that are compared where nobody chose
_ROWS = 14
_POOL = 7  # days that a point of net sentiment is of, where there are three times as many
_TELLS = 5  # mentions with a feeling from which a cell has a colour


@dataclass(frozen=True, slots=True)
class Line:
    """One aspect or source: what each brand has of it, in the brands' order."""

    name: str
    parts: tuple[Part | None, ...]


def show(request: Request) -> Response:
    """The brands that the address names, or the first few."""
    desk, visitor, now = desk_of(request), who(request), datetime.now(UTC)
    config = desk.config
    every = names(config)
    picked = chosen(request.query_params, every, zone(request, config.settings.time_zone), now)
    wanted = {name.casefold() for name in request.query_params.getlist("brand")}
    brands = [name for name in every if name.casefold() in wanted][:MOST] or every[:_FIRST]
    common: dict[str, Any] = {"every": every, "brands": brands, "picked": picked, "periods": PERIODS, "most": MOST,
              "address": lambda **changes: _address(brands, changes)}  # fmt: skip
    if len(brands) < 2:
        return render(request, "compare/empty.html", **common)
    with desk.store() as store:
        found = compare(store, brands, picked.since, picked.until, now=now, scope=visitor.scope(store))
        series = _series(store, found)
    return render(
        request, "compare/compare.html", found=found, series=series, pool=_pool(found), feels=feels,
        sql=sql_address(config),
        aspects=lines([side.aspects for side in found.sides], found.aspects),
        sources=lines([side.sources for side in found.sides], found.sources), holding=said_of, **common,
    )  # fmt: skip


def _address(brands: list[str], changes: dict[str, str]) -> str:
    pairs = [("brand", name) for name in brands] + [(key, value) for key, value in changes.items() if value]
    return f"/compare?{urlencode(pairs)}"


def _series(store: Store, found: Comparison) -> str:
    """What the charts draw, as JSON: the days in seconds, and of each brand its mentions, net and lists of mentions."""
    begins = [begin for begin, _ in found.sides[0].course]
    calendar = store.calendar()
    spans = []
    for begin in begins:
        first = date.fromisoformat(begin)
        last = first + timedelta(days=6) if found.step == "week" else first
        first, last = max(first, found.days.first), min(last, found.days.last)
        spans.append((calendar.begin(first.isoformat()), calendar.end(last.isoformat())))
    return json.dumps({
        "step": found.step, "unfinished": bool(found.unfinished),
        "days": [int(datetime.fromisoformat(begin).replace(tzinfo=UTC).timestamp()) for begin in begins],
        "brands": [{
            "name": side.brand, "mentions": [count.mentions for _, count in side.course],
            "net": [count.net for count in pooled([count for _, count in side.course], _pool(found))],
            "opens": [urlencode({"brand": side.brand, "since": since, "until": until}) for since, until in spans],
        } for side in found.sides],
    })  # fmt: skip


def _pool(found: Comparison) -> int:
    return _POOL if found.step == "day" and len(found.days) >= 3 * _POOL else 1


def pooled(counts: list[Count], size: int) -> list[Count]:
    """Each day with those right before it, so many together."""
    return [sum(counts[max(0, at + 1 - size) : at + 1], Count()) for at in range(len(counts))]


def lines(of_brands: list[tuple[Part, ...]], rows: tuple[str, ...]) -> list[Line]:
    """The rows with most mentions, with what each brand has of them."""
    known = [{part.name: part for part in parts} for parts in of_brands]
    return [Line(name, tuple(parts.get(name) for parts in known)) for name in rows[:_ROWS]]


def feels(part: Part) -> str:
    """The colour of a cell: none where too few have a feeling, else by net sentiment in three steps each way."""
    if part.net is None or part.count.scored < _TELLS or abs(part.net) < 0.1:
        return ""
    step = 1 if abs(part.net) < 0.3 else 2 if abs(part.net) < 0.6 else 3
    return f"{'g' if part.net > 0 else 'n'}{step}"


def said_of(side: Side, word: str) -> str:
    """The list of a brand's mentions that hold a word."""
    return f"{side.why.opens}&{urlencode({'q': _quoted(word)})}"


def _quoted(word: str) -> str:
    return f'"{word}"'


SCREEN = Screen(
    title="Compare", path="/compare", icon="compare", group="daily",
    routes=[page("/compare", show, "viewer", name="compare")],
)  # fmt: skip
