"""What was read in one text: parts that feel, what some of them come to, and why."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from listening.post import Evidence, Label, Sentiment
from pipelines.sentiment.line import Line
from pipelines.sentiment.words import Word
from pipelines.vader import Reading

WORDS = ("negative word", "positive word", "hint")  # the rules of single words
_SHOWN = 8  # pieces of evidence; more tell nobody more


class Part(NamedTuple):
    """Some tokens of a text, by number, and what they feel like: from about -4 to 4."""

    first: int
    end: int  # the number of the token after the last
    valence: float
    rule: str
    courtesy: bool = False  # says nothing where something is wrong or asked for


def label(score: float) -> Label:
    """What a score from -1 to 1 is called, by the thresholds that vaderSentiment's README gives as customary.

    Positive from 0.05 upward, negative from -0.05 downward, neutral between them
    (https://github.com/cjhutto/vaderSentiment#about-the-scoring).
    """
    if score >= 0.05:
        return "positive"
    return "negative" if score <= -0.05 else "neutral"


class Impression:
    """What was read in one text; its brands are judged by those `parts` that speak of them."""

    __slots__ = ("customer", "line", "marks", "parts", "reading", "text", "words")

    def __init__(
        self, text: str, reading: Reading, words: list[Word], line: Line, parts: list[Part], marks: frozenset[str],
        customer: bool,
    ) -> None:  # fmt: skip
        self.text, self.reading, self.words, self.line = text, reading, words, line
        self.parts, self.marks, self.customer = parts, marks, customer

    @property
    def sentiment(self) -> Sentiment:
        """The four figures of vaderSentiment, of the whole text."""
        return self.reading.figures()

    def hints(self, *, deeds: bool = False) -> Iterator[Part]:
        """What counts only where nothing else is said; with `deeds` also what one expects of a company."""
        for place, word in enumerate(self.words):
            if word.hint and word.valence:
                yield Part(place, place + 1, word.valence, "hint")
            elif deeds and word.deed:
                yield Part(place, place + 1, self.reading.bent(place, 1.0), "deed")

    def score(self, parts: Sequence[Part]) -> float:
        """What some parts of the text come to, from -1 to 1; made of the sum as vaderSentiment does."""
        asks = self.customer and ("request" in self.marks or " ? " in self.line.text)
        positive = negative = courtesy = wrong = 0.0
        but = self.reading.but
        for first, _, valence, rule, polite in parts:
            if but >= 0:
                valence *= 0.5 if first < but else 1.5
            if polite:
                courtesy += valence
            elif valence > 0:
                positive += valence
            else:
                negative += valence
                if rule not in WORDS:
                    wrong += valence
        if self.customer and wrong <= -1.5:
            courtesy, positive = courtesy * 0.2, positive * 0.8
        elif asks:
            courtesy, positive = courtesy * 0.1, positive * 0.7
        total = positive + courtesy + negative
        if self.customer and -0.7 < total < 0.7 and (asks or "plain" in self.marks):
            total = 0.0
        if total:
            total += math.copysign(self.reading.emphasis, total)
        return round(total / math.sqrt(total * total + 15), 4)

    def why(self, parts: Sequence[Part]) -> tuple[Evidence, ...]:
        """The rules of some parts, the strongest first, with their words as the author wrote them."""
        if len(parts) > 1:
            parts = sorted(parts, key=_strength)[:_SHOWN]
        tokens, found = self.reading.tokens, {}
        for first, end, _, rule, _ in parts:
            words = tokens[first] if end == first + 1 else " ".join(tokens[first:end])
            found.setdefault(rule, {})[words.strip(_MARKS) or words] = None
        return tuple([Evidence(rule, tuple(words)) for rule, words in found.items()])


_MARKS = ".,;:!?\"'()"


def _strength(part: Part) -> float:
    return -abs(part.valence)
