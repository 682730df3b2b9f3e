"""Whether two posts say the same thing, and what one of them adds of its own."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from listening.alike.links import elsewhere
from listening.alike.opposites import ADDED_BY_SHARING, BAD, GOOD, NEGATORS, NUMBERS
from listening.alike.words import FEW, Said, capitalised

_JACCARD = 0.58  # of word pairs: two changed words in twenty, or one in ten
_CONTAINED = 0.85  # of the shorter one's word pairs
_IN_BOTH = 2 * _JACCARD / (1 + _JACCARD)  # of the shorter one's word pairs, or more: follows from either
_EXCERPT = 8  # words; shorter ones are found in many texts
_EXACT_BELOW = 10  # words; with fewer, another word is another thing said
_LONG = 40  # words; from then on a changed name or figure is a detail, as long as they are few
_DETAILS = 0.06  # names and figures that differ, of all words
_COMMENT = 3  # words put before or after what is copied that make an opinion
_INSERTED = 8  # words put between
_HELD = 200_000  # word pairs that are kept, which take 15 MB

Run = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two posts are (Jaccard of word pairs, 0 to 1), and which of them has words of its own, too."""

    alike: float
    first_adds: bool = False
    second_adds: bool = False


def compare(first: Said, second: Said) -> Likeness | None:
    """The likeness of two posts that say the same thing; None where they do not.

    Not the same: a negation or an opposite turned round, another name or figure in a short text, links to different
    pages of one site under few words. Fewer than six words must be equal (and more is asked for by their `keys`).
    """
    size = min(first.size, second.size)
    if size < _EXACT_BELOW and elsewhere(first.links, second.links):
        return None
    if first.words == second.words:
        return Likeness(1.0, _opinion(first.comment), _opinion(second.comment))
    if size < FEW or not _may_be_alike(first.words, second.words):
        return None
    a, b = _PAIRS[first.words], _PAIRS[second.words]
    shared = len(a & b)
    alike, contained = shared / (len(a) + len(b) - shared), shared / min(len(a), len(b))
    if alike < _JACCARD and not (contained >= _CONTAINED and size >= _EXCERPT):
        return None
    common = set(pairwise(first.words)).intersection(pairwise(second.words))
    changes = _Changes(first, second, common)
    if changes.different(size):
        return None
    return Likeness(
        round(alike, 3), _opinion(first.comment) or changes.adds(0), _opinion(second.comment) or changes.adds(1)
    )


def _may_be_alike(first: Sequence[str], second: Sequence[str]) -> bool:
    """False where too few words are in both for enough pairs to be: found out in a quarter of the time.

    No more pairs are shared than begin with a shared word, and a text has as many pairs as other words than its first.
    """
    others = set(second)
    least = min(len(set(first)), len(others)) - 1
    return sum(map(others.__contains__, first)) >= _IN_BOTH * least


class _Pairs(dict[tuple[str, ...], frozenset[int]]):
    """Word pairs, as numbers, of the texts that were compared last: those that share words with many come again."""

    held = 0

    def __missing__(self, words: tuple[str, ...]) -> frozenset[int]:
        self.held += len(words)
        if self.held > _HELD:
            self.clear()
            self.held = len(words)
        pairs = self[words] = frozenset(map(hash, pairwise(words)))
        return pairs


_PAIRS = _Pairs()


class _Changes:
    """What is not in both texts: words exchanged for others, and words added on one side."""

    def __init__(self, first: Said, second: Said, common: Set[tuple[str, str]]) -> None:
        self.sides = (first, second)
        self.names: list[set[int] | None] = [None, None]  # where they stand
        runs = [_uncovered(said.words, common) for said in self.sides]
        places: dict[tuple[str, str], Run] = {_place(first.words, run): run for run in runs[0]}
        self.exchanged: list[tuple[Run, Run]] = []
        self.added: tuple[list[Run], list[Run]] = ([], [])
        for run in runs[1]:
            other = places.pop(_place(second.words, run), None)
            if other is None:
                self.added[1].append(run)
            else:
                self.exchanged.append((other, run))
        self.added[0].extend(places.values())

    def different(self, size: float) -> bool:
        """Whether the changes make it another thing that is said."""
        details = 0
        for one, other in self.exchanged:
            words = self._words(0, one), self._words(1, other)
            if _respelled(*words):
                continue
            if size < _EXACT_BELOW or (size < 2 * _LONG and (_turned(*words) or _turned(*reversed(words)))):
                return True
            if not self._at_article_end(one, other):
                details += max(self._facts(0, one), self._facts(1, other))
        for side in (0, 1):
            for run in self.added[side]:
                inner = run[0] > 0 and run[1] < len(self.sides[side].words)
                if inner and run[1] - run[0] <= 3 and size < 2 * _LONG and set(self._words(side, run)) & NEGATORS:
                    return True
        return details > 0 and (size < _LONG or details > _DETAILS * size)

    def adds(self, side: int) -> bool:
        """Whether this side's text holds an opinion besides what is copied."""
        said = self.sides[side]
        if said.article:
            return False
        end, inserted = len(said.words), 0
        for start, stop in self.added[side]:
            words = said.words[max(start, said.headline if start == 0 else 0) : stop]
            edge = start == 0 or stop == end
            if edge and (
                _feeling(words) or (len(words) >= _COMMENT and _opinion(words) and not self._named(side, start, stop))
            ):
                return True
            inserted += len(words)
        for runs in self.exchanged:
            start, stop = runs[side]
            longer = (stop - start) - (runs[1 - side][1] - runs[1 - side][0])
            words = said.words[start:stop]
            if (start == 0 or stop == end) and longer >= _COMMENT and _opinion(words):
                return True
        return inserted >= max(_INSERTED, 0.2 * end)

    def _named(self, side: int, start: int, stop: int) -> bool:
        """Whether it is a name, such as a publisher's after a headline."""
        return self._names(side) >= set(range(start, stop))

    def _names(self, side: int) -> set[int]:
        found = self.names[side]
        if found is None:
            found = self.names[side] = capitalised(self.sides[side])
        return found

    def _words(self, side: int, run: Run) -> tuple[str, ...]:
        return self.sides[side].words[run[0] : run[1]]

    def _at_article_end(self, one: Run, other: Run) -> bool:
        """Publishers put their names there."""
        return all(
            said.article and run[1] == len(said.words) and run[1] - run[0] <= 4
            for said, run in zip(self.sides, (one, other), strict=True)
        )

    def _facts(self, side: int, run: Run) -> int:
        """How many words of a run are figures or names."""
        names = self._names(side)
        return sum(any(c.isdigit() for c in self.sides[side].words[i]) or i in names for i in range(run[0], run[1]))


def _uncovered(words: Sequence[str], common: Set[tuple[str, str]]) -> list[Run]:
    """The stretches of words that no common pair covers."""
    last = len(words) - 1
    held = [pair in common for pair in pairwise(words)]
    runs: list[Run] = []
    start = -1
    for i in range(last + 1):
        covered = (i < last and held[i]) or (i > 0 and held[i - 1])
        if covered and start >= 0:
            runs.append((start, i))
            start = -1
        elif not covered and start < 0:
            start = i
    if start >= 0:
        runs.append((start, last + 1))
    return runs


def _place(words: Sequence[str], run: Run) -> tuple[str, str]:
    """The words around a run; empty at the text's beginning and end."""
    return words[run[0] - 1] if run[0] else "", words[run[1]] if run[1] < len(words) else ""


def _respelled(one: Sequence[str], other: Sequence[str]) -> bool:
    """The same words written another way: run together, or with a letter or two changed."""
    a, b = ("".join(NUMBERS.get(word, word) for word in words) for words in (one, other))
    if a == b:
        return True
    if min(len(a), len(b)) < 4 or any(c.isdigit() for c in a + b) or abs(len(a) - len(b)) > 2:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    end = next((i for i, (x, y) in enumerate(zip(a[::-1], b[::-1], strict=False)) if x != y), min(len(a), len(b)))
    return max(len(a), len(b)) - start - end <= 2 and start + end >= 3


def _turned(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the first says the opposite of the second."""
    a, b = set(one), set(other)
    return bool(a & NEGATORS) != bool(b & NEGATORS) or bool(a & GOOD and b & BAD)


def _opinion(words: Sequence[str]) -> bool:
    """Whether words that were added say something, unlike "wow, read this"."""
    return _feeling(words) or sum(word not in ADDED_BY_SHARING and not word.isdigit() for word in words) >= 2


def _feeling(words: Sequence[str]) -> bool:
    return any(word in NEGATORS or ((word in GOOD or word in BAD) and word not in ADDED_BY_SHARING) for word in words)
