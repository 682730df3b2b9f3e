"""A feed's bytes in, its posts out: within a time that holds whatever the bytes are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from listening.feed import apart, jsonfeed, syndication
from listening.feed.address import host_of
from listening.feed.encoding import decode
from listening.feed.limit import Deadline, enforceable
from listening.feed.model import Feed, Unreadable
from listening.feed.posts import Place, feed
from listening.post import Reject

BIGGEST = 10 * 1024 * 1024  # bytes
_LARGE = 1024 * 1024  # bytes; a larger feed takes so long anyway that a process of its own costs little
_RAW = 500


def read(
    body: bytes,
    *,
    url: str,
    content_type: str = "",
    fetched: datetime,
    limit: int = 1000,
    seconds: float = 8.0,
    platform: str = "",
    shared: Collection[str] = (),
) -> Feed:
    """The posts of an RSS, Atom, RDF or JSON feed. Never raises for what the feed is.

    `url` is the feed's address, where relative links start and whose host is the posts' platform, unless `platform`
    names another; `content_type` is the header of that name; `fetched` is when (aware): later dates cannot be right.
    At most `limit` entries, the newest, are read, in at most `seconds`. `shared` is what the last `Feed` had to say of
    ids that are none.

    A feed over 1 MiB, or read outside the main thread, is read in a process of its own.
    """
    if len(body) > BIGGEST:
        return _unreadable(f"it is larger than {BIGGEST // 1024 // 1024} MiB", url, body)
    asked = apart.Question(
        url, content_type, fetched, limit, seconds, platform or host_of(url) or "unknown", tuple(shared)
    )
    if len(body) > _LARGE or not enforceable():
        try:
            return apart.answer(body, asked)
        except apart.Ended as error:
            return _unreadable(str(error), url, body)
    return read_here(body, asked)


def read_here(body: bytes, asked: apart.Question) -> Feed:
    """As `read`, in this process and on its main thread."""
    deadline = Deadline(asked.seconds)
    try:
        with deadline.within(asked.seconds):
            text = decode(body, asked.content_type)
        contents = jsonfeed.contents if text.startswith(("{", "[")) else syndication.contents
        found = contents(text, asked.url, asked.limit, deadline)
        return feed(found, Place(asked.url, asked.platform, asked.fetched, asked.shared))
    except TimeoutError:
        return _unreadable("it takes too long to read", asked.url, body)
    except Unreadable as error:
        return _unreadable(str(error), asked.url, body)


def _unreadable(reason: str, url: str, body: bytes) -> Feed:
    raw = body[: 4 * _RAW].decode("utf-8", "replace")[:_RAW]
    return Feed(rejects=(Reject(reason, url, raw),), notes=(reason,), complete=False, readable=False)
