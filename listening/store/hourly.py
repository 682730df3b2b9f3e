"""Mentions by hour, brand and source: the roll-up that rules and charts count from, copies left out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listening.store.facts import Condition
from listening.store.moment import iso
from listening.store.scope import EVERYTHING, Scope
from listening.store.search import Question, Searching

_COPIED = (  # copies are few, so they are taken off when asked
    "SELECT substr(m.published, 1, 13), p.source_id, -1, -(m.label IS 'negative'), -(m.label IS NOT NULL) "
    "FROM mentions m INDEXED BY mentions_copies JOIN posts p ON p.id = m.post_id "
    "WHERE m.copy = 1 AND NOT m.shelved AND m.brand_id = ? AND m.published >= ? AND m.published < ?"
)
_BY_ID = (
    "SELECT substr(m.published, 1, 13), s.name, 1, m.label IS 'negative', m.label IS NOT NULL FROM mentions m "
    "JOIN posts p ON p.id = m.post_id JOIN sources s ON s.id = p.source_id "
    "WHERE m.id IN (SELECT value FROM json_each(?))"
)
_CHUNK = 1000

Hour = tuple[str, str, int, int, int]  # hour ("2026-11-20T09", UTC), source, mentions, negative, scored


@dataclass(frozen=True, slots=True)
class Asking:
    """When a source was asked: the first run, and from when to when its good runs of late went (ISO, UTC)."""

    source: str
    first: str
    spans: tuple[tuple[str, str], ...]


class Hourly(Searching):
    """Counts by hour. Rows come in no order; one hour and source may come several times and adds up."""

    def hours(
        self, brand: str, since: datetime, until: datetime, *, source: str = "", scope: Scope = EVERYTHING
    ) -> Iterator[Hour]:
        """Mentions of a brand, of all sources or one."""
        row = self.db.conn.execute("SELECT id FROM brands WHERE name = ?", [brand]).fetchone()
        if row is None:
            return
        names = self._source_names(source, scope)
        first, last = iso(since), iso(until)
        counted = self.db.conn.execute(
            "SELECT hour, source_id, mentions, negative, scored FROM hourly WHERE brand_id = ? AND hour >= ? "
            "AND hour < ?",
            [row[0], first[:13], last],
        )
        copies = self.db.conn.execute(_COPIED, [row[0], f"{first[:13]}:", last])
        for rows in (counted, copies):
            for hour, source_id, *counts in rows:
                if source_id in names:
                    yield hour, names[source_id], counts[0], counts[1], counts[2]

    def hours_by_aspect(
        self, brand: str, since: datetime, until: datetime, *, source: str = "", scope: Scope = EVERYTHING
    ) -> Iterator[tuple[str, Hour]]:
        """The same for each aspect by itself; the feeling is that toward the aspect."""
        names = self._source_names(source, scope)
        rows = self.db.conn.execute(
            "SELECT a.aspect, substr(m.published, 1, 13), p.source_id, count(*), sum(a.label IS 'negative'), "
            "count(a.label) FROM mentions m CROSS JOIN aspects a ON a.mention_id = m.id CROSS JOIN posts p "
            "ON p.id = m.post_id WHERE m.brand_id = (SELECT id FROM brands WHERE name = ?) AND m.published >= ? "
            "AND m.published < ? AND NOT m.shelved AND NOT m.copy GROUP BY 1, 2, 3",
            [brand, f"{iso(since)[:13]}:", iso(until)],
        )
        for aspect, hour, source_id, mentions, negative, scored in rows:
            if source_id in names:
                yield aspect, (hour, names[source_id], mentions, negative, scored)

    def hours_of_query(
        self, asked: Question, brand: str, since: datetime, until: datetime, *, source: str = "",
        scope: Scope = EVERYTHING,
    ) -> Iterator[Hour]:  # fmt: skip
        """The same of the mentions that satisfy a query; each that the index finds is looked at."""
        names = set(self._source_names(source, scope).values())
        where: Condition = (
            "m.brand = ? AND m.date >= ? AND m.date < ? AND m.shelved = 0 AND m.copy = 0",
            [brand, f"{iso(since)[:13]}:", iso(until)],
        )
        yield from (row for row in self._hours_of(list(self.satisfying(asked, where, "NULL"))) if row[1] in names)

    def _hours_of(self, mention_ids: Sequence[int]) -> Iterator[Hour]:
        for at in range(0, len(mention_ids), _CHUNK):
            yield from self.db.conn.execute(_BY_ID, [json.dumps(mention_ids[at : at + _CHUNK])])

    def askings(self, since: datetime) -> list[Asking]:
        """When each source was first asked, and its good runs since then. A run that goes on has no end yet."""
        rows = self.db.conn.execute(
            "SELECT s.name, (SELECT min(f.started) FROM runs f WHERE f.source_id = s.id), r.started, "
            "coalesce(r.finished, '9999') FROM sources s LEFT JOIN runs r ON r.source_id = s.id AND r.started >= ? "
            "AND r.verdict IN ('ok', 'quiet', 'running') ORDER BY s.id, r.started",
            [iso(since)],
        )
        found: dict[str, tuple[str, list[tuple[str, str]]]] = {}
        for name, first, started, finished in rows:
            if first is not None:
                spans = found.setdefault(name, (first, []))[1]
                if started is not None:
                    spans.append((started, finished))
        return [Asking(name, first, tuple(spans)) for name, (first, spans) in found.items()]

    def _source_names(self, source: str, scope: Scope) -> dict[int, str]:
        sql, values = scope.sources("id")
        rows: Any = self.db.conn.execute(
            f"SELECT id, name FROM sources WHERE ? IN ('', name) AND {sql}", [source, *values]
        )
        return dict(rows.fetchall())
