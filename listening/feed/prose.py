"""A feed's texts as plain words, decoded twice where they were escaped twice."""

from __future__ import annotations

import re

from listening.text import Words, plain, tidy, words

LONGEST = 100_000  # characters of a text that are kept
_TITLE = 500
_SURROGATES = re.compile("[\ud800-\udfff]")
_ESCAPED_MARKUP = re.compile(
    r"\s*<(?:p|div|a|b|i|em|strong|img|ul|ol|table|span|h[1-6]|blockquote|figure|br)\b[^<>]*>", re.I
)
_CLOSING = re.compile(r"</(?:p|div|a|b|i|em|strong|ul|ol|table|span|h[1-6]|blockquote|figure)>|<br ?/?>", re.I)
_HTML = re.compile(r"</\w+>|<(?:br|img|p)\b[^<>]*>|&#?\w+;", re.I)


def storable(text: str) -> str:
    """The text without lone surrogates, which no file and no database can hold."""
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def looks_like_html(text: str) -> bool:
    """Whether a text that could be plain holds markup or entities."""
    return _HTML.search(text) is not None


def own_words(markup: str) -> Words:
    """What a fragment of HTML says, with what it quotes kept apart."""
    markup = storable(markup)
    said = words(markup)
    if "<" not in markup and _ESCAPED_MARKUP.match(said.text) and _CLOSING.search(said.text):
        return own_words(said.text)
    if not said.text and said.quotes:
        return Words(_cut(plain(markup)))
    return Words(_cut(said.text), said.quotes)


def unmarked(text: str) -> Words:
    """What a plain text says."""
    return Words(_cut(tidy(storable(text))))


def heading(text: str, *, markup: bool) -> str:
    """A title, in one line."""
    text = own_words(text[:20_000]).text if markup else storable(text[:20_000])
    return " ".join(tidy(text).split())[:_TITLE]


def _cut(text: str) -> str:
    return text[:LONGEST]
