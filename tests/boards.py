"""Message boards as they really are, recorded, and how well they are read.

`python -m tests.boards score DIR` crawls recorded boards with the real spider and compares with their databases. DIR
holds a folder for each board with `pages.jsonl.xz` (what its server answered) and `truth.jsonl.xz` (its posts).
`python -m tests.boards speed DIR...` prints what a page of 20 posts costs on each, also by schema.org's words where its
pages have them; 1 where that is too much.
`python -m tests.boards hurt [ENGINE...]` reads pages that were cut, garbled and torn.
`python -m tests.boards record URL DIR` records every page that a guest finds on a running board into DIR.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from listening.post import Post
from spiders.board import Board
from spiders.boards import engines
from tests.board_hurt import hurt
from tests.board_speed import LIMIT, at, at_twenty, described, origin, report, spent
from tests.servers.recorded import Recorded, lines
from tests.servers.spider import Crawled, checkpoints, crawl

MEANT = ("author", "time", "words", "permalink")  # what must be right in every post
_NUMBERED = re.compile(r"(?m)^(\d{1,3})\) ")
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
    milliseconds: float  # of processor time for a page of 20 posts, on a machine with nothing else to do
    first: int  # requests of the first crawl
    second: int  # and of the next, with nothing new
    missing: list[str]  # addresses that were asked for and not recorded
    degraded: list[str]
    wrong: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)  # field -> (post, truth, found)

    def missed(self, *, generic: bool = False) -> list[str]:
        """The floors it is below, as sentences; `generic` for those of an engine that knows no software."""
        recall, precision, exact, fields = (0.95, 0.95, 0.9, MEANT[:3]) if generic else (0.995, 0.995, 0.99, MEANT)
        shares = {"recall": (self.recall, recall), "precision": (self.precision, precision)}
        shares |= {name: (self.exact[name], exact) for name in fields}
        found = [f"{name} {share:.2%}, wanted {floor:.1%}" for name, (share, floor) in shares.items() if share < floor]
        if self.milliseconds > LIMIT:
            found.append(f"{self.milliseconds:.1f} ms for 20 posts, wanted {LIMIT}")
        if self.second > 0.03 * self.first:
            found.append(f"{self.second} requests of the second crawl, wanted 3 % of {self.first}")
        return found


def folded(text: str) -> str:
    """Text with every run of white space as one space.

    A list's "2)" counts as its "2.": boards make the same list of both, and keep nothing of what was typed.
    """
    return " ".join(_NUMBERED.sub(r"\1. ", text).split())


def score(folder: Path, engine: str = "") -> Score:
    """Crawl one recorded board twice, and compare. `engine` takes the place of the one that recognises it."""
    truth = list(lines(folder / "truth.jsonl.xz"))
    there = origin(folder)
    with Recorded(folder, there) as server:
        options = {"url": server.url(), "engine": engine}
        first = crawl(Board, options, now=at(server), CONCURRENT_REQUESTS_PER_DOMAIN=8)
        asked = len(server.seen)
        again = crawl(Board, options, now=at(server), checkpoints=checkpoints(first.batches))
        requests = (asked, len(server.seen) - asked)
        here = server.url("")
        cost = at_twenty(spent(server, first), lambda row: row.quiet)
    return _compared(folder.name, truth, first, here, there, cost, requests, server.missing, again)


def _compared(
    name: str, truth: Sequence[dict[str, Any]], first: Crawled, here: str, there: str, cost: float,
    requests: tuple[int, int], missing: list[str], again: Crawled,
) -> Score:  # fmt: skip
    found = {post.id: post for post in first.posts}
    known = {str(row["post_id"]): row for row in truth}
    common = [(known[ident], found[ident]) for ident in known if ident in found]
    checks = _checks(lambda url: url.replace(here, there))
    wrong = {
        field: [(row["url"], *pair) for row, post in common if (pair := check(row, post))[0] != pair[1]]
        for field, check in checks.items()
    }
    return Score(
        name, str(first.stats.get("listening/engine")), ", ".join(sorted({post.route for post in first.posts})),
        len(known), len(first.posts), len(common) / len(known), len(common) / max(1, len(first.posts)),
        {field: 1 - len(rows) / max(1, len(common)) for field, rows in wrong.items()},
        cost, *requests, missing, first.degraded + again.degraded, wrong,
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


def table(scores: Iterable[Score]) -> str:
    """The scores as text."""
    heads = ["board", "read by", "posts", "found", "recall", "precision", *FIELDS, "ms/20", "requests", "again", "%"]
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


_NOT_FOR_GUESTS = re.compile(
    r"log(in|out)|regist|sign.?up|reply|report|post(ing|new)|new.?topic|do=|search|print|member.?list|calendar|"
    r"\.(css|js|png|gif|jpe?g|svg|ico|woff2?)(\?|$)",
    re.I,
)


def record(url: str, folder: Path, limit: int = 5000) -> int:
    """Record every page that links lead a guest to, with what each answered; returns how many there were."""
    folder.mkdir(parents=True, exist_ok=True)
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    waiting, known = [urljoin(url, "/"), url], {urljoin(url, "/"), url}
    with lzma.open(folder / "pages.jsonl.xz", "wt", encoding="utf-8") as file:
        for count, asked in enumerate(waiting):
            answer = httpx.get(asked, timeout=60)
            kind, location = answer.headers.get("content-type", ""), answer.headers.get("location")
            told = {
                "path": asked.removeprefix(origin),
                "status": answer.status_code,
                "type": kind,
                "at": datetime.now(UTC).isoformat(),
            }
            file.write(json.dumps(told | {"location": location, "body": answer.text}) + "\n")
            links = [location or "", *re.findall(r"""href=["']([^"'#]+)""", answer.text, re.I)]
            for found in (urljoin(asked, unescape(link)).partition("#")[0] for link in links):
                if found.startswith(f"{origin}/") and found not in known and not _NOT_FOR_GUESTS.search(found):
                    known.add(found)
                    waiting.append(found)
            if count + 1 >= limit:
                break
    return min(len(waiting), limit)


def main(arguments: list[str] | None = None) -> int:
    """Print the table, and the first few differences of each kind with --wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.boards", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    scoring = commands.add_parser("score", help="crawl recorded boards and compare with their databases")
    scoring.add_argument("folder", type=Path)
    scoring.add_argument("--wrong", type=int, default=0, metavar="N", help="show N differences of each kind")
    scoring.add_argument("--engine", default="", help="read every board with this one, such as: generic")
    speed = commands.add_parser("speed", help="what a page of 20 posts costs, in processor time")
    speed.add_argument("folders", type=Path, nargs="+")
    speed.add_argument("--engine", default="", help="read every board with this one, such as: generic")
    hurting = commands.add_parser("hurt", help="read pages that were hurt")
    hurting.add_argument("engines", nargs="*", help="of all, where none is named")
    hurting.add_argument("--pages", type=int, default=1000, help="for each engine")
    recording = commands.add_parser("record", help="record every page of a running board")
    recording.add_argument("url")
    recording.add_argument("folder", type=Path)
    given = parser.parse_args(arguments)
    if given.command == "record":
        print(f"{record(given.url, given.folder):,} pages in {given.folder / 'pages.jsonl.xz'}")
        return 0
    if given.command == "hurt":
        return _hurt(given.engines, given.pages)
    if given.command == "speed":
        return _speed(_recordings(*given.folders), given.engine)
    folders = _recordings(given.folder)
    scores = [score(folder, given.engine) for folder in folders]
    print(table(scores))
    for found in scores:
        _explain(found, given.wrong)
    missed = [f"{found.board}: {sentence}" for found in scores for sentence in found.missed(generic=bool(given.engine))]
    print("\n".join(missed) or "every floor is kept")
    return 1 if missed else 0


def _speed(folders: Iterable[Path], engine: str) -> int:
    slow = False
    for folder in folders:
        for name in [engine] if engine or not described(folder) else ["", "schemaorg"]:
            told, much = report(folder, name)
            print(told, "- too much" if much else "", flush=True)
            slow |= much
    return int(slow)


def _hurt(names: Sequence[str], pages: int) -> int:
    wrong = 0
    for name in names or sorted(engines()):
        harm = hurt(name, pages)
        print(
            f"{name:12} {harm.pages:,} hurt pages: {harm.posts:,} of {harm.whole:,} posts read, {len(harm.wrong)}"
            f" wrong; the slowest page took {harm.slowest:.0f} ms",
            *harm.wrong[:5], sep="\n  ", flush=True,
        )  # fmt: skip
        wrong += len(harm.wrong)
    return 1 if wrong else 0


def _recordings(*folders: Path) -> list[Path]:
    """The recorded boards in folders, themselves included."""
    return [path.parent for folder in folders for path in sorted(folder.glob("**/truth.jsonl.xz"))]


def _explain(found: Score, wrong: int) -> None:
    for reason in found.degraded:
        print(f"{found.board}: degraded: {reason}")
    for path in found.missing[:5]:
        print(f"{found.board}: asked for {path}, which was not recorded")
    for kind, rows in found.wrong.items():
        for post, true, read in rows[:wrong]:
            print(f"{found.board}: {kind} of {post}\n  truth {true!r}\n  found {read!r}")


if __name__ == "__main__":
    sys.exit(main())
