"""Learns a model from labelled samples: one logistic regression for each class, over words, pairs, parts and facts."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from pipelines.learned.features import PART, Sample, parts, tokens
from pipelines.learned.model import PART_SHARE, Model, Verdict, Weights, sigmoid
from pipelines.learned.solve import Rows, fit

COST = 6.0  # how much an error weighs against large weights; of 0.5, 1, 3, 6 and 10 the best on airline tweets
_FACT, _PAIR = "\n", " "  # no word holds them
_PASSES = 8
_MANY = 1000
_SMALLEST = 0.02  # weights below this in all classes are not kept: they decide nothing
_PLAIN = (1.0, 0.0)
_AROUND = re.compile(r"^\s*rt @\w+:?|https?://\S+|@\w+|[\W_]+")

Progress = Callable[[str], None]


class _Space:
    """The features of some samples as rows of numbers: what occurs in one sample alone is left out."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        counted = [_counted(sample) for sample in samples]
        spread = Counter(name for row in counted for name in row)
        most = math.log(len(samples) + 1)
        fewest = 2 if len(samples) < 3000 else 3
        names = [name for name, count in spread.items() if count >= (1 if name[0] == _FACT else fewest)]
        self.columns = {name: column for column, name in enumerate(names)}
        # A word that is everywhere tells little: the usual inverse document frequency, about 1 on average.
        self.scales = [
            1.0 if name[0] == _FACT else 2 * math.log((len(samples) + 1) / spread[name]) / most for name in names
        ]
        self.rows: Rows = [self._row(row) for row in counted]

    def _row(self, counted: dict[str, float]) -> tuple[list[int], list[float]]:
        found = [(column, value) for name, value in counted.items() if (column := self.columns.get(name)) is not None]
        return [c for c, _ in found], [value * self.scales[c] for c, value in found]


def _counted(sample: Sample) -> dict[str, float]:
    found = tokens(sample)
    scale = 1 / math.sqrt(len(found) or 1)
    counts: dict[str, float] = {}
    for token in found:
        counts[token] = counts.get(token, 0.0) + scale
        for part in parts(token):
            counts[part] = counts.get(part, 0.0) + scale * PART_SHARE
    for one, two in pairwise(found):
        name = f"{one}{_PAIR}{two}"
        counts[name] = counts.get(name, 0.0) + scale
    for name, value in sample.facts.items():
        counts[f"{_FACT}{name}"] = value
    counts[f"{_FACT}{_FACT}"] = 1.0  # the bias
    return counts


def train(
    kind: str, samples: Sequence[Sample], labels: Sequence[str], classes: Sequence[str],
    held_out: Sequence[Verdict] = (), cost: float = COST,
) -> Model:  # fmt: skip
    """The model of these labels; with `held_out`, what `cross_validate` gave, its confidence is a probability."""
    space = _Space(samples)
    weights = _fit(space.rows, labels, classes, len(space.columns), cost)
    curves = _curves([verdict.margins for verdict in held_out], labels, classes) if held_out else None
    return _model(kind, classes, space, weights, curves or [_PLAIN] * len(weights), len(samples))


def cross_validate(
    samples: Sequence[Sample], labels: Sequence[str], classes: Sequence[str], *, folds: int = 0, cost: float = COST,
    progress: Progress = lambda _: None,
) -> list[Verdict]:  # fmt: skip
    """What is said of each sample by a model that learnt from the others: every label is held out once.

    The folds are drawn alike each time and have each label in proportion; by default five, or three of many labels.
    Texts that say the same are held out together: a model that knows one by heart would be taken for a good one.
    """
    folds = folds or (5 if len(samples) <= _MANY else 3)
    space = _Space(samples)
    margins: list[Weights] = [()] * len(samples)
    for number, held in enumerate(_folds(samples, labels, folds)):
        progress(f"held-out part {number + 1} of {folds}")
        rest = [i for i in range(len(samples)) if i not in held]
        weights = _fit([space.rows[i] for i in rest], [labels[i] for i in rest], classes, len(space.columns), cost)
        for i in held:
            columns, values = space.rows[i]
            margins[i] = tuple(sum(w[c] * v for c, v in zip(columns, values, strict=True)) for w in weights)
    curves = _curves(margins, labels, classes)
    judge = Model("", classes, {}, {}, {}, (0.0,) * len(curves), curves)
    return [judge.verdict(each) for each in margins]


def _folds(samples: Sequence[Sample], labels: Sequence[str], folds: int) -> list[set[int]]:
    order = list(range(len(labels)))
    random.Random(0).shuffle(order)
    order.sort(key=lambda i: labels[i])  # stable: shuffled within each label
    same: dict[str, list[int]] = {}
    for i in order:
        same.setdefault(_said(samples[i]), []).append(i)
    groups = list(same.values())
    return [{i for group in groups[start::folds] for i in group} for start in range(folds)]


def _said(sample: Sample) -> str:
    """What copies have in common: the letters and digits, without who is quoted or addressed and where it leads."""
    text = " ".join(_AROUND.sub(" ", f"{sample.title} {sample.text}".lower()).split())
    return text or sample.text


def _fit(rows: Rows, labels: Sequence[str], classes: Sequence[str], width: int, cost: float) -> list[list[float]]:
    """Weights for each class against the others; labels that are rare weigh as much as those that are not."""
    counts = Counter(labels)
    costs = [cost * len(labels) / (len(counts) * counts[label]) for label in labels]
    wanted = classes[1:] if len(classes) == 2 else classes
    return [fit(rows, [label == one for label in labels], width, costs, _PASSES) for one in wanted]


def _model(
    kind: str, classes: Sequence[str], space: _Space, weights: Sequence[Sequence[float]],
    curves: Sequence[tuple[float, float]], labels: int,
) -> Model:  # fmt: skip
    words: dict[str, Weights] = {}
    pairs: dict[tuple[str, str], Weights] = {}
    facts: dict[str, Weights] = {}
    for name, column in space.columns.items():
        share = space.scales[column] * (PART_SHARE if name[0] == PART else 1.0)
        found = tuple(round(one[column] * share, 4) for one in weights)
        if max(map(abs, found)) < _SMALLEST:
            continue
        if name[0] == _FACT:
            facts[name[1:]] = found
        elif _PAIR in name and name[0] != PART:
            one, two = name.split(_PAIR)
            pairs[one, two] = found
        else:
            words[name] = found
    bias = facts.pop(_FACT, (0.0,) * len(weights))
    return Model(kind, classes, words, pairs, facts, bias, curves, labels)


def _curves(margins: Sequence[Weights], labels: Sequence[str], classes: Sequence[str]) -> list[tuple[float, float]]:
    wanted = classes[1:] if len(classes) == 2 else classes
    return [
        _curve([each[place] for each in margins], [label == one for label in labels])
        for place, one in enumerate(wanted)
    ]


def _curve(margins: Sequence[float], right: Sequence[bool]) -> tuple[float, float]:
    """Slope and shift of the sigmoid that fits best, by Newton's method on Platt's smoothed targets."""
    yes = sum(right)
    high, low = (yes + 1) / (yes + 2), 1 / (len(right) - yes + 2)
    slope, shift = 1.0, 0.0
    for _ in range(50):
        g0 = g1 = h01 = 0.0
        h00 = h11 = 1e-3
        for margin, one in zip(margins, right, strict=True):
            share = sigmoid(slope * margin + shift)
            off, weight = share - (high if one else low), share * (1 - share)
            g0, g1 = g0 + off * margin, g1 + off
            h00, h01, h11 = h00 + weight * margin * margin, h01 + weight * margin, h11 + weight
        determinant = h00 * h11 - h01 * h01
        by = (h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant
        slope, shift = slope - max(-1.0, min(1.0, by[0])), shift - max(-1.0, min(1.0, by[1]))
        if abs(by[0]) + abs(by[1]) < 1e-4:
            break
    return (slope, shift) if slope > 0 and math.isfinite(shift) else _PLAIN
