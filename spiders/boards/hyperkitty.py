"""HyperKitty, the web archive of Mailman 3: lists are forums, threads topics, mails posts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from typing import ClassVar
from urllib.parse import unquote, urljoin

from selectolax.lexbor import LexborNode

from listening.mail.reply import own_words
from listening.post import Author, Post, Thread
from spiders.boards import dates, pages
from spiders.boards.engine import Forum, Listing, Mark, Topic, TopicPage
from spiders.boards.page import Page, above, attribute, classes, line, number, query
from spiders.boards.pages import Pages, Steps, first, only, sole
from spiders.boards.shape import record, whole

_LIST = re.compile(r"(.*?/)list/([^/@]+@[^/@?#]+)/")
_THREAD = re.compile(r"/thread/(\w+)/")
_MESSAGE = re.compile(r"/message/(\w+)/")
_USER = re.compile(r"/users/([^/?#]+)/")
_PAGE = 50  # threads on a page of a list
_BLOCKS = frozenset("p div pre ul ol table h1 h2 h3 h4 h5 h6 blockquote".split())


@dataclass(slots=True)
class Block(pages.Block):
    """One mail."""

    day: int | None  # of the month, as the board's clock has it: shown where it is another than the mail before's


class HyperKitty(Pages):
    """A thread is one page with all its mails, for those without scripts; older versions send six at a time as JSON.

    Times are split: the board's time of day, and the whole time by the sender's clock.
    """

    name: ClassVar[str] = "hyperkitty"
    label: ClassVar[str] = "HyperKitty"

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By its name at the foot of the page, its files, and the shape of its links."""
        if _beside(page):
            return 0.8  # where Mailman's lists are managed: the archive stands beside it
        if b"hyperkitty" not in page.body and b"HyperKitty" not in page.body:
            return 0.0
        sure = 0.45 if page.html.css_first("img[alt='HyperKitty'], a[href*='hyperkitty.readthedocs']") else 0.0
        sure += 0.3 if b"/hyperkitty/" in page.body else 0.0
        return sure + (0.2 if page.html.css_first("a.list-name, a.thread-title, .email-header, #thread-list") else 0.0)

    @classmethod
    def root_of(cls, page: Page) -> str:
        """What stands before a list in the links."""
        if beside := _beside(page):
            return page.link(beside)
        links = (page.link(attribute(link, "href")) for link in page.html.css("a[href*='/list/']"))
        found = next(filter(None, (_LIST.match(link) for link in (page.url, *links))), None)
        return found[1] if found else f"{page.url.partition('?')[0].rpartition('/')[0]}/"

    def index(self) -> str:
        """All lists."""
        return self.root

    def read_index(self, page: Page) -> Listing:
        """The lists that are not private; each stands there twice, for small screens and for large ones.

        A list counts as inactive that had no mail for 32 days, so that asking once in a calendar month misses none.
        """
        found = {}
        for link in page.html.css("a.list-name[href]"):
            match, entry = _LIST.search(attribute(link, "href")), pages.row(link)
            shape = classes(entry)
            if match and line(link) and "private" not in shape:
                name = unquote(match[2])
                url = f"{page.link(attribute(link, 'href'))}latest?count={_PAGE}"
                stamp = f"inactive in {page.at:%Y-%m}" if "inactive" in shape else ""
                found[name] = Forum(name, line(link), url, line(link), stamp=stamp)
        return Listing([*found.values()], next=_next(page))

    def read_forum(self, page: Page, forum: Forum) -> Listing:  # noqa: ARG002 - a list has none below it
        """A page of threads."""
        topics = [topic for link in page.html.css("a.thread-title[href]") if (topic := self._topic(page, link))]
        return Listing((), topics, _next(page))

    def read_topic(self, page: Page, topic: Topic, mark: Mark | None) -> TopicPage:
        """A thread's page, or a few of its mails as JSON: made a page that has a link to what follows."""
        answer = record(page.json)
        if isinstance(html := answer.get("replies_html"), str):
            after = whole(answer.get("next_offset")) if answer.get("more_pending") else None
            link = f'<link rel="next" href="{escape(_replies(page, after))}">' if after else ""
            page = Page(page.url, f"<html><body>{link}{html}</body></html>".encode("utf-8", "replace"), page.at)
        return super().read_topic(page, topic, mark)

    def steps(self, page: Page) -> Steps:
        """What comes before a page is two more than its offset says; mails that a script would fetch come after."""
        offset = number(query(page.url).get("offset", "")) if "/replies" in page.url else None
        waiting = page.html.css_first(".replies .ajaxloader") is not None and offset is None
        following = page.attribute('link[rel="next"][href*="/replies"]', "href")
        return Steps(0 if offset is None else offset + 1, following or (_replies(page, 0) if waiting else ""))

    def blocks(self, page: Page) -> list[Block]:
        """The mails."""
        found: dict[str, Block] = {}
        day: int | None = None
        for node in page.html.css(".email"):
            head = node.css_first(".email-header")
            ident = (head.id or "") if head is not None else ""
            shown = number(line(first(head, ".email-date .date")))
            day = shown if shown is not None else day
            if ident and ident not in found:
                found[ident] = Block(node, ident, day)
        return list(found.values())

    def _topic(self, page: Page, link: LexborNode) -> Topic | None:
        href = attribute(link, "href")
        match, entry = _THREAD.search(href), next((node for node in above(link) if "thread" in classes(node)), None)
        if match is None or entry is None:
            return None
        icon = entry.css_first(".fa-comment, .fa-comments")
        replies = number(line(icon.parent)) if icon is not None else None
        date = attribute(entry.css_first(".thread-date[title], .text-muted[title], [title*=':']"), "title")
        return Topic(
            match[1], f"{page.link(href).partition('?')[0]}?sort=date&noscript", line(link),
            posts=None if replies is None else replies + 1, stamp=f"{replies}/{date}" if date else "",
            last=self.time(page, None, date),
        )  # fmt: skip

    def told(self, page: Page, topic: Topic) -> Topic:
        """From the heading."""
        heading = page.html.css_first(".thread-header h3, h3#thread-title, .view-thread h1")
        url = topic.url.partition("?")[0].removesuffix("replies")
        return replace(topic, title=line(heading) or topic.title, url=url)

    def post(self, page: Page, topic: Topic, block: Block, position: int | None) -> Post | str:
        """The post of one mail, or why it cannot be read."""
        content, head = only(block.node, ".email-body"), only(block.node, ".email-header")
        link = attribute(block.node.css_first(".messagelink a[href*='/message/']"), "href")
        match = _MESSAGE.search(link)
        quoting = content.css(".quoted-switch, .quoted-text") if content is not None else []
        torn = 2 * sum("quoted-text" in classes(node) for node in quoting) != len(quoting)  # each has its switch
        if content is None or torn or (match is not None and match[1] != block.id):
            return "the words of a mail could not be told from those of another"
        named = only(head, ".name") if head is not None else None
        name = sole(named)
        if named is None or not name or match is None:
            return "the author of a mail could not be told for sure"
        profile = attribute(named.css_first("a[href]"), "href")
        user = _USER.search(profile)
        address = f"{topic.url.partition('/thread/')[0]}/message/{block.id}/"
        said, opens = own_words(_typed(content)), position == 1
        return Post(
            self.platform, block.id, address, said.text, self._when(page, head, block.day),
            Author(name, user[1] if user else "", page.link(profile) if profile else ""), kind="email",
            title=topic.title if opens else "", thread=Thread(topic.id, topic.title, topic.url), position=position,
            channel=topic.channel, quotes=said.quotes, likes=number(line(block.node.css_first(".youlike"))),
            replies=topic.posts - 1 if opens and topic.posts else None, route="hyperkitty page",
        )  # fmt: skip

    def _when(self, page: Page, head: LexborNode | None, day: int | None) -> datetime | None:
        """The board's time of day, on the day that it shows, near to the time on the sender's clock."""
        clock = first(head, ".time [title]")
        sent, shown = dates.parse(attribute(clock, "title"), page.at), line(clock)
        read = dates.parse(f"1 Jan 2000 {shown}", page.at) if shown else None
        if sent is None or read is None or not 1970 <= sent.year < 2200:
            return None
        there = sent.replace(tzinfo=None)
        near = [datetime.combine(there + timedelta(days=shift), read.time()) for shift in (0, -1, 1)]
        likely = [moment for moment in near if moment.day == day] or near
        return dates.iso(min(likely, key=lambda moment: abs(moment - there)).isoformat(), self.zone)


def _beside(page: Page) -> str:
    """Where the archive is, on a page of Postorius, which manages Mailman's lists."""
    if b"postorius.readthedocs" not in page.body:
        return ""
    links = (attribute(link, "href") for link in page.html.css(".navbar a.nav-link[href]"))
    return next((link for link in links if link.endswith(("/archives/", "/hyperkitty/")) and "?" not in link), "")


def _next(page: Page) -> str:
    current = number(query(page.url).get("page", "")) or 1
    links = [page.link(attribute(link, "href")) for link in page.html.css(".pagination a[href*='page=']")]
    later = {after: link for link in links if (after := number(query(link).get("page", "")) or 0) > current}
    return later[min(later)] if later else ""


def _replies(page: Page, offset: int) -> str:
    return urljoin(page.url, f"replies?sort=date&offset={offset}")


def _typed(body: LexborNode) -> str:
    """What was typed, line by line; quotes that markup tells begin with ">" again."""
    return re.sub(r"\n{3,}", "\n\n", "".join(_pieces(body.iter(include_text=True)))).strip("\n")


def _pieces(nodes: Iterator[LexborNode]) -> Iterator[str]:
    for node in nodes:
        tag = node.tag or "-"
        kinds = classes(node) if tag[0] not in "-!" else frozenset()
        if tag == "-text":
            yield node.text_content or ""
        elif tag[0] in "-!" or kinds & {"quoted-switch", "pgp", "text-muted", "attachments"} or tag == "script":
            continue
        elif tag == "br":
            yield "\n"
        elif tag == "img":
            yield attribute(node, "alt")
        elif tag == "blockquote":
            yield "\n" + "\n".join(f"> {said}".rstrip() for said in _typed(node).split("\n")) + "\n\n"
        elif tag == "a" and line(node).endswith("...") and attribute(node, "href").startswith("http"):
            yield attribute(node, "href")
        else:
            yield "\n" * (tag in _BLOCKS) + "* " * (tag == "li")
            yield from _pieces(node.iter(include_text=True))
            yield "\n" * (tag in _BLOCKS)
