"""A list of mentions as an Atom feed (RFC 4287), in which whatever people wrote is plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from listening.store import MentionRow

# XML 1.0 has no place for these, not even escaped.
_BANNED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TITLE = 120  # characters
_FEED = (
    '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    "<title>{title}</title>\n<id>{id}</id>\n<updated>{updated}</updated>\n"
)


def write_atom(rows: Iterable[MentionRow], target: BinaryIO, *, title: str = "listening", ident: str = "") -> int:
    """Stream mentions as a feed; the newest should come first. Returns how many entries.

    `ident` tells the feed from others, as an address or urn; readers know entries again by their mention's number.
    """
    count, ident = 0, ident or "urn:listening:mentions"
    for row in rows:
        if not count:
            target.write(_begin(title, ident, row.date))
        target.write(_entry(row, ident).encode("utf-8"))
        count += 1
    if not count:
        target.write(_begin(title, ident, "1970-01-01T00:00:00Z"))
    target.write(b"</feed>\n")
    return count


def _begin(title: str, ident: str, updated: str) -> bytes:
    return _FEED.format(title=plain(title), id=plain(ident), updated=plain(updated)).encode("utf-8")


def _entry(row: MentionRow, ident: str) -> str:
    parts = [
        f'<title type="text">{plain(heading(row))}</title>',
        f"<id>{plain(ident)}:{row.mention_id}</id>",
        f"<updated>{plain(row.date)}</updated><published>{plain(row.date)}</published>",
        f"<author><name>{plain(row.author or 'unknown')}</name></author>",
        f'<content type="text">{plain(row.full_text)}</content>',
    ]
    if opens(row):
        parts.append(f'<link rel="alternate" href={quoteattr(_BANNED.sub("", row.url))}/>')
    parts += [f"<category term={quoteattr(_BANNED.sub('', name))}/>" for name in categories(row)]
    return f"<entry>{''.join(parts)}</entry>\n"


def heading(row: MentionRow) -> str:
    """The title of an entry: the brand, and what was said in one line."""
    words = " ".join((row.title or row.full_text[: 20 * _TITLE]).split())
    return f"{row.brand}: {words if len(words) <= _TITLE else f'{words[: _TITLE - 1]}…'}"


def opens(row: MentionRow) -> bool:
    """Whether its address is one that a click may open."""
    return row.url.startswith(("https://", "http://"))


def categories(row: MentionRow) -> list[str]:
    """What an entry is filed under: its feeling, its intents and its source."""
    return [name for name in (row.sentiment or "", *row.intents.split(", "), row.source) if name]


def plain(text: str) -> str:
    """The text as XML holds it between tags."""
    return escape(_BANNED.sub("\ufffd", text))
