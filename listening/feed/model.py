"""What a feed says, and what stands between its formats and its posts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from listening.post import Author, Post, Quote, Reject, Thread


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it was read.

    Each entry is accounted for: entries == len(posts) + len(rejects) + skipped + repeated. What is no feed at all is
    not `readable` and has one reject, which says why.
    """

    title: str = ""
    language: str = ""  # BCP 47, as the feed states it
    posts: tuple[Post, ...] = ()
    rejects: tuple[Reject, ...] = ()
    entries: int = 0  # how many the feed holds
    skipped: int = 0  # older ones, beyond the limit
    repeated: int = 0  # the same entry once more
    notes: tuple[str, ...] = ()  # what is wrong with the feed as a whole, each a clause for a person
    shared: tuple[str, ...] = ()  # marks of ids and links that stand for several entries: give them to the next `read`
    complete: bool = True  # False where something was lost that another day may be readable
    readable: bool = True


@dataclass(slots=True)
class Item:
    """One entry, whatever its format: texts are plain, times are aware UTC, addresses are whole."""

    id: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    quotes: tuple[Quote, ...] = ()
    published: datetime | None = None
    edited: datetime | None = None
    bad_date: str = ""  # a date that says nothing, as it was written
    author: Author | None = None
    publisher: Author | None = None  # whose feed an aggregator took the entry from
    language: str = ""
    article: Thread | None = None  # what the entry is a comment on
    reply_to: str = ""
    replies: int | None = None
    raw: str = ""  # the beginning of the entry as it came


@dataclass(slots=True)
class Contents:
    """What a format's reader found."""

    title: str = ""
    link: str = ""  # the site that the feed belongs to
    language: str = ""
    items: list[Item] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    skipped: int = 0
    sound: bool = True  # False where the format was broken, and reading it was guesswork
    notes: list[str] = field(default_factory=list)  # what was lost


class Unreadable(ValueError):
    """What came is no feed; the message is a clause that says why."""
