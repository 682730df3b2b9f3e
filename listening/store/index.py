"""The search index: two FTS5 tables which together never miss a post that the matcher would find.

`posts_fts` holds title and text as they are. Where the words of a post are the same to FTS5 as to the query language,
it is all that is needed. All other posts, such as those with full-width, zero-width or look-alike characters, with
emoji or in a script without spaces, are `odd`: their words are in `posts_folded`, too, as the matcher folds them.
Whoever changes what a word is, or how it is folded, appends a migration that calls `rebuild`.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator

from listening.query.words import Words

_SAME = (  # accented Latin letters and punctuation that FTS5's unicode61 reads as `listening.query.words` does
    "\u00a0-\u00a9\u00ab\u00ac\u00ae-\u00b1\u00b6-\u00b8\u00bb\u00bf-\u00c5\u00c7-\u00cf\u00d1-\u00d7\u00d9-\u00dd"
    "\u00e0-\u00e5\u00e7-\u00ef\u00f1-\u00f7\u00f9-\u00fd\u00ff-\u010f\u0112-\u0125\u0128-\u012f\u0134-\u0137"
    "\u0139-\u013e\u0143-\u0148\u014c-\u0151\u0154-\u0165\u0168-\u017e\u2010-\u2027\u2030-\u205e\u20a0-\u20b9"
)
_OTHER = re.compile(f"[^\x00-\x7f{_SAME}]")
_TWICE = re.compile("['`‘’][sS]['`‘’]")  # of two possessives in a row FTS5 makes two words

FOLDED = "CREATE VIRTUAL TABLE posts_folded USING fts5 (words, content = '', tokenize = 'ascii')"

Text = tuple[int, str, str]  # a post's id, title and text


def odd(title: str, text: str) -> bool:
    """Whether FTS5 may read the words of this post differently from the query language."""
    return _differs(text) or _differs(title)


def _differs(text: str) -> bool:
    return (not text.isascii() and _OTHER.search(text) is not None) or _TWICE.search(text) is not None


def add(conn: sqlite3.Connection, posts: Iterable[Text]) -> None:
    """Index posts that are new, all of them with higher ids than those there are."""
    texts = list(posts)
    if not texts:
        return
    conn.execute(
        "INSERT INTO posts_fts (rowid, title, text) SELECT id, title, text FROM posts WHERE id >= ?",
        [min(post_id for post_id, *_ in texts)],
    )
    fold(conn, texts)


def fold(conn: sqlite3.Connection, posts: Iterable[Text]) -> None:
    """Index the odd ones of these posts, as the matcher reads them."""
    conn.executemany("INSERT INTO posts_folded (rowid, words) VALUES (?, ?)", _lines(posts))


def drop(conn: sqlite3.Connection, posts: Iterable[Text]) -> None:
    """Take posts out of the index; their words must be those that were indexed."""
    texts = list(posts)
    conn.executemany("INSERT INTO posts_fts (posts_fts, rowid, title, text) VALUES ('delete', ?, ?, ?)", texts)
    conn.executemany("INSERT INTO posts_folded (posts_folded, rowid, words) VALUES ('delete', ?, ?)", _lines(texts))


def change(conn: sqlite3.Connection, post_id: int, old: tuple[str, str], new: tuple[str, str]) -> None:
    """Index a post's new title and text instead of its old ones."""
    drop(conn, [(post_id, *old)])
    conn.execute("INSERT INTO posts_fts (rowid, title, text) VALUES (?, ?, ?)", [post_id, *new])
    fold(conn, [(post_id, *new)])


def rebuild(conn: sqlite3.Connection) -> None:
    """Build the whole index anew from the posts."""
    conn.execute("INSERT INTO posts_fts (posts_fts) VALUES ('rebuild')")
    conn.execute("INSERT INTO posts_folded (posts_folded) VALUES ('delete-all')")
    fold(conn, conn.execute("SELECT id, title, text FROM posts"))


def _lines(posts: Iterable[Text]) -> Iterator[tuple[int, str]]:
    return (
        (post_id, " ".join([*Words(title).words, *Words(text).words]))
        for post_id, title, text in posts
        if odd(title, text)
    )
