"""Keys that were filed last: written in the order in which they come, and put into the tree of all keys by ranges.

A key is as good as drawn by lot: each that is put into a big tree changes another page of it, and writing pages took
longer than finding copies. So new keys are written one behind the other, into rows of `copy_log`. With each row that is
begun, those of one range go into `copy_keys`, many to a page; the next row takes the next range. What is in a row has
found its place when as many rows have been begun as there are ranges: then the row goes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from struct import pack, unpack

_ROW = 16 * 1024  # bytes, of 1024 keys: those of about 200 posts
_NUMBER = 8  # bytes of a key or a post
_RANGES = 128
_SHIFT = 40  # keys have 47 bits
_UNDER_ONE = 16  # posts under one key, the newest
_READ = "SELECT n, keys FROM copy_log WHERE n = 0 OR n >= ? ORDER BY n"
_WRITE = (
    "INSERT INTO copy_log VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET oldest = min(oldest, excluded.oldest), "
    "newest = max(newest, excluded.newest), keys = excluded.keys"
)
_HOLDING = "SELECT n, keys FROM copy_log WHERE n > 0 AND ? BETWEEN oldest AND newest"
Held = dict[int, int | tuple[int, ...]]  # the posts under a key; one is no tuple, as Python looks through those often


class Linked(sqlite3.Connection):
    """A connection that remembers what it has read of the keys that were filed last."""

    recent: Recent | None = None


def recent(conn: sqlite3.Connection) -> Recent:
    """The keys that wait for their place in the tree, for transactions that write."""
    if not isinstance(conn, Linked):
        raise TypeError("a connection of the store is needed")
    if conn.recent is None:
        conn.recent = Recent()
    return conn.recent


def rolled_back(conn: sqlite3.Connection) -> None:
    """Forget what was remembered: it may be of what is not there."""
    if isinstance(conn, Linked):
        conn.recent = None


class Recent:
    """What is in the log and not yet in the tree. It follows from the log alone, of which only what is new is read.

    Row 0 of the log is another one once a key was taken out: then all is read again.
    """

    def __init__(self) -> None:
        self.mark: bytes | None = None
        self.row, self.written = 0, b""  # the last row, and what is in it
        self.ranges: list[Held] = []
        self._forget()

    def under(self, keys: Iterable[int]) -> dict[int, tuple[int, ...]]:
        """The posts that are filed under some keys, in the order in which they were, once that was read."""
        ranges = self.ranges
        found = {key: posts for key in keys if (posts := ranges[key >> _SHIFT].get(key))}
        return {key: _several(posts) for key, posts in found.items()}

    def catch_up(self, conn: sqlite3.Connection) -> None:
        """Read what was filed meanwhile, by whichever process."""
        (_, mark), *rows = conn.execute(_READ, [self.row])
        if mark != self.mark or (self.row and [row for row, _ in rows[:1]] != [self.row]):  # it may be gone
            self._forget()
            (_, self.mark), *rows = conn.execute(_READ, [0])
        for row, written in rows:
            if row != self.row:
                self._begin(row)
            self._keep(_numbers(written[len(self.written) :]))
            self.written = written

    def file(self, conn: sqlite3.Connection, numbers: Sequence[int]) -> None:
        """Write keys, each before its post, once all that was filed before was read."""
        at = 0
        while at < len(numbers):
            if not self.row or len(self.written) >= _ROW:
                _place(conn, self._begin(self.row + 1))
                conn.execute("DELETE FROM copy_log WHERE n > 0 AND n <= ?", [self.row - _RANGES])
            some = numbers[at : at + (_ROW - len(self.written)) // _NUMBER]
            at += len(some)
            self._keep(some)
            self.written += _bytes(some)
            conn.execute(_WRITE, (self.row, min(some[1::2]), max(some[1::2]), self.written))

    def remove(self, conn: sqlite3.Connection, post_id: int) -> None:
        """Overwrite the keys of a post."""
        for row, written in conn.execute(_HOLDING, [post_id]).fetchall():
            numbers = list(_numbers(written))
            places = [at for at in range(0, len(numbers), 2) if numbers[at + 1] == post_id]
            if not places:
                continue
            self.catch_up(conn)
            for at in places:
                self._drop(numbers[at], post_id)
                numbers[at : at + 2] = 0, 0
            left = _bytes(numbers)
            conn.execute("UPDATE copy_log SET keys = ? WHERE n = ?", (left, row))
            if row == self.row:
                self.written = left
            self._mark(conn)

    def place_all(self, conn: sqlite3.Connection) -> None:
        """Put all into the tree, and begin the log anew."""
        self.catch_up(conn)
        for held in self.ranges:
            _place(conn, held)
        conn.execute("DELETE FROM copy_log WHERE n > 0")
        self._forget()
        self._mark(conn)

    def _mark(self, conn: sqlite3.Connection) -> None:
        """Have other processes read the log again."""
        change = "UPDATE copy_log SET keys = randomblob(8) WHERE n = 0 RETURNING keys"
        self.mark = conn.execute(change).fetchall()[0][0]

    def _forget(self) -> None:
        self.mark, self.row, self.written = None, 0, b""
        self.ranges = [{} for _ in range(_RANGES)]

    def _begin(self, row: int) -> Held:
        """Begin a row; returns what is put into the tree then."""
        self.row, self.written = row, b""
        held, self.ranges[row % _RANGES] = self.ranges[row % _RANGES], {}
        return held

    def _keep(self, numbers: Sequence[int]) -> None:
        ranges = self.ranges
        for key, post_id in zip(numbers[::2], numbers[1::2], strict=True):
            held = ranges[key >> _SHIFT]
            if not post_id:  # it was taken out
                continue
            held[key] = post_id if key not in held else (*_several(held[key])[1 - _UNDER_ONE :], post_id)

    def _drop(self, key: int, post_id: int) -> None:
        held = self.ranges[key >> _SHIFT]
        left = tuple(ident for ident in _several(held.pop(key, ())) if ident != post_id)
        if left:
            held[key] = left


def _place(conn: sqlite3.Connection, held: Held) -> None:
    """Put keys into the tree, in the order in which it keeps them: pages are changed once."""
    rows = ((key, post_id) for key, posts in sorted(held.items()) for post_id in _several(posts))
    conn.executemany("INSERT OR IGNORE INTO copy_keys VALUES (?, ?)", rows)


def _several(posts: int | tuple[int, ...]) -> tuple[int, ...]:
    return (posts,) if isinstance(posts, int) else posts


def _bytes(numbers: Sequence[int]) -> bytes:
    return pack(f"<{len(numbers)}q", *numbers)


def _numbers(written: bytes) -> tuple[int, ...]:
    return unpack(f"<{len(written) // _NUMBER}q", written)
