"""RSS, Atom and RDF, read by feedparser within bounds: whole where that works, entry by entry where it does not."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import feedparser

from listening.feed.address import web_address
from listening.feed.entry import author_of, heading_of, item, raw, tag_of, text_of
from listening.feed.limit import Deadline
from listening.feed.model import Contents, Unreadable
from listening.feed.outline import Outline
from listening.post import Author, Reject

_SLICE = 1.0  # seconds that one entry may take
_RAW = 500
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});")
_REFERENCE = re.compile(r"&#(?:(\d{1,10})|[xX]([\da-fA-F]{1,8}));?")
_ESCAPED = re.compile(rf">([^<>&]*(?:{_ENTITY.pattern}[^<>&]*){{8,}})(?=<)")


def contents(text: str, url: str, limit: int, deadline: Deadline) -> Contents:
    """What an XML feed holds. Raises Unreadable if it is no feed.

    `limit` is how many entries are read, the newest; `url` is where relative links start.
    """
    outline = Outline.of(text).newest(limit)
    parsed = _whole(outline, deadline) or _Parsed(_head(outline, deadline), _one_by_one(outline, url, deadline), False)
    feed, author = parsed.feed, author_of(parsed.feed, url) if _is_atom(outline.head) else None
    found = Contents(heading_of(feed), skipped=outline.skipped, sound=parsed.sound)
    found.language = tag_of(text_of(feed, "language"))
    found.link = web_address(text_of(feed, "link"), url) if text_of(feed, "link") else ""
    for entry in parsed.entries:
        _take(found, entry, url, author, deadline)
    if lost := len(found.rejects):
        held = lost + len(found.items)
        found.notes.append(f"{lost} of its {held} entries could not be read: {found.rejects[0].reason}")
    if outline.broken:
        found.rejects.append(Reject("the feed breaks off in the middle of this entry", url, outline.broken[:_RAW]))
        found.notes.append("it breaks off in the middle of an entry")
    return found


@dataclass(slots=True)
class _Parsed:
    feed: dict[str, Any]  # its own fields, as feedparser names them
    entries: Iterable[Any]
    sound: bool


class _Failed(Exception):
    """feedparser could not cope; the message says how."""


def _parsed(text: str, deadline: Deadline, seconds: float) -> _Parsed:
    """A feed, or a part that stands for one. Raises _Failed, or Unreadable if it is no feed."""
    try:
        with deadline.within(seconds):
            parsed = feedparser.parse(
                io.BytesIO(_prepared(text).encode()),
                # No address to start from: feedparser would take ids for relative links too.
                response_headers={"content-type": "application/xml; charset=utf-8"},
                sanitize_html=False,
                resolve_relative_uris=False,
            )
    except TimeoutError:
        raise _Failed("it takes too long to read") from None
    except Exception as error:  # noqa: BLE001  # feedparser passes on whatever its parsers trip over
        raise _Failed(f"feedparser fails on it ({type(error).__name__})") from None
    if not parsed["version"] and not parsed["entries"]:
        raise Unreadable("it is neither RSS, Atom, RDF nor JSON Feed")
    return _Parsed(dict(parsed["feed"]), list(parsed["entries"]), not parsed["bozo"])


def _whole(outline: Outline, deadline: Deadline) -> _Parsed | None:
    """The feed and its entries read in one go; None where that fails, or loses entries."""
    try:
        parsed = _parsed(outline.text, deadline, deadline.left / 2)
    except _Failed:
        return None
    return parsed if parsed.sound or len(list(parsed.entries)) >= len(outline.spans) else None


def _head(outline: Outline, deadline: Deadline) -> dict[str, Any]:
    try:
        return _parsed(outline.head + outline.tail, deadline, _SLICE).feed
    except (_Failed, Unreadable):
        return {}


def _one_by_one(outline: Outline, url: str, deadline: Deadline) -> Iterator[Any]:
    """Each entry by itself, or a reject that says why not."""
    for text in outline.entries():
        try:
            entries = list(_parsed(outline.alone(text), deadline, _SLICE).entries)
            yield entries[0] if entries else Reject("no entry can be made out in it", url, text[:_RAW])
        except Unreadable:
            yield Reject("no entry can be made out in it", url, text[:_RAW])
        except _Failed as error:
            yield Reject(str(error), url, text[:_RAW])


def _prepared(text: str) -> str:
    """The same feed without references to characters that are none, and with its escaped texts as CDATA.

    feedparser fails on the former, and reads the latter six times faster than entities.
    """
    before, *sections = _REFERENCE.sub(_if_allowed, text).split("<![CDATA[")
    pieces = [_ESCAPED.sub(_as_cdata, before)]
    for section in sections:
        inside, end, after = section.partition("]]>")
        pieces += ["<![CDATA[", inside, end, _ESCAPED.sub(_as_cdata, after)]
    return "".join(pieces)


def _if_allowed(reference: re.Match[str]) -> str:
    number = int(reference[1]) if reference[1] else int(reference[2], 16)
    is_allowed = (
        number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0xFFFF < number < 0x110000
    )
    return reference[0] if is_allowed else ""


def _as_cdata(match: re.Match[str]) -> str:
    plain = match[1].replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    plain = _ENTITY.sub(lambda entity: html.unescape(entity[0]), plain)
    return f"><![CDATA[{plain.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _take(found: Contents, entry: Any, url: str, author: Author | None, deadline: Deadline) -> None:
    if isinstance(entry, Reject):
        found.rejects.append(entry)
        return
    try:
        with deadline.within(_SLICE):
            item_ = item(entry, url)
    except TimeoutError:
        found.rejects.append(Reject("it takes too long to read", url, raw(entry)))
        return
    item_.author = item_.author or author
    found.items.append(item_)


def _is_atom(head: str) -> bool:
    return re.search(r"<(?:[\w.-]+:)?feed[\s>]", head[:5_000], re.I) is not None
