"""One answer of a board as an engine sees it: an address, a status, headers, a body and the time it came."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from urllib.parse import parse_qsl, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, to_unicode

from listening.text import too_deep

_TAGS = 10_000  # as many as the longest topic pages have
_DECLARED = 2048  # bytes in which a page says its encoding
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?!\d)|\d+")
_USUAL = re.compile(r"\./|[\w-]+(?:\.(?:php|html)|/)")  # a link from its page's folder on
_WHOLE = re.compile(r"https?://[\w.:-]+/")
_SHORT = re.compile(r"(\d+(?:[.,]\d+)?) ?([km])\b", re.I)


class Page:
    """What came back for one request. Engines read it and know nothing else."""

    def __init__(
        self, url: str, body: bytes, at: datetime, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        self.url, self.body, self.at, self.status = url, body, at, status
        self.headers = headers or {}  # names in lower case

    @cached_property
    def html(self) -> LexborHTMLParser:
        """The body as an HTML tree, in whatever encoding it came."""
        declared = http_content_type_encoding(self.headers.get("content-type")) or html_body_declared_encoding(
            self.body[:_DECLARED]
        )
        encoding, mark = read_bom(self.body)
        encoding, body = encoding or declared, self.body[len(mark or b"") :]
        if encoding is None:
            try:
                body.decode("utf-8")
            except UnicodeDecodeError:
                encoding = "cp1252"  # what pages from before UTF-8 that name nothing mostly are
        if encoding not in (None, "utf-8", "ascii"):
            body = to_unicode(body, encoding).encode("utf-8", "replace")
        if body.count(b"<") > _TAGS and too_deep(body.decode("utf-8", "replace"), tags=_TAGS):
            body = b""  # made to hang the parser: read as a page that holds nothing
        return LexborHTMLParser(body)

    @cached_property
    def json(self) -> object:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def complete(self) -> bool:
        """Whether an HTML page came to its end; a page that broke off has lost part of its last post."""
        return b"</html" in self.body[-4096:].lower()

    @cached_property
    def _base(self) -> str:
        """What relative links of an HTML page start from."""
        try:
            head = self.html.head  # a tenth of the page, or less
            return urljoin(self.url, attribute(head.css_first("base[href]") if head is not None else None, "href"))
        except ValueError:
            return self.url

    @cached_property
    def _folder(self) -> str:
        return f"{self._base.partition('?')[0].rpartition('/')[0]}/"

    @cached_property
    def _origin(self) -> str:
        """The beginning of the address, without a path."""
        parts = urlsplit(self._base)
        return f"{parts.scheme}://{parts.netloc}"

    def link(self, href: str | None) -> str:
        """A link of an HTML page as an absolute address; empty where it is none."""
        href = (href or "").strip()
        if _USUAL.match(href) and "/." not in href[2:]:  # ten times as fast
            return self._folder + href.removeprefix("./")
        if _WHOLE.match(href) and "/." not in href:
            return href
        if href.startswith("/") and not href.startswith(("//", "/\\")) and "/." not in href:
            return self._origin + href
        try:
            return urljoin(self._base, href)
        except ValueError:
            return ""

    def attribute(self, selector: str, name: str) -> str:
        """An attribute of the first node that a CSS selector finds; empty where there is none."""
        return attribute(self.html.css_first(selector), name)


def attribute(node: LexborNode | None, name: str) -> str:
    """An attribute's value; empty where node or value is missing."""
    return node.attrs.sget(name) if node is not None else ""


def line(node: LexborNode | None) -> str:
    """All text of a node on one line."""
    return " ".join(node.text(deep=True).split()) if node is not None else ""


def classes(node: LexborNode | None) -> frozenset[str]:
    """The CSS classes of a node."""
    return frozenset(attribute(node, "class").split())


def above(node: LexborNode | None) -> Iterator[LexborNode]:
    """The elements that hold a node, innermost first."""
    current = node.parent if node is not None else None
    while current is not None and (holder := current.parent) is not None:  # the document has none, and no attributes
        yield current
        current = holder


def number(text: str) -> int | None:
    """The first number of a text: "1,234 posts", "1 234", "12", "3.4K"; None where it has none."""
    if match := _SHORT.search(text):
        return round(float(match[1].replace(",", ".")) * (1000 if match[2] in "kK" else 1_000_000))
    match = _GROUPED.search(text)
    return int(re.sub(r"\D", "", match[0])) if match and len(match[0]) < 16 else None


def query(url: str) -> dict[str, str]:
    """The query of an address; of repeated names the last."""
    try:
        return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    except ValueError:
        return {}


def without(url: str, *names: str) -> str:
    """An address without its fragment and the named parts of its query; the rest stays as the board wrote it."""
    address = url.partition("#")[0]
    path, mark, text = address.partition("?")
    if not mark:
        return address
    kept = "&".join(part for part in text.split("&") if part and part.partition("=")[0] not in names)
    return f"{path}?{kept}" if kept else path
