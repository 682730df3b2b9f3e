"""One person as a screen shows them: handles, what they said on all sources, and what they felt about each brand."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from listening.store.likely import Suggestions
from listening.store.people import Handle
from listening.store.scope import EVERYTHING, Scope

_AUTHORS = "p.author_id IN (SELECT value FROM json_each(?))"
_FELT = (
    "SELECT b.name, b.ours, substr(m.published, 1, 7), count(*), coalesce(sum(m.label = 'negative'), 0), "
    "coalesce(sum(m.label = 'neutral'), 0), coalesce(sum(m.label = 'positive'), 0), avg(m.score), "
    "min(m.published), max(m.published) FROM posts p JOIN mentions m ON m.post_id = p.id "
    f"JOIN brands b ON b.id = m.brand_id WHERE {_AUTHORS} AND NOT m.shelved AND {{}} GROUP BY 1, 3 ORDER BY 1, 3"
)
_SAID = (
    "SELECT p.id, p.published, s.name, p.platform, p.domain, p.kind, p.channel, "
    "coalesce(nullif(p.title, ''), t.title, ''), p.text, p.url, a.id, a.name, p.thread_id, p.likes, p.replies "
    "FROM posts p JOIN sources s ON s.id = p.source_id JOIN authors a ON a.id = p.author_id "
    "LEFT JOIN threads t ON t.id = p.thread_id WHERE p.id IN (SELECT value FROM json_each(?)) "
    "ORDER BY p.published DESC, p.id DESC"
)
_NEWEST_OF = (  # along the index, for one author at a time
    "SELECT p.published, p.id FROM posts p WHERE p.author_id = ? AND p.published <= ? AND (p.published, p.id) < (?, ?) "
    "AND p.deleted IS NULL AND {} {} ORDER BY p.published DESC, p.id DESC LIMIT ?"
)
_OF_BRAND = (
    "AND EXISTS (SELECT 1 FROM mentions m WHERE m.post_id = p.id "
    "AND m.brand_id = (SELECT id FROM brands WHERE name = ?))"
)
_JUDGED = (
    "SELECT m.post_id, m.id, b.name, m.label, m.score, m.intents, m.status, m.assignee, m.words FROM mentions m "
    "JOIN brands b ON b.id = m.brand_id WHERE m.post_id IN (SELECT value FROM json_each(?)) ORDER BY m.post_id, b.name"
)
_NEWEST = ("9", 0)
Cursor = tuple[str, int]  # (published, post id) of the last post of a page


@dataclass(frozen=True, slots=True)
class Felt:
    """What somebody felt about a brand in one month, or in all of them."""

    month: str  # "2026-11"; empty for all
    mentions: int
    negative: int
    neutral: int
    positive: int
    score: float | None  # the mean, -1 to 1; None where nothing was scored

    @property
    def unscored(self) -> int:
        """How many could not be scored."""
        return self.mentions - self.negative - self.neutral - self.positive


@dataclass(frozen=True, slots=True)
class Attitude:
    """What somebody said of one brand, over time."""

    brand: str
    ours: bool
    first: str
    last: str
    all: Felt
    months: tuple[Felt, ...]  # those with a mention, oldest first


@dataclass(frozen=True, slots=True)
class Person:
    """One human, with every handle that is known to be theirs."""

    id: int
    name: str  # of the handle that they use most
    handles: tuple[Handle, ...]  # the busiest first
    posts: int
    first: str | None
    last: str | None
    followers: int | None  # on all platforms together; None where none tells
    sources: tuple[str, ...]  # where they were heard, the busiest first
    attitudes: tuple[Attitude, ...]  # the brand they speak of most first


@dataclass(frozen=True, slots=True)
class Judged:
    """One mention in what somebody said."""

    mention_id: int
    brand: str
    label: str | None
    score: float | None
    intents: str
    status: str
    assignee: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One post of a person."""

    post_id: int
    published: str
    source: str
    platform: str
    domain: str
    kind: str
    channel: str
    title: str
    text: str
    url: str
    author_id: int
    author: str
    thread_id: int | None
    likes: int | None
    replies: int | None
    mentions: tuple[Judged, ...]


class Portraits(Suggestions):
    """Questions about one person."""

    def person(self, person: int, scope: Scope = EVERYTHING) -> Person | None:
        """Everything that is known of a person, whichever of their handles is named.

        None where there is no such person, or only in sources that are hidden.
        """
        handles = sorted(self.handles_of([person], scope), key=lambda h: (-h.posts, h.author_id))
        if not handles:
            return None
        ids = json.dumps([handle.author_id for handle in handles])
        sql, hidden = scope.sources("p.source_id")
        rows = self.db.conn.execute(
            f"SELECT s.name, count(*) FROM posts p JOIN sources s ON s.id = p.source_id WHERE {_AUTHORS} AND {sql} "
            "GROUP BY 1 ORDER BY 2 DESC, 1", [ids, *hidden],
        )  # fmt: skip
        sources = tuple(str(name) for name, _ in rows)
        felt = self.db.conn.execute(_FELT.format(sql), [ids, *hidden]).fetchall()
        reach = [handle.followers for handle in handles if handle.followers is not None]
        return Person(
            handles[0].person_id, handles[0].name, tuple(handles), sum(handle.posts for handle in handles),
            min((h.first for h in handles if h.first), default=None),
            max((h.last for h in handles if h.last), default=None),
            sum(reach) if reach else None, sources, _attitudes(felt),
        )  # fmt: skip

    def said_by(
        self, person: int, scope: Scope = EVERYTHING, *, brand: str = "", before: Cursor = _NEWEST, limit: int = 50
    ) -> list[Said]:
        """What a person said on all sources, newest first; about one brand where it is named.

        `before` is the (published, post_id) of the last post of the page before.
        """
        sql, hidden = scope.sources("p.source_id")
        query = _NEWEST_OF.format(sql, _OF_BRAND if brand else "")
        more = [*hidden, *([brand] if brand else []), limit]
        newest: list[Cursor] = []
        for author in self._authors(person):
            newest += self.db.conn.execute(query, [author, before[0], *before, *more]).fetchall()
        chosen = [post_id for _, post_id in sorted(newest, reverse=True)[:limit]]
        rows = self.db.conn.execute(_SAID, [json.dumps(chosen)]).fetchall()
        judged: defaultdict[int, list[Judged]] = defaultdict(list)
        for post_id, *mention, words in self.db.conn.execute(_JUDGED, [json.dumps([row[0] for row in rows])]):
            mention.append(tuple(json.loads(words)))
            judged[post_id].append(Judged(*mention))
        return [Said(*[*row, tuple(judged[row[0]])]) for row in rows]


def _attitudes(rows: Sequence[tuple[Any, ...]]) -> tuple[Attitude, ...]:
    found = []
    for (brand, ours), each in groupby(rows, key=lambda row: (row[0], bool(row[1]))):
        months = list(each)
        felt = tuple(Felt(*row[2:8]) for row in months)
        first, last = min(row[8] for row in months), max(row[9] for row in months)
        found.append(Attitude(brand, ours, first, last, _sum(felt), felt))
    return tuple(sorted(found, key=lambda attitude: (-attitude.all.mentions, attitude.brand)))


def _sum(months: Sequence[Felt]) -> Felt:
    counts = [sum(getattr(m, name) for m in months) for name in ("mentions", "negative", "neutral", "positive")]
    scored = [(m.score, m.negative + m.neutral + m.positive) for m in months if m.score is not None]
    weight = sum(count for _, count in scored)
    score = sum(score * count for score, count in scored) / weight if weight else None
    return Felt("", counts[0], counts[1], counts[2], counts[3], score)
