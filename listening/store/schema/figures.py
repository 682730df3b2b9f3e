"""Figures by day of the team's time zone: mentions, aspects, intents and sites, by source."""

from __future__ import annotations

from sqlite_utils import Database

from listening.store import tally
from listening.store.schema.statements import run

# Copies are not counted. Which of some mentions is the copy may change: the trigger tells, and the figures follow.
_FIGURES = """
CREATE TABLE calendar (zone TEXT NOT NULL);
INSERT INTO calendar VALUES ('UTC');
CREATE TABLE figures (
    brand_id INTEGER NOT NULL, kind TEXT NOT NULL, source_id INTEGER NOT NULL, day TEXT NOT NULL, name TEXT NOT NULL,
    mentions INTEGER NOT NULL DEFAULT 0, negative INTEGER NOT NULL DEFAULT 0, neutral INTEGER NOT NULL DEFAULT 0,
    positive INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (brand_id, kind, source_id, day, name)) WITHOUT ROWID;
CREATE TABLE letters (
    id INTEGER PRIMARY KEY, digest TEXT NOT NULL, slot TEXT NOT NULL, reader TEXT NOT NULL, made TEXT NOT NULL,
    next_try TEXT NOT NULL, sent TEXT, tries INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '',
    UNIQUE (digest, slot, reader));
CREATE TABLE flipped (mention_id INTEGER NOT NULL, step INTEGER NOT NULL);
CREATE TRIGGER mentions_flipped AFTER UPDATE OF copy ON mentions WHEN old.copy <> new.copy
    BEGIN INSERT INTO flipped VALUES (new.id, new.copy - old.copy); END;
CREATE INDEX mentions_complaints ON mentions (brand_id, published, shelved, copy, source_id, intents, status)
    WHERE instr(', ' || intents || ',', ', complaint,') AND status IN ('new', 'in progress');
CREATE INDEX mentions_dealt ON mentions (brand_id, coalesce(answered, closed), intents)
    WHERE coalesce(answered, closed) IS NOT NULL;
CREATE INDEX mentions_praise ON mentions (brand_id, published, shelved, copy, source_id, label, intents)
    WHERE instr(', ' || intents || ',', ', advocacy,') OR instr(', ' || intents || ',', ', praise,');
"""


def m010_figures(db: Database) -> None:
    """Figures of aspects, intents and sites by day, the time zone of those days, and the outbox of digests."""
    run(db, _FIGURES)
    tally.recount(db.conn)
