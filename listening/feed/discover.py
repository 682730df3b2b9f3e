"""Where a page says that its feeds are."""

from __future__ import annotations

from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from listening.feed.address import web_address
from listening.feed.encoding import decode
from listening.feed.model import Unreadable

_TYPES = frozenset(
    f"{family}/{form}" for family in ("application", "text") for form in ("rss+xml", "atom+xml", "rdf+xml", "feed+json")
)
_GUESSES = ("feed", "/feed", "/rss.xml", "/index.xml")
_MOST = 3
_LARGEST = 2 * 1024 * 1024  # bytes of a page in which its head must be


def feed_links(body: bytes, url: str, content_type: str = "") -> list[str]:
    """The feeds that a page links to, in its own order, feeds of comments last (HTML, 4.6.7.1: "alternate")."""
    body = body[:_LARGEST]
    try:
        text = decode(body, content_type)
    except Unreadable:
        text = body.decode("latin-1")  # which spoils what the page says, but not where its links lead
    tree = LexborHTMLParser(_head(text))
    base = tree.css_first("base[href]")
    start = urljoin(url, (base.attributes.get("href") or "").strip()) if base else url
    found: dict[str, bool] = {}
    for link in tree.css("link[href]"):
        attributes = {name: (value or "").strip() for name, value in link.attributes.items()}
        relations = attributes.get("rel", "").lower().split()
        kind = attributes.get("type", "").lower().partition(";")[0].strip()
        if ("alternate" in relations and kind in _TYPES) or "feed" in relations:
            address = web_address(attributes["href"], start)
            comments = "comment" in (attributes.get("title", "") + address).lower()
            if address:
                found.setdefault(address, comments)
    return sorted(found, key=lambda address: found[address])


def _head(text: str) -> str:
    """The page up to its body: what links there is somebody's post."""
    end = text.lower().find("<body")
    return text if end < 0 else text[:end]


def usual_places(url: str) -> list[str]:
    """Where feeds lie beside a page that names none; few, since each is a request."""
    return list(dict.fromkeys(urljoin(url, place) for place in _GUESSES))[:_MOST]
