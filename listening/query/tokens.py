"""Tokens: a query cut into words, phrases, operators and brackets, with the place of each."""

from __future__ import annotations

import re
from typing import NamedTuple

DEEPEST = 100  # parentheses within parentheses, and nodes within nodes: far from Python's limit of recursion
QUOTES = "“”„‟«»＂"

_PLAIN = str.maketrans(dict.fromkeys(QUOTES, '"') | {"（": "(", "）": ")"})
_END = r'(?=[\s"()]|\Z)'
_TOKEN = re.compile(
    rf'(?P<phrase>"[^"]*")|(?P<tilde>(?<=")~[^\s"()]*)|(?P<open>\()|(?P<close>\))|(?P<or>OR{_END})|(?P<and>AND{_END})'
    rf"|(?P<not>NOT{_END})|(?P<near>O?NEAR/\d+{_END})|(?P<minus>-(?=[^\s)]))|(?P<field>[A-Za-z]+:)"
    r'|(?P<word>[^\s"()]+)|(?P<quote>")'
)
_INNER = re.compile(r"(?<=[\w*])[*?]+(?=\w)")
_MOST_INNER = 20  # wildcards inside words, which take longest to look for


class RefusedError(Exception):
    """A query that cannot be used; QueryError once the whole query is at hand."""

    def __init__(self, position: int, message: str) -> None:
        self.position, self.message = position, message


class Token(NamedTuple):
    """One piece of a query: its kind is the name of its group above, or "end"."""

    kind: str
    text: str
    start: int


def plain(query: str) -> str:
    """The query with one kind of quotes and parentheses; every character keeps its place."""
    return query if query.isascii() else query.translate(_PLAIN)


def tokens(query: str) -> list[Token]:
    """The tokens of a plain query, closed by one of kind "end".

    Raises RefusedError for brackets without a partner, and for more than can be searched for quickly.
    """
    found: list[Token] = []
    opened: list[int] = []
    for match in _TOKEN.finditer(query):
        kind = match.lastgroup or ""
        start = match.start()
        if kind == "open":
            opened.append(start)
            if len(opened) > DEEPEST:
                raise RefusedError(start, f"a query may be nested {DEEPEST} deep: leave this one out")
        elif kind == "close":
            if not opened:
                raise RefusedError(start, "this parenthesis was never opened: remove it, or add ( before it")
            opened.pop()
        elif kind == "quote":
            raise RefusedError(start, 'this quote is never closed: add " after the last word of the phrase')
        found.append(Token(kind, match[0], start))
    if opened:
        raise RefusedError(opened[-1], "this parenthesis is never closed: add ) after its last word")
    inner = [wildcard.start() for wildcard in _INNER.finditer(query)] if "*" in query or "?" in query else []
    if len(inner) > _MOST_INNER:
        message = f"a query may have up to {_MOST_INNER} wildcards inside words: make two queries of it"
        raise RefusedError(inner[_MOST_INNER], message)
    found.append(Token("end", "", len(query)))
    return found
