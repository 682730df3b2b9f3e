"""Who asks: the user agent with a contact, and the headers that every request carries."""

from __future__ import annotations

import logging
from typing import Self

from scrapy.crawler import Crawler
from scrapy.http import Request

from listening import __version__
from listening.fetch.robots import PRODUCT

_logger = logging.getLogger(__name__)


def user_agent(contact: str) -> str:
    """The user agent: "listening/VERSION (+contact)"; the contact is a URL or a mail address a site can complain to."""
    # Header-safe: a line end in a contact would begin a header of its own.
    plain = "".join(c for c in contact if " " < c < "\x7f" and c not in "()")
    return f"{PRODUCT}/{__version__} (+{plain})" if plain else f"{PRODUCT}/{__version__}"


class IdentityMiddleware:
    """Sets our user agent, whatever a spider says, and the default headers."""

    def __init__(self, crawler: Crawler) -> None:
        contact: str = crawler.settings.get("LISTENING_CONTACT") or ""
        if not contact:
            _logger.warning("no contact is set: name one in listening.toml, so that sites know whom to ask")
        self._user_agent = user_agent(contact)
        self._headers = {k: v for k, v in crawler.settings.getdict("DEFAULT_REQUEST_HEADERS").items() if v is not None}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware, as Scrapy asks."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Add the headers."""
        for name, value in self._headers.items():
            request.headers.setdefault(name, value)
        request.headers["User-Agent"] = self._user_agent
