"""A post as the matcher asks it: for each word, the set of places where it stands, as the bits of one integer.

Bit i stands for the i-th word. A phrase is then a shift and an "and", a proximity a few shifts and "or"s, whatever the
number of occurrences, so that no query and no text can make the work explode. Between title and text lies a hole of
zero bits, wider than any proximity, which nothing crosses.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import compress, count

from listening.query.gap import Gap, read_gap
from listening.query.term import Wildcard
from listening.query.words import Words

_SHORT = 512  # words; up to here they are searched through each time
_FEW = 4  # different words asked for; for more an index of all words pays
_RARE = 64  # places; the bit set of a more frequent word is worth remembering by itself
_MOST_SPANS = 1000  # words of a title or text that are shown as the answer; nobody looks at more
_ROOM = 64_000_000  # bytes of remembered bit sets per document
_DIGITS = bytes(49 if byte else 48 for byte in range(256))

Runs = dict[int, int]  # length in words -> where runs of that length start
Spans = tuple[tuple[int, int], ...]


class Document:
    """Title and text of one post. What is asked again is kept in `memo` and `ways`, under keys the askers choose."""

    __slots__ = (
        "_asked",
        "_base",
        "_index",
        "_room",
        "_sorted",
        "_text",
        "_title",
        "_traits",
        "_vocabulary",
        "_words",
        "memo",
        "ways",
    )

    def __init__(self, title: Words, text: Words, hole: int) -> None:
        self._title, self._text = title, text
        self._base = len(title.words) + hole if title.words else 0
        self._words = [*title.words, *[""] * hole, *text.words] if title.words else text.words
        self._vocabulary = set(self._words)
        self._room = _ROOM
        self._asked = 0
        self._index: dict[str, list[int]] | None = None
        self._sorted: list[str] | None = None
        self._traits: dict[str, list[int]] | None = None
        self.memo: dict[object, int] = {}
        self.ways: dict[object, list[Runs]] = {}

    def remember(self, key: object, bits: int) -> int:
        """Keep a bit set that may be asked for again, as long as there is room for it."""
        self._room -= len(self._words) >> 3
        if self._room > 0:
            self.memo[key] = bits
        return bits

    def has(self, words: frozenset[str]) -> bool:
        """Whether any of these folded words occurs."""
        return not words.isdisjoint(self._vocabulary)

    def where(self, words: frozenset[str]) -> int:
        """The places of any of these folded words."""
        known = self.memo.get(words)
        if known is None:
            present = words & self._vocabulary
            known = self.remember(words, self._union(present)) if present else 0
        return known

    def fitting(self, wildcard: Wildcard) -> int:
        """The places of the words that a wildcard fits."""
        known = self.memo.get(wildcard)
        if known is not None:
            return known
        if self._sorted is None:
            self._sorted = sorted(self._vocabulary)
        words = self._sorted[bisect_left(self._sorted, wildcard.low) : bisect_left(self._sorted, wildcard.high)]
        if wildcard.pattern is not None:
            words = re.findall(wildcard.pattern, "\n".join(words), re.MULTILINE)
        return self.remember(wildcard, self._union(frozenset(words)))

    def glued(self, glue: str) -> int:
        """The places of words that this connector joins to the word before."""
        return self._having("glue" + glue)

    def led(self, sigil: str) -> int:
        """The places of words that begin a tag, handle or ticker."""
        return self._having("lead" + sigil)

    def trailed(self, trail: str) -> int:
        """The places of words that end in exactly this run of + or #."""
        return self._having("trail" + trail)

    def going_on(self, sigil: str) -> int:
        """The places of words at which a tag or handle would not end."""
        return self._having("opens" + sigil)

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

    def _union(self, words: frozenset[str]) -> int:
        if len(self._words) <= _SHORT:
            return _as_bits(bytes(map(words.__contains__, self._words)))
        bits = 0
        rare: list[int] = []
        for word in words:
            known = self.memo.get(word)
            if known is None and len(places := self._places(word)) <= _RARE:
                rare += places
            else:
                bits |= self.remember(word, self._set(places)) if known is None else known
        return bits | self._set(rare)

    def _places(self, word: str) -> Sequence[int]:
        if self._index is None:
            self._asked += 1
            if self._asked <= _FEW:
                return list(compress(count(), map(word.__eq__, self._words)))
            self._index = _places_of(self._words)
        return self._index[word]

    def _set(self, places: Sequence[int]) -> int:
        if len(places) <= _RARE:
            return sum([1 << place for place in places])
        flags = bytearray(len(self._words) + 1)
        for place in places:
            flags[place] = 1
        return _as_bits(flags)

    def _having(self, trait: str) -> int:
        if self._traits is None:
            self._traits = defaultdict(list)
            for words, base in ((self._title, 0), (self._text, self._base)):
                _read_gaps(words.gaps(), base, self._traits)
        known = self.memo.get(("trait", trait))
        return self.remember(("trait", trait), self._set(self._traits.get(trait, ()))) if known is None else known


def _as_bits(flags: bytes | bytearray) -> int:
    return int(flags.translate(_DIGITS)[::-1] or b"0", 2)


def _places_of(words: Iterable[str]) -> dict[str, list[int]]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(words):
        places[word].append(place)
    return places


def _read_gaps(gaps: list[str], base: int, traits: dict[str, list[int]]) -> None:
    last = len(gaps) - 1
    for place in {0, last}:
        _note(read_gap(gaps[place], first=place == 0, last=place == last), [base + place], traits)
    for gap, places in _places_of(gaps[1:-1]).items():
        _note(read_gap(gap), [base + 1 + place for place in places], traits)


def _note(gap: Gap, places: list[int], traits: dict[str, list[int]]) -> None:
    for trait in gap.of_next:
        traits[trait] += places
    for trait in gap.of_last:
        traits[trait] += [place - 1 for place in places]


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
