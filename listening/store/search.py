"""Searching: a query's tree run over the store. The index and SQL narrow, the matcher decides, the newest comes first.

Everything is walked lazily, so that the newest of many come at once and whoever has seen enough just stops. Few
candidates are sorted by date; of many the dates are walked, at first with the matcher alone.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import islice
from typing import Any, TypeVar

from listening.query import Hit, Matcher, Node
from listening.query import compile as compile_queries
from listening.store.facts import Condition, Narrowing, register
from listening.store.known import Detect, Handled, Handling, StoredFacts, about_mentions
from listening.store.moment import iso
from listening.store.narrow import narrow
from listening.store.posts import Posts, StoredPost

_FEW = 5_000  # candidates that are sorted more quickly than met on a walk along the dates
_FIRST_CHUNK, _LAST_CHUNK = 64, 1024  # rows read at a time: few at first, so that the newest come at once
_AT_ONCE = 1_000  # rows in which the newest of many candidates are looked for before all of them are listed

T = TypeVar("T")
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A query as it is asked of the store, and when and where its days, and ages such as 7d, are counted.

    `detect` tells the language of posts for which none is known, given their text and what was stated.
    """

    node: Node
    now: datetime
    zone: tzinfo = UTC
    detect: Detect | None = None

    def matcher(self) -> Matcher:
        """The one that decides."""
        return compile_queries({"": self.node}, stored=True, now=self.now, zone=self.zone)


@dataclass(frozen=True, slots=True)
class Found:
    """A stored post that satisfies a query, and where the words that did so stand."""

    stored: StoredPost
    hit: Hit


class Searching(Posts, Handling):
    """Posts and mentions that satisfy a query."""

    def search(self, asked: Question, since: datetime | None = None, until: datetime | None = None) -> Iterator[Found]:
        """The posts, with or without mentions, that satisfy a query, newest first and as they are found.

        What a query asks of mentions, such as `brand:acme status:new`, must all hold for one mention of the post.
        """
        matcher, of_mentions = asked.matcher(), about_mentions(asked.node)
        for chunk in _chunks(iter(self._candidates(asked, _between(since, until)))):
            posts = self.posts(chunk)
            mentions = _by_post(self.mentions_of(chunk)) if of_mentions else {}
            for post_id in chunk:
                stored = posts.get(post_id)
                if stored is None or stored.post.deleted:
                    continue
                hit = _decided(matcher, asked, stored, mentions.get(post_id, [None]))
                if hit is not None:
                    yield Found(stored, hit)

    def candidates(
        self, asked: Question, since: datetime | None = None, until: datetime | None = None, limit: int | None = None
    ) -> list[int]:
        """The ids of all posts that a query may match, newest first, for whoever asks the matcher himself.

        With a limit, and where the index has many, they are those that were collected last.
        """
        where = _between(since, until)
        if limit is not None and (found := self._collected_last(asked, where, limit)) is not None:
            return found
        return list(islice(self._candidates(asked, where), limit))

    def satisfying(self, asked: Question, where: Condition, order: str) -> Iterator[int]:
        """The ids of the mentions in `mention_list m` that satisfy a query and a condition, in some order."""
        select = "SELECT m.mention_id, m.post_id FROM mention_list m JOIN posts p ON p.id = m.post_id"
        return (row[0] for row in self.satisfied(asked, self._walk(asked, "m.post_id", select, [where], order)))

    def fitting(self, asked: Question, some: Sequence[tuple[int, int]]) -> Iterator[int]:
        """Of some (mention id, post id) the mentions that satisfy a query, without asking the index: for a few."""
        return (row[0] for row in self.satisfied(asked, iter(some)))

    def satisfied(self, asked: Question, rows: Iterator[Row]) -> Iterator[Row]:
        """Those rows, which begin with the ids of a mention and its post, that satisfy a query."""
        matcher = asked.matcher()
        for chunk in _chunks(rows):
            posts = self.posts({row[1] for row in chunk})
            handled = {each.mention_id: each for each in self.mentions_by_id([row[0] for row in chunk])}
            for row in chunk:
                if row[1] in posts and _decided(matcher, asked, posts[row[1]], [handled.get(row[0])]):
                    yield row

    def cancel(self) -> None:
        """End what this store is being asked, from another thread: the asker gets an sqlite3.OperationalError."""
        self.db.conn.interrupt()

    def _candidates(self, asked: Question, where: Sequence[Condition]) -> Iterator[int]:
        order = "p.published DESC, p.id DESC"
        return (row[0] for row in self._walk(asked, "p.id", "SELECT p.id FROM posts p", where, order))

    def _collected_last(self, asked: Question, where: Sequence[Condition], limit: int) -> list[int] | None:
        """Of many that the index has, those with the highest ids, in which order it can be read; None where it is few.

        To sort all of them by date would take a hundred times as long.
        """
        register(self.db.conn)
        if not self._indexed(asked.node, "p.id")[1]:
            return None
        known = Narrowing(asked.now, asked.zone, of_posts=True).narrow(asked.node)
        sql, values = _all([*where, *([known] if known else [])])
        found: dict[int, str] = {}
        for table, terms in _tables(asked.node) or ():
            query = (
                f"SELECT p.id, p.published FROM {table} f CROSS JOIN posts p ON p.id = f.rowid WHERE {table} MATCH ? "
                f"AND {sql} ORDER BY f.rowid DESC LIMIT ?"
            )
            found.update(self.db.conn.execute(query, [terms, *values, limit]).fetchall())
        newest = sorted(found, reverse=True)[:limit]
        return sorted(newest, key=lambda ident: (found[ident], ident), reverse=True)

    def _walk(
        self, asked: Question, column: str, select: str, where: Sequence[Condition], order: str, bare: str = "",
        index: str = "",
    ) -> Iterator[Row]:  # fmt: skip
        """The rows of `posts p`, and of `mention_list m` where the column of post ids is its, that a query may match.

        `bare` selects the same without these two: it will do where the query has no fields; `index` is the one along
        which it is walked then, where the words are in many posts.
        Of many, the first are met by their dates, and the index is asked for these alone: there is enough to be found
        among them, while it is slow to list all that it has.
        """
        register(self.db.conn)
        known = Narrowing(asked.now, asked.zone, of_posts=column == "p.id").narrow(asked.node)
        conditions = [*where, *([known] if known else [])]
        select = select if known or not bare else bare
        indexed, many = self._indexed(asked.node, column)
        if many and index and select is bare:
            select = f"{bare} INDEXED BY {index}"
        first: list[Row] = []
        if many:
            sql, values = _all(conditions)
            first = self.db.conn.execute(f"{select} WHERE {sql} ORDER BY {order} LIMIT {_AT_ONCE}", values).fetchall()
            yield from self._possible(asked.node, first, 0 if column == "p.id" else 1)
            if len(first) < _AT_ONCE:
                return
        sql, values = _all([*conditions, *indexed])
        seen = frozenset(first)
        yield from (
            row for row in self.db.conn.execute(f"{select} WHERE {sql} ORDER BY {order}", values) if row not in seen
        )

    def _possible(self, node: Node, rows: list[Row], at: int) -> list[Row]:
        """Those rows whose posts, the ids of which are `at` a place, the index has: it can be read from id to id."""
        if not rows:
            return rows
        posts, found = [row[at] for row in rows], set[int]()
        for table, terms in _tables(node) or ():
            query = f"SELECT rowid FROM {table} WHERE {table} MATCH ? AND rowid BETWEEN ? AND ? LIMIT ?"
            ids = self.db.conn.execute(query, [terms, min(posts), max(posts), _FEW + 1]).fetchall()
            if len(ids) > _FEW:  # ids and dates go different ways here
                return rows
            found.update(row[0] for row in ids)
        return [row for row in rows if row[at] in found]

    def _indexed(self, node: Node, column: str) -> tuple[list[Condition], bool]:
        """The condition that a column of post ids is among what the index finds, if it can tell; and if it is much."""
        asked = _tables(node)
        if asked is None:
            return [], False
        if not asked:
            return [("0", [])], False
        sql = " UNION ALL ".join(f"SELECT rowid FROM {table} WHERE {table} MATCH ?" for table, _ in asked)
        values: list[Any] = [terms for _, terms in asked]
        first = [row[0] for row in self.db.conn.execute(f"{sql} LIMIT {_FEW + 1}", values)]
        if len(first) > _FEW:
            return [(f"+{column} IN ({sql})", values)], True
        return [(f"{column} IN (SELECT value FROM json_each(?))", [json.dumps(first)])], False


def _tables(node: Node) -> list[tuple[str, str]] | None:
    """The tables of the index that can find what a query may match, and what they are asked; None where none can."""
    plain, folded = narrow(node)
    if plain is None or folded is None:
        return None
    return [(table, terms) for table, terms in (("posts_fts", plain), ("posts_folded", folded)) if terms]


def _between(since: datetime | None, until: datetime | None) -> list[Condition]:
    bounds = (("p.published >= ?", since), ("p.published < ?", until))
    return [(sql, [iso(when)]) for sql, when in bounds if when is not None]


def _decided(matcher: Matcher, asked: Question, stored: StoredPost, mentions: Iterable[Handled | None]) -> Hit | None:
    """Where the words of a query stand that a post satisfies, together with one of these mentions of it."""
    for handled in mentions:
        for hit in matcher.match(stored.post.title, stored.post.text, StoredFacts(stored, handled, asked.detect)):
            return hit
    return None


def _by_post(mentions: Iterable[Handled]) -> dict[int, list[Handled | None]]:
    found: defaultdict[int, list[Handled | None]] = defaultdict(list)
    for each in mentions:
        found[each.post_id].append(each)
    return found


def _all(conditions: Sequence[Condition]) -> Condition:
    return " AND ".join(sql for sql, _ in conditions) or "1", [value for _, values in conditions for value in values]


def _chunks(rows: Iterator[T]) -> Iterator[list[T]]:
    size = _FIRST_CHUNK
    while chunk := list(islice(rows, size)):
        yield chunk
        size = min(2 * size, _LAST_CHUNK)
