"""MyBB 1.6 and 1.8: the themes made from its templates, read from pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone, tzinfo
from typing import ClassVar
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from listening.post import Author, Post, Thread
from listening.text import Words, quoted_author, words_of
from spiders.boards import dates, pages
from spiders.boards.engine import UNDER, Forum, Listing, Mark, Topic
from spiders.boards.page import Page, above, attribute, classes, line, number
from spiders.boards.pages import Pages, Steps, counted, first, row
from spiders.boards.parts import Block, Kinds, gathered
from spiders.boards.postbits import counts, month_first, named, outside_links

_IDENT = re.compile(r"(?:^(?:post_|pid_?|post_meta_|edited_by_)|#pid)(\d+)$")
_USER = re.compile(r"[?&]uid=(\d+)|/?user-(\d+)\.html")
_ANSWERED = re.compile(r"[?&]pid=(\d+)|#pid(\d+)")
_CURRENT = re.compile(r"[?&-]page[=-](\d+)")
_SKIP = ".codeblock > .title, img:not(.smilie):not([src*='smilies/']), a[href*='attachment.php?'], fieldset, .signature"
# What people write for the smilies that every board begins with; pages show their names.
_SMILIES = {
    "Smile": ":)", "Wink": ";)", "Cool": ":cool:", "Big Grin": ":D", "Tongue": ":P", "Sad": ":(", "Angry": ":@",
    "Confused": ":s", "Undecided": ":-/", "Rolleyes": ":rolleyes:", "Shy": ":shy:", "At": ":at:", "Angel": ":angel:",
    "Blush": ":blush:", "Dodgy": ":dodgy:", "Exclamation": ":exclamation:", "Heart": ":heart:", "Huh": ":huh:",
    "Idea": ":idea:", "Sleepy": ":sleepy:", "Cry": ":cry:", "Sick": ":sick:", "Arrow": ":arrow:", "My": ":my:",
}  # fmt: skip
_PAGES = ".pagination:not(.pagination_breadcrumb)"  # the trail of links has a menu with a forum's pages


def _post(node: LexborNode) -> str:
    """The id of the post that an element names, or a link leads to."""
    match = _IDENT.search(node.id or attribute(node, "href"))
    return match[1] if match else ""


_KINDS = Kinds(
    blocks="[id^='post_']:not([id^='post_meta_'])",
    ident=_post,
    parts={
        "words": "[id^='pid_']",
        "name": ".largetext",
        "date": ".post_date, td.tcat > .smalltext, tr > td > span.smalltext:only-child",
        "edited": "[id^='edited_by_']",
        "meta": "[id^='post_meta_']",
    },
    asides={
        "user": "a[href*='action=finduser'], a[href*='reputation.php?uid=']",
        "profile": "a[href*='action=profile'], a[href*='user-'], a[href*='User-']",
        "permalink": "a[href*='#pid']",
    },
    marks="[id^='pid'], [id^='post_meta_'], a[href*='#pid']",
)
_DRIFT = timedelta(minutes=10)  # between a board's clock and ours
_HALVES = (-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765)  # minutes of the zones between whole hours


class MyBB(Pages):
    """Ids stand beside what they name, so that links may have any shape; `page=` counts pages."""

    name: ClassVar[str] = "mybb"
    label: ClassVar[str] = "MyBB"
    noise = ("sid", "highlight")
    month_first = True  # as every board begins

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By the scripts and the feed in every page's head, and by the ids of rows and posts."""
        if b"my_post_key" not in page.body and b"MyBB" not in page.body and b"syndication.php" not in page.body:
            return 0.0
        sure = 0.5 if b"var my_post_key" in page.body or b"MyBBEditor" in page.body else 0.0
        sure += 0.3 if page.html.css_first("link[href*='syndication.php?type=atom']") else 0.0
        sure += 0.3 if page.html.css_first("a[href*='//mybb.com'], a[href*='//www.mybb.com']") else 0.0
        rows = "[id^='mark_read_'], [id^='tid_'], .post_body[id^='pid_'], a[href*='misc.php?action=syndication']"
        return min(sure + (0.3 if page.html.css_first(rows) else 0.0), 1.0)

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The folder of the feed that every page names."""
        root, feed, _ = page.link(page.attribute("link[href*='syndication.php']", "href")).partition("syndication.php")
        if feed and urlsplit(root).netloc == urlsplit(page.url).netloc:
            return root
        return f"{page.url.partition('?')[0].rpartition('/')[0]}/"

    def learn(self, page: Page) -> None:
        """The clock at the foot of the page tells the zone, and whether days or months come first."""
        clock = line(page.html.css_first("#current_time"))
        times = {order: dates.parse(clock, page.at, month_first=order) for order in (True, False)}
        near = [order for order, when in times.items() if when and abs(when - page.at) < timedelta(hours=15)]
        if len(near) == 1:
            self.month_first = near[0]
        elif (order := month_first(page)) is not None:
            self.month_first = order
        shown = times[self.month_first]
        self.zone = self.configured or (_zone(shown - page.at) if near and shown else None) or self.zone

    def index(self) -> str:
        """The list of all forums."""
        return f"{self.root}index.php"

    def read_index(self, page: Page) -> Listing:
        """The forums of every category."""
        return Listing(self._forums(page, None))

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """A page of forumdisplay.php."""
        topics = [topic for node in page.html.css("[id^='tid_']") if (topic := self._topic(page, node))]
        return Listing(self._forums(page, forum), topics, self.clean(page, _following(page)))

    def steps(self, page: Page) -> Steps:
        """Of a page of showthread.php."""
        match = _CURRENT.search(page.url)
        current = number(line(page.html.css_first(f"{_PAGES} .pagination_current"))) or (int(match[1]) if match else 1)
        return Steps(current - 1, _following(page))

    def blocks(self, page: Page) -> list[Block]:
        """What has a post's id."""
        blocks = gathered(page, _KINDS)
        if any("name" in block.parts for block in blocks):  # then where it is missing markup broke
            for block in blocks:
                block.parts.pop("profile", None)
        return blocks

    def positions(
        self,
        page: Page,  # noqa: ARG002
        blocks: Sequence[pages.Block],
        steps: Steps,
        mark: Mark | None,
    ) -> Sequence[int | None]:
        """Posts bear their numbers; some themes leave them out."""
        shown = [line(block.first("permalink")) for block in blocks if isinstance(block, Block)]
        told = [number(text) if text.startswith("#") else None for text in shown]
        return told if any(told) else counted(blocks, mark, opens=steps.before == 0)

    def told(self, page: Page, topic: Topic) -> Topic:
        """From the trail of links to the forum."""
        trail = [link for link in page.html.css(".navigation a[href]") if not _inside(link, "pagination")]
        return replace(
            topic,
            title=topic.title or line(page.html.css_first(".navigation .active")),
            channel=UNDER.join(filter(None, map(line, trail[1:]))) or topic.channel,
        )

    def post(self, page: Page, topic: Topic, block: Block, position: int | None) -> Post | str:
        """The post of one block, or why it cannot be read."""
        content = block.content
        if content is None or content.id != f"pid_{block.id}":
            return "the words of a post could not be told from those of another"
        author = self._author(page, block)
        if author is None:
            return "the author of a post could not be told for sure"
        said = _said(content)
        href = attribute(block.first("permalink"), "href")
        own = href[:1] not in ("", "#")
        address = self.clean(page, href) if own else f"{self.root}showthread.php?pid={block.id}"
        opens = position == 1
        return Post(
            self.platform, block.id, f"{address}#pid{block.id}", said.text, self._posted(page, block), author,
            title=topic.title if opens else "", thread=Thread(topic.id, topic.title, topic.url),
            reply_to=_answered(content), position=position, channel=topic.channel, quotes=said.quotes,
            edited=self._moment(page, block.first("edited")), views=topic.views if opens else None,
            replies=topic.posts - 1 if opens and topic.posts else None, route="mybb page",
        )  # fmt: skip

    def _forums(self, page: Page, parent: Forum | None) -> list[Forum]:
        return [forum for node in page.html.css("[id^='mark_read_']") if (forum := self._forum(page, node, parent))]

    def _forum(self, page: Page, mark: LexborNode, parent: Forum | None) -> Forum | None:
        ident, entry = (mark.id or "").removeprefix("mark_read_"), _row(mark, "a[href]")
        link = next((link for link in entry.css("a[href]") if line(link)), None) if entry is not None else None
        elsewhere = "offlink" in f"{attribute(mark, 'class')} {attribute(mark, 'src')}"
        if not ident.isdecimal() or entry is None or link is None or elsewhere or "subforumicon" in classes(mark):
            return None  # the icons of forums further down have the same ids
        name, (topics, posts, *_) = line(link), [*counts(entry, link), None, None]
        newest = entry.css_first("a[href*='lastpost']")
        last = self._moment(page, newest.parent if newest is not None else None)
        above_it = parent.path if parent else _category(mark)
        stamp = f"{topics}/{posts}/{last.isoformat() if last else ''}" if last or topics is not None else ""
        return Forum(
            ident, name, self.clean(page, attribute(link, "href")), f"{above_it}{UNDER}{name}" if above_it else name,
            parent.id if parent else "", topics, posts, stamp, last,
        )  # fmt: skip

    def _topic(self, page: Page, node: LexborNode) -> Topic | None:
        ident, entry = (node.id or "").removeprefix("tid_"), _row(node, ".lastpost")
        link = node if node.tag == "a" else node.css_first("a[href]")
        if not ident.isdecimal() or entry is None or link is None or not line(link):
            return None
        counter = entry.css_first("a[href*='whoposted'], a[href*='whoPosted']")
        numbers = counts(entry, link)
        replies = number(line(counter)) if counter is not None else next(iter(numbers), None)
        last = self._moment(page, entry.css_first(".lastpost"))
        shape = " ".join(attribute(cell, "class") for cell in entry.css("td, span, div"))
        icons = " ".join(attribute(image, "src") for image in entry.css("img"))
        return Topic(
            ident, self.clean(page, attribute(link, "href")), line(link),
            posts=None if replies is None else replies + 1,
            stamp=f"{replies}/{last.isoformat()}" if last and replies is not None else "", last=last,
            views=numbers[1] if len(numbers) > 1 else None,
            pinned="sticky" in shape, moved="movefolder" in f"{shape} {icons}" or line(counter) == "-",
        )  # fmt: skip

    def _author(self, page: Page, block: Block) -> Author | None:
        """Who wrote a post; None where what the block says of it does not agree."""
        users = {_user(attribute(other, "href")) for other in block.parts.get("user", ())} - {""}
        node = block.only("name")
        link = first(node, "a[href]") if node is not None else _profile(block, users)
        name, href = named(node if node is not None else link), attribute(link, "href")
        users |= {_user(href)} - {""}
        if not name or len(users) > 1 or (link is not None and named(link) != name):
            return None
        return Author(name, next(iter(users), ""), self.clean(page, href))

    def _posted(self, page: Page, block: Block) -> datetime | None:
        return next(filter(None, (self._moment(page, node) for node in block.parts.get("date", ()))), None)

    def _moment(self, page: Page, node: LexborNode | None) -> datetime | None:
        text = " ".join(outside_links(node).split()) if node is not None else ""
        return dates.parse(text, page.at, self.zone, self.month_first) if text else None


def _following(page: Page) -> str:
    return page.attribute(f"{_PAGES} a.pagination_next", "href")


def _category(mark: LexborNode) -> str:
    heads = (holder.css_first(".thead strong a, .thead a[href]") for holder in above(mark))
    return next((line(head) for head in heads if head is not None), "")


def _row(node: LexborNode, selector: str) -> LexborNode | None:
    """The row around a node; in a theme without tables the first thing that also holds what a selector finds."""
    found = row(node)
    wider = (holder for holder in above(node) if holder.css_first(selector) is not None)
    return found if found is not None else next(wider, None)


def _profile(block: Block, users: set[str]) -> LexborNode | None:
    """The link to who wrote a post where a theme names people in its own way; None where it could be another's."""
    links = [link for link in block.parts.get("profile", ()) if named(link) and not _edited(link)]
    own = [link for link in links if _user(attribute(link, "href")) in users] or links
    return own[0] if len({named(link) for link in own}) == 1 else None


def _edited(link: LexborNode) -> bool:
    return any((holder.id or "").startswith("edited_by_") for holder in above(link))


def _inside(node: LexborNode, name: str) -> bool:
    return any(name in classes(holder) for holder in above(node))


def _user(href: str) -> str:
    match = _USER.search(href)
    return next(filter(None, match.groups()), "") if match else ""


def _said(content: LexborNode) -> Words:
    for image in content.css("img[alt]"):
        if (code := _SMILIES.get(attribute(image, "alt"))) and "smil" in attribute(image, "src"):
            image.attrs["alt"] = code
    for time in content.css("blockquote > cite > span"):
        time.decompose()  # stands before the name of who is quoted
    for link in content.css("a[href*='attachment.php?']"):
        if (size := link.next) is not None and size.tag == "-text" and (size.text_content or "").startswith(" ("):
            size.decompose()
    return words_of(content, _SKIP, _quoted, bullet="")


def _quoted(node: LexborNode) -> str | None:
    if node.tag != "blockquote":
        return None
    author, cite = quoted_author(node), node.css_first("cite")
    heading = cite is not None and cite.css_first("a") is None and line(cite) == f"{author}:"
    return "" if heading else author  # "Quote:" names nobody


def _answered(content: LexborNode) -> str:
    """The id of the post that is quoted first."""
    link = content.css_first("blockquote > cite a[href*='pid']")
    match = _ANSWERED.search(attribute(link, "href"))
    return next(filter(None, match.groups()), "") if match else ""


def _zone(shift: timedelta) -> tzinfo | None:
    """The zone whose clock is ahead by this much; None where none is near enough to be it."""
    hours = (60 * hour for hour in range(-12, 15))
    minutes = min((*hours, *_HALVES), key=lambda known: abs(timedelta(minutes=known) - shift))
    zone = timezone(timedelta(minutes=minutes))
    return zone if abs(timedelta(minutes=minutes) - shift) <= _DRIFT else None
