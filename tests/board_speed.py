"""What reading a page of a recorded board costs, beside what parsing it alone does.

Times are of the processor, and told as those of a machine with nothing else to do: each is taken right beside that of
a fixed piece of the same kind of work, the yardstick, and scaled by how much longer than usual that took. A slow
machine and a busy one so come to the same figures, within a tenth or so.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from statistics import fmean, median
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from spiders.board import Board
from spiders.boards import dates, engines
from spiders.boards.engine import Engine, Topic
from spiders.boards.page import Page
from tests.servers.recorded import Recorded, lines
from tests.servers.spider import Crawled, crawl

RECORDED = datetime(2026, 11, 21, 23, 57, tzinfo=UTC)  # when the boards were whose pages do not say it
LIMIT = 8.0  # milliseconds for a page of 20 posts
_PAGES = 40  # of a board that are timed
_TIMES = 5  # each is; the best counts
_YARD = 0.85  # milliseconds: the least that the yardstick has taken on the machine that the limit is meant for
_DESCRIBED = re.compile("DiscussionForumPosting|QAPage")
_WORD = re.compile(r"\w+")
_MADE = "".join(
    f"<div class='post' id='p{n}'><h3><a href='/user/{n}'>Name {n}</a></h3><p>Some <b>words</b>, {n} of them.</p></div>"
    for n in range(60)
).encode()


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds of processor time for one page of a topic, from its bytes."""

    posts: int
    read: float
    parsed: float
    yard: float = _YARD  # for the yardstick, at the same time

    @property
    def quiet(self) -> float:
        """For reading, had the machine had nothing else to do."""
        return self.read * _YARD / self.yard


def at(server: Recorded) -> datetime:
    """When a board was recorded: relative times count from there."""
    return dates.iso(server.pages["/"].get("at")) or RECORDED


def page(server: Recorded, path: str) -> Page:
    """A recorded page as an engine sees it."""
    told = server.pages[path]
    body = told["body"].replace(server.origin, server.url(""))
    return Page(server.url(path), body.encode(), at(server), headers={"content-type": told["type"]})


def described(folder: Path) -> bool:
    """Whether pages of a recorded board say in schema.org's words what their posts are."""
    return any(_DESCRIBED.search(told["body"] or "") for told in lines(folder / "pages.jsonl.xz"))


def spent(server: Recorded, crawled: Crawled) -> list[Spent]:
    """What the pages of topics cost that a crawl has read, the fullest of them and others."""
    found = engines().get(str(crawled.stats.get("listening/engine")))
    if found is None:
        return []
    root = crawled.stats["listening/board"]["url"]
    topics = sorted(_topics(server, found(root), crawled), key=lambda one: -one[0])
    topics = topics[:: max(1, len(topics) // _PAGES)]
    return [_best(each) for each in zip(*(_pass(found(root), server, topics) for _ in range(_TIMES)), strict=True)]


def at_twenty(rows: Sequence[Spent], what: Callable[[Spent], float]) -> float:
    """Milliseconds for a page of 20 posts.

    Boards choose how many posts a page holds: this is the line through the pages' times, at 20 posts. Its slope is the
    median of those between any two pages (Theil and Sen), so that a page from which a board is learnt does not bend it.
    """
    points = [(row.posts, what(row)) for row in rows]
    slopes = [(b - d) / (a - c) for (a, b), (c, d) in combinations(points, 2) if a != c]
    if not slopes:
        return fmean(time for _, time in points) if points else 0.0
    slope = median(slopes)
    return median(time - slope * posts for posts, time in points) + 20 * slope


def report(folder: Path, engine: str = "") -> tuple[str, bool]:
    """One recorded board's line: what 20 posts cost on one page, and parsing it alone; and whether that is too much."""
    with Recorded(folder, origin(folder)) as server:
        crawled = crawl(Board, {"url": server.url(), "engine": engine}, now=at(server))
        rows = spent(server, crawled)
    quiet = at_twenty(rows, lambda row: row.quiet)
    read, parsed = at_twenty(rows, lambda row: row.read), at_twenty(rows, lambda row: row.parsed)
    dearest = max((row.quiet for row in rows), default=0.0)
    name = str(crawled.stats.get("listening/engine"))
    share = f"{read / parsed:4.1f} times" if parsed else "-"
    return (
        f"{folder.name:12} {name:10} {quiet:5.1f} ms for a page of 20 posts ({read:.1f} as measured),"
        f" {share} its parsing; {dearest:5.1f} ms for the dearest page"
    ), quiet > LIMIT


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


def _pass(engine: Engine, server: Recorded, topics: Sequence[tuple[int, str, str]]) -> list[Spent]:
    """Read pages as a crawl that has just begun: nothing of the board is known."""
    for module in [module for name, module in sys.modules.items() if name.startswith(("spiders.", "listening."))]:
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
    engine.learn(page(server, "/"))
    return [_spent(engine, server, *topic) for topic in topics]


def _spent(engine: Engine, server: Recorded, posts: int, path: str, topic: str) -> Spent:
    given = Topic(topic, server.url(path))

    pages = [page(server, path) for _ in range(2)]

    def read() -> None:
        engine.read_topic(pages[0], given, None)

    def parse() -> None:
        fresh = pages[1]
        _ = fresh.json if "json" in fresh.headers["content-type"] else fresh.html

    return Spent(posts, _timed(read), _timed(parse), min(_timed(yardstick), _timed(yardstick)))


def _best(tries: Sequence[Spent]) -> Spent:
    """The least of each time that one page has taken."""
    reads, parses, yards = zip(*((each.read, each.parsed, each.yard) for each in tries), strict=True)
    return Spent(tries[0].posts, min(reads), min(parses), min(yards))


def yardstick() -> int:
    """A fixed piece of work such as engines do: a page parsed, its elements asked, their words looked at."""
    found: dict[str, int] = {}
    for node in LexborHTMLParser(_MADE).css("*"):
        above, has = node.parent, node.attributes
        name = f"{node.tag} {has.get('class')} {above.tag if above is not None else ''}"
        for word in _WORD.findall(node.text(deep=True)[:60]):
            found[word.lower()] = found.get(word, 0) + len(name)
    return len(found)


def _timed(act: Callable[[], None]) -> float:
    begun = time.process_time()
    act()
    return (time.process_time() - begun) * 1000
