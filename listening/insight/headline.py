"""The five figures on top: each with its interval, its change against the period before, and whether that is real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from statistics import median

from listening.insight import chance
from listening.insight.audit import audit, audited_net
from listening.insight.period import Period
from listening.insight.why import Why, why
from listening.store import Count, Days, Scope, Store, waits_sql

REAL = 0.01  # a change that chance brings less often than once in a hundred periods is called real

_COUNTED = "Mentions published in these days that are not shelved; what only repeats another mention is not counted."
_NET = (
    "(positive - negative) / scored mentions, from -1 to 1. The interval holds 95 % of what is possible, given how few "
    "mentions there are and, after `listening audit`, how often labels were found wrong (double sampling, Tenenbein "
    "1970)."
)
_VOICE = "This brand's part of all mentions of the brands that are listened for."
_OPEN = "Complaints, ever written, that are new or in progress. Before: those that were open when the period began."
_WAIT = "Half of the mentions answered in these days were answered within this time of being published."
_TESTS = {
    "mentions": "Finished days are compared with as many days before: a binomial test of one count among both (mid-p), "
    "for counts that vary more than by chance (quasi-Poisson), by the rhythm of the week over the last eight weeks.",
    "net": "Two means are compared by a z-test whose variance grows by how alike mentions of one day are (Rao "
    "and Scott 1992).",
    "voice": "Two shares are compared by a z-test whose variance grows by how alike mentions of one day are.",
    "open": "Those that came are compared with those that were dealt with in the period, as two counts.",
    "wait": "The waits of both periods are compared by their ranks (Mann-Whitney).",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and what became of it. `change` is relative for counts and waits, a difference for net and shares."""

    name: str  # mentions, net, voice, open, wait
    value: float | None  # None: nothing to count it from
    before: float | None
    low: float | None  # the interval, where there is one
    high: float | None
    change: float | None
    p: float | None  # how often chance alone would bring such a change; None: not comparable
    why: Why
    how: str  # the change is tested

    @property
    def real(self) -> bool:
        """Whether the change is more than chance."""
        return self.p is not None and self.p < REAL


def headline(store: Store, brand: str, brands: Sequence[str], at: Period, scope: Scope, now: datetime) -> list[Figure]:
    """The five figures of a brand; `brands` are all that share the voice."""
    daily = {day: count for (day,), count in store.figures(brand, at.all, ["day"], scope=scope).items()}
    everyone = {day: n.mentions for (day,), n in store.figures(brands, at.all, ["day"], scope=scope).items()}
    mentions = _mentions(store, brand, at, daily, scope)
    return [
        mentions,
        _net(store, brand, at, daily, scope),
        _voice(store, brand, at, daily, everyone, scope),
        _open(store, brand, at, scope, now),
        _wait(store, brand, at, scope),
    ]


def usual(at: Period, counts: Mapping[str, int]) -> chance.Waves:
    """How a series of daily counts varies, by four weeks each; by the period itself only where little is known else."""
    here, before = at.compared
    earlier = _earlier(at)
    weeks = [earlier[i : i + 28] for i in range(0, len(earlier), 28)]
    known = [*weeks, before] if at.comparable else weeks
    return chance.waves(counts, known if sum(map(len, known)) >= 28 else [*known, here])


def _earlier(at: Period) -> list[str]:
    return at.history.each if at.first and at.first < at.history.last else []


def _sum(daily: Mapping[str, Count], days: Sequence[str]) -> Count:
    return sum((daily.get(day, Count()) for day in days), Count())


def _figure(
    name: str, value: float | None, before: float | None, p: float | None, reason: Why, *, relative: bool,
    low: float | None = None, high: float | None = None, pair: tuple[float, float] | None = None,
) -> Figure:  # fmt: skip
    """`pair` is what is compared, where that is not all that is shown: finished days alone."""
    one, two = pair or (value, before)
    change = None if one is None or two is None or p is None else one - two
    if relative and change is not None:
        change = change / two if two else None
    return Figure(name, value, before, low, high, change, p, reason, _TESTS[name])


def _mentions(store: Store, brand: str, at: Period, daily: Mapping[str, Count], scope: Scope) -> Figure:
    here, earlier = at.compared
    counts = {day: count.mentions for day, count in daily.items()}
    one, two = _sum(daily, here).mentions, _sum(daily, earlier).mentions
    p = None
    if at.comparable:
        known = usual(at, counts)
        p = chance.of_counts(one, two, known.exposure(here), known.exposure(earlier), known)
    value, before = _sum(daily, at.days.each).mentions, _sum(daily, at.before.each).mentions if at.comparable else None
    return _figure(
        "mentions", value, before, p, why(store, _COUNTED, brand, at.days, scope), relative=True, pair=(one, two)
    )


def _net(store: Store, brand: str, at: Period, daily: Mapping[str, Count], scope: Scope) -> Figure:
    count, earlier = _sum(daily, at.days.each), _sum(daily, at.before.each)
    known = audit(store, brand)
    found = audited_net(store, known, count, at.days, scope=scope)
    was = audited_net(store, known, earlier, at.before, scope=scope) if at.comparable else None
    p = None
    if found is not None and was is not None:
        means = [_moments(daily, days) for days in (*at.compared, _earlier(at))]
        p = chance.of_means(*means)
    reason = why(store, f"{_NET} {known.told}".strip(), brand, at.days, scope)
    if found is None:
        return _figure("net", None, None, None, reason, relative=False)
    before = None if was is None else was.estimate
    return _figure("net", found.estimate, before, p, reason, relative=False, low=found.low, high=found.high)


def _moments(daily: Mapping[str, Count], days: Sequence[str]) -> list[tuple[float, float, float]]:
    counts = [daily.get(day, Count()) for day in days]
    return [(each.positive - each.negative, each.positive + each.negative, each.scored) for each in counts]


def _voice(
    store: Store, brand: str, at: Period, daily: Mapping[str, Count], everyone: Mapping[str, int], scope: Scope
) -> Figure:
    mine, all_of = _sum(daily, at.days.each).mentions, sum(everyone.get(day, 0) for day in at.days.each)
    was, all_were = _sum(daily, at.before.each).mentions, sum(everyone.get(day, 0) for day in at.before.each)
    p = None
    if at.comparable and all_of and all_were:
        after, before, usually = (
            [(daily.get(day, Count()).mentions, everyone.get(day, 0)) for day in days]
            for days in (*at.compared, _earlier(at))
        )
        p = chance.of_shares(after, before, usually)
    reason = why(store, _VOICE, brand, at.days, scope)
    share_before = was / all_were if at.comparable and all_were else None
    return _figure("voice", mine / all_of if all_of else None, share_before, p, reason, relative=False)


def _open(store: Store, brand: str, at: Period, scope: Scope, now: datetime) -> Figure:
    begin, end = (datetime.fromisoformat(moment) for moment in store.bounds(at.days))
    value = store.open_complaints(brand, end, now, scope=scope)
    came = store.figures(brand, at.days, ["name"], kind="intent", scope=scope).get(("complaint",), Count()).mentions
    p = before = None
    if at.comparable:
        before = store.open_complaints(brand, begin, now, scope=scope)
        p = chance.of_counts(came, max(0, came + before - value), 1, 1, chance.Waves(days=30))
    ever = Days(at.first or at.days.first, at.days.last)
    return _figure(
        "open",
        value,
        before,
        p,
        why(store, _OPEN, brand, ever, scope, intent="complaint", status="open"),
        relative=True,
    )


def _wait(store: Store, brand: str, at: Period, scope: Scope) -> Figure:
    waits, earlier = store.waits(brand, at.days, scope=scope), store.waits(brand, at.before, scope=scope)
    p = chance.of_waits(waits, earlier) if waits and earlier and at.comparable else None
    before = median(earlier) / 3600 if earlier and at.comparable else None
    reason = Why(
        _WAIT, why(store, "", brand, at.days, scope, status="answered").opens,
        partial(waits_sql, brand, store.bounds(at.days), scope),
    )  # fmt: skip
    return _figure("wait", median(waits) / 3600 if waits else None, before, p, reason, relative=True)
