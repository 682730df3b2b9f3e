"""Figures by day of the team's time zone: mentions, aspects, intents and sites, by source."""

from __future__ import annotations

from sqlite_utils import Database

from listening.store import tally
from listening.store.schema.statements import run

# Copies are counted here like any other: readers take them out, since which of some mentions is the copy may change.
_FIGURES = """
CREATE TABLE calendar (zone TEXT NOT NULL);
INSERT INTO calendar VALUES ('UTC');
CREATE TABLE figures (
    brand_id INTEGER NOT NULL, kind TEXT NOT NULL, day TEXT NOT NULL, source_id INTEGER NOT NULL, name TEXT NOT NULL,
    mentions INTEGER NOT NULL DEFAULT 0, negative INTEGER NOT NULL DEFAULT 0, neutral INTEGER NOT NULL DEFAULT 0,
    positive INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (brand_id, kind, day, source_id, name)) WITHOUT ROWID;
CREATE INDEX mentions_complaints ON mentions (brand_id, published, status, copy, shelved)
    WHERE instr(', ' || intents || ',', ', complaint,');
CREATE INDEX mentions_praise ON mentions (brand_id, published, copy, shelved)
    WHERE instr(', ' || intents || ',', ', advocacy,') OR instr(', ' || intents || ',', ', praise,');
"""


def m010_figures(db: Database) -> None:
    """Figures of aspects, intents and sites by day, and the time zone of those days."""
    run(db, _FIGURES)
    tally.recount(db.conn)
