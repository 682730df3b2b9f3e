"""Brands side by side: over time, by aspect, by source, and the words that set them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from listening.insight.audit import audit, audited_net
from listening.insight.course import Example, example, said
from listening.insight.net import Net
from listening.insight.overview import name_words
from listening.insight.parts import Part, parts
from listening.insight.period import period
from listening.insight.telling import LEAST, Word, counted, telling
from listening.insight.why import Why, why
from listening.store import EVERYTHING, Count, Days, Scope, Store, Voice

_TEXTS = 800  # of all brands together
_WORDS = 8


@dataclass(frozen=True, slots=True)
class Side:
    """One brand of a comparison; `words` set it apart from the others, `example` says most of them."""

    brand: str
    ours: bool
    count: Count
    share: float  # of all mentions of the brands that are compared
    net: Net | None
    course: tuple[tuple[str, Count], ...]  # by day, or by week, which is its Monday
    aspects: tuple[Part, ...]
    sources: tuple[Part, ...]
    words: tuple[Word, ...]
    example: Example | None
    why: Why


@dataclass(frozen=True, slots=True)
class Comparison:
    """Brands in the order in which they were asked for; every row of `aspects` and `sources` names one for each."""

    days: Days
    step: str  # "day" or "week": what each point of a course is
    unfinished: str  # the day or week that goes on; empty where none does
    sides: tuple[Side, ...]
    aspects: tuple[str, ...]  # that any of them has, most mentions first
    sources: tuple[str, ...]


def compare(
    store: Store, brands: Sequence[str], since: datetime, until: datetime, *, now: datetime, scope: Scope = EVERYTHING
) -> Comparison:
    """Some brands over the whole days, in the team's time zone, that [since, until) touches."""
    at = period(store, since, until, now, list(brands))
    step = "week" if len(at.days) > 92 else "day"
    ours = dict(store.brand_names())
    names = name_words([*ours, *brands])
    counts = store.figures(brands, at.days, ["brand", "day"], scope=scope)
    each = max(50, _TEXTS // max(1, len(brands)))
    samples = {brand: store.sample(brand, at.days, each, scope=scope) for brand in brands}
    told = _told(samples, names)
    total = sum(count.mentions for count in counts.values())
    sides = []
    for brand in brands:
        course = _course({day: count for (name, day), count in counts.items() if name == brand}, at.days, step)
        count, known = sum((one for _, one in course), Count()), audit(store, brand)
        sides.append(
            Side(
                brand, ours.get(brand, False), count, count.mentions / total if total else 0.0,
                audited_net(store, known, count, at.days, scope=scope), tuple(course),
                tuple(parts(store, "aspect", brand, at.days, scope, 40)),
                tuple(parts(store, "source", brand, at.days, scope, 40)),
                tuple(told[brand]), example(samples[brand], told[brand]),
                why(store, f"{_RULE} {known.told}".strip(), brand, at.days, scope),
            )
        )  # fmt: skip
    unfinished = _stepped(at.unfinished, step) if at.unfinished else ""
    return Comparison(
        at.days, step, unfinished, tuple(sides), _rows([side.aspects for side in sides]),
        _rows([side.sources for side in sides]),
    )  # fmt: skip


def _told(samples: Mapping[str, list[Voice]], names: frozenset[str]) -> dict[str, list[Word]]:
    """The words that set each brand's texts apart from those of all others together; each text is read once."""
    every = counted((said(voice) for voices in samples.values() for voice in voices), names)
    texts, words = sum(map(len, samples.values())), every.total()
    found = {}
    for brand, voices in samples.items():
        here, others = counted(map(said, voices), names), texts - len(voices)
        there = {word: every[word] - count for word, count in here.items() if count >= LEAST}
        left = words - here.total()
        found[brand] = telling(here, there, len(voices), others, limit=_WORDS, words_there=left) if others else []
    return found


_RULE = (
    "Mentions of this brand in these days, copies and the shelf left out. The words are those that its mentions hold "
    "more often than those of the others (log-odds with an informative Dirichlet prior, Monroe, Colaresi and Quinn "
    "2008)."
)


def _course(daily: dict[str, Count], days: Days, step: str) -> list[tuple[str, Count]]:
    found: dict[str, Count] = {}
    for day in days.each:
        begin = _stepped(day, step)
        found[begin] = found.get(begin, Count()) + daily.get(day, Count())
    return list(found.items())


def _stepped(day: str, step: str) -> str:
    if step == "day":
        return day
    when = date.fromisoformat(day)
    return date.fromordinal(when.toordinal() - when.weekday()).isoformat()


def _rows(of_brands: Sequence[Sequence[Part]]) -> tuple[str, ...]:
    totals: dict[str, int] = {}
    for row in of_brands:
        for part in row:
            totals[part.name] = totals.get(part.name, 0) + part.count.mentions
    return tuple(sorted(totals, key=lambda name: (-totals[name], name)))
