"""Any board whose pages describe their posts in schema.org's words, as JSON-LD or as microdata."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from listening.post import Post, Thread
from listening.text import tidy
from spiders.boards import dates, pages
from spiders.boards.engine import UNDER, Forum, Listing, Mark, Topic, TopicPage
from spiders.boards.page import Page, above, number
from spiders.boards.pages import Pages, Steps, counted
from spiders.boards.structured import addresses, lists, posting
from spiders.boards.structured.facts import Item, crumbs, embedded, linked
from spiders.boards.structured.permalinks import Permalinks
from spiders.boards.structured.posting import Said

_KNOWN = re.compile(rb"""["'/:](?:DiscussionForumPosting|QAPage)\b|schema\.org/Question\b""")
_OPENERS = frozenset(("DiscussionForumPosting", "Question"))
_REPLIES = frozenset(("Comment", "Answer", "UserComments", "CorrectionComment"))
_BELOW = ("comment", "comments", "acceptedAnswer", "suggestedAnswer", "answer")
_BESIDE = ("aside", "nav", "footer")  # what stands in these is of other pages


class SchemaOrg(Pages):
    """Posts come from what pages say of themselves; lists of topics from addresses that are alike."""

    name: ClassVar[str] = "schemaorg"
    label: ClassVar[str] = "any board with schema.org data"

    def __init__(self, root: str, *args: Any) -> None:
        super().__init__(root, *args)
        self._start = root
        self._shapes: set[str] = set()  # of the addresses of topics that were read
        self._last: tuple[Page, list[Said]] | None = None
        self._held: tuple[Page, list[Item], list[Item]] | None = None
        self._permalinks = Permalinks(self.home, self.within)

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By the types alone: less sure than any software's own marks."""
        return 0.55 if b"schema.org" in page.body and _KNOWN.search(page.body) else 0.0

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The host: nothing says in which folder a board lives."""
        return urljoin(page.url, "/")

    def learn(self, page: Page) -> None:
        """The page that was given is the index, or a topic that names the way up to it."""
        self._start = addresses.start(page.url)
        if self._said(page):
            self._shapes.add(addresses.shape(self._start))
            ways = (
                url for _, url in crumbs(page, self._facts(page)) if url.startswith(self.root) and url != self._start
            )
            self._start = next(filter(addresses.is_top, ways), self.root)

    def index(self) -> str:
        """The page that was given, or the first above it."""
        return self._start

    def read_index(self, page: Page) -> Listing:
        """The forums, or the topics where no forums are listed."""
        found, following = lists.read(page, self.root, self.zone, self._shapes), addresses.following(page)
        forums = [self._forum(row, None) for row in found.forums]
        whole = bool(found.topics) and (not forums or bool(following))
        return Listing(forums, everything=Forum("everything", "All", addresses.start(page.url)) if whole else None)

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """A page of topics, and the forums below."""
        found = lists.read(page, self.root, self.zone, self._shapes)
        topics = [self._topic(row, forum) for row in found.topics]
        below = [self._forum(row, forum) for row in found.forums] if forum.id != "everything" else []
        return Listing([each for each in below if each.id != forum.id], topics, addresses.following(page))

    def steps(self, page: Page) -> Steps:
        """Only the page after this one is known."""
        return Steps(0, addresses.following(page))

    def blocks(self, page: Page) -> Sequence[Said]:
        """The posts that a page describes; on later pages without the opener, which they repeat."""
        return self._said(page)

    def positions(
        self, page: Page, blocks: Sequence[pages.Block], steps: Steps, mark: Mark | None  # noqa: ARG002
    ) -> Sequence[int | None]:  # fmt: skip
        """On from what was read before."""
        return counted(blocks, mark, opens=not _later(page))

    def told(self, page: Page, topic: Topic) -> Topic:
        """From the opener and the breadcrumbs."""
        said = self._described(page)
        opener = next((each.topic or each.item for each in said if each.opens), Item())
        count = number(opener.text("commentCount")) or posting.counted(opener, posting.COMMENTS)
        asked = "Question" in opener.types  # answers are counted, and what is said to them is not
        title = tidy(opener.text("headline", "name")) or topic.title
        return replace(
            topic,
            title=title,
            url=addresses.start(page.url),
            channel=UNDER.join(self._path(page, title)) or topic.channel,
            posts=None if asked else topic.posts if count is None else count + 1,
            views=posting.counted(opener, posting.VIEWS) or topic.views,
        )

    def read_topic(self, page: Page, topic: Topic, mark: Mark | None) -> TopicPage:
        """One page of posts."""
        read = super().read_topic(page, topic, mark)
        if read.posts:
            self._shapes.add(addresses.shape(addresses.start(page.url)))
        return read

    def post(self, page: Page, topic: Topic, block: Said, position: int | None) -> Post | str:
        """The post that an item describes, or why it cannot be told."""
        item, when = block.item, self._when(block.item, page, "datePublished", "dateCreated", "commentTime")
        author, said = posting.author(page, item), posting.said(block)
        if author is None:
            return "the author of a post could not be told for sure"
        if said is None or len({*item.texts("datePublished")}) > 1 or posting.strange(block):
            return "the words of a post could not be told from those of another"
        gone = "delet" in item.text("creativeWorkStatus").lower()
        opens = position == 1
        return Post(
            self.platform, block.id, block.url, "" if gone else said.text, when, author,
            title=topic.title if opens else "", thread=Thread(topic.id, topic.title, topic.url),
            reply_to=block.answers, position=position, channel=topic.channel, quotes=() if gone else said.quotes,
            edited=self._edited(page, block, when), likes=posting.likes(item),
            replies=topic.posts - 1 if opens and topic.posts else None, views=topic.views if opens else None,
            route="schema.org", deleted=gone,
        )  # fmt: skip

    def _forum(self, row: lists.Row, parent: Forum | None) -> Forum:
        path = f"{parent.path}{UNDER}{row.title}" if parent and parent.path else row.title
        above_it = parent.id if parent else ""
        return Forum(addresses.key(row.url), row.title, row.url, path, above_it, stamp=row.stamp, last=row.last)

    def _topic(self, row: lists.Row, forum: Forum) -> Topic:
        return Topic(
            addresses.key(row.url), row.url, row.title, channel="" if forum.id == "everything" else forum.path,
            posts=None if row.replies is None else row.replies + 1, stamp=row.stamp, last=row.last,
            pinned=row.pinned, moved=row.moved,
        )  # fmt: skip

    def _described(self, page: Page) -> list[Said]:
        """All posts of a page, the opener first."""
        if self._last is None or self._last[0] is not page:
            readings = [self._read(page, items) for items in self._facts(page)]
            best = max(readings, key=lambda posts: sum(map(posting.readable, posts)))
            if any(said.item.node is None for said in best):
                posting.find(page, best)
            self._last = (page, best)
        return self._last[1]

    def _facts(self, page: Page) -> tuple[list[Item], list[Item]]:
        """The microdata and the JSON-LD of a page."""
        if self._held is None or self._held[0] is not page:
            self._held = (page, embedded(page), linked(page))
        return self._held[1:]

    def _said(self, page: Page) -> list[Said]:
        posts = self._described(page)
        replies = [said for said in posts if not said.item.types & _OPENERS]
        return replies if _later(page) and (replies or len(posts) == 1) else posts

    def _read(self, page: Page, items: Sequence[Item]) -> list[Said]:
        """The posts among the items of a page, each once."""
        every = {id(inner): inner for item in items if "FAQPage" not in item.types for inner in item.all()}
        mine = [item for item in every.values() if item.types & (_OPENERS | _REPLIES)]
        inside = {id(inner) for item in mine for inner in item.all() if inner is not item}
        outer = [item for item in mine if id(item) not in inside]
        here, own = addresses.key(page.url), self._permalinks
        outer = [item for item in outer if not self._beside(page, item, here)]
        openers = [item for item in outer if item.types & _OPENERS]
        if len(openers) > 1:  # posts of one topic, or other topics that the page speaks of
            openers = [item for item in openers if addresses.key(own.address(page, item) or page.url) == here]
            outer = [item for item in outer if item in openers or not item.types & _OPENERS]
        found: dict[str, Said] = {}
        for item in outer if openers else ():
            for said in self._unfolded(page, item, item is openers[0]):
                found.setdefault(said.id, said)
        posts = [said for said in found.values() if "author" in said.item.values or posting.readable(said)]
        if len(posts) > 1 and posting.heads(posts[0].item, posts[1].item):
            posts[1].opens, posts[1].topic = True, posts[0].item
            return posts[1:]
        return posts

    def _beside(self, page: Page, item: Item, here: str) -> bool:
        """Whether an item opens a topic that is only told of beside what the page is about."""
        if item.node is None or not item.types & _OPENERS or all(each.tag not in _BESIDE for each in above(item.node)):
            return False
        return addresses.key(self._permalinks.address(page, item)) != here

    def _unfolded(self, page: Page, outer: Item, opens: bool) -> Iterator[Said]:
        """An item's post, and those below it, in their order on the page."""
        asked, own = "Question" in outer.types, self._permalinks
        waiting = [(outer, "")]
        while waiting:
            item, answers = waiting.pop()
            first = opens and item is outer
            url, ident = own.of(page, item, first, asked)
            for parent in item.items("parentItem") if not answers else ():
                answers = (
                    self._permalinks.of(page, parent, False, asked)[1] if self._permalinks.address(page, parent) else ""
                )
            node = item.node or page.html.css_first('script[type*="ld+json"]')
            assert node is not None, "the item comes from there"  # noqa: S101
            yield Said(node, ident, item, url, first, answers)
            below = [inner for inner in item.items(*_BELOW) if inner.types & (_REPLIES | _OPENERS)]
            below.sort(key=lambda inner: inner.order, reverse=True)
            if item.node is None:
                below.reverse()
            waiting += [(inner, ident if asked or not first else "") for inner in below]

    def _when(self, item: Item, page: Page, *names: str) -> datetime | None:
        told = item.text(*names)
        return dates.iso(told, self.zone) or (dates.parse(told, page.at, self.zone) if told else None)

    def _edited(self, page: Page, block: Said, when: datetime | None) -> datetime | None:
        """When a post was changed; what is told of an opener may be when its topic got its newest post."""
        changed = self._when(block.item, page, "dateModified")
        if changed is None or when is None or changed <= when:
            return None
        if block.opens:
            others = {self._when(said.item, page, "datePublished", "dateCreated") for said in self._described(page)}
            return None if changed in others or addresses.following(page) else changed
        return changed

    def _path(self, page: Page, title: str) -> list[str]:
        """The names of the forums above a topic."""
        here, top = addresses.key(page.url), {"", addresses.key(self._start)}
        ways = crumbs(page, self._facts(page))
        ways = [(name, url) for name, url in ways if name != title and (not url or addresses.key(url) != here)]
        while len(ways) > 1 and (addresses.key(ways[0][1]) in top or addresses.is_top(ways[0][1])):
            ways.pop(0)
        return [name for name, url in ways if not url or urlsplit(url).path not in ("", "/")]


def _later(page: Page) -> bool:
    """Whether a page is not the first of its topic."""
    return addresses.turned(page.url) > 1 or page.html.css_first("link[rel~='prev'], a[rel~='prev']") is not None
