"""From posts in memory to posts stored, scored and searchable: the obvious way and ours, in turn, on the same posts."""

from __future__ import annotations

import argparse
import resource
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from listening.post import Batch, Entry, Mention, Post
from listening.store import Store
from pipelines.ingest import Ingest
from pipelines.sentiment import Scorer, label
from pipelines.understanding import Understanding
from tests.bench.corpus import NOW, brands, posts
from tests.bench.obvious import Obvious

FLOORS = {10: 12.0, 1000: 100.0}
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Result:
    """One way's run over some posts."""

    count: int
    seconds: float
    peak_mb: float  # of its process
    searchable: int  # posts that a full-text search finds
    compound: dict[str, float]  # post id -> the stored document score

    @property
    def rate(self) -> float:
        return self.count / self.seconds


def obvious(brand_count: int, post_count: int) -> Result:
    known = brands(brand_count)
    rows = [_plain(post) for post in posts(post_count, known)]
    with tempfile.TemporaryDirectory() as folder:
        way = Obvious(known, Path(folder) / "obvious.db")
        start = time.perf_counter()
        for row in rows:
            way.add(row)
        seconds = time.perf_counter() - start
        found = way.db.execute(
            "select count(*) from posts_fts where posts_fts match 'the OR and OR to OR a'"
        ).fetchone()[0]
        scores = dict(way.db.execute("select id, compound from posts where compound is not null").fetchall())
        way.db.close()
    return Result(post_count, seconds, _peak(), found, scores)


class Alike(Understanding):
    """What the obvious way understands, and no more: brands and vaderSentiment's figures."""

    def entries(self, posts: Sequence[Post]) -> list[Entry]:
        return [self._alike(post) for post in posts]

    def _alike(self, post: Post) -> Entry:
        found = self.names.find(post)
        if not found:
            return Entry(post)
        document = self.feeling.scorer.score(post.text)
        score, called = document.compound, label(document.compound)
        return Entry(post, "en", document, tuple(Mention(one.brand, one.words, score, called) for one in found))


def ours(brand_count: int, post_count: int) -> Result:
    return _ours(Understanding, brand_count, post_count)


def alike(brand_count: int, post_count: int) -> Result:
    return _ours(Alike, brand_count, post_count)


def _ours(kind: type[Understanding], brand_count: int, post_count: int) -> Result:
    known = brands(brand_count)
    batches = [Batch(chunk) for chunk in _chunks(posts(post_count, known))]
    with tempfile.TemporaryDirectory() as folder:
        with Store(Path(folder) / "ours.db") as store:
            ingest = Ingest(store, "bench", kind(known), now=lambda: NOW)
            start = time.perf_counter()
            for batch in batches:
                ingest.save([batch])
            seconds = time.perf_counter() - start
        db = sqlite3.connect(Path(folder) / "ours.db")
        found = db.execute("select count(*) from posts_fts where posts_fts match 'the OR and OR to OR a'").fetchone()[0]
        scores = dict(db.execute("select native_id, compound from posts where compound is not null").fetchall())
        db.close()
    return Result(post_count, seconds, _peak(), found, scores)


def _plain(post: Post) -> dict[str, str]:
    assert post.author is not None
    assert post.thread is not None
    assert post.published is not None
    return {
        "id": post.id, "url": post.url, "title": post.title, "text": post.text, "author": post.author.name,
        "thread": post.thread.id, "channel": post.channel, "published": post.published.isoformat(),
    }  # fmt: skip


def _chunks(found: list[Post]) -> list[list[Post]]:
    return [found[i : i + _BATCH] for i in range(0, len(found), _BATCH)]


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def alone(way: object, *arguments: int) -> Result:
    """Run one way in a process of its own, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        result: Result = pool.submit(way, *arguments).result()  # type: ignore[arg-type]
    return result


def differing(stored: dict[str, float], theirs: dict[str, float], brand_count: int) -> int:
    """Posts with other compound figures than vaderSentiment's: those we stored, and our scorer's on all of them."""
    scorer, found = Scorer(), posts(len(theirs), brands(brand_count))
    return sum(
        round(theirs[p.id], 4) != round(scorer.score(p.text).compound, 4)
        or round(stored.get(p.id, theirs[p.id]), 4) != round(theirs[p.id], 4)
        for p in found
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench ingest", description=__doc__)
    parser.add_argument("--posts", type=int, default=20_000)
    parser.add_argument("--obvious-posts", type=int, default=4_000, help="the obvious way's share at 1,000 brands")
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args(arguments)
    print(f"{given.posts:,} posts, {_mean(given.posts):.0f} characters on average; ways in turn, {given.rounds} rounds")
    print(f"{'brands':>7} {'way':>8} {'posts':>7} {'posts/s':>9} {'peak MB':>8} {'searchable':>10}")
    missed = 0
    for count, floor in FLOORS.items():
        share = given.posts if count < 100 else min(given.posts, given.obvious_posts)
        ratios, whole = [], []
        for _ in range(given.rounds):
            theirs, mine, more = (
                alone(way, count, n) for way, n in ((obvious, share), (alike, given.posts), (ours, given.posts))
            )
            for name, result in (("obvious", theirs), ("alike", mine), ("all", more)):
                print(
                    f"{count:>7} {name:>8} {result.count:>7,} {result.rate:>9,.0f} {result.peak_mb:>8.0f} "
                    f"{result.searchable:>10,}"
                )
            ratios.append(mine.rate / theirs.rate)
            whole.append(more.rate / theirs.rate)
            wrong = differing(mine.compound, theirs.compound, count)
            print(f"{'':>7} sentiment differs on {wrong} of {len(theirs.compound):,} posts, all scored both ways")
            missed += bool(wrong)
        print(f"{count:>7} brands: {median(ratios):.1f} times the obvious way, which understands as much as `alike`")
        print(f"{'':>7} (wanted: {floor:.0f}); {median(whole):.1f} times with all that is understood")
        missed += median(ratios) < floor
    return 1 if missed else 0


def _mean(count: int) -> float:
    found = posts(min(count, 2000), brands(10))
    return sum(len(post.text) for post in found) / len(found)
