"""How a text feels toward the only brand that it names: what rules hear, weighed with its wording."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from operator import mul
from typing import Any, NamedTuple

from pipelines.line import Line
from pipelines.sentiment.impression import called, label, summed
from pipelines.wording import Wording, shortness

LABELS = ("negative", "neutral", "positive")
FACTS = ("good", "bad", "positive", "negative", "good, short", "bad, short", "asks", "exclaims")
_MOST = 4.0  # that rules hear
CLEAR = 0.6  # by how much, in logarithms of odds, the wording has to be surer to overrule rules
_OPPOSITE = 3.0  # and to say the opposite of what they say with a score of 1
_CLEAR_TO, _OPPOSITE_TO = 2.0, 6.0  # the same in what is addressed to somebody: rules were made with such messages
_CLEAR_ELSE, _OPPOSITE_ELSE = 0.1, 1.0  # and in other languages, whose rules are fewer
_SHOWN = 3


class Worded(NamedTuple):
    """A score that the wording changed, and the words that say most for it."""

    score: float
    words: tuple[str, ...]
    rule: str = "wording"


def facts(line: Line, score: float) -> tuple[float, ...]:
    """What is known of a text beside its wording, as FACTS; `score` is what rules say."""
    good, bad, positive, negative = heard(score)
    short = shortness(len(line.words))
    return (
        good, bad, positive, negative, good * short, bad * short, float(line.asks), float("!" in line.written_text),
    )  # fmt: skip


def heard(score: float) -> tuple[float, float, float, float]:
    """What rules say, as facts: how good and how bad it is, within bounds, and whether it is called either."""
    total, name = max(-_MOST, min(_MOST, summed(score))) / 2, label(score)
    return max(total, 0.0), max(-total, 0.0), float(name == "positive"), float(name == "negative")


def worded(line: Line, score: float, language: str = "en") -> Worded | None:
    """What rules and wording say together; None where rules alone say the same, or the wording is not asked."""
    if line.is_long:
        return None
    said = line.said(language)
    known = facts(line, score)
    margins = {name: said.margins[at] + sum(map(mul, known, weights)) for at, name, *weights in _columns(language)}
    found, before = max(margins, key=margins.__getitem__), label(score)
    if language != "en":
        clear, opposite = _CLEAR_ELSE, _OPPOSITE_ELSE
    else:
        clear, opposite = (_CLEAR_TO, _OPPOSITE_TO) if line.addresses else (CLEAR, _OPPOSITE)
    if "neutral" not in {found, before}:
        clear = opposite * abs(score)
    if margins[found] - margins[before] <= clear:
        return None
    shown = said.telling(found, _SHOWN)
    if not shown:  # nothing is judged without words to show for it
        return None
    return Worded(called(found, scored(margins)), tuple(map(line.as_written, shown)))


@cache
def _columns(language: str) -> list[tuple[Any, ...]]:
    """Each label's place, name and weights of the facts."""
    return Wording.learnt(language).columns(LABELS, FACTS)


def scored(margins: Mapping[str, float]) -> float:
    """A score from the logarithms of the odds of each label."""
    shares = {name: 1 / (1 + math.exp(-max(-30.0, min(30.0, margin)))) for name, margin in margins.items()}
    return (shares["positive"] - shares["negative"]) / sum(shares.values())
