"""Replay: how often a rule would have fired in the past, when, and how early, by the very engine that runs live."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from listening.alerts.counted import Change, Counted, advance, chosen, count, span
from listening.alerts.health import breakdowns
from listening.alerts.rules import Rule
from listening.alerts.scan import Spell
from listening.alerts.series import hour_of, moment_of
from listening.alerts.single import passing, series_of
from listening.config.alerts import COUNTED
from listening.store import EVERYTHING, NewMention, Scope, Store

_STEP = 500  # mentions between two words of how far it is
Progress = Callable[[int, int], None]  # done, of how many (0: nobody knows)


def _silent(_: int, __: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Firing:
    """One time that a rule would have told of something."""

    rule: str
    kind: str
    series: str  # what it is about: a brand, a brand and an aspect or a source, a mention's author or site
    brand: str
    opened: datetime  # when the message would have gone out
    closed: datetime | None  # None: still on
    peak: datetime | None  # the end of its busiest hour
    direction: str = ""  # up, down, share
    count: int = 0
    usual: float = 0.0
    hours: int = 0  # of the window that was unusual
    mentions: tuple[int, ...] = ()  # the best, the most urgent first

    @property
    def early(self) -> timedelta | None:
        """How long before the peak the message would have been there; negative: so long after it."""
        return None if self.peak is None else self.peak - self.opened


def replay(
    store: Store, rule: Rule, since: datetime, now: datetime, *, scope: Scope = EVERYTHING, limit: int = 1000,
    progress: Progress = _silent,
) -> list[Firing]:  # fmt: skip
    """The times that a rule would have fired from `since` to now, the first ones first, at most `limit`.

    Of `unanswered` those are found that wait still: when others were answered is not asked here. `progress` is called
    now and then, and may raise to end it.
    """
    if rule.alert.kind in COUNTED:
        found: Iterator[Firing] = _counted(store, rule, since, now, scope, progress)
    elif rule.alert.kind == "broken":
        found = (
            Firing(rule.name, "broken", each.source, "", each.since, each.until, None)
            for each in breakdowns(store, rule, since, now, scope)
        )
    elif rule.alert.kind == "unanswered":
        until = now - rule.alert.after
        waiting = store.waiting(rule.alert.intent, rule.brands, since, until, source=rule.alert.source, scope=scope)
        found = _single(rule, passing(store, rule, waiting, now), rule.alert.after)
    else:
        if rule.alert.kind == "new-site" and not store.read_only:
            store.note_sites()
        mentions = store.mentions_between(since, now, rule.brands, source=rule.alert.source, scope=scope)
        found = _single(rule, passing(store, rule, _telling(mentions, progress), now), timedelta(0))
    firings = []
    for firing in found:
        firings.append(firing)
        if len(firings) >= limit and rule.alert.kind not in COUNTED:
            break
    return sorted(firings, key=lambda firing: firing.opened)[:limit]


def _counted(
    store: Store, rule: Rule, since: datetime, now: datetime, scope: Scope, progress: Progress
) -> Iterator[Firing]:
    counted = count(store, rule, since, now, scope)
    for done, watched in enumerate(counted.watched):
        progress(done, len(counted.watched))
        first: Spell | None = None
        last: Change | None = None
        for change in advance(replace(counted, watched=[watched]), {}, {}, hour_of(since), hour_of(now)):
            first = change.spell if change.state == "opened" or first is None else first
            last = change
            if change.state == "over":
                yield _firing(store, counted, change, first, now, scope)
                first = last = None
        if first is not None and last is not None:
            yield _firing(store, counted, last, first, now, scope)


def _telling(mentions: Iterable[NewMention], progress: Progress) -> Iterator[NewMention]:
    for number, mention in enumerate(mentions):
        if number % _STEP == 0:
            progress(number, 0)
        yield mention


def _firing(store: Store, counted: Counted, change: Change, first: Spell, now: datetime, scope: Scope) -> Firing:
    rule, watched, spell = counted.rule, change.watched, change.spell
    late = rule.settle if watched.direction == "down" else 0
    opened = moment_of(first.opened + late) + timedelta(hours=1)
    if watched.direction == "up" and not rule.alert.query:
        opened = _moment(store, counted, change, first, opened, scope)
    ended = None if spell.closed is None else moment_of(spell.last + late) + timedelta(hours=1)
    return Firing(
        rule.name, rule.alert.kind, watched.key, watched.series.brand, min(opened, now), ended, _peak(counted, change),
        spell.best.direction, spell.best.count, spell.best.usual, spell.best.window,
        tuple(chosen(store, rule, watched, spell, now, scope)[:3]),
    )  # fmt: skip


def _peak(counted: Counted, change: Change) -> datetime | None:
    """The end of the hour with the most mentions, or the most negative ones; a lull has none."""
    if change.spell.best.direction == "down":
        return None
    since, _ = span(change.spell)
    begin, end = hour_of(since) - counted.start, change.spell.last - counted.start + 1
    usual = change.watched.series.total(change.watched.series.joined(end))
    counts = usual.negative if change.spell.best.direction == "share" else usual.mentions
    busiest = max(range(max(begin, 0), end), key=lambda at: counts[at], default=None)
    return None if busiest is None else moment_of(counted.start + busiest + 1)


def _moment(
    store: Store, counted: Counted, change: Change, first: Spell, otherwise: datetime, scope: Scope
) -> datetime:
    """Within its hour, when the mention came with which it was a sign: live, each mention is looked at as it comes."""
    sign = first.first
    end = sign.hour - counted.start + 1
    enough = change.watched.scanner.enough(end, sign.window)
    if enough is None:
        return otherwise
    watched, hour = change.watched, moment_of(sign.hour)
    times = store.mention_times(
        watched.series.brand, hour, hour + timedelta(hours=1), source=watched.source, aspect=watched.aspect,
        scope=scope,
    )  # fmt: skip
    missing = enough - (sign.count - len(times))
    return times[missing - 1] if 0 < missing <= len(times) else otherwise


def _single(rule: Rule, mentions: Iterable[NewMention], after: timedelta) -> Iterator[Firing]:
    for mention in mentions:
        when = datetime.fromisoformat(mention.published) + after
        yield Firing(rule.name, rule.alert.kind, series_of(rule, mention), mention.brand, when, when, None,
                     mentions=(mention.id,), count=1)  # fmt: skip
