"""Who reads how a text feels: English rules, another language's lexicon, or a model, all asked in the same way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from listening.post import Evidence, Label, Sentiment
from pipelines.line import Line
from pipelines.sentiment import Feeling, Impression, Judgement, label
from pipelines.sentiment.whole import worded
from pipelines.tongues import LANGUAGES, TongueScorer, passage, tongue
from pipelines.transformer import Transformer
from pipelines.wording import WORDED

Spans = Sequence[tuple[int, int]]
_SHORT = 60  # characters; the language of longer texts is told with some certainty
_NOT_WORDS = re.compile(r"https?://\S+|[@#]\w+")
_ELSEWHERE = frozenset("bad dead die fan fun god gross hell no war".split())  # words of other languages, too
_OURS = frozenset("the you this that what its and oh dear thank thanks".split())  # that tell English among them
_STAR = "\u2b50"  # one of them is bad, five are good
_MARKS = ".,!?\"'"


class Reader(Protocol):
    """How a language's texts feel: read once, and judged for each brand."""

    def read(self, text: str, names: Spans = ()) -> Any:
        """All that is read in a text that names brands at `names`, with the `sentiment` of the whole."""

    def judge(self, read: Any, brand: str, own: Spans, others: Spans = (), line: Line | None = None) -> Judgement:
        """How what was read feels toward a brand that is named at `own`, with others named at `others`.

        `line` is the text as rules read it.
        """

    def within(self, read: Any, start: int, end: int) -> tuple[float, Label]:
        """How a stretch of what was read feels, by its characters."""


class English:
    """English, by words and by what customers write without saying how they feel."""

    def __init__(self, feeling: Feeling) -> None:
        self._feeling = feeling
        self.read, self.judge = feeling.read, feeling.judge

    def __reduce__(self) -> tuple[type[English], tuple[Feeling]]:
        return type(self), (self._feeling,)

    def within(self, read: Impression, start: int, end: int) -> tuple[float, Label]:
        """By the words between two characters."""
        parts, upto = read.parts, read.places.upto
        first, last = upto(start), upto(min(end, len(read.text)))
        if last - first < len(read.words):
            parts = [part for part in parts if first <= part.first < last]
        score = read.score(parts) if parts else 0.0
        return score, label(score)


def by_feeling(text: str, language: str, english: English) -> Reader | None:
    """English for a text too short to tell its language, where a face or an English word says how it feels.

    Nobody takes "so sweet! :)" for a text that cannot be scored, or "so annoyed" for a neutral one in Italian. Where
    it seems to be in a language that is not scored, English must be told by more than a word that feels like something:
    "slut i lager" is Swedish for what is sold out.
    """
    if len(" ".join(_NOT_WORDS.sub(" ", text).split())) > _SHORT:
        return None
    reading = english.read(text).reading
    words = [token.strip(_MARKS).lower() for token in reading.tokens]
    felt = {words[place] for place in reading.places}
    if felt and ("I" in reading.tokens or not _OURS.isdisjoint(words)):
        return english
    return english if felt - _ELSEWHERE and (not language or language in LANGUAGES) else None


def faces_alone(text: str, names: Spans) -> bool:
    """Whether a text says nothing but names and faces, which are the same in every language."""
    if text.isascii():
        return False
    for start, end in sorted(names, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    text = _NOT_WORDS.sub(" ", text).replace(_STAR, "")
    return not text.isascii() and not any(map(str.isalnum, text))


class _Read(NamedTuple):
    text: str
    sentiment: Sentiment
    why: tuple[Evidence, ...] = ()


Own = tuple[tuple[str, float], ...]  # a team's words and what they feel like


class Lexical:
    """A language that has a lexicon of its own, or none (""): faces alone. `brands` have words of their own."""

    def __init__(self, language: str, extra: Own = (), brands: Mapping[str, Own] | None = None) -> None:
        self._scorer = tongue(language, extra)
        self._language, self._extra, self._brands = language, extra, brands or {}

    def __reduce__(self) -> tuple[type[Lexical], tuple[str, Own, Mapping[str, Own]]]:
        return type(self), (self._language, self._extra, self._brands)

    def read(self, text: str, names: Spans = ()) -> _Read:  # noqa: ARG002
        """The text, its score and what it rests on."""
        return _scored(self._scorer, text)

    def judge(
        self, read: _Read, brand: str, own: Spans, others: Spans = (), line: Line | None = None
    ) -> Judgement:  # fmt: skip
        """By the part that speaks of the brand, and the wording of a text that speaks of no other."""
        its = self._brands.get(brand)
        scorer = self._scorer if its is None else tongue(self._language, its)
        part = scorer.about(read.text, own, others)
        about = read if its is None and part == read.text else _scored(scorer, part)
        score = about.sentiment.compound
        if line is not None and own and not others and self._is_plain(part, score):
            found = worded(line, score, self._language)
            if found is not None:
                return Judgement(found.score, label(found.score), (Evidence(found.rule, found.words), *about.why))
        return Judgement(score, label(score), about.why)

    def _is_plain(self, text: str, score: float) -> bool:
        """Whether the wording of its language was learnt, and no word of the team's own decides."""
        return self._language in WORDED and ((not self._extra and not self._brands) or self._plain(text) == score)

    def _plain(self, text: str) -> float:
        return tongue(self._language).score(text).compound

    def within(self, read: _Read, start: int, end: int) -> tuple[float, Label]:
        """By its words alone."""
        score = self._scorer.score(read.text[start:end]).compound
        return score, label(score)


def _scored(scorer: TongueScorer, text: str) -> _Read:
    reading = scorer.read(text)
    return _Read(text, reading.sentiment, reading.why())


class Modelled:
    """Texts that a model scores; which part of them is about a brand, and clauses, the language's own words tell."""

    def __init__(self, model: Transformer, language: str, lexicon: Reader | None) -> None:
        self._model, self._language, self._lexicon = model, language, lexicon
        self._about = tongue(language).about if language in LANGUAGES else passage

    def __reduce__(self) -> tuple[type[Modelled], tuple[Transformer, str, Reader | None]]:
        return type(self), (self._model, self._language, self._lexicon)

    def read(self, text: str, names: Spans = ()) -> _Read:  # noqa: ARG002
        """The text and the model's score of it."""
        return _Read(text, self._model.score(text))

    def judge(
        self, read: _Read, brand: str, own: Spans, others: Spans = (), line: Line | None = None,  # noqa: ARG002
    ) -> Judgement:  # fmt: skip
        """By the model, of the part that speaks of the brand."""
        part = self._about(read.text, own, others)
        found = read.sentiment if part == read.text else self._model.score(part)
        why = f"model {self._model.folder.name}: negative {found.neg}, neutral {found.neu}, positive {found.pos}"
        return Judgement(found.compound, label(found.compound), (Evidence(why, ()),))

    def within(self, read: _Read, start: int, end: int) -> tuple[float, Label]:
        """By the lexicon, where the language has one: a model would take too long for every clause."""
        if self._lexicon is None:
            score = self._model.score(read.text[start:end]).compound
            return score, label(score)
        return self._lexicon.within(self._lexicon.read(read.text), start, end)
