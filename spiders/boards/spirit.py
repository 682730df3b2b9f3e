"""Spirit 0.4 and later, read from pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from selectolax.lexbor import LexborNode

from listening.post import Author, Post, Thread
from listening.text import Words, words_of
from spiders.boards.engine import UNDER, Forum, Listing, Mark, Topic
from spiders.boards.page import Page, attribute, line, number, query, without
from spiders.boards.pages import Block, Pages, Steps, first, only, sole

_TOPIC = re.compile(r"/topic/(\d+)/")
_FORUM = re.compile(r"/category/(\d+)/")
_USER = re.compile(r"/user/(\d+)/")
_SPEAKER = re.compile(r"@(\S{1,150}) .{1,150}:")  # "@mia said:" in the board's language
_ALL = "active"
_SKIP = ".comment__text__poll, form, img:not(.emoji)"  # the text of a picture is its file's name


class Spirit(Pages):
    """Posts bear their number. Times are in the board's zone, which no page tells, and its language."""

    name: ClassVar[str] = "spirit"
    label: ClassVar[str] = "Spirit"

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By the names of its script, its style sheet and the classes that are its own."""
        if b"stModules" not in page.body and b"spirit" not in page.body:
            return 0.0
        sure = 0.5 if b"stModules." in page.body or page.html.css_first('link[href*="spirit/stylesheets/"]') else 0.0
        sure += 0.3 if page.html.css_first("a.header__logo, .layout__topics, .comments_list") else 0.0
        return sure + (0.2 if page.html.css_first('a.footer__logo[href*="/Spirit"]') else 0.0)

    @classmethod
    def root_of(cls, page: Page) -> str:
        """Where the logo leads."""
        home = page.link(page.attribute("a.header__logo", "href")) or page.link("/")
        return f"{home.partition('?')[0].rstrip('/')}/"

    def index(self) -> str:
        """The topics of all categories, above which stand the categories."""
        return self.root

    def read_index(self, page: Page) -> Listing:
        """The categories, and the list of all topics."""
        listed = page.html.css_first(".layout__topics, .topic__link") is not None
        everything = Forum(_ALL, "", f"{self.root}topic/active/") if listed else None
        return Listing(self._forums(page, None), everything=everything)

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """A page of topics."""
        topics = [topic for link in page.html.css("a.topic__link") if (topic := self._topic(page, link))]
        below = self._forums(page, forum) if forum.id != _ALL else []  # there the menu has those that the index has
        return Listing(below, topics, self.clean(page, _steps(page).next))

    def steps(self, page: Page) -> Steps:
        """Of a page of a topic."""
        return _steps(page)

    def blocks(self, page: Page) -> list[Block]:
        """Posts; what tells that a topic was closed, or a post removed, is none."""
        found = {attribute(node, "data-pk"): node for node in page.html.css(".comments_list__comment[data-pk]")}
        return [Block(node, ident) for ident, node in found.items() if ident.isdecimal()]

    def positions(self, page: Page, blocks: Sequence[Block], steps: Steps, mark: Mark | None) -> list[int | None]:  # noqa: ARG002
        """The numbers that posts bear."""
        return [number(attribute(block.node, "data-number")) for block in blocks]

    def _forums(self, page: Page, above: Forum | None) -> list[Forum]:
        """Those of the menu; in a category below another one it leads back up instead."""
        links = [link for link in page.html.css(".layout__menu a.menu_list__link[href]") if line(link)]
        if not links or _id(_FORUM, attribute(links[-1], "href")):
            return []
        return [
            Forum(
                ident, line(link), page.link(attribute(link, "href")),
                f"{above.path}{UNDER}{line(link)}" if above else line(link), above.id if above else "",
            )
            for link in links
            if (ident := _id(_FORUM, attribute(link, "href")))
        ]  # fmt: skip

    def _topic(self, page: Page, link: LexborNode) -> Topic | None:
        entry = link.parent.parent if link.parent is not None else None
        ident = _id(_TOPIC, attribute(link, "href"))
        if not ident or entry is None or len(entry.css("a.topic__link")) != 1:
            return None
        posts = number(line(entry.css_first(".topic__comments")))
        date = entry.css_first(".topic__date")
        return Topic(
            ident, self.clean(page, attribute(link, "href")), line(link),
            forum=_id(_FORUM, attribute(entry.css_first(".topic__category a"), "href")), posts=posts,
            stamp=f"{posts}/{attribute(date, 'title')}" if attribute(date, "title") else "",
            last=self.time(page, None, attribute(date, "title")),
            pinned=entry.css_first(".topic__title .fa-thumb-tack") is not None,
        )  # fmt: skip

    def told(self, page: Page, topic: Topic) -> Topic:
        """From the heading and the way that leads to it."""
        crumbs = [line(link) for link in page.html.css('.breadcrumb_nav a[href*="/category/"]')]
        heading = page.html.css_first("h1.headline")
        edit = first(heading, ".topic_edit_link")
        if edit is not None:
            edit.decompose()
        return replace(
            topic, title=line(heading) or topic.title, channel=UNDER.join(filter(None, crumbs)) or topic.channel,
            url=without(page.url, "page"),
        )  # fmt: skip

    def post(self, page: Page, topic: Topic, block: Block, position: int | None) -> Post | str:
        """The post of one block, or why it cannot be read."""
        link = only(block.node, "a.comment__info__username__link")
        name = sole(only(link, "span")) if link is not None else ""
        content = only(block.node, ".comment__text")
        shared = attribute(block.node.css_first("input.comment__footer__share__url"), "value")
        if content is None or (shared and f"/comment/{block.id}/" not in shared):
            return "the words of a post could not be told from those of another"
        if not name:
            return "the author of a post could not be told for sure"
        said, opens = _said(content), position == 1
        date = block.node.css_first(".comment__info__date li[title]")
        profile = attribute(link, "href")
        return Post(
            self.platform, block.id, f"{self.root}comment/{block.id}/find/", said.text,
            self.time(page, None, attribute(date, "title")),
            Author(name, _id(_USER, profile), page.link(profile) if profile else ""),
            title=topic.title if opens else "", thread=Thread(topic.id, topic.title, topic.url), position=position,
            channel=topic.channel, quotes=said.quotes, replies=topic.posts - 1 if opens and topic.posts else None,
            likes=number(attribute(block.node.css_first(".comment-like [data-count]"), "data-count")),
            route="spirit page",
        )  # fmt: skip


def _steps(page: Page) -> Steps:
    current = number(query(page.url).get("page", "")) or 1
    links = [attribute(link, "href") for link in page.html.css(".paginator a[href]")]
    later = {after: href for href in links if (after := number(query(href).get("page", "")) or 0) > current}
    return Steps(current - 1, later[min(later)] if later else "")


def _id(pattern: re.Pattern[str], href: str) -> str:
    match = pattern.search(href)
    return match[1] if match else ""


def _said(content: LexborNode) -> Words:
    """The words of a post; the first line of a quote names whom it quotes, emoji are pictures with a title."""
    for block in content.css("blockquote"):
        head = next((node for node in block.iter() if node.tag != "-text"), None)
        if head is None or head.tag != "p":
            continue
        nodes = list(head.iter(include_text=True))
        end = next((at for at, node in enumerate(nodes) if node.tag == "br"), len(nodes))
        speaker = _SPEAKER.fullmatch("".join(node.text(deep=True) for node in nodes[:end]).strip())
        if speaker is not None:
            block.attrs["data-author"] = line(head.css_first("a.comment-mention")).lstrip("@") or speaker[1]
            for node in nodes[: end + 1]:
                node.decompose()
    for picture in content.css("i.tw[title]"):
        picture.insert_before(attribute(picture, "title"))
    return words_of(content, _SKIP, bullet="")
