"""A brand day by day: volume and feeling, the unfinished day marked, and spikes with what was said on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from listening.insight import chance
from listening.insight.headline import usual
from listening.insight.period import Period
from listening.insight.telling import Word, best, counted, excerpt, telling
from listening.insight.why import Why, why
from listening.store import Count, Days, Scope, Store, Voice

_SPIKE = 0.001  # chance brings fewer than one day in a thousand like that
_TIMES = 1.5  # what is usual, at least
_FEWEST = 5  # mentions
_MOST = 5  # spikes that are told, the highest
_LEVEL = 28  # days before that tell what is usual
_TEXTS = 150


@dataclass(frozen=True, slots=True)
class Example:
    """One mention to show, cut to what matters."""

    mention_id: int
    excerpt: str
    author: str
    source: str
    site: str
    url: str
    label: str | None
    published: str
    author_id: int | None = None
    campaign: tuple[str, ...] = ()  # reasons to take it for one of a campaign, where they were asked for


@dataclass(frozen=True, slots=True)
class Spike:
    """A day with far more mentions than usual."""

    day: str
    mentions: int
    expected: float
    words: tuple[Word, ...]
    example: Example | None


@dataclass(frozen=True, slots=True)
class Day:
    """One day; `net` is None where nothing was scored, `unfinished` says that it goes on."""

    day: str
    count: Count
    net: float | None
    unfinished: bool
    spike: Spike | None
    why: Why


def course(store: Store, brand: str, at: Period, scope: Scope, names: frozenset[str]) -> list[Day]:
    """Each day of a period; `names` (folded) are words of the brands, which tell nothing."""
    daily = {day: count for (day,), count in store.figures(brand, at.all, ["day"], scope=scope).items()}
    high = _spikes(at, {day: count.mentions for day, count in daily.items()})
    told = {day: _told(store, brand, day, at, expected, daily[day].mentions, scope, names) for day, expected in high}
    found = []
    for day in at.days.each:
        count = daily.get(day, Count())
        one = Days(*(at.days.first.fromisoformat(day),) * 2)
        reason = why(store, "Mentions published on this day.", brand, one, scope)
        found.append(Day(day, count, count.net, day == at.unfinished, told.get(day), reason))
    return found


def _spikes(at: Period, counts: Mapping[str, int]) -> list[tuple[str, float]]:
    """Days with more than is usual by what the four weeks before them were like, and what was to be expected."""
    known = usual(at, counts)
    began = at.first.isoformat() if at.first else "9"
    days, found = at.all.each, dict[str, float]()
    mentions, exposure = [counts.get(day, 0) for day in days], [known.exposure([day]) for day in days]
    telling = [day >= began for day in days]  # whether it says what is usual: a spike does not
    first = days.index(at.days.first.isoformat())
    for here, day in enumerate(days[first:], first):
        earlier = [each for each in range(max(0, here - _LEVEL), here) if telling[each]]
        count = mentions[here]
        if count < _FEWEST or len(earlier) < 7:
            continue
        total, before = sum([mentions[each] for each in earlier]), sum([exposure[each] for each in earlier])
        expected = total / before * exposure[here]
        if count >= _TIMES * expected and chance.of_counts(count, total, exposure[here], before, known) < 2 * _SPIKE:
            found[day], telling[here] = expected, False
    return sorted(found.items(), key=lambda each: each[1] - counts[each[0]])[:_MOST]


def _told(
    store: Store, brand: str, day: str, at: Period, expected: float, mentions: int, scope: Scope, names: frozenset[str]
) -> Spike:
    when = at.days.first.fromisoformat(day)
    here = store.sample(brand, Days(when, when), _TEXTS, scope=scope)
    there = [
        voice for voice in store.sample(brand, at.days, _TEXTS, scope=scope)
        + store.sample(brand, at.before, _TEXTS, scope=scope) if store.calendar().day(voice.published) != day
    ]  # fmt: skip
    words = told_by(here, there, names, 6)
    return Spike(day, mentions, expected, tuple(words), example(here, words))


def told_by(here: list[Voice], there: list[Voice], names: frozenset[str], limit: int) -> list[Word]:
    """The words that set some mentions apart from others."""
    one, other = counted(map(said, here), names), counted(map(said, there), names)
    return telling(one, other, len(here), len(there), limit=limit)


def example(voices: list[Voice], words: list[Word]) -> Example | None:
    """The mention that says most of what was told."""
    at = best([said(voice) for voice in voices[:60]], words)
    return None if at < 0 else shown(voices[at], [word.text for word in words])


def shown(voice: Voice, words: list[str] | tuple[str, ...] = (), room: int = 220) -> Example:
    """A mention as an example, cut around the first of some words."""
    text = excerpt(voice.text or voice.title, words, room)
    return Example(
        voice.mention_id, text, excerpt(voice.author, room=80), voice.source, voice.site, voice.url, voice.label,
        voice.published, voice.author_id,
    )  # fmt: skip


def said(voice: Voice) -> str:
    """A mention's title and text."""
    return f"{voice.title}\n{voice.text}"
