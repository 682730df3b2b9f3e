"""XenForo 1 and 2, and the themes made from them, read from pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta, timezone, tzinfo
from typing import Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborNode

from listening.post import Author, Post, Thread
from listening.text import Words, words_of
from spiders.boards.engine import UNDER, Forum, Listing, Mark, Topic
from spiders.boards.page import Page, attribute, classes, line, number
from spiders.boards.pages import Pages, Steps, counted, first
from spiders.boards.parts import Block, Kinds, gathered
from spiders.boards.xenrows import forums, place, post_id, topics, when

_PAGE = re.compile(r"/page-(\d+)")
_NUMBER = re.compile(r"#\s*(\d[\d.,' \u00a0\u202f]*)")
_BASE = re.compile(rb"fullBase[\"']?\s*:\s*[\"']([^\"']+)")
_BELOW = re.compile(r"/(?:threads|forums|categories|posts|members|whats-new|find-new|login|search)(?:/|$)|/index\.php")
_TODAY = re.compile(rb"serverTimeInfo:\s*\{[^}]*\btoday:\s*(\d{6,12})\b")
# Of the zones that share a shift, those with most boards; the first is what XenForo 1 sets for guests.
_ZONES = (
    "Europe/London", "Europe/Berlin", "Europe/Athens", "America/New_York", "America/Chicago", "America/Denver",
    "America/Los_Angeles",
)  # fmt: skip
_HEADING = "h1.p-title-value, h1.MessageCard__thread-title, h1[qid='page-header'], .titleBar h1"
_BESIDE_TITLE = ".label, .label-append, .labelLink, .prefix, .prefixLink, .badge, i"
_SKIP = (
    ".bbCodeBlock-title, .bbCodeBlock-expandLink, .bbCodeBlock-shrinkLink, .bbCodeBlock--unfurl, .bbCodeBlock > .type,"
    " .attribution, .quoteExpand, .messageTextEndMarker, .messageHide, a[href*='attachments/'],"
    " img:not(.smilie):not(.mceSmilie):not(.mceSmilieSprite):not(.emoji)"
)
_KINDS = Kinds(
    blocks='[data-content^="post-"], [id^="js-post-"], li.message[id*="post-"], .MessageCard[id^="post-"]',
    ident=post_id,
    parts={
        "words": ".message-body .bbWrapper, .MessageCard__content-inner .bbWrapper, .messageText",
        "name": ".message-name, .MessageCard__user-info__name, .userText",
        "byline": ".authorEnd",
        "when": ".message-attribution time, .MessageCard__date-created time, .datePermalink .DateTime",
        "edit": ".message-lastEdit time, .editDate .DateTime",
        "number": ".message-attribution a[href], .MessageCard__post-position, .postNumber",
        "likes": ".reactionsBar-link, .likesBar a, .LikeText",
    },
    marks='[data-lb-id^="post-"], [id^="post-"], .messageMeta a[href*="post"],'
    ' .message-actionBar a[href*="post"], .reactionsBar-link, .messageDetails a[href*="post"]',
    closed=".message-signature, .signature, #signature-content-wrapper, .message-fields, .message-userExtras,"
    " .message-attachments, .attachedFiles, #js-solutionHighlightBlock",
)


class XenForo(Pages):
    """Ids end the names in links; routes can be renamed by the board, so only their shape says what a link is."""

    name: ClassVar[str] = "xenforo"
    label: ClassVar[str] = "XenForo"

    def __init__(self, root: str, *args: Any) -> None:
        super().__init__(root, *args)
        self._index = root

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By the id that every page's root element has, or by how the software ties scripts to elements."""
        if b"XF" not in page.body and b"XenForo" not in page.body and b"data-xf-" not in page.body:
            return 0.0
        if page.attribute("html", "id") in ("XF", "XenForo"):
            return 0.95
        return 0.85 if page.attribute("html", "data-template") and page.html.css_first("[data-xf-init]") else 0.0

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The folder that the page names as its base; else the address up to the part that says what is shown."""
        told = _BASE.search(page.body)
        base = told[1].decode("utf-8", "replace").replace("\\", "") if told else page.attribute("base[href]", "href")
        parts, here = urlsplit(page.link(base)) if base else None, urlsplit(page.url)
        if parts is not None and parts.path and here.path.startswith(parts.path.rstrip("/")):
            return f"{here.scheme}://{here.netloc}{parts.path.rstrip('/')}/"
        below = _BELOW.search(here.path)
        path = here.path[: below.start()] if below else here.path.rpartition("/")[0]
        return f"{here.scheme}://{here.netloc}{path}/"

    def learn(self, page: Page) -> None:
        """Where the list of forums is, and the time zone, which XenForo 1 tells by when the day began."""
        self.zone = self.configured or _zone(page) or self.zone
        menu = page.attribute('.p-nav a[data-nav-id="forums"], .navTab.forums a[href]', "href")
        link = menu or page.attribute('a[href$="/forums/"]', "href")
        found = self.home(page.link(link).partition("#")[0]) if link else ""
        self._index = found or self.root

    def index(self) -> str:
        """The list of all forums."""
        return self._index

    def read_index(self, page: Page) -> Listing:
        """The forums of every category."""
        return Listing(forums(page, None, self.zone))

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """A page of a forum's topics, with the forums below it."""
        return Listing(forums(page, forum, self.zone), topics(page, self.zone), self.clean(page, _next(page)))

    def steps(self, page: Page) -> Steps:
        """Of a topic; links count pages."""
        return Steps(_page(page) - 1, _next(page))

    def blocks(self, page: Page) -> list[Block]:
        """The posts of a page. An opener that is shown on top of later pages belongs to the first alone."""
        found = [block for block in gathered(page, _KINDS) if "words" in block.parts or not _deleted(block.node)]
        if _page(page) > 1 and len(found) > 1 and _number(found[0]) == 1:
            del found[0]
        return found

    def positions(self, page: Page, blocks: Sequence[Any], steps: Steps, mark: Mark | None) -> Sequence[int | None]:  # noqa: ARG002
        """As posts are numbered, or counted on from what was read before."""
        numbers = [_number(block) for block in blocks]
        begin = next((told - at for at, told in enumerate(numbers) if told is not None), None)
        if begin is None:
            return counted(blocks, mark, opens=steps.before == 0)
        return [begin + at if told is None else told for at, told in enumerate(numbers)]

    def told(self, page: Page, topic: Topic) -> Topic:
        """From the heading, the canonical address and the breadcrumbs."""
        heading = page.html.css_first(_HEADING)
        title = " ".join(words_of(heading, _BESIDE_TITLE).text.split()) if heading is not None else ""
        here = place(page, page.attribute('link[rel="canonical"]', "href"))
        url = self.home(here.url) if here and here.id == topic.id else ""
        return replace(
            topic, title=title or topic.title, url=url or topic.url, channel=self._path(page) or topic.channel
        )

    def post(self, page: Page, topic: Topic, block: Block, position: int | None) -> Post | str:
        """The post of one block, or why it cannot be read."""
        content = block.content
        if content is None:
            return "the words of a post could not be told from those of another"
        author, permalink = self._author(page, block), self._permalink(page, block)
        if author is None or permalink is None:
            return "the author of a post could not be told for sure"
        said, opens, at = _said(content), position == 1, when(page, block.first("when"), self.zone)
        return Post(
            self.platform, block.id, permalink, said.text, at, author,
            title=topic.title if opens else "", thread=Thread(topic.id, topic.title, topic.url),
            reply_to=_answered(content), position=position, channel=topic.channel, quotes=said.quotes,
            edited=when(page, block.first("edit"), self.zone), likes=_likes(block.first("likes")),
            views=topic.views if opens else None, replies=topic.posts - 1 if opens and topic.posts else None,
            route="xenforo page",
        )  # fmt: skip

    def _author(self, page: Page, block: Block) -> Author | None:
        """Who wrote a post; None where the places that name them do not agree, or one of them is lost."""
        beside = block.parts.get("name", [])
        said = " ".join(attribute(block.node, "data-author").split())
        if len(beside) != 1 or (not said and page.html.css_first('[data-author][id*="post-"]') is not None):
            return None
        link = beside[0].css_first(".username, [data-user-id]") or beside[0]
        names = {line(link), *filter(None, (said, line(block.first("byline")).rstrip(",")))}
        if len(names) != 1 or "" in names:
            return None
        href = attribute(link, "href") or attribute(link.css_first("a[href]"), "href")
        profile = place(page, href)
        return Author(names.pop(), profile.id, profile.url) if profile else Author(names.pop())

    def _permalink(self, page: Page, block: Block) -> str | None:
        """The address that opens a post; None where its head links to another post."""
        named = [(post_id(link), attribute(link, "href")) for link in block.parts.get("number", [])]
        if any(ident not in ("", block.id) for ident, _ in named):
            return None
        for ident, href in reversed(named):  # where posts/ is renamed, the number alone is left
            if ident or href.rstrip("/").endswith(f"/{block.id}"):
                return page.link(href)
        return f"{self.root}{'index.php?' if 'index.php?' in page.url else ''}posts/{block.id}/"

    def _path(self, page: Page) -> str:
        """The forums in the breadcrumbs: those after the list of all forums."""
        crumbs = page.html.css_first(".p-breadcrumbs:not(.p-breadcrumbs--bottom), .breadcrumb .crumbs, .p-breadcrumbs")
        links = crumbs.css("a[href]") if crumbs is not None else []
        homes = (self.root, self._index)
        start = max((at + 1 for at, link in enumerate(links) if page.link(attribute(link, "href")) in homes), default=0)
        return UNDER.join(line(link) for link in links[start:] if line(link))


def _page(page: Page) -> int:
    match = _PAGE.search(page.url) or _PAGE.search(page.attribute('link[rel="canonical"]', "href"))
    return int(match[1][:6]) if match else 1


def _next(page: Page) -> str:
    """The link to the next page, as it is written."""
    for selector in ('link[rel="next"]', "a.pageNav-jump--next", "a.pageNavSimple-el--next"):
        if href := page.attribute(selector, "href"):
            return href
    here = _page(page)
    links = (attribute(link, "href") for link in page.html.css(".pageNav a[href], .PageNav a[href]"))
    ahead = ((int(match[1][:6]), href) for href in links if (match := _PAGE.search(href)))
    return next((href for at, href in ahead if at == here + 1), "")


def _deleted(node: LexborNode) -> bool:
    """Whether only a notice stands where a post was."""
    return bool(classes(node) & {"message--deleted", "deleted", "placeholder"})


def _number(block: Block) -> int | None:
    """A post's number in its topic."""
    for link in reversed(block.parts.get("number", [])):
        if match := _NUMBER.fullmatch(line(link)):
            return int(re.sub(r"\D", "", match[1])[:9])
    return None


def _answered(content: LexborNode) -> str:
    """The id of the post that is quoted first."""
    quote = content.css_first(".bbCodeBlock--quote, .bbCodeQuote")
    source = attribute(quote, "data-source").replace(" ", "")
    if source.startswith("post:"):
        return source.removeprefix("post:")
    found = re.search(r"[?&/]post\?id=(\d+)|#post-(\d+)", attribute(first(quote, ".AttributionLink"), "href"))
    return (found[1] or found[2]) if found else ""


def _said(content: LexborNode) -> Words:
    """The words of a post: of pages that it links to and shows, only their addresses."""
    for box in content.css(".bbCodeBlock--unfurl[data-url]"):
        box.insert_before(attribute(box, "data-url"))
    for box in content.css(".bbCodeQuote"):
        if (quote := box.css_first("blockquote")) is not None:
            quote.attrs["data-quote"] = attribute(box, "data-author")
    return words_of(content, _SKIP, bullet="")


def _likes(node: LexborNode | None) -> int | None:
    """Those who are named, and the others who are counted."""
    if node is None:
        return None
    named = len(node.css("bdi, a.username"))
    return (named + (number(words_of(node, "bdi, a.username").text) or 0)) or None


def _zone(page: Page) -> tzinfo | None:
    """The zone in which the day began when it did: the likeliest, for the sake of its summer time, or a mere shift."""
    match = _TODAY.search(page.body)
    if match is None:
        return None
    begun = int(match[1]) % 86400 // 60
    shift = timedelta(minutes=-begun if begun <= 720 else 1440 - begun)
    return next(
        (zone for zone in map(ZoneInfo, _ZONES) if page.at.astimezone(zone).utcoffset() == shift), timezone(shift)
    )
