"""Signing in: passwords, sessions and tokens, and how often somebody may try."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from listening.errors import ListeningError
from listening.store import Account, Store, Token

if TYPE_CHECKING:
    from argon2 import PasswordHasher

ROLES = ("viewer", "analyst", "admin")  # each may do what those before it may
SHORTEST = 10  # characters of a password; NIST SP 800-63B asks for length, not for kinds of characters

_TRIES, _PERIOD = 10, timedelta(minutes=15)
_IDLE, _RENEW, _GRACE = timedelta(days=7), timedelta(hours=12), timedelta(minutes=1)
_NOTED = timedelta(minutes=10)  # how exactly the last use is known: a write a page would keep crawls waiting
_PREFIX = "listening_"  # so that people and programs that look for leaked secrets know what it is


class SignInError(ListeningError):
    """Signing in was refused; the message says why, and never which of name and password was wrong."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Who a secret stands for; `fresh` is a new secret for the browser's session, where it is time for one."""

    account: Account
    fresh: str = ""


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher
    from argon2.profiles import RFC_9106_LOW_MEMORY

    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher().hash(secrets.token_hex(16))  # a name that is not there takes as long as one that is


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()  # secrets are 256 random bits: no salt, no stretching needed


def checked_name(name: str) -> str:
    """A name as it is kept. Raises ListeningError for one that would be hard to read or to type."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise ListeningError("a name has 1 to 80 characters that can be read")
    return name


def hashed(password: str, name: str) -> str:
    """The digest of a password (argon2id, RFC 9106). Raises ListeningError where it is too short or the name."""
    if len(password) < SHORTEST:
        raise ListeningError(f"a password needs {SHORTEST} characters or more: a few words are easy to keep in mind")
    if len(password) > 1000:
        raise ListeningError("a password has 1,000 characters at most")
    if password.casefold() in (name.casefold(), name.casefold() * 2):
        raise ListeningError("a password may not be the name")
    return _hasher().hash(password)


def add(store: Store, name: str, password: str, role: str, *, private: bool, now: datetime) -> None:
    """Add an account; the first is an admin whatever is asked. Raises ListeningError."""
    if role not in ROLES:
        raise ListeningError(f'there is no role "{role}": choose one of {", ".join(ROLES)}')
    name, first = checked_name(name), not store.accounts()
    store.add_account(name, hashed(password, name), "admin" if first else role, private=private or first, now=now)


def change_password(store: Store, name: str, password: str) -> None:
    """Set a password; all sessions of the account end. Raises ListeningError."""
    store.change_account(name, password=hashed(password, name))


def sign_in(store: Store, name: str, password: str, *, agent: str, now: datetime) -> str:
    """Open a session and return its secret. Raises SignInError: 10 failed tries a name in 15 minutes are enough."""
    name = " ".join(name.split())
    failed = store.failed_tries(name, now - _PERIOD)
    if len(failed) >= _TRIES:
        wait = datetime.fromisoformat(failed[-_TRIES]) + _PERIOD - now
        raise SignInError(f"Too many tries. Try again in {max(1, round(wait.total_seconds() / 60))} minutes.")
    known = store.account(name)
    right = _fits(known[1] if known else _nobodys(), password)
    if known is None or not known[0].active or not right:
        store.note_failed_try(name, now, now - _PERIOD)
        raise SignInError("Name or password is wrong.")
    if failed:
        store.forgive(name)
    secret = secrets.token_urlsafe(32)
    store.open_session(known[0].id, _digest(secret), agent=agent, ends=now + _IDLE, now=now)
    return secret


def _fits(digest: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(digest, password)
    except (VerificationError, InvalidHashError):
        return False


def recognise(store: Store, secret: str, now: datetime) -> Seen | None:
    """Whose session a cookie is; None for one that is unknown or has ended."""
    digest = _digest(secret)  # of a secret that was renewed, `renewed` lies behind its end
    session = store.session(digest, now)
    if session is None:
        return None
    if datetime.fromisoformat(session.renewed) < now - _RENEW:
        fresh = secrets.token_urlsafe(32)
        if store.renew_session(digest, _digest(fresh), now + _GRACE, now):
            return Seen(session.account, fresh)
    elif session.renewed < session.ends and datetime.fromisoformat(session.seen) < now - _NOTED:
        store.use_session(digest, now + _IDLE, now)
    return Seen(session.account)


def sign_out(store: Store, secret: str) -> None:
    """End a session."""
    store.close_session(_digest(secret))


def add_token(store: Store, account: Account, name: str, role: str, *, days: int | None, now: datetime) -> str:
    """Make a token and return its secret, which is shown once and not kept. Raises ListeningError."""
    name = checked_name(name)
    if role not in ROLES or ROLES.index(role) > ROLES.index(account.role):
        raise ListeningError("a token may do at most what its account may")
    secret = _PREFIX + secrets.token_urlsafe(32)
    ends = now + timedelta(days=days) if days else None
    store.add_token(account.name, name, _digest(secret), role, ends=ends, now=now)
    return secret


def recognise_token(store: Store, secret: str, now: datetime) -> tuple[Account, Token] | None:
    """Whose token a secret is, with the lesser of both roles; None for one that is unknown or has ended."""
    found = store.token(_digest(secret), now) if secret.startswith(_PREFIX) else None
    if found is None:
        return None
    account, token = found
    if token.last_used is None or datetime.fromisoformat(token.last_used) < now - _NOTED:
        store.use_token(token.id, now)
    role = min(account.role, token.role, key=ROLES.index)
    return replace(account, role=role), token
