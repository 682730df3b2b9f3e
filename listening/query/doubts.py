"""What a query asks for that its writer hardly means: operators in small letters, which are words."""

from __future__ import annotations

from collections.abc import Iterator

from listening.query.tree import And, Field, Near, Node, Not, Or, Word

_MEANT = {
    "or": "write OR for either of two",
    "and": "leave it out, a space already asks for both",
    "not": "write NOT, or a minus right before what must not occur",
}


def doubts(node: Node) -> list[str]:
    """A sentence for each operator in small letters, which every post would have to hold as a word; mostly none."""
    return [
        f'"{word}" is looked for as a word: {_MEANT[word.lower()]}; quotes say that the word is meant'
        for word in dict.fromkeys(_small(node))
    ]


def _small(node: Node) -> Iterator[str]:
    if isinstance(node, And):
        words = (each.text for each in node.nodes if isinstance(each, Word) and not each.raw)
        yield from (word for word in words if word.lower() in _MEANT)
    if isinstance(node, And | Or | Near):
        for each in node.nodes:
            yield from _small(each)
    elif isinstance(node, Not | Field):
        yield from _small(node.node)
