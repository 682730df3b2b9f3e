"""From a text's characters to the numbers of its tokens."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import accumulate
from operator import add

_FEW = 3  # places that are counted for themselves; a table of all tokens is dearer


class Places:
    """Where the tokens of a text are; `spell` makes of it what they were parted from, character by character."""

    __slots__ = ("_asked", "_ends", "_spell", "_starts", "_text")

    def __init__(self, text: str, spell: Callable[[str], str]) -> None:
        self._text, self._spell, self._asked = text, spell, 0
        self._starts: list[int] = []  # characters of the text; a character may begin several tokens
        self._ends: list[int] = []

    def token(self, place: int) -> int:
        """The number of the token at or after a character of the text."""
        self._asked += 1
        if self._asked <= _FEW:
            before = self._spell(self._text[:place])
            inside = before and not before[-1].isspace() and not self._text[place : place + 1].isspace()
            return len(before.split()) - bool(inside)
        if not self._starts:
            self._tabulate()
        return bisect_right(self._ends, place)

    def upto(self, place: int) -> int:
        """How many tokens begin before a character of the text."""
        self._asked += 1
        if self._asked <= _FEW:
            return len(self._spell(self._text[:place]).split())
        if not self._starts:
            self._tabulate()
        return bisect_left(self._starts, place)

    def _tabulate(self) -> None:
        if self._text.isascii():
            tokens = self._text.split()
            if self._text == " ".join(tokens):
                self._starts = list(accumulate([len(token) + 1 for token in tokens[:-1]], initial=0))
                self._ends = list(map(add, self._starts, map(len, tokens)))
                return
            end = 0
            for token in tokens:
                start = self._text.find(token, end)
                end = start + len(token)
                self._starts.append(start)
                self._ends.append(end)
            return
        inside = False
        for place, character in enumerate(self._text):
            for one in character if character.isascii() else self._spell(character):
                if one.isspace():
                    if inside:
                        self._ends.append(place)
                    inside = False
                elif not inside:
                    self._starts.append(place)
                    inside = True
        if inside:
            self._ends.append(len(self._text))
