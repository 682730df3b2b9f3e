"""The desk's pages, actions and files over HTTP, and Datasette's table page on the same file beside them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from urllib.parse import quote

from starlette.routing import Route

from listening.store import InboxFilter, Store
from listening.web.app import SCREENS
from tests.bench.corpus import NOW
from tests.bench.crawling import crawling
from tests.bench.served import Answer, Served, serving

SCREEN, SLOWEST = 0.150, 0.400  # seconds: a page's median and 95th percentile
ACTION, WHILE_WRITING = 0.020, 0.200  # an action's median; its 95th percentile while a crawl writes
CSV_ROWS, CSV_SECONDS, CSV_MEMORY = 100_000, 6.0, 40e6  # bytes by which five times the rows may need more
_NOT_PAGES = ("/export",)  # files; measured apart
_TYPICAL = (
    *(f"/overview?brand={name}&period={days}d" for name in ("Acme", "Vandelay") for days in (7, 30, 90, 365)),
    *(f"/overview/below?brand={name}&period={days}d" for name in ("Acme", "Vandelay") for days in (30, 90, 365)),
    "/inbox?status=open&order=urgent",
    "/inbox?order=negative",
    "/inbox?brand=Globex",
    "/inbox?intent=safety&order=urgent",
    "/inbox?brand=Vandelay&source=reviews-6",
    "/inbox?brand=Vandelay&sentiment=positive&urgency=90&intent=legal",
    "/inbox?assignee=anna&status=open&order=urgent",
    "/inbox?tag=vip",
    "/inbox?aspect=delivery&aspect_sentiment=negative",
    "/inbox?person=3",
    "/inbox?q=the",
    "/inbox?q=the&status=open&order=urgent",
    "/inbox?q=arrived+broken&brand=Acme",
    "/inbox?q=xylophone",
    "/inbox?q=refund+sentiment:negative+-has:assignee&since=90d",
    "/inbox?queue=complaints&status=open&order=urgent",
    "/inbox?queue=opportunities&status=open&order=urgent",
    "/inbox/new?mark={mark}",
    "/mentions/{mention}",
    "/mentions/{mention}/looking",
    "/complaints?period=30d&brand=Acme",
    "/opportunities?period=90d",
    "/people?q=author12",
    "/people?brand=Acme&period=90d",
    "/people/{author}",
    "/compare?period=30d",
    "/compare?period=365d",
    "/sources/log?name=board-1",
    "/brands/edit?name=Acme",
    "/brands/preview?name=Acme&query=acme+OR+delivery&was=Acme",
    "/brands/preview?name=The&query=the",
    "/label?name=Acme",
    "/api/v1/mentions?limit=100",
    "/api/v1/mentions?q=the&limit=100",
)


@dataclass(frozen=True, slots=True)
class Visited:
    """One address, asked again and again: seconds of the server's processor, and by the clock."""

    name: str
    answers: tuple[Answer, ...]
    median_limit: float
    p95_limit: float
    by_clock: bool = False  # what waits for a lock shows there only

    @property
    def problem(self) -> str:
        """What the server did not like; empty where all went well."""
        bad = next((each.status for each in self.answers if each.status >= 500), 0)
        return f"answers {bad}" if bad else ""

    def at(self, share: float, *, wall: bool) -> float:
        """The quantile of the seconds."""
        seconds = sorted(each.wall if wall else each.cpu for each in self.answers)
        return seconds[min(len(seconds) - 1, round(share * (len(seconds) - 1)))]

    @property
    def missed(self) -> bool:
        """Whether it takes longer than it may."""
        late = (
            self.at(0.5, wall=self.by_clock) > self.median_limit or self.at(0.95, wall=self.by_clock) > self.p95_limit
        )
        return late or bool(self.problem)

    def line(self) -> str:
        """As the table shows it, in milliseconds."""
        figures = "".join(
            f"{1000 * self.at(share, wall=wall):>9.1f}" for wall in (False, True) for share in (0.5, 0.95)
        )
        return f"{self.name:<66}{figures}{'  MISSED' * self.missed}{' ' * bool(self.problem)}{self.problem}"


HEAD = f"{'ms at the server':<66}{'cpu':>9}{'p95':>9}{'wall':>9}{'p95':>9}"


def web_side(database: Path, rounds: int) -> int:
    """Print the figures of the served desk; returns how many miss their limit."""
    with tempfile.TemporaryDirectory() as scratch, serving(database, Path(scratch) / "config") as served:
        print(HEAD, flush=True)
        missed = 0
        acting = _acting(served, database, Path(scratch) / "config", rounds)
        for found in chain(_pages(served, database, rounds), acting):
            print(found.line(), flush=True)
            missed += found.missed
        return missed + _file(served) + _beside(served, database, rounds)


def _pages(served: Served, database: Path, rounds: int) -> Iterator[Visited]:
    paths = {route.path for screen in SCREENS for route in screen.routes if isinstance(route, Route)}
    with Store(database, read_only=True) as store:
        card = store.page(InboxFilter(), now=NOW).cards[9]
        known = {"mark": store.mark() - 50, "mention": card.mention_id, "author": card.author.id if card.author else 1}
    plain = sorted(
        route.path for screen in SCREENS for route in screen.routes
        if isinstance(route, Route) and "GET" in (route.methods or ()) and "{" not in route.path
    )  # fmt: skip
    for path in (*(each for each in plain if each not in _NOT_PAGES), *_TYPICAL):
        if any(_is(path, each) for each in paths):
            address = path.format_map(known)
            yield _visit(path, lambda address=address: served.get(address), rounds, SCREEN, SLOWEST)  # type: ignore[misc]


def _is(address: str, route: str) -> bool:
    path = address.partition("?")[0].split("/")
    parts = route.split("/")
    return len(path) == len(parts) and all(b.startswith("{") or a == b for a, b in zip(path, parts, strict=True))


def _visit(
    name: str, ask: Callable[[], Answer], rounds: int, median: float, p95: float, *, by_clock: bool = False
) -> Visited:
    """Ask, the first time, which fills caches, left out."""
    ask()
    return Visited(name, tuple(ask() for _ in range(rounds)), median, p95, by_clock)


def _acting(served: Served, database: Path, folder: Path, rounds: int) -> Iterator[Visited]:
    """Each action on mentions of its own, and the way back; then the same while a crawl writes."""
    with Store(database, read_only=True) as store:
        ids = list(islice(store.listed(InboxFilter(statuses=("new",)), now=NOW), 20 * rounds))
    fresh = iter(ids)
    deeds = {
        "close": "status:closed", "assign": "assign:me", "tag": "tag", "not relevant": "status:not relevant",
        "correct the feeling": "correct:sentiment=negative",
    }  # fmt: skip
    for busy in (False, True):
        with crawling(folder) if busy else nullcontext():
            median, p95 = (SLOWEST, WHILE_WRITING) if busy else (ACTION, WHILE_WRITING)
            when = ", while a crawl writes" if busy else ""

            def act(do: str) -> Answer:
                return served.post("/inbox/act", [("mention", str(next(fresh))), ("do", do), ("tag", "vip")])

            for name, do in deeds.items():
                yield _visit(f"action: {name}{when}", lambda do=do: act(do), rounds, median, p95, by_clock=busy)  # type: ignore[misc]
            yield _visit(
                f"action: undo{when}", lambda: served.post("/inbox/undo/last", []), rounds, median, p95, by_clock=busy
            )


def _file(served: Served) -> int:
    """A CSV of many rows: seconds, and how much more memory it needs than one of a fifth of them."""
    address = "/export?format=csv&limit={}"
    if served.get(address.format(10)).status != 200:
        print("no files are served")
        return 0
    served.get(address.format(CSV_ROWS // 5))
    served.peak(anew=True)
    served.get(address.format(CSV_ROWS // 5))
    before = served.peak()
    served.peak(anew=True)
    answer = served.get(address.format(CSV_ROWS))
    more, rows = served.peak() - before, answer.size
    bad = answer.cpu > CSV_SECONDS or more > CSV_MEMORY
    print(
        f"CSV of {CSV_ROWS:,} rows: {rows / 1e6:,.0f} MB in {answer.cpu:.1f} s of processor, {answer.wall:.1f} s; "
        f"{more / 1e6:+.0f} MB of memory against {CSV_ROWS // 5:,} rows{'  MISSED' * bad}"
    )
    return int(bad)


def _beside(served: Served, database: Path, rounds: int) -> int:
    """Datasette's own page of the same mentions, for comparison: it has no limit."""
    table = f"/explore/{quote(database.stem)}/mention_list"
    for path in (table, f"{table}?_sort_desc=date", f"{table}?brand=Acme&_sort_desc=date"):
        found = _visit(f"Datasette: {path}", lambda path=path: served.get(path), max(3, rounds // 4), 1e9, 1e9)  # type: ignore[misc]
        status = found.answers[-1].status
        print(found.line() + (f"  answers {status}" if status != 200 else ""))
    return 0
