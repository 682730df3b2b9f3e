"""What stands around a mention: the thread it is part of, and what a filter may choose from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from listening.store.connection import Connection
from listening.store.inbox_filter import STATUSES
from listening.store.scope import EVERYTHING, Scope

_THREAD = (
    "SELECT p.id, coalesce(a.name, ''), p.author_id, p.published, p.title, p.text, p.url, p.position, p.reply_to, "
    "p.native_id, p.deleted IS NOT NULL, (SELECT json_group_array(m.id) FROM mentions m WHERE m.post_id = p.id) "
    "FROM posts p LEFT JOIN authors a ON a.id = p.author_id WHERE {where} LIMIT ?"
)
_PLACE = "coalesce(p.position, 0), p.published, p.id"


@dataclass(frozen=True, slots=True)
class ThreadPost:
    """One post of a thread."""

    post_id: int
    author: str
    author_id: int | None
    published: datetime
    title: str
    text: str
    url: str
    position: int | None
    answers: int | None  # the post it answers, where that is stored
    here: bool  # the one that was asked about
    deleted: bool
    mentions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """The posts around one, in the order of their thread; how many more are stored before and after these."""

    posts: tuple[ThreadPost, ...]
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to filter by, by name."""

    brands: tuple[str, ...]
    sources: tuple[str, ...]
    statuses: tuple[str, ...]
    assignees: tuple[str, ...]
    tags: tuple[str, ...]
    aspects: tuple[str, ...]


class Surroundings(Connection):
    """Threads, and the values of filters."""

    def thread(self, post_id: int, *, before: int = 5, after: int = 10, scope: Scope = EVERYTHING) -> Around:
        """The posts around one: so many before it and after it at most. Without a thread it stands alone."""
        conn = self.db.conn
        allowed, hidden = scope.sources("p.source_id")
        row = conn.execute(
            f"SELECT p.thread_id, {_PLACE} FROM posts p WHERE p.id = ? AND {allowed}", [post_id, *hidden]
        ).fetchone()
        if row is None:
            return Around((), 0, 0)
        thread_id, *place = row
        if thread_id is None:
            return Around(self._posts("p.id = ?", [post_id], 1, post_id), 0, 0)
        part = f"p.thread_id = ? AND {allowed} AND ({_PLACE})"
        values = [thread_id, *hidden, *place]
        earlier = self._posts(
            f"{part} < (?, ?, ?) ORDER BY p.position DESC, p.published DESC, p.id DESC", values, before, post_id
        )
        later = self._posts(f"{part} >= (?, ?, ?) ORDER BY p.position, p.published, p.id", values, after + 1, post_id)
        count = f"SELECT count(*) FROM posts p WHERE {part}"
        previous = int(conn.execute(f"{count} < (?, ?, ?)", values).fetchone()[0])
        following = int(conn.execute(f"{count} > (?, ?, ?)", values).fetchone()[0])
        return Around((*reversed(earlier), *later), previous - len(earlier), following - len(later) + 1)

    def _posts(self, where: str, values: list[object], limit: int, here: int) -> tuple[ThreadPost, ...]:
        rows = self.db.conn.execute(_THREAD.format(where=where), [*values, limit]).fetchall()
        ids = {row[9]: row[0] for row in rows}
        return tuple(
            ThreadPost(
                ident, author, author_id, datetime.fromisoformat(published), title, text, url, position,
                ids.get(reply_to), ident == here, bool(deleted), tuple(json.loads(mentions)),
            )
            for ident, author, author_id, published, title, text, url, position, reply_to, _, deleted, mentions in rows
        )  # fmt: skip

    def choices(self, *, scope: Scope = EVERYTHING) -> Choices:
        """What a filter bar offers."""
        allowed, hidden = scope.sources("s.id")
        return Choices(
            self._names("SELECT name FROM brands WHERE active ORDER BY ours DESC, name"),
            self._names(f"SELECT name FROM sources s WHERE active AND {allowed} ORDER BY name", *hidden),
            STATUSES,
            self._distinct("mentions", "assignee", "assignee <> ''"),
            self._distinct("mention_tags", "tag"),
            self._distinct("aspects", "aspect"),
        )

    def _distinct(self, table: str, column: str, where: str = "1") -> tuple[str, ...]:
        """The values of an indexed column, each found by one step into the index, not by reading all of it."""
        least = f"SELECT min({column}) FROM {table} WHERE {where}"
        return self._names(
            f"WITH RECURSIVE v (x) AS ({least} UNION ALL SELECT ({least} AND {column} > v.x) FROM v "
            "WHERE v.x IS NOT NULL) SELECT x FROM v WHERE x IS NOT NULL"
        )

    def _names(self, sql: str, *values: object) -> tuple[str, ...]:
        return tuple(str(row[0]) for row in self.db.conn.execute(sql, values))
