"""Incidents: what alert rules found, from when to when, and who may know of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listening.store.connection import Connection
from listening.store.moment import iso
from listening.store.scope import EVERYTHING, Scope

_INCIDENT = "SELECT id, rule, kind, brand, series, opened, updated, closed, data FROM incidents"


@dataclass(frozen=True, slots=True)
class Incident:
    """Something a rule found. `data` holds figures and ids of mentions, never what somebody wrote."""

    id: int
    rule: str
    kind: str
    brand: str
    series: str
    opened: str
    updated: str
    closed: str | None
    data: Mapping[str, Any]


class Incidents(Connection):
    """Incidents, read. Steps of rules write them."""

    def incidents(
        self, rule: str = "", *, open_only: bool = False, limit: int = 50, offset: int = 0, scope: Scope = EVERYTHING
    ) -> list[Incident]:
        """Incidents, the newest first."""
        sql, values = _known(scope)
        where = " AND closed IS NULL" if open_only else ""
        rows = self.db.conn.execute(
            f"{_INCIDENT} WHERE ? IN ('', rule){where} AND {sql} ORDER BY opened DESC, id DESC LIMIT ? OFFSET ?",
            [rule, *values, limit, offset],
        )
        return [_incident(row) for row in rows]

    def incidents_by_id(self, ids: Collection[int], *, scope: Scope = EVERYTHING) -> list[Incident]:
        """These incidents, in the order in which they came."""
        sql, values = _known(scope)
        query = f"{_INCIDENT} WHERE id IN (SELECT value FROM json_each(?)) AND {sql} ORDER BY id"
        return [_incident(row) for row in self.db.conn.execute(query, [json.dumps(list(ids)), *values])]

    def last_incident(self, rule: str, series: str) -> Incident | None:
        """The one of a series that was opened last."""
        query = f"{_INCIDENT} WHERE rule = ? AND series = ? ORDER BY opened DESC, id DESC LIMIT 1"
        row = self.db.conn.execute(query, [rule, series]).fetchone()
        return None if row is None else _incident(row)

    def incident_counts(self, *, scope: Scope = EVERYTHING) -> dict[str, tuple[int, int, str]]:
        """By rule: how many incidents there were, how many are open, and when the last one began."""
        sql, values = _known(scope)
        rows = self.db.conn.execute(
            f"SELECT rule, count(*), sum(closed IS NULL), max(opened) FROM incidents WHERE {sql} GROUP BY 1", values
        )
        return {row[0]: (int(row[1]), int(row[2]), row[3]) for row in rows}

    def known_series(self, rule: str, since: datetime) -> set[str]:
        """What a rule had an incident about since then."""
        rows = self.db.conn.execute("SELECT series FROM incidents WHERE rule = ? AND opened >= ?", [rule, iso(since)])
        return {str(row[0]) for row in rows}


def _incident(row: tuple[Any, ...]) -> Incident:
    ident, rule, kind, brand, series, opened, updated, closed, data = row
    return Incident(ident, rule, kind, brand, series, opened, updated, closed, json.loads(data))


def _known(scope: Scope) -> tuple[str, list[str]]:
    """A condition on incidents of which somebody may know: not about a hidden source, nor about its mentions alone."""
    sql, values = scope.sources("p.source_id")
    if not values:
        return "1", []
    about = "coalesce(json_extract(incidents.data, '$.source'), '') NOT IN (SELECT value FROM json_each(?))"
    shown = (
        "coalesce(json_array_length(incidents.data, '$.mentions'), 0) = 0 OR EXISTS (SELECT 1 FROM "
        "json_each(incidents.data, '$.mentions') e CROSS JOIN mentions m ON m.id = e.value CROSS JOIN posts p "
        f"ON p.id = m.post_id WHERE {sql})"
    )
    return f"{about} AND ({shown})", [*values, *values]
