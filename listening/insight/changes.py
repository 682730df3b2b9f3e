"""What really changed from one period to the next: many series compared, and only what chance does not explain."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from listening.insight import chance
from listening.insight.overview import name_words
from listening.insight.period import Period, period
from listening.insight.telling import words
from listening.insight.why import Why, why
from listening.store import EVERYTHING, Count, Scope, Store, Voice

ALPHA = 0.045  # how often a comparison in which nothing changed may name any change; the rest is for what models miss
_WEIGHTS = {"volume": 0.3, "feeling": 0.2, "source": 0.15, "aspect": 0.15, "intent": 0.15, "word": 0.05}
_LEAST = 20  # mentions in both periods together: series of fewer cannot tell anything
_WORDS, _TEXTS, _FEW = 40, 400, 3


@dataclass(frozen=True, slots=True)
class Series:
    """One thing counted by day: the whole volume, a feeling, a source, an aspect, an intent or a word."""

    group: str  # a key of _WEIGHTS
    name: str
    daily: Mapping[str, int]
    scale: float = 1.0  # of a word: how many mentions each text that was looked at stands for


@dataclass(frozen=True, slots=True)
class Change:
    """One series that changed: counts of the finished days and of as many before; `p` of chance doing that."""

    group: str
    name: str
    before: int
    after: int
    ratio: float  # after / before, per day that may be expected
    p: float
    beyond: bool  # more than the change of all mentions together explains
    why: Why | None = None

    @property
    def up(self) -> bool:
        """Whether there is more of it."""
        return self.ratio > 1


@dataclass(frozen=True, slots=True)
class Changes:
    """All that changed, the surest first; `tested` series were compared. Nothing changed where `found` is empty."""

    found: tuple[Change, ...]
    tested: int
    comparable: bool
    days: tuple[str, ...] = field(default=())
    before: tuple[str, ...] = field(default=())


def changes(
    store: Store, brand: str, since: datetime, until: datetime, *, now: datetime, scope: Scope = EVERYTHING
) -> Changes:
    """What changed for a brand from the period before to the finished days that [since, until) touches."""
    at = period(store, since, until, now, [brand])
    here, before = at.compared
    if not at.comparable:
        return Changes((), 0, comparable=False)
    series = _series(store, brand, at, scope)
    earlier = at.history.each if at.first and at.first < at.history.last else []
    found = named(series, here, before, earlier)
    reasoned = [_reasoned(store, brand, at, scope, change) for change in found]
    return Changes(tuple(reasoned), len(series), True, tuple(here), tuple(before))


def named(series: Sequence[Series], here: Sequence[str], before: Sequence[str], earlier: Sequence[str]) -> list[Change]:
    """The series that changed, so that all of it is chance in at most 5 of 100 comparisons (family-wise).

    Each group of series that can be tested has its share of that error, within which Holm's weighted step-down (Scand.
    J. Statistics 6, 1979) is applied to exact quasi-Poisson tests of counts. A series weighs as much as it has
    mentions in both periods together: small ones could not show a change anyway, and what the tests condition on may
    be looked at before (Roeder and Wasserman, Statistical Science 24, 2009). Where the whole volume changed, its share
    passes on to the others (Bretz, Maurer, Brannath and Posch, Statistics in Medicine 28, 2009), and parts must have
    changed beyond it. What is usual is learnt from the period before and, where it says the same, the weeks before.
    """
    volume = next((one for one in series if one.group == "volume"), None)
    rhythm = chance.waves(volume.daily, [[*earlier, *before]]).rhythm if volume else (1.0,) * 7
    whole = _tested(volume, here, before, earlier, rhythm, 1.0, chance.Kin()) if volume else None
    first = whole if whole is not None and whole.p < ALPHA * _WEIGHTS["volume"] else None
    found = [first] if first else []
    shift = first.ratio if first else 1.0
    parts = [each for each in series if each.group != "volume"]
    alike = chance.kin([each.daily for each in parts if each.scale == 1.0], _levels(before, earlier), rhythm)
    tests: dict[str, list[Change]] = {}
    for each in parts:
        if (test := _tested(each, here, before, earlier, rhythm, shift, alike)) is not None:
            tests.setdefault(each.group, []).append(test)
    left = ALPHA if first or whole is None else ALPHA * (1 - _WEIGHTS["volume"])
    weight = sum(_WEIGHTS[group] for group in tests)
    for group, lot in tests.items():
        found += _holm(lot, left * _WEIGHTS[group] / weight)
    return _told(sorted(found, key=lambda change: (change.group != "volume", change.p)))


def _told(found: Sequence[Change]) -> list[Change]:
    """At most three words, no two of the same texts: a story is told once."""
    shown: list[Change] = []
    for change in found:
        told = [each for each in shown if each.group == "word"]
        same = any((each.before, each.after) == (change.before, change.after) for each in told)
        if change.group != "word" or (len(told) < _FEW and not same):
            shown.append(change)
    return shown


def _holm(tests: Sequence[Change], alpha: float) -> list[Change]:
    """Those that are rejected, stepping down from the surest for its size."""
    found = []
    left = sum(test.before + test.after for test in tests)
    for test in sorted(tests, key=lambda each: each.p / (each.before + each.after)):
        size = test.before + test.after
        if test.p > alpha * size / left:
            break
        found.append(test)
        left -= size
    return found


def _tested(
    series: Series, here: Sequence[str], before: Sequence[str], earlier: Sequence[str], rhythm: Sequence[float],
    shift: float, alike: chance.Kin,
) -> Change | None:  # fmt: skip
    """One series; None where there is too little of it. `shift` is by how much everything changed."""
    one, two = (sum(series.daily.get(day, 0) for day in days) for days in (here, before))
    if one + two < _LEAST:
        return None
    known = chance.waves(series.daily, _levels(before, earlier), rhythm, alike)
    known = chance.Waves(known.spread * series.scale, known.rhythm, known.days)
    exposure, was = known.exposure(here) * shift, known.exposure(before)
    p = chance.of_counts(one, two, exposure, was, known)
    ratio = (one / exposure) / (two / was) if two else float("inf")
    base, longer = _baseline(series, before, earlier, known, was)
    if longer > was:
        moved = math.log(max(one, 0.5) / exposure) - math.log(max(base, 0.5) / longer)
        since = math.log(max(one, 0.5) / exposure) - math.log(max(two, 0.5) / was)
        news = moved * since > 0 and abs(since) >= abs(moved) / 2  # else it was so the period before already
        p = chance.of_counts(one, base, exposure, longer, known) if news else 1.0
    return Change(series.group, series.name, two, one, ratio * shift, p, beyond=shift != 1.0)


def _baseline(
    series: Series, before: Sequence[str], earlier: Sequence[str], known: chance.Waves, was: float
) -> tuple[float, float]:
    """What is usual: the count and exposure of the period before with the weeks before it."""
    history = sum(series.daily.get(day, 0) for day in earlier)
    count = sum(series.daily.get(day, 0) for day in before)
    return (count + history, was + known.exposure(earlier)) if history and len(earlier) >= 7 else (count, was)


def _levels(before: Sequence[str], earlier: Sequence[str]) -> list[list[str]]:
    """Days by what may share a level: the period before, and four weeks each of what came earlier."""
    return [*(list(earlier[i : i + 28]) for i in range(0, len(earlier), 28)), list(before)]


def _series(store: Store, brand: str, at: Period, scope: Scope) -> list[Series]:
    daily = {day: count for (day,), count in store.figures(brand, at.all, ["day"], scope=scope).items()}
    found = [Series("volume", "mentions", {day: count.mentions for day, count in daily.items()})]
    found += [
        Series("feeling", label, {day: count.feelings[label] for day, count in daily.items()})
        for label in ("negative", "positive")
    ]
    for group, by, kind in (("source", "source", "all"), ("aspect", "name", "aspect"), ("intent", "name", "intent")):
        rows = store.figures(brand, at.all, ["day", by], kind=kind, scope=scope)
        found += [Series(group, name, counts) for name, counts in _by_name(rows).items()]
    return found + _of_words(store, brand, at, scope)


def _by_name(rows: Mapping[tuple[str, ...], Count]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (day, name), count in rows.items():
        found.setdefault(name, {})[day] = count.mentions
    return found


def _of_words(store: Store, brand: str, at: Period, scope: Scope) -> list[Series]:
    """The commonest words of both periods, by day; from as many texts of each as there are mentions."""
    names = name_words([name for name, _ in store.brand_names()])
    total = max(store.total(brand, days, scope=scope).mentions for days in (at.days, at.before))
    if total > _TEXTS:  # a sample says little of single words, and to read all takes long
        return []
    texts = [*store.sample(brand, at.days, _TEXTS, scope=scope), *store.sample(brand, at.before, _TEXTS, scope=scope)]
    calendar = store.calendar()
    held: dict[str, Counter[str]] = {}
    for voice in texts:
        for word in _words(voice, names):
            held.setdefault(word, Counter())[calendar.day(voice.published)] += 1
    common = sorted(held, key=lambda word: (-held[word].total(), word))[:_WORDS]
    return [Series("word", word, held[word]) for word in common]


def _words(voice: Voice, names: frozenset[str]) -> frozenset[str]:
    return words(f"{voice.title}\n{voice.text}", names)


def _reasoned(store: Store, brand: str, at: Period, scope: Scope, change: Change) -> Change:
    chosen = {"feeling": "sentiment", "source": "source", "aspect": "aspect", "intent": "intent"}.get(change.group)
    rule = "Named because chance alone brings such a change too seldom, all comparisons of this page accounted for."
    reason = why(store, rule, brand, at.days, scope, **({chosen: change.name} if chosen else {}))
    return replace(change, why=reason)
