"""vBulletin 3, 4 and 5: their themes, with plain, friendly or rewritten links, read from pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import ClassVar
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from listening.post import Author, Post, Thread
from spiders.boards import dates, pages, vbrows
from spiders.boards.engine import UNDER, Forum, Listing, Mark, Topic
from spiders.boards.page import Page, attribute, line, number
from spiders.boards.pages import Pages, Steps, counted, first, row
from spiders.boards.parts import Block, Kinds, gathered
from spiders.boards.postbits import counts, month_first, named, outside_links
from spiders.boards.vbwords import said

_BLOCK = re.compile(r"post_?\d+")
_IDENT = re.compile(r"(?:post_message_|postmenu_|td_post_|postcount|post_?)(\d+)")
_NODE = re.compile(r"(?:f|forum)(\d+)")
_USER = re.compile(
    r"(?:member\.php\?(?:.*&)?u=|do=finduser&(?:amp;)?u(?:serid)?=|member\.php[?/]|members?/)(\d+)", re.I
)
_FRIENDLY = re.compile(r"(?:show(?:thread|post)|forumdisplay|member)\.php|(?:threads|forums|members)/", re.I)
_PAGE = re.compile(r"[?&]page=(\d+)|/(?:page|index)(\d+)")
_ZONE = re.compile(rb"\b(?:GMT|UTC|WEZ) *([+-] ?\d\d?(?:[.:]\d\d?)?)?\.\s", re.I)
_FORUM = re.compile(r"forumdisplay\.php|(?:^|/)forums?/.", re.I)
_HEADS = "td.tcat, .forumbit_nopost > .forumhead, .forumbit_nopost .forumrow h2, .category-header"
_HOME = ("forum.php", "index.php", "forum")
_HOMES = "a[href*='forum.php'], a[href*='index.php'], a[href$='/forum']"
_ROWS = "td[id^='f'], li[id^='forum'], tr[id^='forum'], div[id^='forum']"
_WORDS = "[id^='post_message_'], .js-post__content-text"


def _post(node: LexborNode) -> str:
    """The id of the post that an element names."""
    match = _IDENT.fullmatch(node.id or "")
    ident = attribute(node, "data-node-id") or (match[1] if match else "")
    return ident if ident.isdecimal() else ""


_KINDS = Kinds(
    ident=_post,
    parts={
        "words": _WORDS,
        "name": "[id^='postmenu_']:not([id$='_menu']), .username_container .username, .b-userinfo .author",
        "date": "td.thead, .posthead .date, .b-post__timestamp",
        "edited": "td > .smallfont > em, .lastedited, [class*='post__edit'], .post-edited",
    },
    asides={"user": "a[href*='do=finduser']", "number": "[id^='postcount'], .postcounter, .b-post__count"},
    marks="[id^='post_message_'], [id^='postmenu_'], [id^='td_post_'], [id^='postcount'], a.anchor[id^='post']",
)


class VBulletin(Pages):
    """Ids stand beside what they name in all three, so that links may have any shape; `page` counts pages."""

    name: ClassVar[str] = "vbulletin"
    label: ClassVar[str] = "vBulletin"
    noise = ("s", "highlight", "styleid", "langid", "daysprune", "viewfull")
    month_first = True  # as every board begins
    entry = ""

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By the generator, the scripts, and the ids of rows and posts."""
        if not re.search(rb"vbulletin|vb_|vb5|SECURITYTOKEN|post_message_", page.body, re.I):
            return 0.0
        told = page.attribute("meta[name='generator' i]", "content").lower().startswith("vbulletin")
        sure = 0.7 if told else 0.0
        scripts = (b"vbulletin_global.js", b"vbulletin-core.js", b"var SECURITYTOKEN", b"vb_login_", b"vBulletin.")
        sure += 0.4 if any(script in page.body for script in scripts) else 0.0
        rows = "td[id^='td_threadtitle_'], td.alt1Active[id^='f'], li.threadbit, li[class*='forumbit_'],"
        rows += "[id^='post_message_'], tr.forum-item, .js-topic-item, .js-post__content-text"
        return min(sure + (0.5 if page.html.css_first(rows) else 0.0), 1.0)

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The folder of its programs, as the page's scripts, its base or else its address have it."""
        script = page.attribute("script[src*='clientscript/']", "src")
        told = [page.link(script).partition("clientscript/")[0]] if script.startswith(("/", "http")) else []
        told += [page.link("./").partition("?")[0]] if page.html.css_first("base[href]") else []
        here = urlsplit(page.url).netloc
        for root in told:
            if root.endswith("/") and urlsplit(root).netloc == here:
                return root
        parts = urlsplit(page.url)
        match = _FRIENDLY.search(parts.path)
        path = parts.path[: match.start()] if match else parts.path
        return f"{parts.scheme}://{parts.netloc}{path.rpartition('/')[0]}/"

    def learn(self, page: Page) -> None:
        """The time zone stands at the foot of every page, and a link to the list of forums at its head."""
        self._order(page)
        told = _ZONE.findall(page.body)
        self.zone = self.configured or (_zone(told[-1].decode()) if told else None) or self.zone
        links = [page.link(attribute(link, "href")) for link in page.html.css(_HOMES)]
        homes = [link for link in links if link.partition("?")[0].removeprefix(self.root) in _HOME]
        shown = self._forums(page, None) and not vbrows.titled(page) and not _FORUM.search(self.within(page.url))
        self.entry = page.url if shown else next((self.clean(page, link) for link in sorted(homes)), "")

    def index(self) -> str:
        """The list of all forums."""
        return self.entry or self.root

    def read_index(self, page: Page) -> Listing:
        """The forums of every category."""
        self._order(page)
        return Listing(self._forums(page, None))

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """A page of a forum's topics."""
        self._order(page)
        topics = [topic for node in vbrows.titled(page) if (topic := self._topic(page, node))]
        return Listing(self._forums(page, forum), topics, _following(self, page))

    def steps(self, page: Page) -> Steps:
        """Of a page of a topic."""
        match = _PAGE.search(page.url)
        current = int(next(filter(None, match.groups()))) if match else 1
        return Steps(current - 1, _following(self, page))

    def blocks(self, page: Page) -> list[Block]:
        """What has a post's id and holds words."""
        holders = page.html.css("[id^='post'], .b-post[data-node-id]")
        named = (node for node in holders if _BLOCK.fullmatch(node.id or "") or attribute(node, "data-node-id"))
        return gathered(page, _KINDS, (node for node in named if first(node, _WORDS)))

    def positions(
        self,
        page: Page,  # noqa: ARG002
        blocks: Sequence[pages.Block],
        steps: Steps,
        mark: Mark | None,
    ) -> Sequence[int | None]:
        """Posts bear their numbers; some themes leave them out."""
        told = [number(line(block.first("number"))) for block in blocks if isinstance(block, Block)]
        return told if any(told) else counted(blocks, mark, opens=steps.before == 0)

    def told(self, page: Page, topic: Topic) -> Topic:
        """From the trail of links to the forum."""
        trail = page.html.css(".navbar a[href], #breadcrumb .navbit a, .breadcrumb a, .breadcrumbs a, .crumb a")
        names = [line(link) for link in trail if _FORUM.search(attribute(link, "href"))]
        title = line(page.html.css_first(".threadtitle a, h1.main-title, .navbar strong, .threadtitle"))
        return replace(
            topic,
            title=topic.title or title,
            channel=topic.channel or UNDER.join(dict.fromkeys(filter(None, names))),
        )

    def post(self, page: Page, topic: Topic, block: Block, position: int | None) -> Post | str:
        """The post of one block, or why it cannot be read."""
        content = block.content
        if content is None or content.id not in (None, "", f"post_message_{block.id}"):
            return "the words of a post could not be told from those of another"
        author = self._author(page, block)
        if author is None:
            return "the author of a post could not be told for sure"
        own, answered = said(content)
        href = attribute(block.first("number"), "href")
        whole = f"#post{block.id}" in href and href[:1] != "#"
        address = self.clean(page, href) if whole else f"{self.root}showthread.php?p={block.id}"
        opens = position == 1
        return Post(
            self.platform, block.id, f"{address}#post{block.id}", own.text, self._posted(page, block), author,
            title=topic.title if opens else "", thread=Thread(topic.id, topic.title, topic.url),
            reply_to=answered, position=position, channel=topic.channel, quotes=own.quotes,
            edited=self._moment(page, block.first("edited")), views=topic.views if opens else None,
            replies=topic.posts - 1 if opens and topic.posts else None, route="vbulletin page",
        )  # fmt: skip

    def _order(self, page: Page) -> None:
        if (order := month_first(page)) is not None:
            self.month_first = order

    def _forums(self, page: Page, parent: Forum | None) -> list[Forum]:
        found, category = [], ""
        for node in page.html.css(f"{_HEADS}, {_ROWS}"):
            if match := _NODE.fullmatch(node.id or ""):
                forum = self._forum(page, node, match[1], parent, category)
                found += [forum] if forum is not None else []
            else:
                link = next((link for link in node.css("a[href]") if line(link)), None)
                category = line(link) or category
        return found

    def _forum(self, page: Page, node: LexborNode, ident: str, parent: Forum | None, category: str) -> Forum | None:
        entry = row(node) if node.tag == "td" else node
        link = node.css_first(".forumtitle a[href], a.forumtitle, a.forum-title") or node.css_first("a[href]")
        elsewhere = entry is not None and entry.css_first("img[src*='forum_link']") is not None
        if entry is None or link is None or not line(link) or elsewhere:
            return None
        told = [number(line(cell)) for cell in entry.css(".forumstats")[:1] for cell in cell.css("li")]
        told = told or [number(line(cell)) for cell in entry.css(".topics-count, .posts-count")]
        topics, posts = (*told, *([] if told else counts(entry, link)), None, None)[:2]
        newest = entry.css_first(".lastpostdate, .lastpost-date, .post-date")
        cells = [newest] if newest is not None else [cell for cell in entry.css("td") if cell.mem_id != node.mem_id]
        last = next(filter(None, (self._moment(page, cell) for cell in cells)), None)
        name, above_it, last_id = line(link), parent.path if parent else category, vbrows.last(entry)
        return Forum(
            ident, name, self.clean(page, attribute(link, "href")), f"{above_it}{UNDER}{name}" if above_it else name,
            parent.id if parent else "", topics, posts,
            f"{topics}/{posts}/{last_id or (last.isoformat() if last else '')}" if topics is not None else "", last,
        )  # fmt: skip

    def _topic(self, page: Page, node: LexborNode) -> Topic | None:
        ident = attribute(node, "data-node-id") or (node.id or "").removeprefix("thread_title_")
        linked = node.tag == "a"
        link = node if linked else node.css_first("a.topic-title, a.js-topic-title")
        entry = row(node) if linked else node
        if not ident.isdecimal() or entry is None or link is None or not line(link):
            return None
        replies, views = vbrows.replies(entry)
        cell = entry.css_first(".threadlastpost, .cell-lastpost .post-date, .cell-lastpost, td[title]:not([id])")
        last, last_id = self._moment(page, cell), vbrows.last(entry)
        pinned, moved = vbrows.shape(entry)
        told = last_id or (last.isoformat() if last else "")
        return Topic(
            ident, self.clean(page, attribute(link, "href"), "goto", "page", "p"), line(link),
            posts=None if replies is None else replies + 1,
            stamp=f"{replies}/{told}" if told and replies is not None else "", last=last, views=views,
            pinned=pinned, moved=moved,
        )  # fmt: skip

    def _author(self, page: Page, block: Block) -> Author | None:
        """Who wrote a post; None where what the block says of it does not agree."""
        node = block.only("name")
        nodes = [] if node is None else [node] if node.tag == "a" else node.css("a[href]")
        links = [link for link in nodes if line(link)]
        link = links[0] if links else None
        shown = link if link is not None else first(node, ".bigusername") or node
        name, href = named(shown), attribute(link, "href")
        users = {_user(attribute(other, "href")) for other in block.parts.get("user", ())} | {_user(href)}
        users.discard("")
        if not name or len(links) > 1 or len(users) > 1:
            return None
        return Author(name, next(iter(users), ""), self.clean(page, href) if href[:1] != "#" else "")

    def _posted(self, page: Page, block: Block) -> datetime | None:
        when = dates.epoch(attribute(block.node, "data-node-publishdate"))
        shown = (self._moment(page, node) for node in block.parts.get("date", ()))
        return when or next(filter(None, shown), None)

    def _moment(self, page: Page, node: LexborNode | None) -> datetime | None:
        text = " ".join(outside_links(node).split()) if node is not None else ""
        return dates.parse(text, page.at, self.zone, self.month_first) if text else None


def _following(engine: VBulletin, page: Page) -> str:
    links = (link for link in page.html.css("a[rel~='next'][href]") if attribute(link, "data-page") != "0")
    return engine.clean(page, attribute(next(links, None), "href"))


def _user(href: str) -> str:
    match = _USER.search(href)
    return match[1] if match else ""


def _zone(shift: str) -> tzinfo:
    """The zone of "-5", "+5.5" or "+05:30"; UTC for nothing."""
    match = re.fullmatch(r"([+-]?) ?(\d\d?)(?:([.:])(\d\d?))?", shift.strip())
    if match is None:
        return UTC
    part = float(f"0.{match[4]}") * 60 if match[3] == "." else int(match[4] or 0)
    minutes = min(int(match[2]) * 60 + round(part), 840)
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
