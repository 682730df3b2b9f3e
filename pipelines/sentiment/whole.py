"""How a text feels toward the only brand that it names: what rules hear, weighed with its wording."""

from __future__ import annotations

import math
from functools import cache
from operator import mul
from typing import NamedTuple

from pipelines.sentiment.impression import Impression, called, label, summed
from pipelines.sentiment.relations import OWN
from pipelines.wording import Wording, addresses, shortness

LONGEST = 200  # tokens of a text whose wording is weighed: weights were learnt from posts, not from articles
FACTS = ("start", "good", "bad", "positive", "negative", "good, short", "bad, short", "short", "asks")
_MOST = 4.0  # that rules hear
_CLEAR = 0.6  # by how much, in logarithms of odds, the wording has to be surer to overrule rules
_OPPOSITE = 2.0  # and to say the opposite of what they say with a score of 1
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
    heard, short, name = max(-_MOST, min(_MOST, summed(score))) / 2, shortness(count), label(score)
    good, bad = max(heard, 0.0), max(-heard, 0.0)
    return (
        1.0, good, bad, float(name == "positive"), float(name == "negative"), good * short, bad * short, short,
        float(asks),
    )  # fmt: skip


def worded(read: Impression, score: float) -> Worded | None:
    """What rules and wording say together; None where rules alone say the same, or the wording is not asked.

    It is not where somebody is addressed by a handle: such short messages are what rules were made with.
    """
    if len(read.words) > LONGEST or addresses(read.text):
        return None
    words = words_of(read)
    if words.count(OWN) == len(words):  # a name says nothing by itself
        return None
    wording = Wording.of("feeling")
    known = facts(score, len(read.words), asks="?" in read.text)
    margins = [
        said + sum(map(mul, known, weights)) for said, weights in zip(wording.sums(words), _weights(), strict=True)
    ]
    most, questions, before = max(margins), wording.questions, label(score)
    found = questions[margins.index(most)]
    clear = _CLEAR if "neutral" in {found, before} else _OPPOSITE * abs(score)
    if most - margins[questions.index(before)] <= clear:
        return None
    shown = wording.telling(words, found, _SHOWN)
    if not shown:  # nothing is judged without words to show for it
        return None
    return Worded(called(found, _score(dict(zip(questions, margins, strict=True)))), tuple(shown))


@cache
def _weights() -> list[list[float]]:
    """For each label what the facts weigh."""
    return [weights for _, *weights in Wording.of("feeling").columns(FACTS)]


def _score(margins: dict[str, float]) -> float:
    """From the odds of each label."""
    shares = {name: 1 / (1 + math.exp(-max(-30.0, min(30.0, margin)))) for name, margin in margins.items()}
    return (shares["positive"] - shares["negative"]) / sum(shares.values())
