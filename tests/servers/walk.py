"""The board spider driven by hand: pages come from a function, the run ends where a test wants it to, nothing waits."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from scrapy.exceptions import CloseSpider
from scrapy.http import HtmlResponse, Request

from listening.post import Batch, Post
from listening.source import Context
from spiders.board import Board

Serve = Callable[[str], tuple[int, str]]  # address -> status and body


class Stats:
    """As much of Scrapy's stats as a spider uses."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def get_value(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    def set_value(self, key: str, value: Any) -> None:
        self.values[key] = value

    def max_value(self, key: str, value: Any) -> None:
        self.values[key] = max(self.values.get(key, value), value)

    def inc_value(self, key: str, count: int = 1) -> None:
        self.values[key] = self.values.get(key, 0) + count


@dataclass(slots=True)
class Walked:
    """What a run came to before it ended or was ended."""

    asked: list[str] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    stats: dict[str, Any] = field(default_factory=dict)
    reason: str = "finished"

    @property
    def posts(self) -> list[Post]:
        return [post for batch in self.batches for post in batch.posts]

    @property
    def degraded(self) -> str:
        return "; ".join(self.stats.get("listening/degraded", ()))


def walk(
    serve: Serve,
    url: str,
    *,
    now: datetime,
    checkpoints: Mapping[str, str] | None = None,
    stop: int | None = None,
    fail: Callable[[Batch], bool] = lambda _: False,
    at_once: int = 1,
    pages: int = 5000,
    **options: Any,
) -> Walked:
    """One run. It is killed after `stop` stored batches; `fail` names batches that cannot be stored.

    `at_once` requests are under way together: their answers come in the opposite order.
    """
    walked = Walked()
    stats = Stats()
    spider = Board(Context("test", checkpoints=checkpoints or {}, now=lambda: now), url=url, **options)
    spider.crawler = SimpleNamespace(stats=stats)  # type: ignore[assignment]
    asyncio.run(_run(spider, serve, walked, stop, fail, at_once, pages))
    if walked.reason != "killed":
        spider.closed(walked.reason)
    walked.stats = stats.values
    return walked


async def _run(
    spider: Board,
    serve: Serve,
    walked: Walked,
    stop: int | None,
    fail: Callable[[Batch], bool],
    at_once: int,
    pages: int,
) -> None:
    waiting: list[tuple[int, int, Request]] = []
    count = 0
    for request in spider.requests():
        heapq.heappush(waiting, (-request.priority, count := count - 1, request))
    while waiting:
        under_way = [heapq.heappop(waiting)[2] for _ in range(min(at_once, len(waiting)))]
        walked.asked += [request.url for request in under_way]
        assert len(walked.asked) <= pages, "the crawl has no end"
        for request in reversed(under_way):
            status, body = serve(request.url)
            response = HtmlResponse(request.url, status, body=body.encode("utf-8", "surrogatepass"), request=request)
            try:
                async for item in _outcome(spider, request, response):
                    if isinstance(item, Request):
                        heapq.heappush(waiting, (-item.priority, count := count - 1, item))
                    elif fail(item):
                        spider.lost(response)
                    else:
                        walked.batches.append(item)
                        spider.taken(response)
                        if stop is not None and len(walked.batches) >= stop:
                            walked.reason = "killed"
                            return
            except CloseSpider as end:
                walked.reason = end.reason
                return


async def _outcome(spider: Board, request: Request, response: HtmlResponse) -> AsyncIterator[Any]:
    """What the callback yields; the errback's where no page came, as Scrapy would have it."""
    if response.status >= 400 and response.status not in spider.handle_httpstatus_list:
        result: Any = spider.missed(SimpleNamespace(request=request))  # type: ignore[arg-type]
    else:
        assert request.callback is not None
        result = request.callback(response, **request.cb_kwargs)
    if hasattr(result, "__aiter__"):
        async for item in result:
            yield item
    else:
        for item in result:
            yield item
