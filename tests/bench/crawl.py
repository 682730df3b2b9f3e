"""From a board's pages to posts stored, scored and searchable: the obvious spider and ours, in turn, on one board."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from listening.config import SourceEntry
from listening.source import Context, find
from listening.store import Store
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding
from tests.bench.corpus import NOW, brands
from tests.servers.board import BoardServer

FLOORS = {10: 5.0, 1000: 40.0}


def obvious(url: str, brand_count: int, post_count: int) -> dict[str, Any]:
    """Scrapy's defaults, a parsel selector per field, an item per post; robots.txt is not asked."""
    from scrapy.crawler import CrawlerProcess

    from tests.bench.obvious_spider import ObviousSpider, StoreEach

    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "LOG_LEVEL": "ERROR", "ROBOTSTXT_OBEY": False, "ITEM_PIPELINES": {StoreEach: 300},
            "CLOSESPIDER_ITEMCOUNT": post_count, "OBVIOUS": (brand_count, str(Path(folder) / "obvious.db")),
        }  # fmt: skip
        process = CrawlerProcess(settings)
        crawler = process.create_crawler(ObviousSpider)
        process.crawl(crawler, url=url)
        process.start()
        assert crawler.stats is not None
        return {"posts": crawler.stats.get_value("item_scraped_count"), "seconds": _seconds(crawler.stats.get_stats())}


def ours(url: str, brand_count: int, _post_count: int) -> dict[str, Any]:
    """The board spider with the project's settings, politeness off, into the store."""
    from listening.crawler import crawl_stats

    kind = find("board")
    options = kind.Options.model_validate({"url": url})
    entry = SourceEntry(name="board", kind="board", delay=0, options=options)
    address = url.removeprefix("http://").rstrip("/")
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "ours.db") as store:
        ingest = Ingest(store, "board", Understanding(brands(brand_count)), now=lambda: NOW)
        context = Context("board", contact="bench@example.com", allow_private=(address,))
        extra = {
            "LISTENING_INGEST": ingest, "LISTENING_POLITE": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "LOG_LEVEL": "ERROR",
        }  # fmt: skip
        stats = crawl_stats(kind, entry, context, extra)
        return {"posts": store.totals()["posts"], "seconds": _seconds(stats), "wrong": _wrong(store)}


def _wrong(store: Store) -> int:
    """Of the posts stored with sentiment, those with other figures than vaderSentiment's to the fourth decimal."""
    theirs = SentimentIntensityAnalyzer()
    rows = store.db.conn.execute(
        "SELECT text, neg, neu, pos, compound FROM posts WHERE compound IS NOT NULL"
    ).fetchall()
    assert rows
    return sum(
        tuple(round(figure, 4) for figure in figures)
        != tuple(round(theirs.polarity_scores(text)[name], 4) for name in ("neg", "neu", "pos", "compound"))
        for text, *figures in rows
    )


def _seconds(stats: dict[str, Any]) -> float:
    return float(stats["elapsed_time_seconds"])


def alone(way: str, url: str, brand_count: int, post_count: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.crawl", way, url, str(brand_count), str(post_count)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench crawl", description=__doc__)
    parser.add_argument("--topics", type=int, default=500, help="of 80 posts, 20 a page of 60 KB")
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args(arguments)
    print(f"a board of {given.topics} topics with 80 posts each, 60 KB a page of 20; in turn, {given.rounds} rounds")
    print(f"{'brands':>7} {'way':>8} {'posts':>7} {'posts/s':>9} {'peak MB':>8}")
    missed = 0
    for count, floor in FLOORS.items():
        ratios, wrong = [], 0
        with BoardServer(given.topics, 80, page_kb=60, brand_count=count) as board:
            for _ in range(given.rounds):
                rates = []
                for way, share in (("obvious", 4000 if count < 100 else 800), ("ours", 0)):
                    found = alone(way, board.url, count, share)
                    rates.append(found["posts"] / found["seconds"])
                    print(f"{count:>7} {way:>8} {found['posts']:>7,} {rates[-1]:>9,.0f} {found['peak_mb']:>8.0f}")
                    assert way != "ours" or found["posts"] == given.topics * 80
                    wrong += found.get("wrong", 0)
                ratios.append(rates[1] / rates[0])
        print(f"{count:>7} brands: {median(ratios):.1f} times the obvious way (wanted: {floor:.0f})", flush=True)
        print(f"{'':>7} sentiment differs on {wrong} of the posts that were scored and stored", flush=True)
        missed += median(ratios) < floor or wrong > 0
    return 1 if missed else 0


if __name__ == "__main__":
    outcome = {"obvious": obvious, "ours": ours}[sys.argv[1]](sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    both = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    outcome["peak_mb"] = sum(both) / 1024  # of the crawl, and of the process that stores for it
    sys.stdout.write(json.dumps(outcome) + "\n")
