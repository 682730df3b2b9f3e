"""Discourse, read from its JSON API: `.json` after the path of every page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.post import Author, Post, Thread
from listening.text import Words, quoted_author, words_of
from spiders.boards import dates
from spiders.boards.engine import UNDER, Engine, Forum, Listing, Mark, Topic, TopicPage, parted
from spiders.boards.page import Page, above, attribute, classes
from spiders.boards.shape import items, record, records, whole, words

_CHUNK = 20  # posts in a topic's first answer, and those that may be asked for at a time
_ASKED = "post_ids[]="
_WRITTEN = (1, None)  # post_type of what people write; 2 to 4 are "closed the topic" and the like
_LIKE = 2  # post_action_type_id
_SKIP = (
    "aside.quote > .title, .onebox-body, .onebox-metadata, .lightbox-wrapper, img:not(.emoji), .poll, .quote-controls,"
    " .footnotes-sep, a.anchor"
)


class Discourse(Engine):
    """One list, ordered by the newest post, holds the topics of all categories."""

    name: ClassVar[str] = "discourse"
    label: ClassVar[str] = "Discourse"

    def __init__(self, root: str, *args: Any) -> None:
        super().__init__(root, *args)
        self._paths: dict[str, str] = {}  # of categories: topics name only the id

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By the generator, or the header that names the route."""
        if page.attribute('meta[name="generator"]', "content").startswith("Discourse"):
            return 0.95
        if "x-discourse-route" in page.headers:
            return 0.9
        return 0.8 if page.html.css_first("#data-discourse-setup, meta[name='discourse-base-uri']") else 0.0

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The host, and the folder in which the board lives."""
        folder = page.attribute("meta[name='discourse-base-uri']", "content") or page.attribute(
            "#data-discourse-setup", "data-base-uri"
        )
        return urljoin(page.url, f"{folder.rstrip('/')}/")

    def index(self) -> str:
        """The categories, those below others included."""
        return f"{self.root}categories.json?include_subcategories=true"

    def read_index(self, page: Page) -> Listing:
        """The categories, each with a list of its own, and the list of all topics."""
        found = record(page.json, "category_list")
        forums = [forum for entry in records(found, "categories") for forum in self._forums(entry, None)]
        self._paths |= {forum.id: forum.path for forum in forums}
        return Listing(forums, everything=Forum("latest", "Latest", f"{self.root}latest.json") if found else None)

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """A page of topics."""
        found = record(page.json, "topic_list")
        topics = [topic for entry in records(found, "topics") if (topic := self._topic(entry, forum))]
        return Listing((), topics, _in_json(page.url, words(found.get("more_topics_url"))))

    def read_topic(self, page: Page, topic: Topic, mark: Mark | None) -> TopicPage:
        """The first answer holds twenty posts and the ids of all; the rest comes by id."""
        data, entries = record(page.json), list(records(page.json, "post_stream", "posts"))
        stream = [ident for ident in map(words, items(record(data, "post_stream").get("stream"))) if ident]
        slug = next((text for text in (words(of.get(key)) for of, key in _slugs(data, entries)) if text), "-")
        thread = Thread(topic.id, words(data.get("title")) or topic.title, f"{self.root}t/{quote(slug)}/{topic.id}")
        channel = self._paths.get(words(data.get("category_id")), "") or topic.channel
        ids = {whole(entry.get("post_number")): words(entry.get("id")) for entry in entries}
        ids |= {1: mark.opener} if mark and mark.opener else {}
        written = [entry for entry in entries if entry.get("post_type") in _WRITTEN]
        results = [self._post(entry, thread, channel, ids, data) for entry in written]
        asked = min(len(stream), _CHUNK) if stream else page.url.count(quote(_ASKED, safe="=")) or len(entries)
        posts, rejects = parted(results, page)
        due = max(asked - (len(entries) - len(written)), len(results))
        following = self._chunks(topic.id, _unread(stream, len(entries), mark))
        return TopicPage(posts, rejects, due, following, whole(data.get("posts_count")))

    def resume(self, topic: Topic, mark: Mark) -> str:  # noqa: ARG002 - wherever reading stopped
        """The first answer again: only there stand the ids of what is new."""
        return topic.url

    def _forums(self, entry: dict[str, Any], parent: Forum | None) -> Iterator[Forum]:
        """A category and those below it."""
        ident, name, slug = words(entry.get("id")), words(entry.get("name")), words(entry.get("slug"))
        if not ident or not name:
            return
        folder = parent.url.rpartition("/")[0] if parent else f"{self.root}c"
        forum = Forum(
            ident, name, f"{folder}/{quote(slug or '-', safe='%')}/{ident}.json",
            f"{parent.path}{UNDER}{name}" if parent else name, parent.id if parent else "",
            whole(entry.get("topic_count")), whole(entry.get("post_count")),
        )  # fmt: skip
        yield forum
        for child in records(entry, "subcategory_list"):
            yield from self._forums(child, forum)

    def _topic(self, entry: dict[str, Any], forum: Forum) -> Topic | None:
        ident, category = words(entry.get("id")), words(entry.get("category_id"))
        if not ident or entry.get("archetype") not in ("regular", None):
            return None
        bumped, count = words(entry.get("bumped_at")), whole(entry.get("posts_count"))
        return Topic(
            ident, f"{self.root}t/{ident}.json", words(entry.get("title")), category,
            self._paths.get(category, "") or forum.path, count,
            f"{count}/{words(entry.get('highest_post_number'))}/{bumped}",
            dates.iso(bumped) or dates.iso(words(entry.get("last_posted_at"))),
            whole(entry.get("views")), bool(entry.get("pinned") or entry.get("pinned_globally")),
        )  # fmt: skip

    def _chunks(self, topic: str, ids: Sequence[str]) -> tuple[str, ...]:
        """The addresses at which posts can be had by id."""
        chunks = (ids[at : at + _CHUNK] for at in range(0, len(ids), _CHUNK))
        name = quote(_ASKED, safe="=")
        return tuple(f"{self.root}t/{topic}/posts.json?{'&'.join(name + ident for ident in chunk)}" for chunk in chunks)

    def _post(
        self, entry: dict[str, Any], thread: Thread, channel: str, ids: Mapping[int | None, str], topic: dict[str, Any]
    ) -> Post | str:
        """One post, or why it cannot be read. `ids` are those of the posts of this page, by number."""
        ident, number = words(entry.get("id")), whole(entry.get("post_number"))
        if not ident or number is None or not isinstance(entry.get("cooked"), str):
            return "a post has no id, no number or no text"
        if words(entry.get("topic_id")) not in ("", thread.id):
            return "a post belongs to another topic"
        gone = bool(entry.get("user_deleted") or entry.get("deleted_at") or entry.get("hidden"))
        said = Words("") if gone else _said(entry["cooked"])
        count = whole(topic.get("posts_count"))
        return Post(
            self.platform, ident, f"{thread.url}/{number}", said.text, dates.iso(words(entry.get("created_at"))),
            self._author(entry), title=thread.title if number == 1 else "", thread=thread,
            reply_to=ids.get(whole(entry.get("reply_to_post_number")), ""), position=number, channel=channel,
            quotes=said.quotes,
            edited=dates.iso(words(entry.get("updated_at"))) if (whole(entry.get("version")) or 1) > 1 else None,
            likes=_likes(entry), replies=count - 1 if number == 1 and count else None,
            views=whole(topic.get("views")) if number == 1 else None, route="discourse api", deleted=gone,
        )  # fmt: skip

    def _author(self, entry: dict[str, Any]) -> Author | None:
        """None for somebody whose account is gone."""
        name = words(entry.get("username"))
        return Author(name, words(entry.get("user_id")), f"{self.root}u/{quote(name)}") if name else None


def _slugs(data: dict[str, Any], entries: Sequence[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    yield data, "slug"
    for entry in entries:
        yield entry, "topic_slug"


def _unread(stream: Sequence[str], shown: int, mark: Mark | None) -> Sequence[str]:
    """The ids that neither stand on the first page nor were read in a run before."""
    if mark is None or mark.last not in stream:
        return stream[shown:]
    return stream[max(shown, stream.index(mark.last) + 1) :]


def _in_json(here: str, link: str) -> str:
    """The JSON behind a page's address; empty for an empty one."""
    if not link:
        return ""
    try:
        parts = urlsplit(urljoin(here, link))
    except ValueError:
        return ""
    return parts.geturl() if parts.path.endswith(".json") else parts._replace(path=f"{parts.path}.json").geturl()


def _likes(entry: dict[str, Any]) -> int | None:
    counts = (whole(action.get("count")) for action in records(entry, "actions_summary") if action.get("id") == _LIKE)
    return next(counts, None)


def _said(cooked: str) -> Words:
    root = LexborHTMLParser(cooked).body
    return words_of(root, _SKIP, _quoted, bullet="") if root is not None else Words("")


def _quoted(node: LexborNode) -> str | None:
    """Whom an `aside.quote` quotes; the blockquote within it is its text, not a quote in a quote."""
    if node.tag == "aside":
        return attribute(node, "data-username") if "quote" in classes(node) else None
    if node.tag == "blockquote" and "quote" in classes(next(above(node), None)):
        return None
    return quoted_author(node)
