"""How complaints are dealt with: open ones, and how long people wait for a first answer."""

from __future__ import annotations

import json
from datetime import datetime

from listening.store.figures import Days
from listening.store.moment import iso
from listening.store.schema.quicker import SECONDS
from listening.store.scope import EVERYTHING, Scope
from listening.store.voices import Voices, bounds

_COMPLAINT = "instr(', ' || m.intents || ',', ', complaint,')"
_STATUS = "m.status IN ('new', 'in progress')"
_OF_BRAND = (
    "WHERE m.brand_id = (SELECT id FROM brands WHERE name = ?) AND m.published < ? AND m.copy = 0 AND NOT m.shelved "
    f"AND {_COMPLAINT} AND {{hidden}}"
)
_OPEN = f"SELECT count(*) FROM mentions m INDEXED BY mentions_complaints {_OF_BRAND} AND {_STATUS}"
_OPEN_THEN = (
    f"SELECT count(*) FROM mentions m INDEXED BY mentions_dealt {_OF_BRAND} AND NOT {_STATUS} "
    "AND coalesce(m.answered, m.closed) >= ?"
)
_WAITS = (  # as one value: tens of thousands of rows would cost more than what they say
    f"SELECT json_group_array({SECONDS}) FROM mentions m INDEXED BY mentions_waits "
    "WHERE m.brand_id = (SELECT id FROM brands WHERE name = ?) AND m.answered >= ? AND m.answered < ? "
    "AND NOT m.shelved AND {hidden}"
)


class Answers(Voices):
    """Questions about the care of customers. An open complaint is new or in progress."""

    def open_complaints(self, brand: str, at: datetime, now: datetime, *, scope: Scope = EVERYTHING) -> int:
        """How many complaints of a brand were open at a moment; of a past one, those answered or closed since count."""
        hidden, values = scope.sources("m.source_id")
        bound = [brand, iso(at), *values]
        found = int(self.db.conn.execute(_OPEN.format(hidden=hidden), bound).fetchone()[0])
        if at < now:
            found += int(self.db.conn.execute(_OPEN_THEN.format(hidden=hidden), [*bound, iso(at)]).fetchone()[0])
        return found

    def waits(self, brand: str, days: Days, *, scope: Scope = EVERYTHING) -> list[int]:
        """Seconds from publication to the first answer, of what was answered in some days; in no order."""
        hidden, values = scope.sources("m.source_id")
        bound = [brand, *bounds(self.calendar(), days), *values]
        found: list[int] = json.loads(self.db.conn.execute(_WAITS.format(hidden=hidden), bound).fetchone()[0])
        return found
