"""robots.txt: fetched once for each origin, and asked before every request (RFC 9309)."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass
from typing import Self

from protego import Protego
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK

from listening.fetch.failure import Failed, Interrupted, TooManyRedirects
from listening.fetch.pace import LONGEST_WAIT, PACE
from listening.fetch.policy import Policy, is_http, origin, place

PRODUCT = "listening"  # our product token, in robots.txt files and at the start of the user agent
SIZE = 500 * 1024  # bytes that are parsed (RFC 9309, 2.5); the rest is ignored
ROBOTS = "listening_robots"  # request.meta key of a request for robots.txt itself
_GROUP = re.compile(r"\s*user[- ]?agent(?:\s*:|\s)\s*([^#]*)", re.IGNORECASE)
_TOKEN = re.compile(r"[a-z_-]*", re.IGNORECASE)
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Robots:
    """What one origin allows: its rules, or the reason why nothing at all may be fetched. Neither: everything may."""

    rules: Protego | None = None
    refusal: str = ""

    def check(self, url: str) -> None:
        """Raise Failed if the URL may not be fetched."""
        if self.refusal:
            raise Failed(self.refusal)
        if self.rules is not None and not self.rules.can_fetch(url, PRODUCT):
            raise Failed("robots.txt disallows this page")


def parse(body: bytes, name: str) -> tuple[Robots, float]:
    """Read a robots.txt: what it allows, and its Crawl-delay for us in seconds (0 without one). `name`: its origin.

    A group is ours if its product token is exactly "listening", in any case (RFC 9309, 2.2.1); Protego alone would
    also take "listen" for us, and would not take "listening/1.0". A Crawl-delay over an hour refuses the origin.
    """
    lines = body[:SIZE].decode("utf-8-sig", errors="ignore").splitlines()
    rules = Protego.parse("\n".join(map(_exact, lines)))
    delay = rules.crawl_delay(PRODUCT) or 0.0
    if delay > LONGEST_WAIT:
        return Robots(refusal=f"{name}/robots.txt asks for {delay:g} seconds between requests: too slow to crawl"), 0.0
    return Robots(rules), delay


def _exact(line: str) -> str:
    """The same line, with whoever it names reduced to everybody, us, or somebody else."""
    group = _GROUP.match(line)
    if group is None or group[1].strip() == "*":
        return line
    token = _TOKEN.match(group[1])
    return f"User-agent: {PRODUCT if token and token[0].lower() == PRODUCT else 'somebody-else'}"


class RobotsMiddleware:
    """Lets a request pass only when its origin's robots.txt has been read and allows it.

    Every waiter gets an answer of its own. Scrapy's middleware gives all of them the same Deferred, and each turns
    the answer of the one before it into None, which means "allowed".
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._policy = Policy(crawler.settings)
        self._origins: dict[str, asyncio.Task[Robots]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware, as Scrapy asks."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Wait for the origin's robots.txt; raise Failed where it disallows the page or cannot be read.

        Other schemes have none, and no handler either.
        """
        if request.meta.get(ROBOTS) or not is_http(request) or not self._policy.polite(request):
            return
        name = origin(request)
        if name not in self._origins:
            self._origins[name] = asyncio.ensure_future(self._read(name, request))
        robots = await asyncio.shield(self._origins[name])
        try:
            robots.check(request.url)
        except Failed:
            self._count("forbidden")
            raise

    async def _read(self, name: str, page: Request) -> Robots:
        request = Request(f"{name}/robots.txt", callback=NO_CALLBACK, meta={ROBOTS: True}, dont_filter=True)
        self._count("request_count")
        try:
            response = await self._crawler.engine.download_async(request)
        except Interrupted:
            raise
        except TooManyRedirects:
            return Robots()  # RFC 9309, 2.3.1.2: as if there were none
        except Failed as error:
            return Robots(refusal=f"its robots.txt cannot be read, so nothing may be fetched: {error.reason}")
        self._count("response_count")
        self._count(f"response_status_count/{response.status}")
        return self._judge(name, place(page)[0], response)

    def _judge(self, name: str, host: str, response: Response) -> Robots:
        if response.status >= 500:  # RFC 9309, 2.3.1.4: unreachable, complete disallow
            return Robots(
                refusal=f"{name}/robots.txt cannot be read, so nothing may be fetched: HTTP {response.status}"
            )
        if not 200 <= response.status < 300:  # RFC 9309, 2.3.1.3: unavailable, no rules
            return Robots()
        robots, delay = parse(response.body, name)
        if delay:
            PACE.slow(host, delay)
            self._crawler.stats.max_value("listening/crawl_delay", delay)
            _logger.info("%s asks for %g seconds between requests", name, delay)
        return robots

    def _count(self, key: str) -> None:
        self._crawler.stats.inc_value(f"robotstxt/{key}")
