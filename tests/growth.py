"""How work grows with its text: a ratio within one run, so that a slow or busy machine tells nothing of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Text = TypeVar("Text", str, bytes)

LINEAR = 10.0
"""Four times the text may take four times as long, and some more for caches; what is quadratic takes sixteen."""


def growth(work: Callable[[Text], object], text: Text) -> float:
    """How many times the processor time of its first quarter a text takes: the lowest of up to five tries.

    Below 5 ms a quarter's time is noise: it counts as 5 ms.
    """
    sizes = len(text) // 4, len(text)
    least = [float("inf")] * 2
    ratio = float("inf")
    for trial in range(5):
        for each, size in enumerate(sizes):
            part = text[: max(0, size - trial)]  # never the same text twice: a cache would hide its cost
            begun = time.process_time()
            work(part)
            least[each] = min(least[each], time.process_time() - begun)
        ratio = min(ratio, least[1] / max(least[0], 0.005))
        if ratio < LINEAR:
            break
    return ratio
