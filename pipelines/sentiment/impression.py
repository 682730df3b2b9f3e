"""What was read in one text: parts that feel, what some of them come to, and why."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from listening.post import Evidence, Label, Sentiment
from pipelines.sentiment.marks import Marks, marks_of
from pipelines.sentiment.places import Places
from pipelines.sentiment.relations import Said
from pipelines.sentiment.words import Word
from pipelines.vader import Reading

WORDS = ("negative word", "positive word", "hint")  # the rules of single words
_RANGES: dict[str, tuple[float, float]] = {  # what scores are called; see label
    "negative": (-1.0, -0.05), "neutral": (-0.0499, 0.0499), "positive": (0.05, 1.0),
}  # fmt: skip
_MOST_SCORED = 0.9999  # beyond it a score has no sum
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


def called(name: str, score: float) -> float:
    """The score, moved as little as makes it one that `label` calls by this name."""
    low, high = _RANGES[name]
    return round(max(low, min(high, score)), 4)


def summed(score: float) -> float:
    """The sum of valences that comes to a score: what `Impression.score` makes of them, undone."""
    bounded = max(-_MOST_SCORED, min(_MOST_SCORED, score))
    return bounded * math.sqrt(15) / math.sqrt(1 - bounded * bounded)


def negated(words: Sequence[Word], place: int) -> bool:
    """Whether one of the three words before a token, in the same clause, negates it."""
    for word in reversed(words[max(place - 3, 0) : place]):
        if word.stops or word.pauses:
            return False
        if word.negates:
            return True
    return False


class Impression:
    """What was read in one text; its brands are judged by those `parts` that speak of them."""

    __slots__ = (
        "_marks", "asks", "customer", "parts", "places", "plain", "reading", "said", "sentiment", "sides", "text",
        "words",
    )  # fmt: skip

    def __init__(
        self, text: str, places: Places, reading: Reading, words: Sequence[Word], parts: Sequence[Part],
        said: Sequence[Said], *, customer: bool, asks: bool, plain: bool,
    ) -> None:  # fmt: skip
        self.text, self.places, self.reading, self.words = text, places, reading, words
        self.parts, self.said = parts, said  # without and with a brand's name
        self.customer = customer  # written as somebody's customer, or about a brand
        self.asks, self.plain = customer and asks, customer and plain
        self.sides: dict[Any, Any] = {}  # what was found of brands that share the text, kept by who asks
        self._marks: Marks | None = None  # asked for where brands share the text
        self.sentiment: Sentiment = reading.figures()  # vaderSentiment's own, of the whole text

    @property
    def marks(self) -> Marks:
        """Where sentences and clauses of the text end."""
        if self._marks is None:
            self._marks = marks_of(self.text)
        return self._marks

    def hints(self, *, deeds: bool = False) -> Iterator[Part]:
        """What counts only where nothing else is said; with `deeds` also what one expects of a company."""
        for place, word in enumerate(self.words):
            if word.hint and word.valence and not (deeds and word.negates):
                yield Part(place, place + 1, word.valence, "hint")
            elif deeds and word.deed:
                yield Part(place, place + 1, -1.0 if negated(self.words, place) else 1.0, "deed")

    def score(self, parts: Sequence[Part]) -> float:
        """What some parts of the text come to, from -1 to 1; made of the sum as vaderSentiment does."""
        positive = negative = courtesy = wrong = 0.0
        but = self.reading.but
        for first, _, plain, rule, polite in parts:
            valence = plain if but < 0 else plain * (0.5 if first < but else 1.5)
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
        elif self.asks:
            courtesy, positive = courtesy * 0.1, positive * 0.7
        total = positive + courtesy + negative
        if (self.asks or self.plain) and -0.7 < total < 0.7:
            total = 0.0
        if total:
            total += math.copysign(self.reading.emphasis, total)
        return round(total / math.sqrt(total * total + 15), 4)

    def why(self, parts: Sequence[Part]) -> tuple[Evidence, ...]:
        """The rules of some parts, the strongest first, with their words as the author wrote them."""
        if len(parts) > 1:
            parts = sorted(parts, key=_strength)[:_SHOWN]
        tokens, found = self.reading.tokens, dict[str, dict[str, None]]()
        emoji = self.places.spelt_out
        for first, end, _, rule, _ in parts:
            words = tokens[first] if end == first + 1 else " ".join(tokens[first:end])
            if emoji:
                words = self._written(first, end)
            found.setdefault(rule, {})[words.strip(_MARKS) or words] = None
        return tuple([Evidence(rule, tuple(words)) for rule, words in found.items()])

    def _written(self, first: int, end: int) -> str:
        """Some tokens as the author wrote them, who typed emoji and no words for these."""
        start, stop = self.places.written(self.reading.tokens, first, end)
        return " ".join(self.text[start:stop].split())

    def shown(self, places: Sequence[int]) -> tuple[str, ...]:
        """Some tokens, by number, as the author wrote them."""
        emoji, tokens = self.places.spelt_out, self.reading.tokens
        words = [self._written(place, place + 1) if emoji else tokens[place] for place in places]
        return tuple(dict.fromkeys([word.strip(_MARKS) or word for word in words]))


_MARKS = ".,;:!?\"'()"


def _strength(part: Part) -> float:
    return -abs(part.valence)
