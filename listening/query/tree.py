"""The tree of a query: what `parse` makes of the words typed, and the words again by `str`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One word as typed: `acme`, `AT&T`, `#tag`, `refund*`. It holds no space, quote or parenthesis."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order with no other word between them; each of them as in Word."""

    words: tuple[str, ...]

    def __str__(self) -> str:
        return f'"{" ".join(self.words)}"'


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
    """Operands (Word, Phrase, or an Or of those) that each stand near the next one; links are one fewer."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]

    def __str__(self) -> str:
        parts = [_enclosed(self.nodes[0], Or)]
        for link, node in zip(self.links, self.nodes[1:], strict=True):
            parts += (str(link), _enclosed(node, Or))
        return " ".join(parts)


Node = Word | Phrase | And | Or | Not | Near


def _enclosed(node: Node, *kinds: type[And | Or | Not]) -> str:
    return f"({node})" if isinstance(node, kinds) else str(node)
