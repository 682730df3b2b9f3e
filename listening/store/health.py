"""How the file and what uses it are doing, as figures."""

from __future__ import annotations

import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from listening.store.backup import running
from listening.store.connection import Connection
from listening.store.schema import SHIPPED

_SOURCES = (
    "SELECT s.name, s.kind, s.next_due, s.last_error, s.errors_in_row, r.started, r.finished, r.verdict "
    "FROM sources s LEFT JOIN runs r ON r.id = (SELECT max(id) FROM runs WHERE source_id = s.id) "
    "WHERE s.active AND {} ORDER BY s.name"
)


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source, its last run, and when it is due; times ISO, UTC."""

    name: str
    kind: str
    next_due: str | None
    last_error: str
    errors_in_row: int
    started: str | None
    finished: str | None
    verdict: str | None  # None: never asked


@dataclass(frozen=True, slots=True)
class Signs:
    """The file and what uses it. Sizes are in bytes."""

    path: str
    schema: str  # the last migration
    database: int
    wal: int  # the log of writes that are not in the file yet
    free: int  # within the file: given back by `listening db vacuum`
    disk_free: int
    disk: int
    posts: int  # the highest number: some may be gone
    newest: str | None  # when the newest post was collected
    oldest_backup: str | None
    newest_backup: str | None
    unscrubbed: bool
    running: tuple[str, ...]  # sources and services that hold the file of claims
    writing: tuple[str, ...]  # processes that have the lock of writers open: "1234 listening up"


class Vitals(Connection):
    """What `listening health` asks of the store."""

    def signs(self) -> Signs:
        """The figures, all of them quick."""
        conn = self.db.conn
        page, free = (int(conn.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_size", "freelist_count"))
        wal = Path(f"{self.path}-wal")
        disk = shutil.disk_usage(self.path.resolve().parent)
        posts = int(conn.execute("SELECT coalesce(max(id), 0) FROM posts").fetchone()[0])
        newest = conn.execute("SELECT collected FROM posts WHERE id = ?", [posts]).fetchone()
        oldest, latest = conn.execute("SELECT min(made), max(made) FROM backups").fetchone()
        waits = conn.execute("SELECT EXISTS (SELECT 1 FROM privacy_requests WHERE NOT scrubbed)").fetchone()[0]
        return Signs(
            str(self.path), SHIPPED[-1], self.path.stat().st_size, wal.stat().st_size if wal.exists() else 0,
            page * free, disk.free, disk.total, posts, newest[0] if newest else None, oldest, latest, bool(waits),
            tuple(running(self.path)), tuple(_holders(Path(f"{self.path}.lock"))),
        )  # fmt: skip

    def answers(self) -> bool:
        """Whether the file can be read."""
        try:
            return self.db.conn.execute("SELECT count(*) FROM brands").fetchone() is not None
        except sqlite3.Error:
            return False

    def source_health(self, hidden: frozenset[str] = frozenset()) -> list[SourceHealth]:
        """Each active source with its last run."""
        rows = self.db.conn.execute(_SOURCES.format("1"))
        return [SourceHealth(*row) for row in rows if row[0] not in hidden]


def _holders(lock: Path) -> list[str]:
    """The processes that hold a file's lock, as far as this machine tells (Linux does, in /proc/locks)."""
    try:
        inode = lock.stat().st_ino
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return []
    locks = (line.split() for line in lines)
    held = [lock[4] for lock in locks if len(lock) > 5 and lock[1] == "FLOCK" and lock[5].endswith(f":{inode}")]
    return [f"{pid} {_command(pid)}".strip() for pid in held]


def _command(pid: str) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return ""
    return " ".join(os.path.basename(word) for word in words[:4] if word)[:80]
