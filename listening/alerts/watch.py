"""One rule, live: it looks at what is new, and says what is to be kept and told."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from listening.alerts.counted import Change, Counted, advance, chosen, count, renew, spell_data, spell_of
from listening.alerts.health import breakdowns
from listening.alerts.quiet import release
from listening.alerts.rules import Rule
from listening.alerts.series import hour_of, moment_of
from listening.alerts.single import passing, series_of
from listening.config.alerts import COUNTED
from listening.store import Incident, NewMention, Opened, Outgoing, RuleState, Step, Store

_CATCH_UP = 72  # hours that are looked at again after nobody looked
_TAIL = 26  # hours that are counted anew as mentions come: the longest window, and the hour it began in
_TIMED = {"unanswered": timedelta(minutes=1), "broken": timedelta(minutes=2)}
_COUNTED = timedelta(minutes=5)  # lulls are found though no mention comes
_ANSWERS = timedelta(days=30)  # how long it is looked whether a complaint was answered
_AGAIN = timedelta(days=1)  # after which an author of reach is told of again
_SHARE = 4  # of the time a look takes are waited before the next, so that a costly rule leaves time to others,
_LONGEST = timedelta(seconds=3)  # but no longer


@dataclass(slots=True)
class Watch:
    """A rule and what it knows of its series between two looks."""

    store: Store
    rule: Rule
    new_key: Callable[[], str] = lambda: secrets.token_hex(16)
    counted: Counted | None = None
    seen: int = -1  # the last mention that was counted
    next_look: datetime | None = None
    over: dict[str, int] = field(default_factory=dict)

    def look(self, state: RuleState | None, last: int, now: datetime) -> Step | None:
        """What is new up to mention `last`: a step to be taken; None where there is nothing to look at."""
        kind = self.rule.alert.kind
        step = Step(self.rule.name, state.turn if state else -1, last, now)
        if kind in COUNTED:
            return self._count(step, state, last, now)
        if kind in _TIMED:
            if self.next_look is not None and now < self.next_look and state is not None:
                return None
            self.next_look = now + _TIMED[kind]
            self._waiting(step, now) if kind == "unanswered" else self._broken(step, now)
        elif state is not None:
            if last <= state.checkpoint:
                return None
            self._mentions(step, state.checkpoint, now)
        return step

    def slow(self, took: float, now: datetime) -> None:
        """A look took so many seconds: the next may wait for its share."""
        if self.rule.alert.kind in COUNTED and took > 0.05:
            self.next_look = now + min(_LONGEST, timedelta(seconds=_SHARE * took))

    # ---- rules that count

    def _count(self, step: Step, state: RuleState | None, last: int, now: datetime) -> Step | None:
        hour = hour_of(now)
        looked = hour if state is None else max(hour_of(datetime.fromisoformat(state.looked)), hour - _CATCH_UP)
        if self.counted is not None and self.counted.start + self.counted.length - 1 == hour:
            if self.next_look is not None and now < self.next_look:
                return None
            if last != self.seen:
                renew(self.store, self.counted, _TAIL)
            elif state is not None and now - datetime.fromisoformat(state.looked) < _COUNTED:
                return None
        else:
            self.counted = count(self.store, self.rule, moment_of(looked), now)
            self.over = self._ended()
        self.seen = last
        known = {each.series: each for each in self.store.incidents(self.rule.name, open_only=True, limit=1000)}
        spells = {series: spell_of(incident.data) for series, incident in known.items()}
        watched = {each.key for each in self.counted.watched}
        step.closed += [(incident.id, now) for series, incident in known.items() if series not in watched]
        fresh: dict[str, int] = {}  # series -> which of the new incidents is on
        for change in advance(self.counted, spells, dict(self.over), min(looked, hour), hour):
            self._keep(step, change, fresh, known.get(change.watched.key), now)
        self._tell(step, "opened", now, [each.series for each in step.opened])
        if self.rule.alert.when_over:
            self._tell(step, "over", now, [], [ident for ident, _ in step.closed])
        return step

    def _ended(self) -> dict[str, int]:
        found = {}
        for watched in self.counted.watched if self.counted else ():
            incident = self.store.last_incident(self.rule.name, watched.key)
            if incident is not None and incident.closed is not None:
                found[watched.key] = int(incident.data.get("last", 0))
        return found

    def _keep(self, step: Step, change: Change, fresh: dict[str, int], known: Incident | None, now: datetime) -> None:
        key, spell = change.watched.key, change.spell
        over = now if change.state == "over" else None
        if over:
            self.over[key] = spell.last
        if change.state == "opened" or key in fresh:
            brand, data = change.watched.series.brand, self._data(change, now)
            new = Opened(key, self.rule.alert.kind, brand, moment_of(spell.opened), data, over)
            if key in fresh:
                step.opened[fresh[key]] = new
            else:
                fresh[key] = len(step.opened)
                step.opened.append(new)
            if over:
                del fresh[key]
        elif known is not None and over:
            step.closed.append((known.id, now))
        elif known is not None and _moved(known.data, spell_data(spell)):
            step.updated = [each for each in step.updated if each[0] != known.id]
            step.updated.append((known.id, now, self._data(change, now)))

    def _data(self, change: Change, now: datetime) -> dict[str, Any]:
        mentions = chosen(self.store, self.rule, change.watched, change.spell, now)
        return {**spell_data(change.spell), "mentions": mentions, "source": change.watched.source,
                "aspect": change.watched.aspect}  # fmt: skip

    # ---- rules that look at each mention

    def _mentions(self, step: Step, checkpoint: int, now: datetime) -> None:
        alert = self.rule.alert
        since = now - alert.newest
        new = self.store.new_mentions(checkpoint, step.checkpoint, self.rule.brands, source=alert.source, since=since)
        known = self.store.known_series(self.rule.name, now - _AGAIN) if alert.kind == "reach" else set()
        for mention in passing(self.store, self.rule, new, now):
            series = series_of(self.rule, mention)
            if series not in known:
                step.opened.append(self._opened(mention, now, closed=now))
                if alert.kind == "reach":
                    known.add(series)
        self._tell(step, "opened", now, [each.series for each in step.opened])

    def _opened(self, mention: NewMention, now: datetime, closed: datetime | None) -> Opened:
        data = {
            "mentions": [mention.id], "site": mention.domain, "followers": mention.followers,
            "published": mention.published, "source": mention.source,
        }  # fmt: skip
        return Opened(series_of(self.rule, mention), self.rule.alert.kind, mention.brand, now, data, closed)

    def _waiting(self, step: Step, now: datetime) -> None:
        alert = self.rule.alert
        until = now - alert.after
        waiting = self.store.waiting(alert.intent, self.rule.brands, now - _ANSWERS, until, source=alert.source)
        recent = [m for m in waiting if datetime.fromisoformat(m.published) >= until - alert.newest]
        known = self.store.known_series(self.rule.name, now - _ANSWERS)
        fresh = [m for m in recent if series_of(self.rule, m) not in known]
        step.opened += [self._opened(m, now, None) for m in passing(self.store, self.rule, fresh, now)]
        self._close(step, {series_of(self.rule, m) for m in waiting}, now)

    def _broken(self, step: Step, now: datetime) -> None:
        on = {
            each.source: each for each in breakdowns(self.store, self.rule, now - _ANSWERS, now) if each.until is None
        }
        known = {each.series for each in self.store.incidents(self.rule.name, open_only=True, limit=1000)}
        step.opened += [
            Opened(each.source, "broken", "", each.since, {"why": each.why, "source": each.source, "mentions": []})
            for each in on.values()
            if each.source not in known
        ]
        self._close(step, set(on), now)

    def _close(self, step: Step, still: set[str], now: datetime) -> None:
        for incident in self.store.incidents(self.rule.name, open_only=True, limit=1000):
            if incident.series not in still:
                step.closed.append((incident.id, now))
        self._tell(step, "opened", now, [each.series for each in step.opened])
        if self.rule.alert.when_over:
            self._tell(step, "over", now, [], [ident for ident, _ in step.closed])

    # ---- what is sent

    def _tell(
        self, step: Step, event: str, now: datetime, series: Sequence[str], incidents: Sequence[int] = ()
    ) -> None:
        if not series and not incidents:
            return
        for channel in self.rule.alert.channels:
            last = self.store.last_message(self.rule.name, channel)
            held = self.store.held_until(self.rule.name, channel)
            due = release(
                self.rule, now, datetime.fromisoformat(last[1]) if last else None,
                datetime.fromisoformat(held) if held else None,
            )  # fmt: skip
            step.outgoing.append(
                Outgoing(
                    self.new_key(), channel, self.rule.name, event, now, due, due > now, tuple(series), tuple(incidents)
                )
            )


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether an incident changed so much that it is worth writing."""
    return bool(before["last"] != after["last"] or after["best"]["chance"] < before["best"]["chance"] / 10)
