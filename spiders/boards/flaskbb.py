"""FlaskBB 1 and 2, read from pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborNode

from listening.post import Author, Post, Thread
from listening.text import Words, words_of
from spiders.boards.engine import UNDER, Forum, Listing, Mark, Topic
from spiders.boards.page import Page, above, attribute, classes, line, number, query
from spiders.boards.pages import Block, Pages, Steps, first, only, sole

_IN_LINK = {name: re.compile(rf"/{name}/(\d+)") for name in ("topic", "forum", "post")}
_ROOT = re.compile(r"(.*?/)(?:topic|forum|category|post)/\d")
_USER = re.compile(r"/([^/?#]+)/?$")
_CONTENT = re.compile(r"pid(\d+)")
_WROTE = re.compile(r"(.{1,200}) [^\s]{2,30}:")  # "mia wrote:" in the board's language
_SKIP = ".post-signature, .alert, form, img:not(.emoji)"


class FlaskBB(Pages):
    """Links carry the ids, posts their number; lists tell times as ages alone."""

    name: ClassVar[str] = "flaskbb"
    label: ClassVar[str] = "FlaskBB"

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By the classes that bear its name, its description, and the line at the foot of the page."""
        if b"flaskbb" not in page.body and b"FlaskBB" not in page.body:
            return 0.0
        sure = 0.6 if page.html.css_first("[class^='flaskbb-'], [class*=' flaskbb-']") else 0.0
        sure += 0.3 if page.html.css_first("a[href*='//flaskbb.'], meta[name='author'][content*='FlaskBB']") else 0.0
        return min(1.0, sure + (0.3 if page.html.css_first(".category-row, .forum-row, .post-row") else 0.0))

    @classmethod
    def root_of(cls, page: Page) -> str:
        """What stands before the kind and the id in the board's links."""
        here = urlsplit(page.url).netloc
        links = [page.link(attribute(link, "href")) for link in page.html.css("a[href]")]
        roots = (_ROOT.match(link) for link in (page.url, *links) if urlsplit(link).netloc == here)
        found = next(filter(None, roots), None)
        return found[1] if found else f"{page.url.partition('?')[0].rpartition('/')[0]}/"

    def index(self) -> str:
        """The list of all forums."""
        return self.root

    def read_index(self, page: Page) -> Listing:
        """The forums of every category."""
        links = page.html.css(".category-row .forum-name a[href]")
        return Listing([forum for link in links if (forum := self._forum(page, link))])

    def read_forum(self, page: Page, forum: Forum) -> Listing:  # noqa: ARG002 - a forum has none below it
        """A page of topics."""
        topics: list[Topic] = []
        top = _steps(page).before == 0  # a locked topic that is pinned too shows its lock alone
        for entry in page.html.css(".forum-row"):
            if (topic := self._topic(page, entry)) is not None:
                locked = top and entry.css_first(".topic-locked") is not None
                top = topic.pinned or locked
                topics.append(replace(topic, pinned=top))
        return Listing((), topics, self.clean(page, _steps(page).next))

    def steps(self, page: Page) -> Steps:
        """Of a page of a topic."""
        return _steps(page)

    def blocks(self, page: Page) -> list[Block]:
        """What holds a post's words bears its id; the row around it holds the rest."""
        found: dict[str, Block] = {}
        for content in page.html.css("[id^='pid']"):
            match = _CONTENT.fullmatch(content.id or "")
            holder = next((node for node in above(content) if "post-row" in classes(node) or _is(node, match)), None)
            if match is not None and holder is not None and match[1] not in found:
                found[match[1]] = Block(holder, match[1])
        return list(found.values())

    def positions(self, page: Page, blocks: Sequence[Block], steps: Steps, mark: Mark | None) -> list[int | None]:  # noqa: ARG002
        """The numbers that posts bear."""
        return [number(line(block.node.css_first(".post-meta strong"))) for block in blocks]

    def _forum(self, page: Page, link: LexborNode) -> Forum | None:
        href, name = attribute(link, "href"), line(link)
        entry = next((node for node in above(link) if "category-row" in classes(node)), None)
        ident = _id("forum", href)
        if not ident or not name or entry is None or entry.css_first(".forum-external, .forum-link"):
            return None
        topics, posts = (number(line(entry.css_first(f".forum-{kind}"))) for kind in ("topics", "posts"))
        last = entry.css_first(".forum-last-post")
        newest = _id("post", attribute(first(last, "a[href*='/post/']"), "href"))
        category = line(first(_category(entry), ".category-head a, .category-header a"))
        return Forum(
            ident, name, self.clean(page, href), f"{category}{UNDER}{name}" if category else name, "", topics, posts,
            f"{topics}/{posts}/{newest}" if topics is not None else "",
            self.time(page, first(last, ".last-post-time")),
        )  # fmt: skip

    def _topic(self, page: Page, entry: LexborNode) -> Topic | None:
        link = entry.css_first(".topic-name > a[href]")
        ident = _id("topic", attribute(link, "href"))
        if not ident:
            return None
        counts = [number(line(cell)) for cell in entry.css(".topic-stats")]
        posts, views = counts if len(counts) == 2 else (None, None)
        last = entry.css_first(".topic-last-post a[href*='/post/']")
        newest = _id("post", attribute(last, "href"))
        return Topic(
            ident, self.clean(page, attribute(link, "href")), line(link), posts=posts,
            stamp=f"{posts}/{newest}" if newest else "", last=self.time(page, last), views=views,
            pinned=entry.css_first("[class*='topic-starred']") is not None,
        )  # fmt: skip

    def told(self, page: Page, topic: Topic) -> Topic:
        """From the way that leads to it."""
        links = page.html.css(".breadcrumb a[href]")
        crumbs = [line(link) for link in links if re.search(r"/(?:category|forum)/\d", attribute(link, "href"))]
        heading = page.html.css_first(".topic-head a, .topic-header a") or page.html.css_first(".breadcrumb .active")
        return replace(
            topic, title=line(heading) or topic.title, channel=UNDER.join(filter(None, crumbs)) or topic.channel,
            url=self.clean(page, attribute(heading, "href")) or topic.url,
        )  # fmt: skip

    def post(self, page: Page, topic: Topic, block: Block, position: int | None) -> Post | str:
        """The post of one block, or why it cannot be read."""
        content, meta = only(block.node, "[id^='pid']"), only(block.node, ".post-meta")
        link = first(meta, "a[href*='/post/']")
        if content is None or (meta is not None and _id("post", attribute(link, "href")) != block.id):
            return "the words of a post could not be told from those of another"
        author = self._author(page, only(block.node, ".author-name"))
        if author is None or meta is None:
            return "the author of a post could not be told for sure"
        said, opens = _said(content), position == 1
        return Post(
            self.platform, block.id, f"{self.root}post/{block.id}", said.text, self.time(page, link), author,
            title=topic.title if opens else "", thread=Thread(topic.id, topic.title, topic.url), position=position,
            channel=topic.channel, quotes=said.quotes, edited=self.time(page, meta.css_first("small")),
            views=topic.views if opens else None, replies=topic.posts - 1 if opens and topic.posts else None,
            route="flaskbb page",
        )  # fmt: skip

    def _author(self, page: Page, named: LexborNode | None) -> Author | None:
        """Who wrote a post: a link to somebody of that name, or the bare name of a guest or of one who has left."""
        name, link = sole(named), attribute(first(named, "a[href]"), "href")
        if not name or not link:
            return Author(name) if name else None
        handle = _USER.search(link)
        same = handle is not None and " ".join(unquote(handle[1]).split()) == name
        return Author(name, name, page.link(link)) if same else None


def _steps(page: Page) -> Steps:
    current = number(query(page.url).get("page", "")) or 1
    links = [attribute(link, "href") for link in page.html.css(".pagination a[href*='page=']")]
    later = {after: href for href in links if (after := number(query(href).get("page", "")) or 0) > current}
    return Steps(current - 1, later[min(later)] if later else "")


def _id(kind: str, href: str) -> str:
    match = _IN_LINK[kind].search(href)
    return match[1] if match else ""


def _is(node: LexborNode, match: re.Match[str] | None) -> bool:
    return match is not None and node.id == match[1]


def _category(entry: LexborNode) -> LexborNode | None:
    return next((node for node in above(entry) if node.css_first(".category-head, .category-header")), None)


def _said(content: LexborNode) -> Words:
    """The words of a post; the line before a quote names whom it quotes."""
    for block in content.css("blockquote"):
        head = _before(block)
        named = head.css_first("strong > a[href*='/user/']") if head is not None else None
        if head is not None and named is not None and _WROTE.fullmatch(line(head)):
            block.attrs["data-author"] = line(named)
            head.decompose()
    return words_of(content, _SKIP, bullet="")


def _before(block: LexborNode) -> LexborNode | None:
    """The paragraph right before a quote."""
    node = block.prev
    while node is not None and node.tag == "-text" and not (node.text_content or "").strip():
        node = node.prev
    return node if node is not None and node.tag == "p" else None
