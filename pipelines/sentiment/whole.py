"""How a text feels toward the only brand that it names: what rules hear, weighed with its wording."""

from __future__ import annotations

import math
from functools import cache
from operator import mul
from typing import NamedTuple, cast

from listening.post import Label
from pipelines.sentiment.impression import Impression, label
from pipelines.sentiment.relations import OWN
from pipelines.wording import Wording

LONGEST = 200  # tokens of a text whose wording is weighed: weights were learnt from posts, not from articles
FACTS = ("start", "good", "bad", "positive", "negative", "good, short", "bad, short", "short", "asks")
_NORMAL = math.sqrt(15)  # by which a sum of valences becomes a score, and back
_MOST, _MOST_SCORED = 4.0, 0.97  # that rules hear
_SHORT = 40  # tokens: the shorter a text, the surer are rules
_RANGES = {"negative": (-1.0, -0.05), "neutral": (-0.0499, 0.0499), "positive": (0.05, 1.0)}  # what scores are called
_CLEAR, _OPPOSITE = 0.6, 2.0  # by which the wording has to be surer to overrule them, and to say the opposite
_SHOWN = 3


class Worded(NamedTuple):
    """A score that the wording changed, and the words that say most for it."""

    score: float
    words: tuple[str, ...]


def words_of(read: Impression) -> list[str]:
    """The folded words of a text, with owners in place of brands' names."""
    return "".join([word.spaced for word in read.words]).split()


def facts(score: float, count: int, *, asks: bool) -> tuple[float, ...]:
    """What is known of a text of so many tokens beside its words, as FACTS; `score` is what rules say."""
    bounded = max(-_MOST_SCORED, min(_MOST_SCORED, score))
    heard = max(-_MOST, min(_MOST, bounded * _NORMAL / math.sqrt(1 - bounded * bounded))) / 2
    good, bad, short = max(heard, 0.0), max(-heard, 0.0), max(0.0, 1 - count / _SHORT)
    called = label(score)
    return (
        1.0, good, bad, float(called == "positive"), float(called == "negative"), good * short, bad * short, short,
        float(asks),
    )  # fmt: skip


def worded(read: Impression, score: float) -> Worded | None:
    """What rules and wording say together; None where rules alone say the same, or the wording is not asked.

    It is not where somebody is addressed by a handle: such short messages are what rules were made with.
    """
    if len(read.words) > LONGEST or "@" in read.text:
        return None
    words = words_of(read)
    if words.count(OWN) == len(words):  # a name says nothing by itself
        return None
    wording = Wording.of("feeling")
    known = facts(score, len(read.words), asks="?" in read.text)
    margins = [
        said + sum(map(mul, known, weights)) for said, weights in zip(wording.sums(words), _weights(), strict=True)
    ]
    most, questions, called = max(margins), wording.questions, label(score)
    found = questions[margins.index(most)]
    clear = _CLEAR if "neutral" in {found, called} else _OPPOSITE * abs(score)
    if most - margins[questions.index(called)] <= clear:
        return None
    return Worded(
        _score(found, dict(zip(questions, margins, strict=True))), tuple(wording.telling(words, found, _SHOWN))
    )


@cache
def _weights() -> list[list[float]]:
    """For each label what the facts weigh."""
    return [weights for _, *weights in Wording.of("feeling").columns(FACTS)]


def _score(called: str, margins: dict[str, float]) -> float:
    """From the odds of each label, within what is called so."""
    shares = {name: 1 / (1 + math.exp(-max(-30.0, min(30.0, margin)))) for name, margin in margins.items()}
    low, high = _RANGES[cast("Label", called)]
    return round(max(low, min(high, (shares["positive"] - shares["negative"]) / sum(shares.values()))), 4)
