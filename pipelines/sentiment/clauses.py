"""Which sentences and clauses of a text speak of a brand, where others share it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

Says = Callable[[int, int], bool]  # whether there is any feeling between two characters of the text
Spans = Sequence[tuple[int, int]]
Borders = Sequence[tuple[int, int, int]]  # where a mark or word stands that ends a clause, its end, the next's start

_EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\u2b50\ufe0f\u200d"
# Every repetition is possessive and starts where its run does, so that no text makes the search go back.
_BORDER = re.compile(
    rf"""
    (?P<stop> (?<![.!?\u2026]) [.!?\u2026]++ ["'\u201d\u2019)\]]*+ (?:\s?(?:[{_EMOJI}]|[:;=8]-?[()DPp/]))*+ (?!\S) )
    | (?P<mark> [\u3002\uff01\uff1f\uff61] | [;:](?!\S) | \n )
    | (?P<word> (?<!nothing[ ])(?<!anything[ ])\b(?:but|however|meanwhile|whereas|while)\b,? )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NEVER_LAST = frozenset(("approx", "cf", "dr", "e.g", "i.e", "mr", "mrs", "ms", "mt", "prof", "st", "vs"))
_SELDOM_LAST = frozenset(("a.m", "co", "corp", "dept", "etc", "inc", "jr", "ltd", "p.m", "sr", "u.k", "u.s"))
_LONGEST_ABBREVIATION = 8  # characters; as far as one looks back from a full stop

# What parts two brands inside one sentence, the surest first.
_COMPARISON = re.compile(r"\b(?:than|compared (?:to|with)|instead of|rather than|unlike)\b", re.IGNORECASE)
_CLAUSE = re.compile(
    r"(?P<list>,|[&+/]|\b(?:and|n?or|plus|vs|versus)\b)"
    r"|[-\u2013\u2014](?!\w)|\b(?:after|although|as|because|before|if|since|so|then|though|until|what|when|where|yet)\b",
    re.IGNORECASE,
)
_FACE = re.compile(rf"(?<![{_EMOJI}])[{_EMOJI}]++")
_MOVE = re.compile(r"\b(?:for|from|over|to)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")


class _Name(NamedTuple):
    """Where a text names a brand."""

    start: int
    end: int
    own: bool


class _Piece(NamedTuple):
    """A sentence or clause that names a brand; the piece before it ends at `before`, ahead of a joining word."""

    before: int
    start: int
    end: int
    names: Sequence[_Name]


def passages(text: str, borders: Borders, own: Spans, others: Spans, says: Says) -> list[tuple[int, int]]:
    """The (start, end) stretches of `text` that speak of one brand, named at `own`; all of it where others are not.

    `borders` are those of the text.

    A text is parted at the ends of sentences and lines and at words such as "but" and "while". A part that names the
    brand counts, one that names only others does not, and one that names none goes with the part before it (at the
    beginning, with the first that names one). A part that names both is parted once more where a comparison, a
    conjunction or a preposition between the names does so ("left Acme | for Globex"), else it counts for both.
    """
    if not own or not others:
        return [(0, len(text))] if own or not others else []
    names = sorted([_Name(*span, own=True) for span in own] + [_Name(*span, own=False) for span in others])
    return list(_passages(text, _turns(text, borders, names, says)))


def _passages(text: str, turns: Iterator[tuple[int, int, bool]]) -> Iterator[tuple[int, int]]:
    """The stretches of text that count; what stands before the first turn goes with it."""
    begin: int | None = None
    for index, (before, start, counts) in enumerate(turns):
        if counts and begin is None:
            begin = start if index else 0
        elif not counts and begin is not None:
            yield begin, before
            begin = None
    if begin is not None:
        yield begin, len(text)


def _turns(text: str, borders: Borders, names: Sequence[_Name], says: Says) -> Iterator[tuple[int, int, bool]]:
    """Where the text turns to brands: the end of what is before, the start, and whether it counts from there."""
    for piece in _pieces(text, borders, names):
        groups = [list(group) for _, group in groupby(piece.names, key=lambda name: name.own)]
        edges = [piece.start, *(group[-1].end for group in groups[:-2])]
        ends = [*(group[0].start for group in groups[2:]), piece.end]
        before, start, counts = piece.before, piece.start, groups[0][0].own
        for (left, right), edge, until in zip(pairwise(groups), edges, ends, strict=False):
            border = _parting(text, (edge, left[-1].end), (right[0].start, until), says)
            if border is None:
                counts = True  # one of the two is this brand
                continue
            yield before, start, counts
            (before, start), counts = border, right[0].own
        yield before, start, counts


def _parting(text: str, one: tuple[int, int], two: tuple[int, int], says: Says) -> tuple[int, int] | None:
    """Where the text between two names parts them, as (end of the first part, start of the second); None: nowhere.

    `one` reaches to the end of the first name, `two` from the start of the second. A comma or an "and" with at most
    a word beside it mostly makes a list of the two ("Acme and Globex are awful"): it parts them only if both sides
    say something, or the first is there to compare ("Unlike Acme, Globex is awful").
    """
    gap = text[one[1] : two[0]]
    for pattern in (_COMPARISON, _CLAUSE, _FACE, _MOVE):
        found = list(pattern.finditer(gap))
        if not found:
            continue
        border = found[-1]
        bare = border.lastgroup == "list" and len(_WORD.findall(gap[: border.start()] + gap[border.end() :])) < 2
        new = _COMPARISON.search(text, *one) or (says(*two) and (says(*one) or _begins(text, one)))
        if bare and not new:
            return None
        end = border.end() if pattern is _FACE else border.start()
        return one[1] + end, one[1] + border.end()
    return None


def _begins(text: str, one: tuple[int, int]) -> bool:
    """Whether words stand before a name, so that a comma behind it begins something new ("Try Acme, Globex lies")."""
    return len(_WORD.findall(text, *one)) > 2


def _pieces(text: str, borders: Borders, names: Sequence[_Name]) -> Iterator[_Piece]:
    """The sentences and clauses that name a brand, in order."""
    before = start = upto = 0
    for end, following in _between(text, borders, names):
        first = upto
        while upto < len(names) and names[upto].start < end:
            upto += 1
        if upto > first:
            yield _Piece(before, start, end, names[first:upto])
        before, start = end, following


def borders_of(text: str) -> Borders:
    """Where sentences and clauses end, for `passages`."""
    found = []
    for match in _BORDER.finditer(text):
        start, end = match.span()
        if match.lastgroup == "word":
            found.append((start, start, end))
        elif match.lastgroup == "mark" or _ends(text, match):
            found.append((start, end, end))
    return found


def _between(text: str, borders: Borders, names: Sequence[_Name]) -> Iterator[tuple[int, int]]:
    """Where sentences and clauses end, and where the next begin; names such as "Yahoo!" stay whole."""
    starts = [name.start for name in names]
    for mark, end, following in borders:
        nearest = bisect_right(starts, mark) - 1
        if nearest < 0 or names[nearest].end <= mark:
            yield end, following
    yield len(text), len(text)


def _ends(text: str, stop: re.Match[str]) -> bool:
    """Whether the marks found end a sentence: not after "Mr." or an initial, nor as a pause ("well... no")."""
    goes_on = text[stop.end() : stop.end() + 2].strip()[:1].islower()
    marks = stop.group()
    if marks.startswith(("..", "\u2026")):
        return not goes_on
    if marks != ".":
        return True
    *_, word = ("", *text[max(stop.start() - _LONGEST_ABBREVIATION, 0) : stop.start()].split())
    word = word.lstrip("(\"'").lower()
    if word in _NEVER_LAST or (len(word) == 1 and word.isalpha() and word != "i"):
        return False
    return not (goes_on and word in _SELDOM_LAST)
