"""What was done to mentions, what was written beside them, and who looks at them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from listening.store.connection import Connection
from listening.store.moment import iso

_LOOKS = timedelta(seconds=45)  # how long who looked at a card is taken to look at it
_STEP = timedelta(seconds=10)  # after which it is written anew


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done to a mention."""

    token: str
    who: str
    made: datetime
    before: Mapping[str, Any]  # what was there, of what changed: "status", "assignee", "tags", ...
    after: Mapping[str, Any]
    undone: bool


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote beside a mention."""

    id: int
    who: str
    made: datetime
    text: str


class History(Connection):
    """Mentions as the team sees each other work on them."""

    def history(self, mention_id: int) -> list[Act]:
        """What was done to a mention, the newest first."""
        rows = self.db.conn.execute(
            "SELECT a.id, a.who, a.made, c.before, c.after, EXISTS (SELECT 1 FROM actions u WHERE u.undoes = a.id) "
            "FROM changes c JOIN actions a ON a.id = c.action_id WHERE c.mention_id = ? ORDER BY a.id DESC",
            [mention_id],
        )
        return [
            Act(str(ident), who, datetime.fromisoformat(made), json.loads(before), json.loads(after), bool(undone))
            for ident, who, made, before, after, undone in rows
        ]

    def acted_on(self, token: str) -> list[int]:
        """The mentions that an action changed."""
        if not token.isdecimal() or len(token) > 18:
            return []
        rows = self.db.conn.execute("SELECT mention_id FROM changes WHERE action_id = ?", [int(token)])
        return [int(row[0]) for row in rows]

    def last_action(self, who: str) -> str:
        """The token of the last thing somebody did that is not undone, nor an undoing; empty where there is none."""
        row = self.db.conn.execute(
            "SELECT a.id FROM actions a WHERE a.who = ? AND a.undoes IS NULL "
            "AND NOT EXISTS (SELECT 1 FROM actions u WHERE u.undoes = a.id) ORDER BY a.id DESC LIMIT 1",
            [who],
        ).fetchone()
        return str(row[0]) if row else ""

    def notes(self, mention_id: int) -> list[Note]:
        """What the team wrote beside a mention, the oldest first."""
        query = "SELECT id, who, made, text FROM notes WHERE mention_id = ? ORDER BY id"
        rows = self.db.conn.execute(query, [mention_id])
        return [Note(ident, who, datetime.fromisoformat(made), text) for ident, who, made, text in rows]

    def looking(self, mention_id: int, who: str, now: datetime) -> list[str]:
        """Say that somebody looks at a mention; returns who else does, or did until a moment ago."""
        since = iso(now - _LOOKS)
        query = "SELECT who, seen FROM looking WHERE mention_id = ? AND seen >= ? ORDER BY who"
        found = dict(self.db.conn.execute(query, [mention_id, since]).fetchall())
        if found.get(who, "") < iso(now - _STEP):
            with self.writing() as conn:
                conn.execute("DELETE FROM looking WHERE seen < ?", [since])
                conn.execute(
                    "INSERT INTO looking SELECT id, ?, ? FROM mentions WHERE id = ? "
                    "ON CONFLICT DO UPDATE SET seen = excluded.seen",
                    (who, iso(now), mention_id),
                )
        return [name for name in found if name != who]
