"""Saved views: filters with a name, one person's or everybody's, and how much each shows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from listening.errors import ListeningError
from listening.store.inbox import Capped, Inbox
from listening.store.inbox_filter import read_filters
from listening.store.known import Detect
from listening.store.moment import iso
from listening.store.scope import EVERYTHING, Scope
from listening.store.triage import Done, Triage, begin

_NAME, _FILTERS = 80, 4000  # characters at most
_READ = "SELECT id, name, owner, shared, filters FROM views"
_WRITE = "INSERT INTO views (id, name, owner, shared, filters) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class View:
    """A list that somebody saved."""

    id: int
    name: str
    owner: str  # who saved it
    shared: bool  # everybody sees it
    filters: str  # what `read_filters` reads: ages such as 7d stay ages


class Views(Inbox, Triage):
    """Saved views."""

    def views(self, who: str) -> list[View]:
        """Those of a person and those that are shared, by name."""
        rows = self.db.conn.execute(f"{_READ} WHERE owner = ? OR shared ORDER BY name COLLATE NOCASE, id", [who])
        return [_view(row) for row in rows]

    def view(self, name: str, who: str) -> View | None:
        """The view of this name or number: a person's own before a shared one. None where there is none for them."""
        number = int(name) if name.isdecimal() and len(name) < 19 else 0
        row = self.db.conn.execute(
            f"{_READ} WHERE (owner = ? OR shared) AND (name = ? COLLATE NOCASE OR id = ?) "
            "ORDER BY owner = ? DESC, id LIMIT 1",
            [who, name, number, who],
        ).fetchone()
        return None if row is None else _view(row)

    def save_view(
        self, name: str, filters: str, *, who: str, now: datetime, shared: bool = False, intents: Collection[str] = ()
    ) -> tuple[View, str]:
        """Save filters under a name, in the place of a person's view that has it. Returns the view and an undo token.

        `intents` are those that a query may ask for; without them any. Raises ListeningError for no or too long a name,
        and for filters that cannot be read.
        """
        name = " ".join(name.split())
        if not name or len(name) > _NAME:
            raise ListeningError(f"a view needs a name of up to {_NAME} characters.")
        if len(filters) > _FILTERS:
            raise ListeningError(f"the filters of a view may have up to {_FILTERS:,} characters.")
        read_filters(filters, now, intents=intents)
        with self.writing() as conn:
            old = conn.execute(f"{_READ} WHERE owner = ? AND name = ?", [who, name]).fetchone()
            ident = old[0] if old else _next_id(conn)
            new = (ident, name, who, int(shared), filters)
            token = _change(conn, who, iso(now), [(old, new)])
        return _view(new), token

    def drop_view(self, view_id: int, *, who: str, now: datetime) -> str:
        """Let a person's own view go. Returns an undo token; raises ListeningError where it is not theirs."""
        with self.writing() as conn:
            old = conn.execute(f"{_READ} WHERE id = ? AND owner = ?", [view_id, who]).fetchone()
            if old is None:
                raise ListeningError("there is no such view of yours.")
            return _change(conn, who, iso(now), [(old, None)])

    def view_counts(
        self, views: Iterable[View], *, now: datetime, zone: tzinfo = UTC, detect: Detect | None = None,
        scope: Scope = EVERYTHING, intents: Collection[str] = (),
    ) -> dict[int, Capped]:  # fmt: skip
        """How many mentions each shows, by its id, counted up to 1,000; one whose filters are wrong by now has none."""
        found = {}
        for view in views:
            try:
                where, _ = read_filters(view.filters, now, zone, detect, intents)
            except ListeningError:
                continue
            found[view.id] = self.count(where, scope=scope)
        return found

    def undo(self, token: str, who: str, *, now: datetime, scope: Scope = EVERYTHING) -> Done:
        """As for mentions; what was done to a view is put back, too."""
        done = super().undo(token, who, now=now, scope=scope)
        if done.undo or done.conflicts:
            return done
        with self.writing() as conn:
            rows = conn.execute(
                "SELECT view_id, before, after FROM view_changes WHERE action_id = ?", [token]
            ).fetchall()
            changing, conflicts = [], []
            for view_id, before, after in rows:
                there = conn.execute(f"{_READ} WHERE id = ?", [view_id]).fetchone()
                if (None if there is None else list(there)) == (None if after is None else json.loads(after)):
                    changing.append((there, None if before is None else tuple(json.loads(before))))
                else:
                    conflicts.append((view_id, ""))
            made = _change(conn, who, iso(now), changing, int(token)) if changing else ""
        return Done(made, len(changing), (), tuple(conflicts))


def _change(
    conn: sqlite3.Connection, who: str, stamp: str, changing: Iterable[tuple[Any, Any]], undoes: int | None = None
) -> str:
    """Put each view's new row in the place of its old one, as one action."""
    action = begin(conn, who, stamp, undoes)
    for old, new in changing:
        ident = (old or new)[0]
        conn.execute("DELETE FROM views WHERE id = ?", [ident])
        if new is not None:
            conn.execute(_WRITE, new)
        before, after = (None if row is None else json.dumps(list(row), ensure_ascii=False) for row in (old, new))
        conn.execute("INSERT INTO view_changes VALUES (?, ?, ?, ?)", (action, ident, before, after))
    return str(action)


def _next_id(conn: sqlite3.Connection) -> int:
    row = conn.execute("SELECT seq FROM sqlite_sequence WHERE name = 'views'").fetchone()
    return int(row[0]) + 1 if row else 1


def _view(row: tuple[Any, ...]) -> View:
    ident, name, owner, shared, filters = row
    return View(ident, name, owner, bool(shared), filters)
