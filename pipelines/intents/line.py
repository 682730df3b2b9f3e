"""A text as rules read it: folded words between single spaces, its sentences, and the way back to what was written."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from unicodedata import normalize

BRAND, OTHER = "thisbrand", "otherbrand"  # what stands in a line for the brand in question, and for other brands
_OWN, _OTHERS, _PART = "\x02", "\x03", "\x04"  # their first letter and the other ones before they are put in
_SPACES = frozenset('"\u201c\u201d\u201e\u00ab\u00bb,;:()[]{}<>/\\*_~=+|#-\u2013\u2014\u2026\u00bf\u00a1\t\r`^&')
_APOSTROPHES = frozenset("'\u2019\u2018\u00b4\u02bc")
_STOP, _ASK = " \x05", "\x06"  # what ends each sentence in a line, and what stands before it in those that ask
_STOPS = f"{_STOP} "
_LONGEST = 10_000  # characters that are read; who says in them no reason for writing has none
_SHOWN = 80  # characters of evidence


class _Folded(dict[int, str]):
    """One character for each, so that places stay: small, without accent; punctuation as space."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold(chr(code))
        return folded


def _fold(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    if character in _SPACES or character.isspace():
        return "\n" if character == "\n" else " "
    if character in "\uff01\uff1f\u3002":
        return {"\uff01": "!", "\uff1f": "?", "\u3002": "."}[character]
    base = normalize("NFKD", character.lower())[:1]
    return base if base.isprintable() and base != " " else " "


_FOLDED = _Folded()


def words(text: str) -> list[str]:
    """The folded words of a rule's phrase, as they stand in a line."""
    return text.translate(_FOLDED).replace("'", "").split()


class Line:
    """A text as rules read it: `line.text` holds its folded words and sentence ends, each between single spaces.

    `own` and `others` are the (start, end) characters of brands' names, `counted` the stretches that are to be read
    (all, where it is None).
    """

    __slots__ = ("_asks", "_ends", "_mark", "_places", "_plain", "_starts", "_words", "folded", "text", "written_text")

    def __init__(
        self, text: str, own: Sequence[tuple[int, int]] = (), others: Sequence[tuple[int, int]] = (),
        counted: Sequence[tuple[int, int]] | None = None,
    ) -> None:  # fmt: skip
        self.written_text = text = text[:_LONGEST]
        folded = text.translate(_FOLDED)
        if counted is not None:
            folded = _only(folded, counted)
        if ".." in folded:
            folded = folded.replace("...", "   ").replace("..", "  ")
        sizes: set[str] = set()
        if own or others:
            folded = _marked(folded, own, others, sizes)
        self.folded = folded  # each character at its place
        line = f"{folded} ".replace("\n", _STOPS).replace(". ", _STOPS).replace("!", _STOPS)
        if "?" in line:
            line = line.replace("?", f" {_ASK}{_STOPS}")
        for size in sorted(sizes, key=len, reverse=True) if len(sizes) > 1 else sizes:
            line = line.replace(size, f" {BRAND if size[0] == _OWN else OTHER} ")
        line = f" {' '.join(line.split())} "
        self.text = line.replace("'", "") if "'" in line else line
        self._mark = next(iter(sizes)) if len(sizes) == 1 else ""
        self._starts: list[int] = []  # of sentences, as far as they were asked for
        self._ends: list[int] = []
        self._asks: list[bool] = []
        self._plain = ""
        self._places: list[int] = []  # of the words in `text`
        self._words: list[tuple[int, int]] = []  # and in the text as written

    def sentence(self, place: int) -> tuple[int, int, bool]:
        """Where in `text` the sentence around a place starts and ends (a space is at both), and whether it asks."""
        if not self._starts:
            self._part()
        index = bisect_right(self._starts, place) - 1
        return self._starts[index], self._ends[index], self._asks[index]

    @property
    def asks(self) -> bool:
        """Whether any sentence asks."""
        return _ASK in self.text

    def _part(self) -> None:
        """Find the sentences."""
        start = 0
        starts: list[int] = []
        for part in self.text[:-1].split(_STOP):
            if part:
                asks = part.endswith(_ASK)
                starts.append(start)
                self._ends.append(start + len(part) - 2 * asks)
                self._asks.append(asks)
            start += len(part) + 2
        if not starts:
            starts, self._ends, self._asks = [0], [len(self.text) - 1], [False]
        self._starts = starts

    def written(self, start: int, end: int) -> str:
        """The words between two places of `text` as their author wrote them, on one line."""
        place = self._find(start, end)
        if place >= 0:
            return self.written_text[place : place + end - start - 1]
        if self._mark:
            wanted = self.text[start : end + 1].replace(BRAND, self._mark)
            place = self._plain.find(wanted)
            if place >= 0:
                return self.written_text[place : place + len(wanted) - 2]
        begin, until = self._mapped(start, end)
        return " ".join(self.written_text[begin:until].split())[:_SHOWN]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the words between two places of `text` stand in the text as written."""
        place = self._find(start, end)
        if place < 0:
            return self._mapped(start, end)
        wanted = self.text[start : end + 1]
        if self._plain.find(wanted, place + 1) >= 0:  # which of them it is
            if self._plain.count(wanted) != self.text.count(wanted):
                return self._mapped(start, end)
            for _ in range(self.text.count(wanted, 0, start)):
                place = self._plain.find(wanted, place + 1)
        return place, place + end - start - 1

    def _find(self, start: int, end: int) -> int:
        """Where these words first stand as written just so, between spaces; below 0: nowhere."""
        if not self._plain:
            self._plain = f" {self.folded.translate(_NO_ENDS)} ".replace(". ", "  ")
        return self._plain.find(self.text[start : end + 1])

    def _mapped(self, start: int, end: int) -> tuple[int, int]:
        """The way back by the words' numbers."""
        if not self._places:
            place = 1
            for word in self.text[1:-1].split(" "):
                if word and word not in _TERMINATORS:
                    self._places.append(place)
                place += len(word) + 1
            spaced = f"{self.folded.translate(_NO_ENDS)} ".replace(". ", "  ")
            self._words = [match.span() for match in _WORD.finditer(spaced)]
        first = bisect_left(self._places, start + 1)
        last = max(first, bisect_left(self._places, end) - 1)
        if last >= len(self._words):
            return len(self.written_text), len(self.written_text)
        return self._words[first][0], self._words[last][1]


_NO_ENDS = str.maketrans("?!\n", "   ")
_TERMINATORS = frozenset("\x05\x06")
_WORD = re.compile(r"'*+[^ '][^ ]*+")


def _only(folded: str, counted: Sequence[tuple[int, int]]) -> str:
    """The text with everything blank outside these stretches, and a sentence's end after each."""
    parts, upto = [], 0
    for start, end in counted:
        gap = max(0, start - upto)
        parts += ["\n" * min(1, gap), " " * (gap - 1), folded[max(start, upto) : end]]
        upto = max(upto, end)
    rest = len(folded) - upto
    return "".join([*parts, "\n" * min(1, rest), " " * (rest - 1)])


def _marked(
    folded: str, own: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]], sizes: set[str]
) -> str:  # fmt: skip
    """The text with one made-up word, of the same length, for each name; which ones there are goes into `sizes`."""
    upto, parts = 0, []
    for start, end, first in sorted([(*span, _OWN) for span in own] + [(*span, _OTHERS) for span in others]):
        begin, until = start, end
        if begin < upto or begin >= len(folded) or folded[begin:until].isspace():
            continue
        while begin > upto and folded[begin - 1] == "@":
            begin -= 1
        if folded[until : until + 2] == "'s":
            until += 2
        mark = first + _PART * (min(until, len(folded)) - begin - 1)
        parts += [folded[upto:begin], mark]
        sizes.add(mark)
        upto = until
    return "".join([*parts, folded[upto:]])
