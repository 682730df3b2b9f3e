"""All that is read out of one post, step by step: brands, language, sentiment toward each brand, and reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, Self

from listening.config import Brand, Config
from listening.post import Entry, Evidence, Label, Mention, Post, Sentiment
from pipelines.intents import Intents
from pipelines.intents import load as load_intents
from pipelines.language import detect
from pipelines.match import Found, Names
from pipelines.reasons import Reasons
from pipelines.sentiment import Feeling, Judgement, label
from pipelines.tongues import LANGUAGES, passage, tongue
from pipelines.transformer import Transformer

Spans = Sequence[tuple[int, int]]


class Reader(Protocol):
    """How a language's texts feel: read once, and judged for each brand."""

    def read(self, text: str, *, named: bool = True) -> Any:
        """All that is read in a text, with the `sentiment` of the whole; `named`: it names a brand itself."""

    def judge(self, read: Any, brand: str, own: Spans, others: Spans = ()) -> Judgement:
        """How what was read feels toward a brand that is named at `own`, with others named at `others`."""


class Understanding:
    """What is read out of one post: mentions, language, sentiment, reasons. Needs no store and no clock; pickles.

    `source` is the one whose posts are read; `lexicon` holds the team's own words and phrases, from -4 to 4;
    `intents` are those of the package where None is given; `model` scores in place of the lexicons.
    """

    def __init__(
        self, brands: Sequence[Brand], *, source: str = "", lexicon: Mapping[str, float] | None = None,
        intents: Intents | None = None, model: Transformer | None = None,
    ) -> None:  # fmt: skip
        self.model = model
        self.names = Names(brands, source)
        self.feeling = Feeling(lexicon, {brand.name: brand.lexicon for brand in brands})
        self.reasons = Reasons(brands, intents)

    @classmethod
    def of(cls, config: Config, source: str = "") -> Self:
        """As a config folder says. Raises ConfigError for intents that cannot be used."""
        intents = load_intents(config.folder)
        lexicon, model = config.settings.lexicon, Transformer.of(config)
        return cls(config.brands, source=source, lexicon=lexicon, intents=intents, model=model)

    def ahead(self, posts: Sequence[Post]) -> None:
        """Let a model, if there is one, read posts together whose entries will be asked for one by one."""
        if self.model is None:
            return
        matched = (post for post in posts if not post.deleted and self.names.find(post))
        texts = ((post.text or post.title, post.language) for post in matched)
        self.model.ahead([text for text, stated in texts if self.model.reads(detect(text, stated))])

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
        if self.model is not None and self.model.reads(language):
            return _Modelled(self.model, language)
        return self._lexicon(language)

    def _lexicon(self, language: str) -> Reader | None:
        if language == "en":
            return self.feeling
        return _Abroad(language) if language in LANGUAGES else None

    def _unscored(self, one: Found, found: Sequence[Found], post: Post, language: str) -> Mention:
        intents, aspects, urgency = self.reasons.find(post, one, found, language, None, None)
        return Mention(one.brand, one.words, intents=intents, aspects=aspects, urgency=urgency)

    def _mention(
        self, one: Found, found: Sequence[Found], post: Post, language: str, reader: Reader, read: Any
    ) -> Mention:
        others = sorted(span for each in found if each is not one for span in each.spans)
        score, called, why = reader.judge(read, one.brand, one.spans, others)

        clauses = self._lexicon(language) or reader  # a model would take too long for every clause

        def feeling(clause: str) -> tuple[float, Label]:
            return clauses.judge(clauses.read(clause), one.brand, ())[:2]

        intents, aspects, urgency = self.reasons.find(post, one, found, language, score, feeling)
        return Mention(one.brand, one.words, score, called, why, intents, aspects, urgency)


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


class _Modelled:
    """Texts that a model scores; which part of them is about a brand, the language's own words tell."""

    def __init__(self, model: Transformer, language: str) -> None:
        self.model, self.scorer = model, tongue(language) if language in LANGUAGES else None

    def read(self, text: str, *, named: bool = True) -> _Read:  # noqa: ARG002
        return _Read(text, self.model.score(text))

    def judge(self, read: _Read, brand: str, own: Spans, others: Spans = ()) -> Judgement:  # noqa: ARG002
        about = self.scorer.about if self.scorer else passage
        part = about(read.text, own, others)
        found = read.sentiment if part == read.text else self.model.score(part)
        why = f"model {self.model.folder.name}: negative {found.neg}, neutral {found.neu}, positive {found.pos}"
        return Judgement(found.compound, label(found.compound), (Evidence(why, ()),))
