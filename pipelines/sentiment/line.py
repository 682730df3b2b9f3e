"""The folded words of a text between single spaces, and the way back from a place in it to a token's number."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate


class Line:
    """What rules are looked for in, as `text`; a token may be no word, or several."""

    __slots__ = ("_folded", "_starts", "text")

    def __init__(self, folded: Iterable[str]) -> None:
        self._folded = list(folded)
        self.text = f" {' '.join(filter(None, self._folded))} "
        self._starts: list[int] | None = None

    def tokens(self, start: int, end: int) -> tuple[int, int]:
        """The numbers of the first token and of the one after the last between two places of `text`."""
        if self._starts is None:
            sizes = ((len(folded) + 1 if folded else 0) for folded in self._folded)
            self._starts = list(accumulate(sizes, initial=1))
        return bisect_right(self._starts, start) - 1, bisect_left(self._starts, end)
