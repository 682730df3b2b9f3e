"""Understanding stored posts again: after a change of a query, as if they had been crawled today."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from listening.post import Entry
from listening.store.copies import Copies
from listening.store.mentions import Mentions
from listening.store.moment import iso
from listening.store.posts import Posts, StoredPost
from listening.store.saving import domain
from listening.store.tally import Place

_UPDATE = "UPDATE posts SET language = ?, neg = ?, neu = ?, pos = ?, compound = ? WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Changed:
    """How many posts were looked at, and the mentions that came and went."""

    posts: int = 0
    new: int = 0
    gone: int = 0

    def __add__(self, other: Changed) -> Changed:
        return Changed(self.posts + other.posts, self.new + other.new, self.gone + other.gone)


class Again(Posts):
    """What `listening query apply` does."""

    def understand_again(
        self, ids: Collection[int], understand: Callable[[StoredPost], Entry], brands: Collection[str], now: datetime
    ) -> Changed:
        """Bring the mentions that these posts make of `brands` in line with what is understood now, all or nothing.

        What people typed on a mention stays with it, and a mention that somebody worked on stays, matched or not.
        Mentions of other brands are left alone. Can be repeated.
        """
        with self.writing() as conn:
            known = {name: ident for ident, name in conn.execute("SELECT id, name FROM brands")}
            for name in brands:
                if name not in known:
                    known[name] = int(conn.execute("INSERT INTO brands (name) VALUES (?)", [name]).lastrowid or 0)
            only = {known[name] for name in brands}
            mentions = Mentions(conn, known, iso(now))
            copies, found = Copies(conn), list[int]()
            stored = self.posts(ids)
            for each in stored.values():
                if each.post.deleted:
                    continue
                entry = understand(each)
                scores = entry.sentiment
                figures = (scores.neg, scores.neu, scores.pos, scores.compound) if scores else (None,) * 4
                conn.execute(_UPDATE, (entry.language, *figures, each.id))
                ours = [mention for mention in entry.mentions if mention.brand in brands]
                before = mentions.changes
                place = Place(each.source_id, domain(each.post.url), each.published)
                mentions.update(each.id, place, ours, only)
                if mentions.changes > before:
                    found.append(each.id)
                    copies.follow(each.id)
            copies.add(found)
            mentions.write_figures()
        return Changed(len(stored), mentions.new, mentions.gone)

    def stored_posts(self, since: datetime | None = None) -> list[int]:
        """The ids of all posts published since then, newest first."""
        rows = self.db.conn.execute(
            "SELECT id FROM posts WHERE published >= ? ORDER BY published DESC", [iso(since) if since else ""]
        )
        return [row[0] for row in rows]

    def mentioning(self, brand: str, since: datetime | None = None) -> list[int]:
        """The ids of the posts with a mention of a brand, shelved ones too, published since then; newest first."""
        rows = self.db.conn.execute(
            "SELECT m.post_id FROM mentions m WHERE m.brand_id = (SELECT id FROM brands WHERE name = ?) "
            "AND m.published >= ? ORDER BY m.published DESC",
            [brand, iso(since) if since else ""],
        )
        return [row[0] for row in rows]

    def relevance_labels(
        self, brand: str, since: datetime | None = None, hidden: Collection[str] = ()
    ) -> dict[int, bool]:
        """By post, whether the team last called it relevant for a brand; of posts published since then.

        Posts that were deleted where they stood are left out, and those of `hidden` sources.
        """
        rows = self.db.conn.execute(
            "SELECT l.post_id, l.value = 'yes' FROM labels l JOIN posts p ON p.id = l.post_id "
            "WHERE l.brand_id = (SELECT id FROM brands WHERE name = ?) AND l.kind = 'relevance' AND p.published >= ? "
            "AND p.deleted IS NULL "
            "AND p.source_id NOT IN (SELECT id FROM sources WHERE name IN (SELECT value FROM json_each(?))) "
            "ORDER BY l.id",
            [brand, iso(since) if since else "", json.dumps(list(hidden))],
        )
        return {post_id: bool(relevant) for post_id, relevant in rows}
