"""Keys of copies that were filed last, which wait for their place among all others."""

from __future__ import annotations

from sqlite_utils import Database

from listening.store.schema.statements import run

_RECENT = """
CREATE TABLE copy_log (n INTEGER PRIMARY KEY, oldest INTEGER NOT NULL, newest INTEGER NOT NULL, keys BLOB NOT NULL);
INSERT INTO copy_log VALUES (0, 0, 0, x'');
"""


def m014_recent(db: Database) -> None:
    """The log of keys. Those that are in the tree stay there."""
    run(db, _RECENT)
