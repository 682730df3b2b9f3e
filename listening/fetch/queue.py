"""Which waiting request comes next: one of a host that has a place free, so that no host holds up the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from scrapy.crawler import Crawler
from scrapy.pqueues import DownloaderAwarePriorityQueue, DownloaderInterface

from listening.fetch.downloader import Downloader
from listening.fetch.policy import Policy


class _FreeHosts(DownloaderInterface):
    """What Scrapy's queue asks about hosts, leaving out those that are fully busy."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._concurrency = Policy(crawler.settings).concurrency

    def stats(self, possible_slots: Iterable[str]) -> list[tuple[int, str]]:
        """How many requests of each host are under way, in the network or waiting for it."""
        busy = cast(Downloader, self.downloader).busy
        return [(busy[slot], slot) for slot in possible_slots if busy[slot] < self._concurrency]


class HostQueue(DownloaderAwarePriorityQueue):
    """Scrapy's queue of queues, in which requests beyond a host's concurrency wait here, in order of priority.

    Scrapy would move them into the downloader, where those of one paused or slow host take every place there is.
    """

    def __init__(self, crawler: Crawler, *args: Any, **kwargs: Any) -> None:
        super().__init__(crawler, *args, **kwargs)
        self._downloader_interface = _FreeHosts(crawler)
