"""The base of every Scrapy source: options in, batches out, nothing else to know about Scrapy's start-up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any, Self

import scrapy
from pydantic import ValidationError
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from listening.errors import SourceError
from listening.post import Batch
from listening.source import Context, Source


class SourceSpider(Source, scrapy.Spider):
    """A source read over HTTP by Scrapy. Yields `Batch` (one page's posts) and requests, as any spider does.

    Its options come from sources.toml (`listening crawl NAME`) or from `-a key=value` (`scrapy crawl KIND`).
    What the run wants to tell a person about the source as a whole goes through `degraded` and `stop`.
    """

    context: Context

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if kind := cls.__dict__.get("kind"):
            cls.name = kind

    def __init__(self, context: Context | None = None, source: str = "", **options: Any) -> None:
        super().__init__(self.name)
        self.context = context or Context(source=source or self.name)
        try:
            self.options: Any = self.Options.model_validate(options)
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise SourceError(f"{self.name}: {problems}") from None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Build the spider for one crawl, as Scrapy asks."""
        return super().from_crawler(crawler, *args, **kwargs)

    def requests(self) -> Iterable[Request]:
        """The first requests of a run."""
        raise NotImplementedError

    async def start(self) -> AsyncIterator[Any]:
        """Scrapy's entry: the first requests only, since items yielded here have no backpressure."""
        for request in self.requests():
            yield request

    def parse(self, response: Response, **kwargs: Any) -> Iterable[Batch | Request]:
        """Turn one answer into a batch and further requests."""
        raise NotImplementedError

    def degraded(self, reason: str) -> None:
        """Say why this run found less than it should have: shown by `listening runs`, first reason first."""
        reasons: list[str] = self.crawler.stats.get_value("listening/degraded") or []
        if reason not in reasons and len(reasons) < 20:
            self.crawler.stats.set_value("listening/degraded", [*reasons, reason])
