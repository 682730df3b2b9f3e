"""A text as rules read it: folded words between single spaces, its sentences, and the way back to what was written."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from unicodedata import normalize

BRAND, OTHER = "thisbrand", "otherbrand"  # what stands in a line for the brand in question, and for other brands
_OWN, _OTHERS, _PART = "\x02", "\x03", "\x04"  # their first letter and the other ones before they are put in
_SPACES = frozenset('"\u201c\u201d\u201e\u00ab\u00bb,;:()[]{}<>/\\*_~=+|#-\u2013\u2014\u2026\u00bf\u00a1\t\r`^&')
_APOSTROPHES = frozenset("'\u2019\u2018\u00b4\u02bc")
_SENTENCE_END = re.compile(r"(?: [.!?\n\x05])+(?= )")
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

    __slots__ = ("_apostrophes", "_asks", "_ends", "_folded", "_plain", "_starts", "text", "written_text")

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
        self._folded = folded
        line = f"{folded} ".replace(". ", " . ").replace("?", " ? ").replace("!", " ! ").replace("\n", " \x05 ")
        for size in sorted(sizes, key=len, reverse=True):
            line = line.replace(size, f" {BRAND if size[0] == _OWN else OTHER} ")
        line = f" {' '.join(line.split())} "
        self.text = line.replace("'", "") if "'" in line else line
        self._starts: list[int] | None = None
        self._ends: list[int] = []
        self._asks: list[bool] = []
        self._plain = ""
        self._apostrophes: list[int] = []  # where they stand in what `_plain` was made of

    def sentence(self, place: int) -> tuple[int, int, bool]:
        """Where in `text` the sentence around a place starts and ends (a space is at both), and whether it asks."""
        if self._starts is None:
            self._starts, self._asks = [0], []
            for match in _SENTENCE_END.finditer(self.text):
                self._ends.append(match.start())
                self._asks.append("?" in match[0])
                self._starts.append(match.end())
            self._ends.append(len(self.text) - 1)
            self._asks.append(False)
        index = bisect_right(self._starts, place) - 1
        return self._starts[index], self._ends[index], self._asks[index]

    def written(self, start: int, end: int) -> str:
        """The words between two places of `text` as their author wrote them, on one line."""
        wanted = self.text[start : end + 1]
        if not self._plain:
            plain = f" {self._folded.translate(_ENDS)} "
            self._plain = plain.replace("'", "")
            self._apostrophes = [at for at, character in enumerate(plain) if character == "'"] if "'" in plain else []
        place = self._plain.find(wanted)
        if place < 0 or BRAND in wanted or OTHER in wanted:
            begin, until = self.span(start, end)
            return " ".join(self.written_text[begin:until].split())[:_SHOWN]
        until = place + len(wanted) - 2
        for at in self._apostrophes:
            if at <= place:
                place += 1
            if at <= until + 1:
                until += 1
        return self.written_text[place:until]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the words between two places of `text` stand in the text as written."""
        first = _count(self.text[:start])
        last = first + max(1, _count(self.text[start:end])) - 1
        spaced = self._folded.translate(_ENDS)
        spaced = f"{spaced} ".replace(". ", "  ")[: len(self._folded)]
        return _nth(spaced, first)[0], _nth(spaced, last)[1]


_ENDS = str.maketrans("?!\n", "   ")


def _count(part: str) -> int:
    return sum(word not in {".", "!", "?", "\x05"} for word in part.split())


def _nth(spaced: str, index: int) -> tuple[int, int]:
    """Where the word of this number (0 is the first) starts and ends."""
    rest = spaced.split(None, index)[index:] if index else [spaced.lstrip()]
    if not rest:
        return len(spaced), len(spaced)
    start = len(spaced) - len(rest[0])
    return start, start + len(rest[0].split(None, 1)[0]) if rest[0].strip() else start


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
