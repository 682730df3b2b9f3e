"""One entry of an XML feed, from feedparser's words to ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from listening.feed.address import web_address
from listening.feed.model import Item
from listening.feed.moment import moment
from listening.feed.prose import heading, own_words, storable, unmarked
from listening.post import Author, Thread
from listening.text import Words

_HTML = ("text/html", "application/xhtml+xml")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_MAIL = re.compile(r"[^\s@()<>]{1,64}@[^\s@()<>]{1,200}")
_MAIL_AND_NAME = re.compile(r"[^\s@()<>]{1,64}@[^\s@()<>]{1,200}\s*\(([^()]{1,200})\)")
_COUNT = re.compile(r"\d{1,9}")
_RAW = 500


def item(entry: Mapping[str, Any], url: str) -> Item:
    """An entry as feedparser gives it. `url` is the feed's own address, where relative links start."""
    said = _said(entry)
    found = Item(
        id=storable(text_of(entry, "id")),
        link=_link(entry, url),
        title=heading_of(entry),
        text=said.text,
        quotes=said.quotes,
        author=author_of(entry, url),
        publisher=_publisher(entry, url),
        language=next((language for part in _parts(entry) if (language := tag_of(text_of(part, "language")))), ""),
        replies=_count(entry, "slash_comments", "thr_total"),
    )
    _date(found, entry)
    answered = entry.get("thr_in-reply-to")
    if isinstance(answered, Mapping) and (ref := storable(text_of(answered, "ref"))):
        found.reply_to = ref
        found.article = Thread(ref, url=web_address(text_of(answered, "href"), url))
    if not found.title and not found.text:
        found.raw = raw(entry)
    return found


def raw(entry: Mapping[str, Any]) -> str:
    """The beginning of an entry, for a person to look at."""
    return storable("\n".join(f"{name}: {str(value)[:_RAW]}" for name, value in entry.items())[:_RAW])


def text_of(fields: Mapping[str, Any], name: str) -> str:
    """A field that should be a text, and is empty where it is none."""
    # Not `fields.get`: feedparser answers with other fields, and a warning, for some that are not there.
    value = dict.get(fields, name) if isinstance(fields, dict) else fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def heading_of(fields: Mapping[str, Any]) -> str:
    """The title of an entry or a feed, in one line without markup."""
    detail = fields.get("title_detail")
    if isinstance(detail, Mapping) and (value := text_of(detail, "value")):
        return heading(value, markup=text_of(detail, "type") in _HTML)
    return heading(text_of(fields, "title"), markup=False)


def tag_of(language: str) -> str:
    """A language tag (BCP 47), or nothing."""
    language = language.replace("_", "-")
    return language if _LANGUAGE.fullmatch(language) else ""


def author_of(fields: Mapping[str, Any], url: str) -> Author | None:
    """Who wrote an entry or a feed: a name, or a mail address where there is no name."""
    people = fields.get("authors")
    for person in people if isinstance(people, list) else ():
        if isinstance(person, Mapping) and (name := _name(text_of(person, "name"), text_of(person, "email"))):
            return Author(name, url=web_address(text_of(person, "href"), url) if text_of(person, "href") else "")
    name = _name(text_of(fields, "author"), "")
    return Author(name) if name else None


def _name(name: str, mail: str) -> str:
    name = heading(name[:1_000], markup="<" in name or "&" in name)
    if match := _MAIL_AND_NAME.fullmatch(name):  # RSS 2.0: "jane@example.com (Jane)"
        name = match[1].strip()
    if not name and _MAIL.fullmatch(mail):
        name = storable(mail)
    return name[:200]


def _parts(entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Where an entry can say what it says."""
    content = entry.get("content")
    for part in (
        *(content if isinstance(content, list) else ()),
        entry.get("summary_detail"),
        entry.get("title_detail"),
    ):
        if isinstance(part, Mapping):
            yield part


def _said(entry: Mapping[str, Any]) -> Words:
    """The fullest of the texts that an entry has: a whole article rather than its teaser."""
    texts: dict[str, bool] = {}
    for part in _parts(entry):
        kind = text_of(part, "type")
        if part is not entry.get("title_detail") and (kind in _HTML or kind.startswith("text/")):
            texts[text_of(part, "value")] = kind in _HTML
    if summary := text_of(entry, "summary"):
        texts.setdefault(summary, True)
    said = [own_words(text) if markup else unmarked(text) for text, markup in texts.items() if text]
    return max(said, key=_length, default=Words(""))


def _length(said: Words) -> int:
    return len(said.text) + sum(len(quote.text) for quote in said.quotes)


def _link(entry: Mapping[str, Any], url: str) -> str:
    links = entry.get("links")
    others = [text_of(link, "href") for link in links if isinstance(link, Mapping)] if isinstance(links, list) else []
    for link in (text_of(entry, "feedburner_origlink"), text_of(entry, "link"), *others, text_of(entry, "id")):
        absolute = link.startswith(("http://", "https://")) or link != text_of(entry, "id")
        if link and absolute and (found := web_address(link, url)):
            return found
    return ""


def _publisher(entry: Mapping[str, Any], url: str) -> Author | None:
    source = entry.get("source")
    if isinstance(source, Mapping) and (name := heading_of(source)):
        link = text_of(source, "href") or text_of(source, "link")
        return Author(name[:200], url=web_address(link, url) if link else "")
    name = heading(text_of(entry, "news_source"), markup=False)  # Bing
    return Author(name[:200]) if name else None


def _date(found: Item, entry: Mapping[str, Any]) -> None:
    dates: dict[str, datetime] = {}
    for name in ("published", "created", "updated"):
        written = text_of(entry, name)
        if (when := moment(written)) is not None:
            dates[name] = when
        elif written:
            found.bad_date = found.bad_date or storable(written[:60])
    found.published = dates.get("published") or dates.get("created") or dates.get("updated")
    updated = dates.get("updated")
    if updated is not None and found.published is not None and updated > found.published:
        found.edited = updated


def _count(entry: Mapping[str, Any], *names: str) -> int | None:
    return next((int(text) for name in names if _COUNT.fullmatch(text := text_of(entry, name))), None)
