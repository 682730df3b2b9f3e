"""The queues of complaints and opportunities: who is on it, how long it takes, and what became of it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from listening.config import Targets
from listening.errors import ListeningError
from listening.store.facts import Condition
from listening.store.inbox import Capped, Inbox
from listening.store.inbox_card import Card
from listening.store.inbox_filter import IN_PROGRESS, NEW, NOBODY, OPEN, InboxFilter
from listening.store.inbox_sql import conditions, joined
from listening.store.moment import iso
from listening.store.schema.quicker import SECONDS
from listening.store.scope import EVERYTHING, Scope

_PLACE = re.compile(r"[0-9T:Z-]{20}\.[0-9]{1,18}")
VERDICTS = ("recovered", "same", "worse", "unscored", "silent")
_BETTER = 0.2  # of -1 to 1: by so much a tone has changed
_LOOKED_AT = 2_000  # answered mentions, the latest, whose authors are looked after for the figures
_TONES = (
    "SELECT m.id, m.score, "
    "(SELECT x.id FROM posts o JOIN mentions x ON x.post_id = o.id AND x.brand_id = m.brand_id "
    "WHERE o.author_id = p.author_id AND o.published > m.answered AND NOT x.shelved AND {seen} "
    "ORDER BY o.published DESC, x.id DESC LIMIT 1) "
    "FROM mentions m JOIN posts p ON p.id = m.post_id "
    "WHERE m.answered IS NOT NULL AND m.id IN (SELECT value FROM json_each(?))"
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A stretch of time against its target."""

    since: datetime
    stopped: datetime | None  # None: it runs
    took: timedelta  # so far, where it runs
    target: timedelta

    @property
    def late(self) -> bool:
        """Whether it took, or takes, longer than it should."""
        return self.took > self.target

    @property
    def left(self) -> timedelta:
        """Until the target; below 0 after it."""
        return self.target - self.took


@dataclass(frozen=True, slots=True)
class Tone:
    """How the author spoke of the brand after the answer."""

    mention_id: int | None  # the last mention after it; None: not heard of since
    before: float | None
    after: float | None

    @property
    def verdict(self) -> str:
        """recovered, worse, same, unscored, or silent: not heard of since."""
        if self.mention_id is None:
            return "silent"
        if self.before is None or self.after is None:
            return "unscored"
        change = round(self.after - self.before, 6)
        return "recovered" if change >= _BETTER else "worse" if change <= -_BETTER else "same"


@dataclass(frozen=True, slots=True)
class Item:
    """One card of a queue."""

    card: Card
    answer: Clock
    resolution: Clock
    tone: Tone | None  # None: not answered yet


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some of a queue, as `Page`."""

    items: tuple[Item, ...]
    after: str
    mark: int


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """A queue at a glance; of what was answered, those answered in the period."""

    unanswered: Capped  # open now
    late: Capped  # of these: past the target
    nobodys: Capped  # of these: without an assignee
    answered: int
    in_time: int  # of the answered
    median_answer: timedelta | None  # from publishing to the first answer
    closed: int  # of the answered
    outcomes: tuple[tuple[str, int], ...]  # sale, kept, ... of the answered
    tones: tuple[tuple[str, int], ...]  # recovered, same, ... of the latest 2,000 answered


_ANSWERED = "FROM mentions d INDEXED BY mentions_answered"


class Queues(Inbox):
    """Complaints and opportunities."""

    def queue(
        self, name: str, where: InboxFilter | None = None, *, now: datetime, targets: Targets | None = None,
        order: str = "urgent", after: str = "", limit: int = 50, scope: Scope = EVERYTHING,
    ) -> QueuePage:  # fmt: skip
        """A page of "complaints" or "opportunities", open ones unless the filter names statuses; see `page`."""
        where = replace(where or InboxFilter(), queue=name)
        where = where if where.statuses else replace(where, statuses=OPEN)
        page = self.page(where, now=now, order=order, after=after, limit=limit, scope=scope)
        return QueuePage(self.items(page.cards, now=now, targets=targets, scope=scope), page.after, page.mark)

    def items(
        self, cards: Sequence[Card], *, now: datetime, targets: Targets | None = None, scope: Scope = EVERYTHING
    ) -> tuple[Item, ...]:
        """Cards with their clocks, and what became of their authors."""
        targets, tones = targets or Targets(), self._tones([card.mention_id for card in cards if card.answered], scope)
        return tuple(
            Item(
                card,
                _clock(card.published, card.answered or card.closed, targets.answer, now),
                _clock(card.published, card.closed, targets.resolve, now),
                tones.get(card.mention_id),
            )
            for card in cards
        )

    def queue_figures(
        self, name: str, where: InboxFilter | None = None, *, since: datetime, until: datetime, now: datetime,
        targets: Targets | None = None, scope: Scope = EVERYTHING,
    ) -> QueueFigures:  # fmt: skip
        """A queue at a glance: what is open now, and how it went with what was answered in [since, until)."""
        targets = targets or Targets()
        here = replace(where or InboxFilter(), queue=name, since=None, until=None, statuses=())
        waiting = replace(here, statuses=(NEW, IN_PROGRESS))
        late = replace(waiting, until=now - targets.answer)
        answered = _within(conditions(self.db.conn, here, scope, "d"), since, until)
        closed, waits, outcomes = self._dealt(answered)
        target = targets.answer.total_seconds()
        tones = self._tones(self._latest(answered, _LOOKED_AT), scope)
        return QueueFigures(
            self.count(waiting, scope=scope),
            self.count(late, scope=scope),
            self.count(replace(waiting, assignee=NOBODY), scope=scope),
            len(waits),
            sum(seconds <= target for seconds in waits),
            timedelta(seconds=round(median(waits))) if waits else None,
            closed,
            _counted(outcomes),
            _counted([tone.verdict for tone in tones.values()]),
        )

    def answered(
        self, name: str, where: InboxFilter | None = None, *, since: datetime, until: datetime, now: datetime,
        became: str = "", targets: Targets | None = None, after: str = "", limit: int = 50, scope: Scope = EVERYTHING,
    ) -> QueuePage:  # fmt: skip
        """What was answered in [since, until), the latest first: the mentions that `queue_figures` counts.

        `became` is an outcome or a tone's verdict that they must have. `after` is the `QueuePage.after` before.
        """
        here = replace(where or InboxFilter(), queue=name, since=None, until=None, statuses=())
        every = _within(conditions(self.db.conn, here, scope, "d"), since, until)
        chosen = every
        if became in VERDICTS:
            tones = self._tones(self._latest(every, _LOOKED_AT), scope)
            ids = json.dumps([ident for ident, tone in tones.items() if tone.verdict == became])
            chosen = joined([every, ("d.id IN (SELECT value FROM json_each(?))", [ids])])
        elif became:
            chosen = joined([every, ("d.outcome = ?", [became])])
        if after:
            chosen = joined([chosen, ("(d.answered, d.id) < (?, ?)", _place(after))])
        found = self._latest(chosen, limit + 1)
        shown = self.cards(found[:limit], now)
        last = shown[-1] if len(found) > limit else None
        following = f"{iso(last.answered)}.{last.mention_id}" if last and last.answered else ""
        return QueuePage(self.items(shown, now=now, targets=targets, scope=scope), following, self.mark())

    def _latest(self, answered: Condition, limit: int) -> list[int]:
        """The ids of mentions that were answered last."""
        sql, values = answered
        rows = self.db.conn.execute(
            f"SELECT d.id {_ANSWERED} WHERE {sql} ORDER BY d.answered DESC, d.id DESC LIMIT ?", [*values, limit]
        )
        return [row[0] for row in rows]

    def _dealt(self, answered: Condition) -> tuple[int, list[int], list[str]]:
        """How many of them are closed, the seconds that each waited, and what came of those of which it was noted."""
        sql, values = answered
        closed, waits, outcomes = self.db.conn.execute(
            f"SELECT count(d.closed), json_group_array({SECONDS}), json_group_array(d.outcome) "
            f"FILTER (WHERE d.outcome <> '') {_ANSWERED} WHERE {sql}",
            values,
        ).fetchone()  # as single values: there may be very many
        return closed, json.loads(waits), json.loads(outcomes)

    def _tones(self, ids: Sequence[int], scope: Scope) -> dict[int, Tone]:
        seen, hidden = scope.sources("x.source_id")
        rows = self.db.conn.execute(_TONES.format(seen=seen), [*hidden, json.dumps(list(ids))]).fetchall()
        later = json.dumps([row[2] for row in rows if row[2] is not None])
        query = "SELECT id, score FROM mentions WHERE id IN (SELECT value FROM json_each(?))"
        scores = dict(self.db.conn.execute(query, [later]).fetchall())
        return {ident: Tone(last, score, scores.get(last)) for ident, score, last in rows}


def _place(after: str) -> list[str | int]:
    """Where a page ended: when its last mention was answered, and its id. Raises ListeningError for anything else."""
    if not _PLACE.fullmatch(after):
        raise ListeningError("this page of the list is not known. Go back to its first page.")
    answered, _, ident = after.partition(".")
    return [answered, int(ident)]


def _within(answered: Condition, since: datetime, until: datetime) -> Condition:
    return joined([("d.answered >= ? AND d.answered < ?", [iso(since), iso(until)]), answered])


def _clock(since: datetime, stopped: datetime | None, target: timedelta, now: datetime) -> Clock:
    return Clock(since, stopped, max(timedelta(0), (stopped or now) - since), target)


def _counted(names: Sequence[str]) -> tuple[tuple[str, int], ...]:
    found = {name: names.count(name) for name in dict.fromkeys(names)}
    return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
