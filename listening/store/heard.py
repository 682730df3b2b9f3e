"""What was heard, month by month: posts by source, site and kind, whether they name a brand or not.

Posts that are let go of later were heard all the same, so nothing is ever taken off.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable

from listening.store.calendar import calendar

_ADD = (
    "INSERT INTO heard (month, source_id, site, kind, posts) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET posts = posts + excluded.posts"
)
_COUNT_ALL = (
    "INSERT INTO heard SELECT substr(local_day(published), 1, 7), source_id, domain, kind, count(*) FROM posts "
    "GROUP BY 1, 2, 3, 4"
)


def add(conn: sqlite3.Connection, source_id: int, posts: Iterable[tuple[str, str, str]]) -> None:
    """Count new posts in: when each was published, its site and its kind. Months are the team's."""
    day = calendar(conn).day
    found = Counter((day(published)[:7], source_id, site, kind) for published, site, kind in posts)
    conn.executemany(_ADD, [(*key, count) for key, count in sorted(found.items())])


def count_all(conn: sqlite3.Connection) -> None:
    """Count the posts that are there, into an empty table."""
    conn.create_function("local_day", 1, calendar(conn).day, deterministic=True)
    conn.execute(_COUNT_ALL)
