"""Who may sign in: people, their sessions, tokens and failed tries; and which sources are private."""

from __future__ import annotations

from sqlite_utils import Database

from listening.store.schema.statements import run

# Secrets are kept as digests: who reads the file can neither sign in nor use a token.
_ACCOUNTS = """
ALTER TABLE sources ADD COLUMN private INTEGER NOT NULL DEFAULT 0;
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, password TEXT NOT NULL, role TEXT NOT NULL,
    private INTEGER NOT NULL DEFAULT 0, active INTEGER NOT NULL DEFAULT 1, made TEXT NOT NULL, last_seen TEXT);
CREATE TABLE sessions (
    digest TEXT PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, made TEXT NOT NULL,
    renewed TEXT NOT NULL, seen TEXT NOT NULL, ends TEXT NOT NULL, agent TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE INDEX sessions_account ON sessions (account_id);
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    account_id INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, role TEXT NOT NULL, made TEXT NOT NULL,
    last_used TEXT, ends TEXT);
CREATE TABLE tries (name TEXT NOT NULL COLLATE NOCASE, at TEXT NOT NULL);
CREATE INDEX tries_name ON tries (name, at);
"""


def m006_accounts(db: Database) -> None:
    """Accounts with roles, sessions, tokens, failed tries to sign in, and private sources."""
    run(db, _ACCOUNTS)
