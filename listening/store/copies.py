"""Copies as rows: which posts say the same thing, and which of them is shown and counted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain

from listening.alike import Keys, Likeness, Said, compare, keys, said
from listening.post import Post
from listening.store.connection import Connection
from listening.store.filed import Filed
from listening.store.tally import Tally

_WITHIN = timedelta(days=30)  # from one to the other: later it is said again
_BURST = 6  # posts of the same few words within an hour
_SURE = 0.9  # so alike to one that is filed that its own keys would find nothing more
_NOBODY = frozenset("anonymous anonym anonyme anonimo guest gast deleted unknown user customer admin".split())
_BATCH = 200  # posts in one transaction: longer ones keep people waiting
_CHUNK = 500  # values bound at a time
_POST = (
    "SELECT p.id, p.title, p.text, p.kind, p.reply_to <> '' OR coalesce(p.position, 1) > 1, p.published, "
    "coalesce(a.name, ''), coalesce(a.id, 0), coalesce(c.cluster, 0), coalesce(c.filed, 1), coalesce(c.own, 0) "
    "FROM posts p LEFT JOIN authors a ON a.id = p.author_id LEFT JOIN copies c ON c.post_id = p.id "
    "WHERE p.deleted IS NULL AND p.id"
)
_JOIN = "INSERT INTO copies (post_id, cluster, alike, own, shared, filed) VALUES (?, ?, ?, ?, ?, ?)"
_PLACE = "SELECT cluster FROM copies WHERE post_id = ?"
_SHELVE = "UPDATE mentions SET cluster = NULL, copy = 0 WHERE post_id = ? AND shelved AND cluster IS NOT NULL"
_PLACELESS = "SELECT id, brand_id, published FROM mentions WHERE post_id = ? AND cluster IS NULL AND NOT shelved"
_FIRST = (
    "SELECT published, id FROM mentions WHERE cluster = ? AND brand_id = ? AND copy = ? ORDER BY published, id LIMIT 1"
)
_SHOW = "UPDATE mentions SET cluster = ?, copy = ? WHERE id = ?"


@dataclass(slots=True)
class _Known:
    """A post that copies are sought of, or that may be one."""

    id: int
    said: Said
    published: str
    author: str
    cluster: int  # 0: alone
    filed: int  # 0: not under its keys; 1: it is; 2: it is, and is itself like one that is
    own: bool  # says something besides what it copies


class Joining(Connection):
    """Finding copies among what is stored already."""

    def seek_copies(self, progress: Callable[[int], None] | None = None) -> int:
        """Let stored posts that mention a brand find their copies, oldest first; returns how many posts that were.

        Each batch is one transaction. Can be repeated: posts that are in a cluster stay in it.
        """
        rows = self.db.conn.execute("SELECT DISTINCT post_id FROM mentions ORDER BY published, post_id").fetchall()
        for at in range(0, len(rows), _BATCH):
            with self.writing() as conn:
                Copies(conn).add(post_id for (post_id,) in rows[at : at + _BATCH])
                Tally(conn).write()
            if progress is not None:
                progress(min(at + _BATCH, len(rows)))
        return len(rows)


class Copies:
    """Finds the copies among posts that mention a brand, inside a transaction.

    Posts are compared with those that share keys with them. A cluster is joined by likeness to a post that started it,
    or to one at most one step further, so that texts cannot drift apart within it.
    """

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn
        self.filed = Filed(conn)
        self.known: dict[int, _Known] = {}
        self.joined: list[tuple[int, int, float, bool, bool, int]] = []  # rows of `copies` to be written
        self.placed: dict[int, int] = {}  # post -> cluster in which its mentions are to find their place
        self.last = 0  # cluster

    def know(self, post_id: int, post: Post, published: str, author_id: int | None) -> None:
        """Hear what a post says that was stored just now, and is in no cluster: it need not be read again."""
        reply = bool(post.reply_to) or (post.position or 1) > 1
        author = post.author.name if post.author is not None else ""
        what = said(post.title, post.text, post.kind, reply=reply, author=author)
        self.known[post_id] = _Known(post_id, what, published, _who(author, author_id or 0), 0, 1, False)

    def add(self, post_ids: Iterable[int]) -> None:
        """Let posts join those that say the same, or wait for such. Those that are in a cluster already stay."""
        posts = [post for post in self._read(list(post_ids)) if post.said.words or post.said.links]
        sketches = [keys(post.said, post.author, post.published) for post in posts]
        self.filed.look_up(chain.from_iterable(chain(sketch.sought, sketch.burst) for sketch in sketches))
        self._read(self.filed.surely(sketches))  # at once: one by one costs more
        for post, sketch in zip(posts, sketches, strict=True):
            if not post.cluster:
                self._place(post, sketch)
            if post.cluster and not post.own:
                self.placed[post.id] = post.cluster
            if post.filed:
                self.filed.add(post.id, sketch.filed)
        self._write()

    def leave(self, post_id: int) -> None:
        """Take a post out before its words change or go; another one stands for its cluster then."""
        for post in self._read([post_id]):
            sketch = keys(post.said, post.author, post.published)
            self.filed.remove(post_id, {*sketch.filed, *sketch.sought})  # before, it was filed under more
            if not post.cluster:
                continue
            self.conn.execute("DELETE FROM copies WHERE post_id = ?", [post_id])
            self.conn.execute("UPDATE mentions SET cluster = NULL, copy = 0 WHERE post_id = ?", [post_id])
            self.settle(post.cluster)
        self.known.clear()

    def settle(self, cluster: int) -> None:
        """See that a cluster has several posts, one of them filed, and per brand one that is shown."""
        left = self.conn.execute(
            "SELECT c.post_id, c.filed, c.own FROM copies c JOIN posts p ON p.id = c.post_id "
            "WHERE c.cluster = ? ORDER BY c.own, p.published, p.id", [cluster],
        ).fetchall()  # fmt: skip
        if len(left) == 1:
            self.conn.execute("DELETE FROM copies WHERE cluster = ?", [cluster])
            self.conn.execute("UPDATE mentions SET cluster = NULL, copy = 0 WHERE cluster = ?", [cluster])
        elif left and not any(filed == 1 for _, filed, _ in left):
            self.conn.execute("UPDATE copies SET filed = 1 WHERE post_id = ?", [left[0][0]])
        if left and not any(filed == 1 for _, filed, _ in left):
            for post in self._read([left[0][0]]):
                filed = keys(post.said, post.author, post.published).filed
                self.filed.look_up(filed)
                self.filed.add(post.id, filed)
                self.filed.write()
        brands = self.conn.execute("SELECT DISTINCT brand_id FROM mentions WHERE cluster = ?", [cluster]).fetchall()
        for (brand_id,) in brands:
            first = self.conn.execute(_FIRST, (cluster, brand_id, 1)).fetchone()
            if first is not None and self.conn.execute(_FIRST, (cluster, brand_id, 0)).fetchone() is None:
                self.conn.execute("UPDATE mentions SET copy = 0 WHERE id = ?", [first[1]])

    def follow(self, post_id: int) -> None:
        """After a post's mentions changed: what went or was shelved makes place for another; `add` places what came."""
        for (cluster,) in self.conn.execute(_PLACE, [post_id]).fetchall():
            self.conn.execute(_SHELVE, [post_id])
            self.settle(cluster)

    def _read(self, post_ids: Collection[int]) -> list[_Known]:
        missing = [post_id for post_id in post_ids if post_id not in self.known]
        for at in range(0, len(missing), _CHUNK):
            chunk = missing[at : at + _CHUNK]
            for row in self.conn.execute(f"{_POST} IN ({', '.join('?' * len(chunk))})", chunk):
                ident, title, text, kind, reply, published, author, author_id, cluster, filed, own = row
                what = said(title, text, kind, reply=bool(reply), author=author)
                self.known[ident] = _Known(ident, what, published, _who(author, author_id), cluster, filed, bool(own))
        return [self.known[post_id] for post_id in post_ids if post_id in self.known]

    def _place(self, post: _Known, sketch: Keys) -> None:
        """Find the likest post there is, and join its cluster."""
        best: tuple[Likeness, _Known] | None = None
        for other in self._candidates(post, sketch):
            likeness = compare(other.said, post.said)
            if likeness is not None and (best is None or likeness.alike > best[0].alike):
                best = (likeness, other)
                if likeness.alike == 1:
                    break
        if best is not None:
            self._join(post, *best)

    def _candidates(self, post: _Known, sketch: Keys) -> list[_Known]:
        chosen = [ident for ident in self.filed.likeliest(sketch) if ident != post.id]
        if not chosen:
            return self._burst(post, sketch) if sketch.burst else []
        return [other for other in self._read(chosen) if _near(post, other)]

    def _burst(self, post: _Known, sketch: Keys) -> list[_Known]:
        """The first of many who say the same few words in the same hour, with the others in its cluster."""
        found = self.filed.under(sketch.burst) - {post.id}
        if len(found) + 1 < _BURST:
            return []
        same = [p for p in self._read(sorted(found)) if p.said.words == post.said.words]
        if len(same) + 1 < _BURST:
            return []
        first = next((p for p in same if p.cluster), same[0])
        for other in same:
            if other is not first and not other.cluster:
                self._join(other, Likeness(1.0), first)
                self.placed[other.id] = other.cluster
        return [first]

    def _join(self, post: _Known, likeness: Likeness, other: _Known) -> None:
        if not other.cluster:
            other.cluster, other.filed, other.own = self._new_cluster(), 1, likeness.first_adds
            self.joined.append((other.id, other.cluster, 1.0, other.own, bool(other.said.shared_from), 1))
            if not other.own:
                self.placed[other.id] = other.cluster
        elif likeness.first_adds and not other.own:
            self._found_own(other)
        post.cluster, post.own = other.cluster, likeness.second_adds
        if other.filed == 2:
            post.filed = 0
        elif other.own and not post.own:
            post.filed = 1
        else:
            post.filed = 0 if likeness.alike >= _SURE else 2
        shared = bool(post.said.shared_from)
        self.joined.append((post.id, post.cluster, likeness.alike, post.own, shared, post.filed))

    def _found_own(self, post: _Known) -> None:
        """A post turns out to say more than what others say, too: it stands for itself."""
        self._write_joined()
        plain = self.conn.execute(
            "SELECT count(*) FROM copies WHERE cluster = ? AND NOT own AND post_id <> ?", [post.cluster, post.id]
        ).fetchone()[0]
        if plain:  # they were found to be like it as it is
            return
        post.own = True
        self.placed.pop(post.id, None)
        self.conn.execute("UPDATE copies SET own = 1 WHERE post_id = ?", [post.id])
        self.conn.execute("UPDATE mentions SET cluster = NULL, copy = 0 WHERE post_id = ?", [post.id])

    def _new_cluster(self) -> int:
        if not self.last:
            self.last = int(self.conn.execute("SELECT coalesce(max(cluster), 0) FROM copies").fetchone()[0])
        self.last += 1
        return self.last

    def _show(self) -> None:
        """Give the mentions of placed posts their place: the first published is shown, the others are its copies."""
        changed: dict[int, tuple[int, bool]] = {}  # mention -> cluster, copy
        heads: dict[tuple[int, int], tuple[str, int] | None] = {}  # cluster, brand -> the mention that is shown
        for post_id, cluster in self.placed.items():
            for mention_id, brand_id, published in self.conn.execute(_PLACELESS, [post_id]).fetchall():
                place = cluster, brand_id
                if place not in heads:
                    heads[place] = self.conn.execute(_FIRST, (*place, 0)).fetchone()
                head = heads[place]
                later = head is not None and head < (published, mention_id)
                if not later:
                    heads[place] = published, mention_id
                    if head is not None:
                        changed[head[1]] = cluster, True
                changed[mention_id] = cluster, later
        self.conn.executemany(_SHOW, [(*place, mention_id) for mention_id, place in sorted(changed.items())])
        self.placed.clear()

    def _write_joined(self) -> None:
        self.conn.executemany(_JOIN, sorted(self.joined))
        self.joined.clear()

    def _write(self) -> None:
        """Write what was found, in the order in which it is kept: pages are changed once."""
        self._write_joined()
        self._show()
        self.filed.write()


@lru_cache(maxsize=1 << 14)
def _who(name: str, author_id: int) -> str:
    """By what an author is known again: a handle on any platform, another name on its own, nobody's nowhere."""
    if name.strip("[]()").lower() in _NOBODY:
        return ""
    return name if name.split() == [name] else f"{name} {author_id}" if author_id else ""


def _near(one: _Known, other: _Known) -> bool:
    """Whether two posts were published within the time in which equal words are one thing said."""
    apart = datetime.fromisoformat(one.published) - datetime.fromisoformat(other.published)
    return abs(apart) <= _WITHIN
