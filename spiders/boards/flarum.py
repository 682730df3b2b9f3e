"""Flarum 1 and 2, read from its JSON:API; where that is closed, from the same JSON in its pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import quote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.post import Author, Post, Thread
from listening.text import Words, quoted_author, words_of
from spiders.boards import dates
from spiders.boards.engine import UNDER, Engine, Forum, Listing, Mark, Topic, TopicPage, parted
from spiders.boards.page import Page, attribute, line, query
from spiders.boards.shape import items, record, records, whole, words

_PAYLOAD = re.compile(rb'id="flarum-json-payload"[^>]*>|\bapp\.load\(|\bflarum\.core\.app\.load\(')
_MARKS = (b"flarum-json-payload", b'id="flarum-loading"', b"flarum.core.app")
_OWN = re.compile(r"^(.*?/)(?:(?:d|t|u)/[^/?#]+.*|all(?:\?.*)?|tags(?:\?.*)?)$")
_API = "api/"
_SHOWN = 20  # posts on a page of a discussion, discussions on a page of a list
_MOST = 50  # of either that the API gives at a time
_SKIP = "img:not(.emoji), iframe"
_DECODER = json.JSONDecoder()


class Flarum(Engine):
    """One list, ordered by the newest post, holds the discussions of all tags; tags are its forums."""

    name: ClassVar[str] = "flarum"
    label: ClassVar[str] = "Flarum"

    def __init__(self, root: str, *args: Any) -> None:
        super().__init__(root, *args)
        self._open: bool | None = None  # whether the API answers; None until it was asked
        self._tags: dict[str, dict[str, Any]] = {}

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By what starts its program in every page."""
        return 0.95 if any(mark in page.body for mark in _MARKS) else 0.0

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The host, and the folder that the settings name."""
        for entry in records(_payload(page), "resources"):
            if entry.get("type") == "forums" and isinstance(base := record(entry, "attributes").get("baseUrl"), str):
                return urljoin(page.url, f"{urlsplit(base).path.rstrip('/')}/")
        own = _OWN.match(page.url)
        return own[1] if own else urljoin(page.url, ".")

    def index(self) -> str:
        """The start page: its JSON holds the tags."""
        return self.root

    def read_index(self, page: Page) -> Listing:
        """The tags that a page knows, and the list of all discussions; then all tags from the API."""
        payload = _payload(page)
        document = record(payload, "apiDocument") if payload else page.json
        self._learn((*records(payload, "resources"), *_resources(document).values()))
        if not payload:
            self._open = True
        tags = sorted(self._tags.values(), key=lambda tag: bool(_parent(tag)))
        more = f"{self.root}{_API}tags" if payload and tags and self._open is None else ""
        everything = Forum("all", "All", self._list())
        return Listing([forum for tag in tags if (forum := self._forum(tag))], next=more, everything=everything)

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """A page of discussions."""
        document = self._document(page)
        self._learn(_resources(document).values())
        topics = [topic for entry in items(document.get("data")) if (topic := self._topic(entry, forum))]
        return Listing((), topics, self._next(page, document))

    def read_topic(self, page: Page, topic: Topic, mark: Mark | None) -> TopicPage:  # noqa: ARG002 - the page says it
        """A page of posts: comments, and notes of what was done with the discussion, which are left out."""
        document = self._document(page)
        known = _resources(document)
        discussion = record(known.get(("discussions", topic.id)) or document.get("data"), "attributes")
        slug = words(discussion.get("slug")) or topic.id
        title = words(discussion.get("title")) or topic.title
        thread = Thread(topic.id, title, f"{self.root}d/{quote(slug)}")
        entries, following = self._posts(page, document, topic)
        said = [entry for entry in entries if record(entry, "attributes").get("contentType") in ("comment", None)]
        posts, rejects = parted((self._post(entry, thread, topic, known) for entry in said), page)
        alone = not following and _offset(page) == 0
        due = max(len(said), topic.posts or 0) if alone else len(said)
        return TopicPage(posts, rejects, due, (following,) if following else ())

    def resume(self, topic: Topic, mark: Mark) -> str:
        """The page read last, unless it was one of the other way."""
        same = mark.page.startswith(_API) == (self._open is not False)
        return super().resume(topic, mark) if same else topic.url

    def instead(self, url: str) -> str:
        """The page whose JSON says what the API refused to say."""
        path, asked = self.within(url), query(url)
        if self._open or not path.startswith(_API):
            return ""
        self._open = False
        page = 1 + (whole(asked.get("page[offset]")) or 0) // _SHOWN
        if path.startswith(f"{_API}tags"):
            return f"{self.root}tags"
        if ident := asked.get("filter[discussion]"):
            return self._page_of(f"d/{ident}", page)
        return self._page_of(f"t/{quote(tag)}" if (tag := asked.get("filter[tag]")) else "all", page)

    def _page_of(self, path: str, page: int) -> str:
        return f"{self.root}{path}{f'?page={page}' if page > 1 else ''}"

    def _list(self, tag: str = "") -> str:
        """Where a list of discussions begins."""
        if self._open is False:
            return self._page_of(f"t/{quote(tag)}" if tag else "all", 1)
        asked = {"filter[tag]": tag} if tag else {}
        return self._asked("discussions", asked | {"sort": "-lastPostedAt", "page[limit]": str(_MOST)})

    def _asked(self, kind: str, asked: Mapping[str, str]) -> str:
        return f"{self.root}{_API}{kind}?{'&'.join(f'{quote(name)}={quote(value)}' for name, value in asked.items())}"

    def _first_page(self, ident: str) -> str:
        """Where the posts of a discussion begin."""
        if self._open is False:
            return f"{self.root}d/{ident}"
        return self._asked("posts", {"filter[discussion]": ident, "sort": "number", "page[limit]": str(_MOST)})

    def _document(self, page: Page) -> dict[str, Any]:
        """The JSON:API document of an answer or of a page."""
        if isinstance(page.json, dict):
            self._open = True
            return page.json
        return record(_payload(page), "apiDocument")

    def _next(self, page: Page, document: dict[str, Any]) -> str:
        """The page after this one, as the API links it."""
        link = words(record(document, "links").get("next"))
        if not link or isinstance(page.json, dict):
            return self.home(_encoded(link)) if link else ""
        number = (whole(query(page.url).get("page")) or 1) + 1
        return f"{page.url.partition('?')[0]}?page={number}"

    def _posts(self, page: Page, document: dict[str, Any], topic: Topic) -> tuple[list[dict[str, Any]], str]:
        """The posts of an answer or of a page, and the address of those after them."""
        if isinstance(document.get("data"), list):
            return [entry for entry in items(document["data"]) if isinstance(entry, dict)], self._next(page, document)
        known = _resources(document)
        order = [words(link.get("id")) for link in records(document, "data", "relationships", "posts", "data")]
        entries = [entry for ident in order if (entry := known.get(("posts", ident))) and "attributes" in entry]
        number = whole(query(page.url).get("page")) or 1
        further = entries and len(order) > number * _SHOWN
        return entries, self._page_of(f"d/{topic.id}", number + 1) if further else ""

    def _learn(self, resources: Iterable[dict[str, Any]]) -> None:
        found = (entry for entry in resources if entry.get("type") == "tags" and record(entry, "attributes"))
        self._tags |= {words(entry.get("id")): entry for entry in found}

    def _forum(self, tag: dict[str, Any]) -> Forum | None:
        told = record(tag, "attributes")
        ident, name, slug = words(tag.get("id")), words(told.get("name")), words(told.get("slug"))
        if not ident or not name or not slug:
            return None
        count, last = whole(told.get("discussionCount")), words(told.get("lastPostedAt"))
        return Forum(
            ident, name, self._list(slug), self._path(ident), _parent(tag), count,
            stamp=f"{count}/{last}" if last else "", last=dates.iso(last),
        )  # fmt: skip

    def _path(self, ident: str) -> str:
        tag = self._tags.get(ident, {})
        above = self._tags.get(_parent(tag), {})
        names = (words(record(each, "attributes").get("name")) for each in (above, tag))
        return UNDER.join(filter(None, names))

    def _place(self, entry: dict[str, Any]) -> str:
        """The tag that says most of where a discussion is: below another one rather than on top, and ordered ones."""
        tags = [words(link.get("id")) for link in records(entry, "relationships", "tags", "data")]

        def rank(ident: str) -> tuple[bool, bool]:
            tag = self._tags.get(ident, {})
            return bool(_parent(tag)), record(tag, "attributes").get("position") is not None

        return max(tags, key=rank, default="")

    def _topic(self, entry: Any, forum: Forum) -> Topic | None:
        ident, told = words(record(entry).get("id")), record(entry, "attributes")
        if not ident or not told or told.get("isHidden"):
            return None
        count, last, place = whole(told.get("commentCount")), words(told.get("lastPostedAt")), self._place(entry)
        return Topic(
            ident, self._first_page(ident), words(told.get("title")), place or ("" if forum.id == "all" else forum.id),
            self._path(place) or ("" if forum.id == "all" else forum.path), count,
            f"{count}/{words(told.get('lastPostNumber'))}/{last}" if last else "", dates.iso(last),
            _first(told, "viewCount", "views"), bool(told.get("isSticky") or told.get("isStickiest")),
        )  # fmt: skip

    def _post(
        self, entry: dict[str, Any], thread: Thread, topic: Topic, known: Mapping[tuple[str, str], dict[str, Any]]
    ) -> Post | str:
        """One post, or why it cannot be read."""
        ident, told = words(entry.get("id")), record(entry, "attributes")
        number, gone = whole(told.get("number")), bool(told.get("isHidden"))
        if not ident or number is None or (not isinstance(told.get("contentHtml"), str) and not gone):
            return "a post has no id, no number or no text"
        if told.get("renderFailed") is True:
            return "the board itself could not show a post"
        if _linked(entry, "discussion") not in ("", thread.id):
            return "a post belongs to another topic"
        writer = _linked(entry, "user")
        author = self._author(known.get(("users", writer), {})) if writer else None
        if writer and author is None:
            return "the author of a post could not be told for sure"
        said, answered = (Words(""), "") if gone else _said(told["contentHtml"])
        opens = number == 1
        return Post(
            self.platform, ident, thread.url if opens else f"{thread.url}/{number}", said.text,
            dates.iso(words(told.get("createdAt"))), author, title=thread.title if opens else "", thread=thread,
            reply_to=answered, position=number, channel=topic.channel, quotes=said.quotes,
            edited=dates.iso(words(told.get("editedAt"))), likes=_likes(entry, told),
            replies=topic.posts - 1 if opens and topic.posts else None, views=topic.views if opens else None,
            route="flarum api", deleted=gone,
        )  # fmt: skip

    def _author(self, user: dict[str, Any]) -> Author | None:
        """None for somebody whose account is gone."""
        told = record(user, "attributes")
        name, handle = words(told.get("displayName")), words(told.get("slug")) or words(told.get("username"))
        return Author(name, words(user.get("id")), f"{self.root}u/{quote(handle)}" if handle else "") if name else None


def _payload(page: Page) -> dict[str, Any]:
    """The JSON with which a page starts the program; an empty one where there is none."""
    match = _PAYLOAD.search(page.body)
    if match is None:
        return {}
    try:
        return record(_DECODER.raw_decode(page.body[match.end() :].decode("utf-8", "replace").lstrip())[0])
    except (ValueError, RecursionError):
        return {}


def _resources(document: object) -> dict[tuple[str, str], dict[str, Any]]:
    """What a document holds, by type and id; of one that comes twice, what is told in full."""
    main = record(document).get("data")
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in [*items(record(document).get("included")), *(main if isinstance(main, list) else [main])]:
        if isinstance(entry, dict) and record(entry, "attributes"):
            found.setdefault((words(entry.get("type")), words(entry.get("id"))), entry)
    return found


def _linked(entry: dict[str, Any], name: str) -> str:
    """The id of what a resource names as its user, parent and so on."""
    return words(record(entry, "relationships", name, "data").get("id"))


def _parent(tag: dict[str, Any]) -> str:
    return _linked(tag, "parent")


def _offset(page: Page) -> int:
    """Posts before those of a page."""
    asked = query(page.url)
    return whole(asked.get("page[offset]")) or ((whole(asked.get("page")) or 1) - 1) * _SHOWN


def _encoded(url: str) -> str:
    """An address with its brackets as everything that asks for it writes them."""
    return url.replace("[", "%5B").replace("]", "%5D")


def _first(told: dict[str, Any], *names: str) -> int | None:
    return next((count for name in names if (count := whole(told.get(name))) is not None), None)


def _likes(entry: dict[str, Any], told: dict[str, Any]) -> int | None:
    count = whole(told.get("likesCount"))
    given = record(entry, "relationships", "likes").get("data")
    return count if count is not None or not isinstance(given, list) else len(given)


def _said(html: str) -> tuple[Words, str]:
    """The words of a post, and the id of the post that it answers."""
    root = LexborHTMLParser(html).body
    if root is None:
        return Words(""), ""
    answered = attribute(root.css_first(".PostMention"), "data-id")
    for quoted in root.css("blockquote"):
        _name(quoted)
    return words_of(root, _SKIP, quoted_author, bullet=""), answered


def _name(quoted: LexborNode) -> None:
    """Take the mention at the start of a quote as the name of whom it quotes."""
    mention = quoted.css_first(".PostMention")
    if mention is not None and line(quoted).startswith(name := line(mention)):
        quoted.attrs["data-author"] = name.lstrip("@")
        mention.decompose()
