"""A text as rules read it: folded words between single spaces, its sentences, and the way back to what was written."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from unicodedata import normalize

from pipelines.wording import Said, Wording, counted

BRAND, OTHER = "thisbrand", "otherbrand"  # what stands in a line for the brand in question, and for other brands
_OWN, _OTHERS, _PART = "\x02", "\x03", "\x04"  # their first letter and the other ones before they are put in
_SPACES = frozenset('"\u201c\u201d\u201e\u00ab\u00bb,;:()[]{}<>/\\*_~=+|#-\u2013\u2014\u2026\u00bf\u00a1\t\r`^&')
_APOSTROPHES = frozenset("'\u2019\u2018\u00b4\u02bc")
_END, _ASK = "\x05", "\x06"  # what ends each sentence in a line, and what stands before it in those that ask
_STOPS = f" {_END} "
_OWN_WORD, _OTHER_WORD = f" {BRAND} ", f" {OTHER} "
_LONGEST = 10_000  # characters that are read; who says in them no reason for writing has none
_SHOWN = 80  # characters of evidence
_HANDLE = re.compile(r"(?<!\w)@\w")  # not that of an e-mail address
_MOST_WORDS = 200  # whose wording is weighed: weights were learnt from posts, not from articles


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
_ASCII = bytes(ord(_FOLDED[code]) if code < 128 else code for code in range(256))


def words(text: str) -> list[str]:
    """The folded words of a rule's phrase, as they stand in a line."""
    return _folded(text).replace("'", "").split()


def _folded(text: str) -> str:
    if text.isascii():  # bytes take a tenth of the time
        return text.encode().translate(_ASCII).decode()
    return text.translate(_FOLDED)


class Line:
    """A text as rules read it: `line.text` holds its folded words and sentence ends, each between single spaces.

    `own` and `others` are the (start, end) characters of brands' names, `counted` the stretches that are to be read
    (all, where it is None).
    """

    __slots__ = ("_mark", "_places", "_plain", "_said", "_words", "folded", "text", "words", "written_text")

    def __init__(
        self, text: str, own: Sequence[tuple[int, int]] = (), others: Sequence[tuple[int, int]] = (),
        counted: Sequence[tuple[int, int]] | None = None,
    ) -> None:  # fmt: skip
        self.written_text = text = text[:_LONGEST]
        folded = _folded(text)
        if counted is not None:
            folded = _only(folded, counted)
        if ".." in folded:
            folded = folded.replace("...", "   ").replace("..", "  ")
        sizes: set[str] = set()
        if own or others:
            folded = _marked(folded, own, others, sizes)
        self.folded = folded  # each character at its place
        line = f"{folded} "
        if "\n" in line:
            line = line.replace("\n", _STOPS)
        line = line.replace(". ", _STOPS)
        if "!" in line:
            line = line.replace("!", _STOPS)
        if "?" in line:
            line = line.replace("?", f" {_ASK}{_STOPS}")
        if "'" in line:
            line = line.replace("'", "")
        for size in sorted(sizes, key=len, reverse=True) if len(sizes) > 1 else sizes:
            line = line.replace(size, _OWN_WORD if size[0] == _OWN else _OTHER_WORD)
        self.words = line.split()  # and what ends sentences
        self.text = f" {' '.join(self.words)} "
        self._mark = sizes.pop() if len(sizes) == 1 else ""
        self._plain = ""
        self._said: Said | None = None
        self._places: list[int] = []  # of the words in `text`, as far as they were asked for
        self._words: Sequence[tuple[int, int]] = ()  # and in the text as written

    def sentence(self, place: int) -> tuple[int, int, bool]:
        """Where in `text` the sentence around a place starts and ends (a space is at both), and whether it asks."""
        text = self.text
        begin, end = text.rfind(_END, 0, place) + 1, text.find(_END, place) - 1
        if end < 0:
            return begin, len(text) - 1, False
        return (begin, end - 2, True) if text[end - 1] == _ASK else (begin, end, False)

    @property
    def asks(self) -> bool:
        """Whether any sentence asks."""
        return _ASK in self.text

    @property
    def addresses(self) -> bool:
        """Whether somebody is addressed by a handle: such short messages are what rules were made with."""
        return "@" in self.written_text and _HANDLE.search(self.written_text) is not None

    def said(self, language: str = "en") -> Said:
        """What its wording says, or the first 200 words of it, by weights learnt from posts in this language.

        It is kept: many texts that are asked one behind the other take less time.
        """
        said = self._said
        if said is None or said.language != language:
            words = counted(self.words[:_MOST_WORDS], self.text)
            self._said = said = Said(Wording.learnt(language), words, language)
        return said

    @property
    def is_long(self) -> bool:
        """Whether it has more words than a post that weights were learnt from."""
        return len(self.words) > _MOST_WORDS

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

    def as_written(self, words: str) -> str:
        """Some words of `text` as their author wrote them where they come first."""
        start = self.text.find(f" {words} ")
        return self.written(start, start + len(words) + 1)

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
            self._plain = f" {_spaced(self.folded)}"
        return self._plain.find(self.text[start : end + 1])

    def _mapped(self, start: int, end: int) -> tuple[int, int]:
        """The way back by the words' numbers."""
        if not self._places:
            place = 1
            for word in self.words:
                if word not in _TERMINATORS:
                    self._places.append(place)
                place += len(word) + 1
            self._words = [match.span() for match in _WORD.finditer(_spaced(self.folded))]
        first = bisect_left(self._places, start + 1)
        last = max(first, bisect_left(self._places, end) - 1)
        if last >= len(self._words):
            return len(self.written_text), len(self.written_text)
        return self._words[first][0], self._words[last][1]


_TERMINATORS = frozenset((_END, _ASK))
_WORD = re.compile(r"'*+[^ '][^ ]*+")


def _spaced(folded: str) -> str:
    """The text with spaces for what ends sentences, and one behind it."""
    for end in "?!\n":
        if end in folded:
            folded = folded.replace(end, " ")
    return f"{folded} ".replace(". ", "  ")


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
    names = [(*span, _OWN) for span in own]
    if others:
        names += [(*span, _OTHERS) for span in others]
    if len(names) > 1:
        names.sort()
    for start, end, first in names:
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
