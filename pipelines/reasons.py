"""Why a post was written, toward one of its brands: intents, aspects and urgency, each with what it rests on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from listening.config import Brand
from listening.post import Aspect, Intent, Post, Urgency
from listening.urgency import reached, urgency
from pipelines.aspects import Aspects, Feeling
from pipelines.intents import Intents, load
from pipelines.line import Line
from pipelines.match import Found

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

    def lines(self, post: Post, found: Sequence[Found]) -> list[Line]:
        """The post as rules read it for each of the brands `found` in it, with its title if it has one of its own."""
        title = _title(post)
        named = [[*one.title_spans * bool(title), *_moved(one.spans, len(title))] for one in found]
        text = title + post.text
        if len(named) == 1:
            return [Line(text, named[0])]
        borders = _Borders()
        return [
            _shared(text, own, [span for each in named if each is not own for span in each], borders) for own in named
        ]

    def named(self, post: Post, brand: str, line: Line, feeling: Feeling | None) -> tuple[Aspect, ...]:
        """The aspects that a post names to a brand for which its `line` was made.

        `feeling` tells what is felt between two characters of the text, which may lie before its beginning where they
        are in the title; None where the language is not scored.
        """
        shift = len(_title(post))
        told = feeling if feeling is None or not shift else lambda start, end: feeling(start - shift, end - shift)
        return self.aspects.find(brand, line, told)

    def urgency(self, post: Post, intents: Sequence[Intent], score: float | None) -> Urgency:
        """How soon it wants an answer, by why it was written and how it feels."""
        return urgency(reached(post), intents, score, self.intents.points)


def _title(post: Post) -> str:
    """The title that stands before a post's text, with a line's end; nothing where it is not its author's."""
    title = post.title
    return f"{title}\n" if title and title != post.text and not title.lower().startswith("re:") else ""


def _shared(text: str, own: Sequence[Span], others: Sequence[Span], borders: _Borders) -> Line:
    """The text as it is read for one of several brands."""
    others = [span for span in others if span not in own]
    return Line(text, own, others, _counted(text, own, others, borders) if own and others else None)


def _moved(spans: Sequence[Span], by: int) -> Sequence[Span]:
    return [(start + by, end + by) for start, end in spans] if by else spans


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
