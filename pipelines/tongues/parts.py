"""Which part of a text speaks of a brand where another is named too: by sentences and clauses, in any language."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from itertools import pairwise

_SENTENCE = re.compile(r"(?<![.!?\u2026])[.!?\u2026]+[\"'\u201d)\]]*(?=\s|$)|[\n;]")
_SOFT = r",|\s[-\u2013\u2014]\s|\b(?:y|e|und|et|en|and)\b"
_ENGLISH = ("but", "however", "meanwhile", "whereas", "while")
_LONGEST = 5_000  # characters that are read

Span = tuple[int, int]


def passage(
    text: str,
    own: Sequence[Span],
    others: Sequence[Span],
    contrasts: Collection[str] = _ENGLISH,
    feels: Callable[[str], bool] = lambda _: False,
) -> str:
    """The parts of `text` that count toward the brand named at `own`; all of it where only one of the two is named.

    A part that names the brand counts, one that names others alone does not, one that names none goes with the part
    before it. A sentence that names both is parted between them at a word such as "but", or at a comma or an "and"
    if both sides feel like something; else it counts for both.
    """
    if not own or not others:
        return text
    text = text[:_LONGEST]
    counts, kept = True, []
    for start, end in _parts(text, sorted({*own, *others}), set(own), contrasts, feels):
        mine = any(start <= span[0] < end for span in own)
        theirs = any(start <= span[0] < end for span in others)
        if mine or theirs:
            counts = mine
        if counts and start < end:
            kept.append(text[start:end])
    return "\n".join(kept)


def _parts(
    text: str, names: Sequence[Span], own: set[Span], contrasts: Collection[str], feels: Callable[[str], bool]
) -> Iterator[Span]:
    hard, soft = _borders(frozenset(contrasts))
    start = 0
    for border in [*(match.end() for match in _SENTENCE.finditer(text)), len(text)]:
        inside = [name for name in names if start <= name[0] < border]
        for left, right in pairwise(inside):
            if (left in own) == (right in own) or left[1] >= right[0]:
                continue
            for pattern in (hard, soft):
                found = [match.start() + left[1] for match in pattern.finditer(text[left[1] : right[0]])]
                if found and (pattern is hard or (feels(text[start : found[-1]]) and feels(text[found[-1] : border]))):
                    yield start, found[-1]
                    start = found[-1]
                    break
        yield start, border
        start = border


@cache
def _borders(contrasts: frozenset[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = "|".join(map(re.escape, sorted(contrasts)))
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE), re.compile(_SOFT, re.IGNORECASE)
