"""What no question in SQL may read: digests of passwords, sessions and tokens; and no other file."""

from __future__ import annotations

import sqlite3

from datasette import hookimpl

# Table -> columns that read as NULL; empty: all of them.
SECRET: dict[str, frozenset[str]] = {
    "accounts": frozenset({"password"}),
    "sessions": frozenset(),
    "tokens": frozenset({"digest"}),
    "tries": frozenset(),
    "opt_out_key": frozenset(),
    "opt_outs": frozenset(),
}


@hookimpl  # type: ignore[untyped-decorator]  # pluggy's has no types here
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Set SQLite's own check of every statement, so that no form of a question gets around it."""
    conn.set_authorizer(_allowed)


def _allowed(action: int, table: str | None, column: str | None, *_: str | None) -> int:
    if action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH):
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_READ and (hidden := SECRET.get((table or "").lower())) is not None:
        return sqlite3.SQLITE_IGNORE if not hidden or column in hidden else sqlite3.SQLITE_OK
    return sqlite3.SQLITE_OK
