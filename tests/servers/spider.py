"""A crawl of a source's own spider, its batches brought back: by Scrapy in a process of its own, or by hand in ours."""

from __future__ import annotations

import base64
import pickle
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from listening.post import Batch, Post, Reject
from listening.source import Context
from listening.spider import SourceSpider

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Crawled:
    """What a crawl came to."""

    batches: list[Batch]  # in the order in which they would be stored
    stats: dict[str, Any]

    @property
    def posts(self) -> list[Post]:
        """All posts, in order."""
        return [post for batch in self.batches for post in batch.posts]

    @property
    def rejects(self) -> list[Reject]:
        """All that could not be read."""
        return [reject for batch in self.batches for reject in batch.rejects]

    @property
    def degraded(self) -> list[str]:
        """Why the run found less than it should have."""
        return list(self.stats.get("listening/degraded", ()))

    @property
    def failures(self) -> list[str]:
        """Why requests brought no page."""
        return [reason for _, reason in self.stats.get("listening/failures", ())]


def checkpoints(batches: Sequence[Batch], before: Mapping[str, str] | None = None) -> dict[str, str]:
    """What is stored as checkpoints after these batches."""
    return dict(before or {}) | {c.key: c.value for batch in batches for c in batch.checkpoints}


def crawl(
    reader: type[SourceSpider],
    options: Mapping[str, Any],
    *,
    now: datetime,
    terms: tuple[str, ...] = (),
    checkpoints: Mapping[str, str] | None = None,
    **settings: Any,
) -> Crawled:
    """Crawl a source on loopback. The clock stands still at `now`."""
    job = (reader.__module__, reader.__qualname__, dict(options), now, terms, dict(checkpoints or {}), settings)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.servers.spider"],
        input=base64.b64encode(pickle.dumps(job)), capture_output=True, cwd=ROOT, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return Crawled(*pickle.loads(base64.b64decode(done.stdout.splitlines()[-1])))


def drive(
    reader: type[SourceSpider],
    options: Mapping[str, Any],
    *,
    now: datetime,
    terms: tuple[str, ...] = (),
    checkpoints: Mapping[str, str] | None = None,
) -> Crawled:
    """The same without Scrapy's engine, settings and rules: request by request, in order of priority."""
    from scrapy.http import Request
    from scrapy.statscollectors import MemoryStatsCollector
    from scrapy.utils.test import get_crawler

    spider = reader(_context(now, terms, checkpoints or {}), **options)
    stats = MemoryStatsCollector(get_crawler())
    spider.crawler = SimpleNamespace(stats=stats)  # type: ignore[assignment]
    batches: list[Batch] = []
    waiting: list[Request] = list(spider.requests())
    while waiting:
        request = waiting.pop(max(range(len(waiting)), key=lambda n: waiting[n].priority))
        response = _fetch(request)
        if response.status >= 400 and response.status not in getattr(spider, "handle_httpstatus_list", ()):
            continue  # Scrapy keeps it from the callback, too
        for item in (request.callback or spider.parse)(response, **request.cb_kwargs) or ():
            (waiting if isinstance(item, Request) else batches).append(item)
    return Crawled(batches, stats.get_stats())


def _context(now: datetime, terms: tuple[str, ...], checkpoints: Mapping[str, str]) -> Context:
    return Context(source="test", checkpoints=checkpoints, terms=terms, now=lambda: now, contact="me@example.com")


def _fetch(request: Any) -> Any:
    from scrapy.http import TextResponse

    asked = urllib.request.Request(request.url, headers={"User-Agent": "listening"})
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            status, headers, body = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            status, headers, body = error.code, error.headers, error.read()
    return TextResponse(request.url, status=status, headers=dict(headers), body=body, encoding="utf-8")


KEPT: list[Batch] = []


class Keep:
    """Stands where the store does."""

    def process_item(self, item: Any) -> Any:
        """Keep a batch."""
        KEPT.append(item)
        return item


def main() -> None:
    """Run the job on standard input; the last line of standard output says what it came to."""
    import importlib

    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    module, name, options, now, terms, marks, extra = pickle.loads(base64.b64decode(sys.stdin.read()))
    settings = Settings()
    settings.setmodule("listening.settings", priority="project")
    ours = {
        "ITEM_PIPELINES": {Keep: 1}, "LISTENING_ALLOW_PRIVATE": ["127.0.0.1"],
        "LISTENING_CONTACT": "me@example.com", "LISTENING_POLITE": False, "RETRY_TIMES": 0, "SPIDER_MODULES": [],
    }  # fmt: skip
    settings.update(ours | extra, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(getattr(importlib.import_module(module), name))
    process.crawl(crawler, context=_context(now, terms, marks), **options)
    process.start()
    stats = dict(crawler.stats.get_stats()) if crawler.stats else {}
    print(base64.b64encode(pickle.dumps((KEPT, stats))).decode())


if __name__ == "__main__":
    main()
