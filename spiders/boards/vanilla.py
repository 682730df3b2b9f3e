"""Vanilla Forums, read from its API; where that is refused, from its pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.post import Author, Post, Quote, Thread
from listening.text import Words, quoted_author, words, words_of
from spiders.boards import dates, shape
from spiders.boards.engine import UNDER, Forum, Listing, Mark, Topic, TopicPage, parted
from spiders.boards.page import Page, above, attribute, classes, line, number, query, without
from spiders.boards.pages import Block, Pages, Steps, sole
from spiders.boards.shape import record, records, whole

_API = "api/v2/"
_MOST = 100  # of whatever the API gives at a time
_MARKS = (b'id="vanilla_', b"window.gdn", b'window["gdn"]', b"gdn.definitions", b'id="DiscussionsController')
_FOLDER = re.compile(rb'"(?:WebRoot|basePath)"\s*:\s*"([^"]*)"')
_OWN = re.compile(r"^(.*?/)(?:discussions?|categories|profile|activity|search)(?:/.*|\?.*)?$")
_NEXT = re.compile(r'<([^>]+)>\s*;\s*rel="?next')
_COMMENT, _OPENER = re.compile(r"Comment_(\d+)"), re.compile(r"Discussion_(\d+)")
_IN_LINK = re.compile(r"/discussion/(\d+)(?:/|$)")
_ITEM = re.compile(r"Item_(\d+)")
_ROWS = "[id^='Discussion_']"
_SKIP = (
    ".QuoteAuthor, .Signature, .UserSignature, .Reactions, .Attachments, .AttachFileContainer, .DismissMessage,"
    " [data-embedjson], img:not(.emoji)"
)


class Vanilla(Pages):
    """One list, ordered by the newest comment, holds all discussions; openers and comments are numbered apart."""

    name: ClassVar[str] = "vanilla"
    label: ClassVar[str] = "Vanilla"

    def __init__(self, root: str, *args: Any) -> None:
        super().__init__(root, *args)
        self._open: bool | None = None  # whether the API answers; None until it was asked
        self._paths: dict[str, str] = {}  # of categories
        self._addresses: dict[str, str] = {}  # of discussions
        self._openers: dict[str, dict[str, Any]] = {}  # the API's list has them, the API's comments have not

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By the header that names its framework, or what starts its program in every page."""
        if "x-garden-version" in page.headers:
            return 0.95
        return 0.9 if any(mark in page.body for mark in _MARKS) else 0.0

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The host, and the folder that the settings name."""
        if found := _FOLDER.search(page.body):
            path = urlsplit(found[1].decode("utf-8", "replace").replace("\\", "")).path
            return urljoin(page.url, f"/{path.strip('/')}/" if path.strip("/") else "/")
        own = _OWN.match(page.url)
        return own[1] if own else urljoin(page.url, ".")

    def index(self) -> str:
        """The categories, those below others included."""
        return f"{self.root}{_API}categories?maxDepth=10"

    def read_index(self, page: Page) -> Listing:
        """The categories, and the list of all discussions."""
        if isinstance(page.json, list):
            self._open = True
            forums = [forum for entry in _entries(page.json) for forum in self._categories(entry, None)]
        else:
            shown = (self._shown_category(page, link) for link in page.html.css("[id^='Category_'] a"))
            forums = list({forum.id: forum for forum in reversed([*filter(None, shown)])}.values())[::-1]
        self._paths |= {forum.id: forum.path for forum in forums}
        return Listing(forums, next=_linked(page), everything=Forum("all", "All", self._list("")))

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """A page of discussions."""
        if isinstance(page.json, list):
            self._open = True
            topics = [topic for entry in _entries(page.json) if (topic := self._topic(entry, forum))]
            return Listing((), topics, _linked(page))
        topics = [topic for row in page.html.css(_ROWS) if (topic := self._row(page, row, forum))]
        return Listing((), topics, self.steps(page).next)

    def read_topic(self, page: Page, topic: Topic, mark: Mark | None) -> TopicPage:
        """One page of posts: from the API comments, before the first of which the opener is put."""
        if not isinstance(page.json, (list, dict)):
            return super().read_topic(page, topic, mark)
        self._open = True
        opener = self._openers.pop(topic.id, None) or (page.json if isinstance(page.json, dict) else {})
        turned = whole(query(page.url).get("page")) or 1
        thread = Thread(topic.id, topic.title, self._addresses.get(topic.id) or self._of(topic.id))
        entries = _entries(page.json) if isinstance(page.json, list) else []
        results = [self._post(opener, thread, topic, 1)] if opener and turned == 1 else []
        begin = (turned - 1) * _MOST + 2
        results += [self._post(entry, thread, topic, at) for at, entry in enumerate(entries, begin)]
        posts, rejects = parted(results, page)
        following = _linked(page)
        return TopicPage(posts, rejects, len(results), (following,) if following else ())

    def resume(self, topic: Topic, mark: Mark) -> str:
        """The page read last, unless it was one of the other way, or the opener had no comments then."""
        same = mark.page.startswith(f"{_API}comments") == topic.url.startswith(f"{self.root}{_API}comments")
        return super().resume(topic, mark) if same else topic.url

    def instead(self, url: str) -> str:
        """The page that shows what the API refused to say."""
        path, asked = self.within(url), query(url)
        if self._open or not path.startswith(_API):
            return ""
        self._open = False
        if path.startswith(f"{_API}categories"):
            return f"{self.root}categories"
        ident = asked.get("discussionID") or path.removeprefix(f"{_API}discussions").partition("?")[0].strip("/")
        return self._of(ident) if ident else self._list("")

    def steps(self, page: Page) -> Steps:
        """Only the page after this one is known."""
        following = page.attribute("link[rel='next'], a[rel~='next'], .Pager a.Next, .NumberedPager a.Next", "href")
        return Steps(0, self.home(page.link(following)) if following else "")

    def blocks(self, page: Page) -> Sequence[Block]:
        """The opener, on the first page, and the comments."""
        found: dict[str, Block] = {}
        for node in page.html.css("[id^='Discussion_'], [id^='Comment_']"):
            ident = node.id or ""
            if (_COMMENT.fullmatch(ident) or _OPENER.fullmatch(ident)) and node.css_first(".Message"):
                found.setdefault(ident, Block(node, ident))
        return list(found.values())

    def positions(
        self, page: Page, blocks: Sequence[Block], steps: Steps, mark: Mark | None  # noqa: ARG002
    ) -> Sequence[int | None]:  # fmt: skip
        """Each comment bears its number."""
        return [1 if _OPENER.fullmatch(block.id) else _numbered(block.node) for block in blocks]

    def told(self, page: Page, topic: Topic) -> Topic:
        """From the heading, the breadcrumbs and the canonical address."""
        links = page.html.css(".Breadcrumbs a[href*='/categories/'], .breadcrumbs a[href*='/categories/']")
        address = self.home(re.sub(r"/p\d+$", "", page.attribute("link[rel='canonical']", "href")))
        return replace(
            topic,
            title=line(page.html.css_first(".PageTitle h1, h1")) or topic.title,
            url=address if _IN_LINK.search(address) else self._of(topic.id),
            channel=UNDER.join(dict.fromkeys(filter(None, map(line, links)))) or topic.channel,
        )

    def post(self, page: Page, topic: Topic, block: Block, position: int | None) -> Post | str:
        """The post of one block, or why it cannot be read."""
        node, opens = block.node, position == 1
        texts, names = node.css(".Message"), _names(node)
        if len(texts) != 1 or _torn(texts[0]) or any(other.id != block.id for other in node.css("[id^='Comment_']")):
            return "the words of a post could not be told from those of another"
        if len(names) != 1:
            return "the author of a post could not be told for sure"
        said = _words(texts[0])
        href = attribute(node.css_first(".Author a.Username, .Author a[href*='/profile/']"), "href")
        link = page.link(attribute(node.css_first("a.Permalink"), "href"))
        if (match := _COMMENT.search(link)) and match[0] != block.id:
            return "the author of a post could not be told for sure"
        url = topic.url if opens else f"{self.root}discussion/comment/{block.id.partition('_')[2]}#{block.id}"
        return Post(
            self.platform, block.id, url, said.text, self.time(page, node.css_first(".DateCreated, .Meta")),
            Author(names.pop(), "", self.clean(page, href)), title=topic.title if opens else "",
            thread=Thread(topic.id, topic.title, topic.url), position=position, channel=topic.channel,
            quotes=said.quotes, edited=self.time(page, node.css_first(".DateUpdated"), ""),
            replies=topic.posts - 1 if opens and topic.posts else None, views=topic.views if opens else None,
            route="vanilla page",
        )  # fmt: skip

    def _of(self, ident: str) -> str:
        return f"{self.root}discussion/{ident}"

    def _list(self, category: str, slug: str = "") -> str:
        """Where a list of discussions begins."""
        if self._open is False:
            return f"{self.root}categories/{slug}" if slug else f"{self.root}discussions"
        chosen = f"categoryID={category}&" if category else ""
        return f"{self.root}{_API}discussions?{chosen}sort=-dateLastComment&limit={_MOST}&expand=insertUser"

    def _categories(self, entry: dict[str, Any], parent: Forum | None) -> Iterator[Forum]:
        """A category and those below it."""
        ident, name = shape.words(entry.get("categoryID")), shape.words(entry.get("name"))
        higher = shape.words(entry.get("parentCategoryID")).replace("-1", "")
        path = parent.path if parent else self._paths.get(higher, "")
        if not ident or not name or ident == "-1":
            return
        topics, heading = whole(entry.get("countDiscussions")), entry.get("displayAs") in ("heading", "categories")
        path = f"{path}{UNDER}{name}" if path else name
        self._paths[ident] = path
        last = shape.words(entry.get("dateLastComment")) or shape.words(record(entry, "lastPost").get("dateInserted"))
        url = self._list(ident, quote(shape.words(entry.get("urlcode"))))
        forum = Forum(ident, name, "" if heading else url, path, higher, topics, last=dates.iso(last))
        yield forum
        for child in records(entry, "children"):
            yield from self._categories(child, forum)

    def _shown_category(self, page: Page, link: LexborNode) -> Forum | None:
        slug = re.search(r"/categories/([^/?#]+)$", attribute(link, "href"))
        holder = next((node for node in above(link) if (node.id or "").startswith("Category_")), None)
        if slug is None or holder is None or not line(link):
            return None
        url = self.clean(page, attribute(link, "href"))
        return Forum((holder.id or "").partition("_")[2], line(link), url, line(link))

    def _topic(self, entry: dict[str, Any], forum: Forum) -> Topic | None:
        ident, place = shape.words(entry.get("discussionID")), shape.words(entry.get("categoryID"))
        if not ident:
            return None
        count, last = whole(entry.get("countComments")), shape.words(entry.get("dateLastComment"))
        last = last or shape.words(entry.get("dateInserted"))
        self._openers[ident], self._addresses[ident] = entry, self.home(shape.words(entry.get("url")))
        comments = f"comments?discussionID={ident}&limit={_MOST}&expand=insertUser"
        return Topic(
            ident, f"{self.root}{_API}{comments if count else f'discussions/{ident}?expand=insertUser'}",
            words(shape.words(entry.get("name"))).text, place, self._paths.get(place, "") or forum.path,
            None if count is None else count + 1, f"{count}/{last}" if last else "", dates.iso(last),
            whole(entry.get("countViews")), bool(entry.get("pinned")), entry.get("type") == "redirect",
        )  # fmt: skip

    def _row(self, page: Page, row: LexborNode, forum: Forum) -> Topic | None:
        link = row.css_first(".Title a[href*='/discussion/'], a.Title, .DiscussionName a[href*='/discussion/']")
        href = page.link(attribute(link, "href"))
        match = _IN_LINK.search(href)
        if match is None:
            return None
        count = number(line(row.css_first(".CommentCount, .CountComments")))
        when = row.css_first(".LastCommentDate time, .LastUser time, .LastCommentDate, .CommentDate")
        last = self.time(page, when) or dates.iso(attribute(when, "datetime"), self.zone)
        shown = " ".join(classes(row)) + " ".join(line(tag) for tag in row.css(".Tag"))
        return Topic(
            match[1], self.clean(page, href), line(link), channel=forum.path if forum.id != "all" else "",
            posts=None if count is None else count + 1, stamp=f"{count}/{last}" if last else "", last=last,
            views=number(line(row.css_first(".ViewCount, .CountViews"))),
            pinned="Announce" in shown, moved="Redirect" in shown,
        )  # fmt: skip

    def _post(self, entry: dict[str, Any], thread: Thread, topic: Topic, position: int) -> Post | str:
        """One post of the API, or why it cannot be read."""
        opens, body = position == 1, entry.get("body")
        ident = shape.words(entry.get("discussionID" if opens else "commentID"))
        if not ident or not isinstance(body, str):
            return "a post has no id or no text"
        if shape.words(entry.get("discussionID")) not in ("", thread.id):
            return "a post belongs to another topic"
        user = record(entry, "insertUser")
        name = shape.words(user.get("name"))
        if not name:
            return "the author of a post could not be told for sure"
        own = f"{self.root}discussion/comment/{ident}#Comment_{ident}"
        said, score = _words(LexborHTMLParser(body).body), entry.get("score")
        parent = shape.words(entry.get("parentCommentID"))
        return Post(
            self.platform, f"{'Discussion' if opens else 'Comment'}_{ident}", thread.url if opens else own, said.text,
            dates.iso(shape.words(entry.get("dateInserted"))),
            Author(name, shape.words(user.get("userID")), self.home(shape.words(user.get("url")))),
            title=thread.title if opens else "", thread=thread, reply_to=f"Comment_{parent}" if parent else "",
            position=position, channel=topic.channel, quotes=said.quotes,
            edited=dates.iso(shape.words(entry.get("dateUpdated"))), likes=whole(score),
            replies=topic.posts - 1 if opens and topic.posts else None, views=topic.views if opens else None,
            route="vanilla api",
        )  # fmt: skip


def _entries(value: object) -> list[dict[str, Any]]:
    return [entry for entry in shape.items(value) if isinstance(entry, dict)]


def _linked(page: Page) -> str:
    """The page after this one, as the API's header has it; without one, a full page has another after it."""
    if found := _NEXT.search(page.headers.get("link", "")):
        return urljoin(page.url, str(found[1]))
    full = isinstance(page.json, list) and len(page.json) >= _MOST
    if not full or "link" in page.headers:
        return ""
    turned = whole(query(page.url).get("page")) or 1
    return f"{without(page.url, 'page')}&page={turned + 1}"


def _numbered(node: LexborNode) -> int | None:
    """The place of a comment, counted with the opener."""
    found = _ITEM.search(attribute(node.css_first("a.Permalink[name]"), "name"))
    return int(found[1]) + 1 if found else None


def _names(node: LexborNode) -> set[str]:
    """Whom a block names as its author; a link that holds more than a name says none."""
    named = node.css(".Author a.Username, .Author .Username") or node.css(".Author")
    return {name for link in named if (name := sole(link))}


def _torn(content: LexborNode) -> bool:
    """Whether a quote has lost what frames it: then it cannot be told what is the author's own."""
    parts = content.css(".QuoteText, .QuoteAuthor")
    return any(all(holder.tag != "blockquote" for holder in above(part)) for part in parts)


def _words(root: LexborNode | None) -> Words:
    """The words of a post; quotes that its editor embeds are kept in an attribute."""
    if root is None:
        return Words("")
    embedded = [quoted for node in root.css("[data-embedjson]") if (quoted := _embedded(node))]
    said = words_of(root, _SKIP, _quoted, bullet="")
    return Words(said.text, (*embedded, *said.quotes))


def _embedded(node: LexborNode) -> Quote | None:
    try:
        told = record(json.loads(attribute(node, "data-embedjson")))
    except (ValueError, RecursionError):
        return None
    text = words(shape.words(told.get("body"))).text if told.get("embedType") == "quote" else ""
    return Quote(text, shape.words(record(told, "insertUser").get("name"))) if text else None


def _quoted(node: LexborNode) -> str | None:
    """Whom a blockquote quotes: older editors name them in an attribute."""
    named = attribute(node, "rel") if node.tag == "blockquote" else ""
    return named or quoted_author(node)
