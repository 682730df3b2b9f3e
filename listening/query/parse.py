r"""The query language: from what people type to a tree, or to an error that says what would be right.

    acme anvil              both words, anywhere; AND is understood between terms
    "acme anvil"            both words, in this order and together; "acme anvil"~5: in any order, at most 5 words apart
    acme OR globex          either
    acme NOT of, acme -of   the first, unless the second occurs too
    acme NEAR/5 (a OR b)    at most 5 words apart, in either order (neighbours are 1 apart); ONEAR/5: in this order
    (acme OR globex) anvil  parentheses group
    refund* colo?r          * ends a word in any way, or stands for any letters inside it; ? is one letter inside it
    raw:Apple               in exactly this case and with these accents
    #tag @handle $TSLA C++ AT&T 7-Eleven acme.com 🎉        as people type them
    title:acme text:(a OR "b c")                            there alone
    site:reddit.com type:(post OR review) followers:>1000   facts beside the words: the fields

NEAR binds tightest; then NOT and AND, typed or understood; then OR. Operators are capitals: "and" is a word. In
`a NEAR/2 b NEAR/3 c` each operand must be near the next one. A plain word is found whatever punctuation stands around
it (`acme` in "#acme", "acme.com", "Acme's"); punctuation typed inside a word, or # @ $ before it and + # after it, must
be there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from listening.errors import QueryError
from listening.query.fields import FIELDS, WORDS, checked, unknown
from listening.query.leaves import LONGEST_PHRASE, MISPLACED, distance, is_local, link, searchable, word
from listening.query.tokens import DEEPEST, RefusedError, Token, plain, tokens
from listening.query.tree import And, Around, Fact, Field, Near, Node, Not, Or, Phrase

_LONGEST = 10_000  # characters of a query
_MOST_NEARS = 100
_MOST_LINKS = 50  # which are looked for one by one

_IN_PHRASE = re.compile(r'[^\s"]+')
_VALUE = re.compile(r'[^\s"()]*')
_OPERATORS = frozenset({"or", "and", "not", "minus", "near"})
_ONLY_TAKES = "NOT only takes away: name beside it something that must occur, as in acme NOT of"
_NEAR_TAKES = (
    "NEAR takes words, phrases, other NEARs, and ORs of these in parentheses; "
    "a field goes around it, as in title:(a NEAR/5 b)"
)


def parse(query: str, stored: bool = False, intents: Collection[str] = ()) -> Node:
    """The tree of a brand's query, or, with `stored`, of one for searching what is stored, which knows more fields.

    `intents` are those that `intent:` may name; without them it may name any.
    Raises QueryError, which points at the character, for one that cannot be searched for.
    """
    if len(query) > _LONGEST:
        message = f"a query may have up to {_LONGEST:,} characters, this one has {len(query):,}"
        raise QueryError(query[:80] + "…", 0, message)
    if not query.strip():
        raise QueryError(query, 0, "the query is empty: type a name, such as acme")
    try:
        return _Parser(plain(query), stored, intents).whole().node
    except RefusedError as error:
        raise QueryError(query, error.position, error.message) from None


class _Part:
    """A node on its way up: its start and depth, and where and why it leaves nothing that must occur."""

    __slots__ = ("depth", "lacking", "node", "start")

    def __init__(self, node: Node, start: int, lacking: tuple[int, str] | None = None, depth: int = 1) -> None:
        self.node, self.start, self.lacking, self.depth = node, start, lacking, depth

    @classmethod
    def over(cls, parts: Sequence[_Part], node: Node, start: int, lacking: tuple[int, str] | None = None) -> _Part:
        """The part that holds these parts."""
        depth = 1 + max(part.depth for part in parts)
        if depth > DEEPEST:
            raise RefusedError(start, f"a query may be nested {DEEPEST} deep: make two queries of it")
        return cls(node, start, lacking, depth)


class _Parser:
    """One pass over the tokens; each method takes what binds tighter than it from the next one.

    `inside` is the field whose parentheses these are; `raw` says that case and accents count.
    """

    def __init__(self, query: str, stored: bool, intents: Collection[str]) -> None:
        self.query, self.stored, self.intents = query, stored, intents
        self.tokens = tokens(query)
        self.at = 0
        self.links = self.nears = 0

    def whole(self) -> _Part:
        part = self.any()
        if part.lacking is not None and not self.stored:
            raise RefusedError(*part.lacking)
        return part

    def any(self, inside: str = "", raw: bool = False) -> _Part:
        parts = [self.all(inside, raw)]
        while self.tokens[self.at].kind == "or":
            self.at += 1
            parts.append(self.all(inside, raw))
        if len(parts) == 1:
            return parts[0]
        lacking = next((part.lacking for part in parts if part.lacking is not None), None)
        return _Part.over(parts, Or(tuple(part.node for part in parts)), parts[0].start, lacking)

    def all(self, inside: str, raw: bool) -> _Part:
        parts = [self.item(inside, raw)]
        while (kind := self.tokens[self.at].kind) not in {"or", "close", "end"}:
            if kind == "and":
                self.at += 1
            parts.append(self.item(inside, raw))
        if len(parts) == 1:
            return parts[0]
        lacking = parts[0].lacking if all(part.lacking is not None for part in parts) else None
        return _Part.over(parts, And(tuple(part.node for part in parts)), parts[0].start, lacking)

    def item(self, inside: str, raw: bool) -> _Part:
        sign = self.tokens[self.at]
        if sign.kind not in {"not", "minus"}:
            return self.near(inside, raw)
        self.at += 1
        part = self.near(inside, raw)
        return _Part.over([part], Not(part.node), sign.start, (sign.start, _ONLY_TAKES))

    def near(self, inside: str, raw: bool) -> _Part:
        first = self.atom(inside, raw)
        if self.tokens[self.at].kind != "near":
            return first
        parts, links = [first], []
        while (token := self.tokens[self.at]).kind == "near":
            self.at += 1
            self.count(token, 1)
            links.append(link(token))
            parts.append(self.atom(inside, raw))
        for part in parts:
            if not is_local(part.node):
                raise RefusedError(part.start, _NEAR_TAKES)
        return _Part.over(parts, Near(tuple(part.node for part in parts), tuple(links)), first.start)

    def atom(self, inside: str, raw: bool) -> _Part:
        token = self.tokens[self.at]
        kind = token.kind
        if inside in FIELDS and kind in {"word", "phrase", "field"}:
            return self.value(inside, token)
        self.at += 1
        if kind == "word":
            return _Part(word(token, raw), token.start)
        if kind == "phrase":
            return self.phrase(token, raw)
        if kind == "field":
            return self.field(token, inside, raw)
        if kind != "open":
            raise self.missing(token, self.tokens[self.at - 2] if self.at > 1 else None)
        part = self.any(inside, raw)
        self.at += 1
        return part

    def phrase(self, token: Token, raw: bool) -> _Part:
        found = list(_IN_PHRASE.finditer(token.text))
        taken = [searchable(each[0], token.start + each.start()) for each in found]
        if sum(taken) > LONGEST_PHRASE:
            raise RefusedError(token.start, f"a phrase may have up to {LONGEST_PHRASE} words: a part of it will do")
        if not any(taken):
            raise RefusedError(token.start, "there is no letter, digit or emoji between these quotes to search for")
        words = tuple(each[0] for each in found)
        after = self.tokens[self.at]
        if after.kind != "tilde":
            return _Part(Phrase(words, raw), token.start)
        self.at += 1
        words_apart = distance(after.text[1:], after.start, '"acme anvil"~5')
        if sum(map(bool, taken)) < 2:
            raise RefusedError(after.start, "~ takes two words or more between its quotes: leave it out here")
        self.count(after, len(words) - 1)
        return _Part(Around(words, words_apart, raw), token.start)

    def count(self, token: Token, nears: int) -> None:
        """Refuse more proximities than can be looked for quickly."""
        self.nears += nears
        if self.nears > _MOST_NEARS:
            raise RefusedError(token.start, f"a query may have up to {_MOST_NEARS} NEARs: make two queries of it")

    def field(self, token: Token, inside: str, raw: bool) -> _Part:
        name = token.text[:-1].lower()
        if name not in FIELDS and name not in WORDS:
            raise RefusedError(
                token.start, unknown(token.text[:-1], self.rest(token.start + len(token.text)), self.stored)
            )
        if raw or (inside and name != "raw"):
            message = f"{token.text} stands inside {inside or 'raw'}: write one beside the other"
            raise RefusedError(token.start, message)
        after = self.tokens[self.at]
        if after.start != token.start + len(token.text) or after.kind in {"close", "end"}:
            raise RefusedError(token.start, f"{token.text} needs what it asks for right after it, without a space")
        if name in FIELDS:
            return self.known(name, token)
        if name == "raw":
            return self.atom(inside, raw=True)
        part = self.atom(name, raw)
        return _Part.over([part], Field(name, part.node), token.start, part.lacking)

    def known(self, name: str, token: Token) -> _Part:
        """What must be known of the post: one value, or several in parentheses."""
        if FIELDS[name].stored and not self.stored:
            message = f"{token.text} is for searching what is stored, and a brand's query hears posts as they come"
            raise RefusedError(token.start, f"{message}: leave it out here")
        if self.tokens[self.at].kind in {"open", "phrase"}:
            part = self.atom(name, raw=False)
            return _Part(part.node, token.start, part.lacking, part.depth)
        return self.fact(name, token.start, token.start + len(token.text))

    def value(self, name: str, token: Token) -> _Part:
        """One of the values in a field's parentheses."""
        own = token.text[:-1].lower()
        if token.kind == "field" and (own in FIELDS or own in WORDS):
            raise RefusedError(token.start, f"{token.text} stands inside {name}: write one beside the other")
        return self.fact(name, token.start, token.start)

    def fact(self, name: str, start: int, at: int) -> _Part:
        """The fact whose value begins there, be it one token or, as in https://acme.com, several."""
        end = at + 1
        if self.query[at] == '"':
            end = self.query.index('"', at + 1) + 1
            value = " ".join(self.query[at + 1 : end - 1].split())
        else:
            value = self.rest(at)
            end = at + len(value)
        while self.tokens[self.at].start < end:
            self.at += 1
        self.links += name == "link"
        if self.links > _MOST_LINKS:
            raise RefusedError(start, f"a query may have up to {_MOST_LINKS} links: make two queries of it")
        try:
            checked(name, value, self.intents)
        except ValueError as error:
            raise RefusedError(at, f"{name}: {error}") from None
        broad = f"{name}: only narrows down: name beside it something that must occur, as in acme {name}:{value}"
        return _Part(Fact(name, value), start, None if FIELDS[name].alone else (start, broad))

    def rest(self, at: int) -> str:
        """What is typed from there without a space."""
        found = _VALUE.match(self.query, at)
        return found[0] if found else ""

    def missing(self, token: Token, before: Token | None) -> RefusedError:
        """Why no term begins with this token."""
        if before is not None and before.kind in _OPERATORS:
            return RefusedError(
                before.start, f"{before.text} needs a word, a phrase or a group in parentheses after it"
            )
        if token.kind == "close" and before is not None:
            return RefusedError(before.start, "there is nothing between these parentheses")
        if token.kind == "tilde":
            return RefusedError(token.start, MISPLACED)
        message = f"{token.text} needs a word, a phrase or a group in parentheses before it"
        return RefusedError(token.start, message)
