"""A list of mentions as RSS 2.0, for readers that know no Atom; whatever people wrote stays plain text there, too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import BinaryIO

from listening.export.atom import categories, heading, opens, plain
from listening.store import MentionRow

_FEED = (
    '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>\n'
    "<title>{title}</title><link>{link}</link><description>{title}</description>\n"
)
_SIGNS = str.maketrans("<>", "‹›")  # readers disagree on whether a title is HTML: without these it cannot matter


def write_rss(rows: Iterable[MentionRow], target: BinaryIO, *, title: str = "listening", ident: str = "") -> int:
    """Stream mentions as a feed; the newest should come first. Returns how many items.

    `ident` tells the feed from others, as in `write_atom`; an address there is the feed's link as well.
    """
    link = ident if ident.startswith(("https://", "http://")) else ""
    ident = ident or "urn:listening:mentions"
    target.write(_FEED.format(title=_title(title), link=plain(link)).encode("utf-8"))
    count = 0
    for row in rows:
        target.write(_item(row, ident).encode("utf-8"))
        count += 1
    target.write(b"</channel></rss>\n")
    return count


def _item(row: MentionRow, ident: str) -> str:
    text = "<br>".join(escape(row.full_text).splitlines())  # a description is HTML (RSS Advisory Board, Best Practices)
    parts = [
        f"<title>{_title(heading(row))}</title>",
        f'<guid isPermaLink="false">{plain(ident)}:{row.mention_id}</guid>',
        f"<pubDate>{format_datetime(datetime.fromisoformat(row.date), usegmt=True)}</pubDate>",
        f"<dc:creator>{_title(row.author or 'unknown')}</dc:creator>",
        f"<description>{plain(text)}</description>",
    ]
    if opens(row):
        parts.append(f"<link>{plain(row.url)}</link>")
    parts += [f"<category>{_title(name)}</category>" for name in categories(row)]
    return f"<item>{''.join(parts)}</item>\n"


def _title(text: str) -> str:
    return plain(text.translate(_SIGNS))
