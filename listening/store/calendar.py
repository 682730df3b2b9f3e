"""Days as the team counts them: those of its time zone, of times that are stored in UTC."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from listening.store.moment import iso


class Calendar:
    """The days of a time zone; days are text such as "2026-11-20"."""

    def __init__(self, name: str) -> None:
        self.name, self.zone = name, ZoneInfo(name)
        self._begin = lru_cache(maxsize=1 << 12)(self._begins)
        self._of_minute = _utc if name == "UTC" else lru_cache(maxsize=1 << 16)(self._local)

    def day(self, published: str) -> str:
        """The day on which a stored time lies."""
        return self._of_minute(published[:16])  # borders of days lie on whole minutes

    def begin(self, day: str) -> str:
        """The first moment of a day as the store holds it."""
        return self._begin(day)

    def _begins(self, day: str) -> str:
        return iso(datetime.combine(date.fromisoformat(day), time(), self.zone))

    def end(self, day: str) -> str:
        """The first moment after a day as the store holds it."""
        return self.begin((date.fromisoformat(day) + timedelta(days=1)).isoformat())

    def of(self, when: datetime) -> date:
        """The day on which a moment lies."""
        return when.astimezone(self.zone).date()

    def _local(self, minute: str) -> str:
        return datetime.fromisoformat(f"{minute}:00").replace(tzinfo=UTC).astimezone(self.zone).date().isoformat()


def _utc(minute: str) -> str:
    return minute[:10]


def calendar(conn: sqlite3.Connection) -> Calendar:
    """The one by which the figures in this file are counted."""
    return _known(str(conn.execute("SELECT zone FROM calendar").fetchone()[0]))


_known = lru_cache(maxsize=8)(Calendar)
