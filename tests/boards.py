"""`python -m tests.boards score DIR`: crawl recorded boards with the real spider and compare with their databases.

DIR holds a folder for each board with `pages.jsonl.xz` (what its server answered) and `truth.jsonl.xz` (its posts).
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any
from urllib.parse import urlsplit

from listening.post import Post
from spiders.board import Board
from spiders.boards import recognise
from spiders.boards.engine import Engine, Topic
from spiders.boards.page import Page
from tests.servers.recorded import Recorded, lines
from tests.servers.spider import Crawled, checkpoints, crawl

RECORDED = datetime(2026, 11, 21, 23, 57, tzinfo=UTC)  # when the shared boards were; relative times count from here
FIELDS = ("author", "time", "permalink", "words", "words strictly", "title", "position", "forum")


@dataclass(slots=True)
class Score:
    """How near a crawl came to the truth; shares are from 0 to 1."""

    board: str
    engine: str
    routes: str
    truth: int
    found: int
    recall: float
    precision: float
    exact: dict[str, float]
    milliseconds: float  # of processor time for each topic page
    first: int  # requests of the first crawl
    second: int  # and of the next, with nothing new
    missing: list[str]  # addresses that were asked for and not recorded
    degraded: list[str]
    wrong: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)  # field -> (post, truth, found)


def folded(text: str) -> str:
    """Text with every run of white space as one space."""
    return " ".join(text.split())


def score(folder: Path) -> Score:
    """Crawl one recorded board twice, and compare."""
    truth = list(lines(folder / "truth.jsonl.xz"))
    parts = urlsplit(truth[0]["page_url"])
    origin = f"{parts.scheme}://{parts.netloc}"
    with Recorded(folder, origin) as server:
        options = {"url": server.url()}
        first = crawl(Board, options, now=RECORDED, CONCURRENT_REQUESTS_PER_DOMAIN=8)
        asked = len(server.seen)
        again = crawl(Board, options, now=RECORDED, checkpoints=checkpoints(first.batches))
        requests = (asked, len(server.seen) - asked)
        here = server.url("")
        spent = milliseconds(server)
    return _compared(folder.name, truth, first, here, origin, spent, requests, server.missing, again)


def _compared(
    name: str, truth: Sequence[dict[str, Any]], first: Crawled, here: str, origin: str, spent: float,
    requests: tuple[int, int], missing: list[str], again: Crawled,
) -> Score:  # fmt: skip
    found = {post.id: post for post in first.posts}
    known = {str(row["post_id"]): row for row in truth}
    common = [(known[ident], found[ident]) for ident in known if ident in found]
    checks = _checks(lambda url: url.replace(here, origin))
    wrong = {
        field: [(row["url"], *pair) for row, post in common if (pair := check(row, post))[0] != pair[1]]
        for field, check in checks.items()
    }
    return Score(
        name, str(first.stats.get("listening/engine")), ", ".join(sorted({post.route for post in first.posts})),
        len(known), len(first.posts), len(common) / len(known), len(common) / max(1, len(first.posts)),
        {field: 1 - len(rows) / max(1, len(common)) for field, rows in wrong.items()},
        spent, *requests, missing, first.degraded + again.degraded, wrong,
    )  # fmt: skip


Check = Callable[[dict[str, Any], Post], tuple[str, str]]


def _checks(original: Callable[[str], str]) -> dict[str, Check]:
    """For each field what the truth says, and what was found."""
    return {
        "author": lambda row, post: (row["author"], post.author.name if post.author else ""),
        "time": lambda row, post: (row["date"][:16], post.published.isoformat()[:16] if post.published else ""),
        "permalink": lambda row, post: (row["url"], original(post.url)),
        "words": lambda row, post: (folded(row["text_own"]), folded(post.text)),
        "words strictly": lambda row, post: (row["text_own"], re.sub(r"\n+", "\n", post.text)),
        "title": lambda row, post: (row["topic_title"], post.thread.title if post.thread else ""),
        "position": lambda row, post: (str(row["position"]), str(post.position)),
        "forum": lambda row, post: (row["board"], post.channel.rpartition(" › ")[2]),
    }


def milliseconds(server: Recorded) -> float:
    """Processor time for reading a page of a topic, from the bytes to the posts; the mean of every recorded page."""
    first = server.pages["/"]
    engine_class = recognise(_page(server, "/", first))
    if engine_class is None:
        return 0.0
    engine = engine_class(engine_class.root_of(_page(server, "/", first)))
    reads = [_page(server, path, page) for path, page in server.pages.items() if _of_topic(engine, path)]
    spent = []
    for page in reads:
        topic = Topic("".join(re.findall(r"(?:[?&]t=|/topic/|/t/)(\d+)", page.url)[:1]), page.url)
        begun = time.process_time()
        posts = engine.read_topic(page, topic, None).posts
        if posts:
            spent.append((time.process_time() - begun) * 1000)
    return fmean(spent) if spent else 0.0


def _of_topic(engine: Engine, path: str) -> bool:
    patterns = {"phpbb": r"/viewtopic\.php\?t=", "nodebb": r"/api/topic/", "discourse": r"/t/\d"}
    return re.match(patterns.get(engine.name, "$"), path) is not None


def _page(server: Recorded, path: str, page: dict[str, Any]) -> Page:
    return Page(server.url(path), page["body"].encode(), RECORDED, headers={"content-type": page["type"]})


def table(scores: Iterable[Score]) -> str:
    """The scores as text."""
    heads = ["board", "read by", "posts", "found", "recall", "precision", *FIELDS, "ms/page", "requests", "again", "%"]
    rows = [
        [
            s.board, s.routes or s.engine, str(s.truth), str(s.found), f"{s.recall:.2%}", f"{s.precision:.2%}",
            *(f"{s.exact[name]:.2%}" for name in FIELDS),
            f"{s.milliseconds:.1f}", str(s.first), str(s.second), f"{s.second / max(1, s.first):.1%}",
        ]
        for s in scores
    ]  # fmt: skip
    widths = [max(len(row[at]) for row in [heads, *rows]) for at in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [heads, *rows]
    )


def main(arguments: list[str] | None = None) -> int:
    """Print the table, and the first few differences of each kind with --wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.boards", description=__doc__)
    parser.add_argument("command", choices=["score"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wrong", type=int, default=0, metavar="N", help="show N differences of each kind")
    given = parser.parse_args(arguments)
    scores = [score(folder) for folder in sorted(given.folder.iterdir()) if (folder / "truth.jsonl.xz").exists()]
    print(table(scores))
    for found in scores:
        for reason in found.degraded:
            print(f"{found.board}: degraded: {reason}")
        for path in found.missing[:5]:
            print(f"{found.board}: asked for {path}, which was not recorded")
        for kind, rows in found.wrong.items():
            for post, true, read in rows[: given.wrong]:
                print(f"{found.board}: {kind} of {post}\n  truth {true!r}\n  found {read!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
