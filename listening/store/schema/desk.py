"""The desk: what the team does with mentions, each step kept so that it can be undone, and the views it saves."""

from __future__ import annotations

from sqlite_utils import Database

from listening.store.schema.statements import run

# mentions_desk and the two beside it hold all that lists filter by, so that a walk along them reads no rows.
_DESK = """
ALTER TABLE mentions ADD COLUMN source_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mentions ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mentions ADD COLUMN answered TEXT;
ALTER TABLE mentions ADD COLUMN closed TEXT;
ALTER TABLE mentions ADD COLUMN reply TEXT NOT NULL DEFAULT '';
ALTER TABLE mentions ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
UPDATE mentions SET source_id = (SELECT p.source_id FROM posts p WHERE p.id = mentions.post_id);
CREATE INDEX mentions_desk ON mentions
    (published, shelved, brand_id, source_id, status, label, urgency, copy, assignee, intents);
CREATE INDEX mentions_urgent ON mentions
    (urgency, published, shelved, brand_id, source_id, status, label, copy, assignee, intents) WHERE urgency > 0;
CREATE INDEX mentions_negative ON mentions
    (score, published, shelved, brand_id, source_id, status, urgency, copy, assignee, intents)
    WHERE label = 'negative';
CREATE INDEX mentions_assignee ON mentions (assignee) WHERE assignee <> '';
CREATE INDEX mentions_answered ON mentions (answered, brand_id, source_id, published, intents, shelved)
    WHERE answered IS NOT NULL;
DROP INDEX mentions_published;
CREATE TABLE notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, mention_id INTEGER NOT NULL REFERENCES mentions ON DELETE CASCADE,
    who TEXT NOT NULL, made TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX notes_mention ON notes (mention_id);
CREATE TABLE actions (
    id INTEGER PRIMARY KEY, who TEXT NOT NULL, made TEXT NOT NULL, undoes INTEGER REFERENCES actions);
CREATE INDEX actions_undoes ON actions (undoes) WHERE undoes IS NOT NULL;
CREATE TABLE changes (
    action_id INTEGER NOT NULL REFERENCES actions, mention_id INTEGER NOT NULL REFERENCES mentions ON DELETE CASCADE,
    before TEXT NOT NULL, after TEXT NOT NULL, PRIMARY KEY (action_id, mention_id)) WITHOUT ROWID;
CREATE INDEX changes_mention ON changes (mention_id);
CREATE TABLE looking (
    mention_id INTEGER NOT NULL REFERENCES mentions ON DELETE CASCADE, who TEXT NOT NULL, seen TEXT NOT NULL,
    PRIMARY KEY (mention_id, who)) WITHOUT ROWID;
CREATE TABLE views (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, owner TEXT NOT NULL, shared INTEGER NOT NULL DEFAULT 0,
    filters TEXT NOT NULL, UNIQUE (owner, name));
CREATE TABLE view_changes (
    action_id INTEGER NOT NULL REFERENCES actions, view_id INTEGER NOT NULL, before TEXT, after TEXT,
    PRIMARY KEY (action_id, view_id)) WITHOUT ROWID;
DROP VIEW mention_list;
CREATE VIEW mention_list AS
SELECT m.id AS mention_id, m.published AS date, p.collected AS collected_at, b.name AS brand, s.name AS source,
    p.domain, p.url, coalesce(nullif(p.title, ''), t.title, '') AS title,
    p.text AS full_text, a.name AS author, p.language, m.label AS sentiment,
    m.score AS sentiment_score, m.intents, m.status, m.assignee, p.thread_id, p.id AS post_id, m.words,
    m.urgency, m.relevance, m.shelved, m.why, m.cluster, m.copy, m.answered, m.closed, m.reply, m.outcome
FROM mentions m JOIN posts p ON p.id = m.post_id JOIN brands b ON b.id = m.brand_id
JOIN sources s ON s.id = p.source_id LEFT JOIN authors a ON a.id = p.author_id
LEFT JOIN threads t ON t.id = p.thread_id;
"""


def m007_desk(db: Database) -> None:
    """Answers and outcomes of mentions, notes, who did what and when, who looks at what, and saved views."""
    run(db, _DESK)
