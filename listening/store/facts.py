"""Facts of a query as SQL, which narrows the choice of posts.

It may let through more than the query asks for, never less: the matcher decides. In the conditions `m` is a row of
`mention_list` and `p` one of `posts`. Values are bound, never put into the SQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from listening.query import And, Fact, Node, Or
from listening.query.conditions import Condition as Asked
from listening.query.conditions import condition
from listening.query.fields import FIELDS, comparison, host, moment
from listening.store.moment import iso

Condition = tuple[str, list[Any]]  # SQL and the values that are bound in it

_NAMED = {  # fits(field, pattern, text) is the matcher's own answer
    "author": "p.author_id IN (SELECT id FROM authors WHERE fits('author', ?, name) OR fits('author', ?, native_id))",
    "source": "p.source_id IN (SELECT id FROM sources WHERE fits('source', ?, name))",
    "channel": "fits('channel', ?, p.channel)",
    "brand": "m.brand IN (SELECT name FROM brands WHERE fits('brand', ?, name))",
    "status": "fits('status', ?, m.status)",
    "assignee": "fits('assignee', ?, m.assignee)",
    "tag": "m.mention_id IN (SELECT mention_id FROM mention_tags WHERE fits('tag', ?, tag))",
}
_CHOSEN = {"type": "p.kind = ?", "sentiment": "coalesce(m.sentiment, 'unscored') = ?"}
_HAS = {
    "tag": "m.mention_id IN (SELECT mention_id FROM mention_tags)",
    "assignee": "m.assignee <> ''",
    "label": "m.post_id IN (SELECT post_id FROM labels)",
    "intent": "m.intents <> ''",
}
_NUMBERS = {
    "stars": "p.rating {} ?",
    "followers": "p.author_id IN (SELECT id FROM authors WHERE followers {} ?)",
}
_OF_SOME_MENTION = "p.id IN (SELECT m.post_id FROM mention_list m WHERE {})"


class Narrowing:
    """From trees to conditions; `now` and `zone` say what dates mean. With `of_posts` there is no `m`, only posts."""

    def __init__(self, now: datetime, zone: tzinfo, *, of_posts: bool) -> None:
        self.now, self.zone, self.of_posts = now, zone, of_posts

    def narrow(self, node: Node) -> Condition | None:
        """What holds wherever a tree does; None where nothing is known."""
        match node:
            case And(nodes):
                return _joined(" AND ", [found for part in nodes if (found := self.narrow(part))])
            case Or(nodes):
                each = [self.narrow(part) for part in nodes]
                return _joined(" OR ", [found for found in each if found]) if all(each) else None
            case Fact(name, _):
                found = self._fact(node)
                if found is None or not self.of_posts or not FIELDS[name].stored or name in {"after", "before"}:
                    return found
                return _OF_SOME_MENTION.format(found[0]), found[1]
        return None

    def _fact(self, fact: Fact) -> Condition | None:  # noqa: PLR0911 - one for each kind of field
        name, value = fact.name, fact.value
        if name in _NAMED:
            return _NAMED[name], [value] * _NAMED[name].count("?")
        if name in _NUMBERS:
            sign, number = comparison(value)
            return _NUMBERS[name].format(sign), [number]
        if name in _CHOSEN:
            return _CHOSEN[name], [value.lower()]
        match name:
            case "site" if value.isascii():
                hosts = [host(value), f"%.{host(value)}"]
                return "(p.domain LIKE ? OR p.domain LIKE ? OR p.platform LIKE ? OR p.platform LIKE ?)", hosts * 2
            case "after" | "before":
                sign = ">=" if name == "after" else "<"
                return f"p.published {sign} ?", [iso(moment(value, self.now, self.zone))]
            case "has" if value.lower() in _HAS:
                return _HAS[value.lower()], []
        return None


def register(conn: sqlite3.Connection) -> None:
    """Teach a connection the function that the conditions call."""
    conn.create_function("fits", 3, _fits, deterministic=True)


class _One:
    """A single text as all that is known."""

    def __init__(self, text: str) -> None:
        self.text = text

    def texts(self, field: str) -> Sequence[str]:  # noqa: ARG002 - whatever the field
        return (self.text,)

    def number(self, field: str) -> float | None:  # noqa: ARG002
        return None

    def published(self) -> datetime | None:
        return None


@lru_cache(maxsize=1 << 12)
def _fits(field: str, pattern: str, text: str) -> bool:
    return _asked(field, pattern)(_One(text))


@lru_cache(maxsize=256)
def _asked(field: str, pattern: str) -> Asked:
    return condition(Fact(field, pattern), None)


def _joined(operator: str, found: list[Condition]) -> Condition | None:
    if not found:
        return None
    return f"({operator.join(sql for sql, _ in found)})", [value for _, values in found for value in values]
