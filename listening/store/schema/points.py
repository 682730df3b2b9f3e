"""What intents are worth in points of urgency, for mentions whose intents a person corrects."""

from __future__ import annotations

from sqlite_utils import Database

from listening.store.schema.statements import run

_POINTS = """
CREATE TABLE intent_points (name TEXT PRIMARY KEY, points INTEGER NOT NULL) WITHOUT ROWID;
"""


def m015_points(db: Database) -> None:
    """The points of intents, as their files say. Filled when the config is read."""
    run(db, _POINTS)
