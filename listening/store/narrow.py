"""Narrowing: what the search index must find in each post that a query can match, as expressions of FTS5.

An expression may find more posts than the query matches, never fewer; the matcher decides on each of them. None stands
for "any post" (the index cannot tell) and "" for "no post".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise, product
from math import prod

from listening.query import And, Around, Field, Near, Node, Or, Phrase, Word
from listening.query.line import line
from listening.query.term import Step, steps
from listening.query.words import Kind, kind

_DEEPEST = 12  # nodes within nodes: FTS5's parser has a small stack
_LONGEST = 20_000  # characters of an expression; a scan is quicker than asking for more
_MOST_WAYS = 128  # to write some words in a row; of more each two neighbours are looked for

Terms = str | None


def narrow(node: Node) -> tuple[Terms, Terms]:
    """What `posts_fts` must find in a post that is not odd, and `posts_folded` in one that is, for a tree to match."""
    return _bounded(_Plain().terms(node)), _bounded(_Folded().terms(node))


def _bounded(terms: Terms) -> Terms:
    return None if terms is not None and len(terms) > _LONGEST else terms


class _Narrowing:
    """From a tree to an expression; the two tables hold words differently."""

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
        """The expression of words that stand one after the other."""
        raise NotImplementedError


class _Plain(_Narrowing):
    """Words as FTS5 reads them; between two of them there may be the s of a possessive."""

    def chain(self, chain: Sequence[Step]) -> Terms:
        words = [_plain_words(step) for step in chain]
        if prod(map(len, words)) << len(words) <= _MOST_WAYS:
            return _phrases(words)
        return _all(_phrases(pair) for pair in pairwise(words))


def _plain_words(step: Step) -> list[tuple[str, bool]]:
    """What FTS5 may read for a word, and whether it only begins so."""
    starts = [(wildcard.low, True) for wildcard in step.wildcards if wildcard.low.isascii()]
    return starts or [(form, False) for form in sorted(step.forms) if form.isascii()]


def _phrases(words: Sequence[Sequence[tuple[str, bool]]]) -> Terms:
    """Every way to write some words in a row."""
    return _all(_some(way for choice in product(*row) for way in _ways(choice)) for row in _rows(words))


def _rows(words: Sequence[Sequence[tuple[str, bool]]]) -> Iterator[list[Sequence[tuple[str, bool]]]]:
    """The row in parts: FTS5 takes a phrase of which only the last word may be a beginning."""
    row = []
    for choice in words:
        row.append(choice)
        if any(begins for _, begins in choice):
            yield row
            row = []
    if row:
        yield row


def _ways(choice: Sequence[tuple[str, bool]]) -> Iterator[str]:
    for gaps in product((" ", " s "), repeat=len(choice) - 1):
        phrase = "".join(word + gap for (word, _), gap in zip(choice, (*gaps, ""), strict=True))
        yield f'"{phrase}"{" *" * choice[-1][1]}'


class _Folded(_Narrowing):
    """Words as they stand in the matcher's line, where signs of scripts without spaces are words."""

    def chain(self, chain: Sequence[Step]) -> Terms:
        return _all(self._runs(chain))

    def _runs(self, chain: Sequence[Step]) -> Iterator[Terms]:
        for together, run in groupby(chain, _is_sign):
            if together:
                yield _quoted(" ".join(form for step in run for form in step.forms))
                continue
            for step in run:
                starts = [_quoted(wildcard.low) for wildcard in step.wildcards]
                yield (
                    _some(start and f"{start} *" for start in starts)
                    if starts
                    else _some(map(_quoted, sorted(step.forms)))
                )


def _is_sign(step: Step) -> bool:
    return len(step.forms) == 1 and all(kind(form[0]) is Kind.SIGN for form in step.forms)


def _quoted(words: str) -> Terms:
    found = " ".join(line(words).split())
    return f'"{found}"' if found else None


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
