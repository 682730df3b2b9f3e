"""From a text's characters to the numbers of its tokens."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate


class Places:
    """Where the tokens of a text are. They were parted from `spelt`: the text, or what it is with words for emoji.

    `widths` tells how much of it each character of the text came to; None: it is the text itself.
    """

    __slots__ = ("_before", "_ends", "_sizes", "_spelt")

    def __init__(self, tokens: Sequence[str], spelt: str, widths: Sequence[int] | None = None) -> None:
        self._spelt = spelt
        self._sizes: Sequence[int] = ()
        self._ends: Sequence[int] | None = None  # of the tokens; None: one space is between two of them, none around
        if not tokens or " ".join(tokens) != spelt:
            self._sizes, self._ends = list(map(len, tokens)), _searched(tokens, spelt)
        self._before = None if widths is None else list(accumulate(widths, initial=0))

    def token(self, place: int) -> int:
        """The number of the token at or after a character of the text."""
        if self._before is not None:
            place = self._before[place]
        if self._ends is not None:
            return bisect_right(self._ends, place)
        return self._spelt.count(" ", 0, place + 1) + (place >= len(self._spelt))

    def upto(self, place: int) -> int:
        """How many tokens begin before a character of the text."""
        if self._before is not None:
            place = self._before[place]
        if self._ends is None:
            return self._spelt.count(" ", 0, place - 1) + 1 if place > 0 else 0
        ended = bisect_left(self._ends, place)
        return ended + (ended < len(self._ends) and self._ends[ended] - self._sizes[ended] < place)

    @property
    def spelt_out(self) -> bool:
        """Whether there are words for emoji among the tokens."""
        return self._before is not None

    def written(self, tokens: Sequence[str], first: int, end: int) -> tuple[int, int]:
        """The characters of the text that some tokens are made of: the emoji that words stand for."""
        ends = _searched(tokens, self._spelt) if self._ends is None else self._ends
        start, stop = ends[first] - len(tokens[first]), ends[end - 1]
        if self._before is None:
            return start, stop
        return bisect_right(self._before, start) - 1, bisect_left(self._before, stop)


def _searched(tokens: Sequence[str], text: str) -> list[int]:
    """Where tokens end that have any spaces between."""
    ends, end = [], 0
    for token in tokens:
        end = text.index(token, end) + len(token)
        ends.append(end)
    return ends
