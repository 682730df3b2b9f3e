"""Mentions as CSV with the column names of Brandwatch's exports, for those who move and keep their spreadsheets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO

from listening.export.table import write_table
from listening.store import MentionRow

_SNIPPET = 200  # characters
_STATUSES = {"new": "open", "in progress": "pending"}  # its workflow knows open, pending and closed

# Its names, in its order, and what we know for each. Columns it fills from what only it has are left out.
_COLUMNS: Mapping[str, Callable[[MentionRow], str | float | None]] = {
    "Query Name": lambda row: row.brand,
    "Date": lambda row: _when(row.date),
    "Title": lambda row: row.title,
    "Snippet": lambda row: " ".join(row.full_text.split())[:_SNIPPET],
    "Url": lambda row: row.url,
    "Domain": lambda row: row.domain,
    "Sentiment": lambda row: row.sentiment,
    "Language": lambda row: row.language,
    "Added": lambda row: _when(row.collected_at),
    "Assignment": lambda row: row.assignee,
    "Author": lambda row: row.author,
    "Full Text": lambda row: row.full_text,
    "Original Url": lambda row: row.url,
    "Resource Id": lambda row: row.mention_id,
    "Status": lambda row: _STATUSES.get(row.status, "closed"),
    "Tags": lambda row: row.intents,
    "Thread Id": lambda row: row.thread_id,
}


def write_brandwatch(rows: Iterable[MentionRow], target: BinaryIO) -> int:
    """Stream mentions under Brandwatch's names, cells as inert as in the digest. Returns how many rows."""
    cells = tuple(_COLUMNS.values())
    return write_table(tuple(_COLUMNS), ([cell(row) for cell in cells] for row in rows), target)


def _when(iso: str) -> str:
    """A time as it writes them: 2026-11-20 09:30:00.0, in UTC."""
    return f"{iso[:10]} {iso[11:19]}.0"
