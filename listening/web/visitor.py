"""Who is asking: a signed-in person, a program with a token, the one person of this machine, or nobody."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.requests import HTTPConnection

from listening.accounts import recognise, recognise_token
from listening.store import EVERYTHING, Account, Scope, Store

COOKIE = "listening"
RANKS = {"nobody": 0, "viewer": 1, "analyst": 2, "admin": 3}
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, and what they may. `name` is empty for the one person of an installation without accounts."""

    name: str
    role: str  # nobody, viewer, analyst, admin
    by: str  # session, token, machine, nothing
    private: bool = False
    fresh: str = ""  # a new secret for the browser's cookie

    @property
    def shown(self) -> str:
        """The name as others read it."""
        return self.name or ("you" if self.by == "machine" else "nobody")

    def may(self, role: str) -> bool:
        """Whether they may do what a role may."""
        return RANKS[self.role] >= RANKS[role]

    def scope(self, store: Store) -> Scope:
        """What they may see."""
        return EVERYTHING if self.private else store.public_scope()


NOBODY = Visitor("", "nobody", "nothing")


def visitor(request: HTTPConnection, store: Store) -> Visitor:
    """Who sent a request. A wrong token or cookie is nobody, whatever else would let them in."""
    now = datetime.now(UTC)
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind:
        token = secret.strip() if kind.lower() == "bearer" else _password(request, kind, secret)
        found = recognise_token(store, token, now)
        return NOBODY if found is None else _as(found[0], "token")
    if cookie := request.cookies.get(COOKIE, ""):
        seen = recognise(store, cookie, now)
        if seen is not None:
            return _as(seen.account, "session", seen.fresh)
    return Visitor("", "admin", "machine", private=True) if _alone(request, store) else NOBODY


def _password(request: HTTPConnection, kind: str, secret: str) -> str:
    """The password of HTTP Basic (RFC 7617), where readers of feeds send a token in it; empty everywhere else."""
    if kind.lower() != "basic" or not request.url.path.startswith("/feeds/"):
        return ""
    try:
        return base64.b64decode(secret.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _as(account: Account, by: str, fresh: str = "") -> Visitor:
    return Visitor(account.name, account.role, by, account.private, fresh)


def _alone(request: HTTPConnection, store: Store) -> bool:
    """Whether this is the machine's own browser and nobody has an account.

    The Host has to be this machine's, or any page on the web could read ours by a name that leads here; and a proxy's
    headers mean that somebody else may stand behind it.
    """
    client = request.client.host if request.client else ""
    if client not in _LOOPBACK or request.url.hostname not in _LOOPBACK:
        return False
    return not any(name in request.headers for name in _FORWARDED) and not store.guarded()


def zone(request: HTTPConnection, default: str) -> ZoneInfo:
    """The reader's time zone, as their browser said, or the team's."""
    try:
        return ZoneInfo(request.cookies.get("zone", "") or default)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(default)
