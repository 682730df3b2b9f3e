"""What one crawl was told about politeness and private hosts, read from its settings once."""

from __future__ import annotations

from scrapy.http import Request
from scrapy.settings import BaseSettings
from scrapy.utils.httpobj import urlparse_cached

from listening.fetch.address import Allowed

_PORTS = {"http": 80, "https": 443}


class Policy:
    """The settings that the fetching rules depend on."""

    def __init__(self, settings: BaseSettings) -> None:
        self.allowed = Allowed(settings.getlist("LISTENING_ALLOW_PRIVATE"))
        self.concurrency = max(1, settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"))
        self._delay = max(0.0, settings.getfloat("DOWNLOAD_DELAY"))
        self._polite = settings.getbool("LISTENING_POLITE", True)

    def polite(self, request: Request) -> bool:
        """Whether robots.txt and the pace apply: always, but for named loopback servers if LISTENING_POLITE is off."""
        return self._polite or not self.allowed.loopback(*place(request))

    def delay(self, request: Request) -> float:
        """Seconds between the starts of two requests to this request's host, before the host's own wishes."""
        return self._delay if self.polite(request) else 0.0


def is_http(request: Request) -> bool:
    """Whether a request is for http or https, the only schemes that are fetched."""
    return urlparse_cached(request).scheme in _PORTS


def place(request: Request) -> tuple[str, int]:
    """The host, lower-case and without brackets, and the port that a request connects to."""
    url = urlparse_cached(request)
    return url.hostname or "", url.port or _PORTS.get(url.scheme, 0)


def origin(request: Request) -> str:
    """Scheme, host and port: what one robots.txt speaks for (RFC 9309, 2.3)."""
    scheme, (host, port) = urlparse_cached(request).scheme, place(request)
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" if port == _PORTS.get(scheme) else f"{scheme}://{name}:{port}"
