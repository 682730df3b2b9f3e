"""Why a post was written, toward one of its brands: intents, aspects and urgency, each with what it rests on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from listening.config import Brand
from listening.post import Aspect, Intent, Label, Post, Urgency
from pipelines.aspects import Aspects
from pipelines.intents import Intents, Line, load
from pipelines.match import Found
from pipelines.sentiment.clauses import passages
from pipelines.urgency import urgency

Span = tuple[int, int]
_ENDS = re.compile(r"[.!?]\s|\n")


class Reasons:
    """Intents, aspects and urgency of posts about these brands. Pure, and safe to pickle.

    `intents` are those of the package where None is given. Raises ValueError for an aspect without words.
    """

    def __init__(self, brands: Sequence[Brand], intents: Intents | None = None) -> None:
        self.intents, self.aspects = intents or load(), Aspects(brands)

    def find(
        self, post: Post, one: Found, found: Sequence[Found], language: str, score: float | None,
        feeling: Callable[[str], tuple[float, Label]] | None,
    ) -> tuple[tuple[Intent, ...], tuple[Aspect, ...], Urgency]:  # fmt: skip
        """What a post says to the brand `one` of those `found` in it. `score`: what it feels toward this brand.

        `feeling` tells that of a clause; None where the language is not scored.
        """
        text, shift = post.text, 0
        if post.title and post.title != text and not post.title.lower().startswith("re:"):
            text, shift = f"{post.title}\n{text}", len(post.title) + 1
        own = [*one.title_spans * bool(shift), *_moved(one.spans, shift)]
        others = [
            span
            for each in found
            if each is not one
            for span in [*each.title_spans * bool(shift), *_moved(each.spans, shift)]
        ]
        others = [span for span in others if span not in own]
        line = Line(text, own, others, _counted(text, own, others) if own and others else None)
        intents = self.intents.find(line, language, score, post.rating)
        aspects = self.aspects.find(one.brand, line, feeling)
        return intents, aspects, urgency(post, intents, score, self.intents.points)


def _moved(spans: Sequence[Span], by: int) -> Sequence[Span]:
    return [(start + by, end + by) for start, end in spans] if by else spans


def _counted(text: str, own: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The stretches of a text that speak of one brand; all of it where one question names them all."""
    names = sorted([*own, *others])
    if text.find("?", names[-1][1]) >= 0 and not _ENDS.search(text, names[0][0], names[-1][1]):
        return [(0, len(text))]
    return passages(text, own, others, lambda _start, _end: False)
