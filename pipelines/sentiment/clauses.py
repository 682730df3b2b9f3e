"""Which sentences and clauses of a text speak of a brand, where others share it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from pipelines.sentiment.marks import EMOJI, Border, Mark, Marks, last_sign

Says = Callable[[int, int], bool]  # whether there is any feeling between two characters of the text
Span = tuple[int, int]
Spans = Sequence[Span]

_FACE = re.compile(rf"(?<![{EMOJI}])[{EMOJI}]++")
_WORD = re.compile(r"\w+")


class _Name(NamedTuple):
    """Where a text names a brand."""

    start: int
    end: int
    own: bool


class _Turn(NamedTuple):
    """Where a text turns to brands: the end of what is before, the start, and whose it is from there; None: both."""

    before: int
    start: int
    own: bool | None


class _Piece(NamedTuple):
    """A sentence or clause that names a brand; the piece before it ends at `before`, ahead of a joining word."""

    before: int
    start: int
    end: int
    names: Sequence[_Name]


def passages(text: str, marks: Marks, own: Spans, others: Spans, says: Says) -> tuple[list[Span], list[Span]]:
    """The (start, end) stretches of `text` that speak of one brand, named at `own`, and of those named at `others`.

    All of it where only one of them is named.

    A text is parted at the ends of sentences and lines and at words such as "but" and "while". A part that names the
    brand counts, one that names only others does not, and one that names none goes with the part before it (at the
    beginning, with the first that names one). A part that names both is parted once more where a comparison, a
    conjunction or a preposition between the names does so ("left Acme | for Globex"), else it counts for both.
    """
    if not own or not others:
        return [(0, len(text))] if own else [], [(0, len(text))] if others else []
    names = sorted([_Name(*span, own=True) for span in own] + [_Name(*span, own=False) for span in others])
    turns = list(_turns(text, marks, names, says))
    return list(_passages(text, turns, own=True)), list(_passages(text, turns, own=False))


def _passages(text: str, turns: Sequence[_Turn], *, own: bool) -> Iterator[Span]:
    """The stretches of text that count for one side; what stands before the first turn goes with it."""
    begin: int | None = None
    for index, (before, start, side) in enumerate(turns):
        counts = side is None or side is own
        if counts and begin is None:
            begin = start if index else 0
        elif not counts and begin is not None:
            yield begin, before
            begin = None
    if begin is not None:
        yield begin, len(text)


def _turns(text: str, marks: Marks, names: Sequence[_Name], says: Says) -> Iterator[_Turn]:
    """Where the text turns to brands."""
    for piece in _pieces(text, marks.borders, names):
        if len({name.own for name in piece.names}) == 1:
            yield _Turn(*_begun(text, marks, piece, says), piece.names[0].own)
        else:
            yield from _turns_within(text, marks, piece, says)


def _turns_within(text: str, marks: Marks, piece: _Piece, says: Says) -> Iterator[_Turn]:
    """Where a piece turns that names both."""
    groups = [list(group) for _, group in groupby(piece.names, key=lambda name: name.own)]
    edges = [piece.start, *(group[-1].end for group in groups[:-2])]
    ends = [*(group[0].start for group in groups[2:]), piece.end]
    before, start = _begun(text, marks, piece, says)
    whose: bool | None = groups[0][0].own
    for (left, right), edge, until in zip(pairwise(groups), edges, ends, strict=True):
        border = _parting(text, marks, (edge, left[-1].end), (right[0].start, until), says)
        if border is None:
            whose = None  # it speaks of both
            continue
        yield _Turn(before, start, whose)
        (before, start), whose = border, right[0].own
    yield _Turn(before, start, whose)


def _begun(text: str, marks: Marks, piece: _Piece, says: Says) -> tuple[int, int]:
    """Where a piece ends the one before it and starts itself: "Acme is kind but slow | , | Globex ..." at its comma."""
    name = piece.names[0]
    if piece.before < piece.start:  # with a word such as "but"
        comma = _last_joint(text, marks, piece.start, name.start)
        if (
            comma is not None
            and comma.lists
            and not text[comma.end : name.start].strip()
            and says(piece.start, comma.start)
        ):
            return comma.start, comma.end
    return piece.before, piece.start


def _parting(text: str, marks: Marks, one: Span, two: Span, says: Says) -> Span | None:
    """Where the text between two names parts them, as (end of the first part, start of the second); None: nowhere.

    `one` reaches to the end of the first name, `two` from the start of the second. A comma or an "and" with at most
    a word beside it mostly makes a list of the two ("Acme and Globex are awful"): it parts them only if both sides
    say something, or the first is there to compare ("Unlike Acme, Globex is awful").
    """
    for border, is_face in _between_names(text, marks, one[1], two[0]):
        if border is None:
            continue
        if border.lists and len(_WORD.findall(text[one[1] : border.start] + text[border.end : two[0]])) < 2:
            compares = _last(marks.partings[0], *one) is not None
            if not compares and not (says(*two) and (says(*one) or _begins(text, one))):
                return None
        return (border.end if is_face else border.start), border.end
    return None


def _between_names(text: str, marks: Marks, start: int, end: int) -> Iterator[tuple[Mark | None, bool]]:
    """What may part two names, the surest first, and whether it is an emoji, which goes with what is before it."""
    comparisons, _, moves = marks.partings
    yield _last(comparisons, start, end), False
    yield _last_joint(text, marks, start, end), False
    yield _last_face(text, start, end), True
    yield _last(moves, start, end), False


def _last_joint(text: str, marks: Marks, start: int, end: int) -> Mark | None:
    """The last comma, dash, conjunction or the like between two characters."""
    word, sign = _last(marks.partings[1], start, end), last_sign(text, start, end)
    return max(word, sign) if word and sign else word or sign


def _last(found: Sequence[Mark], start: int, end: int) -> Mark | None:
    """The last of some marks that stands between two characters."""
    at = bisect_left(found, (end,)) - 1
    return found[at] if at >= 0 and found[at].start >= start and found[at].end <= end else None


def _last_face(text: str, start: int, end: int) -> Mark | None:
    """The last emoji between two characters."""
    if text.isascii():
        return None
    faces = [Mark(*match.span()) for match in _FACE.finditer(text, start, end)]
    return faces[-1] if faces else None


def _begins(text: str, one: tuple[int, int]) -> bool:
    """Whether words stand before a name, so that a comma behind it begins something new ("Try Acme, Globex lies")."""
    return len(_WORD.findall(text, *one)) > 2


def _pieces(text: str, borders: Sequence[Border], names: Sequence[_Name]) -> Iterator[_Piece]:
    """The sentences and clauses that name a brand, in order."""
    before = start = upto = 0
    for end, following in _between(text, borders, names):
        first = upto
        while upto < len(names) and names[upto].start < end:
            upto += 1
        if upto > first:
            yield _Piece(before, start, end, names[first:upto])
        before, start = end, following


def _between(text: str, borders: Sequence[Border], names: Sequence[_Name]) -> Iterator[tuple[int, int]]:
    """Where sentences and clauses end, and where the next begin; names such as "Yahoo!" stay whole."""
    starts = [name.start for name in names]
    for mark, end, following in borders:
        nearest = bisect_right(starts, mark) - 1
        if nearest < 0 or names[nearest].end <= mark:
            yield end, following
    yield len(text), len(text)
