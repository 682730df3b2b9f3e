"""Lobsters and its sisters: boards of links, read from their JSON; where that is refused, from their pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote, unquote, urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.post import Author, Post, Thread
from listening.text import Words, words_of
from spiders.boards import dates
from spiders.boards.engine import Engine, Forum, Listing, Mark, Topic, TopicPage, parted
from spiders.boards.page import Page, above, attribute, classes, line, number
from spiders.boards.pages import first
from spiders.boards.shape import items, record, records, whole, words

_EVERYTHING, _ACTIVE = "newest", "active"
_LEAST = 10  # stories on a page that may be followed by another one
_AT_ONCE = timedelta(minutes=1)  # a change so soon is none, as the board has it
_SKIP = "img"


@dataclass(frozen=True, slots=True)
class _Said:
    """A story or a comment, from either way."""

    id: str
    user: str
    at: datetime | None
    html: LexborNode | None
    url: str = ""
    title: str = ""
    above: str = ""  # id of the comment that it answers
    edited: datetime | None = None
    score: int | None = None
    count: int | None = None  # of comments
    gone: bool = False


class Lobsters(Engine):
    """A story is a topic. One list has the newest stories, another those with the newest comments; tags are forums."""

    name: ClassVar[str] = "lobsters"
    label: ClassVar[str] = "Lobsters"

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By the list of stories, or the settings of its program in every page."""
        if b"data-shortid" not in page.body and b'name="story-flags"' not in page.body:
            return 0.0
        return 0.9 if page.html.css_first("meta[name='story-flags'], ol.stories > li.story[data-shortid]") else 0.0

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The host: its routes know no folder."""
        return urljoin(page.url, "/")

    def index(self) -> str:
        """The list of all tags."""
        return f"{self.root}tags.json"

    def read_index(self, page: Page) -> Listing:
        """The tags, and the list of the newest stories of all."""
        names = [words(record(tag).get("tag")) for tag in items(page.json)]
        forums = [Forum(name, name, f"{self.root}t/{quote(name)}.json", name) for name in names if name]
        return Listing(forums, everything=Forum(_EVERYTHING, "Newest", f"{self.root}{_EVERYTHING}.json"))

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """A page of stories; the newest lead to those with the newest comments."""
        told = _stories(page)
        latest = max((said.at for said, _ in told if said.at), default=None)
        topics = [self._topic(said, tags, forum, latest) for said, tags in told]
        beyond = Forum(_ACTIVE, "Active", f"{self.root}{_ACTIVE}.json", parent=forum.id)
        begins = page.url.removesuffix(".json") == forum.url.removesuffix(".json")
        forums = [beyond] if forum.id == _EVERYTHING and begins else []
        return Listing(forums, topics, _next(page.url) if len(topics) >= _LEAST else "")

    def read_topic(self, page: Page, topic: Topic, mark: Mark | None) -> TopicPage:  # noqa: ARG002 - all on one page
        """The story and its comments, in the order in which they were written."""
        story, comments = self._told(page) if isinstance(page.json, dict) else self._shown(page)
        if story is None:
            return TopicPage(complete=isinstance(page.json, dict) or page.complete)
        thread = Thread(story.id, story.title or topic.title, self._address(story, f"s/{story.id}"))
        comments.sort(key=lambda said: said.at.timestamp() if said.at else 0.0)
        channel = "" if topic.channel == "Newest" else topic.channel
        results = [self._post(said, at, thread, channel, story) for at, said in enumerate([story, *comments], 1)]
        posts, rejects = parted(results, page)
        return TopicPage(posts, rejects, len(results), complete=isinstance(page.json, dict) or page.complete)

    def instead(self, url: str) -> str:
        """The page that shows what the JSON would say."""
        return url.removesuffix(".json") if url.endswith(".json") else ""

    def _topic(self, said: _Said, tags: Sequence[str], forum: Forum, latest: datetime | None) -> Topic:
        # The list of newest comments does not say when these were written; a story of its page is as new, or nearly.
        last = latest if forum.id == _ACTIVE else said.at
        tag = "" if forum.id not in (_EVERYTHING, _ACTIVE) else next(iter(tags), "")
        return Topic(
            said.id, f"{self.root}s/{said.id}.json", said.title, tag, tag or forum.path,
            None if said.count is None else said.count + 1, str(said.count) if said.count is not None else "", last,
        )  # fmt: skip

    def _told(self, page: Page) -> tuple[_Said | None, list[_Said]]:
        """The story and the comments of an answer."""
        data = record(page.json)
        comments, levels = [], [""]
        for entry in records(data, "comments"):
            depth = max(0, _depth(entry))
            ident = words(entry.get("short_id"))
            levels = [*levels[: depth + 1], *[""] * (depth + 1 - len(levels)), ident]
            parent = words(entry.get("parent_comment")) if "parent_comment" in entry else levels[depth]
            comments.append(_comment(entry, parent))
        return (_story(data) if words(data.get("short_id")) else None), comments

    def _shown(self, page: Page) -> tuple[_Said | None, list[_Said]]:
        """The story and the comments of a page."""
        row = page.html.css_first("ol.stories > li.story")
        story = _row(row) if row is not None else None
        if story is None:
            return None, []
        text = page.html.css_first(".story_content > .story_text")
        opener = _Said(story.id, story.user, story.at, text, "", story.title, score=story.score, count=story.count)
        return opener, [_block(node) for node in page.html.css(".comment[id^='c_']")]

    def _post(self, said: _Said, position: int, thread: Thread, channel: str, story: _Said) -> Post | str:
        """One story or comment, or why it cannot be read."""
        opens = position == 1
        if not said.id or (said.html is None and not opens and not said.gone):
            return "a comment has no id or no text"
        if not said.user:
            return "the author of a post could not be told for sure"
        text = Words("") if said.gone or said.html is None else words_of(said.html, _SKIP, bullet="")
        return Post(
            self.platform, story.id if opens else f"c_{said.id}",
            thread.url if opens else self._address(said, f"c/{said.id}"), text.text, said.at,
            Author(said.user, said.user, f"{self.root}~{quote(said.user)}"), kind="post" if opens else "comment",
            title=thread.title if opens else "", thread=thread,
            reply_to="" if opens else f"c_{said.above}" if said.above else story.id, position=position,
            channel=channel, quotes=text.quotes, edited=said.edited, likes=said.score,
            replies=said.count if opens else None, route="lobsters json", deleted=said.gone,
        )  # fmt: skip

    def _address(self, said: _Said, short: str) -> str:
        return self.home(said.url) or f"{self.root}{short}"


def _stories(page: Page) -> list[tuple[_Said, list[str]]]:
    """The stories of a list, each with its tags."""
    if isinstance(page.json, list):
        entries = [entry for entry in page.json if isinstance(entry, dict) and words(entry.get("short_id"))]
        return [(_story(entry), [words(tag) for tag in items(entry.get("tags"))]) for entry in entries]
    rows = [(row, _row(row)) for row in page.html.css("ol.stories > li.story")]
    return [(said, [line(tag) for tag in row.css("a.tag")]) for row, said in rows if said is not None]


def _next(url: str) -> str:
    """The page of a list after this one."""
    path, json = url.removesuffix(".json"), ".json" if url.endswith(".json") else ""
    base, _, page = path.rpartition("/page/")
    return f"{base}/page/{int(page) + 1}{json}" if base and page.isdecimal() else f"{path}/page/2{json}"


def _story(entry: dict[str, Any]) -> _Said:
    return _Said(
        words(entry.get("short_id")), _user(entry.get("submitter_user")), dates.iso(words(entry.get("created_at"))),
        LexborHTMLParser(words(entry.get("description"))).body, words(entry.get("comments_url")),
        words(entry.get("title")), score=whole(entry.get("score")), count=whole(entry.get("comment_count")),
    )  # fmt: skip


def _comment(entry: dict[str, Any], parent: str) -> _Said:
    at = dates.iso(words(entry.get("created_at")))
    changed = dates.iso(words(entry.get("last_edited_at")) or words(entry.get("updated_at")))
    html = entry.get("comment")
    return _Said(
        words(entry.get("short_id")), _user(entry.get("commenting_user")), at,
        LexborHTMLParser(html).body if isinstance(html, str) else None, words(entry.get("url")), above=parent,
        edited=changed if at and changed and changed - at > _AT_ONCE else None, score=whole(entry.get("score")),
        gone=bool(entry.get("is_deleted") or entry.get("is_moderated")),
    )  # fmt: skip


def _depth(entry: dict[str, Any]) -> int:
    """How many comments are above one; older boards count from 1."""
    depth, level = whole(entry.get("depth")), whole(entry.get("indent_level"))
    return min(depth if depth is not None else (level or 1) - 1, 500)


def _user(value: object) -> str:
    """A user's name; older boards tell more than that."""
    return words(value) or words(record(value).get("username"))


def _row(row: LexborNode) -> _Said | None:
    """The story of a row, or of the head of a story's page."""
    link, byline = row.css_first("a.u-url, .link a"), row.css_first(".byline")
    ident = attribute(row, "data-shortid") or attribute(row, "id").removeprefix("story_")
    if link is None or not ident:
        return None
    label = line(row.css_first(".comments_label"))
    count = number(label) if any(map(str.isdecimal, label)) else 0
    return _Said(ident, _member(byline), _at(byline), None, "", line(link), score=_score(row), count=count)


def _block(node: LexborNode) -> _Said:
    """The comment in a block; without its text where something of another one got in."""
    byline, texts = node.css_first(".byline"), node.css(".comment_text")
    text = texts[0] if len(texts) == len(node.css(".byline")) == 1 and texts[0].tag in ("div", "p") else None
    gone = line(first(text, ".na")).startswith("[")
    return _Said(
        attribute(node, "id").removeprefix("c_"), _member(byline), _at(byline), text,
        above=next(_parents(node), ""), score=_score(node), gone=gone,
    )  # fmt: skip


def _parents(node: LexborNode) -> Iterator[str]:
    """The ids of the comments above one, the nearest first."""
    trees = [holder for holder in above(node) if "comments_subtree" in classes(holder)]
    for tree in trees[1:]:
        yield attribute(tree.css_first(".comment[id^='c_']"), "id").removeprefix("c_")


def _member(byline: LexborNode | None) -> str:
    """The one user whom a byline names, by the address as by the text of its links."""
    links = byline.css("a[href^='/~'], a[href^='/u/']") if byline is not None else []
    names = {name for link in links if (name := line(link))}
    told = {re.sub(r"^/(?:~|u/)", "", unquote(attribute(link, "href"))) for link in links}
    return names.pop() if len(names) == 1 and names == told else ""


def _at(byline: LexborNode | None) -> datetime | None:
    when = first(byline, "time, span[title]")
    return dates.epoch(attribute(when, "data-at-unix")) or dates.iso(attribute(when, "title"))


def _score(node: LexborNode) -> int | None:
    return number(line(node.css_first(".voters .upvoter, .voters .score")))
