"""What every board engine is given and gives back: it parses, and does nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import ClassVar
from urllib.parse import urljoin, urlsplit

from listening.post import Post, Reject
from spiders.boards.page import Page

RAW = 500  # characters of what could not be read that are kept
UNDER = " › "  # between the names of a forum's path


@dataclass(frozen=True, slots=True)
class Forum:
    """One forum, category or board section."""

    id: str
    name: str
    url: str = ""  # the first page of its topics; empty for one that only gives its name to topics
    path: str = ""  # "Parent › Child", its own name last
    parent: str = ""  # id of the forum above
    topics: int | None = None  # as announced, with the forums below
    posts: int | None = None
    stamp: str = ""  # changes with every new post in it or below it; empty where the board does not say
    last: datetime | None = None  # its newest post


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic as a list of topics shows it."""

    id: str
    url: str  # its first page
    title: str = ""
    forum: str = ""  # id, where the list mixes forums
    channel: str = ""  # its forum's path
    posts: int | None = None  # announced, the opener included
    stamp: str = ""  # changes with every new post; empty where the board does not say
    last: datetime | None = None  # its newest post: lists are ordered by it
    views: int | None = None
    pinned: bool = False  # stands above the order
    moved: bool = False  # a mere pointer to where the topic is now


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a topic is read: the value of its checkpoint, saved with the posts of the page it speaks of."""

    stamp: str = ""  # the topic's, from the list that led here
    page: str = ""  # the page read last, from the board's address on
    first: str = ""  # id of the first post on that page: another one there means that posts before it are gone
    last: str = ""  # id of the last post on it
    opener: str = ""  # id of the topic's first post
    read: int = 0  # posts up to and including `last`
    more: bool = False  # pages were known to follow

    def covers(self, topic: Topic) -> bool:
        """Whether nothing has happened in a topic since it was read to its end."""
        return not self.more and bool(topic.stamp) and self.stamp == topic.stamp

    def value(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def of(cls, value: str | None) -> Mark | None:
        """From what is stored; None where nothing, or nothing readable, is."""
        try:
            return cls(**json.loads(value)) if value else None
        except (ValueError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page that leads on: the index, or one page of a forum's topics in the order of their last posts."""

    forums: Sequence[Forum] = ()  # parents before children
    topics: Sequence[Topic] = ()
    next: str = ""  # the page after this one
    total: int | None = None  # topics announced in this forum alone
    everything: Forum | None = None  # one list with the topics of all forums, where the software has one


@dataclass(frozen=True, slots=True)
class TopicPage:
    """One page of a topic."""

    posts: Sequence[Post] = ()
    rejects: Sequence[Reject] = ()
    expected: int = 0  # posts that this page should hold, as the board counts them
    following: Sequence[str] = ()  # the pages after this one, as far as this page names them, in order
    total: int | None = None  # posts announced in the topic
    complete: bool = True  # False: the page broke off, ask for it again


class Engine:
    """One software. A subclass per file sets `name` (the file's) and `label`, and fills the methods in.

    An engine never raises for what a page holds: what it cannot read is left out, or comes back as a Reject.
    """

    name: ClassVar[str] = ""
    label: ClassVar[str] = ""  # as people call it

    def __init__(self, root: str, zone: tzinfo | None = None) -> None:
        self.root = root  # the board's address, with the last slash
        self.configured = zone
        self.zone: tzinfo = zone or UTC

    @classmethod
    def recognise(cls, page: Page) -> float:
        """How sure it is, from 0 to 1, that a page is of this software."""
        raise NotImplementedError

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The address of the board that a page belongs to, with a slash at its end."""
        raise NotImplementedError

    def learn(self, page: Page) -> None:
        """Take from the first page what the others leave out, such as the time zone."""

    def index(self) -> str:
        """The address that leads to everything."""
        raise NotImplementedError

    def read_index(self, page: Page) -> Listing:
        """The forums, and `everything` where there is such a list."""
        raise NotImplementedError

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """One page of topics, and the forums below."""
        raise NotImplementedError

    def read_topic(self, page: Page, topic: Topic, mark: Mark | None) -> TopicPage:
        """One page of posts. `mark` says what was read before, this run included."""
        raise NotImplementedError

    def resume(self, topic: Topic, mark: Mark) -> str:
        """The page with which reading a topic goes on: the one read last, since it may have grown."""
        return urljoin(self.root, mark.page) if mark.page else topic.url

    def instead(self, url: str) -> str:  # noqa: ARG002 - most know one way only
        """Another address for what was refused at this one, as where an API is closed; empty where there is none."""
        return ""

    def within(self, url: str) -> str:
        """An address from the board's own on, so that it holds when the board moves."""
        return url.removeprefix(self.root)

    def home(self, url: str) -> str:
        """An address as this board's own, whatever scheme or "www." a link writes; empty for one that leads away."""
        if url.startswith(self.root):
            return url
        here, there = urlsplit(self.root), urlsplit(url)
        same = here.netloc.removeprefix("www.") == there.netloc.removeprefix("www.")
        url = there._replace(scheme=here.scheme, netloc=here.netloc).geturl()
        return url if same and url.startswith(self.root) else ""

    @cached_property
    def platform(self) -> str:
        """What issues the ids: the board's host, with its port and path where they are not the usual ones."""
        parts = urlsplit(self.root)
        usual = {"http": 80, "https": 443}.get(parts.scheme)
        port = f":{parts.port}" if parts.port not in (None, usual) else ""
        return f"{parts.hostname or ''}{port}{parts.path.rstrip('/')}"


def reject(reason: str, page: Page, raw: str | None) -> Reject:
    """What could not be read as a post, with its page and the beginning of what was there."""
    return Reject(reason, page.url, (raw or "")[:RAW])


def parted(results: Iterable[Post | str], page: Page) -> tuple[list[Post], list[Reject]]:
    """The posts of an API's answer, and a Reject for each reason why an entry is none."""
    posts: list[Post] = []
    rejects: list[Reject] = []
    for result in results:
        if isinstance(result, Post):
            posts.append(result)
        else:
            rejects.append(reject(result, page, page.body[: 4 * RAW].decode("utf-8", "replace")))
    return posts, rejects
