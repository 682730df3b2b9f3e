"""Saving a batch: posts, mentions, search index, roll-up and checkpoints in one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from listening.post import Author, Checkpoint, Entry, Extent, Post, Reject, Thread
from listening.store import heard, index, optouts
from listening.store.connection import Connection
from listening.store.copies import Copies
from listening.store.mentions import Mentions
from listening.store.moment import iso
from listening.store.tally import Place

_POST_COLUMNS = (
    "id source_id platform native_id kind url domain title text quotes author_id thread_id reply_to position channel "
    "language published dated edited collected likes replies views rating route neg neu pos compound deleted"
).split()
_INSERT_POST = (
    f"INSERT INTO posts ({', '.join(_POST_COLUMNS)}) VALUES ({', '.join('?' * len(_POST_COLUMNS))}) "
    "ON CONFLICT (platform, native_id) DO NOTHING"
)
_UPDATABLE = [c for c in _POST_COLUMNS if c not in ("id", "source_id", "platform", "native_id", "collected")]
_UPDATE_POST = f"UPDATE posts SET {', '.join(f'{c} = ?' for c in _UPDATABLE)} WHERE id = ?"
_OLD_POST = (
    "SELECT id, title, text, published, dated, deleted, source_id, edited, domain FROM posts "
    "WHERE platform = ? AND native_id = ?"
)
_IN_EXTENT = (
    "SELECT p.id, p.native_id, p.title, p.text, p.source_id, p.domain, p.published FROM threads t "
    "JOIN posts p ON p.thread_id = t.id WHERE t.platform = ? AND t.native_id = ? AND p.deleted IS NULL AND p.dated "
    "AND p.native_id NOT GLOB '*[^0-9]*' AND CAST(p.native_id AS INTEGER) BETWEEN ? AND ? "
    "AND p.published BETWEEN ? AND ?"
)
_OLD_AUTHOR = "SELECT id, name, url, followers FROM authors WHERE platform = ? AND native_id = ?"
_INSERT_AUTHOR = "INSERT INTO authors (platform, native_id, name, url, followers) VALUES (?, ?, ?, ?, ?)"
_OLD_THREAD = "SELECT id, title, url FROM threads WHERE platform = ? AND native_id = ?"
_INSERT_THREAD = "INSERT INTO threads (platform, native_id, title, url) VALUES (?, ?, ?, ?)"
Key = tuple[str, str]  # (platform, native id)


@dataclass(slots=True)
class Saved:
    """What one `save` took and changed."""

    pages: int = 0
    posts: int = 0
    rejects: int = 0
    new: int = 0
    updated: int = 0
    mentions: int = 0

    def add(self, other: Saved) -> None:
        """Count another one in."""
        for f in fields(self):
            setattr(self, f.name, getattr(self, f.name) + getattr(other, f.name))


@lru_cache(maxsize=4096)
def _domain_of(origin: str) -> str:
    return (urlsplit(origin).hostname or "").removeprefix("www.")


def domain(url: str) -> str:
    """The site an address belongs to: its host without "www."; empty where there is none."""
    end = url.find("/", 8)
    try:
        return _domain_of(url if end < 0 else url[:end])
    except ValueError:
        return ""


class Saving(Connection):
    """The one way in for posts. What is of people who opted out is left out."""

    _guard: optouts.Guard | None = None

    def save(
        self,
        source: str,
        entries: Sequence[Entry],
        checkpoints: Sequence[Checkpoint] = (),
        rejects: Sequence[Reject] = (),
        *,
        now: datetime,
        run: int | None = None,
        extents: Sequence[Extent] = (),
        pages: int = 0,
        expected: int = 0,
    ) -> Saved:
        """Store entries, their mentions and the checkpoints after them, all or nothing; every call can be repeated.

        A post that is there already (by platform and id) gets its new text, counts and `edited`; what the team typed on
        its mentions stays. Posts that `extents` show to be gone lose their text.

        Raises StoreError or sqlite3.Error; then nothing of this call is stored.
        """
        with self.writing() as conn:
            guard = self._guard = optouts.current(conn, self._guard)
            if guard:
                entries, rejects = guard.admit(entries), [guard.reject(each) for each in rejects]
                guard.keep_fresh()
            source_id = self._id_of(conn, "sources", source)
            stamp = iso(now)
            saved = _Save(conn, source_id, stamp, self._brand_ids(conn, entries)).entries(entries, extents)
            saved.pages, saved.posts, saved.rejects = pages, len(entries), len(rejects)
            conn.executemany(
                "INSERT INTO checkpoints VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO UPDATE SET value = excluded.value, saved = excluded.saved",
                [(source_id, c.key, c.value, stamp) for c in checkpoints],
            )
            conn.executemany(
                "INSERT INTO quarantine (source_id, url, reason, raw, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen, times = times + 1, raw = excluded.raw",
                [(source_id, r.url, r.reason, _storable(r.raw[:4000]), stamp, stamp) for r in rejects],
            )
            if run is not None:
                conn.execute(
                    "UPDATE runs SET pages = pages + ?, expected = expected + ?, found = found + ?, new = new + ?, "
                    "mentions = mentions + ?, rejects = rejects + ? WHERE id = ?",
                    (pages, expected, len(entries), saved.new, saved.mentions, len(rejects), run),
                )
        return saved

    def _id_of(self, conn: sqlite3.Connection, table: str, name: str) -> int:
        row = conn.execute(f"SELECT id FROM {table} WHERE name = ?", [name]).fetchone()
        if row is None:
            row = (conn.execute(f"INSERT INTO {table} (name) VALUES (?)", [name]).lastrowid,)
        return int(row[0])

    def _brand_ids(self, conn: sqlite3.Connection, entries: Iterable[Entry]) -> dict[str, int]:
        names = {mention.brand for entry in entries for mention in entry.mentions}
        return {name: self._id_of(conn, "brands", name) for name in sorted(names)}


class _Save:
    """The steps of one save, inside its transaction."""

    def __init__(self, conn: sqlite3.Connection, source_id: int, stamp: str, brands: dict[str, int]) -> None:
        self.conn, self.source_id, self.stamp = conn, source_id, stamp
        self.mentions = Mentions(conn, brands, stamp)
        self.copies, self.said_anew = Copies(conn), dict[int, None]()  # posts whose copies are to be found
        self.saved = Saved()

    def entries(self, entries: Sequence[Entry], extents: Sequence[Extent]) -> Saved:
        if entries:
            self._add(entries)
        for extent in extents:
            self._clear(extent)
        self.copies.add(self.said_anew)
        self.mentions.write_figures()
        self.saved.mentions = self.mentions.new
        return self.saved

    def _clear(self, extent: Extent) -> None:
        """Take the words of posts that are gone."""
        first, since = (extent.since[0], iso(extent.since[1])) if extent.since else (0, "")
        last, until = (extent.until[0], iso(extent.until[1])) if extent.until else (1 << 62, "9")
        found = self.conn.execute(_IN_EXTENT, (extent.platform, extent.thread, first, last, since, until))
        for post_id, ident, title, text, *place in found.fetchall():
            if int(ident) in extent.ids:
                continue
            self.copies.leave(post_id)
            self.said_anew.pop(post_id, None)
            index.change(self.conn, post_id, (title, text), ("", ""))
            self.conn.execute(
                "UPDATE posts SET title = '', text = '', quotes = NULL, neg = NULL, neu = NULL, pos = NULL, "
                "compound = NULL, deleted = ? WHERE id = ?",
                (self.stamp, post_id),
            )
            self.mentions.update(post_id, Place(*place), ())
            self.saved.updated += 1

    def _add(self, entries: Sequence[Entry]) -> None:
        authors = self._people([(e.post.platform, e.post.author) for e in entries if e.post.author is not None])
        threads = self._threads([(e.post.platform, e.post.thread) for e in entries if e.post.thread is not None])
        before = self.conn.execute("SELECT coalesce(max(id), 0) FROM posts").fetchone()[0]
        rows = [self._row(before + i, entry, authors, threads) for i, entry in enumerate(entries, start=1)]
        changed = self.conn.total_changes
        self.conn.executemany(_INSERT_POST, rows)
        self.saved.new = self.conn.total_changes - changed
        if self.saved.new == len(entries):
            fresh = set(range(before + 1, before + len(entries) + 1))
        else:
            fresh = {row[0] for row in self.conn.execute("SELECT id FROM posts WHERE id > ?", [before])}
        index.add(self.conn, (row[:1] + row[_TITLE : _TITLE + 2] for row in rows if row[0] in fresh))
        new = (row for row in rows if row[0] in fresh)
        heard.add(self.conn, self.source_id, ((row[_PUBLISHED], row[_DOMAIN], row[_KIND]) for row in new))
        for row, entry in zip(rows, entries, strict=True):
            if row[0] not in fresh:
                self._update(row, entry)
            elif entry.mentions:
                place = Place(self.source_id, row[_DOMAIN], row[_PUBLISHED])
                self.mentions.add(row[0], place, entry.mentions)
                self.said_anew[row[0]] = None
                if not entry.post.deleted:
                    self.copies.know(row[0], entry.post, row[_PUBLISHED], row[_AUTHOR])
        self.mentions.write()

    def _people(self, found: Sequence[tuple[str, Author]]) -> dict[Key, int]:
        unique = {(platform, author.id or author.name): author for platform, author in found}
        ids = {}
        for key, author in unique.items():
            old = self.conn.execute(_OLD_AUTHOR, key).fetchone()
            if old is None:
                values = (*key, author.name, author.url, author.followers)
                ids[key] = int(self.conn.execute(_INSERT_AUTHOR, values).lastrowid or 0)
                continue
            ids[key], *known = old
            now = [author.name, author.url or known[1], known[2] if author.followers is None else author.followers]
            if now != known:
                self.conn.execute("UPDATE authors SET name = ?, url = ?, followers = ? WHERE id = ?", [*now, ids[key]])
        return ids

    def _threads(self, found: Sequence[tuple[str, Thread]]) -> dict[Key, int]:
        unique = {(platform, thread.id): thread for platform, thread in found}
        ids = {}
        for key, thread in unique.items():
            old = self.conn.execute(_OLD_THREAD, key).fetchone()
            if old is None:
                ids[key] = int(self.conn.execute(_INSERT_THREAD, (*key, thread.title, thread.url)).lastrowid or 0)
                continue
            ids[key], *known = old
            now = [thread.title or known[0], thread.url or known[1]]
            if now != known:
                self.conn.execute("UPDATE threads SET title = ?, url = ? WHERE id = ?", [*now, ids[key]])
        return ids

    def _row(self, row_id: int, entry: Entry, authors: dict[Key, int], threads: dict[Key, int]) -> tuple[Any, ...]:
        post, scores = entry.post, entry.sentiment
        author, thread = post.author, post.thread
        gone = post.deleted
        return (
            row_id, self.source_id, post.platform, post.id, post.kind, post.url, domain(post.url),
            "" if gone else post.title, "" if gone else post.text, _quotes(post),
            authors[post.platform, author.id or author.name] if author is not None else None,
            threads[post.platform, thread.id] if thread is not None else None,
            post.reply_to, post.position, post.channel, entry.language,
            self.stamp if post.published is None else iso(post.published), post.published is not None,
            None if post.edited is None else iso(post.edited), self.stamp,
            post.likes, post.replies, post.views, post.rating, post.route,
            *((None, None, None, None) if scores is None else (scores.neg, scores.neu, scores.pos, scores.compound)),
            self.stamp if gone else None,
        )  # fmt: skip

    def _update(self, row: tuple[Any, ...], entry: Entry) -> None:
        """Write a post that was there already, and bring its mentions in line."""
        old = self.conn.execute(_OLD_POST, (entry.post.platform, entry.post.id)).fetchone()
        post_id, title, text, published, dated, deleted, source_id, edited, site = old
        values = dict(zip(_POST_COLUMNS, row, strict=True))
        if not values["dated"]:  # first sight dated it, and stays
            values["published"], values["dated"] = published, dated
        values["edited"] = values["edited"] or edited
        if values["deleted"] and deleted:
            values["deleted"] = deleted
        changed = (title, text) != (values["title"], values["text"])
        if changed:
            self.copies.leave(post_id)
            index.change(self.conn, post_id, (title, text), (values["title"], values["text"]))
            self.saved.updated += 1
            values["edited"] = values["edited"] or self.stamp
        self.conn.execute(_UPDATE_POST, [*(values[c] for c in _UPDATABLE), post_id])
        before = self.mentions.changes
        place = Place(source_id, values["domain"], values["published"])
        self.mentions.update(post_id, place, entry.mentions, was_site=site)
        if entry.mentions and (changed or self.mentions.changes > before):
            self.said_anew[post_id] = None
        if self.mentions.changes > before:
            self.copies.follow(post_id)


_KIND, _TITLE, _DOMAIN, _AUTHOR, _PUBLISHED = (
    _POST_COLUMNS.index(column) for column in ("kind", "title", "domain", "author_id", "published")
)


def _quotes(post: Post) -> str | None:
    if not post.quotes or post.deleted:
        return None
    return json.dumps([asdict(quote) for quote in post.quotes], ensure_ascii=False)


def _storable(text: str) -> str:
    """Text that SQLite takes: lone surrogates, which no encoding allows, become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
