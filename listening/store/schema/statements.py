"""Several statements of SQL, run one by one inside the caller's transaction."""

from __future__ import annotations

from sqlite_utils import Database


def run(db: Database, statements: str) -> None:
    """Run statements that end with a semicolon and a line break. (`executescript` would commit what came before.)"""
    for statement in statements.split(";\n"):
        if statement.strip():
            db.execute(statement)
