"""Feeds: RSS, Atom, RDF and JSON Feed, by their own address, by that of a page that links to one, or by a search."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field
from scrapy.http import Request, Response

from listening.fetch.redact import redact
from listening.post import Batch, Checkpoint
from listening.source import SourceOptions
from listening.spider import SourceSpider

if TYPE_CHECKING:
    from listening.feed import Feed

_READER = 1  # raise it when the same bytes would be read differently: feeds are then read once more
_BATCH = 200  # posts in one transaction
_REMEDIES = {
    401: "wants a login (401): use an address that is open",
    403: "refuses us (403): ask its owner, or use another address",
    404: "does not exist (404): look for its new address",
    410: "is gone for good (410): remove this source, or give its new address",
    429: "is asked too often (429): raise `every`, or `delay`",
}


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http or https address, such as https://example.com/feed.xml")
    if parts.username is not None:
        raise ValueError("holds a password: feeds behind a login cannot be read")
    return url


class RssOptions(SourceOptions):
    """Which feed to read."""

    url: Annotated[str, AfterValidator(_address)] = Field(
        description="A feed, or a page that links to one. With {query} in it, a search: each brand's name is asked for."
    )
    entries: int = Field(
        default=1000, ge=1, le=20_000, description="Entries to read of a feed, the newest; few hold that many."
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a feed: enough not to fetch, parse and report the same again."""

    reader: str = ""  # how it was read; in another way it is read anew
    etag: str = ""
    modified: str = ""
    body: str = ""  # hash
    held: int = 0  # entries, when it last had any
    notes: tuple[str, ...] = ()  # what was wrong with it, which stays wrong until it changes
    shared: tuple[str, ...] = ()  # see listening.feed

    @classmethod
    def load(cls, text: str, reader: str) -> Self:
        """What a checkpoint says, if it was written by the same reader; what it says of ids holds in any case."""
        try:
            fields: dict[str, Any] = json.loads(text or "{}")
            fields |= {name: tuple(fields.get(name, ())) for name in ("notes", "shared")}
            known = cls(**fields)
        except (ValueError, TypeError, AttributeError):
            return cls(reader)
        return known if known.reader == reader else cls(reader, shared=known.shared)

    def of(self, response: Response) -> Known:
        """The same feed, as it was answered now."""
        body = sha256(response.body).hexdigest()[:32]
        return replace(self, etag=_header(response, "ETag"), modified=_header(response, "Last-Modified"), body=body)

    @property
    def headers(self) -> dict[str, str]:
        """What asks for the feed only if it changed (RFC 9110, 13.1)."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Way:
    """How an address came to be asked."""

    feed: str
    page: str = ""  # that the source names, where it does not name the feed itself
    looked: bool = False  # the page led here in this run, not in one before
    others: tuple[str, ...] = ()  # where the feed can be if it is not here


class Rss(SourceSpider):
    """Asks for each feed only if it changed, parses it only if its bytes did, and finds the feed of a page."""

    kind = "rss"
    summary = "Feeds (RSS, Atom, RDF, JSON) and pages that link to one; searches that answer with a feed, such as news"
    Options = RssOptions
    trials: ClassVar[dict[str, dict[str, str]]] = {
        "google-news": {"url": "https://news.google.com/rss/search?q=%22{query}%22"},
        "bing-news": {"url": "https://www.bing.com/news/search?q=%22{query}%22&format=rss"},
    }
    handle_httpstatus_list = (304, *range(400, 600))

    def requests(self) -> Iterator[Request]:
        """One for the feed, or one for each brand's name."""
        url, terms = self.options.url, [""]
        if "{query}" in url and not (terms := list(self.context.terms)):
            self.degraded("there is nothing to search for: add a brand")
        for term in dict.fromkeys(terms):
            address = url.replace("{query}", quote(term, safe=""))
            found = self.context.checkpoints.get(f"page:{address}", "")
            yield self._ask(Way(found or address, address if found else ""))

    def _known(self, address: str) -> Known:
        text = self.context.checkpoints.get(f"feed:{address}", "")
        return Known.load(text, f"{_READER}/{self.options.entries}")

    def _ask(self, way: Way) -> Request:
        return Request(way.feed, headers=self._known(way.feed).headers, cb_kwargs={"way": way}, dont_filter=True)

    def parse(self, response: Response, way: Way) -> Iterator[Batch | Request]:  # type: ignore[override]
        """Turn a feed into batches, a page into a request for its feed, and all else into a reason."""
        from listening.feed import read  # feedparser takes long to import, and most commands do without

        known = self._known(way.feed)
        if response.status == 304:
            yield from self._unchanged(way, known)
            return
        if response.status >= 400:
            yield from self._elsewhere(way, _REMEDIES.get(response.status, f"answers with HTTP {response.status}"))
            return
        answered = known.of(response)
        if answered.body == known.body:
            yield from self._unchanged(way, answered)
            return
        feed = read(
            response.body,
            url=response.url,
            content_type=_header(response, "Content-Type"),
            fetched=self.context.now(),
            limit=self.options.entries,
            platform=(urlsplit(way.feed).hostname or "").removeprefix("www."),
            shared=known.shared,
        )
        if feed.readable:
            yield from self._batches(feed, way, answered if feed.complete else Known(known.reader, held=known.held))
        else:
            yield from self._page(response, way, feed)

    def _unchanged(self, way: Way, known: Known) -> Iterator[Batch]:
        self._tell(way, known.notes)
        yield Batch(checkpoints=self._checkpoints(way, known))

    def _batches(self, feed: Feed, way: Way, known: Known) -> Iterator[Batch]:
        """The feed's posts in transactions that keep nobody waiting, what is remembered of it with the last."""
        notes = list(feed.notes)
        if feed.skipped:
            notes.append(f"it holds {feed.entries:,} entries, of which the newest {self.options.entries:,} are read")
        if known.held and not feed.entries and "{query}" not in self.options.url:
            notes.append(f"it is empty, and held {known.held:,} before")
        self._tell(way, notes)
        known = replace(known, held=feed.entries or known.held, notes=tuple(notes), shared=feed.shared)
        unread = feed.entries - feed.repeated - len(feed.posts)
        for start in range(0, len(feed.posts), _BATCH) or (0,):
            posts = feed.posts[start : start + _BATCH]
            is_last = start + _BATCH >= len(feed.posts)
            yield Batch(
                posts,
                self._checkpoints(way, known) if is_last else (),
                feed.rejects if is_last else (),
                expected=len(posts) + (unread if is_last else 0),
            )

    def _page(self, response: Response, way: Way, feed: Feed) -> Iterator[Batch | Request]:
        """What came is no feed: follow what it links to if it is a page, or look where feeds usually are."""
        from listening.feed import feed_links, usual_places

        kind = _header(response, "Content-Type")
        if not way.page and ("html" in kind or b"<html" in response.body[:2_000].lower()):
            links = feed_links(response.body, response.url, kind)
            first, *others = links[:1] or usual_places(response.url)
            yield self._ask(Way(first, way.feed, True, tuple(others)))
        else:
            reason = f"cannot be read as a feed: {feed.rejects[0].reason}"
            yield from self._elsewhere(way, reason, Batch(rejects=feed.rejects))

    def _elsewhere(self, way: Way, reason: str, rest: Batch | None = None) -> Iterator[Batch | Request]:
        """Where there is no feed: ask in the next place, or the page that once led here; then say what is wrong."""
        if way.others:
            yield self._ask(replace(way, feed=way.others[0], others=way.others[1:]))
        elif way.page and not way.looked:
            yield self._ask(Way(way.page))
        elif way.page:
            where = f"{redact(way.page)} is a page, and no feed was found by it ({redact(way.feed)} {reason})"
            self.degraded(f"{where}: give the address of the feed itself")
        else:
            self.degraded(f"{redact(way.feed)} {reason}")
            if rest is not None:
                yield rest

    def _checkpoints(self, way: Way, known: Known) -> tuple[Checkpoint, ...]:
        kept = [Checkpoint(f"feed:{way.feed}", json.dumps(asdict(known)))]
        page, leads_to = (way.page, way.feed) if way.page else (way.feed, "")
        if self.context.checkpoints.get(f"page:{page}", "") != leads_to:
            kept.append(Checkpoint(f"page:{page}", leads_to))
        return tuple(kept)

    def _tell(self, way: Way, notes: list[str] | tuple[str, ...]) -> None:
        for note in notes:
            self.degraded(f"{redact(way.feed)}: {note}")


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")[:1_000]
