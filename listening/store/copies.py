"""Copies as rows: which posts say the same thing, which of them is shown and counted, and the keys they meet under."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from listening.alike import Keys, Likeness, Said, compare, keys, said
from listening.store.connection import Connection
from listening.store.tally import Tally

_WITHIN = timedelta(days=30)  # from one to the other: later it is said again
_FILED = 32  # posts under one key, the newest: a key that many share tells little
_RARE = 3  # posts under a key that counts twice
_COMPARED = 4  # of those that share keys, the likeliest
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
_FILE = "INSERT OR IGNORE INTO copy_keys VALUES (?, ?)"
_UNFILE = "DELETE FROM copy_keys WHERE key = ? AND post_id = ?"
_JOIN = "INSERT INTO copies (post_id, cluster, alike, own, shared, filed) VALUES (?, ?, ?, ?, ?, ?)"
_PLACE = "SELECT cluster, own FROM copies WHERE post_id = ?"
_SHELVE = "UPDATE mentions SET cluster = NULL, copy = 0 WHERE post_id = ? AND shelved AND cluster IS NOT NULL"
_PLACELESS = "SELECT id, brand_id, published FROM mentions WHERE post_id = ? AND cluster IS NULL AND NOT shelved"
_FIRST = (
    "SELECT id, published FROM mentions WHERE cluster = ? AND brand_id = ? AND copy = ? ORDER BY published, id LIMIT 1"
)


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
        self.holders: dict[int, list[int]] = {}  # key -> posts filed under it, the oldest first
        self.known: dict[int, _Known] = {}
        self.fresh: set[tuple[int, int]] = set()  # keys and posts to be written, and no longer needed
        self.stale: set[tuple[int, int]] = set()

    def add(self, post_ids: Iterable[int]) -> None:
        """Let posts join those that say the same, or wait for such. Those that are in a cluster already stay."""
        posts = [post for post in self._read(list(post_ids)) if post.said.words or post.said.links]
        sketches = [keys(post.said, post.author, post.published) for post in posts]
        self._look_up({key for sketch in sketches for key in (*sketch.sought, *sketch.burst)})
        self._read(
            {ident for sketch in sketches for ident in self._likeliest(sketch)}
        )  # at once: one by one costs more
        for post, sketch in zip(posts, sketches, strict=True):
            if not post.cluster:
                self._place(post, sketch)
            if post.cluster and not post.own:
                self._show(post.id, post.cluster)
            if post.filed:
                self._file(post.id, sketch.filed)
        self._write()

    def leave(self, post_id: int) -> None:
        """Take a post out before its words change or go; another one stands for its cluster then."""
        for post in self._read([post_id]):
            filed = keys(post.said, post.author, post.published).filed
            self.conn.executemany(_UNFILE, [(key, post_id) for key in filed])
            if not post.cluster:
                continue
            self.conn.execute("DELETE FROM copies WHERE post_id = ?", [post_id])
            self.conn.execute("UPDATE mentions SET cluster = NULL, copy = 0 WHERE post_id = ?", [post_id])
            self.settle(post.cluster)
        self.holders.clear()
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
                self._look_up(set(filed))
                self._file(post.id, filed)
                self._write()
        brands = self.conn.execute("SELECT DISTINCT brand_id FROM mentions WHERE cluster = ?", [cluster]).fetchall()
        for (brand_id,) in brands:
            first = self.conn.execute(_FIRST, (cluster, brand_id, 1)).fetchone()
            if first is not None and self.conn.execute(_FIRST, (cluster, brand_id, 0)).fetchone() is None:
                self.conn.execute("UPDATE mentions SET copy = 0 WHERE id = ?", [first[0]])

    def follow(self, post_id: int) -> None:
        """After a post's mentions changed: what went or was shelved makes place for another, what came finds one."""
        for cluster, own in self.conn.execute(_PLACE, [post_id]).fetchall():
            self.conn.execute(_SHELVE, [post_id])
            self.settle(cluster)
            if not own:
                self._show(post_id, cluster)

    def _read(self, post_ids: Collection[int]) -> list[_Known]:
        missing = [post_id for post_id in post_ids if post_id not in self.known]
        for at in range(0, len(missing), _CHUNK):
            chunk = missing[at : at + _CHUNK]
            for row in self.conn.execute(f"{_POST} IN ({', '.join('?' * len(chunk))})", chunk):
                ident, title, text, kind, reply, published, author, author_id, cluster, filed, own = row
                what = said(title, text, kind, reply=bool(reply), author=author)
                self.known[ident] = _Known(ident, what, published, _who(author, author_id), cluster, filed, bool(own))
        return [self.known[post_id] for post_id in post_ids if post_id in self.known]

    def _look_up(self, wanted: set[int]) -> None:
        sought = sorted(key for key in wanted if key not in self.holders)
        self.holders.update((key, []) for key in sought)
        for at in range(0, len(sought), _CHUNK):
            chunk = sought[at : at + _CHUNK]
            query = f"SELECT key, post_id FROM copy_keys WHERE key IN ({', '.join('?' * len(chunk))})"
            for key, post_id in self.conn.execute(query, chunk):
                self.holders[key].append(post_id)

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
        chosen = [ident for ident in self._likeliest(sketch) if ident != post.id]
        if not chosen:
            return self._burst(post, sketch) if sketch.burst else []
        return [other for other in self._read(chosen) if _near(post, other)]

    def _likeliest(self, sketch: Keys) -> list[int]:
        """Those that share the most and the rarest keys."""
        found = [holders for key in sketch.sought if (holders := self.holders[key])]
        rare = [holders for holders in found if len(holders) < _RARE]  # a rare key says more
        score = Counter(chain.from_iterable([*found, *rare]))
        return sorted(score, key=score.__getitem__, reverse=True)[:_COMPARED] if len(score) > 1 else list(score)

    def _burst(self, post: _Known, sketch: Keys) -> list[_Known]:
        """The first of many who say the same few words in the same hour, with the others in its cluster."""
        found = {ident for key in sketch.burst for ident in self.holders[key]} - {post.id}
        if len(found) + 1 < _BURST:
            return []
        same = [p for p in self._read(sorted(found)) if p.said.words == post.said.words]
        if len(same) + 1 < _BURST:
            return []
        first = next((p for p in same if p.cluster), same[0])
        for other in same:
            if other is not first and not other.cluster:
                self._join(other, Likeness(1.0), first)
                self._show(other.id, other.cluster)
        return [first]

    def _join(self, post: _Known, likeness: Likeness, other: _Known) -> None:
        if not other.cluster:
            other.cluster, other.filed, other.own = self._new_cluster(), 1, likeness.first_adds
            self.conn.execute(_JOIN, (other.id, other.cluster, 1.0, other.own, bool(other.said.shared_from), 1))
            if not other.own:
                self._show(other.id, other.cluster)
        elif likeness.first_adds and not other.own:
            self._found_own(other)
        post.cluster, post.own = other.cluster, likeness.second_adds
        if other.filed == 2:
            post.filed = 0
        elif other.own and not post.own:
            post.filed = 1
        else:
            post.filed = 0 if likeness.alike >= _SURE else 2
        row = (post.id, post.cluster, likeness.alike, post.own, bool(post.said.shared_from), post.filed)
        self.conn.execute(_JOIN, row)

    def _found_own(self, post: _Known) -> None:
        """A post turns out to say more than what others say, too: it stands for itself."""
        plain = self.conn.execute(
            "SELECT count(*) FROM copies WHERE cluster = ? AND NOT own AND post_id <> ?", [post.cluster, post.id]
        ).fetchone()[0]
        if plain:  # they were found to be like it as it is
            return
        post.own = True
        self.conn.execute("UPDATE copies SET own = 1 WHERE post_id = ?", [post.id])
        self.conn.execute("UPDATE mentions SET cluster = NULL, copy = 0 WHERE post_id = ?", [post.id])

    def _new_cluster(self) -> int:
        return int(self.conn.execute("SELECT coalesce(max(cluster), 0) + 1 FROM copies").fetchone()[0])

    def _show(self, post_id: int, cluster: int) -> None:
        """Give a post's mentions their place: the first published is shown, the others are its copies."""
        for mention_id, brand_id, published in self.conn.execute(_PLACELESS, [post_id]).fetchall():
            head = self.conn.execute(_FIRST, (cluster, brand_id, 0)).fetchone()
            later = head is not None and (head[1], head[0]) < (published, mention_id)
            if head is not None and not later:
                self.conn.execute("UPDATE mentions SET copy = 1 WHERE id = ?", [head[0]])
            self.conn.execute("UPDATE mentions SET cluster = ?, copy = ? WHERE id = ?", (cluster, later, mention_id))

    def _file(self, post_id: int, filed: Sequence[int]) -> None:
        for key in filed:
            holders = self.holders.setdefault(key, [])
            if post_id in holders:
                continue
            if len(holders) >= _FILED:
                self.stale.add((key, holders.pop(0)))
            holders.append(post_id)
            self.fresh.add((key, post_id))

    def _write(self) -> None:
        """Write the keys, in the order in which they are kept: pages are changed once."""
        for statement, rows in ((_FILE, self.fresh - self.stale), (_UNFILE, self.stale - self.fresh)):
            if rows:
                self.conn.executemany(statement, sorted(rows))
        self.fresh.clear()
        self.stale.clear()


def _who(name: str, author_id: int) -> str:
    """By what an author is known again: a handle on any platform, another name on its own, nobody's nowhere."""
    if name.strip("[]()").lower() in _NOBODY:
        return ""
    return name if name and not any(c.isspace() for c in name) else f"{name} {author_id}" if author_id else ""


def _near(one: _Known, other: _Known) -> bool:
    """Whether two posts were published within the time in which equal words are one thing said."""
    apart = datetime.fromisoformat(one.published) - datetime.fromisoformat(other.published)
    return abs(apart) <= _WITHIN
