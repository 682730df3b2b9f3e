"""Who may sign in: accounts, their sessions and tokens, and the tries that failed. Secrets are digests here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listening.errors import StoreError
from listening.store.connection import Connection
from listening.store.moment import iso
from listening.store.scope import EVERYTHING, Scope

_ACCOUNT = "a.id, a.name, a.role, a.private, a.active, a.made, a.last_seen"


@dataclass(frozen=True, slots=True)
class Account:
    """One person who may sign in. `private`: sees private sources, too. Times are ISO, UTC."""

    id: int
    name: str
    role: str  # viewer, analyst, admin
    private: bool
    active: bool
    made: str
    last_seen: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser: whose, when its secret was last renewed, when it was last used and when it ends."""

    account: Account
    renewed: str
    seen: str
    ends: str


@dataclass(frozen=True, slots=True)
class Token:
    """A secret with which a program reads as an account, with a role that is at most the account's."""

    id: int
    name: str
    account: str
    role: str
    made: str
    last_used: str | None
    ends: str | None


def _account(row: tuple[Any, ...]) -> Account:
    ident, name, role, private, active, made, seen = row
    return Account(ident, name, role, bool(private), bool(active), made, seen)


class Accounts(Connection):
    """People, browsers and programs that may come in."""

    def accounts(self) -> list[Account]:
        """All accounts by name, those that are switched off too."""
        rows = self.db.conn.execute(f"SELECT {_ACCOUNT} FROM accounts a ORDER BY a.name COLLATE NOCASE")
        return [_account(row) for row in rows]

    def guarded(self) -> bool:
        """Whether anybody has an account, so that everybody must sign in."""
        return self.db.conn.execute("SELECT 1 FROM accounts WHERE active LIMIT 1").fetchone() is not None

    def public_scope(self) -> Scope:
        """What people see who may not see private sources."""
        rows = self.db.conn.execute("SELECT name FROM sources WHERE private").fetchall()
        return Scope(frozenset(str(row[0]) for row in rows)) if rows else EVERYTHING

    def account(self, name: str) -> tuple[Account, str] | None:
        """An account and the digest of its password, whatever the case of the name."""
        row = self.db.conn.execute(f"SELECT {_ACCOUNT}, a.password FROM accounts a WHERE a.name = ?", [name]).fetchone()
        return None if row is None else (_account(row[:-1]), str(row[-1]))

    def add_account(self, name: str, password: str, role: str, *, private: bool, now: datetime) -> None:
        """Add an account; `password` is its digest. Raises StoreError where the name is taken."""
        with self.writing() as conn:
            added = conn.execute(
                "INSERT INTO accounts (name, password, role, private, made) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING", [name, password, role, int(private), iso(now)],
            ).rowcount  # fmt: skip
        if not added:
            raise StoreError(f'there is an account "{name}" already')

    def change_account(
        self, name: str, *, role: str | None = None, private: bool | None = None, active: bool | None = None,
        password: str | None = None,
    ) -> None:  # fmt: skip
        """Change what is given. Sessions end, so that nobody keeps what was taken away.

        Raises StoreError for a name that is not there, and where no active admin would be left.
        """
        changes = {"role": role, "private": private, "active": active, "password": password}
        given = {column: value for column, value in changes.items() if value is not None}
        with self.writing() as conn:
            row = conn.execute("SELECT id FROM accounts WHERE name = ?", [name]).fetchone()
            if row is None:
                raise StoreError(f'there is no account "{name}"')
            for column, value in given.items():
                conn.execute(f"UPDATE accounts SET {column} = ? WHERE id = ?", [value, row[0]])
            self._keep_an_admin(conn)
            conn.execute("DELETE FROM sessions WHERE account_id = ?", row)

    def remove_account(self, name: str) -> None:
        """Remove an account with its sessions and tokens; what it did stays. Raises StoreError as `change_account`."""
        with self.writing() as conn:
            if not conn.execute("DELETE FROM accounts WHERE name = ?", [name]).rowcount:
                raise StoreError(f'there is no account "{name}"')
            if conn.execute("SELECT 1 FROM accounts").fetchone():
                self._keep_an_admin(conn)

    def _keep_an_admin(self, conn: Any) -> None:
        if conn.execute("SELECT 1 FROM accounts WHERE active AND role = 'admin'").fetchone() is None:
            raise StoreError("one admin has to stay: make somebody else admin first")

    def open_session(self, account: int, digest: str, *, agent: str, ends: datetime, now: datetime) -> None:
        """Keep a session by the digest of its secret; sessions that have ended go."""
        stamp = iso(now)
        with self.writing() as conn:
            conn.execute("DELETE FROM sessions WHERE ends <= ?", [stamp])
            conn.execute(
                "INSERT INTO sessions (digest, account_id, made, renewed, seen, ends, agent) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)", [digest, account, stamp, stamp, stamp, iso(ends), agent[:200]],
            )  # fmt: skip
            conn.execute("UPDATE accounts SET last_seen = ? WHERE id = ?", [stamp, account])

    def session(self, digest: str, now: datetime) -> Session | None:
        """The session of this digest, if it has not ended and its account is active."""
        row = self.db.conn.execute(
            f"SELECT {_ACCOUNT}, s.renewed, s.seen, s.ends FROM sessions s JOIN accounts a ON a.id = s.account_id "
            "WHERE s.digest = ? AND s.ends > ? AND a.active", [digest, iso(now)],
        ).fetchone()  # fmt: skip
        return None if row is None else Session(_account(row[:-3]), *row[-3:])

    def use_session(self, digest: str, ends: datetime, now: datetime) -> None:
        """Note that a session is used, and let it end later."""
        with self.writing() as conn:
            conn.execute("UPDATE sessions SET seen = ?, ends = ? WHERE digest = ?", [iso(now), iso(ends), digest])

    def renew_session(self, digest: str, fresh: str, grace: datetime, now: datetime) -> bool:
        """Give a session a new secret; the old one is good until `grace`, for requests under way.

        Returns False where another request has renewed it already.
        """
        with self.writing() as conn:
            row = conn.execute(
                "SELECT account_id, made, ends, agent FROM sessions WHERE digest = ? AND renewed < ends", [digest]
            ).fetchone()
            taken = conn.execute(
                "UPDATE sessions SET ends = ?, renewed = ends WHERE digest = ? AND renewed < ends",
                [iso(grace), digest],
            ).rowcount
            if not taken:
                return False
            account, made, ends, agent = row
            conn.execute(
                "INSERT INTO sessions (digest, account_id, made, renewed, seen, ends, agent) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)", [fresh, account, made, iso(now), iso(now), ends, agent],
            )  # fmt: skip
        return True

    def close_session(self, digest: str) -> None:
        """End one session."""
        with self.writing() as conn:
            conn.execute("DELETE FROM sessions WHERE digest = ?", [digest])

    def failed_tries(self, name: str, since: datetime) -> list[str]:
        """When signing in as this name failed since then, oldest first."""
        rows = self.db.conn.execute("SELECT at FROM tries WHERE name = ? AND at > ? ORDER BY at", [name, iso(since)])
        return [str(row[0]) for row in rows]

    def note_failed_try(self, name: str, now: datetime, forget: datetime) -> None:
        """Note that signing in as this name failed, and forget tries before `forget`."""
        with self.writing() as conn:
            conn.execute("DELETE FROM tries WHERE at <= ?", [iso(forget)])
            conn.execute("INSERT INTO tries (name, at) VALUES (?, ?)", [name[:200], iso(now)])

    def forgive(self, name: str) -> None:
        """Forget the failed tries of a name."""
        with self.writing() as conn:
            conn.execute("DELETE FROM tries WHERE name = ?", [name])

    def add_token(
        self, account: str, name: str, digest: str, role: str, *, ends: datetime | None, now: datetime
    ) -> None:
        """Keep a token by its digest. Raises StoreError for an account that is not there."""
        with self.writing() as conn:
            added = conn.execute(
                "INSERT INTO tokens (digest, name, account_id, role, made, ends) "
                "SELECT ?, ?, id, ?, ?, ? FROM accounts WHERE name = ?",
                [digest, name, role, iso(now), iso(ends) if ends else None, account],
            ).rowcount
        if not added:
            raise StoreError(f'there is no account "{account}"')

    def tokens(self) -> list[Token]:
        """All tokens, newest first."""
        rows = self.db.conn.execute(
            "SELECT t.id, t.name, a.name, t.role, t.made, t.last_used, t.ends FROM tokens t "
            "JOIN accounts a ON a.id = t.account_id ORDER BY t.id DESC"
        )
        return [Token(*row) for row in rows]

    def token(self, digest: str, now: datetime) -> tuple[Account, Token] | None:
        """The account and token of a digest, if neither is switched off or past."""
        row = self.db.conn.execute(
            f"SELECT {_ACCOUNT}, t.id, t.name, a.name, t.role, t.made, t.last_used, t.ends FROM tokens t "
            "JOIN accounts a ON a.id = t.account_id "
            "WHERE t.digest = ? AND a.active AND (t.ends IS NULL OR t.ends > ?)", [digest, iso(now)],
        ).fetchone()  # fmt: skip
        return None if row is None else (_account(row[:7]), Token(*row[7:]))

    def use_token(self, token: int, now: datetime) -> None:
        """Note that a token is used."""
        with self.writing() as conn:
            conn.execute("UPDATE tokens SET last_used = ? WHERE id = ?", [iso(now), token])

    def remove_token(self, token: int) -> bool:
        """Remove a token; False where there is none of that number."""
        with self.writing() as conn:
            return conn.execute("DELETE FROM tokens WHERE id = ?", [token]).rowcount > 0
