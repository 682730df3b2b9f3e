"""Crawls a filled board as a user's schedule does, three times, and compares with what was put in."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from listening.post import Post
from spiders.board import Board
from tests.live.corpus import corpus, late
from tests.live.software import Known, Software
from tests.servers.spider import Crawled, checkpoints, crawl


@dataclass(slots=True)
class Result:
    """What three crawls of one software came to."""

    engine: str
    version: str
    posts: int
    found: int
    exact: int
    requests: tuple[int, int, int]
    seconds: float
    wrong: list[str] = field(default_factory=list)  # a sentence for each thing that is not as it should be


def compare(software: Software) -> Result:
    """Fill, crawl, crawl again, add a post, crawl once more."""
    begun = time.monotonic()
    talks = corpus()
    with software.running(talks) as known:
        first = _crawl(software)
        marks = checkpoints(first.batches)
        second = _crawl(software, marks)
        marks = checkpoints(second.batches, marks)
        talk = talks[1]
        added = software.add(talk, late(talk))
        third = _crawl(software, marks)
    found = {post.id: post for post in first.posts}
    wrong = {row.id: _differences(software, row, found.get(row.id)) for row in known}
    requests = tuple(_requests(crawled) for crawled in (first, second, third))
    return Result(
        str(first.stats.get("listening/engine")), software.version, len(known), len(first.posts),
        sum(not told for told in wrong.values()), requests, time.monotonic() - begun,
        [told for row in wrong.values() for told in row] + _crawls(software, known, added, first, second, third),
    )  # fmt: skip


def _crawl(software: Software, marks: dict[str, str] | None = None) -> Crawled:
    return crawl(Board, {"url": software.url} | software.options, now=datetime.now(UTC), checkpoints=marks or {})


def _requests(crawled: Crawled) -> int:
    return int(crawled.stats.get("scheduler/enqueued", 0))


def _differences(software: Software, row: Known, post: Post | None) -> list[str]:
    """In what a post is not as it was put in."""
    where = f"{software.name} {row.path}"
    if post is None:
        return [f"{where}: not found"]
    pairs = {
        "author": (row.said.author, post.author.name if post.author else ""),
        "time": (f"{row.said.at:%Y-%m-%d %H:%M}", f"{post.published:%Y-%m-%d %H:%M}" if post.published else ""),
        "words": (software.own(row.said).split(), post.text.split()),
        "quotes": (software.quotes(row.said), [quote.author for quote in post.quotes]),
        "permalink": (software.url + row.path, post.url),
        "position": (row.position, post.position),
        "title": (row.talk.title, post.thread.title if post.thread else ""),
        "forum": (software.channel(row.talk), post.channel),
    }
    return [f"{where}: {name} is {found!r}, not {true!r}" for name, (true, found) in pairs.items() if true != found]


def _crawls(
    software: Software, known: Sequence[Known], added: Known, first: Crawled, second: Crawled, third: Crawled
) -> list[str]:
    """What the crawls themselves did wrong."""
    ids = {row.id for row in known}
    new = [post for post in third.posts if post.id not in ids]  # a page that has grown brings its old posts again
    again = _requests(second)
    tests = {
        f"posts that nobody wrote: {[post.url for post in first.posts if post.id not in ids]}":
            all(post.id in ids for post in first.posts),
        "the first crawl brought posts twice": len({post.id for post in first.posts}) == len(first.posts),
        f"rejects: {[reject.reason for reject in first.rejects]}": not first.rejects,
        f"degraded: {first.degraded + second.degraded + third.degraded}":
            not (first.degraded or second.degraded or third.degraded),
        f"the second crawl brought {len(second.posts)} posts": not second.posts,
        f"the second crawl made {again} requests, not {software.again}": again <= software.again,
        f"the third crawl brought {[post.url for post in new]} as new": [post.id for post in new] == [added.id],
    }  # fmt: skip
    differences = _differences(software, added, new[0]) if new else []
    return [f"{software.name}: {told}" for told, good in tests.items() if not good] + differences
