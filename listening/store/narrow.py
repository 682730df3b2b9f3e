"""Narrowing: what the search index must find in each post that a query can match, as expressions of FTS5.

An expression may find more posts than the query matches, never fewer; the matcher decides on each of them. None stands
for "any post" (the index cannot tell) and "" for "no post".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, product
from math import prod

from listening.query import And, Around, Field, Near, Node, Or, Phrase, Word
from listening.query.term import Step, steps

_DEEPEST = 12  # nodes within nodes: FTS5's parser has a small stack
_LONGEST = 20_000  # characters of an expression; a scan is quicker than asking for more
_MOST_WAYS = 128  # to write some words in a row; of more each two neighbours are looked for

Terms = str | None
Choice = Sequence[tuple[str, bool]]  # words of which one must stand at a place, and whether it only begins so


def narrow(node: Node) -> tuple[Terms, Terms]:
    """What `posts_fts` must find in a post that is not odd, and `posts_folded` in one that is, for a tree to match."""
    return _bounded(_Plain().terms(node)), _bounded(_Folded().terms(node))


def _bounded(terms: Terms) -> Terms:
    return None if terms is not None and len(terms) > _LONGEST else terms


class _Narrowing:
    """From a tree to an expression; in the two tables words stand differently."""

    gaps: tuple[str, ...]  # what may stand between two words that follow each other

    def terms(self, node: Node, depth: int = 0) -> Terms:  # noqa: PLR0911 - one for each kind of node
        """The expression of a node."""
        match node if depth < _DEEPEST else None:
            case And(nodes) | Near(nodes):
                return _all(self.terms(part, depth + 1) for part in nodes)
            case Or(nodes):
                return _some(self.terms(part, depth + 1) for part in nodes)
            case Around(words):
                return _all(self.chain(steps(word)) for word in words)
            case Field(_, inner):
                return self.terms(inner, depth + 1)
            case Phrase(words):
                return self.chain([step for word in words for step in steps(word)])
            case Word(text):
                return self.chain(steps(text))
        return None

    def chain(self, chain: Sequence[Step]) -> Terms:
        """The expression of words that follow each other."""
        words = [self.written(step) for step in chain]
        if prod(map(len, words)) * len(self.gaps) ** len(words) <= _MOST_WAYS:
            return self._row(words)
        return _all(self._row(pair) for pair in pairwise(words))

    def written(self, step: Step) -> Choice:
        """What may stand in the table for a word."""
        starts = [(wildcard.low, True) for wildcard in step.wildcards]
        return starts or [(form, False) for form in sorted(step.forms)]

    def _row(self, words: Sequence[Choice]) -> Terms:
        return _all(_some(way for choice in product(*part) for way in self._ways(choice)) for part in _parts(words))

    def _ways(self, choice: Choice) -> Iterator[str]:
        for gaps in product(self.gaps, repeat=len(choice) - 1):
            phrase = "".join(word + gap for (word, _), gap in zip(choice, (*gaps, ""), strict=True))
            yield f'"{phrase}"{" *" * choice[-1][1]}'


class _Plain(_Narrowing):
    """Words as FTS5 reads them, all of them ASCII; the s of a possessive is a word, too."""

    gaps = (" ", " s ")

    def written(self, step: Step) -> Choice:
        """Only what is ASCII: no other words are in posts that are not odd."""
        return [(word, begins) for word, begins in super().written(step) if word.isascii()]


class _Folded(_Narrowing):
    """Words as the matcher reads them."""

    gaps = (" ",)


def _parts(words: Sequence[Choice]) -> Iterator[list[Choice]]:
    """Words in a row, in parts: FTS5 takes a phrase of which only the last word may be a beginning."""
    part: list[Choice] = []
    for choice in words:
        part.append(choice)
        if any(begins for _, begins in choice):
            yield part
            part = []
    if part:
        yield part


def _all(parts: Iterable[Terms]) -> Terms:
    """Each of the parts that tell anything."""
    known = list(dict.fromkeys(part for part in parts if part is not None))
    if "" in known:
        return ""
    return known[0] if len(known) == 1 else " AND ".join(map(_enclosed, known)) or None


def _some(parts: Iterable[Terms]) -> Terms:
    """At least one of the parts."""
    given = list(dict.fromkeys(parts))
    if None in given:
        return None
    return " OR ".join(_enclosed(part) for part in given if part)


def _enclosed(terms: str) -> str:
    return f"({terms})" if " AND " in terms or " OR " in terms else terms
