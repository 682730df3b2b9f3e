"""What reading a page of a recorded board costs, beside what parsing it alone does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean, linear_regression
from urllib.parse import unquote, urljoin, urlsplit

from spiders.board import Board
from spiders.boards import dates, engines
from spiders.boards.engine import Engine, Topic
from spiders.boards.page import Page
from tests.servers.recorded import Recorded, lines
from tests.servers.spider import Crawled, crawl

RECORDED = datetime(2026, 11, 21, 23, 57, tzinfo=UTC)  # when the boards were whose pages do not say it
_PAGES = 40  # of a board that are timed
_TIMES = 5  # each is; the best counts


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds of processor time for one page of a topic, from its bytes."""

    posts: int
    read: float
    parsed: float


def at(server: Recorded) -> datetime:
    """When a board was recorded: relative times count from there."""
    return dates.iso(server.pages["/"].get("at")) or RECORDED


def page(server: Recorded, path: str) -> Page:
    """A recorded page as an engine sees it."""
    told = server.pages[path]
    return Page(server.url(path), told["body"].encode(), at(server), headers={"content-type": told["type"]})


def spent(server: Recorded, crawled: Crawled) -> list[Spent]:
    """What the pages of topics cost that a crawl has read, the fullest of them and others."""
    found = engines().get(str(crawled.stats.get("listening/engine")))
    if found is None:
        return []
    engine = found(crawled.stats["listening/board"]["url"])
    engine.learn(page(server, "/"))
    topics = sorted(_topics(server, engine, crawled), key=lambda one: -one[0])
    return [_spent(engine, server, *topic) for topic in topics[:: max(1, len(topics) // _PAGES)]]


def at_twenty(rows: Sequence[Spent], what: Callable[[Spent], float]) -> float:
    """Milliseconds for a page of 20 posts.

    Boards choose how many posts a page holds: this is the straight line through the pages' times, at 20 posts.
    """
    if len({row.posts for row in rows}) < 2:
        return fmean(map(what, rows)) if rows else 0.0
    line = linear_regression([row.posts for row in rows], [*map(what, rows)])
    return line.intercept + 20 * line.slope


def report(folder: Path, engine: str = "") -> str:
    """One recorded board's line: what 20 posts cost on one page, and parsing it alone."""
    with Recorded(folder, origin(folder)) as server:
        crawled = crawl(Board, {"url": server.url(), "engine": engine}, now=at(server))
        rows = spent(server, crawled)
    read, parsed = at_twenty(rows, lambda row: row.read), at_twenty(rows, lambda row: row.parsed)
    most = max((row.posts for row in rows), default=0)
    full = [row for row in rows if row.posts == most]
    scaled = 20 * fmean(row.read / row.posts for row in full) if full else 0.0
    name = str(crawled.stats.get("listening/engine"))
    share = f"{read / parsed:4.1f} times" if parsed else "-"
    return (
        f"{folder.name:12} {name:10} {read:5.1f} ms for a page of 20 posts, {share} its parsing ({parsed:.2f} ms);"
        f" {scaled:5.1f} ms for as many on pages of {most}"
    )


def origin(folder: Path) -> str:
    """Where a recorded board stood."""
    parts = urlsplit(next(lines(folder / "truth.jsonl.xz"))["page_url"])
    return f"{parts.scheme}://{parts.netloc}"


def _topics(server: Recorded, engine: Engine, crawled: Crawled) -> Iterator[tuple[int, str, str]]:
    """How many posts each page of a topic gave, with its path and the topic's id."""
    for batch in crawled.batches:
        for checkpoint in batch.checkpoints if batch.posts else ():
            parts = urlsplit(urljoin(engine.root, json.loads(checkpoint.value)["page"]))
            path = unquote(f"{parts.path}?{parts.query}" if parts.query else parts.path)
            if path in server.pages:
                yield len(batch.posts), path, checkpoint.key.partition(":")[2]


def _spent(engine: Engine, server: Recorded, posts: int, path: str, topic: str) -> Spent:
    given = Topic(topic, server.url(path))

    def read() -> None:
        engine.read_topic(page(server, path), given, None)

    def parse() -> None:
        fresh = page(server, path)
        _ = fresh.json if "json" in fresh.headers["content-type"] else fresh.html

    return Spent(posts, min(_timed(read) for _ in range(_TIMES)), min(_timed(parse) for _ in range(_TIMES)))


def _timed(act: Callable[[], None]) -> float:
    begun = time.process_time()
    act()
    return (time.process_time() - begun) * 1000
