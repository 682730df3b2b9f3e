"""A post as the matcher asks it: for each word, the set of places where it stands, as the bits of one integer.

Bit i stands for the i-th word. A phrase is then a shift and an "and", a proximity a few shifts and "or"s, whatever the
number of occurrences, so that no query and no text can make the work explode. Between title and text lies a hole of
zero bits, wider than any proximity, which nothing crosses.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from listening.query.column import Column
from listening.query.facts import Facts
from listening.query.gap import read_gap
from listening.query.term import Wildcard
from listening.query.words import Words

_MOST_SPANS = 1000  # words of a title or text that are shown as the answer; nobody looks at more
_ROOM = 64_000_000  # bytes of remembered bit sets per document
_FIRST, _LAST = "F", "L"  # letters never stand in gaps, and so can mark those at the ends of a title or text

Runs = dict[int, int]  # length in words -> where runs of that length start
Spans = tuple[tuple[int, int], ...]


class Document:
    """Title and text of one post. What is asked again is kept in `memo` and `ways`, under keys the askers choose."""

    __slots__ = (
        "_base", "_gaps", "_hole", "_room", "_sorted", "_text", "_title", "_traits", "_typed", "_words", "facts",
        "memo", "ways",
    )  # fmt: skip

    def __init__(self, title: Words, text: Words, hole: int, facts: Facts | None = None) -> None:
        self._title, self._text, self._hole = title, text, hole
        self._base = len(title.words) + hole if title.words else 0
        self._words = Column([*title.words, *[""] * hole, *text.words] if title.words else text.words)
        self._typed: Column | None = None
        self._room = _ROOM
        self._sorted: dict[bool, list[str]] = {}
        self._gaps: Column | None = None
        self._traits: defaultdict[str, set[str]] = defaultdict(set)
        self.facts = facts
        self.memo: dict[object, int] = {}
        self.ways: dict[object, list[Runs]] = {}

    def remember(self, key: object, bits: int) -> int:
        """Keep a bit set that may be asked for again, as long as there is room for it."""
        self._room -= bits.bit_length() >> 3
        if self._room > 0:
            self.memo[key] = bits
        return bits

    def has(self, words: frozenset[str]) -> bool:
        """Whether any of these folded words occurs."""
        return not words.isdisjoint(self._words.distinct)

    def where(self, words: frozenset[str]) -> int:
        """The places of any of these folded words."""
        known = self.memo.get(words)
        return self.remember(words, self._words.where(words)) if known is None else known

    def typed(self, words: frozenset[str]) -> int:
        """The places of any of these words, as typed."""
        return self._as_typed().where(words)

    def fitting(self, wildcard: Wildcard) -> int:
        """The places of the words that a wildcard fits."""
        known = self.memo.get(wildcard)
        if known is not None:
            return known
        column = self._as_typed() if wildcard.raw else self._words
        if wildcard.raw not in self._sorted:
            self._sorted[wildcard.raw] = sorted(column.distinct)
        ordered = self._sorted[wildcard.raw]
        words = ordered[bisect_left(ordered, wildcard.low) : bisect_left(ordered, wildcard.high)]
        if wildcard.pattern is not None:
            words = re.findall(wildcard.pattern, "\n".join(words), re.MULTILINE)
        return self.remember(wildcard, column.where(set(words)))

    def side(self, name: str) -> int:
        """The places of the title or of the text, as a mask."""
        known = self.memo.get(name)
        if known is None:
            end = self._base - self._hole if self._base else 0
            known = (
                (1 << end) - 1 if name == "title" else ((1 << len(self._words.strings)) - 1) ^ ((1 << self._base) - 1)
            )
            self.memo[name] = known
        return known

    def glued(self, glue: str) -> int:
        """The places of words that this connector joins to the word before."""
        return self._having("glue" + glue)

    def led(self, sigil: str) -> int:
        """The places of words that begin a tag, handle or ticker."""
        return self._having("lead" + sigil)

    def trailed(self, trail: str) -> int:
        """The places of words that end in exactly this run of + or #."""
        return self._having("trail" + trail) >> 1

    def going_on(self, sigil: str) -> int:
        """The places of words at which a tag or handle would not end."""
        return self._having("opens" + sigil) >> 1

    def spans(self, covered: int, joined: int) -> tuple[Spans, Spans]:
        """Where the covered words stand in title and text as written; a joined word shares the next one's span."""
        marks = bin(covered)[:1:-1]
        places: list[int] = []
        place = marks.find("1")
        while place >= 0 and len(places) <= 2 * _MOST_SPANS:
            places.append(place)
            place = marks.find("1", place + 1)
        links = bin(joined)[:1:-1]
        if not self._base:
            return (), _spans(self._text, places, links)
        border = bisect_left(places, self._base)
        in_text = [place - self._base for place in places[border:]]
        return _spans(self._title, places[:border], links), _spans(self._text, in_text, links[self._base :])

    def _as_typed(self) -> Column:
        if self._typed is None:
            text = self._text.typed()
            self._typed = Column([*self._title.typed(), *[""] * self._hole, *text] if self._base else text)
        return self._typed

    def _having(self, trait: str) -> int:
        """The places of gaps, each of which stands at the word after it, of this trait."""
        known = self.memo.get(trait)
        if known is None:
            gaps = self._gaps = self._gaps or self._read_gaps()
            known = self.remember(trait, gaps.where(self._traits[trait]))
        return known

    def _read_gaps(self) -> Column:
        gaps = self._text.gaps()
        gaps[0], gaps[-1] = _FIRST + gaps[0], gaps[-1] + _LAST
        if self._base:
            before = self._title.gaps()
            before[0], before[-1] = _FIRST + before[0], before[-1] + _LAST
            gaps = [*before, *[_LAST] * (self._hole - 1), *gaps]
        column = Column(gaps)
        for gap in column.distinct:
            read = read_gap(gap.strip(_FIRST + _LAST), first=gap[:1] == _FIRST, last=gap[-1:] == _LAST)
            for trait in (*read.of_last, *read.of_next):
                self._traits[trait].add(gap)
        return column


def _spans(words: Words, indexes: Sequence[int], links: str) -> Spans:
    spans: list[tuple[int, int]] = []
    before = -2
    indexes = indexes[:_MOST_SPANS]
    for index, place in zip(indexes, words.places(indexes), strict=True):
        start, end = words.origin(place[0]), words.origin(place[1])
        if before == index - 1 and links[before : before + 1] == "1":
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
        before = index
    return tuple(spans)
