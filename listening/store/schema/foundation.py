"""The first tables: what sources bring, what is understood of it, and what is found in it."""

from __future__ import annotations

from sqlite_utils import Database

from listening.store import index
from listening.store.schema.statements import run

# Times are ISO 8601 UTC text to the second ("2026-11-20T09:30:00Z"): they sort as they read, also in Datasette.
_TABLES = """
CREATE TABLE brands (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, query TEXT NOT NULL DEFAULT '',
    ours INTEGER NOT NULL DEFAULT 1, owner TEXT NOT NULL DEFAULT '', active INTEGER NOT NULL DEFAULT 1);
CREATE TABLE sources (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL DEFAULT '', url TEXT NOT NULL DEFAULT '',
    active INTEGER NOT NULL DEFAULT 1, every INTEGER NOT NULL DEFAULT 3600,
    keep_unmatched INTEGER NOT NULL DEFAULT 2592000, next_due TEXT, last_error TEXT NOT NULL DEFAULT '',
    errors_in_row INTEGER NOT NULL DEFAULT 0);
CREATE TABLE authors (
    id INTEGER PRIMARY KEY, platform TEXT NOT NULL, native_id TEXT NOT NULL, name TEXT NOT NULL,
    url TEXT NOT NULL DEFAULT '', followers INTEGER, UNIQUE (platform, native_id));
CREATE TABLE threads (
    id INTEGER PRIMARY KEY, platform TEXT NOT NULL, native_id TEXT NOT NULL, title TEXT NOT NULL DEFAULT '',
    url TEXT NOT NULL DEFAULT '', UNIQUE (platform, native_id));
CREATE TABLE posts (
    id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES sources, platform TEXT NOT NULL,
    native_id TEXT NOT NULL, kind TEXT NOT NULL, url TEXT NOT NULL, domain TEXT NOT NULL, title TEXT NOT NULL,
    text TEXT NOT NULL, quotes TEXT, author_id INTEGER REFERENCES authors, thread_id INTEGER REFERENCES threads,
    reply_to TEXT NOT NULL, position INTEGER, channel TEXT NOT NULL, language TEXT NOT NULL, published TEXT NOT NULL,
    dated INTEGER NOT NULL, edited TEXT, collected TEXT NOT NULL, likes INTEGER, replies INTEGER, views INTEGER,
    rating REAL, route TEXT NOT NULL, neg REAL, neu REAL, pos REAL, compound REAL, deleted TEXT,
    UNIQUE (platform, native_id));
CREATE INDEX posts_author ON posts (author_id) WHERE author_id IS NOT NULL;
CREATE INDEX posts_thread ON posts (thread_id) WHERE thread_id IS NOT NULL;
CREATE TABLE mentions (
    id INTEGER PRIMARY KEY, post_id INTEGER NOT NULL REFERENCES posts ON DELETE CASCADE,
    brand_id INTEGER NOT NULL REFERENCES brands, published TEXT NOT NULL, words TEXT NOT NULL, label TEXT, score REAL,
    intents TEXT NOT NULL DEFAULT '', status TEXT NOT NULL DEFAULT 'new', assignee TEXT NOT NULL DEFAULT '',
    created TEXT NOT NULL, UNIQUE (post_id, brand_id));
CREATE INDEX mentions_brand ON mentions (brand_id, published, label);
CREATE INDEX mentions_published ON mentions (published);
CREATE VIRTUAL TABLE posts_fts USING fts5 (
    title, text, content = 'posts', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO posts_fts (posts_fts, rank) VALUES ('automerge', 8);
CREATE TABLE daily (
    brand_id INTEGER NOT NULL, day TEXT NOT NULL, source_id INTEGER NOT NULL, mentions INTEGER NOT NULL DEFAULT 0,
    negative INTEGER NOT NULL DEFAULT 0, neutral INTEGER NOT NULL DEFAULT 0, positive INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (brand_id, day, source_id)) WITHOUT ROWID;
CREATE TABLE checkpoints (
    source_id INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, saved TEXT NOT NULL,
    PRIMARY KEY (source_id, key)) WITHOUT ROWID;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES sources, started TEXT NOT NULL, finished TEXT,
    pid INTEGER, verdict TEXT NOT NULL DEFAULT 'running', reason TEXT NOT NULL DEFAULT '',
    pages INTEGER NOT NULL DEFAULT 0, expected INTEGER NOT NULL DEFAULT 0, found INTEGER NOT NULL DEFAULT 0,
    new INTEGER NOT NULL DEFAULT 0, mentions INTEGER NOT NULL DEFAULT 0, rejects INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0);
CREATE INDEX runs_source ON runs (source_id, started);
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES sources, url TEXT NOT NULL, reason TEXT NOT NULL,
    raw TEXT NOT NULL, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, times INTEGER NOT NULL DEFAULT 1,
    UNIQUE (source_id, url, reason));
CREATE VIEW mention_list AS
SELECT m.id AS mention_id, m.published AS date, p.collected AS collected_at, b.name AS brand, s.name AS source,
    p.domain, p.url, coalesce(nullif(p.title, ''), t.title, '') AS title,
    p.text AS full_text, a.name AS author, p.language, m.label AS sentiment,
    m.score AS sentiment_score, m.intents, m.status, m.assignee, p.thread_id, p.id AS post_id, m.words
FROM mentions m JOIN posts p ON p.id = m.post_id JOIN brands b ON b.id = m.brand_id
JOIN sources s ON s.id = p.source_id LEFT JOIN authors a ON a.id = p.author_id
LEFT JOIN threads t ON t.id = p.thread_id;
"""


def m001_foundation(db: Database) -> None:
    """Posts, mentions, authors, threads, brands, sources, checkpoints, runs, quarantine, search and roll-up."""
    run(db, _TABLES)


_UNDERSTANDING = """
ALTER TABLE mentions ADD COLUMN judged TEXT;
ALTER TABLE mentions ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mentions ADD COLUMN relevance REAL;
ALTER TABLE mentions ADD COLUMN shelved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mentions ADD COLUMN why TEXT NOT NULL DEFAULT '';
UPDATE mentions SET judged = label;
CREATE TABLE aspects (
    mention_id INTEGER NOT NULL REFERENCES mentions ON DELETE CASCADE, aspect TEXT NOT NULL, label TEXT, score REAL,
    words TEXT NOT NULL, PRIMARY KEY (mention_id, aspect)) WITHOUT ROWID;
CREATE INDEX aspects_aspect ON aspects (aspect, label);
CREATE TABLE mention_tags (
    mention_id INTEGER NOT NULL REFERENCES mentions ON DELETE CASCADE, tag TEXT NOT NULL,
    PRIMARY KEY (mention_id, tag)) WITHOUT ROWID;
CREATE INDEX mention_tags_tag ON mention_tags (tag);
CREATE TABLE labels (
    id INTEGER PRIMARY KEY, post_id INTEGER NOT NULL REFERENCES posts ON DELETE CASCADE,
    brand_id INTEGER NOT NULL REFERENCES brands, kind TEXT NOT NULL, value TEXT NOT NULL,
    who TEXT NOT NULL DEFAULT '', made TEXT NOT NULL, audit INTEGER NOT NULL DEFAULT 0);
CREATE INDEX labels_post ON labels (post_id, brand_id);
"""


def m002_understanding(db: Database) -> None:
    """Why, how urgent and whether about the brand at all; aspects, tags, and what people said about judgements."""
    run(db, _UNDERSTANDING)


def m003_search(db: Database) -> None:
    """Posts by date, and an index of those that FTS5 reads differently from the query language."""
    db.execute("CREATE INDEX posts_published ON posts (published)")
    db.execute(index.FOLDED)
    index.fold(db.conn, db.conn.execute("SELECT id, title, text FROM posts"))


_MODELS = """
CREATE TABLE models (
    brand TEXT NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL, made TEXT NOT NULL, last_label INTEGER NOT NULL,
    PRIMARY KEY (brand, kind));
"""


def m004_models(db: Database) -> None:
    """What was learnt from labels, as JSON; the row without a kind says up to which label."""
    run(db, _MODELS)


_COPIES = """
ALTER TABLE mentions ADD COLUMN cluster INTEGER;
ALTER TABLE mentions ADD COLUMN copy INTEGER NOT NULL DEFAULT 0;
CREATE INDEX mentions_cluster ON mentions (cluster, brand_id, copy, published) WHERE cluster IS NOT NULL;
CREATE INDEX mentions_copies ON mentions (brand_id, published, label, shelved) WHERE copy = 1;
CREATE TABLE copies (
    post_id INTEGER PRIMARY KEY REFERENCES posts ON DELETE CASCADE, cluster INTEGER NOT NULL, alike REAL NOT NULL,
    own INTEGER NOT NULL DEFAULT 0, shared INTEGER NOT NULL DEFAULT 0, filed INTEGER NOT NULL DEFAULT 0);
CREATE INDEX copies_cluster ON copies (cluster);
CREATE TABLE copy_keys (key INTEGER NOT NULL, post_id INTEGER NOT NULL, PRIMARY KEY (key, post_id)) WITHOUT ROWID;
DROP VIEW mention_list;
CREATE VIEW mention_list AS
SELECT m.id AS mention_id, m.published AS date, p.collected AS collected_at, b.name AS brand, s.name AS source,
    p.domain, p.url, coalesce(nullif(p.title, ''), t.title, '') AS title,
    p.text AS full_text, a.name AS author, p.language, m.label AS sentiment,
    m.score AS sentiment_score, m.intents, m.status, m.assignee, p.thread_id, p.id AS post_id, m.words,
    m.urgency, m.relevance, m.shelved, m.why, m.cluster, m.copy
FROM mentions m JOIN posts p ON p.id = m.post_id JOIN brands b ON b.id = m.brand_id
JOIN sources s ON s.id = p.source_id LEFT JOIN authors a ON a.id = p.author_id
LEFT JOIN threads t ON t.id = p.thread_id;
"""


def m005_copies(db: Database) -> None:
    """Which posts say the same thing, which mention of them is counted, and the keys under which copies are found."""
    run(db, _COPIES)
