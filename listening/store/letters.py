"""Digests that are to be sent or were: each slot once for each reader, also when killed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from listening.store.connection import Connection
from listening.store.moment import iso

_WAITS = (1, 5, 15, 60, 240)  # minutes from one try to the next; the last again and again
_GIVE_UP = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter to one reader that was not sent yet."""

    id: int
    digest: str
    slot: str
    reader: str
    tries: int


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a letter. Times are ISO, UTC."""

    digest: str
    slot: str
    reader: str
    made: str
    sent: str | None
    tries: int
    error: str
    id: int = 0
    next_try: str = ""

    def given_up(self, now: datetime) -> bool:
        """Whether it is not tried any more."""
        return self.sent is None and self.made <= iso(now - _GIVE_UP)


class Letters(Connection):
    """The outbox of digests."""

    def queue_letters(self, digest: str, slot: str, readers: list[str], due: datetime, now: datetime) -> int:
        """Put a slot's letters into the outbox; those that are or were there stay. Returns how many came in.

        For a reader who never got this digest the slot must not have been due for long: nobody gets what was before.
        """
        have = "SELECT reader FROM letters WHERE digest = ? AND slot = ?"
        there = {row[0] for row in self.db.conn.execute(have, [digest, slot])}
        if not (readers := [reader for reader in readers if reader not in there]) or now - due > _GIVE_UP:
            return 0
        with self.writing() as conn:
            before = conn.total_changes
            conn.executemany(
                "INSERT INTO letters (digest, slot, reader, made, next_try) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                [(digest, slot, reader, iso(now), iso(now)) for reader in readers],
            )
            return conn.total_changes - before

    def waiting_letters(self, now: datetime) -> list[Waiting]:
        """Those that are to be tried now."""
        rows = self.db.conn.execute(
            "SELECT id, digest, slot, reader, tries FROM letters "
            "WHERE sent IS NULL AND next_try <= ? AND made > ? ORDER BY id",
            [iso(now), iso(now - _GIVE_UP)],
        )
        return [Waiting(*row) for row in rows]

    def letter_sent(self, letter: int, now: datetime) -> None:
        """It is gone."""
        with self.writing() as conn:
            conn.execute("UPDATE letters SET sent = ?, tries = tries + 1, error = '' WHERE id = ?", [iso(now), letter])

    def letter_failed(self, letter: int, error: str, now: datetime) -> None:
        """It is tried again, later and later."""
        with self.writing() as conn:
            tries = conn.execute("SELECT tries FROM letters WHERE id = ?", [letter]).fetchone()[0]
            then = now + timedelta(minutes=_WAITS[min(tries, len(_WAITS) - 1)])
            conn.execute(
                "UPDATE letters SET tries = tries + 1, error = ?, next_try = ? WHERE id = ?",
                [error[:300], iso(then), letter],
            )

    def retry_letter(self, letter: int, now: datetime) -> bool:
        """Try one that was not sent as soon as may be, even one that was given up. Returns whether there is such."""
        with self.writing() as conn:
            found = conn.execute(
                "UPDATE letters SET next_try = ?, made = max(made, ?) WHERE id = ? AND sent IS NULL",
                [iso(now), iso(now - _GIVE_UP + timedelta(days=1)), letter],
            )
            return found.rowcount == 1

    def letters(self, digest: str = "", limit: int = 20) -> list[Sent]:
        """What was sent or waits, newest first."""
        rows = self.db.conn.execute(
            "SELECT digest, slot, reader, made, sent, tries, error, id, next_try FROM letters WHERE ? IN ('', digest) "
            "ORDER BY id DESC LIMIT ?",
            [digest, limit],
        )
        return [Sent(*row) for row in rows]
