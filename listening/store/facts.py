"""Facts of a query as SQL: exactly those that only the store knows; of the others what narrows the choice of posts.

In the conditions `m` is a row of `mention_list` and `p` one of `posts`. Values are bound, never put into the SQL.
"""

from __future__ import annotations

import fnmatch
import re
import sqlite3
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from listening.query import And, Fact, Node, Or
from listening.query.fields import FIELDS, comparison, moment
from listening.query.fold import readings
from listening.store.moment import iso

Condition = tuple[str, list[Any]]  # SQL and the values that are bound in it

_HAS = {
    "tag": "EXISTS (SELECT 1 FROM mention_tags g WHERE g.mention_id = m.mention_id)",
    "assignee": "m.assignee <> ''",
    "label": "EXISTS (SELECT 1 FROM labels l JOIN brands b ON b.id = l.brand_id "
    "WHERE l.post_id = m.post_id AND b.name = m.brand)",
    "intent": "m.intents <> ''",
    "aspect": "EXISTS (SELECT 1 FROM aspects a WHERE a.mention_id = m.mention_id)",
    "link": "(p.text LIKE '%http://%' OR p.text LIKE '%https://%' OR p.text LIKE '%www.%')",
}
_NAMED = {
    "brand": "m.brand IN (SELECT name FROM brands WHERE named(name, ?))",
    "intent": "listed(m.intents, ?)",
    "status": "named(m.status, ?)",
    "tag": "EXISTS (SELECT 1 FROM mention_tags g WHERE g.mention_id = m.mention_id AND named(g.tag, ?))",
    "assignee": "named(m.assignee, ?)",
}


_OF_SOME = "p.id IN (SELECT m.post_id FROM mention_list m WHERE {})"


class Facts:
    """Conditions for facts, whose times are read at some moment and in some time zone."""

    def __init__(self, now: datetime, zone: tzinfo) -> None:
        self.now, self.zone = now, zone

    def exact(self, fact: Fact) -> Condition:
        """The condition of a fact that only the store knows."""
        match fact.name, fact.value.lower():
            case "after", _:
                return "p.published >= ?", [iso(moment(fact.value, self.now, self.zone))]
            case "before", _:
                return "p.published < ?", [iso(moment(fact.value, self.now, self.zone))]
            case "sentiment", "unscored":
                return "m.mention_id IS NOT NULL AND m.sentiment IS NULL", []
            case "sentiment", label:
                return "m.sentiment = ?", [label]
            case "has", what:
                return _HAS.get(what, "0"), []
        return _NAMED[fact.name], [fact.value]

    def narrowing(self, node: Node, *, of_posts: bool = False) -> Condition | None:
        """What holds for each mention, or post, for which a tree does; None where nothing is known."""
        match node:
            case And(nodes):
                return _joined(" AND ", [found for part in nodes if (found := self.narrowing(part, of_posts=of_posts))])
            case Or(nodes):
                each = [self.narrowing(part, of_posts=of_posts) for part in nodes]
                return _joined(" OR ", [found for found in each if found]) if all(each) else None
            case Fact() if FIELDS[node.name].stored:
                sql, values = self.exact(node)
                return (_OF_SOME.format(sql) if of_posts and about_mentions(node) else sql), values
            case Fact():
                return _hint(node)
        return None


def about_mentions(fact: Fact) -> bool:
    """Whether a fact that only the store knows is one of a mention, not of its post."""
    return fact.name not in {"after", "before"} and (fact.name, fact.value.lower()) != ("has", "link")


def register(conn: sqlite3.Connection) -> None:
    """Teach a connection the functions that the conditions call."""
    conn.create_function("named", 2, _named, deterministic=True)
    conn.create_function("listed", 2, _listed, deterministic=True)


def _hint(fact: Fact) -> Condition | None:
    if fact.name == "type":
        return "p.kind = ?", [fact.value.lower()]
    if fact.name == "stars":
        operator, number = comparison(fact.value)
        return f"p.rating {operator} ?", [number]
    if fact.name == "followers":
        operator, number = comparison(fact.value)
        return f"p.author_id IN (SELECT id FROM authors WHERE followers {operator} ?)", [number]
    if fact.name == "source":
        return "p.source_id IN (SELECT id FROM sources WHERE named(name, ?))", [fact.value]
    return None


def _joined(operator: str, found: list[Condition]) -> Condition | None:
    if not found:
        return None
    return f"({operator.join(sql for sql, _ in found)})", [value for _, values in found for value in values]


@lru_cache(maxsize=1 << 12)
def _named(name: str | None, pattern: str) -> bool:
    return name is not None and _pattern(pattern).match(_folded(name)) is not None


@lru_cache(maxsize=1 << 12)
def _listed(names: str | None, pattern: str) -> bool:
    return names is not None and any(_named(name.strip(), pattern) for name in names.split(","))


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(_folded(pattern).replace("[", "[[]")))


def _folded(name: str) -> str:
    return " ".join(readings(name)[0].split())
