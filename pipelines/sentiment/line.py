"""The folded words of a text between single spaces, and the way back from a place in it to a token's number."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate


class Line:
    """What rules are looked for in, as `text`; a token may be no word, or several."""

    __slots__ = ("_spaced", "_starts", "text")

    def __init__(self, spaced: Sequence[str]) -> None:
        """`spaced` are the folded words of each token, with a space behind."""
        self._spaced = spaced
        self.text = " " + "".join(spaced)
        self._starts: list[int] | None = None

    def tokens(self, start: int, end: int) -> tuple[int, int]:
        """The numbers of the first token and of the one after the last between two places of `text`."""
        if self._starts is None:
            self._starts = list(accumulate(map(len, self._spaced), initial=1))
        return bisect_right(self._starts, start) - 1, bisect_left(self._starts, end)
