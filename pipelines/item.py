"""The project's one Scrapy item pipeline: it hands what spiders yield to the same ingest as everything else."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from listening.config import folder, load
from listening.errors import ConfigError
from listening.post import Batch
from listening.source import kinds
from listening.store import Store
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding
from pipelines.worker import Worker

_SIZE = 200  # posts in one transaction, at most: longer ones keep people waiting
_AGE = 1.0  # seconds until what was read can be queried
_MANY, _FAST = 1000, 10.0  # a crawl that brings so many posts in so few seconds gets a process that stores for it


class StorePipeline:
    """Collects pages for a moment and saves them in one transaction.

    `listening crawl` hands its ingest over in the setting LISTENING_INGEST. Under plain `scrapy crawl` the config
    folder decides, and without one posts are only exported.
    """

    def __init__(self, crawler: Crawler, ingest: Ingest, owned: Store | None = None) -> None:
        self.crawler, self.ingest, self.owned = crawler, ingest, owned
        self.waiting: list[Batch] = []
        self.timer: asyncio.TimerHandle | None = None
        self.worker: Worker | None = None
        self.begun, self.posts = time.monotonic(), 0  # with the first posts; handed over so far
        self.failed = False
        self.closing: asyncio.Task[None] | bool = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Find the ingest of this crawl. Raises NotConfigured where there is none."""
        ingest: Ingest | None = crawler.settings.get("LISTENING_INGEST")
        if ingest is not None:
            return cls(crawler, ingest)
        try:
            config = load(folder(), {name: kind.Options for name, kind in kinds().items()})
        except ConfigError as error:
            raise NotConfigured(f"posts are not stored, only exported: {error.problems[0]}") from None
        store = Store(config.database)
        source = str(getattr(crawler.spidercls, "name", "scrapy"))
        store.know(
            [{"name": s.name, "kind": s.kind} for s in config.sources], [{"name": b.name} for b in config.brands]
        )
        store.use_zone(config.settings.time_zone)
        understanding = Understanding.of(config, source, store.models())
        return cls(crawler, Ingest(store, source, understanding, redact=config.settings.redact), store)

    async def process_item(self, item: Any) -> Any:
        """Take one page's batch; save when there are enough."""
        if isinstance(item, Batch):
            self.waiting.append(item)
            if sum(len(batch.posts) for batch in self.waiting) >= _SIZE:
                self.flush()
                if self.worker is not None:
                    await self.worker.room()
            elif self.timer is None:
                self.timer = asyncio.get_running_loop().call_later(_AGE, self.flush)
        return item

    def flush(self) -> None:
        """Save what waits. A store that cannot be written ends the crawl: nothing after it would be kept either."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        waiting, self.waiting = self.waiting, []
        if not waiting or self.failed:
            return
        try:
            if self.worker is not None:
                self.worker.save(waiting, self.ingest.now())
            else:
                self.ingest.save(waiting)
                self._hire(sum(len(batch.posts) for batch in waiting))
        except Exception as error:  # noqa: BLE001  # whatever it is, the verdict says so
            self._give_up(f"{type(error).__name__}: {error}")

    def _hire(self, posts: int) -> None:
        """Begin to store in a process of its own, once it shows that a crawl is limited by ours and not by its pace."""
        if self.posts == 0:
            self.begun = time.monotonic()
        before, self.posts = self.posts, self.posts + posts
        if before < _MANY <= self.posts and time.monotonic() - self.begun < _FAST:
            self.worker = Worker(self.ingest, self._give_up)

    def _give_up(self, reason: str) -> None:
        self.failed = True
        if self.crawler.stats is not None:
            self.crawler.stats.set_value("listening/store_error", reason)
        if self.crawler.engine is not None and not self.closing:
            closing = self.crawler.engine.close_spider_async(reason="store_error")
            self.closing = asyncio.get_running_loop().create_task(closing)

    async def close_spider(self) -> None:
        """Save the rest."""
        self.closing = self.closing or True
        self.flush()
        if self.worker is not None:
            await self.worker.close()
        if self.owned is not None:
            self.owned.close()
