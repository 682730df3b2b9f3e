"""All that is read out of one post, step by step: brands, language, sentiment toward each brand, and reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

from listening.config import Brand, Config
from listening.post import Entry, Label, Mention, Post
from pipelines.intents import Intents
from pipelines.intents import load as load_intents
from pipelines.language import detect
from pipelines.learned import Learned
from pipelines.match import Found, Names
from pipelines.readers import English, Lexical, Modelled, Reader, by_feeling
from pipelines.reasons import Reasons
from pipelines.sentiment import Feeling
from pipelines.tongues import LANGUAGES
from pipelines.transformer import Transformer
from pipelines.urgency import urgency


class Understanding:
    """What is read out of one post: mentions, language, sentiment, reasons. Needs no store and no clock; pickles.

    `source` is the one whose posts are read; `lexicon` holds the team's own words and phrases, from -4 to 4;
    `intents` are those of the package where None is given; `model` scores in place of rules and
    lexicons; `learned` has the last word.
    """

    def __init__(
        self, brands: Sequence[Brand], *, source: str = "", lexicon: Mapping[str, float] | None = None,
        intents: Intents | None = None, model: Transformer | None = None, learned: Learned | None = None,
    ) -> None:  # fmt: skip
        self.names = Names(brands, source)
        self.model = model
        self.feeling = Feeling(lexicon, {brand.name: brand.lexicon for brand in brands})
        self._own = tuple(sorted((lexicon or {}).items()))
        self.english = English(self.feeling)
        self.reasons = Reasons(brands, intents)
        self.learned = learned or Learned()

    @classmethod
    def of(cls, config: Config, source: str = "", models: Iterable[tuple[str, str]] = ()) -> Self:
        """As a config folder and what was learnt say: `models` are those of the store.

        Raises ConfigError for intents that cannot be used.
        """
        intents = load_intents(config.folder)
        lexicon, model, learned = config.settings.lexicon, Transformer.of(config), Learned.of(config, models)
        return cls(config.brands, source=source, lexicon=lexicon, intents=intents, model=model, learned=learned)

    def ahead(self, posts: Sequence[Post]) -> None:
        """Let a model, if there is one, read posts together whose entries will be asked for one by one."""
        if self.model is None:
            return
        matched = (post for post in posts if not post.deleted and self.names.find(post))
        texts = ((post.text or post.title, post.language) for post in matched)
        self.model.ahead([text for text, stated in texts if self.model.reads(detect(text, stated))])

    def entry(self, post: Post) -> Entry:
        """Match first; all else of matched posts only."""
        by_rules = self._by_rules(post)
        learnt = self.learned.judge(by_rules)
        if learnt is by_rules:
            return learnt
        pairs = zip(learnt.mentions, by_rules.mentions, strict=True)
        return replace(learnt, mentions=tuple(self._urged(post, new, old) for new, old in pairs))

    def _urged(self, post: Post, new: Mention, old: Mention) -> Mention:
        """The mention with the urgency of what was learnt of it."""
        if (new.intents, new.score) == (old.intents, old.score):
            return new
        return replace(new, urgency=urgency(post, new.intents, new.score, self.reasons.intents.points))

    def _by_rules(self, post: Post) -> Entry:
        found = () if post.deleted else self.names.find(post)
        if not found:
            return Entry(post, post.language)
        text, names = post.text or post.title, [span for one in found for span in one.spans]
        language = detect(text, post.language)
        reader = self._reader(language)
        read = reader.read(text, names) if reader is not None else None
        if reader is not self.english and (read is None or not read.sentiment.compound):
            reader = by_feeling(text, self.english) or reader  # "so annoyed" might be any language's
            read = reader.read(text, names) if reader is not None else None
        if reader is None or read is None:
            return Entry(post, language, None, tuple(self._unscored(one, found, post, language) for one in found))
        mentions = tuple(self._mention(one, found, post, language, reader, read) for one in found)
        return Entry(post, language, read.sentiment, mentions)

    def _reader(self, language: str) -> Reader | None:
        """None where nobody has shown that a language's texts can be scored."""
        lexicon: Reader | None = None
        if language == "en":
            lexicon = self.english
        elif language in LANGUAGES:
            lexicon = Lexical(language, self._own)
        if self.model is not None and self.model.reads(language):
            return Modelled(self.model, language, lexicon)
        return lexicon

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
