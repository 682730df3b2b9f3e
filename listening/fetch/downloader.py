"""Scrapy's downloader with one more duty: a request that brings no page is counted, and says why."""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

from scrapy import Spider
from scrapy.core.downloader import Downloader as ScrapyDownloader
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Request, Response
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from listening.fetch.failure import Failed, Interrupted, explain, record
from listening.fetch.robots import ROBOTS

_T = TypeVar("_T")


class Downloader(ScrapyDownloader):
    """The one place where every request ends: with a page, with a new request, or with Failed."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._delay = 0.0  # listening.fetch.pace decides, from the same DOWNLOAD_DELAY
        self._timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self.busy: Counter[str] = Counter()  # requests under way, by slot

    def fetch(self, request: Request, spider: Spider | None = None) -> Deferred[Response | Request]:  # noqa: ARG002 - Scrapy's
        """Take a request through the middlewares and the network. Fails with Failed, or a spider's StopDownload."""
        slot = self.get_slot_key(request)
        self.busy[slot] += 1
        fetched: Deferred[Response | Request] = super().fetch(request)
        fetched.addBoth(self._leave, slot)
        fetched.addCallbacks(self._answered, self._failed, callbackArgs=(request,), errbackArgs=(request,))
        return fetched

    def _leave(self, result: _T, slot: str) -> _T:
        self.busy[slot] -= 1
        if not self.busy[slot]:
            del self.busy[slot]
        return result

    def _answered(self, result: Response | Request, request: Request) -> Response | Request:
        if isinstance(result, Response) and not self._wanted(result.status, request):
            record(self.crawler.stats, request, f"HTTP {result.status}")
        return result

    def _failed(self, failure: Failure, request: Request) -> Failure:
        error = failure.value
        if error is None or isinstance(error, StopDownload):
            return failure
        timeout = request.meta.get("download_timeout", self._timeout)
        failed = error if isinstance(error, Failed) else Failed(explain(error, timeout))
        if not isinstance(failed, Interrupted) and not request.meta.get(ROBOTS):
            record(self.crawler.stats, request, failed.reason)
        if failed is error:
            return failure
        failed.__cause__ = error
        return Failure(failed)  # type: ignore[no-untyped-call]  # Twisted's

    def _wanted(self, status: int, request: Request) -> bool:
        """Whether the spider takes this status, by the same attributes that Scrapy's HttpErrorMiddleware reads."""
        if 200 <= status < 300 or request.meta.get(ROBOTS) or request.meta.get("handle_httpstatus_all"):
            return True
        spider = getattr(self.crawler.spider, "handle_httpstatus_list", ())
        return status in request.meta.get("handle_httpstatus_list", spider)
