"""Searching: a query's tree run over the store. The index and SQL narrow, the matcher decides, the newest comes first.

Everything is walked lazily, so that the newest of many come at once and whoever has seen enough just stops. Few
candidates are sorted by date; of many the dates are walked, and each is asked whether it is a candidate.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import islice
from typing import Any, TypeVar

from listening.post import Post
from listening.query import Fact, Node
from listening.store.decide import Decider, Decision
from listening.store.facts import Condition, Facts, about_mentions, register
from listening.store.moment import iso
from listening.store.narrow import narrow
from listening.store.posts import Posts, StoredPost

_FEW = 5_000  # candidates that are sorted more quickly than met on a walk along the dates
_FIRST_CHUNK, _LAST_CHUNK = 64, 1024  # rows read at a time: few at first, so that the newest come at once

Known = Mapping[Fact, bool]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """A query as it is asked of the store: its tree, and when and where days, and ages such as 7d, are counted."""

    node: Node
    now: datetime
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Found:
    """A stored post that satisfies a query, and where the words that did so stand."""

    stored: StoredPost
    decision: Decision


class Searching(Posts):
    """Posts and mentions that satisfy a query."""

    def search(self, asked: Question, since: datetime | None = None, until: datetime | None = None) -> Iterator[Found]:
        """The posts, with or without mentions, that satisfy a query, newest first and as they are found.

        What a query asks of mentions, such as `brand:acme status:new`, must all hold for one mention of the post.
        """
        register(self.db.conn)
        decider, facts = Decider(asked.node), Facts(asked.now, asked.zone)
        where = [*_published("p.published", since, until), *self._indexed("p.id", asked.node)]
        if (narrowing := facts.narrowing(asked.node, of_posts=True)) is not None:
            where.append(narrowing)
        sql, values = _all(where)
        ids = self.db.conn.execute(f"SELECT p.id FROM posts p WHERE {sql} ORDER BY p.published DESC, p.id DESC", values)
        for chunk in _chunks(row[0] for row in ids):
            posts = self.posts(chunk)
            answers = self._of_posts(decider.facts, facts, chunk)
            for post_id in chunk:
                stored = posts.get(post_id)
                if stored is None or stored.post.deleted:
                    continue
                decision = _satisfied(decider, stored.post, answers[post_id])
                if decision is not None:
                    yield Found(stored, decision)

    def candidates(self, node: Node, since: datetime | None = None, until: datetime | None = None) -> list[int]:
        """The ids of all posts that a query may match, newest first, for whoever lets the matcher decide himself."""
        sql, values = _all([*_published("p.published", since, until), *self._indexed("p.id", node)])
        rows = self.db.conn.execute(
            f"SELECT p.id FROM posts p WHERE {sql} ORDER BY p.published DESC, p.id DESC", values
        )
        return [row[0] for row in rows]

    def satisfying(self, asked: Question, where: Condition, order: str) -> Iterator[int]:
        """The ids of the mentions in `mention_list m` that satisfy a query and a condition, in some order."""
        register(self.db.conn)
        decider, facts = Decider(asked.node), Facts(asked.now, asked.zone)
        conditions = [where, *self._indexed("m.post_id", asked.node)]
        if (narrowing := facts.narrowing(asked.node)) is not None:
            conditions.append(narrowing)
        sql, values = _all(conditions)
        ids = self.db.conn.execute(
            "SELECT m.mention_id, m.post_id FROM mention_list m JOIN posts p ON p.id = m.post_id "
            f"WHERE {sql} ORDER BY {order}",
            values,
        )
        for chunk in _chunks(ids):
            posts = self.posts({post_id for _, post_id in chunk})
            answers = self._of_mentions(decider.facts, facts, "m.mention_id", [row[0] for row in chunk])
            for mention_id, post_id in chunk:
                if post_id in posts and _satisfied(decider, posts[post_id].post, answers[mention_id]) is not None:
                    yield mention_id

    def cancel(self) -> None:
        """End what this store is being asked, from another thread: the asker gets an sqlite3.OperationalError."""
        self.db.conn.interrupt()

    def _indexed(self, column: str, node: Node) -> list[Condition]:
        """The condition that a column of post ids is among those the index finds; none where it cannot narrow."""
        plain, folded = narrow(node)
        if plain is None or folded is None:
            return []
        tables = [("posts_fts", plain), ("posts_folded", folded)]
        sql = " UNION ALL ".join(f"SELECT rowid FROM {table} WHERE {table} MATCH ?" for table, terms in tables if terms)
        values: list[Any] = [terms for _, terms in tables if terms]
        if not values:
            return [("0", [])]
        first = [row[0] for row in self.db.conn.execute(f"{sql} LIMIT {_FEW + 1}", values)]
        if len(first) > _FEW:
            return [(f"+{column} IN ({sql})", values)]
        return [(f"{column} IN (SELECT value FROM json_each(?))", [json.dumps(first)])]

    def _of_mentions(
        self, wanted: Sequence[Fact], facts: Facts, key: str, ids: Iterable[int]
    ) -> dict[int, list[Known]]:
        """For each mention of these mentions or posts, by the key, which facts hold."""
        found: defaultdict[int, list[Known]] = defaultdict(list)
        sql, values = _columns(map(facts.exact, wanted))
        rows = self.db.conn.execute(
            f"SELECT {key}{sql} FROM mention_list m JOIN posts p ON p.id = m.post_id "
            f"WHERE {key} IN (SELECT value FROM json_each(?))",
            [*values, json.dumps(list(ids))],
        )
        for ident, *answers in rows:
            found[ident].append(dict(zip(wanted, map(bool, answers), strict=True)))
        return found

    def _of_posts(self, wanted: Sequence[Fact], facts: Facts, ids: Sequence[int]) -> dict[int, list[Known]]:
        """For each post which facts hold: a set of them for each of its mentions, or one if it has none."""
        if not wanted:
            return {ident: [{}] for ident in ids}
        sql, values = _columns(("0", []) if about_mentions(fact) else facts.exact(fact) for fact in wanted)
        rows = self.db.conn.execute(
            f"SELECT p.id{sql} FROM posts p WHERE p.id IN (SELECT value FROM json_each(?))", [*values, json.dumps(ids)]
        )
        found: dict[int, list[Known]] = {
            ident: [dict(zip(wanted, map(bool, answers), strict=True))] for ident, *answers in rows
        }
        return found | self._of_mentions(wanted, facts, "m.post_id", ids) if any(map(about_mentions, wanted)) else found


def _satisfied(decider: Decider, post: Post, answers: Sequence[Known]) -> Decision | None:
    decisions = (decider.decide(post, known) for known in answers)
    return next((decision for decision in decisions if decision is not None), None)


def _columns(conditions: Iterable[Condition]) -> Condition:
    """Columns, each after a comma, that say whether conditions hold."""
    given = list(conditions)
    return "".join(f", coalesce({sql}, 0)" for sql, _ in given), [value for _, values in given for value in values]


def _published(column: str, since: datetime | None, until: datetime | None) -> list[Condition]:
    bounds = ((f"{column} >= ?", since), (f"{column} < ?", until))
    return [(sql, [iso(when)]) for sql, when in bounds if when is not None]


def _all(conditions: Sequence[Condition]) -> Condition:
    return " AND ".join(sql for sql, _ in conditions) or "1", [value for _, values in conditions for value in values]


def _chunks(rows: Iterator[T]) -> Iterator[list[T]]:
    size = _FIRST_CHUNK
    while chunk := list(islice(rows, size)):
        yield chunk
        size = min(2 * size, _LAST_CHUNK)
