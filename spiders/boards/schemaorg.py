"""Any board whose pages describe their posts in schema.org's words, as JSON-LD or as microdata."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborNode

from listening.post import Author, Post, Thread
from listening.text import Words, quoted_author, tidy, words, words_of
from spiders.boards import dates, lists, pages
from spiders.boards.engine import UNDER, Forum, Listing, Mark, Topic, TopicPage
from spiders.boards.facts import Item, embedded, linked
from spiders.boards.page import Page, above, attribute, line, number
from spiders.boards.pages import Pages, Steps, counted
from spiders.boards.shown import Shown, squeezed

_KNOWN = re.compile(rb"""["'/:](?:DiscussionForumPosting|QAPage)\b|schema\.org/Question\b""")
_OPENERS = frozenset(("DiscussionForumPosting", "Question"))
_REPLIES = frozenset(("Comment", "Answer", "UserComments", "CorrectionComment"))
_BELOW = ("comment", "comments", "acceptedAnswer", "suggestedAnswer", "answer")
_TEXT = ("text", "articleBody", "commentText", "description")
_LIKES = frozenset(("LikeAction", "AgreeAction", "UpvoteAction", "VoteAction"))
_VIEWS = frozenset(("ViewAction", "ReadAction"))
_COMMENTS = frozenset(("CommentAction", "ReplyAction", "WriteAction"))
_MARKUP = re.compile(r"</?[a-z][^<>]*>|&(?:[a-z]+|#\d+);", re.I)
_CUT = re.compile(r"\s*(?:\.\.\.|…|\[…\])$")
_NUMBERED = re.compile(
    r"#(?:p|pid|post-?|comment-?|find-?comment-?|msg-?|message-?|entry-?)(\d+)$"
    r"|/(?:posts?|p|comments?|messages?|msg)/(\d+)/?$|[?&](?:p|pid|post|post_?id|mid|comment_?id)=(\d+)", re.I,
)  # fmt: skip
_OWN = re.compile(r"data-(?:p|post|c|comment|answer|message|msg)-?id", re.I)  # attributes with a post's number
_LETTERED = re.compile(r"[a-z]+[-_]?\d+", re.I)
_TOP = re.compile(r"forums?|community|boards?|discussions?|questions?|index(?:\.php)?|home|foren|foros?", re.I)
_SKIP = (
    "[class*='signature'], .sig, [class*='attachment'], [class*='edited'], [class*='last-edit'], [class*='share-'],"
    " [class*='reactions'], .poll, [itemprop='comment'], [itemprop='suggestedAnswer'], [itemprop='acceptedAnswer'],"
    " [itemprop='author'], [class*='quote'] > [class*='title'], [class*='quote'] > [class*='author'],"
    " [class*='quote'] > [class*='header'], img:not([class*='emoji']):not([class*='smil'])"
)
_RAW = ("title", "textarea", "script", "style", "noscript", "iframe", "xmp")  # hold no markup, whatever they hold
_QUOTING = frozenset(("quote", "quotebox", "quote-box", "bbcode_quote", "bbcode-quote", "quote-container"))
_WROTE = re.compile(
    r"\s*\b(?:wrote|said|posted|schrieb|hat geschrieben|a écrit|escribió|ha scritto)\b.*$|\s*:\s*$", re.I
)


@dataclass(slots=True)
class Said(pages.Block):
    """One post as a page describes it."""

    item: Item
    url: str  # opens it
    opens: bool  # as far as the page tells
    answers: str = ""  # the id of the post that it is an answer to
    topic: Item | None = None  # what tells of the topic, where that is not the opener
    shown: LexborNode | None = None  # where the page shows the text of JSON-LD


class SchemaOrg(Pages):
    """Posts come from what pages say of themselves; lists of topics from addresses that are alike."""

    name: ClassVar[str] = "schemaorg"
    label: ClassVar[str] = "any board with schema.org data"

    def __init__(self, root: str, *args: Any) -> None:
        super().__init__(root, *args)
        self._start = root
        self._shapes: set[str] = set()  # of the addresses of topics that were read
        self._last: tuple[Page, list[Said]] | None = None
        self._held: tuple[Page, list[Item], list[Item]] | None = None

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By the types alone: less sure than any software's own marks."""
        return 0.55 if b"schema.org" in page.body and _KNOWN.search(page.body) else 0.0

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The host: nothing says in which folder a board lives."""
        return urljoin(page.url, "/")

    def learn(self, page: Page) -> None:
        """The page that was given is the index, or a topic that names the way up to it."""
        self._start = lists.start(page.url)
        if self._said(page):
            self._shapes.add(lists.shape(self._start))
            ways = (
                url for _, url in _crumbs(page, self._facts(page)) if url.startswith(self.root) and url != self._start
            )
            self._start = next(filter(_is_top, ways), self.root)

    def index(self) -> str:
        """The page that was given, or the first above it."""
        return self._start

    def read_index(self, page: Page) -> Listing:
        """The forums, or the topics where no forums are listed."""
        found, following = lists.read(page, self.root, self.zone, self._shapes), lists.following(page)
        forums = [self._forum(row, None) for row in found.forums]
        whole = bool(found.topics) and (not forums or bool(following))
        return Listing(forums, everything=Forum("everything", "All", lists.start(page.url)) if whole else None)

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """A page of topics, and the forums below."""
        found = lists.read(page, self.root, self.zone, self._shapes)
        topics = [self._topic(row, forum) for row in found.topics]
        below = [self._forum(row, forum) for row in found.forums] if forum.id != "everything" else []
        return Listing([each for each in below if each.id != forum.id], topics, lists.following(page))

    def steps(self, page: Page) -> Steps:
        """Only the page after this one is known."""
        return Steps(0, lists.following(page))

    def blocks(self, page: Page) -> Sequence[Said]:
        """The posts that a page describes; on later pages without the opener, which they repeat."""
        return self._said(page)

    def positions(
        self, page: Page, blocks: Sequence[pages.Block], steps: Steps, mark: Mark | None  # noqa: ARG002
    ) -> Sequence[int | None]:  # fmt: skip
        """On from what was read before."""
        return counted(blocks, mark, opens=not _later(page))

    def told(self, page: Page, topic: Topic) -> Topic:
        """From the opener and the breadcrumbs."""
        said = self._described(page)
        opener = next((each.topic or each.item for each in said if each.opens), Item())
        count = number(opener.text("commentCount")) or _counter(opener, _COMMENTS)
        asked = "Question" in opener.types  # answers are counted, and what is said to them is not
        title = tidy(opener.text("headline", "name")) or topic.title
        return replace(
            topic,
            title=title,
            url=lists.start(page.url),
            channel=UNDER.join(self._path(page, title)) or topic.channel,
            posts=None if asked else topic.posts if count is None else count + 1,
            views=_counter(opener, _VIEWS) or topic.views,
        )

    def read_topic(self, page: Page, topic: Topic, mark: Mark | None) -> TopicPage:
        """One page of posts."""
        read = super().read_topic(page, topic, mark)
        if read.posts:
            self._shapes.add(lists.shape(lists.start(page.url)))
        return read

    def post(self, page: Page, topic: Topic, block: Said, position: int | None) -> Post | str:
        """The post that an item describes, or why it cannot be told."""
        item, when = block.item, self._when(block.item, page, "datePublished", "dateCreated", "commentTime")
        author, said = self._author(page, item), _words(block)
        if author is None:
            return "the author of a post could not be told for sure"
        if said is None or len({*item.texts("datePublished")}) > 1 or _strange(block):
            return "the words of a post could not be told from those of another"
        gone = "delet" in item.text("creativeWorkStatus").lower()
        opens = position == 1
        return Post(
            self.platform, block.id, block.url, "" if gone else said.text, when, author,
            title=topic.title if opens else "", thread=Thread(topic.id, topic.title, topic.url),
            reply_to=block.answers, position=position, channel=topic.channel, quotes=() if gone else said.quotes,
            edited=self._edited(page, block, when), likes=_likes(item),
            replies=topic.posts - 1 if opens and topic.posts else None, views=topic.views if opens else None,
            route="schema.org", deleted=gone,
        )  # fmt: skip

    def _forum(self, row: lists.Row, parent: Forum | None) -> Forum:
        path = f"{parent.path}{UNDER}{row.title}" if parent and parent.path else row.title
        return Forum(
            lists.key(row.url), row.title, row.url, path, parent.id if parent else "", stamp=row.stamp, last=row.last
        )

    def _topic(self, row: lists.Row, forum: Forum) -> Topic:
        return Topic(
            lists.key(row.url), row.url, row.title, channel="" if forum.id == "everything" else forum.path,
            posts=None if row.replies is None else row.replies + 1, stamp=row.stamp, last=row.last,
            pinned=row.pinned, moved=row.moved,
        )  # fmt: skip

    def _described(self, page: Page) -> list[Said]:
        """All posts of a page, the opener first."""
        if self._last is None or self._last[0] is not page:
            readings = [self._read(page, items) for items in self._facts(page)]
            best = max(readings, key=lambda posts: sum(map(_readable, posts)))
            if any(said.item.node is None for said in best):
                _find(page, best)
            self._last = (page, best)
        return self._last[1]

    def _facts(self, page: Page) -> tuple[list[Item], list[Item]]:
        """The microdata and the JSON-LD of a page."""
        if self._held is None or self._held[0] is not page:
            self._held = (page, embedded(page), linked(page))
        return self._held[1:]

    def _said(self, page: Page) -> list[Said]:
        posts = self._described(page)
        replies = [said for said in posts if not said.item.types & _OPENERS]
        return replies if _later(page) and (replies or len(posts) == 1) else posts

    def _read(self, page: Page, items: Sequence[Item]) -> list[Said]:
        """The posts among the items of a page, each once."""
        every = {id(inner): inner for item in items if "FAQPage" not in item.types for inner in item.all()}
        mine = [item for item in every.values() if item.types & (_OPENERS | _REPLIES)]
        inside = {id(inner) for item in mine for inner in item.all() if inner is not item}
        outer = [item for item in mine if id(item) not in inside]
        openers = [item for item in outer if item.types & _OPENERS]
        if len(openers) > 1:  # posts of one topic, or other topics that the page speaks of
            here = lists.key(page.url)
            openers = [item for item in openers if lists.key(self._address(page, item) or page.url) == here]
            outer = [item for item in outer if item in openers or not item.types & _OPENERS]
        found: dict[str, Said] = {}
        for item in outer if openers else ():
            for said in self._unfolded(page, item, item is openers[0]):
                found.setdefault(said.id, said)
        posts = [said for said in found.values() if "author" in said.item.values or _readable(said)]
        if len(posts) > 1 and _heads(posts[0].item, posts[1].item):
            posts[1].opens, posts[1].topic = True, posts[0].item
            return posts[1:]
        return posts

    def _unfolded(self, page: Page, outer: Item, opens: bool) -> Iterator[Said]:
        """An item's post, and those below it, in their order on the page."""
        asked = "Question" in outer.types
        waiting = [(outer, "")]
        while waiting:
            item, answers = waiting.pop()
            first = opens and item is outer
            url, ident = self._permalink(page, item, first, asked)
            for parent in item.items("parentItem") if not answers else ():
                answers = self._permalink(page, parent, False, asked)[1] if self._address(page, parent) else ""
            node = item.node or page.html.css_first('script[type*="ld+json"]')
            assert node is not None, "the item comes from there"  # noqa: S101
            yield Said(node, ident, item, url, first, answers)
            below = [inner for inner in item.items(*_BELOW) if inner.types & (_REPLIES | _OPENERS)]
            below.sort(key=lambda inner: inner.order, reverse=True)
            if item.node is None:
                below.reverse()
            waiting += [(inner, ident if asked or not first else "") for inner in below]

    def _address(self, page: Page, item: Item) -> str:
        """What an item gives as its own address; empty where that is none of this board."""
        told = (*item.texts("url"), item.id, item.text("mainEntityOfPage"))
        found = (self.home(page.link(url)) for url in told if url and not url.startswith("_:"))
        return next(filter(None, found), "")

    def _permalink(self, page: Page, item: Item, opens: bool, asked: bool) -> tuple[str, str]:
        """The address that opens a post, and its id."""
        url = self._address(page, item)
        if not opens and (not url or ("#" not in url and lists.key(url) == lists.key(page.url))):
            url = self._shown_permalink(page, item.node)
        if not url and not opens:
            told = "|".join((item.text("datePublished", "dateCreated"), *_names(item), item.text(*_TEXT)[:200]))
            own = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]
            return lists.clean(page.url), f"{lists.key(page.url)}#{own}"
        base, mark, fragment = url.partition("#")
        url = f"{lists.clean(base or page.url)}{mark}{fragment}" if url else lists.start(page.url)
        return url, self._ident(url, asked)

    def _shown_permalink(self, page: Page, node: LexborNode | None) -> str:
        """The address of a post by what its element holds: a link with its number, or else an id."""
        if node is None:
            return ""
        own = next((value for name, value in node.attributes.items() if _OWN.fullmatch(name) and value), "")
        for href in (attribute(link, "href") for link in node.css("a[href]")):
            match = _NUMBERED.search(href)
            if match and own in ("", next(filter(None, match.groups()))) and (url := self.home(page.link(href))):
                return url
        holder = next((each for each in (node, *above(node)) if attribute(each, "id")), node)
        anchored = holder is node or holder.tag in ("article", "li")
        ident = attribute(holder, "id") if anchored else ""
        return f"{lists.clean(page.url)}#{ident}" if ident else ""

    def _ident(self, url: str, asked: bool) -> str:
        """What tells a post from all others of the board: its number where it surely has one.

        `asked`: on boards for questions, answers and comments are numbered apart.
        """
        fragment = url.partition("#")[2]
        lettered = _LETTERED.fullmatch(fragment) is not None
        match = _NUMBERED.search(url)
        if asked or match is None:
            return fragment if asked and lettered else self.within(url)
        return self.within(url) if "_" in fragment else next(filter(None, match.groups()))

    def _author(self, page: Page, item: Item) -> Author | None:
        """Who wrote a post; None where nobody or several people are named."""
        names = {*_names(item)}
        if len(names) != 1 or "" in names:
            return None
        people = item.items("author", "creator")
        told = next((url for person in people for url in (*person.texts("url"), person.id) if url), "")
        node = next((person.node for person in people if person.node is not None), None) or next(
            iter(item.nodes.get("author", item.nodes.get("creator", ()))), None
        )
        href = told or attribute(node, "href") or attribute(pages.first(node, "a[href]"), "href")
        url = page.link(href) if href and not href.startswith(("#", "_:")) else ""
        return Author(names.pop(), _handle(url), url)

    def _when(self, item: Item, page: Page, *names: str) -> datetime | None:
        told = item.text(*names)
        return dates.iso(told, self.zone) or (dates.parse(told, page.at, self.zone) if told else None)

    def _edited(self, page: Page, block: Said, when: datetime | None) -> datetime | None:
        """When a post was changed; what is told of an opener may be when its topic got its newest post."""
        changed = self._when(block.item, page, "dateModified")
        if changed is None or when is None or changed <= when:
            return None
        if block.opens:
            others = {self._when(said.item, page, "datePublished", "dateCreated") for said in self._described(page)}
            return None if changed in others or lists.following(page) else changed
        return changed

    def _path(self, page: Page, title: str) -> list[str]:
        """The names of the forums above a topic."""
        here, top = lists.key(page.url), {"", lists.key(self._start)}
        crumbs = [
            (name, url)
            for name, url in _crumbs(page, self._facts(page))
            if name != title and (not url or lists.key(url) != here)
        ]
        while len(crumbs) > 1 and (lists.key(crumbs[0][1]) in top or _is_top(crumbs[0][1])):
            crumbs.pop(0)
        return [name for name, url in crumbs if not url or urlsplit(url).path not in ("", "/")]


def _is_top(url: str) -> bool:
    """Whether an address is named as those of whole boards are."""
    return _TOP.fullmatch(urlsplit(url).path.strip("/").rpartition("/")[2]) is not None


def _later(page: Page) -> bool:
    """Whether a page is not the first of its topic."""
    return lists.turned(page.url) > 1 or page.html.css_first("link[rel~='prev'], a[rel~='prev']") is not None


def _heads(topic: Item, opener: Item) -> bool:
    """Whether an item tells of a topic, and the next of its first post: both of one author and time."""
    text, when = topic.text(*_TEXT), topic.text("datePublished", "dateCreated")
    plain = text in ("", topic.text("headline", "name")) or squeezed(text) == squeezed(opener.text(*_TEXT))
    same = when[:19] == opener.text("datePublished", "dateCreated")[:19] and {*_names(topic)} == {*_names(opener)}
    return same and (plain or when.count(":") > 1)


def _readable(said: Said) -> bool:
    return any(name in said.item.values for name in ("author", "creator")) and any(
        name in said.item.values for name in _TEXT
    )


def _names(item: Item) -> Iterator[str]:
    """The names that an item gives its author."""
    for person in item.items("author", "creator"):
        told = person.text("name", "alternateName", "givenName")
        if "://" in told and person.nodes.get("name"):  # a link is its address, where people meant its text
            told = line(person.nodes["name"][0])
        yield _shown(told) if told else _bare(person.node)
    held = [*item.nodes.get("author", ()), *item.nodes.get("creator", ())]
    for at, value in enumerate([*item.values.get("author", ()), *item.values.get("creator", ())]):
        if isinstance(value, str) and value:
            told = line(held[at]) if "://" in value and at < len(held) else value
            yield told if "://" not in told and len(told) <= 80 else ""


def _shown(told: str) -> str:
    """A name as people see it: JSON-LD often holds it as HTML."""
    return " ".join(unescape(told).split())


def _bare(node: LexborNode | None) -> str:
    """The text of a person's element that marks no name."""
    plain = node is not None and node.tag in ("a", "span") and not node.css("*")
    return line(node)[:80] if plain else ""


def _handle(url: str) -> str:
    """The id in the address of a profile: its only number, or else its last word."""
    parts = urlsplit(url)
    numbers = re.findall(r"(?<![\w%])\d+(?![\w%])", f"{parts.path}?{parts.query}")
    return numbers[0] if len(numbers) == 1 else "" if parts.query else parts.path.rstrip("/").rpartition("/")[2]


def _words(block: Said) -> Words | None:
    """What a post says; None where that cannot be told."""
    item = block.item
    name = next((name for name in _TEXT if name in item.values), "")
    nodes, told = item.nodes.get(name, ()), item.texts(name)
    if not name:
        return Words("") if block.opens and item.text("headline", "name") else None
    if nodes and nodes[0].tag != "meta":
        return words_of(nodes[0], _SKIP, _quoted, bullet="") if len(nodes) == 1 and _own(nodes[0], block) else None
    if block.shown is not None:
        said = words_of(block.shown, _SKIP, _quoted, bullet="")
        if squeezed(said.text) == squeezed(told[0]) or said.quotes or _CUT.search(told[0]):
            return said
    text = told[0] if told else ""
    return words(text) if _MARKUP.search(text) else Words(tidy(text))


def _own(node: LexborNode, block: Said) -> bool:
    """Whether a text holds nothing of another post, as it does where markup broke."""
    others = "[itemprop~='author'], [itemprop~='text'], [itemprop~='articleBody'], [itemprop~='datePublished']"
    if match := re.fullmatch(r"([\w-]*[a-z_-])\d+", attribute(block.node, "id"), re.I):
        others += f", [id^='{match[1]}']"
    held = node.css(others)
    return node.tag not in _RAW and all(inner.mem_id in (node.mem_id, block.node.mem_id) for inner in held)


def _strange(block: Said) -> bool:
    """Whether the element of a post bears another number than its address."""
    own, told = re.search(r"(\d+)$", attribute(block.item.node, "id")), re.search(r"#\D*(\d+)$", block.url)
    return own is not None and told is not None and own[1] != told[1]


def _quoted(node: LexborNode) -> str | None:
    """Whom a node quotes; None where it is no quote."""
    attrs, marked = node.attrs, node.tag in ("div", "aside", "section") and _quoting(node)
    if not marked and (node.tag != "blockquote" or _quoting(node.parent)):
        return None
    named = attrs.sget("data-username") or attrs.sget("data-author") or attrs.sget("data-quote")
    if named or not marked:
        return named or quoted_author(node)
    return _WROTE.sub("", line(node.css_first("cite, header, [class*='author'], [class*='title']")))


def _quoting(node: LexborNode | None) -> bool:
    return bool(_QUOTING & {*attribute(node, "class").lower().split()})


def _counter(item: Item, kinds: frozenset[str]) -> int | None:
    """How often something was done with a post."""
    for count in item.items("interactionStatistic"):
        names = {count.text("interactionType").rpartition("/")[2]}.union(
            *(k.types for k in count.items("interactionType"))
        )
        if names & kinds:
            return number(count.text("userInteractionCount"))
    return None


def _likes(item: Item) -> int | None:
    told = item.text("upvoteCount")
    return number(told) if told and not told.startswith("-") else _counter(item, _LIKES)


def _crumbs(page: Page, facts: Iterable[Iterable[Item]]) -> list[tuple[str, str]]:
    """The names and addresses of what is above a page, and mostly of itself."""
    for item in (inner for items in facts for top in items for inner in top.all()):
        if "BreadcrumbList" in item.types:
            steps = sorted(item.items("itemListElement"), key=lambda step: number(step.text("position")) or 0)
            return [crumb for step in steps if (crumb := _crumb(page, step))[0]]
    shown = page.html.css_first("[class*='breadcrumb'], [aria-label*='readcrumb']")
    return [(line(link), page.link(attribute(link, "href"))) for link in (shown.css("a[href]") if shown else ())]


def _crumb(page: Page, step: Item) -> tuple[str, str]:
    held = next(iter(step.items("item")), Item())
    url = step.text("item", "url") or held.id or held.text("url")
    link = pages.first(held.node or step.node, "a[href]")
    name = next((text for text in (step.text("name"), held.text("name"), line(link)) if text and "://" not in text), "")
    return words(name).text, page.link(url or attribute(link, "href")) if url or link is not None else ""


def _find(page: Page, posts: Sequence[Said]) -> None:
    """Look up where the page shows each text that JSON-LD gives without markup."""
    texts = [_CUT.sub("", said.item.text(*_TEXT)) if said.item.node is None else "" for said in posts]
    plain = [text and not _MARKUP.search(text) for text in texts]
    shown = Shown(page.html.body if any(plain) else None)
    anchors = {said.id: node for said in posts if (node := _anchor(shown, said)) is not None}
    counts = Counter(holder.mem_id for node in anchors.values() for holder in (node, *above(node)))
    shared = {ident for ident, count in counts.items() if count > 1}
    for said, text, findable in zip(posts, texts, plain, strict=True):
        if findable:
            anchor = anchors.get(said.id)
            said.shown = shown.place(text, shown.block(anchor, shared) if anchor is not None else None)


def _anchor(shown: Shown, said: Said) -> LexborNode | None:
    """An element that belongs to a post by the fragment or the number of its address."""
    fragment, path = said.url.partition("#")[2], f"/{said.url.split('/', 3)[-1]}"
    found = shown.ids.get(fragment) if fragment else None
    if found is None and not said.opens:
        found = shown.hrefs.get(said.url) or shown.hrefs.get(path)
    return found
