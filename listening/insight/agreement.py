"""What agreement is measured by: accuracy, precision, recall, F1, confusion and calibration, with intervals."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_BINS = 10
_Z = 1.959964  # 95 % of a normal distribution lies within so many standard deviations


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One label: how often people gave it, how often we did, and both together."""

    people: int
    ours: int
    both: int

    @property
    def precision(self) -> float:
        """Of those we gave the label, the share that people gave it; 0 where we never did."""
        return self.both / self.ours if self.ours else 0.0

    @property
    def recall(self) -> float:
        """Of those people gave the label, the share that we found."""
        return self.both / self.people if self.people else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.both / (self.people + self.ours) if self.both else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Agreement over some labels; `confusion` is what people said -> what we said -> how often."""

    n: int
    classes: Mapping[str, ClassFigures]
    confusion: Mapping[str, Mapping[str, int]]

    @property
    def accuracy(self) -> float:
        """The share on which we and people agree."""
        return sum(row.get(label, 0) for label, row in self.confusion.items()) / self.n if self.n else 0.0

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the labels that people gave, each counting the same."""
        found = [one.f1 for one in self.classes.values() if one.people]
        return sum(found) / len(found) if found else 0.0


@dataclass(frozen=True, slots=True)
class Bin:
    """The judgements whose confidence lies in one tenth: what they claimed, and how often they were right."""

    n: int
    claimed: float
    right: float


def measured(pairs: Iterable[tuple[str, str]], classes: Sequence[str] = ()) -> Figures:
    """Compare (what people said, what we said); `classes` come first and are shown even where nobody gave them.

    A judgement that is no label of people's ("unscored") counts against the recall of the right one.
    """
    counts = Counter(pairs)
    people, ours = Counter[str](), Counter[str]()
    for (gold, said), count in counts.items():
        people[gold] += count
        ours[said] += count
    labels = list(dict.fromkeys([*classes, *sorted(people)]))
    said_labels = list(dict.fromkeys([*labels, *sorted(ours)]))
    return Figures(
        n=sum(counts.values()),
        classes={label: ClassFigures(people[label], ours[label], counts[label, label]) for label in labels},
        confusion={gold: {said: counts[gold, said] for said in said_labels} for gold in labels},
    )


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's score method (J. Am. Stat. Assoc. 22, 1927), good for small n too."""
    if not n:
        return 0.0, 1.0
    share, z2 = hits / n, _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def calibration(claims: Iterable[tuple[float, bool]]) -> tuple[float, list[Bin]]:
    """The expected calibration error and its bins, of (confidence from 0 to 1, whether it was right).

    The error is the mean distance of confidence and share of right ones over ten bins of equal width, weighted by
    how many fall in (Naeini, Cooper and Hauskrecht, AAAI 2015). No claims: 0 and no bins.
    """
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for confidence, right in claims:
        bins[min(int(confidence * _BINS), _BINS - 1)].append((confidence, right))
    found = [
        Bin(len(one), sum(confidence for confidence, _ in one) / len(one), sum(right for _, right in one) / len(one))
        for one in bins
        if one
    ]
    total = sum(one.n for one in found)
    return sum(one.n * abs(one.claimed - one.right) for one in found) / total if total else 0.0, found
