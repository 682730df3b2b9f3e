"""Deciding: whether a stored post satisfies a query, by the same compiled matcher that looks at posts in flight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from listening.post import Post
from listening.query import And, Fact, Field, Node, Not, Or
from listening.query import compile as compile_queries
from listening.query.fields import FIELDS

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Where in title and text the words stand that satisfied a query."""

    title_spans: Spans = ()
    text_spans: Spans = ()


class Decider:
    """One query. `facts` are those of its facts that only the store knows, which the asker looks up."""

    def __init__(self, node: Node) -> None:
        self._tree = _spread(node)
        leaves = dict.fromkeys(_leaves(self._tree))
        self.facts = tuple(leaf for leaf in leaves if isinstance(leaf, Fact) and FIELDS[leaf.name].stored)
        self._leaves = {str(number): leaf for number, leaf in enumerate(leaves) if leaf not in self.facts}
        self._matcher = compile_queries(self._leaves)

    def decide(self, post: Post, known: Mapping[Fact, bool]) -> Decision | None:
        """Where the query's words stand in a post that satisfies it, else None; `known` answers `facts`."""
        hits = self._matcher.match(post.title, post.text)
        true = {self._leaves[hit.name] for hit in hits} | {fact for fact, answer in known.items() if answer}
        if not _holds(self._tree, true):
            return None
        return Decision(_joined(hit.title_spans for hit in hits), _joined(hit.text_spans for hit in hits))


def _holds(node: Node, true: set[Node]) -> bool:
    match node:
        case And(nodes):
            return all(_holds(part, true) for part in nodes)
        case Or(nodes):
            return any(_holds(part, true) for part in nodes)
        case Not(part):
            return not _holds(part, true)
    return node in true


def _leaves(node: Node) -> Iterator[Node]:
    match node:
        case And(nodes) | Or(nodes):
            for part in nodes:
                yield from _leaves(part)
        case Not(part):
            yield from _leaves(part)
        case _:
            yield node


def _spread(node: Node, field: str = "") -> Node:
    """The tree with `title:` and `text:` at its leaves, so that each leaf asks for something that must occur."""
    match node:
        case And(nodes):
            return And(tuple(_spread(part, field) for part in nodes))
        case Or(nodes):
            return Or(tuple(_spread(part, field) for part in nodes))
        case Not(part):
            return Not(_spread(part, field))
        case Field(name, part):
            return _spread(part, name)
    return Field(field, node) if field else node


def _joined(found: Iterable[Spans]) -> Spans:
    """All of these spans in order, overlapping ones as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted({span for spans in found for span in spans}):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
