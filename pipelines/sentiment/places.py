"""From a text's characters to the numbers of its tokens."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from operator import add


class Places:
    """Where the tokens of a text are. They were parted from `spelt`: the text, or what it is with words for emoji.

    `widths` tells how much of it each character of the text came to; None: it is the text itself.
    """

    __slots__ = ("_before", "_ends", "_sizes")

    def __init__(self, tokens: Sequence[str], spelt: str, widths: Sequence[int] | None = None) -> None:
        self._sizes = sizes = list(map(len, tokens))
        if len(spelt) == sum(sizes) + len(sizes) - 1:  # one space between two of them and none around
            self._ends = list(map(add, accumulate(sizes), range(len(sizes))))
        else:
            self._ends = _searched(tokens, spelt)
        self._before = None if widths is None else list(accumulate(widths, initial=0))

    def token(self, place: int) -> int:
        """The number of the token at or after a character of the text."""
        return bisect_right(self._ends, place if self._before is None else self._before[place])

    def upto(self, place: int) -> int:
        """How many tokens begin before a character of the text."""
        if self._before is not None:
            place = self._before[place]
        ended = bisect_left(self._ends, place)
        return ended + (ended < len(self._ends) and self._ends[ended] - self._sizes[ended] < place)


def _searched(tokens: Sequence[str], text: str) -> list[int]:
    """Where tokens end that have any spaces between."""
    ends, end = [], 0
    for token in tokens:
        end = text.index(token, end) + len(token)
        ends.append(end)
    return ends
