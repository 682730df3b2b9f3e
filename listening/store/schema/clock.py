"""The schedule's tables: what each source is asked when, which slots were taken, and who holds the clock."""

from __future__ import annotations

from sqlite_utils import Database

from listening.store.schema.statements import run

_CLOCK = """
ALTER TABLE sources ADD COLUMN timetable TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN slot TEXT;
ALTER TABLE sources ADD COLUMN due_for TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN level INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN streak INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN slot TEXT;
CREATE TABLE slots (
    source_id INTEGER NOT NULL REFERENCES sources, slot TEXT NOT NULL, why TEXT NOT NULL, claimed TEXT NOT NULL,
    term INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 1,
    begun INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (source_id, slot)) WITHOUT ROWID;
CREATE INDEX runs_slot ON runs (source_id, slot) WHERE slot IS NOT NULL;
CREATE TABLE leases (
    name TEXT PRIMARY KEY, term INTEGER NOT NULL, holder TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL,
    taken TEXT NOT NULL, seen TEXT NOT NULL, expires TEXT NOT NULL) WITHOUT ROWID;
"""


def m008_clock(db: Database) -> None:
    """Slots, each taken once; leases; and what a source's last runs say about its next."""
    run(db, _CLOCK)
