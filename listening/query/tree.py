"""The tree of a query: what `parse` makes of the words typed, and the words again by `str`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BARE = re.compile(r"(?!-|(?:AND|OR|NOT|O?NEAR/\d+)$|[A-Za-z]+:)[^\s\"()~]+")  # a value that needs no quotes


@dataclass(frozen=True, slots=True)
class Word:
    """One word as typed: `acme`, `AT&T`, `#tag`, `refund*`. It holds no space, quote or parenthesis."""

    text: str
    raw: bool = False  # in exactly this case and with these accents

    def __str__(self) -> str:
        return f"raw:{self.text}" if self.raw else self.text


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order with no other word between them; each of them as in Word."""

    words: tuple[str, ...]
    raw: bool = False

    def __str__(self) -> str:
        return f'{"raw:" * self.raw}"{" ".join(self.words)}"'


@dataclass(frozen=True, slots=True)
class Around:
    """Words of which any two stand at most `distance` words apart, in whatever order: `"acme anvil"~5`."""

    words: tuple[str, ...]
    distance: int
    raw: bool = False

    def __str__(self) -> str:
        return f"{Phrase(self.words, self.raw)}~{self.distance}"


@dataclass(frozen=True, slots=True)
class Field:
    """A node, without further fields in it, of which every word must stand in the title or in the text."""

    name: str  # "title" or "text"
    node: Node

    def __str__(self) -> str:
        return f"{self.name}:{_enclosed(self.node, And, Or, Not, Near)}"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that must be known of the post beside its words: `site:reddit.com`, `followers:>1000`.

    `title:` and `text:` are Fields. Of several values in parentheses each becomes a Fact of its own.
    """

    name: str  # one of fields.FIELDS
    value: str  # as typed, without quotes

    def __str__(self) -> str:
        return f"{self.name}:{self.value}" if _BARE.fullmatch(self.value) else f'{self.name}:"{self.value}"'


@dataclass(frozen=True, slots=True)
class Not:
    """What must not occur. It only ever takes away: a query needs something that must occur, too."""

    node: Node

    def __str__(self) -> str:
        return f"NOT {_enclosed(self.node, And, Or, Not)}"


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more nodes, anywhere in title or text."""

    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(_enclosed(node, And, Or) for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more nodes."""

    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(_enclosed(node, Or) for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Link:
    """How far the next operand of a Near may stand: `words` counts words, neighbours being 1 apart."""

    words: int
    ordered: bool = False  # True: the next operand must come after this one

    def __str__(self) -> str:
        return f"{'O' if self.ordered else ''}NEAR/{self.words}"


@dataclass(frozen=True, slots=True)
class Near:
    """Operands (Word, Phrase, Around, Near, or an Or of those) that each stand near the next one; links are one fewer.

    A Near among the operands stands wherever one of its own operands stands near enough to the others.
    """

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]

    def __str__(self) -> str:
        parts = [_enclosed(self.nodes[0], Or, Near)]
        for link, node in zip(self.links, self.nodes[1:], strict=True):
            parts += (str(link), _enclosed(node, Or, Near))
        return " ".join(parts)


Node = Word | Phrase | Around | And | Or | Not | Near | Field | Fact


def _enclosed(node: Node, *kinds: type[And | Or | Not | Near]) -> str:
    return f"({node})" if isinstance(node, kinds) else str(node)
