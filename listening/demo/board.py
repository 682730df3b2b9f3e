"""The demo's message board, in the structure of phpBB 3.3 and its style prosilver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from html import escape
from typing import Generic, TypeVar

from markupsafe import Markup

from listening.demo import story
from listening.demo.corpus import BoardPost, Corpus, Forum, Topic
from listening.demo.exchange import ATOM, Answer, Request, render, spoken
from listening.demo.markup import SMILIES, board_html, board_quotes

POSTS_PER_PAGE = 10
TOPICS_PER_PAGE = 10
FEED_ENTRIES = 15

_MEMBERS_ONLY = ("ucp.php", "memberlist.php", "search.php", "posting.php")
_SMILEY = '<svg xmlns="http://www.w3.org/2000/svg" width="15" height="17"><text y="14" font-size="13">{}</text></svg>'

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pages(Generic[T]):
    """One page of a list, and the way to the others."""

    address: str
    whole: Sequence[T]
    size: int
    start: int

    @property
    def count(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-len(self.whole) // self.size))

    @property
    def current(self) -> int:
        """The number of this page, from 1; a start beyond the end means the last page, as on phpBB."""
        return min(self.start // self.size + 1, self.count)

    @property
    def items(self) -> Sequence[T]:
        """What stands on this page."""
        return self.whole[(self.current - 1) * self.size : self.current * self.size]

    def link(self, number: int) -> str:
        """Return the address of the page of that number."""
        return self.address + (f"&start={(number - 1) * self.size}" if number > 1 else "")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post stands."""

    forum: Forum
    topic: Topic
    post: BoardPost


@dataclass(frozen=True, slots=True)
class Category:
    """A heading over forums: on phpBB a forum without topics."""

    id: int
    name: str
    forums: tuple[Forum, ...]


class Board:
    """Answers what is asked below `/board/`."""

    def __init__(self, corpus: Corpus, address: str) -> None:
        """Make the board of a corpus, at an address such as "127.0.0.1:8000"."""
        self._corpus = corpus
        self._root = f"http://{address}/board/"
        self._forums = {forum.id: forum for forum in corpus.forums}
        self._categories = {
            raw["id"]: Category(
                raw["id"], raw["name"], tuple(forum for forum in corpus.forums if forum.category == raw["id"])
            )
            for raw in story.board()["category"]
        }
        self._places = {
            post.id: Place(forum, topic, post)
            for forum in corpus.forums
            for topic in forum.topics
            for post in topic.posts
        }
        self._topics = {place.topic.id: place for place in self._places.values()}
        self._counts = Counter(post.author for post in corpus.board_posts)
        self._pages: dict[str, Callable[[Request], Answer]] = {
            "": self._index,
            "index.php": self._index,
            "viewforum.php": self._forum,
            "viewtopic.php": self._topic,
            "app.php/feed": self._feed,
        }

    def answer(self, request: Request) -> Answer | None:
        """Return the page, or None where the path is not the board's."""
        if not request.path.startswith("/board/"):
            return None
        path = request.path.removeprefix("/board/")
        if path in self._pages:
            return self._pages[path](request)
        if path in _MEMBERS_ONLY:
            return self._message("You are not authorised to read this page.", 403)
        for name, _, shown in SMILIES.values():
            if path == f"images/smilies/{name}.gif":
                return Answer(_SMILEY.format(shown), "image/svg+xml; charset=UTF-8")
        return None

    def _index(self, _: Request) -> Answer:
        return self._forum_list("", (), self._categories.values())

    def _forum_list(self, title: str, crumbs: Sequence[Category], categories: Iterable[Category]) -> Answer:
        """Return a page of forums: of all categories, or of one."""
        return self._page(
            "index",
            title=title,
            section="viewforum" if title else "index",
            crumbs=crumbs,
            categories=categories,
            newest=_newest,
            now=self._corpus.now.astimezone(UTC),
            posts=len(self._places),
            topics=len(self._topics),
        )

    def _forum(self, request: Request) -> Answer:
        number = request.number("f", 0)
        if category := self._categories.get(number):
            return self._forum_list(category.name, (category,), (category,))
        forum = self._forums.get(number)
        if forum is None:
            return self._message("The forum you selected does not exist.", 404)
        address = f"./viewforum.php?f={forum.id}"
        pages = Pages(address, forum.topics, TOPICS_PER_PAGE, request.number("start", 0))
        return self._page(
            "forum",
            title=forum.name + (f" - Page {pages.current}" if pages.current > 1 else ""),
            section="viewforum",
            crumbs=(self._categories[forum.category], forum),
            forum=forum,
            pages=pages,
            per_page=POSTS_PER_PAGE,
            views=_views,
            canonical=self._root + pages.link(pages.current).removeprefix("./"),
        )

    def _topic(self, request: Request) -> Answer:
        """Return the page of a topic by its id and start, or the page that holds a post by the post's id."""
        place = self._places.get(request.number("p", 0))
        start = place.post.position - 1 if place else request.number("start", 0)
        place = place or self._topics.get(request.number("t", 0))
        if place is None:
            return self._message("The requested topic does not exist.", 404)
        topic = place.topic
        pages = Pages(f"./viewtopic.php?t={topic.id}", topic.posts, POSTS_PER_PAGE, start)
        return self._page(
            "topic",
            title=topic.title + (f" - Page {pages.current}" if pages.current > 1 else ""),
            section="viewtopic",
            crumbs=(self._categories[place.forum.category], place.forum),
            forum=place.forum,
            topic=topic,
            pages=pages,
            canonical=self._root + pages.link(pages.current).removeprefix("./"),
        )

    def _feed(self, _: Request) -> Answer:
        newest = sorted(self._places.values(), key=lambda place: place.post.written, reverse=True)[:FEED_ENTRIES]
        text = render("board/feed.xml", board=story.board(), root=self._root, entries=newest, content=self._content)
        return Answer(text, ATOM)

    def _message(self, message: str, status: int) -> Answer:
        page = self._page("message", title="Information", section="message", crumbs=(), message=message)
        return Answer(page.text, status=status)

    def _page(self, template: str, **context: object) -> Answer:
        board = story.board()
        signatures = {name: Markup(board_html(text)) for name, text in board["signatures"].items()}  # noqa: S704
        shared = {
            "board": board,
            "members": story.members(),
            "signatures": signatures,
            "counts": self._counts,
            "content": self._content,
            "canonical": "",
        }
        return Answer(render(f"board/{template}.html", **{**shared, **context}))

    def _content(self, post: BoardPost) -> Markup:
        """Return a post's text as HTML, its quotes pointing at the posts they are taken from."""
        earlier = self._places[post.id].topic.posts[: post.position - 1]
        sources = {
            author: source
            for author, words in board_quotes(post.text)
            for source in earlier
            if source.author == author and words in source.text
        }
        return Markup(board_html(post.text, lambda author: _cite(author, sources.get(author))))  # noqa: S704


def _newest(forum: Forum) -> BoardPost:
    """Return the last post of a forum, whose topics stand newest first."""
    return forum.topics[0].posts[-1]


def _views(topic: Topic) -> int:
    """Return how often a topic was opened: invented, but always the same."""
    return 31 * len(topic.posts) + topic.id * 37 % 190


def _cite(author: str, source: BoardPost | None) -> str:
    """Return what phpBB prints before a quote, with the way to the quoted post where it is known."""
    member = story.members().get(author)
    if member is None or source is None:
        return f"{escape(author)} wrote:"
    return (
        f'<a href="./memberlist.php?mode=viewprofile&amp;u={member}">{escape(author)}</a> wrote: '
        f'<a href="./viewtopic.php?p={source.id}#p{source.id}" data-post-id="{source.id}">↑</a>'
        f'<span class="responsive-hide">{spoken(source.written)}</span>'
    )
