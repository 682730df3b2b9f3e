"""A brand over a period on one page: what is said of it, how that changed, and every reason behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from listening.insight.course import Day, course
from listening.insight.headline import Figure, headline
from listening.insight.parts import Heat, Part, Topic, heat, parts, topics
from listening.insight.period import Period, period
from listening.insight.why import Why, why
from listening.store import EVERYTHING, Count, Days, Scope, Store

_TEXTS = 200


@dataclass(frozen=True, slots=True)
class Voice:
    """A brand's share of all that is said of the brands."""

    brand: str
    ours: bool
    count: Count
    share: float
    why: Why


@dataclass(frozen=True, slots=True)
class Overview:
    """All of the page; every list is empty where there is nothing to show."""

    brand: str
    days: Days
    before: Days
    comparable: bool  # False: listening had not begun before the period, or no day of it is over
    unfinished: str  # today, where it is among the days; it is left out where periods are compared
    figures: dict[str, Figure]  # mentions, net, voice, open, wait
    course: tuple[Day, ...]
    voice: tuple[Voice, ...]
    aspects: tuple[Part, ...]
    intents: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Makeup:
    """What a period's mentions are made of, where they come from, and where it hurts."""

    topics: tuple[Topic, ...]
    sources: tuple[Part, ...]
    sites: tuple[Part, ...]
    heat: Heat


def overview(
    store: Store, brand: str, since: datetime, until: datetime, *, now: datetime, scope: Scope = EVERYTHING
) -> Overview:
    """A brand over the whole days, in the team's time zone, that [since, until) touches; none after `now`."""
    brands = store.brand_names()
    at = period(store, since, until, now, [brand])
    names = name_words([name for name, _ in brands])
    every = [name for name, _ in brands] or [brand]
    return Overview(
        brand, at.days, at.before, at.comparable, at.unfinished,
        {figure.name: figure for figure in headline(store, brand, every, at, scope, now)},
        tuple(course(store, brand, at, scope, names)), tuple(_voices(store, brands, at.days, scope)),
        tuple(parts(store, "aspect", brand, at.days, scope)), tuple(parts(store, "intent", brand, at.days, scope)),
    )  # fmt: skip


def makeup(
    store: Store, brand: str, since: datetime, until: datetime, *, now: datetime, scope: Scope = EVERYTHING
) -> Makeup:
    """The lower half of the page, over the same days as `overview`."""
    every = [name for name, _ in store.brand_names()] or [brand]
    at = period(store, since, until, now, [brand])
    return Makeup(
        tuple(_topics(store, brand, every, at, scope, name_words(every))),
        tuple(parts(store, "source", brand, at.days, scope)), tuple(parts(store, "site", brand, at.days, scope)),
        heat(store, brand, at.days, scope),
    )  # fmt: skip


def name_words(names: Sequence[str]) -> frozenset[str]:
    """The words of names, folded: they stand in every mention and tell nothing."""
    return frozenset(word for name in names for word in re.findall(r"[^\W_]+", name.casefold()))


def _voices(store: Store, brands: Sequence[tuple[str, bool]], days: Days, scope: Scope) -> list[Voice]:
    found = store.figures([name for name, _ in brands], days, ["brand"], scope=scope)
    total = sum(count.mentions for count in found.values())
    rule = "This brand's mentions among those of all brands that are listened for."
    voices = [
        Voice(name, ours, count, count.mentions / total, why(store, rule, name, days, scope))
        for name, ours in brands
        if (count := found.get((name,), Count())).mentions
    ]
    return sorted(voices, key=lambda voice: (-voice.count.mentions, voice.brand))


def _topics(
    store: Store, brand: str, brands: Sequence[str], at: Period, scope: Scope, names: frozenset[str]
) -> list[Topic]:
    here = store.sample(brand, at.days, _TEXTS, scope=scope)
    others = [name for name in brands if name != brand][:4]
    there = [voice for name in others for voice in store.sample(name, at.days, _TEXTS // len(others), scope=scope)]
    there += store.sample(brand, at.before, _TEXTS, scope=scope)
    return topics(here, there, names, why(store, "", brand, at.days, scope).opens)
