"""Requests about privacy: who is to be kept out, what was asked and done, and all that is held about one person."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listening.store import optouts
from listening.store.likely import telling
from listening.store.moment import iso
from listening.store.optouts import Digests
from listening.store.people import People

_REQUESTS = (
    "SELECT r.id, r.kind, r.asked, r.done, r.who, r.handles, r.posts, r.others, r.scrubbed, "
    "EXISTS (SELECT 1 FROM opt_outs o WHERE o.request = r.id) FROM privacy_requests r ORDER BY r.id DESC"
)
_MERGES = 500  # pages of the search index that are put in order at a time


@dataclass(frozen=True, slots=True)
class Request:
    """One request, without any name."""

    id: int
    kind: str  # erase, opt-out, export, "allowed again (request 3)"
    asked: str
    done: str | None  # None: it was interrupted
    who: str  # the account that did it; empty at the terminal
    handles: int
    posts: int
    others: int  # posts of others that named or quoted them
    scrubbed: bool  # nothing of it is left in free pages of the file
    kept_out: bool  # whether a crawl refuses them now


class Requests(People):
    """The log of requests, opting out, and access."""

    def requests(self) -> list[Request]:
        """All requests, newest first."""
        rows = self.db.conn.execute(_REQUESTS)
        return [Request(*[*row[:8], bool(row[8]), bool(row[9])]) for row in rows]

    def opt_out(self, platform: str, name: str, *, now: datetime, who: str = "") -> int:
        """Keep somebody out who was never heard, by their name or id on a platform. Returns the request's number."""
        with self.writing() as conn:
            request = self._request(conn, "opt-out", now, who, done=True, handles=1)
            Digests(conn).keep(request, identity(conn, platform, name, name, anew=True))
        return request

    def allow(self, request: int, *, now: datetime, who: str = "") -> bool:
        """Let the person of a request be heard again; what was erased stays so. False where it keeps nobody out."""
        with self.writing() as conn:
            if not conn.execute("DELETE FROM opt_outs WHERE request = ?", [request]).rowcount:
                return False
            conn.execute("UPDATE opt_out_key SET version = version + 1")
            self._request(conn, f"allowed again (request {request})", now, who, done=True)
        return True

    def opted_out(self) -> list[int]:
        """The authors that are stored though they must not be, as after a restore."""
        guard = optouts.Guard(self.db.conn, 0)
        if not guard:
            return []
        rows = self.db.conn.execute("SELECT id, platform, native_id FROM authors")
        return [ident for ident, platform, native in rows if guard.keeps_out(platform, native)]

    def unscrubbed(self) -> bool:
        """Whether something erased may still be read in free pages of the file."""
        query = "SELECT EXISTS (SELECT 1 FROM privacy_requests WHERE NOT scrubbed)"
        return bool(self.db.conn.execute(query).fetchone()[0])

    def scrub(self) -> bool:
        """Leave nothing of what was erased in the index, in free pages or in the log of writes.

        The file is written anew, which keeps other writers waiting (some 20 s for a million posts). False where
        somebody reads at this moment, so that the log cannot be cut: do it again later.
        """
        conn = self.db.conn
        for table in ("posts_fts", "posts_folded"):
            self._put_in_order(table)
        with self._turn():
            conn.execute("VACUUM")
            busy = bool(conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        if busy:
            return False
        with self.writing():
            conn.execute("UPDATE privacy_requests SET scrubbed = 1")
        with self._turn():
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return True

    def _put_in_order(self, table: str) -> None:
        """Merge all parts of an index, a bit at a time: only so are deleted words gone from it."""
        step = -_MERGES
        while True:
            before = self.db.conn.total_changes
            with self.writing() as conn:
                conn.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", [step])
            if self.db.conn.total_changes - before < 2:
                break
            step = _MERGES
        with self.writing() as conn:
            conn.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")

    def held_about(self, person: int, *, now: datetime, who: str = "") -> dict[str, list[dict[str, Any]]]:
        """All rows about a person, by table, for a request for access; the request is logged without their name."""
        ids = json.dumps(self._authors(person))
        author = "SELECT value FROM json_each(?)"
        posts = f"SELECT id FROM posts WHERE author_id IN ({author})"
        mentions = f"SELECT id FROM mentions WHERE post_id IN ({posts})"
        found: dict[str, list[dict[str, Any]]] = {}
        tables = self.db.conn.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
        for (table,) in tables.fetchall():
            columns = {row[1] for row in self.db.conn.execute(f'PRAGMA table_info("{table}")')}
            whole = {"posts": posts, "mentions": mentions, "authors": author}
            about = {"id": whole[table]} if table in whole else {}
            about |= {"mention_id": mentions, "post_id": posts, "author_id": author}
            chosen = next(((column, sql) for column, sql in about.items() if column in columns), None)
            if chosen is not None and table not in ("copy_keys", "stances"):
                rows = self.db.query(f'SELECT * FROM "{table}" WHERE {chosen[0]} IN ({chosen[1]})', [ids])
                found[table] = list(rows)
        with self.writing() as conn:
            self._request(conn, "export", now, who, handles=len(found["authors"]), posts=len(found["posts"]), done=True)
        return {table: rows for table, rows in found.items() if rows}

    def _request(
        self, conn: sqlite3.Connection, kind: str, now: datetime, who: str, *, done: bool = False, **counts: int
    ) -> int:
        columns = ["kind", "asked", "who", "done", *counts]
        row = conn.execute(
            f"INSERT INTO privacy_requests ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            [kind, iso(now), who, iso(now) if done else None, *counts.values()],
        )
        return int(row.lastrowid or 0)


def identity(
    conn: sqlite3.Connection, platform: str, ident: str, name: str, *, anew: bool = False
) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """By what somebody is refused and masked. A name that others have there, too, refuses nobody."""
    yield optouts.AUTHOR, (platform, ident), 0
    plain = optouts.folded(name)
    others = "SELECT count(*) FROM authors WHERE platform = ? AND lower(name) = lower(?) AND native_id <> ?"
    if anew or not conn.execute(others, [platform, name, ident]).fetchone()[0]:
        yield optouts.AUTHOR, (platform, plain), 0
    for each in {plain, optouts.folded(ident)} if "@" in ident or not ident.isdigit() else {plain}:
        words = each.split()
        if len(words) == 1 and len(each) < 2:
            continue
        yield (optouts.NAME if telling(each) else optouts.COMMON), (each,), len(words)
        if len(words) > 1:
            yield optouts.BEGIN, (words[0],), 1
