"""Weeks that come again: rows of the first five weeks, in SQL, with later times and ids of their own."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from listening.post import Author, Thread
from listening.store.moment import iso
from tests.bench.drawn import DAYS, REGULARS, Made, authors

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_NUMBERED = re.compile(r"(?<=/reply/)\d+")
_NOTE = re.compile(r'(?<="note:)\d+')

# Table -> column -> its value in the slice :k; columns that are not named stay. :p, :m, ... are the rows of a slice.
_LATER = "strftime('%Y-%m-%dT%H:%M:%SZ', {0}, '+' || (:k * :days) || ' days')"
_SHIFTED: dict[str, dict[str, str]] = {
    "authors": {
        "id": "(SELECT fresh FROM amap WHERE old = x.id)", "native_id": "'u' || (substr(native_id, 2) + :k * :a)",
        "name": "'author' || (substr(name, 7) + :k * :a)",
        "url": "replace(url, native_id, 'u' || (substr(native_id, 2) + :k * :a))",
    },
    "threads": {"id": "id + :k * :t", "native_id": "native_id + :k * :p",
        "title": "'About topic ' || (native_id + :k * :p)"},
    "posts": {
        "id": "id + :k * :p", "native_id": "native_id + :k * :p", "thread_id": "thread_id + :k * :t",
        "author_id": "coalesce((SELECT fresh FROM amap WHERE old = x.author_id), author_id)",
        "url": "'https://' || platform || '/t/' || "
        "((SELECT t.native_id FROM threads t WHERE t.id = x.thread_id) + :k * :p) "
        "|| '#p' || (native_id + :k * :p)",
        "title": "CASE WHEN title = '' THEN '' ELSE 'About topic ' || (substr(title, 13) + :k * :p) END",
        "published": _LATER.format("published"), "collected": _LATER.format("collected"),
    },
    "mentions": {
        "id": "id + :k * :m", "post_id": "post_id + :k * :p", "cluster": "cluster + :k * :c",
        "reply": "renumber(reply, :k)",
        **{column: _LATER.format(column) for column in ("published", "created", "answered", "closed")},
    },
    "aspects": {"mention_id": "mention_id + :k * :m"},
    "mention_tags": {"mention_id": "mention_id + :k * :m"},
    "labels": {"id": "NULL", "post_id": "post_id + :k * :p", "made": _LATER.format("made")},
    "notes": {"id": "id + :k * :n", "mention_id": "mention_id + :k * :m", "made": _LATER.format("made")},
    "actions": {"id": "id + :k * :x", "made": _LATER.format("made")},
    "changes": {
        "action_id": "action_id + :k * :x", "mention_id": "mention_id + :k * :m", "before": "renumber(before, :k)",
        "after": "renumber(after, :k)",
    },
    "copies": {"post_id": "post_id + :k * :p", "cluster": "cluster + :k * :c"},
}  # fmt: skip
_COUNTS = {"p": "posts", "m": "mentions", "t": "threads", "n": "notes", "x": "actions"}


def repeat(conn: sqlite3.Connection, base: int, slices: int, progress: Callable[[int], None]) -> None:
    """Let the weeks of a file come again until there are so many slices of them."""
    values: dict[str, Any] = {"a": authors(base), "days": DAYS}
    for key, table in _COUNTS.items():
        values[key] = conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    values["c"] = conn.execute("SELECT coalesce(max(cluster), 0) FROM copies").fetchone()[0]
    conn.create_function("renumber", 2, lambda text, k: _renumbered(text, k, base, values["n"]))
    columns = {table: [row[1] for row in conn.execute(f"PRAGMA table_info({table})")] for table in _SHIFTED}
    ends = {table: conn.execute(f"SELECT max({columns[table][0]}) FROM {table}").fetchone()[0] for table in _SHIFTED}
    conn.execute("CREATE TEMP TABLE amap (old INTEGER PRIMARY KEY, fresh INTEGER)")
    comers = conn.execute(f"SELECT id FROM authors WHERE substr(name, 7) + 0 >= {REGULARS} ORDER BY id").fetchall()
    for k in range(1, slices):
        conn.execute("BEGIN")
        conn.execute("DELETE FROM amap")
        first = ends["authors"] + (k - 1) * len(comers) + 1
        conn.executemany("INSERT INTO amap VALUES (?, ?)", [(row[0], first + i) for i, row in enumerate(comers)])
        for table, shifted in _SHIFTED.items():
            names, of = columns[table], f"x.{columns[table][0]} <= {ends[table] or 0}"
            shown = ", ".join(shifted.get(name, name) for name in names)
            known = "AND x.id IN (SELECT old FROM amap)" if table == "authors" else ""
            conn.execute(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {shown} FROM {table} x WHERE {of} {known} "
                f"ORDER BY x.{names[0]}", {**values, "k": k},
            )  # fmt: skip
        conn.execute("COMMIT")
        progress(base)


def _renumbered(text: str, k: int, base: int, notes: int) -> str:
    """Times, notes and addresses in a text, as they are in the slice k."""
    text = _TIME.sub(lambda m: iso(datetime.fromisoformat(m[0]) + timedelta(days=k * DAYS)), text)
    text = _NUMBERED.sub(lambda m: str(int(m[0]) + k * base), text)
    return _NOTE.sub(lambda m: str(int(m[0]) + k * notes), text)


def again(made: Made, k: int, base: int) -> Made:
    """The same in the slice k, post by post: what the SQL above does to all of them."""
    post, later = made.entry.post, timedelta(days=k * DAYS)
    number, thread = int(post.id) + k * base, int(post.thread.id if post.thread else 0) + k * base
    author = post.author or Author("author0")
    who = int(author.name.removeprefix("author"))
    who += k * authors(base) if who >= REGULARS else 0
    when = post.published or made.collected
    fresh = replace(
        post, id=str(number), url=f"https://{post.platform}/t/{thread}#p{number}", published=when + later,
        title=f"About topic {thread}" if post.title else "", thread=Thread(str(thread), f"About topic {thread}"),
        author=replace(author, name=f"author{who}", id=f"u{who}", url=f"https://{post.platform}/u/u{who}"),
    )  # fmt: skip
    acts = tuple(
        (
            name,
            when + later,
            {key: _renumbered(each, k, base, 0) if key == "reply" else each for key, each in given.items()},
        )
        for name, when, given in made.acts
    )
    return replace(made, entry=replace(made.entry, post=fresh), collected=made.collected + later, acts=acts)
