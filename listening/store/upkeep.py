"""Keeping the file well: backup, check, vacuum, and letting go of what matched nothing."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from listening.errors import StoreError
from listening.store import index, tally
from listening.store.connection import Connection
from listening.store.moment import iso
from listening.store.rollup import COUNT_ALL


class Upkeep(Connection):
    """What `listening db` does."""

    def backup(self, target: Path, progress: Callable[[int, int], None] | None = None) -> None:
        """Copy the database, whole and consistent, while it is in use. Never writes over a file that is there."""
        if target.exists():
            raise StoreError(f"{target}: is there already. Name another file.")
        partial = target.with_name(f"{target.name}.part")
        try:
            os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
            copy = sqlite3.connect(partial)
            try:
                self.db.conn.backup(
                    copy, pages=4096, progress=lambda _s, left, total: progress and progress(left, total)
                )
            finally:
                copy.close()
            partial.rename(target)
        except OSError as error:
            raise StoreError(f"{target}: {error.strerror}") from None
        finally:
            partial.unlink(missing_ok=True)

    def check(self) -> list[str]:
        """What is wrong with the file: empty where all is well."""
        conn = self.db.conn
        found = [str(row[0]) for row in conn.execute("PRAGMA integrity_check") if row[0] != "ok"]
        found += [
            f"{row[0]} row {row[1]} points to a missing {row[2]}" for row in conn.execute("PRAGMA foreign_key_check")
        ]
        try:
            with self.writing():
                conn.execute("INSERT INTO posts_fts (posts_fts, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError:
            found.append("the search index differs from the posts; `listening db vacuum` builds it anew")
        counted = "SELECT count(*) FROM mentions WHERE NOT shelved"
        if any(
            conn.execute(f"SELECT coalesce(sum(mentions), 0) <> ({counted}) FROM {table}").fetchone()[0]
            for table in ("daily", "hourly")
        ):
            found.append("the daily figures differ from the mentions; `listening db vacuum` counts them anew")
        if tally.differs(conn):
            found.append("the figures by day differ from the mentions; `listening db vacuum` counts them anew")
        shown = "SELECT 1 FROM mentions WHERE cluster IS NOT NULL GROUP BY cluster, brand_id HAVING sum(copy = 0) <> 1"
        if conn.execute(f"SELECT EXISTS ({shown})").fetchone()[0]:
            found.append("something said several times is not counted once; `listening db vacuum` sees to it")
        return found

    def vacuum(self) -> tuple[int, int]:
        """Build the search index and the daily figures anew, give free pages back. Returns bytes before and after."""
        before = self.path.stat().st_size
        self.count_anew()
        with self._turn():
            self.db.conn.execute("VACUUM")
            self.db.conn.execute("ANALYZE")
            self.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return before, self.path.stat().st_size

    def count_anew(self) -> None:
        """Build what follows from posts and mentions anew: the search index, which copy is shown, the daily figures."""
        with self.writing() as conn:
            index.rebuild(conn)
            conn.execute("DELETE FROM copy_keys WHERE post_id NOT IN (SELECT post_id FROM mentions)")
            conn.execute(
                "UPDATE mentions SET copy = id <> (SELECT o.id FROM mentions o WHERE o.cluster = mentions.cluster "
                "AND o.brand_id = mentions.brand_id ORDER BY o.published, o.id LIMIT 1) WHERE cluster IS NOT NULL"
            )
            conn.execute("DELETE FROM hourly")
            conn.execute(COUNT_ALL)
            conn.execute("DELETE FROM figures")
            tally.recount(conn)
            conn.execute("DELETE FROM flipped")
            conn.execute("DELETE FROM daily")
            conn.execute(
                "INSERT INTO daily SELECT m.brand_id, substr(m.published, 1, 10), p.source_id, count(*), "
                "coalesce(sum(label = 'negative'), 0), coalesce(sum(label = 'neutral'), 0), "
                "coalesce(sum(label = 'positive'), 0) FROM mentions m JOIN posts p ON p.id = m.post_id "
                "WHERE NOT m.shelved GROUP BY 1, 2, 3"
            )

    def forget_unmatched(self, now: datetime, batch: int = 500) -> int:
        """Delete posts without a mention that are older than their source keeps them. Returns how many."""
        forgotten = 0
        for source_id, keep in self.db.conn.execute("SELECT id, keep_unmatched FROM sources").fetchall():
            oldest = iso(now - timedelta(seconds=keep))
            while True:  # short transactions, so that nobody waits for this
                with self.writing() as conn:
                    ids = conn.execute(
                        "SELECT id, title, text FROM posts p WHERE source_id = ? AND collected <= ? AND NOT EXISTS "
                        "(SELECT 1 FROM mentions m WHERE m.post_id = p.id) AND NOT EXISTS "
                        "(SELECT 1 FROM labels l WHERE l.post_id = p.id) LIMIT ?",
                        [source_id, oldest, batch],
                    ).fetchall()
                    index.drop(conn, ids)
                    conn.executemany("DELETE FROM posts WHERE id = ?", [(row[0],) for row in ids])
                forgotten += len(ids)
                if len(ids) < batch:
                    break
        return forgotten
