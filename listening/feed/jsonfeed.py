"""JSON Feed 1 and 1.1 (https://www.jsonfeed.org/version/1.1/), whole or broken off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from listening.feed.address import web_address
from listening.feed.entry import author_of, raw, tag_of, text_of
from listening.feed.limit import Deadline
from listening.feed.model import Contents, Item, Unreadable
from listening.feed.moment import moment
from listening.feed.prose import heading, looks_like_html, own_words, storable, unmarked
from listening.post import Author, Reject
from listening.text import Words

_SLICE = 1.0  # seconds that one item may take
_RAW = 500
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_GAP = re.compile(r"[\s,]*")


def contents(text: str, url: str, limit: int, deadline: Deadline) -> Contents:
    """What a JSON Feed holds. Raises Unreadable if it is none.

    `limit` is how many items are read, the newest; `url` is where relative links start.
    """
    found = Contents()
    try:
        feed: Any = json.loads(text)
    except RecursionError:
        raise Unreadable("its JSON is nested too deep") from None
    except ValueError:
        feed = _broken_off(text, url, found)
    held = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(held, list) or "jsonfeed.org/version" not in text_of(feed, "version"):
        raise Unreadable("it is JSON, but no JSON Feed")
    found.title = heading(text_of(feed, "title"), markup=looks_like_html(text_of(feed, "title")))
    found.link = web_address(text_of(feed, "home_page_url"), url) if text_of(feed, "home_page_url") else ""
    found.language = tag_of(text_of(feed, "language"))
    kept = _newest(held, limit)
    found.skipped = len(held) - len(kept)
    for entry in kept:
        _take(found, entry, url, _author(feed, url), deadline)
    return found


def _broken_off(text: str, url: str, found: Contents) -> dict[str, Any]:
    """What can be read of a feed that is no whole JSON: its first lines, and its items up to the damage."""
    decoder, start = json.JSONDecoder(), _ITEMS.search(text)
    if start is None:
        raise Unreadable("it is no JSON, though it begins like it")
    items: list[Any] = []
    position = start.end()
    while (position := _skip(text, position)) < len(text) and text[position] != "]":
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            found.rejects.append(Reject("the feed is damaged from this item on", url, text[position:][:_RAW]))
            found.notes.append(f"it cannot be read beyond item {len(items)}")
            break
        items.append(value)
    head = {
        name: storable(match[1])
        for name in ("version", "title", "home_page_url", "language")
        if (match := re.search(rf'"{name}"\s*:\s*"([^"\\]{{1,500}})"', text[: start.start()]))
    }
    return {**head, "items": items}


def _skip(text: str, position: int) -> int:
    match = _GAP.match(text, position)
    return match.end() if match else position


def _newest(held: list[Any], limit: int) -> list[Any]:
    if len(held) <= limit:
        return held
    first, last = (moment(text_of(i, "date_published")) if isinstance(i, dict) else None for i in (held[0], held[-1]))
    return held[-limit:] if first is not None and last is not None and first < last else held[:limit]


def _take(found: Contents, entry: Any, url: str, author: Author | None, deadline: Deadline) -> None:
    if not isinstance(entry, dict):
        found.rejects.append(Reject("the item is no JSON object", url, repr(entry)[:_RAW]))
        return
    try:
        with deadline.within(_SLICE):
            item = _item(entry, url)
    except TimeoutError:
        found.rejects.append(Reject("it takes too long to read", url, raw(entry)))
        return
    item.author = item.author or author
    found.items.append(item)


def _item(entry: Mapping[str, Any], url: str) -> Item:
    title = text_of(entry, "title")
    links = (text_of(entry, name) for name in ("url", "external_url"))
    ident = entry.get("id")
    said = _said(entry)
    item = Item(
        id=storable(str(ident)[:_RAW]) if isinstance(ident, str | int | float) and not isinstance(ident, bool) else "",
        link=next((found for link in links if link and (found := web_address(link, url))), ""),
        title=heading(title, markup=looks_like_html(title)),
        text=said.text,
        quotes=said.quotes,
        author=_author(entry, url),
        language=tag_of(text_of(entry, "language")),
    )
    published, modified = text_of(entry, "date_published"), text_of(entry, "date_modified")
    item.published, item.edited = moment(published) or moment(modified), moment(modified)
    item.edited = item.edited if item.edited and item.published and item.edited > item.published else None
    item.bad_date = storable(published[:60]) if published and moment(published) is None else ""
    if not item.title and not item.text:
        item.raw = raw(entry)
    return item


def _said(entry: Mapping[str, Any]) -> Words:
    def texts() -> Iterator[Words]:
        yield own_words(text_of(entry, "content_html"))
        yield unmarked(text_of(entry, "content_text"))
        yield unmarked(text_of(entry, "summary"))

    return next((said for said in texts() if said.text), Words(""))


def _author(fields: Mapping[str, Any], url: str) -> Author | None:
    """`authors` of version 1.1, `author` of version 1."""
    people = fields.get("authors")
    people = people if isinstance(people, list) and people else [fields.get("author")]
    named = [{"name": p.get("name"), "href": p.get("url")} for p in people if isinstance(p, Mapping)]
    return author_of({"authors": named}, url)
