"""The keys of posts as rows: under which posts may meet that say the same thing."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from listening.alike import Keys
from listening.store.recent import recent

_FILED = 16  # posts under one key, the newest: a key that many share tells little
_RARE = 3  # posts under a key that counts twice
_COMPARED = 4  # of those that share keys, the likeliest
_CHUNK = 500  # values bound at a time
_UNFILE = "DELETE FROM copy_keys WHERE key = ? AND post_id = ?"


class Filed:
    """Which posts are filed under which keys, inside a transaction: read before it is asked for, written at the end."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn, self.recent = conn, recent(conn)
        self.holders: dict[int, list[int]] = {}  # key -> posts filed under it, the oldest first
        self.sought: set[int] = set()  # keys that were looked up
        self.fresh: list[int] = []  # keys to be written, each before its post
        self.stale: set[tuple[int, int]] = set()  # keys and posts that are no longer needed

    def look_up(self, keys: Iterable[int]) -> None:
        """Read who is filed under some keys."""
        sought = sorted(set(keys) - self.sought)
        self.sought.update(sought)
        for at in range(0, len(sought), _CHUNK):
            chunk = sought[at : at + _CHUNK]
            query = f"SELECT key, post_id FROM copy_keys WHERE key IN ({', '.join('?' * len(chunk))})"
            for key, post_id in self.conn.execute(query, chunk):
                self.holders.setdefault(key, []).append(post_id)
        self.recent.catch_up(self.conn)
        for key, posts in self.recent.under(sought).items():
            self.holders[key] = sorted({*self.holders.get(key, ()), *posts})

    def under(self, keys: Iterable[int]) -> set[int]:
        """The posts that are filed under any of some keys."""
        return {ident for key in keys for ident in self.holders.get(key, ())}

    def surely(self, sketches: Iterable[Keys]) -> set[int]:
        """Those that are sure to be among the likeliest: they share a rare key."""
        found = map(self.holders.get, chain.from_iterable(sketch.sought for sketch in sketches))
        return {ident for holders in found if holders is not None and len(holders) < _RARE for ident in holders}

    def likeliest(self, sketch: Keys) -> list[int]:
        """Those that share the most and the rarest keys.

        A key that many share tells nothing alone, unless it stands for all that is said or for a beginning: then the
        oldest and the newest of them are likely.
        """
        found = [holders for holders in map(self.holders.get, sketch.sought) if holders is not None]
        if not found:
            return []
        rare = [holders for holders in found if len(holders) < _RARE]  # a rare key says more
        if rare and len(found) == 1:
            return rare[0]
        alone = [holders[:: len(holders) - 1 or 1] for holders in map(self.holders.get, sketch.alone) if holders]
        score: dict[int, int] = Counter(chain.from_iterable([*found, *rare, *alone]))
        least = max(2, sorted(score.values())[-_COMPARED]) if len(score) > _COMPARED else 2
        likely = [ident for ident, points in score.items() if points >= least]
        return sorted(likely, key=score.__getitem__, reverse=True)[:_COMPARED]

    def add(self, post_id: int, filed: Sequence[int]) -> None:
        """File a post under its keys, which were looked up; where there is no room the oldest goes."""
        for key in filed:
            holders = self.holders.get(key)
            if holders is None:
                self.holders[key] = [post_id]
            elif post_id in holders:
                continue
            else:
                while len(holders) >= _FILED:
                    self.stale.add((key, holders.pop(0)))
                holders.append(post_id)
            self.fresh += key, post_id

    def remove(self, post_id: int, filed: Iterable[int]) -> None:
        """Take a post away from its keys at once, and read again who is filed."""
        self.conn.executemany(_UNFILE, [(key, post_id) for key in filed])
        self.recent.remove(self.conn, post_id)
        self.holders.clear()
        self.sought.clear()

    def write(self) -> None:
        """Write what was filed."""
        self.recent.file(self.conn, self.fresh)
        self.conn.executemany(_UNFILE, sorted(self.stale))
        self.fresh.clear()
        self.stale.clear()
