"""The schedule's side of the store: what is due, slots that are taken once, and what became of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from listening.errors import StoreError
from listening.store.leases import Lease, Leases
from listening.store.moment import iso
from listening.store.runs import Runs
from listening.store.scope import EVERYTHING, Scope
from listening.timetable import Timetable

_KEPT = 3000  # slots of each source stay known, should the clock go back
_LATE = timedelta(minutes=10)  # what a busy machine may be late by; more is a slot that was missed


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot that was taken: the source is to be run for it, by whoever took it alone."""

    source: str
    slot: str
    why: str  # "" (its time came), first, late, resume, again, asked, live
    late: timedelta


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One source on the schedule, ready to be shown."""

    source: str
    kind: str
    timetable: str
    next_due: str | None
    due_for: str
    level: int
    failures: int
    last_error: str
    running: bool
    started: str | None  # of the last run
    finished: str | None
    verdict: str
    reason: str
    new: int


class Schedule(Runs, Leases):
    """When sources are asked."""

    def set_timetables(self, tables: Mapping[str, Timetable], now: datetime) -> None:
        """Bring what is due in line with the timetables as they are now, and with a clock that was put back."""
        with self.writing() as conn:
            rows = conn.execute(
                "SELECT id, name, timetable, next_due, due_for, level, errors_in_row FROM sources WHERE active"
            ).fetchall()
            for source_id, name, words, next_due, due_for, level, failures in rows:
                if (table := tables.get(name)) is None:
                    continue
                due, what = self._in_line(table, words, next_due, due_for, level, failures, now)
                if (str(table), due, what) != (words, next_due, due_for):
                    conn.execute(
                        "UPDATE sources SET timetable = ?, next_due = ?, due_for = ? WHERE id = ?",
                        [str(table), due, what, source_id],
                    )

    @staticmethod
    def _in_line(
        table: Timetable, words: str, next_due: str | None, due_for: str, level: int, failures: int, now: datetime
    ) -> tuple[str, str]:
        following = iso(table.due(table.next(now, level), level))
        if next_due is None:
            return (iso(now), "first") if table.open(now) else (following, "")
        if words not in ("", str(table)) and not due_for and not failures:
            return following, ""
        latest = iso(table.due(table.next(now + timedelta(days=1), level), level)) if failures else following
        return min(next_due, latest), due_for

    def take_slot(self, source: str, table: Timetable, now: datetime, lease: Lease) -> Slot | None:
        """Take what is due of a source, in one transaction; None where nothing is (any more).

        However many slots were missed, one is taken, the last of them. Raises StoreError where the lease is lost.
        """
        with self.writing() as conn:
            if conn.execute("SELECT term FROM leases WHERE name = ?", [lease.name]).fetchone() != (lease.term,):
                raise StoreError("another process has taken over: schedule")
            row = conn.execute(
                "SELECT id, next_due, due_for, level FROM sources WHERE name = ? AND active", [source]
            ).fetchone()
            if row is None or (row[1] or "") > iso(now):
                return None
            source_id, next_due, due_for, level = row
            late = now - datetime.fromisoformat(next_due) if next_due else timedelta(0)
            slot, why = self._choose(conn, source_id, table, due_for, level, late, now)
            if slot and not self._take(conn, source_id, slot, why, now, lease):
                slot = ""
            following = iso(table.due(table.next(now, level), level))
            conn.execute(
                "UPDATE sources SET next_due = ?, due_for = '', slot = coalesce(nullif(?, ''), slot) WHERE id = ?",
                [following, slot, source_id],
            )
        return Slot(source, slot, why, late) if slot else None

    def _choose(
        self, conn: sqlite3.Connection, source_id: int, table: Timetable, due_for: str, level: int, late: timedelta,
        now: datetime,
    ) -> tuple[str, str]:  # fmt: skip
        """Which slot is run now, and what for; an empty one where it is too late for this window."""
        if due_for in ("resume", "again"):
            (found,) = conn.execute("SELECT slot FROM sources WHERE id = ?", [source_id]).fetchone()
            return (found, due_for) if found else (iso(now), "first")
        if due_for or table.endless:
            return iso(now), due_for or "live"
        slot = table.reached(now, level)
        if late > _LATE and not table.open(now):
            return "", ""
        return iso(slot), "late" if late > max(_LATE, table.interval(level)) else ""

    @staticmethod
    def _take(conn: sqlite3.Connection, source_id: int, slot: str, why: str, now: datetime, lease: Lease) -> bool:
        done = conn.execute(
            "INSERT OR IGNORE INTO slots (source_id, slot, why, claimed, term) VALUES (?, ?, ?, ?, ?)",
            [source_id, slot, why, iso(now), lease.term],
        )
        if done.rowcount or why not in ("resume", "again", "asked", "live"):
            return done.rowcount > 0
        conn.execute(
            "UPDATE slots SET tries = tries + 1, begun = 0, claimed = ?, term = ? WHERE source_id = ? AND slot = ?",
            [iso(now), lease.term, source_id, slot],
        )
        return True

    def recover(self, now: datetime) -> list[str]:
        """After taking over: sources whose last slot was taken and never begun, because its taker died, are due."""
        with self.writing() as conn:
            rows = conn.execute(
                "SELECT s.id, s.name FROM sources s JOIN slots t ON t.source_id = s.id AND t.slot = s.slot "
                "WHERE s.active AND NOT t.begun"
            ).fetchall()
            for source_id, _ in rows:
                conn.execute("UPDATE sources SET next_due = ?, due_for = 'resume' WHERE id = ?", [iso(now), source_id])
        return [name for _, name in rows]

    def ask(self, source: str, now: datetime) -> None:
        """Make a source due now, whatever its timetable says. Raises StoreError where it is not known or paused."""
        with self.writing() as conn:
            done = conn.execute(
                "UPDATE sources SET next_due = ?, due_for = 'asked' WHERE name = ? AND active", [iso(now), source]
            )
            if not done.rowcount:
                raise StoreError(f'source "{source}" is paused or not known yet')

    def end_run(self, source: str, slot: str, verdict: str, reason: str, now: datetime, table: Timetable) -> None:
        """Write down how a run ended that could not do so itself: it was ended, or it died."""
        if self.held(source):  # another process has it, and will say itself
            return
        with self.writing() as conn:
            row = conn.execute(
                "SELECT r.id, r.verdict FROM runs r JOIN sources s ON s.id = r.source_id "
                "WHERE s.name = ? AND r.slot = ? ORDER BY r.id DESC LIMIT 1",
                [source, slot],
            ).fetchone()
            if row is None:  # it died before it could begin
                row = conn.execute(
                    "INSERT INTO runs (source_id, started, slot) SELECT id, ?, ? FROM sources WHERE name = ? "
                    "RETURNING id, verdict",
                    [iso(now), slot, source],
                ).fetchone()
                conn.execute(
                    "UPDATE slots SET begun = 1 WHERE slot = ? AND source_id = (SELECT id FROM sources WHERE name = ?)",
                    [slot, source],
                )
            if row is not None and row[1] in ("running", "interrupted"):
                self._finish(conn, row[0], verdict, reason, int(verdict == "failed"), now, table)

    def schedule(self, scope: Scope = EVERYTHING) -> list[Scheduled]:
        """Every active source with its timetable and its last run, the next one first."""
        allowed, values = scope.sources("s.id")
        rows = self.db.conn.execute(
            "SELECT s.name, s.kind, s.timetable, s.next_due, s.due_for, s.level, s.errors_in_row, s.last_error, "
            "r.started, r.finished, coalesce(r.verdict, ''), coalesce(r.reason, ''), coalesce(r.new, 0) "
            "FROM sources s LEFT JOIN runs r ON r.id = (SELECT max(o.id) FROM runs o WHERE o.source_id = s.id) "
            f"WHERE s.active AND {allowed} ORDER BY s.next_due IS NULL DESC, s.next_due, s.name",
            values,
        ).fetchall()
        return [_scheduled(row) for row in rows]

    def forget_slots(self) -> int:
        """Let go of all but the last slots of each source. Returns how many.

        By number rather than by age: a clock that is wrong for a while must not make taken slots free again.
        """
        forgotten = 0
        with self.writing() as conn:
            for (source_id,) in conn.execute("SELECT id FROM sources").fetchall():
                done = conn.execute(
                    "DELETE FROM slots WHERE source_id = ? AND slot <= "
                    "(SELECT slot FROM slots WHERE source_id = ? ORDER BY slot DESC LIMIT 1 OFFSET ?)",
                    [source_id, source_id, _KEPT],
                )
                forgotten += done.rowcount
        return forgotten


def _scheduled(row: Any) -> Scheduled:
    name, kind, words, due, due_for, level, failures, error, started, finished, verdict, reason, new = row
    running = verdict == "running"
    return Scheduled(
        name, kind, words, due, due_for, level, failures, error, running, started, finished, verdict, reason, new
    )
