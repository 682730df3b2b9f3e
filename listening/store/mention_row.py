"""A mention as lists, digests and exports show it: its columns, and what they tell of copies."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any, NamedTuple

from listening.store.scope import EVERYTHING, Scope

_CHUNK = 1_000  # rows whose copies are looked for at a time; at first fewer, so that the first come at once


@dataclass(frozen=True, slots=True)
class MentionRow:
    """One mention as lists and digests show it, in the digest's column order: new columns come last."""

    mention_id: int
    date: str
    collected_at: str
    brand: str
    source: str
    domain: str
    url: str
    title: str
    full_text: str
    author: str | None
    language: str
    sentiment: str | None
    sentiment_score: float | None
    intents: str
    status: str
    assignee: str
    thread_id: int | None
    copies: int = 0
    copy_of: int | None = None
    first_author: str | None = None
    first_url: str = ""


ABOUT_COLUMNS: Mapping[str, str] = {  # what exports hold
    "mention_id": "its number: what `listening triage` takes",
    "date": "when it was published (UTC)",
    "collected_at": "when it was stored (UTC)",
    "brand": "which brand it speaks of: a post about two is two mentions",
    "source": "by which source it was found",
    "domain": "the site it stands on",
    "url": "its address, as its platform gave it",
    "title": "its title, or its thread's",
    "full_text": "the author's own words",
    "author": "who wrote it",
    "language": "its language, as BCP 47 writes it",
    "sentiment": "negative, neutral or positive toward this brand; empty where the language cannot be scored",
    "sentiment_score": "the same, from -1 to 1",
    "intents": "why it was written",
    "status": "where its handling stands",
    "assignee": "who is to act on it",
    "thread_id": "what mentions of one thread share",
    "copies": "how many other mentions say the same of the brand",
    "copy_of": "of a copy: the mention_id of the first that was published; empty where it is none",
    "first_author": "of a copy: who published it first",
    "first_url": "of a copy: where it was published first",
}
COLUMNS = tuple(ABOUT_COLUMNS)
_OF_COPIES = ("copies", "copy_of", "first_author", "first_url")
SELECTED = ", ".join(f"m.{name}" for name in COLUMNS if name not in _OF_COPIES) + ", m.cluster"  # of mention_list m
_WIDTH = len(fields(MentionRow)) - len(_OF_COPIES)
_SIZES = (  # SQLite takes the other columns from the row that has the minimum
    "SELECT d.cluster, b.name, count(*), d.id, min(d.published || printf('.%020d', d.id)) "
    "FROM mentions d INDEXED BY mentions_cluster JOIN brands b ON b.id = d.brand_id "
    "WHERE d.cluster IS NOT NULL AND d.cluster IN (SELECT value FROM json_each(?)) AND NOT d.shelved AND {allowed} "
    "GROUP BY d.cluster, d.brand_id"
)
_FIRST = (
    "SELECT d.id, a.name, p.url FROM json_each(?) j CROSS JOIN mentions d ON d.id = j.value "
    "JOIN posts p ON p.id = d.post_id LEFT JOIN authors a ON a.id = p.author_id"
)


class _Told(NamedTuple):
    """How many mentions of a brand say the same, and the first of them."""

    mentions: int
    first: int
    author: str | None
    url: str


def mention_rows(
    conn: sqlite3.Connection, found: Iterable[tuple[Any, ...]], scope: Scope = EVERYTHING
) -> Iterator[MentionRow]:
    """What SELECTED gave, as rows; streamed, and of copies as much as `scope` shows."""
    remaining, size = iter(found), 1
    while chunk := list(islice(remaining, size)):
        size = min(2 * size, _CHUNK)
        told = _told(conn, {row[_WIDTH] for row in chunk} - {None}, scope)
        for row in chunk:
            of_copies = _of_copies(row[0], told.get((row[_WIDTH], row[3])))
            yield MentionRow(*row[:_WIDTH], *of_copies)


def _of_copies(mention_id: int, told: _Told | None) -> tuple[Any, ...]:
    if told is None:
        return 0, None, None, ""
    if told.first == mention_id:
        return told.mentions - 1, None, None, ""
    return told.mentions - 1, told.first, told.author, told.url


def _told(conn: sqlite3.Connection, clusters: set[int], scope: Scope) -> dict[tuple[int, str], _Told]:
    """By cluster and brand."""
    if not clusters:
        return {}
    allowed, hidden = scope.sources("d.source_id")
    sizes = conn.execute(_SIZES.format(allowed=allowed), [json.dumps(sorted(clusters)), *hidden]).fetchall()
    first = {row[0]: row[1:] for row in conn.execute(_FIRST, [json.dumps([row[3] for row in sizes])])}
    return {(row[0], row[1]): _Told(row[2], row[3], *first[row[3]]) for row in sizes if row[3] in first}
