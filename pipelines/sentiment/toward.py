"""Which parts of a text count toward one brand, and what is said of it beside another."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.sentiment.clauses import Spans
from pipelines.sentiment.impression import Impression, Part
from pipelines.sentiment.sides import Sides, outside, relations, sides_of

_CLEAR = 0.15  # scores beyond it say enough to say the opposite of somebody else
_SURE = 2.0  # what a question has to say to say anything


def toward(read: Impression, own: Spans, others: Spans) -> Sequence[Part]:
    """The parts of a text that count toward the brand named at `own`, where others are named at `others`.

    One that is only compared with ("better than Acme") gets the opposite of what is said of the other.
    """
    if not own or not others:
        parts = [*outside(read.parts, read.said), *relations(read.said)] if own and read.said else read.parts
        return parts or list(read.hints() if read.customer else ())
    return _beside(read, sides_of(read, own, others))


def _beside(read: Impression, sides: Sides) -> Sequence[Part]:
    """The parts that count toward one brand beside another."""
    mine, theirs = sides.own, sides.other
    signs = {one.sign for one in mine.said}
    if not mine.real and not signs:
        return []
    if mine.asked or "?" in signs:
        return [part for part in mine.parts if abs(part.valence) >= _SURE and part.rule != "relation"]
    if "=" in signs and not sides.told_apart:
        return list(dict.fromkeys([*mine.parts, *theirs.parts]))
    if sides.better and _alike(read, mine.parts, theirs.parts):
        return [sides.better]
    if "!" in signs and (against := _against(read, theirs.parts or theirs.slight)):
        return [*mine.parts, against]
    return mine.parts or mine.slight


def _against(read: Impression, theirs: Sequence[Part]) -> Part | None:
    """The opposite of what is clearly said of the other brand."""
    score = read.score(theirs)
    if abs(score) <= _CLEAR:
        return None
    strongest = max(theirs, key=lambda part: part.valence * score)
    return Part(strongest.first, strongest.end, -3 * score, "comparison")


def _alike(read: Impression, mine: Sequence[Part], theirs: Sequence[Part]) -> bool:
    """Whether words do not tell two brands apart."""
    return not (mine or theirs) or read.score(mine) * read.score(theirs) > 0
