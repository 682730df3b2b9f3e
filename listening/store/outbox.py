"""Messages to be sent: written with what they tell of, claimed by one sender at a time, kept until they are through."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from listening.store.connection import Connection
from listening.store.moment import iso

_MESSAGE = (
    "SELECT id, key, channel, rule, event, incidents, created, due, held, tries, leased, sent, failed, error "
    "FROM outbox"
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that a rule wants sent. It holds ids alone: its words are read when it is sent."""

    key: str  # unique, the same however often it is sent
    channel: str
    rule: str
    event: str  # opened, over, test
    created: datetime
    due: datetime
    held: bool = False  # waits for a pause or quiet hours to end, then goes out with all that waits as one
    series: tuple[str, ...] = ()  # of incidents that are stored with it
    incidents: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A message in the outbox."""

    id: int
    key: str
    channel: str
    rule: str
    event: str
    incidents: tuple[int, ...]
    created: str
    due: str
    held: bool
    tries: int
    leased: str | None
    sent: str | None
    failed: str | None  # when it was given up
    error: str

    @property
    def state(self) -> str:
        """sent, failed, held or waiting."""
        return "sent" if self.sent else "failed" if self.failed else "held" if self.held else "waiting"


def put(conn: sqlite3.Connection, message: Outgoing, incidents: Sequence[int]) -> None:
    """Write a message inside the transaction of what it tells of."""
    conn.execute(
        "INSERT INTO outbox (key, channel, rule, event, incidents, created, due, held) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            message.key, message.channel, message.rule, message.event, json.dumps(list(incidents)),
            iso(message.created), iso(message.due), message.held,
        ],
    )  # fmt: skip


class Outbox(Connection):
    """Messages and how they fare."""

    def put_message(self, message: Outgoing) -> None:
        """Write a message that tells of nothing that is to be stored with it, such as a test."""
        with self.writing() as conn:
            put(conn, message, message.incidents)

    def claim_message(self, channel: str, now: datetime, lease: timedelta) -> Message | None:
        """The next message of a channel that is due, for this sender alone until the lease ends.

        A sender that dies lets go of it by that, and what it got through is not sent again. What was held for one
        rule comes as one message.
        """
        while (message := self._take_message(channel, now, lease)) is not None and self._receipt(message).exists():
            self.message_sent(message, now)
        return message

    def _take_message(self, channel: str, now: datetime, lease: timedelta) -> Message | None:
        ready = (
            "channel = ? AND sent IS NULL AND failed IS NULL AND due <= ? AND (leased IS NULL OR leased <= ?) "
            "ORDER BY due, id LIMIT 1"
        )
        values = [channel, iso(now), iso(now)]
        if self.db.conn.execute(f"SELECT 1 FROM outbox WHERE {ready}", values).fetchone() is None:
            return None  # without taking the turn to write
        with self.writing() as conn:
            found = conn.execute(f"{_MESSAGE} WHERE {ready}", values).fetchone()
            if found is None:
                return None
            message = _message(found)
            if message.held:
                _join(conn, message, now)
            conn.execute("UPDATE outbox SET leased = ?, tries = tries + 1 WHERE id = ?", [iso(now + lease), message.id])
            return _message(conn.execute(f"{_MESSAGE} WHERE id = ?", [message.id]).fetchone())

    def message_sent(self, message: Message, now: datetime) -> None:
        """It is through, which is noted at once beside the database: the turn to write may be long in coming.

        A sender that dies while it waits for its turn would send it again otherwise.
        """
        receipt = self._receipt(message)
        try:
            receipt.touch()
        except FileNotFoundError:
            receipt.parent.mkdir(mode=0o700, exist_ok=True)
            receipt.touch()
        with self.writing() as conn:
            conn.execute("UPDATE outbox SET sent = ?, leased = NULL, error = '' WHERE id = ?", [iso(now), message.id])
        receipt.unlink(missing_ok=True)

    def _receipt(self, message: Message) -> Path:
        return Path(f"{self.path}.through") / sha256(message.key.encode()).hexdigest()[:32]

    def message_failed(self, message: int, error: str, now: datetime, again: datetime | None) -> None:
        """It did not get through, and is tried again, or given up where `again` is None."""
        with self.writing() as conn:
            conn.execute(
                "UPDATE outbox SET leased = NULL, error = ?, due = coalesce(?, due), failed = ? WHERE id = ?",
                [error, iso(again) if again else None, None if again else iso(now), message],
            )

    def messages(self, *, open_only: bool = True, limit: int = 100) -> list[Message]:
        """Messages that wait or were given up, or all of them; the newest first."""
        where = "sent IS NULL" if open_only else "1"
        rows = self.db.conn.execute(f"{_MESSAGE} WHERE {where} ORDER BY id DESC LIMIT ?", [limit])
        return [_message(row) for row in rows]

    def outbox_counts(self) -> dict[tuple[str, str], int]:
        """By channel and state: how many messages there are."""
        rows = self.db.conn.execute(
            "SELECT channel, CASE WHEN sent IS NOT NULL THEN 'sent' WHEN failed IS NOT NULL THEN 'failed' "
            "WHEN held THEN 'held' ELSE 'waiting' END, count(*) FROM outbox GROUP BY 1, 2"
        )
        return {(row[0], row[1]): int(row[2]) for row in rows}

    def outbox_by_rule(self) -> dict[str, dict[str, int]]:
        """By rule: how many of its messages wait, are held or were given up."""
        rows = self.db.conn.execute(
            "SELECT rule, CASE WHEN failed IS NOT NULL THEN 'failed' WHEN held THEN 'held' ELSE 'waiting' END, "
            "count(*) FROM outbox WHERE sent IS NULL GROUP BY 1, 2"
        )
        found: dict[str, dict[str, int]] = {}
        for rule, state, count in rows:
            found.setdefault(rule, {})[state] = count
        return found

    def retry_messages(self, now: datetime, ids: Sequence[int] = ()) -> int:
        """Send what waits or was given up now, all of it or some messages. Returns how many."""
        with self.writing() as conn:
            return conn.execute(
                "UPDATE outbox SET failed = NULL, due = ?, tries = 0, leased = NULL, created = CASE WHEN failed "
                "IS NULL THEN created ELSE ? END WHERE sent IS NULL AND (leased IS NULL OR leased <= ?) "
                "AND (? = '[]' OR id IN (SELECT value FROM json_each(?)))",
                [iso(now), iso(now), iso(now), json.dumps(list(ids)), json.dumps(list(ids))],
            ).rowcount

    def drop_messages(self, ids: Sequence[int]) -> int:
        """Let go of messages that wait or were given up. Returns how many."""
        with self.writing() as conn:
            return conn.execute(
                "DELETE FROM outbox WHERE sent IS NULL AND id IN (SELECT value FROM json_each(?))",
                [json.dumps(list(ids))],
            ).rowcount

    def last_message(self, rule: str, channel: str) -> tuple[str, str] | None:
        """When the last message of a rule to a channel was made, and when it is due; tests and held ones count, too."""
        row = self.db.conn.execute(
            "SELECT created, due FROM outbox WHERE rule = ? AND channel = ? ORDER BY created DESC, id DESC LIMIT 1",
            [rule, channel],
        ).fetchone()
        return None if row is None else (str(row[0]), str(row[1]))

    def held_until(self, rule: str, channel: str) -> str | None:
        """When what is held of a rule for a channel goes out; None where nothing is held."""
        row = self.db.conn.execute(
            "SELECT max(due) FROM outbox WHERE rule = ? AND channel = ? AND held AND sent IS NULL AND failed IS NULL",
            [rule, channel],
        ).fetchone()
        return None if row[0] is None else str(row[0])

    def forget_messages(self, before: datetime) -> None:
        """Let go of messages that went out before then."""
        with self.writing() as conn:
            conn.execute("DELETE FROM outbox WHERE sent < ?", [iso(before)])


def _join(conn: sqlite3.Connection, first: Message, now: datetime) -> None:
    """Make one message of all that was held of a rule for a channel."""
    rows = conn.execute(
        "SELECT id, incidents FROM outbox WHERE rule = ? AND channel = ? AND held AND sent IS NULL AND failed IS NULL "
        "AND due <= ? AND event = ? ORDER BY id",
        [first.rule, first.channel, iso(now), first.event],
    ).fetchall()
    together = sorted({ident for row in rows for ident in json.loads(row[1])})
    conn.execute("UPDATE outbox SET incidents = ?, held = 0 WHERE id = ?", [json.dumps(together), first.id])
    conn.executemany("DELETE FROM outbox WHERE id = ?", [(row[0],) for row in rows if row[0] != first.id])


def _message(row: tuple[object, ...]) -> Message:
    values = list(row)
    values[5] = tuple(json.loads(str(row[5])))
    values[8] = bool(row[8])
    return Message(*values)  # type: ignore[arg-type]  # columns in the order of the fields
