r"""The query language: from what people type to a tree, or to an error that says what would be right.

    acme anvil              both words, anywhere; AND is understood between terms
    "acme anvil"            both words, in this order and together
    acme OR globex          either
    acme NOT of, acme -of   the first, unless the second occurs too
    acme NEAR/5 (a OR b)    at most 5 words apart, in either order (neighbours are 1 apart); ONEAR/5: in this order
    (acme OR globex) anvil  parentheses group
    refund* colo?r          * ends a word in any way, or stands for any letters inside it; ? is one letter inside it
    #tag @handle $TSLA C++ AT&T 7-Eleven acme.com 🎉        as people type them

NEAR binds tightest; then NOT and AND, typed or understood; then OR. Operators are capitals: "and" is a word. In
`a NEAR/2 b NEAR/3 c` each operand must be near the next one. A plain word is found whatever punctuation stands around
it (`acme` in "#acme", "acme.com", "Acme's"); punctuation typed inside a word, or # @ $ before it and + # after it, must
be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from lark import Lark, Token, Transformer, UnexpectedToken

from listening.errors import QueryError
from listening.query.gap import read_gap
from listening.query.term import steps
from listening.query.tree import And, Link, Near, Node, Not, Or, Phrase, Word
from listening.query.words import Kind, Words, kind

_LONGEST = 10_000  # characters of a query
_DEEPEST = 100  # parentheses within parentheses, and nodes within nodes: far from Python's limit of recursion
_FARTHEST = 100  # words that a NEAR looks across
_SHORTEST_JOINED = 6  # letters of a name that is also looked for written as one word

_GRAMMAR = r"""
start: any
any: all (_OR all)*
all: item (_AND? item)*
?item: near | (NOT | MINUS) near -> negation
near: atom (NEAR atom)*
?atom: WORD -> word | PHRASE -> phrase | "(" any ")" -> group

_OR.2: /OR(?=[\s"()]|$)/
_AND.2: /AND(?=[\s"()]|$)/
NOT.2: /NOT(?=[\s"()]|$)/
NEAR.2: /O?NEAR\/\d+(?=[\s"()]|$)/
MINUS.2: /-(?=[^\s)])/
WORD: /[^\s"()]+/
PHRASE: /"[^"]*"/
%ignore /\s+/
"""
_QUOTES = "“”„‟«»＂"
_PLAIN = str.maketrans(dict.fromkeys(_QUOTES, '"') | {"（": "(", "）": ")"})
_BRACKET = re.compile(r'"[^"]*"|["()]')
_LIMITS = (  # what costs most to look for, so that no query takes long on any post
    (re.compile(r"NEAR/"), 100, "NEARs"),
    (re.compile(r"(?<=[\w*])[*?]+(?=\w)"), 20, "wildcards inside words"),
)
_FIELD = re.compile(r"[A-Za-z]+:")
_ALMOST_NEAR = re.compile(r"O?NEAR(/.*)?|o?near/\d+", re.DOTALL)


def parse(query: str) -> Node:
    """The tree of a query. Raises QueryError, which points at the character, for one that cannot be searched for."""
    if len(query) > _LONGEST:
        message = f"a query may have up to {_LONGEST:,} characters, this one has {len(query):,}"
        raise QueryError(query[:80] + "…", 0, message)
    if not query.strip():
        raise QueryError(query, 0, "the query is empty: type a name, such as acme")
    plain = query.translate(_PLAIN)
    try:
        _check(plain)
        return cast(_Part, _parser.parse(plain)).node
    except UnexpectedToken as error:
        position, message = _explain(plain, error)
        raise QueryError(query, position, message) from None
    except _RefusedError as error:
        raise QueryError(query, error.position, error.message) from None


def from_names(name: str, aliases: Sequence[str] = ()) -> Node:
    """The default query of a brand: its name and aliases as phrases, and those of several words also written as one.

    Raises QueryError where a name has no letter, digit or emoji.
    """
    terms = []
    for each in (name, *aliases):
        words = re.sub(f'["*?{_QUOTES}]', " ", each).split()
        terms += [f'"{" ".join(words)}"', *_as_one_word(" ".join(words))]
    return parse(" OR ".join(dict.fromkeys(terms)))


def _as_one_word(name: str) -> Iterator[str]:
    """AcmeAnvil of Acme Anvil or Acme-Anvil: hashtags and handles are written so."""
    words = Words(name)
    gaps = words.gaps()
    joined = "".join(words.clean[start:end] for start, end in words.places(range(len(words.raw))))
    if len(words.raw) < 2 or len(joined) < _SHORTEST_JOINED or read_gap(gaps[0], first=True).lead:
        return
    if all(read_gap(gap).glue in {" ", "-"} for gap in gaps[1:-1]) and all(
        kind(word[0]) is Kind.LETTER for word in words.raw
    ):
        yield joined


class _RefusedError(Exception):
    """A query that cannot be used; QueryError once the whole query is at hand."""

    def __init__(self, position: int, message: str) -> None:
        self.position, self.message = position, message


def _check(query: str) -> None:
    """Refuse brackets without a partner, and more than can be searched for quickly."""
    opened: list[int] = []
    for found in _BRACKET.finditer(query):
        match found[0]:
            case "(":
                opened.append(found.start())
                if len(opened) > _DEEPEST:
                    raise _RefusedError(opened[-1], f"a query may be nested {_DEEPEST} deep: leave this one out")
            case ")" if opened:
                opened.pop()
            case ")":
                raise _RefusedError(found.start(), "this parenthesis was never opened: remove it, or add ( before it")
            case '"':
                raise _RefusedError(
                    found.start(), 'this quote is never closed: add " after the last word of the phrase'
                )
    if opened:
        raise _RefusedError(opened[-1], "this parenthesis is never closed: add ) after its last word")
    for pattern, most, what in _LIMITS:
        places = [found.start() for found in pattern.finditer(query)]
        if len(places) > most:
            raise _RefusedError(places[most], f"a query may have up to {most} {what}: make two queries of it")


def _explain(query: str, error: UnexpectedToken) -> tuple[int, str]:
    """Where and why the grammar stopped: always where a term is missing."""
    end = len(query) if error.token.type == "$END" else error.token.start_pos or 0
    tokens = [token for token in _parser.lex(query) if (token.start_pos or 0) < end]
    before = tokens[-1] if tokens and tokens[-1].type in _OPERATORS else None
    if before is not None and before.type != "LPAR":
        return before.start_pos or 0, f"{before} needs a word, a phrase or a group in parentheses after it"
    if error.token.type == "RPAR":
        return before.start_pos or 0 if before else end, "there is nothing between these parentheses"
    return end, f"{error.token} needs a word, a phrase or a group in parentheses before it"


_OPERATORS = {"_OR", "_AND", "NOT", "NEAR", "MINUS", "LPAR"}


@dataclass(slots=True)
class _Part:
    """A node on its way up: its start and depth, and the NOT that leaves it with nothing that must occur."""

    node: Node
    start: int
    depth: int = 1
    lacking: int | None = None

    @classmethod
    def over(cls, parts: Sequence[_Part], node: Node, start: int, lacking: int | None = None) -> _Part:
        """The part that holds these parts."""
        depth = 1 + max(part.depth for part in parts)
        if depth > _DEEPEST:
            raise _RefusedError(start, f"a query may be nested {_DEEPEST} deep: make two queries of it")
        return cls(node, start, depth, lacking)


class _Builder(Transformer[Token, _Part]):
    """Makes the tree while lark parses, bottom up and so without recursion."""

    def start(self, parts: list[_Part]) -> _Part:
        if parts[0].lacking is not None:
            message = "NOT only takes away: name beside it something that must occur, as in acme NOT of"
            raise _RefusedError(parts[0].lacking, message)
        return parts[0]

    def any(self, parts: list[_Part]) -> _Part:
        if len(parts) == 1:
            return parts[0]
        lacking = next((part.lacking for part in parts if part.lacking is not None), None)
        return _Part.over(parts, Or(tuple(part.node for part in parts)), parts[0].start, lacking)

    def all(self, parts: list[_Part]) -> _Part:
        if len(parts) == 1:
            return parts[0]
        lacking = parts[0].lacking if all(part.lacking is not None for part in parts) else None
        return _Part.over(parts, And(tuple(part.node for part in parts)), parts[0].start, lacking)

    def negation(self, children: tuple[Token, _Part]) -> _Part:
        sign, part = children
        start = sign.start_pos or 0
        return _Part.over([part], Not(part.node), start, start)

    def near(self, children: list[_Part | Token]) -> _Part:
        parts = [child for child in children if isinstance(child, _Part)]
        if len(parts) == 1:
            return parts[0]
        for part in parts:
            if not _is_local(part.node):
                raise _RefusedError(part.start, "NEAR takes words, phrases, and ORs of these in parentheses")
        links = tuple(_link(child) for child in children if isinstance(child, Token))
        return _Part.over(parts, Near(tuple(part.node for part in parts), links), parts[0].start)

    def group(self, parts: list[_Part]) -> _Part:
        return parts[0]

    def word(self, tokens: list[Token]) -> _Part:
        text, start = str(tokens[0]), tokens[0].start_pos or 0
        _refuse_planned(text, start)
        if not _searchable(text, start):
            message = f"{text} has no letter, digit or emoji to search for: remove it, or put the whole name in quotes"
            raise _RefusedError(start, message)
        return _Part(Word(text), start)

    def phrase(self, tokens: list[Token]) -> _Part:
        start = tokens[0].start_pos or 0
        words = list(re.finditer(r'[^\s"]+', tokens[0]))
        searchable = [_searchable(word[0], start + word.start()) for word in words]
        if not any(searchable):
            raise _RefusedError(start, "there is no letter, digit or emoji between these quotes to search for")
        return _Part(Phrase(tuple(word[0] for word in words)), start)


def _searchable(word: str, start: int) -> bool:
    try:
        return (word.isascii() and word.isalnum()) or bool(steps(word))
    except QueryError as error:
        raise _RefusedError(start + error.position, error.message) from None


def _refuse_planned(word: str, start: int) -> None:
    """Refuse what a later version will understand, rather than search for something else now."""
    if field := _FIELD.match(word):
        message = f"fields such as {field[0]} are not supported yet; for the words themselves use quotes"
        raise _RefusedError(start, message)
    if "~" in word:
        message = "~ is not supported yet; for words near each other type a NEAR/5 b, for the word itself use quotes"
        raise _RefusedError(start + word.index("~"), message)
    if _ALMOST_NEAR.fullmatch(word):
        raise _RefusedError(start, f"type NEAR in capitals and with a distance of 1 to {_FARTHEST} words: NEAR/5")


def _link(token: Token) -> Link:
    name, _, number = token.partition("/")
    if len(number) > 4 or not 1 <= int(number) <= _FARTHEST:
        raise _RefusedError(token.start_pos or 0, f"the distance of a NEAR is 1 to {_FARTHEST} words: NEAR/5")
    return Link(int(number), ordered=name == "ONEAR")


def _is_local(node: Node) -> bool:
    return isinstance(node, Word | Phrase) or (isinstance(node, Or) and all(map(_is_local, node.nodes)))


_parser = Lark(_GRAMMAR, parser="lalr", lexer="basic", transformer=_Builder())
