"""HTML from strangers: read as such unless it was made to stop the reader."""

from __future__ import annotations

import html
import re

from listening.text import Words, tidy, words

_TAGS = 10_000  # that stay open until they are closed; an HTML parser's time grows with the square of their depth
_OPEN = re.compile(r"<(?!(?:br|p|li|t[dhr]|img|hr|wbr|d[dt]|option)\b)[a-z]", re.I)
_LINE = re.compile(r"<(?:br|/?p|/?div|li|/tr|/h[1-6])\b[^<>]*>", re.I)
_TAG = re.compile(r"<[!/a-z][^<>]*>", re.I)


def marked_words(markup: str, skip: str = "") -> Words:
    """As `listening.text.words`; of what has more tags than any person's text, its text without telling quotes."""
    if sum(1 for _ in _OPEN.finditer(markup)) <= _TAGS:
        return words(markup, skip)
    return Words(tidy(html.unescape(_TAG.sub(" ", _LINE.sub("\n", markup)))))
