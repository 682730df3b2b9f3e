"""Pipermail, the archive of Mailman 2: a list is a forum, a month's thread a topic, each mail a page of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, ClassVar
from urllib.parse import unquote

from listening.mail.reply import own_words
from listening.post import Author, Post, Thread
from spiders.boards import dates
from spiders.boards.engine import Forum, Listing, Mark, Topic
from spiders.boards.page import Page, attribute, line
from spiders.boards.pages import Block, Pages, Steps, sole

_VOLUME = re.compile(r"(.*/)([^/]+/)(?:thread|date|subject|author|\d{4,})\.html$")
_MAIL = re.compile(r"([^/]+/\d{4,})\.html$")
_NAME = re.compile(r"The (.+) Archives")
# <!--2 01740816451.1-01740873631.2- --> before an entry: its depth, and the times and numbers from the first mail down
_KEY = re.compile(r"\s*\d+ ((?:\d{9,12}(?:\.\d+)?-)+)\s*")
_WHEN = re.compile(r"(.*?)\b(\d\d?:\d\d:\d\d)\s+(?:([^\d\s]\S*)\s+)?(\d{4})\b")
_NEXT_PART = re.compile(r"^-{10,20} [^-\n]{4,40} -{10,20}$", re.M)  # "next part", and then what was taken out
_ADDRESS = re.compile(r"<(\S{1,100}) \w{1,8} (\S{1,100}\.\w+)>")  # in the list's language
_HOURS = {
    "UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "MET": 1, "CEST": 2, "MEST": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7,
    "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip


@dataclass(slots=True)
class Listed:
    """One mail as the list of a month's threads shows it."""

    url: str
    at: datetime
    topic: Topic
    place: int = 0


class Pipermail(Pages):
    """The list of a month's threads tells when each mail was sent and which belong together, but in comments alone."""

    name: ClassVar[str] = "pipermail"
    label: ClassVar[str] = "Pipermail"

    def __init__(self, root: str, *args: Any) -> None:
        super().__init__(root, *args)
        self._volumes: list[str] = []  # addresses of the months' lists of threads, newest first
        self._threads: dict[str, list[Listed]] = {}  # by id of their topic
        self._listed: dict[str, Listed] = {}  # by address

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By its name at the foot of a month, the comments around a mail, or the four links to each month."""
        if b"(Mailman edition)" in page.body and b"Pipermail" in page.body:
            return 0.9
        if b"<!--beginarticle-->" in page.body:
            return 0.9 if b"<!--endarticle-->" in page.body and b"date.html#" in page.body else 0.0
        if b"/thread.html" not in page.body:
            return 0.0
        kinds = ("thread", "subject", "author", "date")
        return 0.9 if all(page.html.css_first(f"td a[href$='/{kind}.html']") for kind in kinds) else 0.0

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The list's folder, above those of the months."""
        match = _VOLUME.match(page.url.partition("?")[0])
        return match[1] if match else f"{page.url.partition('?')[0].rpartition('/')[0]}/"

    def index(self) -> str:
        """The table of the months."""
        return self.root

    def read_index(self, page: Page) -> Listing:
        """The list, which begins with its newest month."""
        links = [page.link(attribute(link, "href")) for link in page.html.css("a[href$='/thread.html']")]
        self._volumes = [link for link in dict.fromkeys(links) if link.startswith(self.root)]
        folder = unquote(self.root.rstrip("/").rpartition("/")[2])
        named = _NAME.fullmatch(line(page.html.css_first("h1")))
        name = named[1] if named else folder
        return Listing([Forum(folder, name, self._volumes[0], name)] if self._volumes else [])

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """A month's threads, and the month before."""
        threads: dict[str, list[Listed]] = {}
        for mail, root in self._mails(page, forum):
            threads.setdefault(root, []).append(mail)
        for mails in threads.values():
            self._thread(mails)
        topics = sorted((mails[0].topic for mails in threads.values()), key=lambda topic: str(topic.last), reverse=True)
        at = self._volumes.index(page.url) + 1 if page.url in self._volumes else len(self._volumes)
        return Listing((), topics, self._volumes[at] if at < len(self._volumes) else "")

    def _mails(self, page: Page, forum: Forum) -> list[tuple[Listed, str]]:
        """The mails of a month, each with what tells its thread."""
        found, key = [], ""
        root = page.html.body
        for node in root.traverse() if root is not None else ():
            if node.tag == "-comment":
                match = _KEY.fullmatch(node.comment_content or "")
                key = match[1] if match else ""
            elif node.tag == "a" and key and (mail := _MAIL.search(page.link(attribute(node, "href")))):
                *above, own = key.rstrip("-").split("-")
                at = dates.epoch(own.partition(".")[0])
                topic = Topic(mail[1], page.link(attribute(node, "href")), line(node), channel=forum.path)
                if at is not None:
                    found.append((Listed(topic.url, at, topic), (above or [own])[0]))
                key = ""
        return found

    def _thread(self, mails: list[Listed]) -> None:
        """Make one topic of the mails of a thread: first its opener, then as they came in."""
        first, *others = mails
        mails = [first, *sorted(others, key=lambda mail: mail.topic.id)]
        stamp = f"{len(mails)}/{max(mail.topic.id for mail in mails)}"
        topic = replace(first.topic, posts=len(mails), last=max(mail.at for mail in mails), stamp=stamp)
        for place, mail in enumerate(mails, 1):
            mail.topic, mail.place = topic, place
            self._listed[mail.url] = mail
        self._threads[topic.id] = mails

    def steps(self, page: Page) -> Steps:
        """One mail after the other."""
        mail = self._listed.get(page.url)
        thread = self._threads[mail.topic.id] if mail is not None else []
        after = mail.place if mail is not None else 0
        return Steps(max(0, after - 1), thread[after].url if after < len(thread) else "")

    def blocks(self, page: Page) -> list[Block]:
        """The one mail of a page."""
        match, body = _MAIL.search(page.url), page.html.body
        return [Block(body, match[1])] if match and body is not None else []

    def positions(self, page: Page, blocks: Sequence[Block], steps: Steps, mark: Mark | None) -> list[int | None]:  # noqa: ARG002
        """Where the list of threads has it."""
        mail = self._listed.get(page.url)
        return [mail.place if mail is not None else None for _ in blocks]

    def post(self, page: Page, topic: Topic, block: Block, position: int | None) -> Post | str:
        """The post of one mail, or why it cannot be read."""
        content, mail = block.node.css("pre"), self._listed.get(page.url)
        if len(content) != 1:
            return "the words of a mail could not be told from the rest of its page"
        author = sole(block.node.css_first("h1 + b"))
        if not author:
            return "the author of a mail could not be told for sure"
        said, title = own_words(_typed(content[0].text(deep=True))), line(block.node.css_first("h1"))
        told = mail.topic if mail is not None else topic
        return Post(
            self.platform, block.id, page.url, said.text, mail.at if mail is not None else self._when(page, block),
            Author(author), kind="email", title=title if position == 1 else "",
            thread=Thread(told.id, told.title, told.url), position=position, channel=topic.channel, quotes=said.quotes,
            replies=told.posts - 1 if position == 1 and told.posts else None, route="pipermail page",
        )  # fmt: skip

    def _when(self, page: Page, block: Block) -> datetime | None:
        """The time that a mail's page shows, by the clock of its server: "Sat Mar  1 08:07:31 CET 2026"."""
        match = _WHEN.search(line(block.node.css_first("b ~ i")))
        if match is None:
            return None
        hours = _HOURS.get((match[3] or "").upper())
        zone: tzinfo = self.zone if hours is None else timezone(timedelta(hours=hours)) if hours else UTC
        return dates.parse(f"{match[1].strip()} {match[4]} {match[2]}", page.at, zone)


def _typed(text: str) -> str:
    """A mail as it was: with addresses as such, and without what the archive says of attachments that it took out."""
    first, *others = _NEXT_PART.split(text)
    kept = [first, *(part for part in others if "URL:" not in part and "<http" not in part)]
    return _ADDRESS.sub(r"<\1@\2>", "\n".join(kept))
