"""How complaints are dealt with: open ones, and how long people wait for a first answer."""

from __future__ import annotations

from datetime import datetime

from listening.store.figures import Days
from listening.store.moment import iso
from listening.store.scope import EVERYTHING, Scope
from listening.store.voices import Voices, bounds

_OPEN = (
    "SELECT count(*) FROM mentions m INDEXED BY mentions_complaints WHERE m.brand_id = (SELECT id FROM brands "
    "WHERE name = ?) AND instr(', ' || m.intents || ',', ', complaint,') AND m.published < ? AND m.copy = 0 "
    "AND NOT m.shelved AND {hidden} AND {still}"
)
_WAITS = (
    "SELECT (julianday(m.answered) - julianday(m.published)) * 24 FROM mentions m INDEXED BY mentions_answered "
    "WHERE m.brand_id = (SELECT id FROM brands WHERE name = ?) AND m.answered >= ? AND m.answered < ? "
    "AND NOT m.shelved AND {hidden}"
)
_NOW_OPEN = "m.status IN ('new', 'in progress')"


class Answers(Voices):
    """Questions about the care of customers. An open complaint is new or in progress."""

    def open_complaints(self, brand: str, at: datetime, now: datetime, *, scope: Scope = EVERYTHING) -> int:
        """How many complaints of a brand were open at a moment; of a past one, those answered or closed since count."""
        hidden, values = scope.sources("m.source_id")
        bound, still = [brand, iso(at), *values], _NOW_OPEN
        if at < now:
            still = f"({still} OR coalesce(m.answered, m.closed) >= ?)"
            bound.append(iso(at))
        return int(self.db.conn.execute(_OPEN.format(hidden=hidden, still=still), bound).fetchone()[0])

    def waits(self, brand: str, days: Days, *, scope: Scope = EVERYTHING) -> list[float]:
        """Hours from publication to the first answer, of what was answered in some days."""
        hidden, values = scope.sources("m.source_id")
        bound = [brand, *bounds(self.calendar(), days), *values]
        return [max(0.0, float(hours)) for (hours,) in self.db.conn.execute(_WAITS.format(hidden=hidden), bound)]
