"""A glance: a short ASCII post as one folded line, in which words are looked up as strings.

Most queries are names and most posts are short: with looks.py it finds the same words as a document of bit sets does,
in a fifth of the time.
"""

from __future__ import annotations

from listening.query.document import Spans
from listening.query.facts import Facts
from listening.query.words import ascii_line, has_possessives, without_possessives

LONGEST = 2000  # characters of title and text
BORDER = " \0 "  # between title and text

_ROOM = 500  # occurrences that are looked at for one post
_COUNTING = 10  # of them, that finding out a word's number costs as much as
_APART = 1000  # words that title and text are apart
_NONE: Spans = ()

Found = list[tuple[int, int]]  # places in the line


class TooManyError(Exception):
    """There are so many occurrences that bit sets are quicker."""


class Glance:
    """Title and text of one post as one folded line, in which each word stands between spaces where it was written.

    `rough` is the line of line.py, of title, BORDER and text. It is the same but for that border, over which no words
    follow each other, and for possessives: their s is a word in it. Other words stand in both at the same places.
    """

    __slots__ = ("_line", "_room", "_text", "_title", "base", "facts", "rough")

    def __init__(self, title: str, text: str, facts: Facts | None, rough: str) -> None:
        self._title, self._text, self.facts, self.rough = title, text, facts, rough
        self.base = len(title) + 3 if title else 0  # where the text's line begins
        self._line = ""
        self._room = _ROOM

    @property
    def line(self) -> str:
        """The line itself."""
        if self._line:
            return self._line
        if not self.base and not has_possessives(self._text):
            self._line = self.rough
        else:
            self._text = without_possessives(self._text)
            self._title = without_possessives(self._title)
            self._line = ascii_line(self._text)
            if self.base:
                self._line = f"{ascii_line(self._title)}\0{self._line}"
        return self._line

    def spend(self, occurrences: int) -> None:
        """Raise TooManyError where so many more are too many for a glance."""
        self._room -= occurrences
        if self._room < 0:
            raise TooManyError

    @property
    def clean(self) -> str:
        """The line as it was typed, but for possessives; ask for the line first."""
        return f" {self._title}{BORDER}{self._text} " if self.base else f" {self._text} "

    def numbers(self, start: int, end: int) -> tuple[int, int]:
        """The numbers of the words that start and end there; those of title and text are far apart."""
        self.spend(_COUNTING)
        line = self.line
        first = len(line[:start].split()) + (_APART if start >= self.base else 0)
        return first, first + (len(line[start:end].split()) - 1 if " " in line[start:end] else 0)

    def spans(self, found: Found) -> tuple[Spans, Spans]:
        """Those of title and text, where what overlaps becomes one."""
        border = self.base
        if len(found) == 1 and not border:
            ((start, end),) = found
            return _NONE, ((start - 1, end - 1),)
        found.sort()
        merged: Found = []
        end = -1
        for one in found:
            if one[0] < end:
                end = max(end, one[1])
                merged[-1] = (merged[-1][0], end)
            else:
                merged.append(one)
                end = one[1]
        if not border:
            return _NONE, tuple([(start - 1, end - 1) for start, end in merged])
        in_title = tuple([(start - 1, end - 1) for start, end in merged if start < border])
        return in_title, tuple([(start - border - 1, end - border - 1) for start, end in merged if start >= border])
