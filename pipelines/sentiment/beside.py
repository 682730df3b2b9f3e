"""How a text feels toward one of the brands that share it: what rules hear, weighed with the wording around them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from operator import mul

from pipelines.line import Line
from pipelines.sentiment.clauses import Spans
from pipelines.sentiment.impression import Impression, called, label
from pipelines.sentiment.sides import Side, Sides, sides_of
from pipelines.sentiment.whole import CLEAR, LABELS, Worded, heard, scored
from pipelines.sentiment.wording import learnt, telling
from pipelines.wording import Wording

_SIGNS = "+-=!?"  # of relations: what a phrase says of a brand beside another (see relations.toml)
FACTS = (
    "good", "bad", "positive", "negative", "own", "other", "shared", "plain", "alike", "alike, other", "aside", "asks",
    "said negative", "said neutral", "said positive", *(f"own {sign}" for sign in _SIGNS),
    *(f"other {sign}" for sign in _SIGNS), "start",
)  # fmt: skip
START = 3.0  # the fact that is the same for all
_FURTHEST = 8.0  # that wording leans
_NONE = [0.0] * len(_SIGNS)


def facts(read: Impression, sides: Sides, score: float, line: Line) -> tuple[float, ...]:
    """What is known of a brand beside others, as FACTS; `score` is what rules say, `line` what speaks of it."""
    lean = sides.own.lean
    own, other, shared, plain = (max(-_FURTHEST, min(_FURTHEST, sum_)) for sum_ in lean[:4])
    said = None if line.is_long else line.said()
    return (
        *heard(score), own, other, shared, plain, float(lean.alike), other if lean.alike else 0.0,
        float(not sides.own.real), float("?" in read.text),
        *((0.0, 0.0, 0.0) if said is None else [said.margins[at] for at in _places()]),
        *_signs(sides.own), *_signs(sides.other), START,
    )  # fmt: skip


def _signs(side: Side) -> list[float]:
    """What relations say of a brand, as facts."""
    if not side.said:
        return _NONE
    found = {one.sign for one in side.said}
    return [float(sign in found) for sign in _SIGNS]


def worded(read: Impression, own: Spans, others: Spans, score: float, line: Line) -> Worded | None:
    """What rules and wording say together, `line` being what of the text speaks of the brand.

    None where rules alone say the same, or hear nothing that the wording is not clearly surer of.
    """
    sides = sides_of(read, own, others)
    known = facts(read, sides, score, line)
    margins = {name: sum(map(mul, known, weights)) for name, weights in learnt().weigh.items()}
    found, before = max(margins, key=margins.__getitem__), label(score)
    if found == before or (before == "neutral" and margins[found] - margins[before] < CLEAR):
        return None
    ranges, score = (sides.own.ranges, sides.other.ranges), called(found, scored(margins))
    if places := telling(sides.spaced, *ranges, found):
        return Worded(score, read.shown(places))
    if found != "neutral" and (places := telling(sides.spaced, *ranges, found, opposite=True)):
        return Worded(score, read.shown(places), "wording of another brand")
    return None  # nothing is judged without words to show for it


@cache
def _places() -> Sequence[int]:
    """Where the labels are among the questions of one brand's wording."""
    return [Wording.learnt("en").questions.index(name) for name in LABELS]
