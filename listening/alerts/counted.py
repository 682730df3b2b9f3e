"""Rules that count: their series, read from the store, and what a scan of them finds hour by hour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from listening.alerts.rules import Rule
from listening.alerts.scan import Direction, Scanner, Sign, Spell, Threshold
from listening.alerts.series import Heard, Series, hour_of, moment_of, slots
from listening.alerts.usual import DAY
from listening.store import EVERYTHING, Asking, Hour, Scope, Store

PAST = 58 * DAY  # hours before the first look, from which what is usual is learnt
_DIRECTIONS: Mapping[str, tuple[Direction, ...]] = {
    "spike": ("up",), "lull": ("down",), "negative": ("share",), "aspect": ("up", "down"), "source": ("up", "down"),
}  # fmt: skip
_FOREVER = 1 << 40


@dataclass(frozen=True, slots=True)
class Watched:
    """One series and one direction in which it may be unusual."""

    key: str  # names it among the rule's incidents
    series: Series
    scanner: Scanner
    direction: Direction
    source: str = ""
    aspect: str = ""


@dataclass(frozen=True, slots=True)
class _Of:
    """What a series is of."""

    name: str
    source: str = ""
    aspect: str = ""


@dataclass(slots=True)
class Counted:
    """All that a rule counts, from `PAST` before an hour up to another."""

    rule: Rule
    start: int
    length: int
    when: list[int]
    watched: list[Watched] = field(default_factory=list)


def count(store: Store, rule: Rule, first: datetime, last: datetime, scope: Scope = EVERYTHING) -> Counted:
    """Read what a rule counts, so that every hour from the first moment to the last can be looked at."""
    start = (hour_of(first) - PAST) // DAY * DAY
    length = hour_of(last) - start + 1
    counted = Counted(rule, start, length, slots(start, length, rule.zone))
    heard = {each.source: _heard(each) for each in store.askings(moment_of(start))}
    for brand in rule.brands:
        found: dict[str, _Of] = (
            {} if rule.alert.kind in ("aspect", "source") else {brand: _Of(brand, rule.alert.source)}
        )
        series: dict[str, Series] = {}
        for of, hour in _rows(store, rule, brand, start, start + length, scope):
            found.setdefault(of.name, of)
            if of.name not in series:
                series[of.name] = Series(of.name, brand, start, length, heard=heard)
            _put(series[of.name], hour)
        each_may = rule.alert.chance / max(1, len(found) * len(_DIRECTIONS[rule.alert.kind]))
        for name, of in sorted(found.items()):
            one = series.get(name) or Series(name, brand, start, length, heard=heard)
            counted.watched += _watched(counted, one, of, each_may)
    return counted


def renew(store: Store, counted: Counted, hours: int) -> None:
    """Count the last hours anew: mentions came, or are judged otherwise."""
    end = counted.start + counted.length
    series = {watched.series.name: watched.series for watched in counted.watched}
    for each in series.values():
        each.clear(end - hours)
    for brand in counted.rule.brands:
        for of, hour in _rows(store, counted.rule, brand, end - hours, end, EVERYTHING):
            if of.name in series:  # what is new has no history yet
                _put(series[of.name], hour)
    for watched in counted.watched:
        watched.scanner.renew()


def _watched(counted: Counted, series: Series, of: _Of, false_alarms: float) -> Iterator[Watched]:
    rule = counted.rule
    directions = _DIRECTIONS[rule.alert.kind]
    for direction in directions:
        test = Threshold(direction, rule.alert.times, rule.alert.mentions, false_alarms)
        key = f"{series.name}, fewer" if len(directions) > 1 and direction == "down" else series.name
        scanner = Scanner(series, counted.when, test, rule.settle)
        yield Watched(key, series, scanner, direction, of.source, of.aspect)


def _rows(store: Store, rule: Rule, brand: str, first: int, end: int, scope: Scope) -> Iterator[tuple[_Of, Hour]]:
    """What is counted of a brand in these hours, and which of its series each row belongs to."""
    since, until, source = moment_of(first), moment_of(end), rule.alert.source
    if rule.alert.kind == "aspect":
        for aspect, hour in store.hours_by_aspect(brand, since, until, source=source, scope=scope):
            if not rule.alert.aspects or aspect in rule.alert.aspects:
                yield _Of(f"{brand}, {aspect}", source, aspect), hour
        return
    asked = rule.question(until)
    if asked is None:
        hours: Iterable[Hour] = store.hours(brand, since, until, source=source, scope=scope)
    else:
        hours = store.hours_of_query(asked, brand, since, until, source=source, scope=scope)
    for hour in hours:
        yield _Of(f"{brand}, {hour[1]}", hour[1]) if rule.alert.kind == "source" else _Of(brand, source), hour


def _put(series: Series, row: Hour) -> None:
    hour, source, mentions, negative, scored = row
    series.put(source, _hour(hour), mentions, negative, scored)


@lru_cache(maxsize=1 << 14)
def _hour(text: str) -> int:
    return hour_of(datetime.fromisoformat(f"{text}:00+00:00"))


def _heard(asking: Asking) -> Heard:
    spans = tuple((_hour(a[:13]), _FOREVER if b.startswith("9999") else _hour(b[:13])) for a, b in asking.spans)
    return Heard(_hour(asking.first[:13]), spans)


@dataclass(frozen=True, slots=True)
class Change:
    """What an hour brought to one series."""

    watched: Watched
    spell: Spell
    state: str  # opened, on, over


def advance(
    counted: Counted, spells: Mapping[str, Spell], over: Mapping[str, int], first: int, last: int
) -> Iterator[Change]:
    """Look at every hour from one to another, the last perhaps unfinished; `spells` are those that are on.

    `over` is, by series, the last hour of the spell before. Live and replay both come through here.
    """
    for watched in counted.watched:
        spell, since = spells.get(watched.key), over.get(watched.key, 0)
        late = counted.rule.settle if watched.direction == "down" else 0
        for hour in range(first, last + 1):
            before = spell
            spell, ended = watched.scanner.step(spell, hour - late - counted.start + 1, since)
            if spell is None:
                continue
            if ended:
                yield Change(watched, spell, "over")
                since, spell = spell.last, None
            elif before is None:
                yield Change(watched, spell, "opened")
            elif spell != before:
                yield Change(watched, spell, "on")


def spell_data(spell: Spell) -> dict[str, Any]:
    """A spell as an incident keeps it."""
    return {"opened": spell.opened, "last": spell.last, "first": asdict(spell.first), "best": asdict(spell.best)}


def spell_of(data: Mapping[str, Any]) -> Spell:
    """And back."""
    return Spell(int(data["opened"]), Sign(**data["first"]), Sign(**data["best"]), int(data["last"]))


def span(spell: Spell) -> tuple[datetime, datetime]:
    """From when to when what is unusual was said, as far as it is known."""
    begin = min(spell.begin, spell.best.hour - spell.best.window + 1)
    return moment_of(begin), moment_of(max(spell.best.hour, spell.opened)) + timedelta(hours=1)


def chosen(
    store: Store, rule: Rule, watched: Watched, spell: Spell, now: datetime, scope: Scope = EVERYTHING
) -> list[int]:
    """The mentions that say best what a spell is about: at most 20, the most urgent first."""
    if spell.best.direction == "down":
        return []
    since, until = span(spell)
    found = store.best_mentions(
        watched.series.brand, since, min(until, now + timedelta(seconds=1)), source=watched.source,
        aspect=watched.aspect, negative=spell.best.direction == "share", scope=scope,
    )  # fmt: skip
    asked = rule.question(now)
    ids = [ident for ident, _ in found] if asked is None else list(store.fitting(asked, found))
    return ids[:20]
