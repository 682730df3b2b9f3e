"""Where the marks and small words of a text stand that part it into sentences and clauses, found in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from listening.query.needles import Needles

EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\u2b50\ufe0f\u200d"
_POINT = re.compile("[.!?\u2026\u3002\uff01\uff1f\uff61;:\n]")
# Every repetition is possessive and starts where its run does, so that no text makes the search go back.
_STOP = re.compile(
    rf"(?<![.!?\u2026])[.!?\u2026]++[\"'\u201d\u2019)\]]*+(?:\s?(?:[{EMOJI}]|[:;=8]-?[()DPp/]))*+(?!\S)", re.IGNORECASE
)
_SIGN = re.compile("[,&+/\u2013\u2014-]")
_NEVER_LAST = frozenset(("approx", "cf", "dr", "e.g", "i.e", "mr", "mrs", "ms", "mt", "prof", "st", "vs"))
_SELDOM_LAST = frozenset(("a.m", "co", "corp", "dept", "etc", "inc", "jr", "ltd", "p.m", "sr", "u.k", "u.s"))
_LONGEST_ABBREVIATION = 8  # characters; as far as one looks back from a full stop
_WORDS = {
    "border": "but however meanwhile whereas while",
    "compare": "than compared_to compared_with instead_of rather_than unlike",
    "list": "and nor or plus vs versus",
    "clause": "after although as because before if since so then though until what when where yet",
    "move": "for from over to",
    "number": "a an one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen half_an "
    "twenty thirty forty fifty sixty ninety hundred",
}


class Mark(NamedTuple):
    """A mark or small word, by the characters of the text; `lists`: it may only join two of a list."""

    start: int
    end: int
    lists: bool = False


class Border(NamedTuple):
    """What ends a sentence or clause: where it stands, where the clause ends, and where the next begins."""

    mark: int
    end: int
    following: int


class Marks(NamedTuple):
    """All of a text, each kind in the order of their places."""

    borders: list[Border]
    partings: tuple[list[Mark], list[Mark], list[Mark]]  # what parts two brands inside one sentence, the surest first
    numbers: list[int]  # where numbers written as words begin


def marks_of(text: str) -> Marks:
    """The marks of a text."""
    borders, clause = list(_points(text)), list(_signs(text))
    compare: list[Mark] = []
    move: list[Mark] = []
    numbers: list[int] = []
    for start, end, kind in _small_words(text):
        mark = Mark(start, end, kind == "list")
        if kind == "number":
            numbers.append(start)
        elif kind == "move":
            move.append(mark)
        elif kind == "compare":
            if not compare or start >= compare[-1].end:  # not the "than" of "rather than"
                compare.append(mark)
        elif kind == "border":
            if not text[max(start - 9, 0) : start].lower().endswith(("nothing ", "anything ")):
                borders.append(Border(start, start, end + (text[end : end + 1] == ",")))
        else:
            clause.append(mark)
    borders.sort()
    clause.sort()
    return Marks(borders, (compare, clause, move), numbers)


@cache
def _needles() -> tuple[Needles, list[str]]:
    """The small words, and the kind of each."""
    kinds = {word.replace("_", " "): kind for kind, words in _WORDS.items() for word in words.split()}
    return Needles(tuple(kinds)), list(kinds.values())


def _small_words(text: str) -> Iterator[tuple[int, int, str]]:
    """Where the small words stand, and of which kind they are."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(one if len(one) == 1 else " " for one in map(str.lower, text))
    lower = f" {lower} "
    needles, kinds = _needles()
    for rank, start, end in needles.find(lower):
        before, after = lower[start - 1], lower[end]
        if not (before.isalnum() or after.isalnum() or before == "_" or after == "_"):
            yield start - 1, end - 1, kinds[rank]


def _signs(text: str) -> Iterator[Mark]:
    """Commas and the like, which may join a list, and dashes behind which no word goes on."""
    for match in _SIGN.finditer(text):
        end = match.end()
        lists = match.group() in ",&+/"
        if lists or not (text[end : end + 1].isalnum() or text[end : end + 1] == "_"):
            yield Mark(end - 1, end, lists)


def _points(text: str) -> Iterator[Border]:
    """Where marks end a sentence or clause."""
    for match in _POINT.finditer(text):
        start, point = match.start(), match.group()
        if point in ";:":
            if not text[start + 1 : start + 2].strip():
                yield Border(start, start + 1, start + 1)
        elif point not in ".!?\u2026":
            yield Border(start, start + 1, start + 1)
        elif (
            start and point != "\u2026" and text[start - 1].isalpha() and text[start + 1 : start + 2] == " "
            and text[start + 2 : start + 3].isalpha()
        ):  # fmt: skip
            if point != "." or _is_last(text, start, text[start + 2].islower()):  # as most sentences end
                yield Border(start, start + 1, start + 1)
        elif (stop := _STOP.match(text, start)) and _ends(text, stop):
            yield Border(start, stop.end(), stop.end())


def _ends(text: str, stop: re.Match[str]) -> bool:
    """Whether the marks found end a sentence: not after "Mr." or an initial, nor as a pause ("well... no")."""
    goes_on = text[stop.end() : stop.end() + 2].strip()[:1].islower()
    marks = stop.group()
    if marks.startswith(("..", "\u2026")):
        return not goes_on
    if marks != ".":
        return True
    return _is_last(text, stop.start(), goes_on)


def _is_last(text: str, stop: int, goes_on: bool) -> bool:
    """Whether the word before a full stop may end a sentence; `goes_on`: a small letter follows."""
    *_, word = ("", *text[max(stop - _LONGEST_ABBREVIATION, 0) : stop].split())
    word = word.lstrip("(\"'").lower()
    if word in _NEVER_LAST or (len(word) == 1 and word.isalpha() and word != "i"):
        return False
    return not (goes_on and word in _SELDOM_LAST)
