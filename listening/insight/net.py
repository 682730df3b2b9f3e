"""Net sentiment with an interval that knows both how few mentions there are and how often we are wrong."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LABELS = ("negative", "neutral", "positive")
_DRAWS = 2000
_MANY = 200  # mentions from which a normal interval is as good as drawing, without an audit
_Z = 1.959964
_PRIOR = 1.0  # what each answer counts before anybody was asked, spread over the three

Audit = Mapping[str, Mapping[str, int]]  # what we said -> what people said of a random sample of those -> how often


@dataclass(frozen=True, slots=True)
class Net:
    """(positive - negative) / scored, from -1 to 1: as we count it, and as it is by what people found in the audit."""

    counted: float
    estimate: float
    low: float  # 95 % of what is possible lies between these
    high: float
    audited: int


def net(counts: Mapping[str, int], audit: Audit | None = None) -> Net | None:
    """Net sentiment of so many mentions that were given each label; None where none was scored.

    `audit` says of a sample drawn at random from each of our labels (stratified) what people call it. The share of
    each true label is then the sum over our labels of their share times the share of people who call them so: the
    stratified estimate of double sampling (Tenenbein, J. Am. Stat. Assoc. 65, 1970; Cochran, Sampling Techniques,
    section 12). It asks how right our labels are rather than turning a confusion matrix round, as Rogan and Gladen
    (Am. J. Epidemiology 107, 1978) do, and so never leaves -1 to 1. The interval is Bayesian: shares are drawn from
    the Dirichlet distributions that the counts and the audit leave possible. Without an audit our labels count as
    right.
    """
    total = sum(counts.get(name, 0) for name in LABELS)
    if not total:
        return None
    counted = (counts.get("positive", 0) - counts.get("negative", 0)) / total
    rows = {name: [(audit or {}).get(name, {}).get(said, 0) for said in LABELS] for name in LABELS}
    audited = sum(map(sum, rows.values()))
    given = [counts.get(name, 0) for name in LABELS]
    if not audited and total >= _MANY:
        half = _Z * math.sqrt((given[0] + given[2]) / total - counted**2) / math.sqrt(total)
        return Net(counted, counted, max(-1.0, counted - half), min(1.0, counted + half), 0)
    chance = random.Random(0)
    draws = sorted(_draw(chance, given, rows if audited else None) for _ in range(_DRAWS))
    estimate = sum(
        count / total * (_mean(rows[name], name) if audited else LABELS.index(name) - 1)
        for name, count in zip(LABELS, given, strict=True)
    )
    return Net(counted, estimate, draws[int(0.025 * _DRAWS)], draws[-1 - int(0.025 * _DRAWS)], audited)


def _prior(name: str) -> list[float]:
    """What is thought of a label of ours before anybody was asked: a little more right than wrong."""
    return [_PRIOR * (0.5 if name == said else 0.25) for said in LABELS]


def _mean(row: Sequence[int], name: str) -> float:
    weights = [count + prior for count, prior in zip(row, _prior(name), strict=True)]
    return (weights[2] - weights[0]) / sum(weights)


def _draw(chance: random.Random, given: Sequence[int], rows: Mapping[str, Sequence[int]] | None) -> float:
    """One net sentiment that is possible."""
    shares = _dirichlet(chance, [count + 1e-6 for count in given])
    if rows is None:
        return shares[2] - shares[0]
    value = 0.0
    for name, share in zip(LABELS, shares, strict=True):
        people = _dirichlet(chance, [count + prior for count, prior in zip(rows[name], _prior(name), strict=True)])
        value += share * (people[2] - people[0])
    return value


def _dirichlet(chance: random.Random, weights: Sequence[float]) -> list[float]:
    drawn = [chance.gammavariate(weight, 1.0) for weight in weights]
    total = sum(drawn) or 1.0
    return [each / total for each in drawn]
