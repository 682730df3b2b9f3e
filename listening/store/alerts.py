"""What alert rules have seen and found: checkpoints, steps, and the mentions that a rule asks about."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from listening.store.connection import Connection
from listening.store.moment import iso
from listening.store.outbox import Outgoing, put
from listening.store.scope import EVERYTHING, Scope

_NEW = (
    "SELECT m.id, m.post_id, b.name, s.name, p.domain, coalesce(a.followers, 0), coalesce(p.author_id, 0), "
    "m.published, m.created FROM mentions m JOIN posts p ON p.id = m.post_id JOIN brands b ON b.id = m.brand_id "
    "JOIN sources s ON s.id = p.source_id LEFT JOIN authors a ON a.id = p.author_id WHERE NOT m.shelved"
)
_FIRST_SAID = (  # nothing that only repeats what was there already
    " AND (m.cluster IS NULL OR NOT EXISTS (SELECT 1 FROM mentions o WHERE o.cluster = m.cluster "
    "AND o.brand_id = m.brand_id AND o.id < m.id))"
)
_TOLD = (
    "SELECT m.id, b.name, s.name, p.url, coalesce(nullif(p.title, ''), t.title, ''), p.text, coalesce(a.name, ''), "
    "coalesce(a.followers, 0), m.label, m.intents, m.urgency, m.published, m.cluster FROM mentions m JOIN posts p "
    "ON p.id = m.post_id JOIN brands b ON b.id = m.brand_id JOIN sources s ON s.id = p.source_id "
    "LEFT JOIN authors a ON a.id = p.author_id LEFT JOIN threads t ON t.id = p.thread_id "
    "WHERE p.deleted IS NULL AND m.id IN (SELECT value FROM json_each(?))"
)
_OPEN = ("new", "in progress")  # what still waits for an answer


@dataclass(frozen=True, slots=True)
class RuleState:
    """How far a rule has looked. `turn` changes with every step, so that of two workers one goes on."""

    checkpoint: int  # the last mention it has seen
    looked: str  # up to when
    turn: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """An incident that is new; `closed` where it is over at once, as a single mention is."""

    series: str
    kind: str
    brand: str
    opened: datetime
    data: Mapping[str, Any]
    closed: datetime | None = None


@dataclass(slots=True)
class Step:
    """What one look of a rule changes, all of it in one transaction."""

    rule: str
    turn: int  # as it was read; -1 for a rule without a state
    checkpoint: int
    looked: datetime
    opened: list[Opened] = field(default_factory=list)
    updated: list[tuple[int, datetime, Mapping[str, Any]]] = field(default_factory=list)  # id, last sign, data
    closed: list[tuple[int, datetime]] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)  # with series of new incidents, or ids of known ones
    error: str = ""


@dataclass(frozen=True, slots=True)
class NewMention:
    """A mention as rules look at it."""

    id: int
    post_id: int
    brand: str
    source: str
    domain: str
    followers: int
    author: int  # 0: nobody named
    published: str
    created: str


@dataclass(frozen=True, slots=True)
class Told:
    """A mention as a message shows it."""

    id: int
    brand: str
    source: str
    url: str
    title: str
    text: str
    author: str
    followers: int
    label: str | None
    intents: str
    urgency: int
    published: str
    cluster: int | None  # what it is a copy of, or others copy


class Alerts(Connection):
    """Rules, what they find, and mentions as they look at them."""

    def last_mention(self) -> int:
        """The id of the newest mention; asking is cheap."""
        return int(self.db.conn.execute("SELECT coalesce(max(id), 0) FROM mentions").fetchone()[0])

    def rule_states(self) -> dict[str, RuleState]:
        """By rule."""
        rows = self.db.conn.execute("SELECT rule, checkpoint, looked, turn, error FROM alert_rules")
        return {row[0]: RuleState(*row[1:]) for row in rows}

    def take_step(self, step: Step) -> list[int] | None:
        """Keep what a look found, and what is to be sent because of it. Returns the ids of the new incidents.

        None, and nothing is kept, where another worker was quicker: then the rule is to be looked at again.
        """
        with self.writing() as conn:
            known = conn.execute("SELECT turn FROM alert_rules WHERE rule = ?", [step.rule]).fetchone()
            if (known[0] if known else -1) != step.turn:
                return None
            conn.execute(
                "INSERT INTO alert_rules (rule, checkpoint, looked, turn, error) VALUES (?, ?, ?, 0, ?) ON CONFLICT "
                "DO UPDATE SET checkpoint = excluded.checkpoint, looked = excluded.looked, turn = turn + 1, "
                "error = excluded.error",
                [step.rule, step.checkpoint, iso(step.looked), step.error],
            )
            conn.executemany(
                "UPDATE incidents SET updated = ?, data = ? WHERE id = ?",
                [(iso(when), json.dumps(data), ident) for ident, when, data in step.updated],
            )
            conn.executemany(
                "UPDATE incidents SET closed = ? WHERE id = ?", [(iso(when), ident) for ident, when in step.closed]
            )
            ids = [_insert(conn, step.rule, each, step.looked) for each in step.opened]
            for message in step.outgoing:
                new = [i for i, each in zip(ids, step.opened, strict=True) if each.series in message.series]
                put(conn, message, [*message.incidents, *new])
        return ids

    def advance_rules(self, seen: Mapping[str, tuple[int, int]], now: datetime) -> None:
        """Rules that found nothing have seen all mentions up to one: rule -> (turn as it was read, checkpoint)."""
        with self.writing() as conn:
            conn.executemany(
                "UPDATE alert_rules SET checkpoint = ?, looked = ?, error = '' WHERE rule = ? AND turn = ?",
                [(checkpoint, iso(now), rule, turn) for rule, (turn, checkpoint) in seen.items()],
            )

    def rule_failed(self, rule: str, error: str) -> None:
        """Keep why a rule could not look, to be shown beside it."""
        with self.writing() as conn:
            conn.execute("UPDATE alert_rules SET error = ? WHERE rule = ?", [error, rule])

    def forget_rule(self, rule: str, now: datetime) -> None:
        """Let a rule begin anew, as after a change: its open incidents are over. Nothing that waits is lost."""
        with self.writing() as conn:
            conn.execute("DELETE FROM alert_rules WHERE rule = ?", [rule])
            conn.execute("UPDATE incidents SET closed = ? WHERE rule = ? AND closed IS NULL", [iso(now), rule])

    def new_mentions(
        self, after: int, upto: int, brands: Collection[str], *, source: str = "", since: datetime | None = None
    ) -> list[NewMention]:
        """Mentions with ids after one and up to another that say something first, in order; old ones left out."""
        rows = self.db.conn.execute(
            f"{_NEW}{_FIRST_SAID} AND m.id > ? AND m.id <= ? AND b.name IN (SELECT value FROM json_each(?)) "
            "AND ? IN ('', s.name) AND m.published >= ? ORDER BY m.id",
            [after, upto, json.dumps(list(brands)), source, iso(since) if since else ""],
        )
        return [NewMention(*row) for row in rows]

    def mentions_between(
        self, since: datetime, until: datetime, brands: Collection[str], *, source: str = "", scope: Scope = EVERYTHING
    ) -> Iterator[NewMention]:
        """Mentions published in a period that say something first, by time."""
        sql, values = scope.sources("p.source_id")
        rows = self.db.conn.execute(
            f"{_NEW} AND NOT m.copy AND m.published >= ? AND m.published < ? AND {sql} "
            "AND b.name IN (SELECT value FROM json_each(?)) AND ? IN ('', s.name) ORDER BY m.published, m.id",
            [iso(since), iso(until), *values, json.dumps(list(brands)), source],
        )
        return (NewMention(*row) for row in rows)

    def waiting(
        self, intent: str, brands: Collection[str], since: datetime, until: datetime, *, source: str = "",
        scope: Scope = EVERYTHING,
    ) -> list[NewMention]:  # fmt: skip
        """Mentions with an intent, published in a period, that nobody has answered yet, the oldest first."""
        sql, values = scope.sources("p.source_id")
        rows = self.db.conn.execute(
            f"{_NEW} AND NOT m.copy AND instr(', ' || m.intents || ',', ?) AND m.published >= ? AND m.published < ? "
            "AND m.status IN (SELECT value FROM json_each(?)) AND b.name IN (SELECT value FROM json_each(?)) "
            f"AND ? IN ('', s.name) AND {sql} ORDER BY m.published, m.id",
            [f", {intent},", iso(since), iso(until), json.dumps(_OPEN), json.dumps(list(brands)), source, *values],
        )
        return [NewMention(*row) for row in rows]

    def note_sites(self) -> None:
        """Take note of the sites of mentions that were stored since the last time."""
        last = self.last_mention()
        state = self.rule_states().get("")  # its checkpoint is that of the sites
        if state is not None and state.checkpoint >= last:
            return
        with self.writing() as conn:
            conn.execute(
                "INSERT OR IGNORE INTO sites SELECT m.brand_id, p.domain, m.id, m.published FROM mentions m "
                "JOIN posts p ON p.id = m.post_id WHERE m.id > ? AND m.id <= ? AND p.domain <> '' AND NOT m.shelved "
                "ORDER BY m.id",
                [state.checkpoint if state else 0, last],
            )
            conn.execute(
                "INSERT INTO alert_rules (rule, checkpoint, looked) VALUES ('', ?, '') "
                "ON CONFLICT DO UPDATE SET checkpoint = excluded.checkpoint",
                [last],
            )

    def first_on_site(self, ids: Collection[int]) -> set[int]:
        """Of some mentions those that were the first of their brand on their site."""
        rows = self.db.conn.execute(
            "SELECT mention_id FROM sites WHERE mention_id IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))]
        )
        return {int(row[0]) for row in rows}

    def told(self, ids: Sequence[int], *, scope: Scope = EVERYTHING) -> list[Told]:
        """Mentions as messages show them, the most urgent and most followed first; without those that are gone."""
        sql, values = scope.sources("p.source_id")
        rows = self.db.conn.execute(f"{_TOLD} AND {sql}", [json.dumps(list(ids)), *values]).fetchall()
        return sorted((Told(*row) for row in rows), key=lambda m: (-m.urgency, -m.followers, m.published, m.id))

    def mention_times(
        self, brand: str, since: datetime, until: datetime, *, source: str = "", aspect: str = "",
        scope: Scope = EVERYTHING,
    ) -> list[datetime]:  # fmt: skip
        """When the mentions of a brand in a period were published, copies left out, in order."""
        found = self.best_mentions(brand, since, until, source=source, aspect=aspect, limit=-1, scope=scope)
        rows = self.db.conn.execute(
            "SELECT published FROM mentions WHERE id IN (SELECT value FROM json_each(?)) ORDER BY 1",
            [json.dumps([ident for ident, _ in found])],
        )
        return [datetime.fromisoformat(row[0]) for row in rows]

    def best_mentions(
        self, brand: str, since: datetime, until: datetime, *, source: str = "", aspect: str = "",
        negative: bool = False, limit: int = 200, scope: Scope = EVERYTHING,
    ) -> list[tuple[int, int]]:  # fmt: skip
        """(mention, post) of a brand in a period, copies left out, the most urgent first."""
        sql, values = scope.sources("p.source_id")
        of_aspect = "AND EXISTS (SELECT 1 FROM aspects a WHERE a.mention_id = m.id AND a.aspect = ?) " if aspect else ""
        rows = self.db.conn.execute(
            "SELECT m.id, m.post_id FROM mentions m JOIN posts p ON p.id = m.post_id "
            "LEFT JOIN authors a ON a.id = p.author_id WHERE m.brand_id = (SELECT id FROM brands WHERE name = ?) "
            f"AND m.published >= ? AND m.published < ? AND NOT m.shelved AND NOT m.copy AND {sql} {of_aspect}"
            "AND (? = '' OR p.source_id = (SELECT id FROM sources WHERE name = ?)) AND (NOT ? OR m.label = 'negative') "
            "ORDER BY m.urgency DESC, a.followers DESC, m.published, m.id LIMIT ?",
            [brand, iso(since), iso(until), *values, *([aspect] if aspect else []), source, source, negative, limit],
        )
        return [(int(row[0]), int(row[1])) for row in rows]


def _insert(conn: sqlite3.Connection, rule: str, new: Opened, now: datetime) -> int:
    row = conn.execute(
        "INSERT INTO incidents (rule, kind, brand, series, opened, updated, closed, data) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        [
            rule, new.kind, new.brand, new.series, iso(new.opened), iso(now), iso(new.closed) if new.closed else None,
            json.dumps(new.data),
        ],
    ).fetchone()  # fmt: skip
    return int(row[0])
