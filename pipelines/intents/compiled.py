"""One rule of an intent, and what stands ready for it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from pipelines.intents.finder import Span
from pipelines.intents.models import Rule
from pipelines.intents.patterns import Pattern
from pipelines.line import Line

MOST_SHOWN = 2  # finds of one rule
NOWHERE: list[Span] = []
_REACH = 4  # words before a find in which a negation turns it round
_GREETS = frozenset(
    "thisbrand otherbrand hi hey hello so and but ok okay well um dear also yo please pls guys anyway oh ugh omg lol "
    "wow seriously honestly question quick".split()
)


class Compiled:
    """A rule and what stands ready for it. Its vetoes are looked for under the key `veto`."""

    __slots__ = (
        "_above",
        "_below",
        "_negated",
        "_placed",
        "_starred",
        "_stars_from",
        "_stars_to",
        "_starts",
        "always",
        "asks",
        "bounded",
        "confidence",
        "feels",
        "intent",
        "name",
        "patterns",
        "rule",
        "veto",
        "vetoes",
    )

    def __init__(
        self, intent: str, rule: Rule, patterns: Sequence[Pattern], vetoes: Sequence[Pattern], key: int
    ) -> None:
        self.intent, self.rule, self.patterns, self.vetoes = intent, rule, patterns, vetoes
        self.name, self.confidence, self.veto = f"{intent}/{rule.name}", rule.confidence, ~key
        self.bounded, self.feels = rule.bounded, not (rule.below is rule.above is None)
        self._above, self._below = (
            -2.0 if rule.above is None else rule.above,
            2.0 if rule.below is None else rule.below,
        )
        self._starred = not (rule.stars_from is rule.stars_to is None)
        self._stars_from = rule.stars_from or 0.0
        self._stars_to = math.inf if rule.stars_to is None else rule.stars_to
        self.asks, self._starts, self._negated = rule.asks, rule.starts, rule.negated
        self._placed = rule.starts or rule.asks is not None
        self.always = rule.negated and not (rule.starts or vetoes or rule.asks is not None)

    def holds(self, score: float | None, stars: float | None) -> bool:
        """Whether the bounds allow it."""
        if self.feels and (score is None or not self._above < score < self._below):
            return False
        return not self._starred or (stars is not None and self._stars_from <= stars <= self._stars_to)

    def counting(
        self, line: Line, spans: list[Span], negations: Sequence[Span], found: Mapping[int, Sequence[Span]]
    ) -> list[Span]:
        """Those of the finds that count where they stand, as many as are shown."""
        if self._negated:
            negations = NOWHERE
        vetoes = found.get(self.veto, NOWHERE)
        if not (vetoes or negations or self._placed):
            return spans
        counting: list[Span] = []
        for span in spans:
            if self._counts(line, span, vetoes, negations):
                counting.append(span)
                if len(counting) == MOST_SHOWN:
                    break
        return counting

    def _counts(self, line: Line, span: Span, vetoes: Sequence[Span], negations: Sequence[Span]) -> bool:
        start = span[0]
        begin, until, asks = line.sentence(start + 1)
        if self.asks is not None and self.asks is not asks:
            return False
        text = line.text
        for first, last in negations:
            if begin <= first and last <= start and text.count(" ", last, start) < _REACH:
                return False
        for first, last in vetoes:
            if begin <= first and last <= until:
                return False
        if not self._starts:
            return True
        return all(word in _GREETS or word[0] in "@#" or word[:4] == "http" for word in text[begin:start].split())
