"""Sources, their runs and verdicts, and what is due."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from listening.errors import StoreError
from listening.store.connection import Connection
from listening.store.moment import iso
from listening.store.scope import EVERYTHING, Scope
from listening.timetable import Pace, Timetable


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of one source. `expected` are the posts it announced, `found` those that were read."""

    id: int
    source: str
    kind: str
    started: str
    finished: str | None
    verdict: str  # running, ok, quiet, degraded, failed, interrupted
    reason: str
    pages: int
    expected: int
    found: int
    new: int
    mentions: int
    rejects: int
    errors: int


@dataclass(frozen=True, slots=True)
class KnownSource:
    """A source as the schedule sees it."""

    name: str
    kind: str
    next_due: str | None
    last_error: str
    errors_in_row: int


@dataclass(frozen=True, slots=True)
class RunSpan:
    """A run as whoever watches over a source sees it."""

    source: str
    every: int  # seconds from one run to the next, as configured
    started: datetime
    finished: datetime | None
    verdict: str
    reason: str
    expected: int
    found: int
    new: int

    @property
    def ended(self) -> datetime:
        """When it ended, or began if it goes on."""
        return self.finished or self.started


_COLUMNS = (
    "SELECT r.id, s.name, s.kind, r.started, r.finished, r.verdict, r.reason, r.pages, r.expected, r.found, r.new, "
    "r.mentions, r.rejects, r.errors"
)
_RUN = f"{_COLUMNS} FROM runs r JOIN sources s ON s.id = r.source_id"


class Runs(Connection):
    """The log of what was asked and how it went."""

    def know(
        self, sources: Sequence[Mapping[str, Any]], brands: Sequence[Mapping[str, Any]],
        points: Mapping[str, int] | None = None,
    ) -> None:  # fmt: skip
        """Bring the sources and brands in line with the config; those that are no longer there become inactive.

        A source has name, kind, url, every and keep_unmatched (seconds), active; a brand name, query, ours, owner.
        `points`: what each intent is worth in urgency; None leaves that as it was.
        """
        with self.writing() as conn:
            if points is not None:
                conn.execute("DELETE FROM intent_points")
                conn.executemany("INSERT INTO intent_points VALUES (?, ?)", points.items())
            for table, rows in (("sources", sources), ("brands", brands)):
                conn.execute(f"UPDATE {table} SET active = 0")
                for given in rows:
                    row = {"active": 1, **given}
                    columns = ", ".join(row)
                    changes = ", ".join(f"{column} = excluded.{column}" for column in row if column != "name")
                    conn.execute(
                        f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))}) "
                        f"ON CONFLICT (name) DO UPDATE SET {changes}",
                        list(row.values()),
                    )

    def checkpoints(self, source: str) -> dict[str, str]:
        """Every checkpoint of a source, by key."""
        rows = self.db.conn.execute(
            "SELECT key, value FROM checkpoints c JOIN sources s ON s.id = c.source_id WHERE s.name = ?", [source]
        )
        return dict(rows.fetchall())

    @contextmanager
    def claim(self, source: str) -> Iterator[None]:
        """Hold a source while it runs. Raises StoreError if another process holds it; a killed one lets go."""
        handle = self._claim(source)
        if handle is None:
            raise StoreError(f'source "{source}" is being crawled by another process already')
        try:
            yield
        finally:
            os.close(handle)

    def held(self, source: str) -> bool:
        """Whether a process runs this source now."""
        if (handle := self._claim(source)) is None:
            return True
        os.close(handle)
        return False

    def _claim(self, source: str) -> int | None:
        folder = Path(f"{self.path}.running")
        folder.mkdir(exist_ok=True)
        handle = os.open(folder / source.replace("/", "_"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return handle

    def start_run(self, source: str, now: datetime, slot: str = "") -> int:
        """Open a row in `runs`, for a slot of the schedule if one is named; returns its id."""
        with self.writing() as conn:
            row = conn.execute(
                "INSERT INTO runs (source_id, started, pid, slot) "
                "SELECT id, ?, ?, nullif(?, '') FROM sources WHERE name = ? RETURNING id",
                [iso(now), os.getpid(), slot, source],
            ).fetchone()
            conn.execute(
                "UPDATE slots SET begun = 1 WHERE slot = ? AND source_id = (SELECT id FROM sources WHERE name = ?)",
                [slot, source],
            )
        if row is None:
            raise StoreError(f'source "{source}" is not known')
        return int(row[0])

    def finish_run(
        self,
        run: int,
        verdict: str,
        reason: str,
        *,
        errors: int,
        pages: int,
        now: datetime,
        timetable: Timetable | None = None,
    ) -> None:
        """Close a run with its verdict, and set when its source is due next: by its timetable, or else by `every`."""
        with self.writing() as conn:
            self._finish(conn, run, verdict, reason, errors, now, timetable)
            conn.execute("UPDATE runs SET pages = max(pages, ?) WHERE id = ?", [pages, run])

    def _finish(
        self,
        conn: sqlite3.Connection,
        run: int,
        verdict: str,
        reason: str,
        errors: int,
        now: datetime,
        timetable: Timetable | None = None,
    ) -> None:
        conn.execute(
            "UPDATE runs SET finished = ?, verdict = ?, reason = ?, errors = ? WHERE id = ?",
            [iso(now), verdict, reason, errors, run],
        )
        source_id, name, every, failures, level, streak, started, new = conn.execute(
            "SELECT s.id, s.name, s.every, s.errors_in_row, s.level, s.streak, r.started, r.new "
            "FROM runs r JOIN sources s ON s.id = r.source_id WHERE r.id = ?",
            [run],
        ).fetchone()
        table = timetable or Timetable(name, timedelta(seconds=max(every, 10)), adaptive=False)
        lasted = now - datetime.fromisoformat(started)
        pace, due, due_for = table.follow(verdict, new, lasted, now, Pace(failures, level, streak))
        error = reason if verdict in ("failed", "degraded") else ""
        conn.execute(
            "UPDATE sources SET next_due = ?, due_for = ?, errors_in_row = ?, level = ?, streak = ?, last_error = ? "
            "WHERE id = ?",
            [iso(due), due_for, pace.failures, pace.level, pace.streak, error, source_id],
        )

    def sweep_runs(self, now: datetime) -> int:
        """Mark runs that still say "running" though nothing holds their source: they were killed. Returns how many."""
        rows = self.db.conn.execute(
            "SELECT r.id, s.name FROM runs r JOIN sources s ON s.id = r.source_id WHERE r.verdict = 'running'"
        ).fetchall()
        swept = 0
        for run, source in rows:
            if (handle := self._claim(source)) is None:
                continue
            try:
                with self.writing() as conn:
                    self._finish(conn, run, "interrupted", "stopped before it was done; run it again to go on", 0, now)
                swept += 1
            finally:
                os.close(handle)
        return swept

    def runs(self, source: str = "", limit: int = 3) -> list[Run]:
        """The last `limit` runs of each source (or of one), newest first."""
        newest = "SELECT o.id FROM runs o WHERE o.source_id = s.id ORDER BY o.started DESC, o.id DESC LIMIT ?"
        rows = self.db.conn.execute(
            f"{_COLUMNS} FROM sources s CROSS JOIN runs r ON r.id IN ({newest}) WHERE ? IN ('', s.name) "
            "ORDER BY s.name, r.id DESC",
            [limit, source],
        )
        return [Run(*row) for row in rows]

    def run_log(self, source: str, limit: int = 50, before: int = 0) -> list[Run]:
        """The last runs of one source, newest first; `before` is the id of the run after which they follow."""
        rows = self.db.conn.execute(
            f"{_RUN} WHERE s.name = ? AND r.id < coalesce(nullif(?, 0), 9e18) ORDER BY r.id DESC LIMIT ?",
            [source, before, limit],
        )
        return [Run(*row) for row in rows]

    def run(self, run: int) -> Run:
        """One run by its id."""
        return Run(*self.db.conn.execute(f"{_RUN} WHERE r.id = ?", [run]).fetchone())

    def run_spans(self, since: datetime, *, source: str = "", scope: Scope = EVERYTHING) -> list[RunSpan]:
        """Runs of active sources that began since then, by time."""
        sql, values = scope.sources("s.id")
        rows = self.db.conn.execute(
            "SELECT s.name, s.every, r.started, r.finished, r.verdict, r.reason, r.expected, r.found, r.new "
            "FROM runs r JOIN sources s ON s.id = r.source_id "
            f"WHERE s.active AND r.started >= ? AND ? IN ('', s.name) AND {sql} ORDER BY r.started, r.id",
            [iso(since), source, *values],
        )
        return [
            RunSpan(name, every, datetime.fromisoformat(began), datetime.fromisoformat(ended) if ended else None, *rest)
            for name, every, began, ended, *rest in rows
        ]

    def known_sources(self) -> list[KnownSource]:
        """Active sources with when they are due and how they last failed."""
        rows = self.db.conn.execute(
            "SELECT name, kind, next_due, last_error, errors_in_row FROM sources WHERE active ORDER BY name"
        )
        return [KnownSource(*row) for row in rows]

    def due(self, now: datetime) -> list[str]:
        """Names of the active sources whose time has come, longest overdue first."""
        rows = self.db.conn.execute(
            "SELECT name FROM sources WHERE active AND (next_due IS NULL OR next_due <= ?) ORDER BY next_due, name",
            [iso(now)],
        )
        return [str(row[0]) for row in rows]
