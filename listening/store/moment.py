"""Times as the store holds them: they sort as they read, also in Datasette."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(when: datetime) -> str:
    """A time as the store holds it: UTC, to the second."""
    if when.tzinfo is not UTC:
        when = when.astimezone(UTC)
    return f"{when.isoformat()[:19]}Z"
