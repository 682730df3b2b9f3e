"""Invision Community 4 and 5, read from pages."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from listening.post import Author, Post, Thread
from listening.text import Words, words_of
from spiders.boards import dates
from spiders.boards.engine import UNDER, Forum, Listing, Mark, Topic
from spiders.boards.ipsrows import forums, page_number, place, topics
from spiders.boards.page import Page, attribute, line, number
from spiders.boards.pages import Pages, Steps, counted, first
from spiders.boards.parts import Block, Kinds, gathered
from spiders.boards.shape import record, words

_COMMENT = re.compile(r"(?:elComment_|comment-|findComment-|[?&]comment=)(\d+)(?:_wrap)?(?:$|[&#])")
_BASE = re.compile(rb"baseURL[\"']?\s*:\s*[\"']([^\"']+)")
_BELOW = re.compile(r"/(?:topic|forum|profile|discover|search|login|register|clubs)/|/index\.php|/forums/?$")
_SAID = re.compile(
    r"^(?:.*\d[^,]*, )?(.{1,60}?) (?:said|wrote|a dit|schrieb|ha scritto|dijo|disse|napisał)\b.*:?$", re.S
)
_HEADINGS = ('[data-ips-hook="title"]', "h1.ipsType_pageTitle", ".ipsPageHeader h1", "h1")
_BESIDE_TITLE = ".ipsBadge, .ipsBadges, .ipsTag, .ipsTag_prefix, [rel='tag'], i"
_EDITED = "[data-excludequote] time, .ipsEdited time, [data-el='edited'] time"
_SKIP = (
    ".ipsQuote_citation, .ipsSpoiler_header, [data-excludequote], .ipsEdited, a.ipsAttachLink, .ipsAttachLink_block,"
    " img:not([data-emoticon]):not(.ipsEmoji):not([data-emoji])"
)


def _comment(node: LexborNode) -> str:
    """The id of the post that a node names, or a link leads to."""
    if ident := attribute(node, "data-commentid"):
        return ident if ident.isdecimal() else ""
    match = _COMMENT.search(attribute(node, "id") or attribute(node, "href"))
    return match[1] if match else ""


_KINDS = Kinds(
    blocks='[id^="elComment_"], article[data-commentid]',
    ident=_comment,
    parts={
        "words": '[data-role="commentContent"]',
        "name": '.cAuthorPane_author, .ipsEntry__username, [data-ips-hook="postUsername"], .cAuthorName',
        "data": "[data-quotedata]",
        "when": ".ipsComment_meta time, .cAuthorPane_content time, .ipsEntry__date time, .ipsEntry__header time",
        "link": '.ipsComment_meta a[href*="omment"], a.ipsEntry__date, a[data-role="shareComment"],'
        ' .cAuthorPane_content a[href*="omment"]',
        "likes": '[data-role="reactCountText"], .ipsReact_reactCount',
    },
    marks='[data-commentid], [id^="comment-"]',
    closed='[data-role="memberSignature"], .cAuthorPane_info, .ipsMenu, .cPostShareMenu, i-dropdown,'
    ' [data-role="commentControls"]',
)


class Invision(Pages):
    """Ids begin the names in links; each post carries who wrote it, and when, for the button that quotes it."""

    name: ClassVar[str] = "invision"
    label: ClassVar[str] = "Invision Community"
    noise = ("do", "comment", "_fromLogin", "csrfKey", "tab")

    def __init__(self, root: str, *args: Any) -> None:
        super().__init__(root, *args)
        self._index = root

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By the body's class, the software's controllers, and its layout."""
        if b"ipsApp" not in page.body and b"ipsLayout" not in page.body and b"core.front.core" not in page.body:
            return 0.0
        sure = 0.6 if page.html.css_first("body.ipsApp") else 0.0
        sure += 0.4 if page.html.css_first('[data-controller*="core.front.core"], [data-pageapp]') else 0.0
        return min(sure + (0.3 if page.html.css_first('[id^="ipsLayout"], [class*="ipsLayout"]') else 0.0), 1.0)

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The folder that the page names as its base; else the address up to the part that says what is shown."""
        told, here = _BASE.search(page.body), urlsplit(page.url)
        base = urlsplit(page.link(told[1].decode("utf-8", "replace").replace("\\", ""))).path if told else ""
        folder = base.removesuffix("index.php").rstrip("/")
        if told and f"{here.path}/".startswith(f"{folder}/"):
            return f"{here.scheme}://{here.netloc}{folder}/"
        below = _BELOW.search(here.path)
        path = here.path[: below.start()] if below else here.path.rpartition("/")[0]
        return f"{here.scheme}://{here.netloc}{path}/"

    def learn(self, page: Page) -> None:
        """Where the list of forums is: the page itself, or what its menu or its breadcrumbs name."""
        if page.html.css_first("[data-categoryid], .ipsBox--forumCategory") is not None and not place(page, page.url):
            self._index = page.url.partition("#")[0]
            return
        crumbs = [(link, place(page, attribute(link, "href"))) for link in _crumbs(page)]
        at = next((at for at, (_, found) in enumerate(crumbs) if found), 0)
        menu = page.attribute('[data-navapp="forums"] a[href], a[data-navapp="forums"]', "href")
        href = attribute(crumbs[at - 1][0], "href") if at else menu or page.attribute('a[href$="/forums/"]', "href")
        self._index = (self.home(page.link(href)) if href.strip("#") else "") or self.root

    def index(self) -> str:
        """The list of all forums."""
        return self._index

    def read_index(self, page: Page) -> Listing:
        """The forums of every category, or the one list of all topics that boards can have in their place."""
        found = forums(page, None)
        everything = Forum("everything", "", page.url) if not found and topics(page) else None
        return Listing(found, everything=everything)

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """A page of a forum's topics, with the forums below it."""
        return Listing(forums(page, forum), topics(page), self.clean(page, _next(page)))

    def steps(self, page: Page) -> Steps:
        """Of a topic; links count pages."""
        return Steps(page_number(page) - 1, _next(page))

    def blocks(self, page: Page) -> list[Block]:
        """The posts of a page. An opener that is shown on top of later pages belongs to the first alone."""
        found = gathered(page, _KINDS)
        if page_number(page) > 1 and len(found) > 1 and first(found[0].node, '[data-first-post="true"]') is not None:
            del found[0]
        return found

    def positions(self, page: Page, blocks: Sequence[Any], steps: Steps, mark: Mark | None) -> Sequence[int | None]:  # noqa: ARG002
        """Counted on from what was read before."""
        return counted(blocks, mark, opens=steps.before == 0)

    def told(self, page: Page, topic: Topic) -> Topic:
        """From the heading, the canonical address and the breadcrumbs."""
        heading = next(filter(None, map(page.html.css_first, _HEADINGS)), None)
        title = " ".join(words_of(heading, _BESIDE_TITLE).text.split()) if heading is not None else ""
        here = place(page, page.attribute('link[rel="canonical"]', "href"))
        url = self.home(here.url) if here and here.id == topic.id else ""
        path = UNDER.join(line(link) for link in _crumbs(page) if place(page, attribute(link, "href")) and line(link))
        return replace(topic, title=title or topic.title, url=url or topic.url, channel=path or topic.channel)

    def post(self, page: Page, topic: Topic, block: Block, position: int | None) -> Post | str:
        """The post of one block, or why it cannot be read."""
        content = block.content
        if content is None:
            return "the words of a post could not be told from those of another"
        data, permalink = _data(block), self._permalink(page, topic, block)
        author = self._author(page, block, data)
        if author is None or permalink is None:
            return "the author of a post could not be told for sure"
        edited = self.time(page, _holder(first(content, _EDITED) or first(block.node, _EDITED)))
        said, opens = _said(content), position == 1
        return Post(
            self.platform, block.id, permalink, said.text,
            dates.epoch(data.get("timestamp")) or self.time(page, _holder(block.first("when"))), author,
            title=topic.title if opens else "", thread=Thread(topic.id, topic.title, topic.url),
            reply_to=_answered(content), position=position, channel=topic.channel, quotes=said.quotes,
            edited=edited, likes=_likes(block.parts.get("likes", [])),
            views=topic.views if opens else None, replies=topic.posts - 1 if opens and topic.posts else None,
            route="invision page",
        )  # fmt: skip

    def _author(self, page: Page, block: Block, data: dict[str, Any]) -> Author | None:
        """Who wrote a post; None where the places that name them do not agree, or one of them is lost."""
        shown = block.parts.get("name", [])
        said = " ".join(words(data.get("username")).split())
        if not said and page.html.css_first("[data-quotedata]") is not None:
            return None
        links = [link for node in shown for link in node.css("a[href]")[:1]]
        profiles = {place(page, attribute(link, "href")) for link in links}
        profile = profiles.pop() if len(profiles) == 1 else None
        names = {line(first(node, "a[href]")) or line(first(node, "strong")) or line(node) for node in shown}
        name = said or (names.pop() if len(names) == 1 else "")
        told = words(data.get("userid"))
        if not shown or not name or profiles or not all(name in shown_name for shown_name in names):
            return None
        if words(data.get("contentcommentid")) not in ("", block.id) or (profile and told not in ("", profile.id)):
            return None
        return Author(name, profile.id, profile.url) if profile else Author(name)

    def _permalink(self, page: Page, topic: Topic, block: Block) -> str | None:
        """The address that opens a post; None where its head links to another post."""
        named = {_comment(link): attribute(link, "href") for link in reversed(block.parts.get("link", []))}
        if not named.keys() <= {"", block.id}:
            return None
        if href := named.get(block.id):
            return page.link(href)
        return f"{topic.url}{'&' if '?' in topic.url else '?'}do=findComment&comment={block.id}"


def _next(page: Page) -> str:
    """The link to the next page, as it is written."""
    for selector in (
        'link[rel="next"]',
        ".ipsPagination_next:not(.ipsPagination_inactive) a[href]",
        ".ipsPagination__next:not(.ipsPagination_inactive) a[href]",
    ):
        href = page.attribute(selector, "href")
        if href and href != "#":
            return href
    return ""


def _crumbs(page: Page) -> list[LexborNode]:
    holder = page.html.css_first('[data-role="breadcrumbList"]') or page.html.css_first(".ipsBreadcrumb")
    return holder.css("a[href]") if holder is not None else []


def _holder(node: LexborNode | None) -> LexborNode | None:
    """What a node lies in: times are looked for within."""
    return node.parent if node is not None else None


def _data(block: Block) -> dict[str, Any]:
    """What the button that quotes a post is told of it."""
    found = [attribute(node, "data-quotedata") for node in [block.node, *block.parts.get("data", [])]]
    try:
        return record(json.loads(next(filter(None, found), "{}")))
    except (ValueError, RecursionError):
        return {}


def _answered(content: LexborNode) -> str:
    """The id of the post that is quoted first."""
    ident = attribute(content.css_first("blockquote"), "data-ipsquote-contentcommentid")
    return ident if ident.isdecimal() else ""


def _said(content: LexborNode) -> Words:
    """The words of a post."""
    for quote in content.css("blockquote"):
        name = attribute(quote, "data-ipsquote-username")
        if not name:
            match = _SAID.match(line(quote.css_first(".ipsQuote_citation")))
            name = match[1] if match else ""
        quote.attrs["data-quote"] = name
    return words_of(content, _SKIP, bullet="")


def _likes(nodes: Sequence[LexborNode]) -> int | None:
    """The reactions, of one count for all or of one for each kind."""
    total = next((node for node in nodes if attribute(node, "data-role") == "reactCountText"), None)
    if total is not None:
        return number(line(total))
    counts = [number(line(node)) or 0 for node in nodes]
    return sum(counts) if counts else None
