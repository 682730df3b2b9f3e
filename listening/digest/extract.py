"""What a digest of a saved view says: how much it shows of some days, whether that changed, what is on top."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from listening.config.digests import Digest
from listening.digest.letter import Mailed, examples
from listening.errors import ListeningError
from listening.insight import chance
from listening.insight.course import Example
from listening.insight.headline import REAL, usual
from listening.insight.period import Period, period
from listening.store import Count, Days, InboxFilter, Scope, Store, View, read_filters
from listening.store.voices import moments
from pipelines.language import detect

_SHOWN = 12  # mentions in the mail; all of them are in the table


@dataclass(frozen=True, slots=True)
class Extract(Mailed):
    """All of a digest of a view; `p` is how often chance alone brings such a change, None where nothing compares."""

    name: str
    view: str
    every: str
    days: Days
    mentions: InboxFilter  # those that it is of
    course: tuple[tuple[str, Count], ...]
    count: Count
    before: int | None
    p: float | None
    open: int  # of them, nobody has dealt with yet
    examples: tuple[Example, ...]
    order: str

    @property
    def about(self) -> str:
        """What it is of."""
        return self.view

    @property
    def changed(self) -> bool:
        """Whether there are more or fewer than before, and more so than by chance."""
        return self.p is not None and self.p < REAL

    @property
    def headline(self) -> str:
        """The one sentence that matters."""
        told = f"{self.count.mentions:,} mention{'' if self.count.mentions == 1 else 's'}"
        if self.before is None or self.p is None:
            return f"{told}, nothing to compare with yet"
        if not self.changed:
            return f"{told}, nothing changed"
        return f"{told}, {'more' if self.count.mentions > self.before else 'fewer'} than the {self.before:,} before"


def extract(
    store: Store, digest: Digest, days: Days, scope: Scope, now: datetime, intents: Collection[str] = ()
) -> Extract:
    """Gather what a digest's view shows of days that are over.

    Raises ListeningError where there is no such view, or its query has a mistake by now: `intents` are those it may
    name, without them any.
    """
    view = view_of(store, digest)
    zone = ZoneInfo(store.calendar().name)
    where, order = read_filters(view.filters, now, zone, detect, intents)
    since, until = moments(store.calendar(), days)
    at = period(store, since, until, now, list(where.brands) or [name for name, _ in store.brand_names()])
    begin, _ = moments(store.calendar(), at.all)
    daily = store.by_day(replace(where, since=begin, until=until), now=until, scope=scope)
    here = replace(where, since=since, until=until)
    top = store.voices_of(list(store.listed(here, now=until, order=order, scope=scope, limit=_SHOWN)))
    count = sum((daily.get(day, Count()) for day in days.each), Count())
    open_ones = replace(here, statuses=tuple(each for each in ("new", "in progress") if _takes(where, each)))
    return Extract(
        digest.name, view.name, digest.every, days, here, tuple((day, daily.get(day, Count())) for day in days.each),
        count, *_compared(at, {day: each.mentions for day, each in daily.items()}),
        store.count(open_ones, cap=1_000_000, scope=scope).mentions if open_ones.statuses else 0,
        examples(store, top, scope), order,
    )  # fmt: skip


def view_of(store: Store, digest: Digest) -> View:
    """The saved view that a digest names. Raises ListeningError where there is none (any more)."""
    view = store.view(digest.view, digest.owner)
    if view is None:
        whose = f"{digest.owner} has no saved view" if digest.owner else "there is no saved view for everybody called"
        raise ListeningError(
            f'listening.toml, digest "{digest.name}", key "view": {whose} "{digest.view}" (any more). Save it in the '
            "inbox, or name another."
        )
    return view


def _takes(where: InboxFilter, status: str) -> bool:
    return not where.statuses or status in where.statuses


def _compared(at: Period, counts: dict[str, int]) -> tuple[int | None, float | None]:
    """How many there were before, and how often chance brings such a change."""
    if not at.comparable:
        return None, None
    here, before = at.compared
    one, two = (sum(counts.get(day, 0) for day in days) for days in (here, before))
    known = usual(at, counts)
    return two, chance.of_counts(one, two, known.exposure(here), known.exposure(before), known)
