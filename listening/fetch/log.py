"""What a crawl writes down about itself: no secrets, and no record that nobody will read."""

from __future__ import annotations

import logging
from typing import Self

from scrapy.crawler import Crawler

from listening.fetch.redact import redact_logs


class Quiet:
    """A Scrapy extension that masks secrets in every log line and makes no debug records that LOG_LEVEL would drop."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take effect before the crawl's first request, as extensions do."""
        redact_logs()
        # Scrapy makes several debug records a page and drops them only in its handler.
        logging.getLogger("scrapy").setLevel(crawler.settings.get("LOG_LEVEL"))
        return cls()
