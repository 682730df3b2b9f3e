"""Keeping the file well: check, vacuum, and letting go of what matched nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from listening.store import index, stances, tally
from listening.store.connection import Connection
from listening.store.copies import Copies
from listening.store.moment import iso
from listening.store.recent import recent
from listening.store.rollup import COUNT_ALL

# Whether the team labelled, tagged, assigned, moved on or noted anything about the mention m of the post p.
WORKED_ON = (
    "(m.status <> 'new' OR m.assignee <> '' OR m.version > 0 OR EXISTS (SELECT 1 FROM labels l WHERE l.post_id = p.id) "
    "OR EXISTS (SELECT 1 FROM mention_tags t WHERE t.mention_id = m.id))"
)
# Along an index, so that of posts with a mention nothing more is read.
_UNMATCHED = (
    "SELECT p.id, p.source_id, p.collected FROM (SELECT q.id FROM posts q INDEXED BY posts_published "
    "WHERE NOT EXISTS (SELECT 1 FROM mentions m WHERE m.post_id = q.id)) u CROSS JOIN posts p ON p.id = u.id "
    "WHERE NOT EXISTS (SELECT 1 FROM labels l WHERE l.post_id = p.id)"
)
_STILL_UNMATCHED = (
    "SELECT id, title, text FROM posts p WHERE id IN (SELECT value FROM json_each(?)) "
    "AND NOT EXISTS (SELECT 1 FROM mentions m WHERE m.post_id = p.id) "
    "AND NOT EXISTS (SELECT 1 FROM labels l WHERE l.post_id = p.id)"
)
_SILENT = (
    "SELECT id FROM authors a WHERE NOT EXISTS (SELECT 1 FROM posts p WHERE p.author_id = a.id) AND NOT "
    "EXISTS (SELECT 1 FROM persons o JOIN persons s ON s.person_id = o.person_id JOIN posts p "
    "ON p.author_id = s.author_id WHERE o.author_id = a.id)"
)
_OLD = (
    "SELECT p.id, p.source_id, p.title, p.text, p.published, "
    f"EXISTS (SELECT 1 FROM mentions m WHERE m.post_id = p.id AND {WORKED_ON}) FROM posts p WHERE p.published < ? "
    "AND (p.published, p.id) > (?, ?) AND EXISTS (SELECT 1 FROM mentions m WHERE m.post_id = p.id) "
    "ORDER BY p.published, p.id LIMIT ?"
)


def mentions_of(conn: sqlite3.Connection, posts: Sequence[int]) -> list[int]:
    """The ids of the mentions of some posts."""
    query = "SELECT id FROM mentions WHERE post_id IN (SELECT value FROM json_each(?))"
    return [row[0] for row in conn.execute(query, [json.dumps(list(posts))])]


class Upkeep(Connection):
    """What `listening db` does."""

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
        if stances.differs(conn):
            found.append("the stances of people differ from the mentions; `listening db vacuum` reads them anew")
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
            recent(conn).place_all(conn)
            conn.execute("DELETE FROM copy_keys WHERE post_id NOT IN (SELECT post_id FROM mentions)")
            conn.execute(
                "UPDATE mentions SET copy = id <> (SELECT o.id FROM mentions o WHERE o.cluster = mentions.cluster "
                "AND o.brand_id = mentions.brand_id ORDER BY o.published, o.id LIMIT 1) WHERE cluster IS NOT NULL"
            )
            conn.execute("DELETE FROM hourly")
            conn.execute(COUNT_ALL)
            stances.rebuild(conn)
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
        forgotten, ids = 0, self._unmatched(now)
        for at in range(0, len(ids), batch):
            with self.writing() as conn:  # short, so that nobody waits; asked again, as one may match by now
                chosen = json.dumps(ids[at : at + batch])
                rows = conn.execute(_STILL_UNMATCHED, [chosen]).fetchall()
                index.drop(conn, rows)
                conn.executemany("DELETE FROM posts WHERE id = ?", [(row[0],) for row in rows])
            forgotten += len(rows)
        return forgotten

    def count_unmatched(self, now: datetime) -> int:
        """How many posts `forget_unmatched` would delete."""
        return len(self._unmatched(now))

    def _unmatched(self, now: datetime) -> list[int]:
        sources = self.db.conn.execute("SELECT id, keep_unmatched FROM sources").fetchall()
        oldest = {source: iso(now - timedelta(seconds=keep)) for source, keep in sources}
        return [post for post, source, collected in self.db.conn.execute(_UNMATCHED) if collected <= oldest[source]]

    def count_old_mentions(self, before: datetime, worked_on_before: datetime | None) -> int:
        """How many posts `forget_mentions` would delete."""
        worked_on = iso(worked_on_before) if worked_on_before is not None else ""
        row = self.db.conn.execute(
            "SELECT count(*) FROM posts p WHERE p.published < ? AND EXISTS (SELECT 1 FROM mentions m WHERE "
            "m.post_id = p.id) AND (p.published < ? OR NOT EXISTS (SELECT 1 FROM mentions m WHERE m.post_id = p.id "
            f"AND {WORKED_ON}))", [iso(before), worked_on],
        ).fetchone()  # fmt: skip
        return int(row[0])

    def count_silent(self) -> int:
        """How many authors `forget_silent` would delete now."""
        return int(self.db.conn.execute(f"SELECT count(*) FROM ({_SILENT})").fetchone()[0])

    def forget_mentions(self, before: datetime, worked_on_before: datetime | None, batch: int = 200) -> int:
        """Delete posts with mentions that were published before then. Returns how many.

        Those that the team worked on stay until `worked_on_before`; None: for ever.
        """
        forgotten, last = 0, ("", 0)
        while True:  # short transactions, so that nobody waits for this
            with self.writing() as conn:
                rows = conn.execute(_OLD, [iso(before), *last, batch]).fetchall()
                if not rows:
                    return forgotten
                last = (rows[-1][4], rows[-1][0])
                gone = [
                    row for row in rows
                    if not row[5] or (worked_on_before is not None and row[4] < iso(worked_on_before))
                ]  # fmt: skip
                self._forget(conn, gone)
            forgotten += len(gone)

    def _forget(self, conn: sqlite3.Connection, rows: Sequence[Any]) -> None:
        copies, ids = Copies(conn), [row[0] for row in rows]
        with tally.counted(conn, mentions_of(conn, ids)):
            for post_id, _, title, text, *_ in rows:
                copies.leave(post_id)
                index.drop(conn, [(post_id, title, text)])
                conn.execute("DELETE FROM posts WHERE id = ?", [post_id])

    def forget_silent(self, batch: int = 500) -> int:
        """Delete authors and threads of whom no post is left. Returns how many authors that were."""
        forgotten = 0
        alone = {
            "threads": "SELECT id FROM threads t WHERE NOT EXISTS (SELECT 1 FROM posts p WHERE p.thread_id = t.id)",
            "authors": _SILENT,
        }
        for table, query in alone.items():
            ids = [row[0] for row in self.db.conn.execute(query)]
            for at in range(0, len(ids), batch):
                with self.writing() as conn:  # asked again: a crawl may have brought a post meanwhile
                    chosen = json.dumps(ids[at : at + batch])
                    again = f"{query} AND id IN (SELECT value FROM json_each(?))"
                    done = conn.execute(f"DELETE FROM {table} WHERE id IN ({again})", [chosen])
                    forgotten += done.rowcount if table == "authors" else 0
        return forgotten
