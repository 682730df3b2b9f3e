"""Simple Machines Forum 2.0 and 2.1, and what came before where its links are the same: read from pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone, tzinfo
from typing import ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborNode

from listening.post import Author, Post, Thread
from listening.text import words_of
from spiders.boards import dates, smfpost
from spiders.boards.engine import UNDER, Forum, Listing, Topic
from spiders.boards.marked import Block
from spiders.boards.page import Page, above, attribute, classes, line, number
from spiders.boards.pages import Pages, Steps, counting, first

_PROGRAM = re.compile(rb"smf_scripturl\s*=\s*[\"']([^\"'?]+)")
_SESSION = re.compile(r"(?<=[?;&])PHPSESSID=[^;&#]*[;&]?")
_SEEN = re.compile(r";(?:topicseen|boardseen|all|nowap|wap2?|imode)\b")
# Plain, with "queryless" addresses, and as add-ons rewrite them: topic=12.30, topic,12.30.html, topic-12.30
_TOPIC = re.compile(r"\btopic([=,-])(\d+)(?:\.(?:msg\d+|(\d+)))?")
_BOARD = re.compile(r"\bboard([=,-])(\d+)(?:\.(\d+))?")
_MEMBER = re.compile(r"\bu([=,])(\d+)")
_ROW = re.compile(r"board_\d+")
_COUNTER = re.compile(r"#(\d+)")
_LABEL = re.compile(r"^[^:]*: ")  # "Reply #3 on: "; a clock has no space there
_CLOCK = re.compile(r".*?\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[ap]\.?m\b)?", re.I)
_CRUMBS = ".navigate_section, .linktree, .nav"
_PAGES = ".pagelinks a[href], a.navPages, a.nav_page"
_ZONES = tuple(
    map(
        ZoneInfo,
        "UTC Europe/Berlin Europe/London Europe/Helsinki America/New_York America/Chicago America/Denver "
        "America/Los_Angeles".split(),
    )
)


class SMF(Pages):
    """Links carry the ids; the number after the point counts posts or topics; each part of a post bears its number."""

    name: ClassVar[str] = "smf"
    label: ClassVar[str] = "SMF 2"
    boards: str = ""  # the address of their list, where it is not the usual one

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By what its scripts are told, its copyright line, and the shape of the links."""
        if b"smf_" not in page.body and b"simplemachines.org" not in page.body:
            return 0.0
        sure = 0.6 if _PROGRAM.search(page.body) else 0.4 if b"smf_theme_url" in page.body else 0.0
        sure += 0.3 if page.html.css_first('a[href*="simplemachines.org"]') else 0.0
        links = "a[href*='board=']", "a[href*='board,']", "a[href*='topic=']", "a[href*='topic,']", "a[href*='action=']"
        return min(sure + (0.1 if page.html.css_first(", ".join(links)) else 0.0), 1.0)

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The folder of index.php, as the scripts are told."""
        found = _PROGRAM.search(page.body)
        here, there = urlsplit(page.url), urlsplit(page.link(found[1].decode("utf-8", "replace")) if found else "")
        same = here.netloc.removeprefix("www.") == there.netloc.removeprefix("www.")
        path = (there if same else here).path.partition("/index.php")[0].rstrip("/")
        if not same and not here.path.partition("/index.php")[1]:
            path = here.path.rpartition("/")[0]
        return f"{here.scheme}://{here.netloc}{path}/"

    def learn(self, page: Page) -> None:
        """Many themes show what time it is: what lies between that and ours is the board's zone.

        Where a portal has taken the first page, it links to the list of boards.
        """
        self.zone = self.configured or _zone(page) or self.zone
        self.boards = self.clean(page, page.attribute("a[href$='action=forum']", "href"))

    def index(self) -> str:
        """The list of all boards."""
        return self.boards or f"{self.root}index.php"

    def read_index(self, page: Page) -> Listing:
        """The boards of every category; those below them are on their own pages."""
        return Listing(list(self._forums(page, None)))

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """A page of a board."""
        links = page.html.css("[id^='msg_'] a[href*='topic']")
        topics = [topic for link in links if (topic := self._topic(page, link))]
        return Listing(list(self._forums(page, forum)), topics, self.clean(page, _steps(page, _BOARD).next))

    def clean(self, page: Page, href: str, *_: str) -> str:
        """A link's address without session and marks of reading, which its query parts by semicolons."""
        if not href.startswith(self.root):
            href = page.link(href) if href else ""
        return _SEEN.sub("", _SESSION.sub("", href.partition("#")[0])).rstrip("?;&")

    def _forums(self, page: Page, parent: Forum | None) -> Iterator[Forum]:
        category = ""
        for node in page.html.css("h3, .catbg, a[id^='b'], a[name^='b']"):
            if node.tag != "a":
                category = line(node) or category
            elif forum := self._forum(page, node, parent, parent.path if parent else category):
                yield forum

    def _forum(self, page: Page, link: LexborNode, parent: Forum | None, above_it: str) -> Forum | None:
        ident, name = _found(_BOARD, attribute(link, "href")), line(link)
        row = next((node for node in above(link) if node.tag == "tr" or _ROW.fullmatch(node.id or "")), None)
        if f"b{ident}" not in (link.id, attribute(link, "name")) or not name or row is None:
            return None
        if row.css_first(".board_redirect, img[src*='/redirect.']"):
            return None  # leads to another site
        counts = _counts(row, link)
        topics, posts = sorted(counts[:2]) if len(counts) > 1 else (None, None)
        last, last_id = self._last(page, row, link)
        below = page.html.css(f"[id='board_{ident}_children'] a[href*='board']")
        if below and (not topics or any(0 in _figures(attribute(child, "title")) for child in below)):
            # An empty board may hold full ones, and its own number does not tell when these change.
            topics = posts = None
        return Forum(
            ident, name, self.clean(page, attribute(link, "href")), f"{above_it}{UNDER}{name}" if above_it else name,
            parent.id if parent else "", topics, posts,
            f"{topics}/{posts}/{last_id or last or ''}" if topics is not None else "", last,
        )  # fmt: skip

    def _topic(self, page: Page, link: LexborNode) -> Topic | None:
        href = attribute(link, "href")
        ident, row = _found(_TOPIC, href), _row(link)
        if not ident or row is None or "action=" in href:
            return None
        counts = _counts(row, link)
        replies, views = counts[:2] if len(counts) > 1 else (None, None)
        last, last_id = self._last(page, row, link)
        return Topic(
            ident, self.clean(page, href), line(link),
            posts=None if replies is None else replies + 1,
            stamp=f"{replies}/{last_id or last}" if last_id or last else "",
            last=last, views=views,
            pinned=any("sticky" in name for name in classes(row))
            or row.css_first("[class*='sticky'], img[src*='sticky']") is not None,
            moved=row.css_first("img[src*='/moved.'], .move") is not None,
        )  # fmt: skip

    def _last(self, page: Page, row: LexborNode, link: LexborNode) -> tuple[datetime | None, str]:
        """When the newest post of a row was written, and its id."""
        links = [node for node in row.css("a[href*='msg']") if node.mem_id != link.mem_id]
        cell = row.css_first(".lastpost") or (links[-1].parent if links else None)
        if cell is None:
            return None, ""
        found = (_found(smfpost.MESSAGE, attribute(node, "href")) for node in reversed(links))
        # Titles and names may hold dates too, but are links; the time is one only where it stands first.
        when = self._when(page, words_of(cell, "a").text) or self._when(page, words_of(cell).text)
        return when, next(filter(None, found), "")

    def _when(self, page: Page, text: str) -> datetime | None:
        """The first time in a text: what follows its clock may name others."""
        match = _CLOCK.match(" ".join(text.split()))
        return self.time(page, None, match[0] if match else text)

    def steps(self, page: Page) -> Steps:
        """Of a page of a topic."""
        return _steps(page, _TOPIC)

    def blocks(self, page: Page) -> list[Block]:
        """By the numbers that all parts of a post bear."""
        return smfpost.numbered(page)

    def told(self, page: Page, topic: Topic) -> Topic:
        """From the heading and the breadcrumbs."""
        crumbs = page.html.css_first(_CRUMBS)
        links = crumbs.css("a[href]") if crumbs is not None else []
        path = [line(link) for link in links if _crumb(attribute(link, "href"))]
        named = [line(link) for link in links if _found(_TOPIC, attribute(link, "href")) == topic.id]
        title = line(page.html.css_first("#top_subject")) or "".join(named[-1:]) or topic.title
        url = _TOPIC.sub(r"topic\1\2.0", self.clean(page, topic.url))
        return replace(topic, title=title, url=url, channel=UNDER.join(filter(None, path)) or topic.channel)

    def post(self, page: Page, topic: Topic, block: Block, position: int | None) -> Post | str:
        """The post of one block, or why it cannot be read."""
        parts = smfpost.parted(block)
        author = self._author(page, parts)
        if author is None:
            return "the author of a post could not be told for sure"
        if block.strange or smfpost.torn(block.content):
            return "the words of a post could not be told from those of another"
        said, head, edited = (
            smfpost.own_words(block.content),
            smfpost.head_line(parts),
            line(smfpost.only(parts, "modified_")),
        )
        counter = _COUNTER.search(head)
        place = int(counter[1]) + 1 if counter else position
        opens = place == 1
        return Post(
            self.platform, block.id, self._permalink(topic, block.id), said.text,
            self._when(page, _LABEL.sub("", _COUNTER.sub("", head))), author,
            title=topic.title if opens else "", thread=Thread(topic.id, topic.title, topic.url),
            reply_to=smfpost.answered(block.content) if said.quotes else "", position=place, channel=topic.channel,
            quotes=said.quotes,
            edited=self._when(page, edited), likes=number(line(smfpost.only(parts, "like_count"))),
            views=topic.views if opens else None,
            replies=topic.posts - 1 if opens and topic.posts else None, route="smf page",
        )  # fmt: skip

    def _author(self, page: Page, parts: smfpost.Parts) -> Author | None:
        """Who wrote a post: the head of what stands before its words; None where that is not one person for sure."""
        poster = smfpost.only(parts, "poster")
        if poster is None or next(iter(parts)) != "poster" or poster.css_first(".post, .keyinfo, [id^='subject_']"):
            return None
        links = [link for link in poster.css("a[href*='action=profile']") if _found(_MEMBER, attribute(link, "href"))]
        if not links:
            return smfpost.guest(poster)
        named = next((link for link in links if line(link)), None)
        ids = {_found(_MEMBER, attribute(link, "href")) for link in links}
        name, told = line(named), " ".join(attribute(named, "title").split())
        sure = name in told if told else any(node.tag in smfpost.HEADS for node in above(named))
        if not name or not sure or len(ids) != 1 or first(named, "img, ul, li") is not None:
            return None
        return Author(name, ids.pop(), self.clean(page, attribute(named, "href")))

    def _permalink(self, topic: Topic, ident: str) -> str:
        """In the way in which this board writes the addresses of topics."""
        known = topic.url if _TOPIC.search(topic.url) else f"{self.root}index.php?topic={topic.id}"
        return _TOPIC.sub(lambda match: f"topic{match[1]}{match[2]}.msg{ident}", known) + f"#msg{ident}"


def _found(pattern: re.Pattern[str], text: str) -> str:
    """The id that a link carries."""
    match = pattern.search(text)
    return match[2] if match else ""


def _crumb(href: str) -> bool:
    """Whether a link leads to a board or a category."""
    return bool(_BOARD.search(href) or re.search(r"#c?\d+$", href))


def _figures(text: str) -> list[int]:
    return [found for part in re.split(r"[:()\n]", text) if (found := number(part)) is not None]


def _counts(row: LexborNode, link: LexborNode) -> list[int]:
    """What a row counts: posts and topics, or replies and views."""
    cells = row.css(".board_stats, .stats, .replies, .views") or [
        cell for cell in row.css("td") if cell.css_first("a") is None and link.mem_id != cell.mem_id
    ]
    return [found for cell in cells for found in _figures(cell.text(deep=True, separator="\n"))]


def _row(link: LexborNode) -> LexborNode | None:
    """The row of a list in which a topic's link stands: what also links to its newest post."""
    ident = _found(_TOPIC, attribute(link, "href"))
    for node in above(link):
        others = node.css("a[href*='msg']")
        if any(_found(_TOPIC, attribute(other, "href")) == ident for other in others if other.mem_id != link.mem_id):
            return node
        if others or node.tag == "tr":
            break
    return None


def _steps(page: Page, pattern: re.Pattern[str]) -> Steps:
    canonical = page.attribute('link[rel="canonical"]', "href")
    links = (attribute(link, "href") for link in page.html.css(_PAGES))
    current = canonical if pattern.search(canonical) else page.url
    return counting(filter(pattern.search, links), lambda href: _start(pattern, href), _start(pattern, current))


def _start(pattern: re.Pattern[str], href: str) -> int:
    match = pattern.search(href)
    return int(match[3] or 0) if match else 0


def _zone(page: Page) -> tzinfo | None:
    for node in page.html.css(".user time[datetime], #time"):
        now = dates.iso(attribute(node, "datetime")) or page.at
        told = dates.parse(line(node), page.at)
        if told is not None and abs(told - now) < timedelta(hours=15):
            shift = round((told - now) / timedelta(minutes=15)) * timedelta(minutes=15)
            return next((zone for zone in _ZONES if now.astimezone(zone).utcoffset() == shift), timezone(shift))
    return None
