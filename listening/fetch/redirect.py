"""Where a redirect may lead: five steps at most, over http and https, on the spider's own sites."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware as ScrapyRedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

from listening.fetch.failure import Failed, TooManyRedirects
from listening.fetch.policy import origin, place
from listening.fetch.redact import redact
from listening.fetch.robots import ROBOTS

_CARRIED = {b"Accept", b"Accept-Encoding", b"Accept-Language", b"User-Agent"}


class RedirectMiddleware(ScrapyRedirectMiddleware):
    """Scrapy's, with every refusal named, and nothing secret carried to another origin.

    The new request takes its own way through robots.txt, the pace and the address check.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware, as Scrapy asks."""
        middleware = cls(crawler.settings)
        middleware.crawler = crawler
        return middleware

    def handle_referer(self, request: Request, response: Response) -> None:  # noqa: ARG002 - Scrapy's signature
        """Send none: where we come from is nobody's business."""
        request.headers.pop("Referer", None)

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Return the request for the next step; raise Failed where it may not be taken."""
        try:
            result = super().process_response(request, response)
        except IgnoreRequest:
            raise TooManyRedirects(f"more than {self.max_redirect_times} redirects") from None
        except ValueError as error:
            raise Failed(f"redirects to an address that cannot be used: {error}") from None
        if isinstance(result, Request):
            return self._judge(request, result)
        if 300 <= result.status < 400 and (location := result.headers.get("Location")):
            self._refuse_scheme(location.decode("latin-1"))
        return result

    def _judge(self, request: Request, redirected: Request) -> Request:
        host = place(redirected)[0]
        # robots.txt may lie elsewhere (RFC 9309, 2.3.1.2)
        free = redirected.meta.get(ROBOTS) or redirected.meta.get("allow_offsite")
        if not free and not self._on_site(host):
            raise Failed(f"redirects to another site, {host}")
        if place(request)[0] != host:
            redirected.meta.pop("download_slot", None)  # Scrapy would count it among the old host's requests
        if origin(request) != origin(redirected):
            for name in set(redirected.headers) - _CARRIED:
                del redirected.headers[name]
        redirected.dont_filter = True  # each request comes to one end, even if its target was seen before
        return redirected

    def _on_site(self, host: str) -> bool:
        domains = [domain.lower() for domain in getattr(self.crawler.spider, "allowed_domains", None) or ()]
        return not domains or any(host == domain or host.endswith(f".{domain}") for domain in domains)

    @staticmethod
    def _refuse_scheme(location: str) -> None:
        scheme = urlsplit(location).scheme
        if scheme not in ("", "http", "https"):
            raise Failed(f"redirects to {redact(location)[:200]}: only http and https addresses are fetched")
