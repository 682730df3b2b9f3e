"""NodeBB 1 to 4, read from the JSON that stands behind every page: `/api` before its path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, ClassVar
from urllib.parse import quote, urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.post import Author, Post, Thread
from listening.text import Words, words_of
from spiders.boards import dates
from spiders.boards.engine import UNDER, Engine, Forum, Listing, Mark, Topic, TopicPage, parted
from spiders.boards.page import Page, attribute, line
from spiders.boards.shape import record, records, whole, words

_SETTING = '"%s":"([^"]*)"'
_TYPED = re.compile(r"&amp;(#\d{2,6};)")  # Markdown means a sign by these; NodeBB shows what was typed
_SAID = re.compile(
    r"^@?(.{1,80}?)[ \u00a0](?:said|wrote|schrieb|sagte|a dit|a écrit|dijo|ha detto|disse|zei|сказал)\b.*:$", re.I
)
_KEY = re.compile(r"\[\[[\w-]+:([\w.-]+)\]\]")  # a text that the browser would translate


class NodeBB(Engine):
    """Pages are counted in posts; how many are on one depends on who asks, so only the JSON's own figures hold."""

    name: ClassVar[str] = "nodebb"
    label: ClassVar[str] = "NodeBB"

    def __init__(self, root: str, *args: Any) -> None:
        super().__init__(root, *args)
        self._topic_sort = self._post_sort = ""

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By the settings that stand in every page, or the header that names the software."""
        if page.headers.get("x-powered-by", "").lower() == "nodebb" or b'"theme:id":"nodebb-theme' in page.body:
            return 0.95
        if b"relative_path" not in page.body:
            return 0.0
        if isinstance(page.json, dict):
            return 0.9 if {"template", "bodyClass"} <= page.json.keys() else 0.0
        return 0.7 if b"nodebb" in page.body.lower() else 0.0

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The host, and the `relative_path` of the settings."""
        found = re.search(_SETTING % "relative_path", page.body[:100_000].decode("utf-8", "replace"))
        return urljoin(page.url, f"{(found[1] if found else '').replace(chr(92), '').rstrip('/')}/")

    def learn(self, page: Page) -> None:
        """A board may show its oldest topics or its newest posts first; then the usual order is asked for."""
        text = page.body[:100_000].decode("utf-8", "replace")
        posts, topics = (re.search(_SETTING % name, text) for name in ("topicPostSort", "categoryTopicSort"))
        self._post_sort = "" if posts is None or posts[1] == "oldest_to_newest" else "sort=oldest_to_newest"
        self._topic_sort = "" if topics is None or topics[1] == "recently_replied" else "sort=recently_replied"

    def index(self) -> str:
        """The list of all categories."""
        return f"{self.root}api/categories"

    def read_index(self, page: Page) -> Listing:
        """The categories and those below them."""
        forums = [forum for entry in records(page.json, "categories") for forum in self._forums(entry, "", "")]
        return Listing(forums, next=self._next(page, self.index(), ""))

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """A page of a category."""
        below = [f for entry in records(page.json, "children") for f in self._forums(entry, forum.path, forum.id)]
        return Listing(
            below,
            [topic for entry in records(page.json, "topics") if (topic := self._topic(entry, forum))],
            self._next(page, forum.url, self._topic_sort),
            whole(record(page.json).get("topic_count")),
        )

    def read_topic(self, page: Page, topic: Topic, mark: Mark | None) -> TopicPage:  # noqa: ARG002 - the page says it
        """A page of posts."""
        data = record(page.json)
        slug = words(data.get("slug"))
        thread = Thread(
            topic.id,
            _name(data.get("titleRaw")) or _name(data.get("title")) or topic.title,
            f"{self.root}topic/{quote(slug, safe='/%')}" if slug else topic.url.replace("/api/", "/", 1),
        )
        crumbs = [_name(crumb.get("text")) for crumb in records(data, "breadcrumbs") if whole(crumb.get("cid"))]
        results = [
            self._post(entry, thread, UNDER.join(crumbs) or topic.channel, data) for entry in records(data, "posts")
        ]
        posts, rejects = parted(results, page)
        before = min((post.position for post in posts if post.position), default=1) - 1
        following, total = self._next(page, topic.url, self._post_sort), whole(data.get("postcount"))
        due = 0 if following or total is None else total - before
        return TopicPage(posts, rejects, max(due, len(results)), (following,) if following else (), total)

    def _next(self, page: Page, first: str, sort: str) -> str:
        pages = record(page.json, "pagination")
        current, last = whole(pages.get("currentPage")), whole(pages.get("pageCount"))
        if current is None or last is None or current >= last:
            return ""
        return f"{first.partition('?')[0]}?page={current + 1}{'&' * bool(sort)}{sort}"

    def _forums(self, entry: dict[str, Any], above: str, parent: str) -> Iterator[Forum]:
        """A category and those below it."""
        ident, name, slug = words(entry.get("cid")), _name(entry.get("name")), words(entry.get("slug"))
        if not ident or not name or entry.get("link") or entry.get("disabled"):
            return
        newest = next(records(entry, "posts"), None) or record(entry, "teaser")
        topics, posts = whole(entry.get("totalTopicCount")), whole(entry.get("totalPostCount"))
        path = f"{above}{UNDER}{name}" if above else name
        yield Forum(
            ident, name, self._api("category", slug or ident, self._topic_sort), path, parent, topics, posts,
            "" if posts is None else f"{topics}/{posts}/{words(newest.get('pid'))}",
            dates.iso(words(newest.get("timestampISO"))),
        )  # fmt: skip
        for child in records(entry, "children"):
            yield from self._forums(child, path, ident)

    def _api(self, kind: str, slug: str, sort: str) -> str:
        return f"{self.root}api/{kind}/{quote(slug, safe='/%')}{'?' * bool(sort)}{sort}"

    def _topic(self, entry: dict[str, Any], forum: Forum) -> Topic | None:
        ident, count = words(entry.get("tid")), whole(entry.get("postcount"))
        last = dates.iso(words(entry.get("lastposttimeISO"))) or dates.epoch(entry.get("lastposttime"))
        if not ident or entry.get("deleted") or entry.get("scheduled"):
            return None
        return Topic(
            ident, self._api("topic", words(entry.get("slug")) or ident, self._post_sort),
            _name(entry.get("titleRaw")) or _name(entry.get("title")), channel=forum.path, posts=count,
            stamp=f"{count}/{words(record(entry, 'teaser').get('pid'))}/{words(entry.get('lastposttime'))}",
            last=last, views=whole(entry.get("viewcount")), pinned=bool(entry.get("pinned")),
        )  # fmt: skip

    def _post(self, entry: dict[str, Any], thread: Thread, channel: str, topic: dict[str, Any]) -> Post | str:
        """One post, or why it cannot be read."""
        ident, index = words(entry.get("pid")), whole(entry.get("index"))
        if not ident or not isinstance(entry.get("content"), str):
            return "a post has no id or no text"
        if words(entry.get("tid")) not in ("", thread.id):
            return "a post belongs to another topic"
        author = self._author(entry)
        if author is None:
            return "a post has no author"
        gone = bool(entry.get("deleted"))
        said = Words("") if gone else _said(entry["content"])
        first, count = index == 0, whole(topic.get("postcount"))
        return Post(
            self.platform, ident, f"{self.root}post/{quote(ident, safe='')}", said.text,
            dates.iso(words(entry.get("timestampISO"))) or dates.epoch(entry.get("timestamp")), author,
            title=thread.title if first else "", thread=thread, reply_to=words(entry.get("toPid")),
            position=None if index is None else index + 1, channel=channel, quotes=said.quotes,
            edited=dates.epoch(entry.get("edited")), likes=whole(entry.get("upvotes")),
            replies=count - 1 if first and count else None, views=whole(topic.get("viewcount")) if first else None,
            route="nodebb api", deleted=gone,
        )  # fmt: skip

    def _author(self, entry: dict[str, Any]) -> Author | None:
        user = record(entry, "user")
        name = _name(user.get("displayname")) or _name(user.get("username")) or _name(entry.get("handle"))
        if not name:
            return None
        slug, ident = words(user.get("userslug")), words(user.get("uid"))
        if ident in ("", "0", "-1"):
            return Author(name)  # a guest, or somebody whose account is gone
        return Author(name, ident, f"{self.root}user/{quote(slug, safe='%')}" if slug else "")


def _name(value: object) -> str:
    """A name as people see it: NodeBB sends names as HTML, or as the key of a text to translate ("Guest")."""
    text = unescape(words(value)).strip()
    key = _KEY.fullmatch(text)
    return key[1].replace("-", " ").capitalize() if key else text


def _said(content: str) -> Words:
    """The words of a post; the line "@somebody said in a topic:" before or in a quote names whom it quotes."""
    if "<code" not in content:
        content = _TYPED.sub(r"&\1", content)
    root = LexborHTMLParser(content).body
    if root is None:
        return Words("")
    for block in root.css("blockquote"):
        for head in (_element(block.first_child, "next"), _element(block.prev, "prev")):
            if head is not None and head.tag == "p" and (name := _speaker(head)):
                block.attrs["data-author"] = name
                head.decompose()
                break
    return words_of(root, "img:not(.emoji)", bullet="")  # the text of other images is their file's name


def _element(node: LexborNode | None, way: str) -> LexborNode | None:
    while node is not None and (node.tag or "-").startswith("-"):
        node = getattr(node, way)
    return node


def _speaker(head: LexborNode) -> str:
    """The name in a line that introduces a quote; empty for a line that is something else."""
    text = line(head)
    if not text.endswith(":") or len(text) > 300:
        return ""
    if match := _SAID.match(text):
        return match[1].strip()
    links_post = any("/post/" in attribute(link, "href") for link in head.css("a"))
    return text.partition(" ")[0].lstrip("@") if links_post and text.startswith("@") else ""
