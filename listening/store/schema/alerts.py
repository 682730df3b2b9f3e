"""The tables of alerts: mentions by hour, what the rules have seen, what they found, and what is to be sent."""

from __future__ import annotations

from sqlite_utils import Database

from listening.store.rollup import COUNT_ALL
from listening.store.schema.statements import run

# An id that was let go is given again: then a rule must look at it again, too.
_TABLES = f"""
CREATE TABLE hourly (
    brand_id INTEGER NOT NULL, hour TEXT NOT NULL, source_id INTEGER NOT NULL, mentions INTEGER NOT NULL DEFAULT 0,
    negative INTEGER NOT NULL DEFAULT 0, scored INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (brand_id, hour, source_id)) WITHOUT ROWID;
{COUNT_ALL};
CREATE TABLE alert_rules (
    rule TEXT PRIMARY KEY, checkpoint INTEGER NOT NULL, looked TEXT NOT NULL, turn INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '');
CREATE TABLE incidents (
    id INTEGER PRIMARY KEY, rule TEXT NOT NULL, kind TEXT NOT NULL, brand TEXT NOT NULL, series TEXT NOT NULL,
    opened TEXT NOT NULL, updated TEXT NOT NULL, closed TEXT, data TEXT NOT NULL);
CREATE UNIQUE INDEX incidents_open ON incidents (rule, series) WHERE closed IS NULL;
CREATE INDEX incidents_rule ON incidents (rule, opened);
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, channel TEXT NOT NULL, rule TEXT NOT NULL, event TEXT NOT NULL,
    incidents TEXT NOT NULL, created TEXT NOT NULL, due TEXT NOT NULL, held INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0, leased TEXT, sent TEXT, failed TEXT, error TEXT NOT NULL DEFAULT '');
CREATE INDEX outbox_waiting ON outbox (channel, due) WHERE sent IS NULL AND failed IS NULL;
CREATE INDEX outbox_rule ON outbox (rule, channel, created);
CREATE TABLE sites (
    brand_id INTEGER NOT NULL, domain TEXT NOT NULL, mention_id INTEGER NOT NULL, published TEXT NOT NULL,
    PRIMARY KEY (brand_id, domain)) WITHOUT ROWID;
CREATE TRIGGER alert_rules_look_again AFTER DELETE ON mentions
WHEN EXISTS (SELECT 1 FROM alert_rules WHERE checkpoint >= old.id)
AND NOT EXISTS (SELECT 1 FROM mentions WHERE id > old.id)
BEGIN UPDATE alert_rules SET checkpoint = (SELECT coalesce(max(id), 0) FROM mentions) WHERE checkpoint >= old.id; END;
"""


def m009_alerts(db: Database) -> None:
    """Mentions by hour, rules with their checkpoints, incidents, the outbox, and sites that brands were named on."""
    run(db, _TABLES)
