"""All that is read out of one post, step by step: brands, language, sentiment toward each brand, and reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, Self

from listening.config import Brand, Config
from listening.post import Entry, Label, Mention, Post, Sentiment
from pipelines.intents import Intents
from pipelines.intents import load as load_intents
from pipelines.language import detect
from pipelines.match import Found, Names
from pipelines.reasons import Reasons
from pipelines.sentiment import Feeling, Judgement, label
from pipelines.sentiment.impression import Impression
from pipelines.tongues import LANGUAGES, tongue

Spans = Sequence[tuple[int, int]]


class Reader(Protocol):
    """How a language's texts feel: read once, and judged for each brand."""

    def read(self, text: str, *, named: bool = True) -> Any:
        """All that is read in a text, with the `sentiment` of the whole; `named`: it names a brand itself."""

    def judge(self, read: Any, brand: str, own: Spans, others: Spans = ()) -> Judgement:
        """How what was read feels toward a brand that is named at `own`, with others named at `others`."""

    def within(self, read: Any, start: int, end: int) -> tuple[float, Label]:
        """How what was read feels between two characters of its text."""


class Understanding:
    """What is read out of one post: mentions, language, sentiment, reasons. Needs no store and no clock; pickles.

    `source` is the one whose posts are read; `lexicon` holds the team's own words and phrases, from -4 to 4;
    `intents` are those of the package where None is given.
    """

    def __init__(
        self, brands: Sequence[Brand], *, source: str = "", lexicon: Mapping[str, float] | None = None,
        intents: Intents | None = None,
    ) -> None:  # fmt: skip
        self.names = Names(brands, source)
        self.feeling = Feeling(lexicon, {brand.name: brand.lexicon for brand in brands})
        self.home = _Home(self.feeling)
        self.reasons = Reasons(brands, intents)

    @classmethod
    def of(cls, config: Config, source: str = "") -> Self:
        """As a config folder says. Raises ConfigError for intents that cannot be used."""
        intents = load_intents(config.folder)
        return cls(config.brands, source=source, lexicon=config.settings.lexicon, intents=intents)

    def entry(self, post: Post) -> Entry:
        """Match first; all else of matched posts only."""
        found = () if post.deleted else self.names.find(post)
        if not found:
            return Entry(post, post.language)
        language = detect(post.text or post.title, post.language)
        reader = self._reader(language)
        if reader is None:
            return Entry(post, language, None, tuple(self._unscored(one, found, post, language) for one in found))
        read = reader.read(post.text or post.title, named=any(one.spans for one in found))
        mentions = tuple(self._mention(one, found, post, language, reader, read) for one in found)
        return Entry(post, language, read.sentiment, mentions)

    def _reader(self, language: str) -> Reader | None:
        """None where nobody has shown that a language's texts can be scored."""
        if language == "en":
            return self.home
        return _Abroad(language) if language in LANGUAGES else None

    def _unscored(self, one: Found, found: Sequence[Found], post: Post, language: str) -> Mention:
        intents, aspects, urgency = self.reasons.find(post, one, found, language, None, None)
        return Mention(one.brand, one.words, intents=intents, aspects=aspects, urgency=urgency)

    def _mention(
        self, one: Found, found: Sequence[Found], post: Post, language: str, reader: Reader, read: Any
    ) -> Mention:
        others = sorted(span for each in found if each is not one for span in each.spans)
        score, called, why = reader.judge(read, one.brand, one.spans, others)

        def feeling(start: int, end: int) -> tuple[float, Label]:
            return reader.within(read, max(start, 0), max(end, 0)) if end > 0 else (score, called)

        intents, aspects, urgency = self.reasons.find(post, one, found, language, score, feeling)
        return Mention(one.brand, one.words, score, called, why, intents, aspects, urgency)


class _Home:
    """English, which is read once for all that is asked of it."""

    def __init__(self, feeling: Feeling) -> None:
        self.read, self.judge, self._spelt = feeling.read, feeling.judge, feeling.scorer.spelt

    def within(self, read: Impression, start: int, end: int) -> tuple[float, Label]:
        text = read.text
        if not (start or text[end:].strip()):
            parts = read.parts
        else:
            first = len(self._spelt(text[:start]).split())
            last = first + len(self._spelt(text[start:end]).split())
            parts = [part for part in read.parts if first <= part.first < last]
        score = read.score(parts) if parts else 0.0
        return score, label(score)


class _Read(NamedTuple):
    text: str
    sentiment: Sentiment


class _Abroad:
    """A language that has a lexicon of its own, read as English is."""

    def __init__(self, language: str) -> None:
        self.scorer = tongue(language)

    def read(self, text: str, *, named: bool = True) -> _Read:  # noqa: ARG002
        return _Read(text, self.scorer.score(text))

    def judge(self, read: _Read, brand: str, own: Spans, others: Spans = ()) -> Judgement:  # noqa: ARG002
        part = self.scorer.about(read.text, own, others)
        score = (read.sentiment if part == read.text else self.scorer.score(part)).compound
        return Judgement(score, label(score), self.scorer.why(part))

    def within(self, read: _Read, start: int, end: int) -> tuple[float, Label]:
        score = self.scorer.score(read.text[start:end]).compound
        return score, label(score)
