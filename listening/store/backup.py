"""Copies of the whole database: made while it is in use, checked, and put back when nothing runs."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from listening.errors import StoreError
from listening.store.connection import Connection
from listening.store.moment import iso
from listening.store.schema import SHIPPED

_PAGES = 4096  # copied at a time: 16 MB
Progress = Callable[[int, int], None]  # pages left, of how many


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the database."""

    path: str
    made: str


class Backups(Connection):
    """Making copies, and knowing where they are."""

    def backup(self, target: Path, progress: Progress | None = None, *, now: datetime | None = None) -> None:
        """Copy the database, whole and consistent, while it is in use, and check the copy. Mode 0600.

        Never writes over a file that is there. Where it was put is kept, so that an erasure can tell of it.
        """
        if target.exists():
            raise StoreError(f"{target}: is there already. Name another file.")
        _copy(self.db.conn, target, progress)
        if not self.read_only:
            with self.writing() as conn:
                made = iso(now or datetime.now(UTC))
                conn.execute("INSERT OR REPLACE INTO backups VALUES (?, ?)", [str(target.resolve()), made])

    def backups(self) -> list[Backup]:
        """The copies that were made and are still where they were put, newest first."""
        rows = self.db.conn.execute("SELECT path, made FROM backups ORDER BY made DESC, path")
        return [Backup(path, made) for path, made in rows if Path(path).exists()]

    def forget_backup(self, path: str) -> None:
        """Delete a copy that was made, and that it was. Nothing happens where no copy was put there."""
        with self.writing() as conn:
            if conn.execute("DELETE FROM backups WHERE path = ?", [path]).rowcount:
                Path(path).unlink(missing_ok=True)

    def carry_opt_outs(self, old: Path) -> None:
        """Take over from the database of before who must be kept out, and the logs of requests and backups."""
        with self.writing() as conn, closing(_reading(old)) as other:
            made = iso(datetime.fromtimestamp(old.stat().st_mtime, UTC))
            conn.execute("INSERT OR REPLACE INTO backups VALUES (?, ?)", [str(old.resolve()), made])
            if not _has(other, "opt_outs"):  # older than they are
                return
            if _keeps_out(other):
                conn.execute("DELETE FROM opt_out_key")
                key, version = other.execute("SELECT key, version + 1 FROM opt_out_key").fetchone()
                conn.execute("INSERT INTO opt_out_key (key, version) VALUES (?, ?)", [key, version])
            for table in ("opt_outs", "privacy_requests", "backups"):
                rows = other.execute(f"SELECT * FROM {table}").fetchall()
                if rows:
                    marks = ", ".join("?" * len(rows[0]))
                    conn.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)


def restore(database: Path, backup: Path, *, now: datetime, progress: Progress | None = None) -> Path | None:
    """Put a backup in the place of the database. Returns where the old one is kept; None where there was none.

    Raises StoreError, and changes nothing, where the backup is damaged, newer than this program or of another
    installation, or where anything uses the database. Who opted out since must be carried over and erased afterwards.
    """
    verify(backup)
    with alone(database):
        if database.exists() and _strangers(database, backup):
            raise StoreError(f"{backup}: is of another installation: each has people of its own to keep out.")
        partial = database.with_name(f"{database.name}.part")
        partial.unlink(missing_ok=True)
        with closing(_reading(backup)) as source:
            _copy(source, partial, progress)
        aside = None
        if database.exists():
            aside = database.with_name(f"{database.stem}-before-{now.astimezone(UTC):%Y%m%d-%H%M%S}{database.suffix}")
            database.rename(aside)
        partial.rename(database)
    return aside


@contextmanager
def alone(database: Path) -> Iterator[None]:
    """Hold a database that nothing else uses. Raises StoreError that says what does."""
    if busy := running(database):
        raise StoreError(f"{', '.join(busy)} is running: stop it first")
    handle = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if database.exists():
                with closing(sqlite3.connect(database, timeout=1, isolation_level=None)) as conn:
                    conn.execute("PRAGMA journal_mode = DELETE")  # refused while anybody else has the file open
        except (BlockingIOError, sqlite3.OperationalError):
            message = f"{database}: is in use. Stop `listening up`, crawls and `listening browse` first."
            raise StoreError(message) from None
        yield
    finally:
        os.close(handle)


def running(database: Path) -> list[str]:
    """The names of what holds a file in the folder of claims: sources that are being crawled, and services."""
    found = []
    folder = Path(f"{database}.running")
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        with suppress(OSError), path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                found.append(path.name)
    return found


def _copy(source: sqlite3.Connection, target: Path, progress: Progress | None) -> None:
    """Copy what a connection sees to a new file, and check that it is whole."""
    partial = target.with_name(f"{target.name}.part")
    source.execute("BEGIN")
    try:
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # holds this moment: writers do not disturb it
        os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
        with closing(sqlite3.connect(partial)) as copy:
            source.backup(copy, pages=_PAGES, progress=lambda _, left, total: progress and progress(left, total))
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, that can be taken away
            if copy.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise StoreError(f"{target}: the copy is damaged. Run `listening db check`.")
        partial.rename(target)
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror}") from None
    finally:
        source.execute("ROLLBACK")
        partial.unlink(missing_ok=True)


def verify(backup: Path) -> None:
    """Read a backup from end to end. Raises StoreError unless it is a whole database of this program, or an older."""
    if not backup.is_file():
        raise StoreError(f"{backup}: there is no such file")
    try:
        with closing(_reading(backup)) as conn:
            sound = conn.execute("PRAGMA integrity_check").fetchone()[0]
            names = {
                row[0] for row in conn.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'listening'")
            }
    except sqlite3.Error:
        raise StoreError(f"{backup}: this is not a database of listening") from None
    if sound != "ok":
        raise StoreError(f"{backup}: is damaged ({sound})")
    if newer := names - set(SHIPPED):
        raise StoreError(f"{backup}: written by a newer listening ({', '.join(sorted(newer))}). Upgrade this one.")


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _has(conn: sqlite3.Connection, table: str) -> bool:
    return conn.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [table]).fetchone() is not None


def _keeps_out(conn: sqlite3.Connection) -> bool:
    return _has(conn, "opt_outs") and conn.execute("SELECT 1 FROM opt_outs LIMIT 1").fetchone() is not None


def _strangers(one: Path, other: Path) -> bool:
    """Whether both keep people out, by different keys: then neither can tell whom the other means."""
    with closing(_reading(one)) as first, closing(_reading(other)) as second:
        if not (_keeps_out(first) and _keeps_out(second)):
            return False
        keys = [conn.execute("SELECT key FROM opt_out_key").fetchone() for conn in (first, second)]
        return bool(keys[0] != keys[1])
