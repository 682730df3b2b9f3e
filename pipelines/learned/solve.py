"""Logistic regression on sparse rows in plain Python, by coordinate descent on its dual."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from operator import mul

Rows = Sequence[tuple[Sequence[int], Sequence[float]]]  # of each row: the columns that are not 0, and their values


def fit(rows: Rows, right: Sequence[bool], width: int, costs: Sequence[float], passes: int = 12) -> list[float]:
    """The `width` weights that minimise |w|^2 / 2 + sum of cost * log(1 + exp(-y w x)); y is 1 where `right`, else -1.

    Each pass asks every row once, in an order shuffled alike each time, and moves its dual variable by Newton steps
    (Yu, Huang and Lin, Dual coordinate descent methods for logistic regression, Machine Learning 85, 2011).
    """
    weights = [0.0] * width
    norms = [sum(map(mul, values, values)) for _, values in rows]
    duals = [min(0.001 * cost, 1e-8) for cost in costs]
    for (columns, values), yes, dual in zip(rows, right, duals, strict=True):
        _add(weights, columns, values, dual if yes else -dual)
    order = list(range(len(rows)))
    chance = random.Random(0)
    for _ in range(passes):
        chance.shuffle(order)
        moved = 0.0
        for i in order:
            columns, values = rows[i]
            sign = 1.0 if right[i] else -1.0
            margin = sign * sum(map(mul, map(weights.__getitem__, columns), values))
            dual = _dual(duals[i], costs[i], margin, norms[i])
            step = dual - duals[i]
            if abs(step) > 1e-4 * costs[i]:
                _add(weights, columns, values, sign * step)
                duals[i] = dual
                moved = max(moved, abs(step) / costs[i])
        if moved < 0.01:
            break
    return weights


def _add(weights: list[float], columns: Sequence[int], values: Sequence[float], by: float) -> None:
    for column, value in zip(columns, values, strict=True):
        weights[column] += by * value


def _dual(old: float, cost: float, margin: float, norm: float) -> float:
    """The dual variable, between 0 and its cost, at which the derivative is 0 while all others stay."""
    low, high = 0.0, cost
    dual = old
    for _ in range(30):
        slope = norm * (dual - old) + margin + math.log(dual / (cost - dual))
        if abs(slope) < 1e-3:
            break
        if slope > 0:
            high = dual
        else:
            low = dual
        following = dual - slope / (norm + cost / (dual * (cost - dual)))
        dual = following if low < following < high else (low + high) / 2
    return dual
