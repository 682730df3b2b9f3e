"""Net sentiment with an interval that knows both how few mentions there are and how often we are wrong."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from listening.store import UNRELATED

LABELS = ("negative", "neutral", "positive")
_DRAWS = 2000
_MANY = 200  # mentions from which a normal interval is as good as drawing, without an audit
_Z = 1.959964
_PRIOR = 1.0  # what each answer counts before anybody was asked, spread over the three

Rates = Mapping[str, Mapping[str, float]]  # what we said -> what people said of a random sample of those -> how often


@dataclass(frozen=True, slots=True)
class Net:
    """(positive - negative) / scored, from -1 to 1: as we count it, and as it is by what people found in the audit."""

    counted: float
    estimate: float
    low: float  # 95 % of what is possible lies between these
    high: float


def net(
    counts: Mapping[str, int], rates: Rates | None = None, corrected: Mapping[str, int] | None = None
) -> Net | None:
    """Net sentiment of so many mentions that have each label; None where none was scored.

    `rates` say of a sample drawn at random from each of our labels (stratified) what people call it, UNRELATED
    where it is not about the brand. The share of each true label is then the sum over our labels of their share times
    the share of people who call them so: the stratified estimate of double sampling (Tenenbein, J. Am. Stat. Assoc.
    65, 1970; Cochran, Sampling Techniques, section 12). It asks how right our labels are rather than turning a
    confusion matrix round, as Rogan and Gladen (Am. J. Epidemiology 107, 1978) do, and so never leaves -1 to 1. The
    interval is Bayesian: shares are drawn from the Dirichlet distributions that the counts and the answers leave
    possible. Without rates our labels count as right: see `audit` for how many answers it takes.

    `corrected` are those of `counts` that a person corrected. They are as that person said: rates are of what was
    computed and that nobody corrected, and go for no other.
    """
    total = sum(counts.get(name, 0) for name in LABELS)
    if not total:
        return None
    counted = (counts.get("positive", 0) - counts.get("negative", 0)) / total
    if rates is None and total >= _MANY:
        half = _Z * math.sqrt((counts.get("positive", 0) + counts.get("negative", 0)) / total - counted**2)
        half /= math.sqrt(total)
        return Net(counted, counted, max(-1.0, counted - half), min(1.0, counted + half))
    known = [min(counts.get(name, 0), (corrected or {}).get(name, 0)) for name in LABELS]
    given = [counts.get(name, 0) - said for name, said in zip(LABELS, known, strict=True)]
    rows = [_SURE[name] if rates is None else _answers(name, rates.get(name, {})) for name in LABELS]
    rows += [_SURE[name] for name in LABELS]
    draws, estimate = _drawn([*given, *known], rows), _net([*given, *known], rows)
    return Net(counted, estimate, draws[int(0.025 * _DRAWS)], draws[-1 - int(0.025 * _DRAWS)])


_SURE = {name: [float(name == said) for said in LABELS] for name in LABELS}


def _answers(name: str, row: Mapping[str, float]) -> list[float]:
    """How often people say each, and UNRELATED; before anybody was asked we are a little more right than wrong."""
    return [
        *(row.get(said, 0) + _PRIOR * (0.5 if name == said else 0.25) for said in LABELS), row.get(UNRELATED, 0),
    ]  # fmt: skip


def _drawn(counts: Sequence[float], rows: Sequence[Sequence[float]]) -> list[float]:
    """So many net sentiments that are possible, the lowest first."""
    chance = random.Random(0)
    return sorted(
        _net(_dirichlet(chance, counts), [row if max(row) == sum(row) else _dirichlet(chance, row) for row in rows])
        for _ in range(_DRAWS)
    )


def _net(shares: Sequence[float], rows: Sequence[Sequence[float]]) -> float:
    """Of so many mentions, with the answers for each kind of them; what is about something else does not count."""
    balance = about = 0.0
    for share, row in zip(shares, rows, strict=True):
        each = share / sum(row)
        balance += each * (row[2] - row[0])
        about += each * sum(row[:3])
    return balance / about if about else 0.0


def _dirichlet(chance: random.Random, weights: Sequence[float]) -> list[float]:
    """Weights, not yet of sum 1; what was never seen stays out."""
    return [chance.gammavariate(weight, 1.0) if weight else 0.0 for weight in weights]
