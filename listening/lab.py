"""The query lab: what an edited query gains and loses over stored posts, and how good both are by the team's labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log, sqrt

_Z = 1.959963984540054  # 95 % of a normal distribution lie within so many standard deviations
_PRIOR = 500.0  # words that the prior counts for, over the whole vocabulary
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the interval in which the true share lies in 95 of 100 cases.

    The interval is Wilson's (1927, "Probable inference, the law of succession, and statistical inference").
    """

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None of nothing."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Its bounds, 0 to 1."""
        if not self.of:
            return 0.0, 1.0
        share, square = self.hits / self.of, _Z * _Z / self.of
        centre = share + square / 2
        half = _Z * sqrt((share * (1 - share) + square / 4) / self.of)
        low, high = (centre - half) / (1 + square), (centre + half) / (1 + square)
        return (0.0 if not self.hits else low), (1.0 if self.hits == self.of else high)


@dataclass(frozen=True, slots=True)
class Telling:
    """A word that comes more often with some posts than with others: `z` is how surely so, in standard deviations."""

    word: str
    z: float
    here: int  # posts with it
    there: int  # posts with it among those compared with


def telling(here: Mapping[str, int], of_here: int, there: Mapping[str, int], of_there: int) -> list[Telling]:
    """The words that are surely (95 %) more usual in some posts than in others, the surest first.

    Both mappings count the posts that hold a word. It is the weighted log-odds-ratio with an informative Dirichlet
    prior of Monroe, Colaresi and Quinn (2008, "Fightin' Words"), the prior being the words of all posts together.
    """
    total = of_here + of_there
    if not of_here or not of_there:
        return []
    found = []
    for word, count in here.items():
        other = there.get(word, 0)
        prior = _PRIOR * (count + other) / total
        prior = min(prior, 10.0)
        odds = _log_odds(count, of_here, prior) - _log_odds(other, of_there, prior)
        z = odds / sqrt(1 / (count + prior) + 1 / (other + prior))
        if z > _Z and count > 1:
            found.append(Telling(word, z, count, other))
    return sorted(found, key=lambda each: (-each.z, each.word))
