"""Closeness: proximities among the few occurrences that a glance at a short post finds."""

from __future__ import annotations

from collections.abc import Sequence

from listening.query.tree import Link

Stand = tuple[int, int, int, int]  # the first word's and the last word's number, and where they start and end


def chained(levels: list[list[Stand]], links: Sequence[Link]) -> list[Stand]:
    """The occurrences from which a way leads to the first level and to the last one, each link near enough."""
    for at, link in enumerate(links):
        levels[at + 1] = [there for there in levels[at + 1] if any(_close(here, there, link) for here in levels[at])]
    for at, link in reversed(list(enumerate(links))):
        levels[at] = [here for here in levels[at] if any(_close(here, there, link) for there in levels[at + 1])]
    return [stand for level in levels for stand in level]


def _close(here: Stand, there: Stand, link: Link) -> bool:
    return 0 < there[0] - here[1] <= link.words or (not link.ordered and 0 < here[0] - there[1] <= link.words)


def gathered(units: Sequence[Sequence[Stand]], words: int) -> list[Stand]:
    """The occurrences of units, any two of which stand at most so many words apart."""
    found: set[Stand] = set()
    for first in {stand[1] for unit in units for stand in unit}:
        near = [[stand for stand in unit if stand[0] - words <= first <= stand[1]] for unit in units]
        if all(near):
            found.update(stand for unit in near for stand in unit)
    return list(found)
