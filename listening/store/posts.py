"""Stored posts, read back as their sources published them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listening.post import Author, Post, PostKind, Quote, Thread
from listening.store.connection import Connection

_POSTS = (
    "SELECT p.id, p.source_id, s.name, p.platform, p.native_id, p.url, p.text, p.published, p.dated, p.kind, p.title, "
    "p.reply_to, p.position, p.channel, p.quotes, p.language, p.edited, p.likes, p.replies, p.views, p.rating, "
    "p.route, p.deleted IS NOT NULL, a.name, a.native_id, a.url, a.followers, t.native_id, t.title, t.url "
    "FROM posts p JOIN sources s ON s.id = p.source_id LEFT JOIN authors a ON a.id = p.author_id "
    "LEFT JOIN threads t ON t.id = p.thread_id WHERE p.id IN (SELECT value FROM json_each(?))"
)
_CHUNK = 1000  # posts read at a time


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A post, the source that brought it, and when it was published or, where nobody said, first seen (ISO, UTC)."""

    id: int
    source_id: int
    source: str
    published: str
    post: Post


class Posts(Connection):
    """Posts by their ids in the store."""

    def posts(self, ids: Collection[int]) -> dict[int, StoredPost]:
        """The posts of these ids that are there. Their language is the one that was detected, where one was."""
        return {row[0]: _post(row) for row in self.db.conn.execute(_POSTS, [json.dumps(list(ids))])}

    def read(self, ids: Sequence[int]) -> Iterator[StoredPost]:
        """The posts of these ids that are there and were not deleted, in this order, as they are read."""
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            posts = self.posts(chunk)
            yield from (posts[ident] for ident in chunk if ident in posts and not posts[ident].post.deleted)


def _post(row: tuple[Any, ...]) -> StoredPost:
    ident, source_id, source, platform, native_id, url, text, published, dated, kind, title, reply_to, *rest = row
    position, channel, quotes, language, edited, likes, replies, views, rating, route, deleted, *people = rest
    name, author_id, author_url, followers, thread_id, thread_title, thread_url = people
    return StoredPost(
        ident,
        source_id,
        source,
        published,
        Post(
            platform, native_id, url, text, datetime.fromisoformat(published) if dated else None,
            None if name is None else Author(name, author_id, author_url, followers), _KINDS.get(kind, "post"), title,
            None if thread_id is None else Thread(thread_id, thread_title, thread_url), reply_to, position, channel,
            tuple(Quote(**quote) for quote in json.loads(quotes)) if quotes else (), language,
            datetime.fromisoformat(edited) if edited else None, likes, replies, views, rating, route, bool(deleted),
        ),
    )  # fmt: skip


_KINDS: dict[str, PostKind] = {
    "post": "post", "comment": "comment", "article": "article", "review": "review", "email": "email",
}  # fmt: skip
