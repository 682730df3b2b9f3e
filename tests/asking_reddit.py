"""What the tests of Reddit share: a context with keys, and short words for what a run brought."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from listening.post import Checkpoint, Post, Reject
from listening.source import Context
from spiders.reddit import Reddit
from tests.servers.reddit import KEYS, submission
from tests.servers.reddit import Reddit as Server

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())


def asking() -> Context:
    """A context with keys, on loopback, at a fixed moment."""
    secrets = {"client_id": SecretStr(KEYS[0]), "client_secret": SecretStr(KEYS[1])}
    return Context("reddit", secrets=secrets, contact="care@example.com", allow_private=("127.0.0.1",), now=lambda: NOW)


def source(server: Server, context: Context, **options: Any) -> Reddit:
    given = {"subreddits": ["Tools"], "comments": False, "url": server.base, "oauth_url": server.base} | options
    return Reddit(Reddit.Options(**given), context)


def read(server: Server, context: Context, **options: Any) -> list[Post | Checkpoint | Reject]:
    return list(source(server, context, **options).collect())


def ids(items: list[Any]) -> list[str]:
    return [item.id for item in items if isinstance(item, Post)]


def reasons(items: list[Any]) -> list[str]:
    return [item.reason for item in items if isinstance(item, Reject)]


def marks(items: list[Any], before: Context | None = None) -> dict[str, str]:
    found = {item.key: item.value for item in items if isinstance(item, Checkpoint)}
    return dict(before.checkpoints if before else {}) | found


def tools(count: int, newest: int = SECOND - 1000, first: int = 1) -> list[dict[str, Any]]:
    """Submissions of consecutive seconds, the newest last."""
    return [submission(first + n, newest - (count - 1 - n), f"Acme {first + n}") for n in range(count)]
