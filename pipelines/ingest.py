"""The one way from a source's batch to the store: match, then language and sentiment of the matches, then save."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from listening.post import Author, Batch, Checkpoint, Extent, Post, Quote, Reject, Thread
from listening.store import Saved, Store
from pipelines.redact import Redaction
from pipelines.uncollected import uncollected
from pipelines.understanding import Understanding

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # nothing on a message board is older
_AHEAD = timedelta(days=1)  # a clock or a time zone may be that wrong
_TEXTS = tuple(f.name for f in fields(Post) if f.type in ("str", "PostKind"))

Part = TypeVar("Part", Author, Thread, Quote)


def fault(post: Post, now: datetime) -> str:
    """Why a post cannot be stored, as a sentence; empty where it can."""
    if not post.platform or not post.id:
        return "it has no identity: neither an id nor anything to make one from"
    if not post.deleted and _blank(post.text) and _blank(post.title):
        return "it is empty: neither a title nor a text"
    for name, when in (("date", post.published), ("edited date", post.edited)):
        if when is None:
            continue
        if when.tzinfo is None:
            return f"its {name} {when.isoformat()} has no time zone"
        if not _EARLIEST <= when <= now + _AHEAD:
            return f"its {name} {when.isoformat()} cannot be right"
    return ""


def _blank(text: str) -> bool:
    return not text or text.isspace()


def storable(post: Post) -> Post:
    """The post with lone surrogates, which no encoding allows, replaced by question marks."""
    try:
        _said(post).encode()
    except UnicodeEncodeError:
        changes: dict[str, Any] = {name: _encodable(getattr(post, name)) for name in _TEXTS}
        quotes = tuple(_encodable_of(quote, "text", "author") for quote in post.quotes)
        author = post.author and _encodable_of(post.author, "name", "id", "url")
        thread = post.thread and _encodable_of(post.thread, "id", "title", "url")
        return replace(post, quotes=quotes, author=author, thread=thread, **changes)
    return post


def _said(post: Post) -> str:
    """All that a post says, in a row."""
    said = f"{post.title}{post.text}{post.id}{post.url}{post.channel}{post.platform}{post.reply_to}{post.language}"
    if (author := post.author) is not None:
        said = f"{said}{author.name}{author.id}{author.url}"
    if (thread := post.thread) is not None:
        said = f"{said}{thread.title}{thread.id}{thread.url}"
    for quote in post.quotes:
        said = f"{said}{quote.text}{quote.author}"
    return f"{said}{post.route}"


def _encodable_of(part: Part, *names: str) -> Part:
    changes: dict[str, Any] = {name: _encodable(getattr(part, name)) for name in names}
    return replace(part, **changes)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


@dataclass
class Ingest:
    """Stores what one run of one source yields. Used alike by collectors, by the Scrapy pipeline and by tests."""

    store: Store
    source: str
    understanding: Understanding
    run: int | None = None
    keep_unmatched: bool = True
    redact: bool = False  # takes out e-mail addresses and phone numbers, too; card numbers always go
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    progress: Callable[[Saved], None] | None = None  # hears what each save brought
    totals: Saved = field(default_factory=Saved)

    def __deepcopy__(self, memo: object) -> Ingest:
        return self  # Scrapy copies its settings deeply, but there is one store

    def save(self, batches: Sequence[Batch], now: datetime | None = None) -> Saved:
        """Understand and store some batches with their checkpoints, all in one transaction."""
        now = now or self.now()
        with uncollected():
            saved = self._save(batches, now)
        self.hear(saved)
        return saved

    def _save(self, batches: Sequence[Batch], now: datetime) -> Saved:
        posts: list[Post] = []
        rejects: list[Reject] = []
        checkpoints: list[Checkpoint] = []
        extents: list[Extent] = []
        redaction = Redaction(personal=self.redact)
        for batch in batches:
            rejects += map(redaction.reject, batch.rejects)
            checkpoints += batch.checkpoints
            extents += batch.extents
            for post in batch.posts:
                if reason := fault(post, now):
                    raw = f"{post.title}\n{post.text}".strip()[:500]
                    rejects.append(redaction.reject(Reject(reason, post.url, raw)))
                else:
                    posts.append(redaction.post(storable(post)))
        entries = self.understanding.entries(posts)
        if not self.keep_unmatched:
            entries = [entry for entry in entries if entry.mentions or entry.post.deleted]
        return self.store.save(
            self.source, entries, checkpoints, rejects, now=now, run=self.run, extents=extents,
            pages=len(batches), expected=sum(batch.expected for batch in batches),
        )  # fmt: skip

    def hear(self, saved: Saved) -> None:
        """Count what a save brought, here or in a process that saves for this one."""
        self.totals.add(saved)
        if self.progress is not None:
            self.progress(saved)
