"""Which parts of a text count toward one brand, and what is said of it beside another."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipelines.sentiment.clauses import Spans, passages
from pipelines.sentiment.impression import Impression, Part
from pipelines.sentiment.relations import OTHER, OWN, Said, said

_MOST_CONTRASTED = 3  # sentences of a text in which what is praised in one brand is missed in the other
_CLEAR = 0.15  # scores beyond it say enough to say the opposite of somebody else
_RELATION = 2.5  # what it says that somebody left one brand for the other
_ORDINAL = re.compile(r"\b(?:the )?(former|latter)\b", re.IGNORECASE)
Spell = Callable[[str], str]  # a text as its tokens were made of it


def toward(read: Impression, spell: Spell, own: Spans, others: Spans) -> list[Part]:
    """The parts of a text that count toward the brand named at `own`, where others are named at `others`.

    One that is only compared with ("better than Acme"), or of which nothing else is said beside the other, gets the
    opposite of what is said of the other.
    """
    if not own:
        return read.parts or list(read.hints() if read.customer else ())
    if not others:
        return _alone(read, _Names(read.text, spell, own, others))
    own, others = _ordinals(read.text, own, others)
    names = _Names(read.text, spell, own, others)
    mine, theirs = _side(read, names, own, others), _side(read, names.swapped(), others, own)
    signs = {one.sign for one in mine.said}
    if "=" in signs:
        return [*mine.parts, *theirs.parts]
    if mine.parts and "!" not in signs:
        return mine.parts
    if "!" in signs or len(read.parts) <= 1 or _sentences(read) <= _MOST_CONTRASTED:
        score = read.score(theirs.parts)
        if abs(score) > _CLEAR:
            strongest = max(theirs.parts, key=lambda part: part.valence * score)
            return [*mine.parts, Part(strongest.first, strongest.end, -3 * score, "comparison")]
    return mine.parts


def _sentences(read: Impression) -> int:
    return sum(word.stops for word in read.words)


def _alone(read: Impression, names: _Names) -> list[Part]:
    """Of a text that names no other brand all counts, but for the name itself."""
    parts = [part for part in read.parts if part.first not in names.tokens or part.end > part.first + 1]
    found = said(names.around(read))
    if found:
        parts = [*_left(parts, found), *_relations(found)]
    return parts or list(read.hints())


def _relations(found: Sequence[Said]) -> list[Part]:
    return [
        Part(one.first, one.end, _RELATION if one.sign == "+" else -_RELATION, "relation")
        for one in found
        if one.sign in "+-"
    ]


def _left(parts: Sequence[Part], found: Sequence[Said]) -> list[Part]:
    """The parts that are not inside of what a relation says more clearly."""
    spans = [(one.first, one.end) for one in found if one.sign in "+-"]
    return [part for part in parts if not any(first <= part.first < end for first, end in spans)]


class _Side(NamedTuple):
    parts: list[Part]
    said: list[Said]


def _side(read: Impression, names: _Names, own: Spans, others: Spans) -> _Side:
    """What is said of the brand named at `own`: in its own clauses, and in relation to others."""
    found = said([(0, names.marked(read))])
    parts = [part for part in read.parts if part.first not in names.tokens or part.end > part.first + 1]
    compared = {place for one in found if one.sign == "!" for place in range(one.first, one.end)}
    real = [span for span in own if names.token(span[0]) not in compared] if compared else own

    def says(start: int, end: int) -> bool:
        first, last = names.token(start), names.upto(end)
        return any(first <= part.first and part.end <= last for part in parts)

    stretches = passages(read.text, real, others, says) if real else []
    ranges = [(names.token(start), names.upto(end)) for start, end in stretches]
    parts = _within([part for part in _left(parts, found)], ranges) + _relations(found)
    return _Side(parts or _within(list(read.hints(deeds=True)), ranges), found)


def _within(parts: Sequence[Part], ranges: Sequence[tuple[int, int]]) -> list[Part]:
    return [part for part in parts if any(first <= part.first < end for first, end in ranges)]


def _ordinals(text: str, own: Spans, others: Spans) -> tuple[Spans, Spans]:
    """The names, with "the former" and "the latter" as the names they stand for."""
    found = list(_ORDINAL.finditer(text)) if "er" in text else []
    if not found:
        return own, others
    one, two = (own, others) if min(own) < min(others) else (others, own)
    former = [match.span() for match in found if match[1].lower() == "former" and match.start() > min(two)[0]]
    latter = [match.span() for match in found if match[1].lower() == "latter" and match.start() > min(two)[0]]
    one, two = [*one, *former], [*two, *latter]
    return (one, two) if min(own) < min(others) else (two, one)


class _Names:
    """The tokens that name this brand and others."""

    def __init__(self, text: str, spell: Spell, own: Spans, others: Spans) -> None:
        self._text, self._spell = text, spell
        self.tokens: dict[int, list[str]] = {}
        for start, end, owner in sorted([(*span, OWN) for span in own] + [(*span, OTHER) for span in others]):
            first = self.token(start)
            for number in range(first, max(self.upto(end), first + 1)):
                self.tokens.setdefault(number, [])
            self.tokens[first].append(owner)

    def token(self, place: int) -> int:
        """The number of the token at or after a character of the text."""
        before = self._spell(self._text[:place])
        inside = before and not before[-1].isspace() and not self._text[place : place + 1].isspace()
        return len(before.split()) - bool(inside)

    def upto(self, place: int) -> int:
        """How many tokens begin before a character of the text."""
        return len(self._spell(self._text[:place]).split())

    def swapped(self) -> _Names:
        """The same from the others' side."""
        other = object.__new__(_Names)
        other._text, other._spell = self._text, self._spell
        swap = {OWN: OTHER, OTHER: OWN}
        other.tokens = {place: [swap[owner] for owner in owners] for place, owners in self.tokens.items()}
        return other

    def marked(self, read: Impression, first: int = 0, end: int | None = None) -> list[str]:
        """The folded words of some tokens, with OWN and OTHER in place of names."""
        found = [word.folded for word in read.words[first:end]]
        for place, owners in self.tokens.items():
            if first <= place < first + len(found):
                stop = found[place - first][-1:] if read.words[place].stops else ""
                found[place - first] = " ".join([*owners, stop]).strip()
        return found

    def around(self, read: Impression) -> list[tuple[int, list[str]]]:
        """The stretches around the names, with the number of their first token."""
        stretches: list[tuple[int, list[str]]] = []
        upto = 0
        for place in sorted(self.tokens):
            if place >= upto:
                first, upto = max(upto, place - 7), place + 5
                stretches.append((first, self.marked(read, first, upto)))
        return stretches
