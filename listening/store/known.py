"""What the store knows of a post and a mention of it, as a query's fields ask for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listening.query import And, Fact, Field, Node, Not, Or, PostFacts
from listening.query.fields import FIELDS
from listening.store.connection import Connection
from listening.store.posts import StoredPost

Detect = Callable[[str, str], str]  # the language of a text, given the one that was stated

_MENTIONS = (
    "SELECT m.mention_id, m.post_id, m.brand, coalesce(m.sentiment, 'unscored'), m.intents, m.status, m.assignee, "
    "(SELECT json_group_array(g.tag) FROM mention_tags g WHERE g.mention_id = m.mention_id), "
    "EXISTS (SELECT 1 FROM aspects a WHERE a.mention_id = m.mention_id), "
    "EXISTS (SELECT 1 FROM labels l JOIN brands b ON b.id = l.brand_id "
    "WHERE l.post_id = m.post_id AND b.name = m.brand) "
    "FROM mention_list m WHERE "
)
_LINKS = ("http://", "https://", "www.")


@dataclass(frozen=True, slots=True)
class Handled:
    """A mention as it was judged and worked on: field of a query -> its values."""

    mention_id: int
    post_id: int
    fields: dict[str, Sequence[str]]


class StoredFacts(PostFacts):
    """The facts of a stored post and of one mention of it, or of none."""

    __slots__ = ("_handled", "_stored")

    def __init__(self, stored: StoredPost, handled: Handled | None = None, detect: Detect | None = None) -> None:
        super().__init__(stored.post, stored.source, detect)
        self._stored, self._handled = stored, handled

    def texts(self, field: str) -> Sequence[str]:
        """As in Facts."""
        if not FIELDS[field].stored:
            return super().texts(field)
        found = self._handled.fields.get(field, ()) if self._handled else ()
        if field == "has" and any(link in self._stored.post.text.lower() for link in _LINKS):
            return (*found, "link")
        return found

    def published(self) -> datetime | None:
        """When it was published, or first seen where its source does not say."""
        return datetime.fromisoformat(self._stored.published)


class Handling(Connection):
    """Mentions as people work on them."""

    def mentions_by_id(self, ids: Collection[int]) -> list[Handled]:
        """These mentions."""
        return self._handled("m.mention_id IN (SELECT value FROM json_each(?))", ids)

    def mentions_of(self, posts: Collection[int]) -> list[Handled]:
        """The mentions of these posts."""
        return self._handled("m.post_id IN (SELECT value FROM json_each(?))", posts)

    def _handled(self, where: str, ids: Collection[int]) -> list[Handled]:
        return [_row(*row) for row in self.db.conn.execute(_MENTIONS + where, [json.dumps(list(ids))])]


def _row(
    mention_id: int, post_id: int, brand: str, sentiment: str, intents: str, status: str, assignee: str, *more: Any
) -> Handled:
    tags, aspects, labels = json.loads(more[0]), *more[1:]
    names = [name for name in intents.split(", ") if name]
    there = {"tag": tags, "assignee": assignee, "intent": names, "aspect": aspects, "label": labels}
    has = tuple(name for name, value in there.items() if value)
    fields: dict[str, Sequence[str]] = {
        "brand": (brand,), "sentiment": (sentiment,), "intent": names, "status": (status,), "tag": tags,
        "assignee": (assignee,), "has": has,
    }  # fmt: skip
    return Handled(mention_id, post_id, fields)


def about_mentions(node: Node) -> bool:
    """Whether a tree asks for anything that is known of mentions alone."""
    match node:
        case And(nodes) | Or(nodes):
            return any(map(about_mentions, nodes))
        case Not(part) | Field(_, part):
            return about_mentions(part)
        case Fact(name, _):
            return FIELDS[name].stored and name not in {"after", "before"}
    return False
