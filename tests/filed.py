"""Under which keys posts are filed: in the tree, and in the log of those that wait for their place in it."""

from __future__ import annotations

import sqlite3

from listening.store import Store
from listening.store.recent import Recent

Pair = tuple[int, int]  # a key and a post


def in_tree(conn: sqlite3.Connection) -> list[Pair]:
    return conn.execute("SELECT key, post_id FROM copy_keys").fetchall()


def in_log(conn: sqlite3.Connection) -> list[Pair]:
    """What another process would read of it."""
    fresh = Recent()
    fresh.catch_up(conn)
    found = fresh.under([key for held in fresh.ranges for key in held])
    return [(key, post_id) for key, posts in found.items() for post_id in posts]


def filed(store: Store) -> set[Pair]:
    """All that is filed, each key and post once."""
    tree, log = in_tree(store.db.conn), in_log(store.db.conn)
    assert len({*tree, *log}) == len(tree) + len(log)
    return {*tree, *log}
