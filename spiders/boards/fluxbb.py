"""FluxBB 1.2 to 1.5 and PunBB 1.2 to 1.4, one family: read from pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from listening.post import Author, Post, Thread
from listening.text import named, words_of
from spiders.boards import pages
from spiders.boards.engine import UNDER, Forum, Listing, Mark, Topic
from spiders.boards.marked import Block, blocks
from spiders.boards.page import Page, above, attribute, classes, line, number
from spiders.boards.pages import Pages, Steps, counted, first

# As the programs are called, or as PunBB rewrites addresses: topic12-its-title-p2.html, topic/12/its-title/page/2/
_LINKS = {
    kind: re.compile(rf"{program}=(\d+)|^(?!.*\.php).*\b{kind}/?(\d+)")
    for kind, program in (
        ("topic", r"viewtopic\.php\?(?:[^#]*&)?id"), ("post", r"viewtopic\.php\?(?:[^#]*&)?pid"),
        ("forum", r"viewforum\.php\?(?:[^#]*&)?id"), ("user", r"profile\.php\?(?:[^#]*&)?id"),
    )
}  # fmt: skip
_PAGE = re.compile(r"[?&]p=(\d+)|/page/(\d+)|-p(\d+)\.html")
_PLAIN = re.compile(r"(?:viewtopic|profile)\.php\?")
_FLUXBB = ["head", "poster", "name", "title", "words"]  # the parts of a post in their order
_PUNBB = ["head", "byline", "poster", "name", "title", "words"]
_MARK = re.compile(r"pc?(\d+)")
_KINDS = (
    ".postleft, .post-author, .postleft dt, .author-ident .username, .post-byline, .blockpost > h2, .post-ident,"
    " .usertitle, .postmsg, .entry-content, .postedit, .post-edit"
)
_PARTS = (
    ".postleft, .postright, .postfoot, .blockpost, .posthead, .postbody, .post-author, .post-entry, .postsignature, hr"
)
_BY_CLASS = {
    "postleft": "poster", "post-author": "poster", "username": "name", "post-byline": "byline", "usertitle": "title",
    "postmsg": "words", "entry-content": "words", "postedit": "edited", "post-edit": "edited",
}  # fmt: skip
_SKIP = ".postedit, .sig-content, .postsignature, .quotebox > cite, .incqbox > h4, .postimg"
_SMILEYS = {
    "smile": ":)", "neutral": ":|", "sad": ":(", "big_smile": ":D", "yikes": ":o", "wink": ";)", "hmm": ":/",
    "tongue": ":P", "lol": ":lol:", "mad": ":mad:", "roll": ":rolleyes:", "cool": ":cool:",
}  # fmt: skip


class FluxBB(Pages):
    """Links carry the ids and count pages; posts bear their number in the topic."""

    name: ClassVar[str] = "fluxbb"
    label: ClassVar[str] = "FluxBB and PunBB"

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By the frame around every page, the line at its foot, and the shape of the links."""
        if b"brdheader" not in page.body and b"brdmain" not in page.body and b"brd-main" not in page.body:
            return 0.0
        sure = 0.6 if page.html.css_first(".pun #brdmain, .pun #brdheader, .brd #brd-main, #brd-wrap") else 0.0
        sure += 0.3 if page.html.css_first('#brdfooter a[href*="fluxbb"], a[href*="punbb"]') else 0.0
        links = "a[href*='viewforum.php?id=']", "a[href*='viewtopic.php?id=']", "#navindex", "#brdmenu"
        return min(sure + (0.3 if page.html.css_first(", ".join(links)) else 0.0), 1.0)

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The folder to which the menu's first entry leads."""
        index = page.link(page.attribute("#navindex a, #brdtitle a, .crumbs a", "href")).partition("?")[0]
        same = urlsplit(index).netloc == urlsplit(page.url).netloc
        return f"{(index if same else page.url.partition('?')[0]).rpartition('/')[0]}/"

    def index(self) -> str:
        """The list of all forums."""
        return self.root

    def read_index(self, page: Page) -> Listing:
        """The forums of every category."""
        return Listing(list(self._forums(page)))

    def read_forum(self, page: Page, forum: Forum) -> Listing:  # noqa: ARG002 - forums have none below
        """A page of a forum."""
        links = page.html.css(".tcl a[href], .item-subject h3 a[href]")
        topics = [topic for link in links if (topic := self._topic(page, link))]
        return Listing((), topics, self.clean(page, self.steps(page).next))

    def steps(self, page: Page) -> Steps:
        """The next page of a topic or a forum, by its number: links in other languages say nothing else."""
        links = [attribute(link, "href") for link in page.html.css(".pagelink a[href], .paging a[href]")]
        current = _paged(page.url)
        after = next((href for href in links if _paged(href) == current + 1), "")
        return Steps(current - 1, page.attribute("link[rel='next'], .pagelink a[rel='next']", "href") or after)

    def blocks(self, page: Page) -> list[Block]:
        """By the numbers in the ids of posts."""
        marks = [(match[1], node) for node in page.html.css("[id^='p']") if (match := _MARK.fullmatch(node.id or ""))]
        contents = {}
        for ident, node in marks:
            holder = node if "blockpost" in classes(node) else node.parent if "posthead" in classes(node) else None
            if holder is not None and ident not in contents:
                found = holder.css(".postmsg:not(.postsignature), .entry-content")
                contents[ident] = found[0] if len(found) == 1 else holder
        return blocks(contents, marks, _PARTS, ("brdmain", "brd-main"))

    def positions(
        self,
        page: Page,  # noqa: ARG002
        blocks: Sequence[pages.Block],
        steps: Steps,
        mark: Mark | None,
    ) -> Sequence[int | None]:
        """As posts bear them."""
        known = [number(line(block.node.css_first("h2 .conr, .post-num"))) for block in blocks]
        return counted(blocks, mark, opens=not steps.before) if None in known else known

    def told(self, page: Page, topic: Topic) -> Topic:
        """From the breadcrumbs, which leave the category out."""
        crumbs = page.html.css_first(".crumbs, #brd-crumbs-top, .linkst ul")
        links = crumbs.css("a[href]") if crumbs is not None else []
        forum = "".join(line(link) for link in links if self._id("forum", attribute(link, "href")))
        titles = [link for link in links if self._id("topic", attribute(link, "href"))]
        title = line(next(iter(titles), None) or page.html.css_first("h1.main-title a"))
        known = topic.channel.rpartition(UNDER)[2] == forum
        url = _PAGE.sub(lambda match: ".html" if match[3] else "", topic.url)
        return replace(topic, title=title or topic.title, url=url, channel=topic.channel if known else forum)

    def post(self, page: Page, topic: Topic, block: Block, position: int | None) -> Post | str:
        """The post of one block, or why it cannot be read."""
        parts = _parted(block)
        author = self._author(page, parts)
        if author is None:
            return "the author of a post could not be told for sure"
        if block.strange or _torn(block.content):
            return "the words of a post could not be told from those of another"
        head = parts["head"][0]
        link = next((a for a in head.css("a[href]") if self._id("post", attribute(a, "href")) == block.id), None)
        for picture in block.content.css("img[src*='smilies/']"):
            name = attribute(picture, "alt")
            picture.attrs["alt"] = _SMILEYS.get(name, name)
        said, opens = words_of(block.content, _SKIP, _quoted, bullet=""), position == 1
        edited = next(iter(parts.get("edited", ())), None)
        address = self._address(page, attribute(link, "href")) or f"{self.root}viewtopic.php?pid={block.id}"
        return Post(
            self.platform, block.id, f"{address}#p{block.id}", said.text, self.time(page, link), author,
            title=topic.title if opens else "", thread=Thread(topic.id, topic.title, topic.url),
            position=position, channel=topic.channel, quotes=said.quotes,
            edited=self.time(page, edited, line(edited).rpartition("(")[2]), views=topic.views if opens else None,
            replies=topic.posts - 1 if opens and topic.posts else None, route="fluxbb page",
        )  # fmt: skip

    def _forums(self, page: Page) -> Iterator[Forum]:
        category = ""
        for node in page.html.css(".blocktable h2, .main-head h2, h3 a[href]"):
            if node.tag == "h2":
                category = line(node)
            elif forum := self._forum(page, node, category):
                yield forum

    def _forum(self, page: Page, link: LexborNode, category: str) -> Forum | None:
        ident, name, row = self._id("forum", attribute(link, "href")), line(link), _row(link)
        if not ident or not name or row is None or "iredirect" in classes(row) or "redirect" in classes(row):
            return None
        topics, posts = (number(line(row.css_first(cell))) for cell in (".tc2, .info-topics", ".tc3, .info-posts"))
        last = first(row, ".tcr a[href], .info-lastpost a[href]")
        return Forum(
            ident, name, self.clean(page, attribute(link, "href")), f"{category}{UNDER}{name}" if category else name,
            "", topics, posts, f"{topics}/{posts}/{self._id('post', attribute(last, 'href'))}", self.time(page, last),
        )  # fmt: skip

    def _topic(self, page: Page, link: LexborNode) -> Topic | None:
        href, row = attribute(link, "href"), _row(link)
        ident = self._id("topic", href)
        if not ident or row is None or _PAGE.search(href) or "action=" in href or "pagestext" in classes(link.parent):
            return None
        replies, views = (number(line(row.css_first(cell))) for cell in (".tc2, .info-replies", ".tc3, .info-views"))
        last = first(row, ".tcr a[href], .info-lastpost a[href]")
        last_id = self._id("post", attribute(last, "href"))
        return Topic(
            ident, self.clean(page, href), line(link),
            posts=None if replies is None else replies + 1,
            stamp=f"{replies}/{last_id}" if last_id else "",
            last=self.time(page, last), views=views,
            pinned=not {"isticky", "sticky"}.isdisjoint(classes(row)),
            moved=not {"imoved", "moved"}.isdisjoint(classes(row)) or (replies is None and not last_id),
        )  # fmt: skip

    def _author(self, page: Page, parts: dict[str, list[LexborNode]]) -> Author | None:
        """Who wrote a post: one name beside it, before its words, and in PunBB the same in its head."""
        order = [kind for kind in parts if kind != "edited"]
        if order != (_PUNBB if "byline" in parts else _FLUXBB) or any(len(nodes) != 1 for nodes in parts.values()):
            return None
        beside = first(parts["name"][0], "a[href], strong")
        over = first(parts["byline"][0], "a[href], strong") if "byline" in parts else beside
        name = line(beside)
        if not name or "\ufffd" in name or line(over) != name or parts["name"][0].css_first("dd, div, ul, img"):
            return None
        href = attribute(beside, "href") or attribute(first(beside, "a[href]"), "href")
        return Author(name, self._id("user", href), self._address(page, href))

    def _address(self, page: Page, href: str) -> str:
        """Where a link leads, which mostly needs no thought."""
        address = href.partition("#")[0]
        if _PLAIN.match(address):
            return self.root + address
        return address if address.startswith(self.root) else self.clean(page, href)

    def _id(self, kind: str, href: str) -> str:
        """The id that a link carries."""
        match = _LINKS[kind].search(href.removeprefix(self.root))
        return match[1] or match[2] if match else ""


def _parted(block: Block) -> dict[str, list[LexborNode]]:
    """The parts of a post by their kind, in the order in which the page begins with them."""
    parts: dict[str, list[LexborNode]] = {}
    for node in block.node.css(_KINDS):
        found = classes(node)
        kind = next((_BY_CLASS[name] for name in _BY_CLASS if name in found), "name" if node.tag == "dt" else "head")
        if "postsignature" not in found:
            parts.setdefault(kind, []).append(node)
    return parts


def _row(link: LexborNode) -> LexborNode | None:
    return next((node for node in above(link) if node.tag == "tr" or "main-item" in classes(node)), None)


def _paged(href: str) -> int:
    match = _PAGE.search(href)
    return int(next(filter(None, match.groups()))) if match else 1


def _torn(content: LexborNode) -> bool:
    """Whether a quote or a signature has lost what frames it: then it cannot be told what is the author's own."""
    found = content.css(".quotebox, blockquote > .incqbox, blockquote")
    framed = {"quotebox", "sig-content"}
    alone = any(framed.isdisjoint(classes(node.parent)) for node in content.css("cite, .sig-line"))
    return alone or 2 * sum(node.tag == "blockquote" for node in found) != len(found)


def _quoted(node: LexborNode) -> str | None:
    """Whom a node quotes; None where it is no quote. The frame is inside until 1.2."""
    if node.tag not in ("div", "blockquote") or "box" not in attribute(node, "class"):  # most, told at once
        return None
    framed = classes(node)
    old = "incqbox" in framed and node.parent is not None and node.parent.tag == "blockquote"
    if not old and "quotebox" not in framed:
        return None
    heading = node.css_first("h4" if old else "cite")
    inside = heading is not None and heading.parent is not None and heading.parent.mem_id == node.mem_id
    return named(line(heading)) if inside else ""
