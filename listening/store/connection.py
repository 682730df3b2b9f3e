"""Opening the database, and the one lock that every write takes."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from sqlite_utils import Database

from listening.errors import StoreError
from listening.store.recent import Linked, rolled_back
from listening.store.schema import SHIPPED, migrations


class Connection:
    """One SQLite file in WAL mode, opened by one thread of one process.

    Writers of all processes take turns by a lock on `<file>.lock`: it is fair, costs nothing while it waits, and keeps
    writes and checkpoints of different connections apart (see FACTS on SQLite before 3.51.3).
    """

    def __init__(self, path: Path | str, *, read_only: bool = False) -> None:
        self.path = Path(path)
        self.read_only = read_only
        try:
            self.db = self._open()
            if not read_only:
                self._migrate()
            self._check_version()
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from None

    def _open(self) -> Database:
        if self.read_only and not self.path.exists():
            raise StoreError(f"{self.path}: there is no database yet. Run `listening crawl` first.")
        if not self.read_only:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._create()
        mode = "ro" if self.read_only else "rwc"
        uri = f"{self.path.resolve().as_uri()}?mode={mode}"
        conn = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=30, check_same_thread=False, factory=Linked)
        conn.execute("PRAGMA foreign_keys = ON")
        if not self.read_only:
            conn.execute("PRAGMA journal_mode = WAL")
            conn.execute("PRAGMA synchronous = NORMAL")
            conn.execute("PRAGMA wal_autocheckpoint = 4000")  # 16 MB: pages that change often are copied less often
            conn.execute("PRAGMA journal_size_limit = 67108864")
            conn.execute("PRAGMA secure_delete = ON")  # what is taken out is overwritten
        conn.execute("PRAGMA cache_size = -49152")
        conn.execute("PRAGMA temp_store = MEMORY")
        return Database(conn, recursive_triggers=False, execute_plugins=False)

    def _create(self) -> None:
        """Make a new file for its owner alone: what customers write is nobody else's.

        One that is there is never opened here. Closing any handle of a file drops all of this process's locks on it
        (POSIX), also those of SQLite: another process that closes the file would then take itself for the last, and
        remove the log that this one writes to. See "How To Corrupt An SQLite Database File", 2.2.
        """
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    def _migrate(self) -> None:
        if migrations.pending(self.db):
            with self._turn():
                migrations.apply(self.db)

    def _check_version(self) -> None:
        waiting = {migration.name for migration in migrations.pending(self.db)}
        query = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"
        try:
            applied = {str(row[0]) for row in self.db.conn.execute(query, [migrations.name])}
        except sqlite3.OperationalError:
            raise StoreError(f"{self.path}: this is not a database of listening") from None
        if waiting:
            raise StoreError(f"{self.path}: not upgraded yet. Run `listening db check` once.")
        if newer := applied - set(SHIPPED):
            raise StoreError(
                f"{self.path}: written by a newer listening ({', '.join(sorted(newer))}). Upgrade this one."
            )

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self.db.conn.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold this process's turn to write."""
        handle = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One write transaction under the lock: all of it or nothing."""
        if self.read_only:
            raise StoreError(f"{self.path}: opened for reading only")
        conn = self.db.conn
        with self._turn():
            conn.execute("BEGIN IMMEDIATE")
            try:
                yield conn
                conn.execute("COMMIT")
            except BaseException:
                rolled_back(conn)
                if conn.in_transaction:  # SQLite may have rolled back itself
                    conn.execute("ROLLBACK")
                raise
