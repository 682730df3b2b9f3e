"""A look at a message board before it becomes a source: what it is, what it holds, what it asks of its readers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from listening.config import SourceEntry
from listening.crawler import crawl_stats, verdict
from listening.errors import SourceError
from listening.post import Batch, Post
from listening.source import Context, find

_TOPICS = 3  # pages of topics that are read to see what posts look like
_NEWEST = 5


@dataclass(frozen=True, slots=True)
class ForumSize:
    """One forum with what the board announces of it; None where it says nothing."""

    path: str
    topics: int | None
    posts: int | None


@dataclass(frozen=True, slots=True)
class Survey:
    """What a probe found out."""

    url: str  # the board's own address
    software: str
    sure: dict[str, float]  # every software thought possible -> from 0 to 1
    route: str  # how posts were read, such as "phpbb page"
    feeds: Sequence[str]
    structured_data: bool
    forums: Sequence[ForumSize]
    topics: int | None  # announced in all forums together
    posts: int | None
    newest: Sequence[Post]  # of the pages read, as they would be stored
    forbidden: int  # requests that robots.txt did not allow
    crawl_delay: float  # what robots.txt asks for, in seconds; 0 for nothing
    delay: float  # seconds between requests as they would be made
    requests: int | None  # of a first crawl, roughly; None where the board does not announce its size
    complaint: str  # what fell short; empty for nothing

    @property
    def seconds(self) -> float | None:
        """How long a first crawl will take, roughly."""
        return None if self.requests is None else self.requests * max(self.delay, 0.1)


class Unread(SourceError):
    """It answers, but with nothing that can be listened to."""


def probe(
    url: str, context: Context, delay: float | None = None, *, hear: Callable[[Batch], None] = lambda _: None
) -> Survey:
    """Ask a board for its index and a few topics, by all the rules; a reactor starts only once in a process.

    `hear` is called with each page of posts. Raises SourceError where it cannot be asked, and Unread where it answers
    and is no board that can be read, with the reason.
    """
    kind = find("board")
    entry = SourceEntry(
        name=context.source, kind="board", delay=delay, options=kind.Options.model_validate({"url": url})
    )
    batches: list[Batch] = []
    extra = {"ITEM_PIPELINES": {}, "CLOSESPIDER_ITEMCOUNT": _TOPICS, "LOG_LEVEL": "CRITICAL"}

    def take(batch: Batch) -> None:
        batches.append(batch)
        hear(batch)

    stats = crawl_stats(kind, entry, context, extra, take)
    outcome = verdict(stats | {"finish_reason": "finished"})
    complaint = outcome.reason
    if "listening/board" not in stats:
        reason = complaint or f"{url} does not answer"
        raise Unread(reason) if outcome.pages > 0 else SourceError(reason)
    return _survey(stats, batches, complaint, kind.delay if delay is None else delay)


def _survey(stats: dict[str, Any], batches: Sequence[Batch], complaint: str, delay: float) -> Survey:
    told, posts = stats["listening/board"], [post for batch in batches for post in batch.posts]
    known = stats.get("listening/forums", ())
    forums = [ForumSize(path, topics, count) for path, topics, count, _ in known]
    tops = [ForumSize(path, topics, count) for path, topics, count, parent in known if not parent]
    wait = max(delay, stats.get("listening/crawl_delay", 0.0))
    topics, count = _sum([forum.topics for forum in tops]), _sum([forum.posts for forum in tops])
    dated = sorted((post for post in posts if post.published), key=lambda post: str(post.published), reverse=True)
    return Survey(
        told["url"], told["software"], told["sure"], posts[0].route if posts else "", told["feeds"],
        told["structured_data"], forums, topics, count, dated[:_NEWEST] or posts[-_NEWEST:],
        int(stats.get("robotstxt/forbidden", 0)), float(stats.get("listening/crawl_delay", 0.0)), wait,
        _requests(stats, len(forums), topics, count), complaint,
    )  # fmt: skip


def _sum(numbers: Sequence[int | None]) -> int | None:
    """A sum of what is announced; None where nothing is."""
    return sum(number or 0 for number in numbers) if any(number is not None for number in numbers) else None


def _requests(stats: dict[str, Any], forums: int, topics: int | None, posts: int | None) -> int | None:
    """The index, the forums' pages and the topics' pages: one for each topic, and one for each further pageful."""
    if topics is None and posts is None:
        return None
    topics = topics if topics is not None else (posts or 0) // 8  # few boards have shorter topics on average
    lists = topics // max(1, int(stats.get("listening/topics_a_page", 0) or 20)) + forums
    further = max(0, (posts or topics) - topics) // max(1, int(stats.get("listening/posts_a_page", 0) or 15))
    return 1 + lists + topics + further
