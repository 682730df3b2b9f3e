"""phpBB 3.0 to 3.3: prosilver and the themes made from it, read from pages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import ClassVar
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from listening.post import Author, Post, Thread
from listening.text import words_of
from spiders.boards import dates
from spiders.boards.engine import UNDER, Forum, Listing, Topic
from spiders.boards.page import Page, above, attribute, classes, line, number
from spiders.boards.pages import Pages, Steps, counting, first, row
from spiders.boards.parts import Block, Kinds, gathered

_IN_LINK = {name: re.compile(rf"[?&]{name}=(\d+)") for name in ("f", "t", "p", "u", "start")}
_REWRITTEN = re.compile(r"-[ft](\d+)(?:-\d+)?\.html|/topic(\d+)\.html")  # by address rewriting
_IDENT = re.compile(r"(?:p|post_content|profile|sig)(\d+)")
_ANCHOR = re.compile(r"#p(\d+)")
_PERMALINK = "a[href*='#p']"
_SKIP = (
    ".codebox > p, dl.codebox > dt, .inline-attachment, img.postimage, dl.file, dl.thumbnail, dl.attachbox,"
    " .attachcontent, .notice, .signature, .back2top, .postprofile"
)
_NAME = ".username, .username-coloured"
_BESIDE, _OVER = f"{_NAME}, dt strong, dt a[href*='viewprofile']", f"{_NAME}, strong"


def _post(node: LexborNode) -> str:
    """The id of the post that an element names."""
    match = _IDENT.fullmatch(node.id or "")
    return match[1] if match else ""


_KINDS = Kinds(
    blocks=".post[id]",
    ident=_post,
    parts={"beside": ".postprofile", "over": "p.author"},
    asides={"words": ".content:not(.post_deleted_msg)", "edited": ".notice:not(.post_deleted_msg)"},
    marks="[id^='post_content'], [id^='profile'], [id^='sig']",
)


class PhpBB(Pages):
    """Links carry the ids; `start=` counts posts and topics, in steps that each board chooses."""

    name: ClassVar[str] = "phpbb"
    label: ClassVar[str] = "phpBB 3"
    noise = ("sid", "hilit", "view", "sk", "sd", "st", "e", "style")
    twice = False  # this style names each author at two places

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
        following = _steps(page, "viewforum.php").next
        return Listing(self._forums(page, forum), topics, self.clean(page, following), _announced(page))

    def steps(self, page: Page) -> Steps:
        """Of a page of viewtopic.php."""
        return _steps(page, "viewtopic.php")

    def blocks(self, page: Page) -> list[Block]:
        """Those of the style prosilver, and of styles made from it."""
        self.twice = _both(page, _BESIDE, ".postprofile") and _both(page, _OVER, "p.author")
        return gathered(page, _KINDS)

    def _forums(self, page: Page, parent: Forum | None) -> list[Forum]:
        return [forum for link in page.html.css("a.forumtitle") if (forum := self._forum(page, link, parent))]

    def _forum(self, page: Page, link: LexborNode, parent: Forum | None) -> Forum | None:
        href, name, entry = attribute(link, "href"), line(link), row(link)
        ident = _id("f", href)
        if not ident or not name or entry is None or entry.css_first(".forum_link"):
            return None  # a forum_link leads to another site
        topics, posts = (number(line(entry.css_first(f"dd.{kind}"))) for kind in ("topics", "posts"))
        last, last_id = self._last(page, entry)
        above_it = parent.path if parent else _category(link)
        return Forum(
            ident, name, self.clean(page, href), f"{above_it}{UNDER}{name}" if above_it else name,
            parent.id if parent else "", topics, posts,
            f"{topics}/{posts}/{last_id or last or ''}" if topics is not None else "", last,
        )  # fmt: skip

    def _topic(self, page: Page, link: LexborNode) -> Topic | None:
        href, entry = attribute(link, "href"), row(link)
        ident = _id("t", href)
        if not ident or entry is None:
            return None
        replies, views = (number(line(entry.css_first(f"dd.{kind}"))) for kind in ("posts", "views"))
        last, last_id = self._last(page, entry)
        shape = " ".join(classes(entry) | classes(entry.css_first("dl")))
        return Topic(
            ident, self.clean(page, href, "start", "p"), line(link),
            posts=None if replies is None else replies + 1,
            stamp=f"{replies}/{last_id or last}" if last_id or last else "",
            last=last, views=views,
            pinned=any(word in shape for word in ("sticky", "announce", "global")), moved="moved" in shape,
        )  # fmt: skip

    def _last(self, page: Page, entry: LexborNode) -> tuple[datetime | None, str]:
        """When the newest post of a row was written, and its id."""
        cell = entry.css_first(".lastpost")
        links = [attribute(link, "href") for link in cell.css("a")] if cell is not None else []
        ids = (_id("p", href) or _anchor(href) for href in links)
        return self.time(page, cell), next(filter(None, ids), "")

    def told(self, page: Page, topic: Topic) -> Topic:
        """From the heading, the breadcrumbs and the line that counts posts."""
        heading = page.html.css_first(".topic-title a, h2 a[href*='viewtopic.php']")
        crumbs = page.html.css_first(".breadcrumbs, .icon-home")
        links = crumbs.css('.crumb[data-forum-id] a, a[href*="viewforum.php"]') if crumbs else []
        return replace(
            topic,
            title=line(heading) or topic.title,
            url=self.clean(page, attribute(heading, "href"), "start", "p") or topic.url,
            channel=UNDER.join(dict.fromkeys(filter(None, map(line, links)))) or topic.channel,
            posts=_announced(page) or topic.posts,
        )

    def post(self, page: Page, topic: Topic, block: Block, position: int | None) -> Post | str:
        """The post of one block, or why it cannot be read."""
        content, head = block.content, block.first("over")
        if content is None:
            return "the words of a post could not be told from those of another"
        author = self._author(page, block)
        permalink = attribute(first(head, _PERMALINK) or first(block.node, f"h3 {_PERMALINK}"), "href")
        if author is None or _anchor(permalink) not in ("", block.id):
            return "the author of a post could not be told for sure"
        said = words_of(content, _SKIP, bullet="")
        own = permalink[:1] not in ("", "#")
        address = self.clean(page, permalink) if own else f"{self.root}viewtopic.php?p={block.id}"
        note, opens = block.first("edited"), position == 1
        when = self.time(page, head, line(head).rpartition("»")[2])
        return Post(
            self.platform, block.id, f"{address}#p{block.id}", said.text, when, author,
            title=topic.title if opens else "", thread=Thread(topic.id, topic.title, topic.url),
            reply_to=_answered(content) if said.quotes else "", position=position, channel=topic.channel,
            quotes=said.quotes, edited=self.time(page, note), views=topic.views if opens else None,
            replies=topic.posts - 1 if opens and topic.posts else None, route="phpbb page",
        )  # fmt: skip

    def _author(self, page: Page, block: Block) -> Author | None:
        """Who wrote a post; None where its profile and its head do not agree."""
        if any(len(block.parts.get(kind, ())) > 1 for kind in ("beside", "over")):
            return None
        beside, over = _named(block.first("beside"), _BESIDE), _named(block.first("over"), _OVER)
        names = {line(node) for node in (beside, over) if node is not None}
        # "»" stands after the name: broken markup has let it in
        if len(names) != 1 or "»" in "".join(names) or (self.twice and (beside is None or over is None)):
            return None
        href = _linked(beside, over)
        return Author(names.pop(), _id("u", href), self.clean(page, href))


def _both(page: Page, names: str, place: str) -> bool:
    """Whether one of these names stands at a place."""
    return page.html.css_first(", ".join(f"{place} {name}" for name in names.split(", "))) is not None


def _named(node: LexborNode | None, selector: str) -> LexborNode | None:
    """The first node with a name in it; pictures have none."""
    found = first(node, selector)
    if node is None or found is None or line(found):
        return found
    return next((other for other in node.css(selector) if line(other)), None)


def _linked(*nodes: LexborNode | None) -> str:
    """The first link that one of these is, or holds."""
    for node in nodes:
        if node is not None and (href := attribute(node, "href") or attribute(node.css_first("a[href]"), "href")):
            return href
    return ""


def _steps(page: Page, program: str) -> Steps:
    canonical = page.attribute('link[rel="canonical"]', "href")
    links = (attribute(link, "href") for link in page.html.css(".pagination a[href]"))
    current = _start(canonical if program in canonical else page.url)
    following = page.attribute('.pagination a[rel="next"]', "href")
    return counting((href for href in links if program in href), _start, current, following)


def _start(href: str) -> int:
    return int(_id("start", href) or 0)


def _id(name: str, href: str) -> str:
    match = _IN_LINK[name].search(href)
    if match is None and name in "ft":
        match = _REWRITTEN.search(href)
    return next(filter(None, match.groups()), "") if match else ""


def _anchor(href: str) -> str:
    match = _ANCHOR.search(href)
    return match[1] if match else ""


def _category(link: LexborNode) -> str:
    block = next((node for node in above(link) if "forabg" in classes(node)), None)
    return line(block.css_first('.header dt a[href*="viewforum"]')) if block is not None else ""


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
