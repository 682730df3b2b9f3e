"""phpBB 3.0 to 3.3: prosilver and the themes made from it, read from pages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import ClassVar
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from listening.post import Author, Post, Thread
from listening.text import words_of
from spiders.boards import dates
from spiders.boards.engine import UNDER, Engine, Forum, Listing, Mark, Topic, TopicPage, reject
from spiders.boards.page import Page, above, attribute, classes, line, number, without
from spiders.boards.prosilver import Block, blocks, linked, names_twice

_NOISE = ("sid", "hilit", "view", "sk", "sd", "st", "e", "style")  # the same posts, shown otherwise
_IN_LINK = {name: re.compile(rf"[?&]{name}=(\d+)") for name in ("f", "t", "p", "u", "start")}
_REWRITTEN = re.compile(r"-[ft](\d+)(?:-\d+)?\.html|/topic(\d+)\.html")  # by address rewriting
_ANCHOR = re.compile(r"#p(\d+)")
_SKIP = (
    ".codebox > p, dl.codebox > dt, .inline-attachment, img.postimage, dl.file, dl.thumbnail, dl.attachbox,"
    " .attachcontent, .notice, .signature, .back2top, .postprofile"
)


class PhpBB(Engine):
    """Links carry the ids; `start=` counts posts and topics, in steps that each board chooses."""

    name: ClassVar[str] = "phpbb"
    label: ClassVar[str] = "phpBB 3"

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By the body's id, the shape of the links, and the line at the foot of the page."""
        if b"viewtopic.php" not in page.body and b"viewforum.php" not in page.body and b"phpbb" not in page.body:
            return 0.0
        sure = 0.6 if page.attribute("body", "id") == "phpbb" else 0.0
        sure += 0.3 if page.html.css_first("a.forumtitle, a.topictitle, dl.postprofile") else 0.0
        sure += 0.3 if page.html.css_first('a[href*="phpbb.com"]') else 0.0
        return min(sure + (0.1 if page.html.css_first('a[href*="ucp.php?mode="]') else 0.0), 1.0)

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The folder of index.php, as the breadcrumbs name it."""
        index = page.link(page.attribute('a[data-navbar-reference="index"], .breadcrumbs a[accesskey="h"]', "href"))
        same = index.partition("?")[0].endswith("/index.php") and urlsplit(index).netloc == urlsplit(page.url).netloc
        folder, program, _ = (index if same else page.url).partition("?")[0].partition("/app.php")
        return f"{folder if program else folder.rpartition('/')[0]}/"

    def learn(self, page: Page) -> None:
        """The time zone stands at the foot of every page."""
        self.zone = self.configured or _zone(page) or self.zone

    def index(self) -> str:
        """The list of all forums."""
        return f"{self.root}index.php"

    def read_index(self, page: Page) -> Listing:
        """The forums of every category."""
        return Listing(self._forums(page, None))

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """A page of viewforum.php."""
        topics = [topic for link in page.html.css("a.topictitle") if (topic := self._topic(page, link))]
        following = _Steps(page, "viewforum.php").next
        return Listing(self._forums(page, forum), topics, self._clean(page, following), _announced(page))

    def read_topic(self, page: Page, topic: Topic, mark: Mark | None) -> TopicPage:  # noqa: ARG002 - the page says it
        """A page of viewtopic.php."""
        steps = _Steps(page, "viewtopic.php")
        topic = self._told(page, topic)
        found = blocks(page)
        twice = names_twice(page)
        results = [self._post(page, topic, block, steps.current + n, twice) for n, block in enumerate(found, 1)]
        posts = [result for result in results if isinstance(result, Post)]
        rejects = [
            reject(result, page, block.node.html)
            for block, result in zip(found, results, strict=True)
            if isinstance(result, str)
        ]
        if not page.complete and posts and posts[-1] is results[-1]:
            posts.pop()  # its last words may be missing
        following, total = self._clean(page, steps.next), _announced(page) or topic.posts
        due = steps.size if following else None if total is None else total - steps.current
        return TopicPage(
            posts, rejects, max(due or 0, len(found)), (following,) if following else (), total, complete=page.complete
        )

    def _clean(self, page: Page, href: str, *more: str) -> str:
        """A link's address, without what only varies the view."""
        return without(page.link(href), *_NOISE, *more) if href else ""

    def _forums(self, page: Page, parent: Forum | None) -> list[Forum]:
        return [forum for link in page.html.css("a.forumtitle") if (forum := self._forum(page, link, parent))]

    def _forum(self, page: Page, link: LexborNode, parent: Forum | None) -> Forum | None:
        href, name, row = attribute(link, "href"), line(link), _row(link)
        ident = _id("f", href)
        if not ident or not name or row is None or row.css_first(".forum_link"):
            return None  # a forum_link leads to another site
        topics, posts = (number(line(row.css_first(f"dd.{kind}"))) for kind in ("topics", "posts"))
        last, last_id = self._last(page, row)
        above_it = parent.path if parent else _category(link)
        return Forum(
            ident, name, self._clean(page, href), f"{above_it}{UNDER}{name}" if above_it else name,
            parent.id if parent else "", topics, posts,
            f"{topics}/{posts}/{last_id or last or ''}" if topics is not None else "", last,
        )  # fmt: skip

    def _topic(self, page: Page, link: LexborNode) -> Topic | None:
        href, row = attribute(link, "href"), _row(link)
        ident = _id("t", href)
        if not ident or row is None:
            return None
        replies, views = (number(line(row.css_first(f"dd.{kind}"))) for kind in ("posts", "views"))
        last, last_id = self._last(page, row)
        shape = " ".join(classes(row) | classes(row.css_first("dl")))
        return Topic(
            ident, self._clean(page, href, "start", "p"), line(link),
            posts=None if replies is None else replies + 1,
            stamp=f"{replies}/{last_id or last}" if last_id or last else "",
            last=last, views=views,
            pinned=any(word in shape for word in ("sticky", "announce", "global")), moved="moved" in shape,
        )  # fmt: skip

    def _last(self, page: Page, row: LexborNode) -> tuple[datetime | None, str]:
        """When the newest post of a row was written, and its id."""
        cell = row.css_first(".lastpost")
        links = [attribute(link, "href") for link in cell.css("a")] if cell is not None else []
        ids = (_id("p", href) or _anchor(href) for href in links)
        return self._time(page, cell, line(cell)), next(filter(None, ids), "")

    def _told(self, page: Page, topic: Topic) -> Topic:
        """A topic with what its own page says of it."""
        heading = page.html.css_first(".topic-title a, h2 a[href*='viewtopic.php']")
        crumbs = page.html.css_first(".breadcrumbs, .icon-home")
        links = crumbs.css('.crumb[data-forum-id] a, a[href*="viewforum.php"]') if crumbs else []
        return replace(
            topic,
            title=line(heading) or topic.title,
            url=self._clean(page, attribute(heading, "href"), "start", "p") or topic.url,
            channel=UNDER.join(dict.fromkeys(filter(None, map(line, links)))) or topic.channel,
        )

    def _post(self, page: Page, topic: Topic, block: Block, position: int, twice: bool) -> Post | str:
        """The post of one block, or why it cannot be read. `twice`: this board names each author at two places."""
        content, head = block.content, block.first("author")
        if content is None:
            return "the words of a post could not be told from those of another"
        author = self._author(page, block, twice)
        permalink = attribute(block.first("permalink") or _first(head, "a[href*='#p']"), "href")
        if author is None or _anchor(permalink) not in ("", block.id):
            return "the author of a post could not be told for sure"
        said = words_of(content, _SKIP, bullet="")
        own = permalink[:1] not in ("", "#")
        address = self._clean(page, permalink) if own else f"{self.root}viewtopic.php?p={block.id}"
        note, first = block.first("notice"), position == 1
        when = self._time(page, head, line(head).rpartition("»")[2])
        return Post(
            self.platform, block.id, f"{address}#p{block.id}", said.text, when, author,
            title=topic.title if first else "", thread=Thread(topic.id, topic.title, topic.url),
            reply_to=_answered(content), position=position, channel=topic.channel, quotes=said.quotes,
            edited=self._time(page, note, line(note)), views=topic.views if first else None,
            replies=topic.posts - 1 if first and topic.posts else None, route="phpbb page",
        )  # fmt: skip

    def _author(self, page: Page, block: Block, twice: bool) -> Author | None:
        """Who wrote a post; None where its profile and its head do not agree."""
        beside, over = block.names
        names = {line(node) for node in (beside, over) if node is not None}
        # "»" stands after the name: broken markup has let it in
        if len(names) != 1 or "»" in "".join(names) or (twice and (beside is None or over is None)):
            return None
        href = linked(beside, over)
        return Author(names.pop(), _id("u", href), self._clean(page, href))

    def _time(self, page: Page, node: LexborNode | None, text: str) -> datetime | None:
        """When, from a `time` element or else from a text."""
        when = dates.iso(attribute(_first(node, "time"), "datetime"), self.zone)
        return when or (dates.parse(text, page.at, self.zone) if text else None)


class _Steps:
    """Where a page stands among its fellows: how many entries come before it, and where the next page begins."""

    def __init__(self, page: Page, program: str) -> None:
        canonical = page.attribute('link[rel="canonical"]', "href")
        self.current = int(_id("start", canonical if program in canonical else page.url) or 0)
        links = (attribute(link, "href") for link in page.html.css(".pagination a[href]"))
        starts = {int(_id("start", href) or 0): href for href in links if program in href}
        after = min((start for start in starts if start > self.current), default=None)
        self.next = page.attribute('.pagination a[rel="next"]', "href") if after is None else starts[after]
        known = sorted({0, self.current, *starts})
        self.size = min((b - a for a, b in pairwise(known)), default=None)


def _id(name: str, href: str) -> str:
    match = _IN_LINK[name].search(href)
    if match is None and name in "ft":
        match = _REWRITTEN.search(href)
    return next(filter(None, match.groups()), "") if match else ""


def _anchor(href: str) -> str:
    match = _ANCHOR.search(href)
    return match[1] if match else ""


def _row(link: LexborNode) -> LexborNode | None:
    return next((node for node in above(link) if node.tag in ("li", "tr") or "row" in classes(node)), None)


def _category(link: LexborNode) -> str:
    block = next((node for node in above(link) if "forabg" in classes(node)), None)
    return line(block.css_first('.header dt a[href*="viewforum"]')) if block is not None else ""


def _first(node: LexborNode | None, selector: str) -> LexborNode | None:
    return node.css_first(selector) if node is not None else None


def _answered(content: LexborNode) -> str:
    """The id of the post that is quoted first: what a reply answers, as far as phpBB knows."""
    link = content.css_first("blockquote cite a[data-post-id], blockquote cite a[href*='p=']")
    return attribute(link, "data-post-id") or _id("p", attribute(link, "href"))


def _announced(page: Page) -> int | None:
    return number(line(page.html.css_first(".action-bar .pagination, .topic-actions .pagination")))


def _zone(page: Page) -> tzinfo | None:
    for node in page.html.css(".footerbar, .nav-footer, .navbar li, #page-footer li"):
        text = line(node)
        if "UTC" in text or "GMT" in text:
            named = node.css_first("span[title], abbr[title]")
            return dates.zone(attribute(named, "title")) or dates.zone(text)
    return None
