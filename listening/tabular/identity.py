"""Ids for posts whose source gives them none, or none that can serve as a key."""

from __future__ import annotations

import hashlib
from datetime import datetime

from listening.post import Author

_LONGEST = 300  # characters of a key


def identity(author: Author | None, published: datetime | None, title: str, text: str) -> str:
    """An id for what has none: the same for the same words of the same author at the same time."""
    parts = (author.id or author.name if author else "", published.isoformat() if published else "", title, text)
    return _hash("\x1f".join(parts))


def key(written: str) -> str:
    """An id as it is written; one that is too long to be a key is hashed."""
    return written if len(written) <= _LONGEST else _hash(written)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
