"""From Markdown as people write it on Reddit to its author's own plain words, with the quotes of others kept apart."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt

from listening.text import Words, words

_LIMIT = 40_000  # characters, Reddit's own bound for a post; hostile text costs more than its length to parse
_BRACKETS = 2_000  # more than any list of links has
_NESTING = 100  # blocks within blocks; deeper ones are only ever made to hurt
_QUOTED = re.compile(r" {0,3}>(?: {0,3}>)*")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_SPOILER = re.compile(r">!((?:(?!>!).)*?)!<", re.DOTALL)
_FILLER = "\u200b"  # editors write it, as `&#x200B;`, to keep an empty paragraph open


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _NESTING}).enable(["table", "strikethrough"])
    # An image's text is its file's name, or "gif": nothing that its author says.
    parser.add_render_rule("image", lambda *_: "")
    return parser


_PARSER = _parser()
_LINKLESS = _parser().disable(["link", "image"])  # brackets that never close take the time of their number squared


def own_words(source: str) -> Words:
    """What a Markdown text says, and what it quotes: lines that begin with ">" (a spoiler, `>!x!<`, is no quote).

    Other than in CommonMark, a line without ">" ends the quote before it, so that no own word is taken for a quote.
    """
    source = html.unescape(source[:_LIMIT]).replace(_FILLER, "")
    source = _SPOILER.sub(r"\1", source)
    parser = _PARSER if source.count("[") <= _BRACKETS else _LINKLESS
    rendered = parser.render("\n".join(_apart(source.splitlines())))
    return words(rendered.replace("<li>\n<p>", "<li>"))  # a list with empty lines between its items stays a list


def _apart(lines: Iterable[str]) -> Iterator[str]:
    """The lines, with an empty one wherever a quote ends and its author goes on at once."""
    depth, fenced = 0, False
    for line in lines:
        fenced ^= _FENCE.match(line) is not None
        marks = None if fenced else _QUOTED.match(line)
        found = marks[0].count(">") if marks else 0
        if found < depth and line.strip():
            yield ">" * found
        depth = found
        yield line
