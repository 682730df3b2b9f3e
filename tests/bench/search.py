"""Searching a large store: the newest 50 of each query beside plain FTS5 sorted by date, and the query lab."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

from listening.lab import compare
from listening.post import Entry, Mention, Post
from listening.query import Or, parse
from listening.store import MentionFilter, Question, Store
from tests.bench.corpus import NOW, brands, posts

_SHOWN = 50
_FLOOR = 0.5  # seconds for the newest 50, whatever is asked, of 200,000 posts
_LAB_FLOOR = 5_000  # posts compared a second
_BATCH = 5_000
# name, the query, and for the obvious way what FTS5 is asked
_QUERIES = (
    ("rare word", "xylophone", "xylophone"),
    ("rare, disguised", "zitherine", "zitherine"),
    ("common word", "the", "the"),
    ("two common words", "garage weekend", "garage weekend"),
    ("common phrase", '"the old bench"', '"the old bench"'),
    ("rare phrase", '"bench the old"', '"bench the old"'),
    ("common, near", "garage NEAR/3 weekend", "NEAR(garage weekend, 3)"),
    ("wildcard", "disappoint* NOT weather", "disappoint* NOT weather"),
    ("signs", "東京", ""),
    ("field only", "author:member42", ""),
    ("words and fields", "refund author:member42 after:30d", ""),
    ("nothing", "xylophone zitherine", "xylophone zitherine"),
)
_OF_MENTIONS = (
    ("mentions, common", "the"),
    ("mentions, fields", "sentiment:negative status:new -has:assignee"),
    ("mentions, both", "refund sentiment:negative"),
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench search", description=__doc__)
    parser.add_argument("--posts", type=int, default=200_000)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        start = time.process_time()
        with Store(path) as store:
            _fill(store, given.posts)
        print(
            f"{given.posts:,} posts stored in {time.process_time() - start:.0f} s, {path.stat().st_size / 1e6:,.0f} MB"
        )
        with Store(path, read_only=True) as store:
            missed = _search(store) + _lab(store, min(given.posts, 100_000))
    return 1 if missed else 0


def _fill(store: Store, count: int) -> None:
    known = brands(10)
    names = [brand.name for brand in known]
    some = posts(_BATCH, known)
    for start in range(0, count, _BATCH):
        store.save("bench", [_entry(start + i, each, names, count) for i, each in enumerate(some)], now=NOW)


def _entry(number: int, post: Post, names: list[str], count: int) -> Entry:
    """A post of its own; one in 10,000 holds a rare word, one in 8 is odd (see store/index.py)."""
    text = post.text
    if number % 10_000 == 7:
        text += " xylophone, bench the old" if number % 20_000 == 7 else " ｚｉｔｈｅｒｉｎｅ 東京へ"
    if number % 8 == 0:
        text += " 🎉"
    found = next((name for name in names if name in text), None)
    mentions = (Mention(found, (found,), -0.5, "negative"),) if found else ()
    published = NOW - timedelta(minutes=count - number)
    return Entry(replace(post, id=str(number), text=text, published=published), "en", None, mentions)


def _search(store: Store) -> int:
    missed = 0
    print(f"{'the newest 50':<22}{'found':>6}{'ms':>9}{'FTS5 by date':>14}")
    for name, query, terms in _QUERIES:
        asked = Question(parse(query, stored=True), NOW)
        found, seconds = _best(lambda asked=asked: sum(1 for _ in islice(store.search(asked), _SHOWN)))
        beside = f"{1000 * _best(lambda terms=terms: _obvious(store, terms))[1]:,.1f}" if terms else "-"
        missed += seconds > _FLOOR
        print(f"{name:<22}{found:>6}{1000 * seconds:>9,.1f}{beside:>14}")
    for name, query in _OF_MENTIONS:
        where = MentionFilter(query=Question(parse(query, stored=True), NOW))
        found, seconds = _best(lambda where=where: sum(1 for _ in store.mentions(where, limit=_SHOWN)))
        missed += seconds > _FLOOR
        print(f"{name:<22}{found:>6}{1000 * seconds:>9,.1f}{'-':>14}")
    print(f"floor: {1000 * _FLOOR:,.0f} ms; {missed} missed")
    return missed


def _obvious(store: Store, terms: str) -> int:
    rows = store.db.conn.execute(
        "SELECT p.id, p.title, p.text FROM posts_fts f JOIN posts p ON p.id = f.rowid WHERE posts_fts MATCH ? "
        "ORDER BY p.published DESC LIMIT ?",
        [terms, _SHOWN],
    )
    return len(rows.fetchall())


def _best(action: Callable[[], int], rounds: int = 3) -> tuple[int, float]:
    """What an action found, and the seconds of its quickest round."""
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        found = action()
        seconds.append(time.process_time() - start)
    return found, min(seconds)


def _lab(store: Store, count: int) -> int:
    saved, edited = parse("support OR garage OR perfect"), parse("(support OR garage OR perfect OR neighbour) -frank")
    start = time.process_time()
    ids = store.candidates(Question(Or((saved, edited)), NOW))[:count]
    found = compare(saved, edited, store.read(ids), {})
    seconds = time.process_time() - start
    print(
        f"lab: {len(ids):,} candidates compared in {seconds:.1f} s, {len(ids) / seconds:,.0f} a second "
        f"(floor {_LAB_FLOOR:,}): {found.gained.posts:,} gained, {found.lost.posts:,} lost"
    )
    return int(len(ids) / seconds < _LAB_FLOOR)
