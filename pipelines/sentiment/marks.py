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
_MARK = re.compile(r"\W")
_UNMARKED = bytes(code if chr(code).isalnum() or chr(code) == "_" else ord(" ") for code in range(256))  # of ASCII
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
    partings: tuple[list[Mark], list[Mark], list[Mark]]  # words that part two brands in a sentence, the surest first
    numbers: list[int]  # where numbers written as words begin


def marks_of(text: str) -> Marks:
    """The marks of a text."""
    borders = list(_points(text))
    compare: list[Mark] = []
    clause: list[Mark] = []
    move: list[Mark] = []
    numbers: list[int] = []
    for start, end, kind in _small_words(text):
        if kind == "number":
            numbers.append(start)
        elif kind == "move":
            move.append(Mark(start, end))
        elif kind == "compare":
            if not compare or start >= compare[-1].end:  # not the "than" of "rather than"
                compare.append(Mark(start, end))
        elif kind == "border":
            if not text[max(start - 9, 0) : start].lower().endswith(("nothing ", "anything ")):
                borders.append(Border(start, start, end + (text[end : end + 1] == ",")))
        else:
            clause.append(Mark(start, end, kind == "list"))
    borders.sort()
    return Marks(borders, (compare, clause, move), numbers)


@cache
def _needles() -> tuple[Needles, list[tuple[str, str]]]:
    """The small words, each between spaces, and with its kind."""
    found = [(f" {word.replace('_', ' ')} ", kind) for kind, words in _WORDS.items() for word in words.split()]
    return Needles([word for word, _ in found]), found


def _small_words(text: str) -> Iterator[tuple[int, int, str]]:
    """Where the small words stand, and of which kind they are."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(one if len(one) == 1 else " " for one in map(str.lower, text))
    lower = f" {lower} "
    needles, words = _needles()
    for rank, start, end in needles.find(_unmarked(lower)):
        word, kind = words[rank]
        if lower[start + 1 : end - 1] == word[1:-1]:  # not with a comma between the two of "rather than"
            yield start, end - 2, kind


def _unmarked(lower: str) -> str:
    """The text with a space for each character that is in no word."""
    if lower.isascii():  # bytes take a tenth of the time
        return lower.encode().translate(_UNMARKED).decode()
    return _MARK.sub(" ", lower)


def last_sign(text: str, start: int, end: int) -> Mark | None:
    """The last comma or the like, which may join a list, or dash behind which no word goes on, between two places."""
    found: Mark | None = None
    for match in _SIGN.finditer(text, start, end):
        after = match.end()
        lists = match.group() in ",&+/"
        if lists or not (text[after : after + 1].isalnum() or text[after : after + 1] == "_"):
            found = Mark(after - 1, after, lists)
    return found


def _points(text: str) -> Iterator[Border]:
    """Where marks end a sentence or clause."""
    for match in _POINT.finditer(text):
        start = match.start()
        point = text[start]
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
    words = text[max(stop - _LONGEST_ABBREVIATION, 0) : stop].rsplit(None, 1)
    word = words[-1].lstrip("(\"'").lower() if words else ""
    if word in _NEVER_LAST or (len(word) == 1 and word.isalpha() and word != "i"):
        return False
    return not (goes_on and word in _SELDOM_LAST)
