"""Persons behind handles, what tells advocates and customers at risk, and whom we must never store again."""

from __future__ import annotations

import secrets

from sqlite_utils import Database

from listening.store.schema.statements import run
from listening.store.stances import STANCES

# `persons` holds only handles that were joined: person_id is the id of the author that stands for all of them.
# `opt_outs` holds keyed digests alone: who reads it learns no name. `privacy_requests` never names anybody.
_PEOPLE = """
CREATE TABLE persons (
    author_id INTEGER PRIMARY KEY REFERENCES authors ON DELETE CASCADE,
    person_id INTEGER NOT NULL REFERENCES authors ON DELETE CASCADE);
CREATE INDEX persons_person ON persons (person_id);
CREATE TABLE person_changes (
    id INTEGER PRIMARY KEY, made TEXT NOT NULL, who TEXT NOT NULL DEFAULT '', undone TEXT);
CREATE TABLE person_changed (
    change_id INTEGER NOT NULL REFERENCES person_changes ON DELETE CASCADE,
    author_id INTEGER NOT NULL REFERENCES authors ON DELETE CASCADE,
    was INTEGER REFERENCES authors ON DELETE CASCADE, PRIMARY KEY (change_id, author_id)) WITHOUT ROWID;
CREATE INDEX person_changed_author ON person_changed (author_id);
CREATE INDEX person_changed_was ON person_changed (was);
CREATE TABLE not_same (
    one INTEGER NOT NULL REFERENCES authors ON DELETE CASCADE,
    other INTEGER NOT NULL REFERENCES authors ON DELETE CASCADE, made TEXT NOT NULL, who TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (one, other)) WITHOUT ROWID;
CREATE INDEX not_same_other ON not_same (other);
CREATE INDEX authors_handle ON authors (lower(name));
CREATE INDEX authors_native ON authors (native_id);
CREATE INDEX authors_mail ON authors (native_id) WHERE instr(native_id, '@') > 1;
CREATE INDEX authors_url ON authors (url) WHERE url <> '';
DROP INDEX posts_author;
CREATE INDEX posts_author ON posts (author_id, published, source_id) WHERE author_id IS NOT NULL;
CREATE INDEX posts_answers ON posts (thread_id, reply_to) WHERE reply_to <> '';
CREATE TABLE opt_out_key (key BLOB NOT NULL, version INTEGER NOT NULL DEFAULT 0);
CREATE TABLE opt_outs (digest BLOB PRIMARY KEY, kind TEXT NOT NULL, words INTEGER NOT NULL, request INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE privacy_requests (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, asked TEXT NOT NULL, done TEXT, who TEXT NOT NULL DEFAULT '',
    handles INTEGER NOT NULL DEFAULT 0, posts INTEGER NOT NULL DEFAULT 0, others INTEGER NOT NULL DEFAULT 0,
    scrubbed INTEGER NOT NULL DEFAULT 1);
CREATE TABLE backups (path TEXT PRIMARY KEY, made TEXT NOT NULL) WITHOUT ROWID;
"""


def m011_people(db: Database) -> None:
    """Persons, stances, opt-outs, requests about privacy, and where backups were put."""
    run(db, _PEOPLE)
    db.execute("INSERT INTO opt_out_key (key) VALUES (?)", [secrets.token_bytes(32)])
    run(db, STANCES)
