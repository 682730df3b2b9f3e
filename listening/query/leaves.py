"""Leaves: the words and distances of a query, checked one by one."""

from __future__ import annotations

import re

from listening.errors import QueryError
from listening.query.term import steps
from listening.query.tokens import RefusedError, Token
from listening.query.tree import Around, Link, Near, Node, Or, Phrase, Word

LONGEST_PHRASE = 200  # words, or characters of a script without spaces
MISPLACED = '~ stands right after a phrase, as in "acme anvil"~5; for the word itself use quotes'
_NOTHING_BEFORE = "? is one letter inside a word, and needs at least two letters or digits right before it: colo?r"

_FARTHEST = 100  # words that a NEAR looks across
_ALMOST_NEAR = re.compile(r"O?NEAR(/.*)?|(?i:o?near/\d+)", re.DOTALL)


def word(token: Token, raw: bool) -> Word:
    """The word that a token is. Raises RefusedError for one that cannot be searched for."""
    text, start = token.text, token.start
    if _ALMOST_NEAR.fullmatch(text):
        message = f"type NEAR in capitals and with a distance of 1 to {_FARTHEST} words: NEAR/5"
        raise RefusedError(start, message)
    if text.isascii() and text.isalnum():
        return Word(text, raw)
    if text.startswith("?"):
        raise RefusedError(start, _NOTHING_BEFORE)
    if "~" in text:
        raise RefusedError(start + text.index("~"), MISPLACED)
    found = searchable(text, start)
    if found > LONGEST_PHRASE:
        raise RefusedError(start, f"a word may have up to {LONGEST_PHRASE} parts: a few of them will do")
    if not found:
        remedy = "write OR" if text.strip("|") == "" else "remove it, or put the whole name in quotes"
        message = f"{text} has no letter, digit or emoji to search for: {remedy}"
        raise RefusedError(start, message)
    return Word(text, raw)


def searchable(word: str, start: int) -> int:
    """How many words of a text it stands for; of a script without spaces, how many characters."""
    try:
        return 1 if word.isascii() and word.isalnum() else len(steps(word, True, False))
    except QueryError as error:
        raise RefusedError(start + error.position, error.message) from None


def distance(number: str, start: int, form: str) -> int:
    """The words of a distance typed there, in such a form."""
    if not number.isdecimal() or len(number) > 4 or not 1 <= int(number) <= _FARTHEST:
        raise RefusedError(start, f"the distance is 1 to {_FARTHEST} words: {form}")
    return int(number)


def link(token: Token) -> Link:
    """The link of a NEAR/5 or ONEAR/5."""
    name, _, number = token.text.partition("/")
    return Link(distance(number, token.start, "NEAR/5"), ordered=name == "ONEAR")


def is_local(node: Node) -> bool:
    """Whether a node stands at places, and so can be near others."""
    return isinstance(node, Word | Phrase | Around | Near) or (isinstance(node, Or) and all(map(is_local, node.nodes)))
