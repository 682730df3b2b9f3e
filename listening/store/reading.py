"""What screens, tables and digests ask of the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from typing import Any

from listening.store.facts import Condition
from listening.store.moment import iso
from listening.store.search import Question, Searching


@dataclass(frozen=True, slots=True)
class MentionFilter:
    """Which mentions to show. Empty fields do not filter."""

    brand: str = ""
    source: str = ""
    sentiment: str = ""  # negative, neutral, positive, or "unscored"
    status: str = ""
    query: Question | None = None
    intent: str = ""  # its name, such as complaint
    since: datetime | None = None
    until: datetime | None = None
    shelf: bool = False  # those that are probably not about the brand, instead of the others


@dataclass(frozen=True, slots=True)
class MentionRow:
    """One mention as lists and digests show it, in the digest's column order."""

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


@dataclass(frozen=True, slots=True)
class BrandFigures:
    """One brand over a period. Net sentiment is (positive - negative) / scored, None where nothing was scored."""

    brand: str
    ours: bool
    mentions: int
    negative: int
    neutral: int
    positive: int

    @property
    def unscored(self) -> int:
        """Mentions in a language that cannot be scored."""
        return self.mentions - self.negative - self.neutral - self.positive

    @property
    def net(self) -> float | None:
        """Net sentiment, -1 to 1."""
        scored = self.negative + self.neutral + self.positive
        return (self.positive - self.negative) / scored if scored else None


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """What one source brought over a period."""

    source: str
    kind: str
    posts: int
    mentions: int


COLUMNS = tuple(field.name for field in fields(MentionRow))
_ORDERS = {
    "newest": "m.date DESC",
    "negative": "m.sentiment_score, m.date DESC",
    "positive": "m.sentiment_score DESC",
}


class Reading(Searching):
    """Questions that never write."""

    def mentions(
        self, where: MentionFilter, *, limit: int | None = None, order: str = "newest"
    ) -> Iterator[MentionRow]:
        """Mentions that pass the filter, streamed; `order` is "newest", "negative" or "positive" first."""
        condition = _where(where)
        if order != "newest":
            condition = f"{condition[0]} AND m.sentiment_score IS NOT NULL", condition[1]
        if where.query is not None:
            return self._rows(islice(self.satisfying(where.query, condition, _ORDERS[order]), limit))
        sql, values = condition
        query = f"SELECT {', '.join(COLUMNS)} FROM mention_list m WHERE {sql} ORDER BY {_ORDERS[order]}"
        if limit is not None:
            query, values = f"{query} LIMIT ?", [*values, limit]
        cursor = self.db.conn.cursor()
        cursor.execute(query, values)
        return (MentionRow(*row) for row in cursor)

    def _rows(self, ids: Iterator[int]) -> Iterator[MentionRow]:
        """The mentions of these ids, in their order."""
        query = f"SELECT {', '.join(COLUMNS)} FROM mention_list WHERE mention_id = ?"
        for mention_id in ids:
            yield from (MentionRow(*row) for row in self.db.conn.execute(query, [mention_id]))

    def count_mentions(self, where: MentionFilter) -> int:
        """How many mentions pass the filter. With a query each of them is looked at."""
        condition = _where(where)
        if where.query is not None:
            return sum(1 for _ in self.satisfying(where.query, condition, "NULL"))
        sql, values = condition
        return int(self.db.conn.execute(f"SELECT count(*) FROM mention_list m WHERE {sql}", values).fetchone()[0])

    def brand_figures(self, since: datetime | None = None, until: datetime | None = None) -> list[BrandFigures]:
        """Per active brand, most mentioned first, from the daily roll-up: whole days, UTC."""
        rows = self.db.conn.execute(
            "SELECT b.name, b.ours, coalesce(sum(d.mentions), 0), coalesce(sum(negative), 0), "
            "coalesce(sum(neutral), 0), coalesce(sum(positive), 0) "
            "FROM brands b LEFT JOIN daily d ON d.brand_id = b.id AND d.day BETWEEN ? AND ? "
            "WHERE b.active GROUP BY b.id ORDER BY 3 DESC, 1",
            _days(since, until),
        )
        return [BrandFigures(name, bool(ours), *counts) for name, ours, *counts in rows]

    def source_figures(self) -> list[SourceFigures]:
        """Per active source: the posts kept and the mentions in them."""
        rows = self.db.conn.execute(
            "SELECT s.name, s.kind, (SELECT count(*) FROM posts p WHERE p.source_id = s.id), "
            "(SELECT coalesce(sum(d.mentions), 0) FROM daily d WHERE d.source_id = s.id) "
            "FROM sources s WHERE s.active ORDER BY s.name"
        )
        return [SourceFigures(*row) for row in rows]

    def timeline(
        self, brand: str, since: datetime | None = None, until: datetime | None = None
    ) -> list[tuple[str, int, int, int, int]]:
        """(day, mentions, negative, neutral, positive) of one brand, days without mentions left out."""
        rows = self.db.conn.execute(
            "SELECT day, sum(d.mentions), sum(negative), sum(neutral), sum(positive) FROM daily d "
            "JOIN brands b ON b.id = d.brand_id WHERE b.name = ? AND day BETWEEN ? AND ? GROUP BY day ORDER BY day",
            [brand, *_days(since, until)],
        )
        return [(str(day), int(n), int(neg), int(neu), int(pos)) for day, n, neg, neu, pos in rows]

    def totals(self) -> dict[str, int]:
        """Rows per table that a person would ask about."""
        tables = ("posts", "mentions", "authors", "threads", "quarantine")
        return {name: int(self.db.conn.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) for name in tables}

    def quarantine(self, source: str = "", limit: int = 50) -> list[dict[str, Any]]:
        """What could not be read, last seen first."""
        rows = self.db.query(
            "SELECT s.name AS source, q.url, q.reason, q.raw, q.times, q.first_seen, q.last_seen FROM quarantine q "
            "JOIN sources s ON s.id = q.source_id WHERE ? IN ('', s.name) ORDER BY q.last_seen DESC, q.id DESC LIMIT ?",
            [source, limit],
        )
        return list(rows)


def _days(since: datetime | None, until: datetime | None) -> tuple[str, str]:
    return (iso(since)[:10] if since else "0", iso(until)[:10] if until else "9")


def _where(where: MentionFilter) -> Condition:
    parts: Sequence[tuple[str, Any]] = [
        ("m.brand = ?", where.brand),
        ("m.source = ?", where.source),
        ("m.status = ?", where.status),
        ("instr(', ' || m.intents || ',', ?)", f", {where.intent}," if where.intent else ""),
        ("m.date >= ?", iso(where.since) if where.since else ""),
        ("m.date < ?", iso(where.until) if where.until else ""),
    ]
    chosen = [("m.shelved = ?", int(where.shelf)), *((sql, value) for sql, value in parts if value)]
    clauses, values = [sql for sql, _ in chosen], [value for _, value in chosen]
    if where.sentiment == "unscored":
        clauses.append("m.sentiment IS NULL")
    elif where.sentiment:
        clauses.append("m.sentiment = ?")
        values.append(where.sentiment)
    return " AND ".join(clauses), values
