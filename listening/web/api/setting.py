"""What is listened for and where, saved views, and how all of it fares."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from listening import __version__
from listening.store import Days
from listening.web.api.endpoint import Call, Endpoint, Param, Shape
from listening.web.pages import desk_of
from pipelines.intents import names


class Brand(Shape):
    """A name that is listened for."""

    name: str
    ours: bool
    owner: str
    aliases: list[str]
    query: str


class Brands(Shape):
    """All brands."""

    brands: list[Brand]


class Source(Shape):
    """A place where is listened, how fresh what it brought is, and how it went over some days."""

    name: str
    kind: str
    every: int = Field(description="Seconds from one run to the next.")
    next_due: datetime | None
    last_good: datetime | None = Field(description="When a run last ended well: all up to then is known.")
    last_new: datetime | None = Field(description="When one last brought something new.")
    verdict: str | None = Field(description="Of its last run: running, ok, quiet, degraded, failed or interrupted.")
    last_error: str
    errors_in_row: int
    runs: int
    failed: int
    expected: int = Field(description="Posts that its pages announced in these days.")
    found: int = Field(description="Posts that were read.")
    new: int


class Sources(Shape):
    """All sources that one may see."""

    sources: list[Source]


class View(Shape):
    """A list that somebody saved."""

    id: int
    name: str
    owner: str
    shared: bool
    filters: str = Field(description="What /mentions takes after `?`.")
    mentions: int | None = Field(description="How many it shows, counted up to 1,000; null: its filters are wrong.")
    more: bool


class ViewList(Shape):
    """One's own views and those that are shared."""

    views: list[View]


class Health(Shape):
    """Whether all is well: `degraded` where a source fails or a config file cannot be read."""

    status: Literal["ok", "degraded"]
    version: str
    time: datetime
    sources: int
    failing: list[str]
    config_error: str | None


def list_brands(call: Call) -> Brands:
    """The brands."""
    return Brands(
        brands=[
            Brand(name=b.name, ours=b.ours, owner=b.owner, aliases=b.aliases, query=b.query) for b in call.config.brands
        ]
    )


def list_sources(call: Call) -> Sources:
    """The sources."""
    return Sources(sources=_sources(call, call.number("days")))


def _sources(call: Call, days: int) -> list[Source]:
    today = call.now.astimezone(call.store.calendar().zone).date()
    known = call.store.source_states(Days(today - timedelta(days=days - 1), today), scope=call.scope)
    return [
        Source(
            name=s.name, kind=s.kind, every=s.every, next_due=_moment(s.next_due), last_good=_moment(s.last_good),
            last_new=_moment(s.last_new), verdict=s.verdict, last_error=s.last_error, errors_in_row=s.errors_in_row,
            runs=s.runs, failed=s.failed, expected=s.expected, found=s.found, new=s.new,
        ) for s in known
    ]  # fmt: skip


def list_views(call: Call) -> ViewList:
    """The views."""
    views = call.store.views(call.visitor.name)
    intents = names(call.config.folder)
    counts = call.store.view_counts(views, now=call.now, scope=call.scope, intents=intents)
    found = []
    for view in views:
        count = counts.get(view.id)
        found.append(
            View(
                id=view.id, name=view.name, owner=view.owner, shared=view.shared, filters=view.filters,
                mentions=count.mentions if count else None, more=bool(count and count.more),
            )
        )  # fmt: skip
    return ViewList(views=found)


def health(call: Call) -> Health:
    """How all fares."""
    sources = _sources(call, 1)
    failing = [source.name for source in sources if source.errors_in_row]
    mistake = desk_of(call.request).mistake
    told = str(mistake) if mistake and call.visitor.may("analyst") else "a config file" if mistake else None
    return Health(
        status="degraded" if failing or mistake else "ok", version=__version__, time=call.now, sources=len(sources),
        failing=failing, config_error=told,
    )  # fmt: skip


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


ENDPOINTS = (
    Endpoint("/brands", list_brands, Brands, "The brands that are listened for."),
    Endpoint(
        "/sources", list_sources, Sources, "Where is listened, how fresh that is, and how it went over some days.",
        params=[Param("days", "How many days, today among them.", "integer", least=1, most=365, default=7)],
    ),
    Endpoint("/views", list_views, ViewList, "Saved views, your own and shared ones; each is a feed, too."),
    Endpoint("/health", health, Health, "Whether all is well."),
)  # fmt: skip
