"""Plans of what stands near each other: a handful of shifts for each distance, however often the words occur."""

from __future__ import annotations

from collections.abc import Sequence

from listening.query.document import Document, Runs
from listening.query.plan import Local, spread
from listening.query.tree import Link


class Gathered(Local):
    """Units of which any two stand at most some words apart, in whatever order."""

    __slots__ = ("parts", "words")

    def __init__(self, parts: Sequence[Local], words: int) -> None:
        self.parts, self.words = tuple(parts), words

    def runs(self, document: Document) -> Runs:
        """Every unit that belongs to such a gathering."""
        found: Runs = {}
        occurring = [part.runs(document) for part in self.parts]
        ends = self._first_ends(occurring)
        for runs in occurring if ends else ():
            for length, starts in runs.items():
                fit = starts & (spread(ends, self.words + length) >> (self.words + length - 1))
                found[length] = found.get(length, 0) | fit
        return found

    def _first_ends(self, occurring: Sequence[Runs]) -> int:
        """The places p, moved up by `words`, at or after which all units end and within `words` of which they start."""
        places = -1
        for runs in occurring:
            fit = 0
            for length, starts in runs.items():
                fit |= spread(starts, self.words + length)
            places &= fit
        return places


class Close(Local):
    """Operands of which each stands near the next one, the two never sharing a word."""

    __slots__ = ("links", "parts")

    def __init__(self, parts: Sequence[Local], links: Sequence[Link]) -> None:
        self.parts, self.links = tuple(parts), tuple(links)

    def holds(self, document: Document) -> bool:
        """Whether a way leads from the first operand to the last one."""
        return any(self._reached(document)[-1].values())

    def runs(self, document: Document) -> Runs:
        """The occurrences of its operands from which a way leads to the first one and to the last one."""
        reached = self._reached(document)
        near = reached[-1]
        found = dict(near)
        for runs, link in zip(reached[-2::-1], self.links[::-1], strict=True):
            near = _near(near, runs, link.words, before=True, after=not link.ordered)
            for length, starts in near.items():
                found[length] = found.get(length, 0) | starts
        return found

    def _reached(self, document: Document) -> list[Runs]:
        """The occurrences of each operand to which a way leads from the first one."""
        reached = document.ways.get(self)
        if reached is None:
            reached = [self.parts[0].runs(document)]
            for part, link in zip(self.parts[1:], self.links, strict=True):
                runs = part.runs(document) if any(reached[-1].values()) else {}
                reached.append(_near(reached[-1], runs, link.words, before=not link.ordered, after=True))
            document.ways[self] = reached
        return reached


def _near(here: Runs, there: Runs, words: int, *, before: bool, after: bool) -> Runs:
    """Those runs of `there` that begin within `words` after one `here`, or end within `words` before one."""
    starts = ends = 0
    for length, bits in here.items():
        starts |= bits
        ends |= bits << (length - 1)
    after_ends = spread(ends, words) if after else 0
    after_starts = 0 if not before else after_ends if after and starts == ends else spread(starts, words)
    fit_start, fit_end = after_ends << 1, after_starts >> words
    return {length: bits & (fit_start | fit_end >> (length - 1)) for length, bits in there.items()}
