"""Boards of any software: read by what repeats on their pages, and by how boards write their addresses."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar
from urllib.parse import urlsplit

from listening.post import Author, Post, Thread
from spiders.boards import pages
from spiders.boards.engine import Forum, Listing, Mark, Topic
from spiders.boards.mining import zones
from spiders.boards.mining.addresses import Place, place, tidy
from spiders.boards.mining.crumbs import crumbs
from spiders.boards.mining.known import Known
from spiders.boards.mining.listings import Listings, counts
from spiders.boards.mining.moments import Clock
from spiders.boards.mining.outline import Outline
from spiders.boards.mining.paths import Paths
from spiders.boards.mining.sheet import Sheet
from spiders.boards.mining.steps import step
from spiders.boards.mining.template import Parts
from spiders.boards.mining.turns import following
from spiders.boards.mining.utterance import Endings, own
from spiders.boards.page import Page
from spiders.boards.pages import Pages, Steps, counted
from spiders.boards.undisturbed import undisturbed

_ORDINAL = re.compile(r"(?:#|№|nr\.? ?)(\d{1,6})", re.I)


@dataclass(slots=True)
class Block(pages.Block):
    """A post's block with what was found in it."""

    parts: Parts


class Generic(Pages):
    """Learns from the pages it reads: where a board's posts stand, and what its addresses mean."""

    name: ClassVar[str] = "generic"
    label: ClassVar[str] = "other boards"

    def __init__(self, root: str, *args: Any) -> None:
        super().__init__(root, *args)
        self.clock = Clock(self.zone)
        self.known = Known()
        self.paths = Paths()
        self.endings = Endings()
        self.unnumbered = 0  # posts that come before the one with the number 1
        self._index = ""
        self._sheet: Sheet | None = None

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By rows of forums or topics, or by posts on a page whose address names a topic."""
        if b"<a" not in page.body and b"<A" not in page.body:
            return 0.0
        engine = cls(cls.root_of(page))
        sheet = engine.sheet(page)
        lists = engine.lists(page)
        forums, topics = lists.forums, lists.topics
        timed = [row for row in [*forums, *topics] if lists.newest(row) is not None and counts(row)]
        if (forums and timed and sum(row.told for row in forums) > 1) or sum(row in topics for row in timed) > 2:
            return 0.5
        if engine.leads(page.url).kind == "topic" and any(link.place.kind == "forum" for link in sheet.links):
            return 0.5 if any(not block.parts.problem for block in engine.blocks(page)) else 0.2
        return 0.2 if forums or topics else 0.0

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The folder in which most of the forums and topics lie that a page links to."""
        parts = urlsplit(page.url)
        start = f"{parts.scheme}://{parts.netloc}"
        links = {page.link(node.attributes.get("href")) for node in page.html.css("a[href]")}
        urls = [url for url in links if url.startswith(f"{start}/") and place(url).kind in ("forum", "topic")]
        folder = parts.path.rpartition("/")[0] + "/"
        while folder != "/" and sum(url.startswith(start + folder) for url in urls) < 0.9 * max(1, len(urls)):
            folder = folder.rstrip("/").rpartition("/")[0] + "/"
        return start + folder

    def learn(self, page: Page) -> None:
        """Take the time zone, the way of writing dates, and whether this is the index."""
        sheet = self.sheet(page)
        self.zone = self.clock.zone = self.configured or zones.shown(sheet) or self.zone
        self.clock.learn([moment.text for moment in sheet.moments])
        lists = self.lists(page)
        if not self._index and sheet.here.kind != "topic" and lists.forums and not lists.topics:
            self._index = page.url

    def index(self) -> str:
        """The page that was given, where it lists forums; else the root."""
        return self._index or self.root

    def leads(self, url: str) -> Place:
        """What an address leads to."""
        return place(url, self.root)

    def sheet(self, page: Page) -> Sheet:
        """The page as an outline."""
        if self._sheet is None or self._sheet.page is not page:
            self._sheet = Sheet(page, self.paths, self.leads, self.home)
        return self._sheet

    def lists(self, page: Page) -> Listings:
        """What the page lists."""
        return Listings(self.sheet(page), self.clock)

    # Lists

    @undisturbed
    def read_index(self, page: Page) -> Listing:
        """The forums; a board that shows topics alone has one list of everything."""
        sheet = self.sheet(page)
        lists = self.lists(page)
        if lists.forums:
            return Listing([lists.forum(row, None) for row in lists.forums])
        name = sheet.outline.line(0)[:60]
        return Listing(everything=Forum("all", name, page.url)) if lists.topics else Listing()

    @undisturbed
    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """One page of topics, and the forums below."""
        sheet = self.sheet(page)
        self.clock.learn([moment.text for moment in sheet.moments])
        lists = self.lists(page)
        below = [row for row in lists.forums if row.link.place.id not in (sheet.here.id, forum.id)]
        topics = [lists.topic(row) for row in lists.topics]
        known = [lists.forum(row, forum) for row in below if row.told or row.above is not None]
        return Listing(known, topics, following(sheet))

    # Topics

    def steps(self, page: Page) -> Steps:
        """From the address, and the link to the next page."""
        return Steps(step(page.url)[1] or 0, following(self.sheet(page)))

    def positions(
        self,
        page: Page,
        blocks: Sequence[pages.Block],
        steps: Steps,
        mark: Mark | None,
    ) -> Sequence[int | None]:
        """As the posts are numbered; else counted."""
        number, before = step(page.url)[0], steps.before
        if before:
            return range(before + 1, before + len(blocks) + 1)
        outline = self.sheet(page).outline
        told = [_ordinal(outline, block.parts) for block in blocks if isinstance(block, Block)]
        opens = number in (None, 1)
        if opens and told[:2] == [None, 1]:
            self.unnumbered = 1  # the opener is no reply
        elif opens and told[:1] == [1]:
            self.unnumbered = 0
        numbers = [ordinal + self.unnumbered for ordinal in told if ordinal is not None]
        if len(numbers) == len(blocks) and all(b - a == 1 for a, b in pairwise(numbers)):
            return numbers
        return counted(blocks, mark, opens=opens)

    def blocks(self, page: Page) -> Sequence[Block]:
        """The blocks that what is known of the board finds, or what this page shows."""
        sheet = self.sheet(page)
        found = self.known.read(sheet)
        self._learn([parts.block.moment.text for parts in found], sheet)
        nodes = sheet.outline.nodes
        return [Block(nodes[parts.block.start], parts.id or _hash(sheet, parts), parts) for parts in found]

    def _learn(self, texts: list[str], sheet: Sheet) -> None:
        """Take the way of writing dates from those of posts; where these leave it open, from all on their page."""
        self.clock.learn(texts)
        if self.clock.unsure(texts):
            self.clock.learn([moment.text for moment in sheet.moments])

    def post(self, page: Page, topic: Topic, block: Any, position: int | None) -> Post | str:
        """The post of one block, or why it cannot be read."""
        parts: Parts = block.parts
        if parts.problem:
            return parts.problem
        sheet = self.sheet(page)
        outline = sheet.outline
        said = own(outline, parts.words, parts.name, self.endings, parts.changed)
        if not said.text and not said.quotes and "img" not in outline.tags[parts.words : outline.end[parts.words]]:
            return "a post without words"  # buttons alone
        link = tidy(page.link(parts.link)) if parts.link else ""
        author = Author(parts.name, sheet.leads(parts.link).id if parts.link else "", link)
        opens = position == 1
        return Post(
            self.platform, block.id, _permalink(sheet, parts), said.text,
            self.clock.read(parts.block.moment.text, page.at), author, title=topic.title if opens else "",
            thread=Thread(topic.id, topic.title, topic.url), position=position, channel=topic.channel,
            quotes=said.quotes,
            edited=next((when for text in parts.edits if (when := self.clock.read(text, page.at))), None),
            views=topic.views if opens else None, replies=topic.posts - 1 if opens and topic.posts else None,
            route="page",
        )  # fmt: skip

    def told(self, page: Page, topic: Topic) -> Topic:
        """The title where the list cut it, and the forum's path from the breadcrumbs."""
        sheet = self.sheet(page)
        outline, title = sheet.outline, topic.title
        if not title or title.endswith(("…", "...")):
            heads = [outline.line(n) for n, tag in enumerate(outline.tags) if tag in ("h1", "h2")]
            start = title.rstrip("….")
            title = next((head for head in heads if head.startswith(start) and head), title)
        return replace(topic, title=title, channel=crumbs(sheet) or topic.channel)


def _hash(sheet: Sheet, parts: Parts) -> str:
    if parts.problem:
        return ""
    told = f"{parts.name}\n{parts.block.moment.text}\n{sheet.outline.line(parts.words)}"
    return hashlib.sha1(told.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:16]


def _permalink(sheet: Sheet, parts: Parts) -> str:
    if parts.permalink:
        url = sheet.page.link(parts.permalink)
        return tidy(url) + "".join(url.partition("#")[1:])
    outline = sheet.outline
    for element in range(parts.block.start, min(parts.block.end, parts.block.start + 40)):
        for name in ("id", "name"):
            if parts.id and parts.id in outline.value(element, name):
                return f"{tidy(sheet.page.url)}#{outline.value(element, name)}"
    return tidy(sheet.page.url)


def _ordinal(outline: Outline, parts: Parts) -> int | None:
    for at in outline.said(parts.block.start, parts.block.end):
        text = outline.texts[at]
        match = _ORDINAL.fullmatch(text) if len(text) < 13 and text[-1:].isdigit() else None
        if match and not parts.words <= outline.owners[at] < outline.end[max(parts.words, 0)]:
            return int(match[1])
    return None
