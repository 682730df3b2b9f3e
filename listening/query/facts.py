"""Facts: what is known of a post beside its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from listening.post import Post

_ADDRESS = re.compile(r"\w\.\w")
_PLAIN_HOST = re.compile(r"https?://([A-Za-z0-9.-]+)[/?#]")  # of most addresses, some times quicker than urlsplit
_LINK = re.compile(r"(?:://|www\.)\S*[^\s?]")
_ASKS = re.compile(r"[？؟]|\?(?!\w+=)")
_TELLS = 40  # characters, of which nearly all tell their language
_MOST_LINKED = 20_000  # characters of a post in which addresses are looked for


class Facts(Protocol):
    """What is known of one post, or of one mention of what is stored. Asked only where a query needs it."""

    def texts(self, field: str) -> Sequence[str]:
        """The values of a field that holds names or words, as they are; none where nothing is known.

        Of `author` its name and handle, of `site` hosts in lower case, of `link` what `addresses` finds, of `is` and
        `has` all that are so, of `lang` the two-letter code.
        """

    def number(self, field: str) -> float | None:
        """`followers` or `stars`; None where it is not known."""

    def published(self) -> datetime | None:
        """When, as aware time; None where it is not known."""


class PostFacts:
    """The facts of a post in flight."""

    __slots__ = ("_detect", "_known", "_post", "_source")

    def __init__(self, post: Post, source: str = "", detect: Callable[[str, str], str] | None = None) -> None:
        self._post, self._source, self._detect = post, source, detect
        self._known: dict[str, Sequence[str]] | None = None

    def texts(self, field: str) -> Sequence[str]:
        """As in Facts; found out once where that takes some time."""
        if field == "type":
            return self._post.kind
        known = self._known = self._known or {}
        if field not in known:
            known[field] = self._found(field)
        return known[field]

    def _found(self, field: str) -> Sequence[str]:
        return _KNOWN[field](self._post) if field in _KNOWN else self._asked(field)

    def _asked(self, field: str) -> Sequence[str]:
        match field:
            case "source":
                return (self._source,)
            case "lang":
                return (self._language(),)
        return ()

    def _language(self) -> str:
        if self._detect is not None:
            return language_of(self._post, self._detect)
        stated = self._post.language
        return re.split("[-_]", stated.lower())[0] if stated else ""

    def number(self, field: str) -> float | None:
        """As in Facts."""
        if field == "stars":
            return self._post.rating
        return self._post.author.followers if self._post.author else None

    def published(self) -> datetime | None:
        """As in Facts."""
        return self._post.published


def site(post: Post) -> tuple[str, ...]:
    """The hosts that a post is of: its address's, and its platform where that is one."""
    return (_host(post.url), post.platform.lower())


def _host(url: str) -> str:
    if plain := _PLAIN_HOST.match(url):
        return plain[1].lower()
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def language_of(post: Post, detect: Callable[[str, str], str]) -> str:
    """The code of a post's language: of its text, read with its title where it is too short to tell; "": unknown.

    `detect` tells it of a text and of what the source states.
    """
    known = detect(post.text, post.language) if len(post.text) >= _TELLS else ""
    return known or detect(f"{post.title}\n{post.text}" if post.title else post.text, post.language)


def addresses(*texts: str) -> str:
    """What looks like an address in these texts, in lower case, between spaces."""
    pieces = " ".join(texts).lower()[:_MOST_LINKED].split()
    return " ".join(piece for piece in pieces if "://" in piece or _ADDRESS.search(piece))


def _asks(text: str) -> bool:
    """Whether it holds a question mark, beside those of addresses such as https://acme.com/?page=2."""
    return any(mark in text for mark in "?？؟") and _ASKS.search(_LINK.sub("", text)) is not None


def kinds(post: Post) -> list[str]:
    """What `is:` finds: a reply answers, an opener begins a thread, a quote repeats others' words, a question asks."""
    reply = bool(post.reply_to) or post.kind == "comment" or (post.position or 1) > 1
    asks = _asks(post.title) or _asks(post.text)
    traits = {"reply": reply, "opener": post.position == 1 and not reply, "quote": bool(post.quotes), "question": asks}
    return [name for name, holds in traits.items() if holds]


_KNOWN: dict[str, Callable[[Post], Sequence[str]]] = {
    "author": lambda post: (post.author.name, post.author.id) if post.author is not None else (),
    "channel": lambda post: (post.channel,),
    "is": kinds,
    "link": lambda post: (addresses(post.url, post.title, post.text),),
    "site": site,
}
