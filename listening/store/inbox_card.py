"""Cards: a mention with all that a person needs to judge it and to act on it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listening.post import Aspect, Evidence, Quote, Urgency
from listening.store.connection import Connection
from listening.store.correction import BY_PERSON
from listening.store.inbox_filter import OPEN
from listening.store.urgent import wait_points

Spans = tuple[tuple[int, int], ...]

_CARDS = (
    "SELECT m.id, m.post_id, m.version, b.name, b.ours, b.owner, s.name, p.platform, p.domain, p.kind, p.url, p.title, "
    "p.text, p.quotes, p.published, p.language, p.channel, p.position, p.likes, p.replies, p.views, p.rating, "
    "p.deleted IS NOT NULL, p.thread_id, coalesce(t.title, ''), coalesce(t.url, ''), p.author_id, "
    "coalesce(a.name, ''), coalesce(a.native_id, ''), coalesce(a.url, ''), a.followers, "
    "m.words, m.label, m.score, m.intents, m.urgency, m.relevance, m.shelved, m.why, m.status, m.assignee, "
    "m.answered, m.closed, m.reply, m.outcome, "
    "(SELECT json_group_array(g.tag) FROM mention_tags g WHERE g.mention_id = m.id), "
    "(SELECT count(*) FROM notes n WHERE n.mention_id = m.id), m.cluster, "
    "CASE WHEN m.cluster IS NULL THEN 0 ELSE (SELECT count(*) - 1 FROM mentions x WHERE x.cluster = m.cluster "
    "AND x.brand_id = m.brand_id) END "
    "FROM mentions m JOIN posts p ON p.id = m.post_id JOIN brands b ON b.id = m.brand_id "
    "JOIN sources s ON s.id = m.source_id LEFT JOIN authors a ON a.id = p.author_id "
    "LEFT JOIN threads t ON t.id = p.thread_id WHERE m.id IN (SELECT value FROM json_each(?))"
)
_ASPECTS = (
    "SELECT mention_id, aspect, score, label, words FROM aspects WHERE mention_id IN (SELECT value FROM json_each(?))"
)


@dataclass(frozen=True, slots=True)
class By:
    """Who wrote a post."""

    id: int  # of the author's row: what `people` filters by
    name: str
    handle: str
    url: str
    followers: int | None


@dataclass(frozen=True, slots=True)
class Card:
    """One mention as the inbox shows it. Times are aware UTC; spans are pairs of characters' places."""

    mention_id: int
    post_id: int
    version: int  # grows with each thing that a person does to it
    brand: str
    ours: bool
    owner: str  # of the brand
    source: str
    platform: str
    domain: str
    kind: str
    url: str
    title: str
    text: str  # the author's own words
    quotes: tuple[Quote, ...]
    published: datetime
    language: str
    channel: str
    position: int | None  # in its thread; 1 opened it
    likes: int | None
    replies: int | None
    views: int | None
    rating: float | None
    deleted: bool  # gone from its platform, and its words with it
    thread_id: int | None
    thread_title: str
    thread_url: str
    author: By | None
    words: tuple[str, ...]  # that matched the brand
    sentiment: str | None
    score: float | None
    intents: tuple[str, ...]
    aspects: tuple[Aspect, ...]
    urgency: Urgency  # with the wait as its last part, where it waits
    relevance: float | None
    shelved: bool
    why: Mapping[str, Any]  # as stored: "score", "intents", "urgency"
    status: str
    assignee: str
    answered: datetime | None
    closed: datetime | None
    reply: str  # where it was answered
    outcome: str
    tags: tuple[str, ...]
    notes: int
    cluster: int | None
    copies: int  # others that say the same of the brand

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What the feeling rests on."""
        return tuple(Evidence(each["rule"], tuple(each["words"])) for each in self.why.get("score", ()))

    @property
    def corrected(self) -> bool:
        """Whether a person said what the feeling is."""
        return any(each.rule == BY_PERSON for each in self.evidence)

    def matched(self) -> tuple[Spans, Spans]:
        """Where the brand's words stand in the title and in the text."""
        return spans(self.title, self.words), spans(self.text, self.words)

    def telling(self) -> tuple[Spans, Spans]:
        """Where the words stand that any judgement rests on, in the title and in the text."""
        found = [word for each in self.evidence for word in each.words]
        for intent in self.why.get("intents", {}).values():
            found += [word for each in intent["why"] for word in each["words"]]
        return spans(self.title, found), spans(self.text, found)


def spans(text: str, words: Sequence[str]) -> Spans:
    """All the places of these words in a text, in order and without overlaps, the longer of two that begin together.

    Words are found whole: "app" is not found in "apple".
    """
    found: list[tuple[int, int]] = []
    for word in {word for word in words if word}:
        at = text.find(word)
        while at >= 0:
            end = at + len(word)
            if not (_inside(text, at) or _inside(text, end)):
                found.append((at, end))
            at = text.find(word, end)
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return tuple(kept)


def _inside(text: str, at: int) -> bool:
    """Whether a place is within a word."""
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum() and text[at].isascii()


class Cards(Connection):
    """Mentions as cards."""

    def cards(self, ids: Sequence[int], now: datetime) -> list[Card]:
        """The cards of these mentions that are there, in this order."""
        asked = json.dumps(list(ids))
        aspects: dict[int, list[Aspect]] = {}
        for mention_id, name, score, label, words in self.db.conn.execute(_ASPECTS, [asked]):
            aspects.setdefault(mention_id, []).append(Aspect(name, score, label, tuple(json.loads(words))))
        rows = self.db.conn.execute(_CARDS, [asked])
        found = {row[0]: _card(row, tuple(aspects.get(row[0], ())), now) for row in rows}
        return [found[ident] for ident in ids if ident in found]


def _card(row: tuple[Any, ...], aspects: tuple[Aspect, ...], now: datetime) -> Card:
    ident, post_id, version, brand, ours, owner, source, platform, domain, kind, url, title, text, quotes, *row2 = row
    published, language, channel, position, likes, replies, views, rating, deleted, thread_id, *row3 = row2
    thread_title, thread_url, author_id, author, handle, author_url, followers, words, label, score, *row4 = row3
    intents, urgency, relevance, shelved, why, status, assignee, answered, closed, reply, outcome, *row5 = row4
    tags, notes, cluster, copies = row5
    known = json.loads(why) if why else {}
    when = datetime.fromisoformat(published)
    return Card(
        ident, post_id, version, brand, bool(ours), owner, source, platform, domain, kind, url, title, text,
        tuple(Quote(**quote) for quote in json.loads(quotes)) if quotes else (), when, language, channel, position,
        likes, replies, views, rating, bool(deleted), thread_id, thread_title, thread_url,
        None if author_id is None else By(author_id, author, handle, author_url, followers), tuple(json.loads(words)),
        label, score, tuple(name for name in intents.split(", ") if name), aspects,
        _urgency(known, urgency, when if status in OPEN else now, now), relevance, bool(shelved), known, status,
        assignee, moment(answered), moment(closed), reply, outcome, tuple(json.loads(tags)), notes, cluster, copies,
    )  # fmt: skip


def _urgency(why: Mapping[str, Any], total: int, since: datetime, now: datetime) -> Urgency:
    parts = tuple((str(name), int(points)) for name, points in why.get("urgency", {}).items())
    points = wait_points(total, now - since)
    return Urgency((*parts, ("wait", points)) if points else parts)


def moment(text: str | None) -> datetime | None:
    """A time as the store holds it, or none."""
    return None if text is None else datetime.fromisoformat(text)
