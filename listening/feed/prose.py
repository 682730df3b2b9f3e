"""A feed's texts as plain words, decoded twice where they were escaped twice."""

from __future__ import annotations

import html
import re

from listening.text import Words, plain, tidy, words

LONGEST = 100_000  # characters of a text that are kept
_TITLE = 500
_DEEPEST = 500  # open elements; an HTML parser's time grows with their square, and people need a dozen
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_MARKUP = re.compile(r"<[^<>]*>?")
_ENDED_BY_OTHERS = frozenset(
    "area base br col dd dt embed hr img input li link meta option p param source td th tr track wbr".split()
)
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
    if _is_too_deep(markup):
        return Words(_cut(tidy(html.unescape(_MARKUP.sub(" ", markup)))))
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


def _is_too_deep(markup: str) -> bool:
    """Counts an element as open until its own end, since a parser overlooks an end that comes at the wrong place."""
    if markup.count("<") <= _DEEPEST:
        return False
    opened: list[str] = []
    for closing, tag in _TAG.findall(markup):
        name = tag.lower()
        if name in _ENDED_BY_OTHERS:
            continue
        if not closing:
            opened.append(name)
        elif opened and opened[-1] == name:
            opened.pop()
        if len(opened) > _DEEPEST:
            return True
    return False
