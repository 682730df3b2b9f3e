"""Counts by hour: what rules look at, per source, so that a source that is new or deaf is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from listening.alerts.usual import DAY, LEARNT

_ENOUGH = 0.5  # of what a source brings now, its past must have brought before we asked it


def hour_of(when: datetime) -> int:
    """The number of an hour since 1970, UTC."""
    return int(when.timestamp() // 3600)


def moment_of(hour: int) -> datetime:
    """When an hour begins."""
    return datetime.fromtimestamp(hour * 3600, UTC)


@dataclass(slots=True)
class Counts:
    """Mentions by hour, and of those that could be scored the negative ones."""

    mentions: list[int]
    negative: list[int]
    scored: list[int]

    @classmethod
    def zero(cls, length: int) -> Counts:
        """Nothing yet."""
        return cls([0] * length, [0] * length, [0] * length)

    def add(self, other: Counts) -> None:
        """Count another one in."""
        for ours, theirs in (
            (self.mentions, other.mentions),
            (self.negative, other.negative),
            (self.scored, other.scored),
        ):
            for i, count in enumerate(theirs):
                if count:
                    ours[i] += count


@dataclass(frozen=True, slots=True)
class Heard:
    """When a source was asked: since when at all, and the latest moment up to which it was heard."""

    since: int | None = None  # the hour of its first run; None where no run is known
    spans: tuple[tuple[int, int], ...] = ()  # hours from and to which good runs went, by time

    def covers(self, hour: int, within: int) -> bool:
        """Whether a good run began at or went on after an hour had ended, and at most `within` hours later."""
        if self.since is None:
            return True
        return any(first <= hour + 1 + within and last >= hour + 1 for first, last in self.spans)


@dataclass(slots=True)
class Series:
    """One thing that is counted, such as a brand, an aspect of it or a source; index 0 is the hour `start`."""

    name: str
    brand: str
    start: int
    length: int
    sources: dict[str, Counts] = field(default_factory=dict)
    heard: Mapping[str, Heard] = field(default_factory=dict)
    _sums: dict[frozenset[str], Counts] = field(default_factory=dict)
    _firsts: dict[str, int] = field(default_factory=dict)

    def put(self, source: str, hour: int, mentions: int, negative: int, scored: int) -> None:
        """Count mentions of one source in one hour."""
        counts = self.sources.get(source)
        if counts is None:
            counts = self.sources[source] = Counts.zero(self.length)
        if 0 <= (at := hour - self.start) < self.length:
            counts.mentions[at] += mentions
            counts.negative[at] += negative
            counts.scored[at] += scored

    def clear(self, hour: int) -> None:
        """Forget what was counted from an hour on."""
        at = max(0, hour - self.start)
        for counts in self.sources.values():
            for each in (counts.mentions, counts.negative, counts.scored):
                each[at:] = [0] * (self.length - at)
        self._sums.clear()

    def joined(self, end: int, *, lull: bool = False, within: int = 0) -> frozenset[str]:
        """The sources that are known for long enough before index `end`; for a lull, those heard since, too."""
        names = (name for name in self.sources if self._known(name, end))
        if lull:
            return frozenset(n for n in names if self.heard.get(n, Heard()).covers(self.start + end - 1, within))
        return frozenset(names)

    def total(self, sources: frozenset[str]) -> Counts:
        """The counts of these sources together."""
        if sources not in self._sums:
            total = Counts.zero(self.length)
            for name in sources:
                total.add(self.sources[name])
            self._sums[sources] = total
        return self._sums[sources]

    def _first(self, name: str) -> int:
        if name not in self._firsts:
            counts = self.sources[name].mentions
            self._firsts[name] = next((i for i, count in enumerate(counts) if count), self.length)
        return self._firsts[name]

    def _known(self, name: str, end: int) -> bool:
        """Whether what a source brings can be usual: asked for two weeks, or with a past that is as full as now."""
        asked = self.heard.get(name, Heard()).since
        first = self._first(name)
        if asked is None or (since := asked - self.start) >= end:
            return first <= end - LEARNT
        if since <= end - LEARNT:
            return True
        if first > end - LEARNT:
            return False
        counts = self.sources[name].mentions
        before, after = counts[max(0, since - LEARNT) : since], counts[since:end]
        return sum(before) / max(len(before), 1) >= _ENOUGH * sum(after) / max(len(after), 1)


def slots(start: int, length: int, zone: tzinfo) -> list[int]:
    """The hour of the week, Monday 0:00 being 0, of each hour from `start` on: people keep to their clocks."""
    found: list[int] = []
    moment = moment_of(start)
    while len(found) < length:
        local = moment.astimezone(zone)
        slot = local.weekday() * DAY + local.hour
        # Offsets change on the hour: 24 at a time are enough to look at, unless the day has a change.
        ahead = (moment + timedelta(hours=DAY)).astimezone(zone)
        steps = DAY if ahead.utcoffset() == local.utcoffset() else 1
        found += [(slot + i) % 168 for i in range(steps)]
        moment += timedelta(hours=steps)
    return found[:length]


def prefix(values: Iterable[float]) -> list[float]:
    """Running totals: the sum of values[a:b] is found[b] - found[a]."""
    found = [0.0]
    for value in values:
        found.append(found[-1] + value)
    return found


def summed(running: Sequence[float], begin: int, end: int) -> float:
    """The sum between two indices of running totals."""
    return running[end] - running[max(begin, 0)]
