"""How complaints are dealt with: open ones, and how long people wait for a first answer."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from listening.store.figures import Days
from listening.store.moment import iso
from listening.store.scope import EVERYTHING, Scope
from listening.store.voices import Voices, bounds

_COMPLAINT = "instr(', ' || m.intents || ',', ', complaint,')"
_OPEN = (
    "FROM mentions m INDEXED BY mentions_complaints{join} WHERE m.brand_id = (SELECT id FROM brands WHERE name = ?) "
    f"AND {_COMPLAINT} AND m.published < ? AND m.copy = 0 AND NOT m.shelved AND {{hidden}}"
)


class Answers(Voices):
    """Questions about the care of customers. An open complaint is new or in progress."""

    def open_complaints(self, brand: str, at: datetime, now: datetime, *, scope: Scope = EVERYTHING) -> int:
        """How many complaints of a brand were open at a moment; of a past one, those answered or closed since count."""
        hidden, values = scope.sources("p.source_id")
        still = "m.status IN ('new', 'in progress')"
        bound = [brand, iso(at), *values]
        if at < now and self._desk:
            still = f"({still} OR coalesce(m.answered, m.closed) >= ?)"
            bound.append(iso(at))
        join = " JOIN posts p ON p.id = m.post_id" if values else ""
        query = f"SELECT count(*) {_OPEN.format(hidden=hidden, join=join)} AND {still}"
        return int(self.db.conn.execute(query, bound).fetchone()[0])

    def waits(self, brand: str, days: Days, *, scope: Scope = EVERYTHING) -> list[float]:
        """Hours from publication to the first answer, of what was answered in some days."""
        if not self._desk:
            return []
        hidden, values = scope.sources("p.source_id")
        rows = self.db.conn.execute(
            "SELECT (julianday(m.answered) - julianday(m.published)) * 24 "
            "FROM mentions m JOIN posts p ON p.id = m.post_id WHERE m.answered >= ? AND m.answered < ? "
            f"AND m.brand_id = (SELECT id FROM brands WHERE name = ?) AND NOT m.shelved AND {hidden}",
            [*bounds(self.calendar(), days), brand, *values],
        )
        return [max(0.0, float(hours)) for (hours,) in rows]

    @cached_property
    def _desk(self) -> bool:
        """Whether this file knows when mentions were answered."""
        return any(row[1] == "answered" for row in self.db.conn.execute("SELECT * FROM pragma_table_info('mentions')"))
