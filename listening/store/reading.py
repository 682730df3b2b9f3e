"""What screens, tables and digests ask of the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from listening.store.facts import Condition
from listening.store.mention_row import SELECTED, MentionRow, mention_rows
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
class BrandFigures:
    """One brand over a period: what was said, each thing once, and the copies that only repeat it.

    Net sentiment is (positive - negative) / scored, None where nothing was scored.
    """

    brand: str
    ours: bool
    mentions: int
    negative: int
    neutral: int
    positive: int
    copies: int = 0

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


_ORDERS = {
    "newest": "m.date DESC, m.mention_id DESC",
    "negative": "m.sentiment_score, m.date DESC, m.mention_id DESC",
    "positive": "m.sentiment_score DESC",
}


class Reading(Searching):
    """Questions that never write."""

    def mentions(
        self, where: MentionFilter, *, limit: int | None = None, order: str = "newest"
    ) -> Iterator[MentionRow]:
        """Mentions that pass the filter, streamed; `order` is "newest", "negative" or "positive" first."""
        condition = where_sql(where)
        if order != "newest":
            condition = f"{condition[0]} AND m.sentiment_score IS NOT NULL", condition[1]
        if where.query is not None:
            return self._rows(islice(self.satisfying(where.query, condition, _ORDERS[order]), limit))
        sql, values = condition
        query = f"SELECT {SELECTED} FROM mention_list m WHERE {sql} ORDER BY {_ORDERS[order]}"
        if limit is not None:
            query, values = f"{query} LIMIT ?", [*values, limit]
        cursor = self.db.conn.cursor()
        cursor.execute(query, values)
        return mention_rows(self.db.conn, cursor)

    def _rows(self, ids: Iterator[int]) -> Iterator[MentionRow]:
        """The mentions of these ids, in their order."""
        query = f"SELECT {SELECTED} FROM mention_list m WHERE m.mention_id = ?"
        found = (row for mention_id in ids for row in self.db.conn.execute(query, [mention_id]))
        return mention_rows(self.db.conn, found)

    def count_mentions(self, where: MentionFilter) -> int:
        """How many mentions pass the filter. With a query each of them is looked at."""
        condition = where_sql(where)
        if where.query is not None:
            return sum(1 for _ in self.satisfying(where.query, condition, "NULL"))
        sql, values = condition
        return int(self.db.conn.execute(f"SELECT count(*) FROM mention_list m WHERE {sql}", values).fetchone()[0])

    def brand_figures(self, since: datetime | None = None, until: datetime | None = None) -> list[BrandFigures]:
        """Per active brand, most mentioned first, from the daily roll-up: whole days, UTC."""
        rows = self.db.conn.execute(
            "SELECT b.name, b.ours, coalesce(sum(d.mentions), 0), coalesce(sum(negative), 0), "
            "coalesce(sum(neutral), 0), coalesce(sum(positive), 0), b.id "
            "FROM brands b LEFT JOIN daily d ON d.brand_id = b.id AND d.day BETWEEN ? AND ? "
            "WHERE b.active GROUP BY b.id ORDER BY 1",
            _days(since, until),
        )
        copied = self._copied("brand_id", "", since, until)
        found = []
        for name, ours, *counts, ident in rows.fetchall():
            copies = copied.get(ident, (0, 0, 0, 0))
            n, neg, neu, pos = (count - copy for count, copy in zip(counts, copies, strict=True))
            found.append(BrandFigures(name, bool(ours), n, neg, neu, pos, copies[0]))
        return sorted(found, key=lambda figures: -figures.mentions)

    def _copied(
        self, per: str, brand: str, since: datetime | None, until: datetime | None
    ) -> dict[int | str, tuple[int, int, int, int]]:
        """Copies per brand or day: all, the negative, neutral and positive ones. They are few, so counted now."""
        first, last = _days(since, until)
        rows = self.db.conn.execute(
            f"SELECT {per}, count(*), coalesce(sum(label = 'negative'), 0), coalesce(sum(label = 'neutral'), 0), "
            "coalesce(sum(label = 'positive'), 0) FROM mentions INDEXED BY mentions_copies WHERE copy = 1 "
            "AND NOT shelved AND published >= ? AND published < ? "
            "AND (? = '' OR brand_id = (SELECT id FROM brands WHERE name = ?)) GROUP BY 1",
            [first, f"{last}U", brand, brand],  # U comes after the T between a day and its time
        )
        return {row[0]: row[1:] for row in rows}

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
        """(day, mentions, negative, neutral, positive) of one brand without copies, days without mentions left out."""
        rows = self.db.conn.execute(
            "SELECT day, sum(d.mentions), sum(negative), sum(neutral), sum(positive) FROM daily d "
            "JOIN brands b ON b.id = d.brand_id WHERE b.name = ? AND day BETWEEN ? AND ? GROUP BY day ORDER BY day",
            [brand, *_days(since, until)],
        )
        copied = self._copied("substr(published, 1, 10)", brand, since, until)
        found = []
        for day, *counts in rows:
            n, neg, neu, pos = (c - copy for c, copy in zip(counts, copied.get(day, (0, 0, 0, 0)), strict=True))
            if n:
                found.append((str(day), int(n), int(neg), int(neu), int(pos)))
        return found

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


def where_sql(where: MentionFilter, m: str = "m") -> Condition:
    """The condition on `mention_list`, under the alias `m`, that a filter means apart from its query."""
    parts: Sequence[tuple[str, Any]] = [
        (f"{m}.brand = ?", where.brand),
        (f"{m}.source = ?", where.source),
        (f"{m}.status = ?", where.status),
        (f"instr(', ' || {m}.intents || ',', ?)", f", {where.intent}," if where.intent else ""),
        (f"{m}.date >= ?", iso(where.since) if where.since else ""),
        (f"{m}.date < ?", iso(where.until) if where.until else ""),
    ]
    chosen = [(f"{m}.shelved = ?", int(where.shelf)), *((sql, value) for sql, value in parts if value)]
    clauses, values = [sql for sql, _ in chosen], [value for _, value in chosen]
    if where.sentiment == "unscored":
        clauses.append(f"{m}.sentiment IS NULL")
    elif where.sentiment:
        clauses.append(f"{m}.sentiment = ?")
        values.append(where.sentiment)
    return " AND ".join(clauses), values
