"""Why a post was written, toward one of its brands: intents, aspects and urgency, each with what it rests on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from listening.config import Brand
from listening.post import Intent, Post, Urgency
from listening.urgency import reached, urgency
from pipelines.aspects import Aspects
from pipelines.intents import Intents, load
from pipelines.line import Line

Span = tuple[int, int]
_Borders = dict[Span, int | None]  # where a text turns between two names, kept for the next brand it is read for

# What parts two brands in one text, the surest first; a comma or an "and" only where there are words beside it.
_SENTENCE = re.compile(r"[.!?\u2026](?=\s)|\n")
_TURNS = (
    _SENTENCE,
    re.compile(r";|\b(?:but|while|whereas|however|although|though|unlike|meanwhile)\b", re.IGNORECASE),
    re.compile(r"\b(?:than|instead of|for|to|over|from|after|because|so)\b", re.IGNORECASE),
)
_LIST = re.compile(r",|\band\b", re.IGNORECASE)


class Reasons:
    """Intents, aspects and urgency of posts about these brands. Pure, and safe to pickle.

    `intents` are those of the package where None is given. Raises ValueError for an aspect without words.
    """

    def __init__(self, brands: Sequence[Brand], intents: Intents | None = None) -> None:
        self._brands = tuple(brands)
        self.intents, self.aspects = intents or load(), Aspects(brands)

    def __reduce__(self) -> tuple[type[Reasons], tuple[Sequence[Brand], Intents]]:
        return type(self), (self._brands, self.intents)

    def urgency(self, post: Post, intents: Sequence[Intent], score: float | None) -> Urgency:
        """How soon it wants an answer, by why it was written and how it feels."""
        return urgency(reached(post), intents, score, self.intents.points)


def lines(text: str, named: Sequence[Sequence[Span]]) -> list[Line]:
    """A text as rules read it for each of the brands that it names at these places."""
    if len(named) == 1:
        return [Line(text, named[0])]
    borders = _Borders()
    return [_shared(text, own, [span for each in named if each is not own for span in each], borders) for own in named]


def _shared(text: str, own: Sequence[Span], others: Sequence[Span], borders: _Borders) -> Line:
    """The text as it is read for one of several brands."""
    others = [span for span in others if span not in own]
    return Line(text, own, others, _counted(text, own, others, borders) if own and others else None)


def _counted(text: str, own: Sequence[Span], others: Sequence[Span], borders: _Borders) -> list[Span]:
    """The stretches of a text that speak of one brand, or of it and others at once.

    Words count here, not feelings, and only what stands between two names is looked at: quicker than what
    pipelines.sentiment.clauses does for feelings.
    """
    names = sorted([(*span, True) for span in own] + [(*span, False) for span in others])
    stretches: list[tuple[int, bool]] = [(0, names[0][2])]
    for (_, end, was), (start, _, now) in pairwise(names):
        if was == now:
            continue
        if (end, start) not in borders:
            borders[end, start] = _border(text, end, start)
        border = borders[end, start]
        if border is None:
            stretches[-1] = stretches[-1][0], True
        else:
            stretches.append((border, now))
    ends = [*(start for start, _ in stretches[1:]), len(text)]
    return [(start, end) for (start, counts), end in zip(stretches, ends, strict=True) if counts]


def _border(text: str, end: int, start: int) -> int | None:
    """Where the text between two names turns from one to the other; None: it speaks of both, as questions do."""
    gap = text[end:start]
    for pattern in _TURNS:
        places = [match.end() if pattern is _SENTENCE else match.start() for match in pattern.finditer(gap)]
        if places:
            closes = None if pattern is _SENTENCE else _SENTENCE.search(f"{text} ", start)
            return None if closes is not None and closes[0] == "?" else end + places[-1]
    commas = [match.start() for match in _LIST.finditer(gap)]
    return end + commas[-1] if commas and len(gap.split()) > 3 else None
