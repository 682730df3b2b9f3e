"""Who may see what: the sources that are private, and hidden from some people."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person may see: every source but the hidden ones, by name."""

    hidden: frozenset[str] = frozenset()

    def sources(self, column: str = "source_id") -> tuple[str, list[str]]:
        """A condition on a column of source ids, and its values; ("1", []) where nothing is hidden."""
        if not self.hidden:
            return "1", []
        sql = f"{column} NOT IN (SELECT id FROM sources WHERE name IN (SELECT value FROM json_each(?)))"
        return sql, [json.dumps(sorted(self.hidden))]


EVERYTHING = Scope()
