"""All that is read out of posts, step by step: brands, language, sentiment toward each brand, and reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any, Self

from listening.config import Brand, Config
from listening.post import Aspect, Entry, Intent, Label, Mention, Post, Sentiment
from listening.query.facts import language_of
from pipelines.intents import Intents
from pipelines.intents import load as load_intents
from pipelines.language import detect
from pipelines.learned import Learned
from pipelines.line import Line
from pipelines.match import Found, Names
from pipelines.readers import English, Lexical, Modelled, Reader, by_feeling, faces_alone
from pipelines.reasons import Reasons, lines
from pipelines.sentiment import Feeling, Judgement, by_rating
from pipelines.tongues import LANGUAGES
from pipelines.transformer import Transformer
from pipelines.uncollected import uncollected
from pipelines.wording import WORDED

_TOGETHER = 100  # posts that take each step together
_ADDRESS = re.compile(r"https?://\S+")
_ANSWERS = re.compile(r"(?:re|aw|sv|vs|antw|odp|res|rv|tr|wg|fwd?)\s?(?:\[\d+\])?\s?:", re.IGNORECASE)  # a subject
_UNSCORED = (None, None, ())  # score, label and reasons of a text that cannot be scored


class Understanding:
    """What is read out of posts: mentions, language, sentiment, reasons. Needs no store and no clock; pickles.

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
        self._of_brands = {
            brand.name: tuple(sorted({**(lexicon or {}), **brand.lexicon}.items())) for brand in brands if brand.lexicon
        }
        self._faces = Lexical("", self._own, self._of_brands)
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

    def entry(self, post: Post) -> Entry:
        """What is understood of one post."""
        (entry,) = self.entries((post,))
        return entry

    def entries(self, posts: Sequence[Post]) -> list[Entry]:
        """What is understood of each of these posts: match first; all else of matched posts only."""
        parts = (posts[some : some + _TOGETHER] for some in range(0, len(posts), _TOGETHER))
        with uncollected():
            return [entry for part in parts for entry in self._some(part)]

    def _some(self, posts: Sequence[Post]) -> Iterator[Entry]:
        """Each step for all of them before the next, and for those alike one behind the other.

        What a step needs is near the processor then: a quarter less time than post by post.
        """
        everything = [_Steps(post, () if post.deleted else self.names.find(post)) for post in posts]
        matched = [steps for steps in everything if steps.found]
        for steps in matched:
            steps.language = language_of(steps.post, detect)
        matched.sort(key=_likeness)
        if self.model is not None:  # which reads many texts together
            self.model.ahead([steps.text for steps in matched if self.model.reads(steps.language)])
        for step in (self._read, self._line, self._weigh, self._judge, self._intend, self._name, self._mention):
            for steps in matched:
                step(steps)
        return (self._learnt(steps.entry()) for steps in everything)

    def _learnt(self, by_rules: Entry) -> Entry:
        learnt = self.learned.judge(by_rules)
        if learnt is by_rules:
            return learnt
        pairs = zip(learnt.mentions, by_rules.mentions, strict=True)
        return replace(learnt, mentions=tuple(self._urged(learnt.post, new, old) for new, old in pairs))

    def _urged(self, post: Post, new: Mention, old: Mention) -> Mention:
        """The mention with the urgency of what was learnt of it."""
        if (new.intents, new.score) == (old.intents, old.score):
            return new
        return replace(new, urgency=self.reasons.urgency(post, new.intents, new.score))

    def _read(self, steps: _Steps) -> None:
        """How the whole text feels, by the reader of its language."""
        text, names = steps.text, [span for spans in steps.spans for span in spans]
        reader = self._reader(steps.language)
        read = reader.read(text, names) if reader is not None else None
        if reader is not self.english and (read is None or not read.sentiment.compound):
            reader = by_feeling(text, steps.language, self.english) or reader  # "so annoyed" might be any language's
            read = reader.read(text, names) if reader is not None else None
        steps.reader, steps.read, steps.document = reader, read, None if read is None else read.sentiment
        if faces_alone(text, names) and not isinstance(reader, Modelled):
            faces = self._faces.read(text)
            if faces.sentiment.compound:
                document = steps.document or self.english.read(text).sentiment
                steps.reader, steps.read, steps.document = self._faces, faces, document

    def _reader(self, language: str) -> Reader | None:
        """None where nobody has shown that a language's texts can be scored."""
        lexicon: Reader | None = None
        if language == "en":
            lexicon = self.english
        elif language in LANGUAGES:
            lexicon = Lexical(language, self._own, self._of_brands)
        if self.model is not None and self.model.reads(language):
            return Modelled(self.model, language, lexicon)
        return lexicon

    def _line(self, steps: _Steps) -> None:
        """The text as rules read it for each brand."""
        steps.lines = lines(steps.text, steps.spans)

    def _weigh(self, steps: _Steps) -> None:
        """What its wording says, ahead of those who ask for it."""
        language = "en" if steps.reader is self.english else steps.language
        if language in WORDED:
            for line in steps.lines:
                line.said(language)

    def _judge(self, steps: _Steps) -> None:
        """How it feels toward each brand."""
        found, reader = steps.found, steps.reader
        if len(found) == 1:
            judged = reader.judge(steps.read, found[0].brand, steps.spans[0], (), steps.lines[0]) if reader else None
            judged = by_rating(judged, steps.post.rating, "" if reader is self.english else steps.text)
            steps.judged = [] if judged is None else [judged]
            return
        if reader is None:
            return
        for one, own, line in zip(found, steps.spans, steps.lines, strict=True):
            others = sorted([span for each in steps.spans if each is not own for span in each])
            steps.judged.append(reader.judge(steps.read, one.brand, own, others, line))

    def _intend(self, steps: _Steps) -> None:
        """Why it was written to each brand."""
        language, stars, find = steps.language, steps.post.rating, self.reasons.intents.find
        for line, judged in zip_longest(steps.lines, steps.judged):
            steps.intents.append(find(line, language, None if judged is None else judged.score, stars))

    def _name(self, steps: _Steps) -> None:
        """What of each brand it names."""
        find = self.reasons.aspects.find
        for one, line, judged in zip_longest(steps.found, steps.lines, steps.judged):
            steps.aspects.append(find(one.brand, line, judged and steps.feeling(judged)))

    def _mention(self, steps: _Steps) -> None:
        """All that was found of each brand."""
        post, urgency = steps.post, self.reasons.urgency
        each = zip_longest(steps.found, steps.judged, steps.intents, steps.aspects)
        for one, judged, intents, aspects in each:
            score, called, why = judged or _UNSCORED
            urgent = urgency(post, intents, score)
            steps.mentions.append(Mention(one.brand, one.words, score, called, why, intents, aspects, urgent))


class _Steps:
    """A post on its way, with what each step found."""

    __slots__ = (
        "aspects", "document", "found", "intents", "judged", "language", "lines", "mentions", "post", "read", "reader",
        "spans", "text", "title",
    )  # fmt: skip

    def __init__(self, post: Post, found: Sequence[Found]) -> None:
        self.post, self.found = post, found
        title, text = _said(post) if found else ("", "")
        self.text, self.title = title + text, len(title)  # what is judged, and how much of it is the title
        self.spans = [_within(one, len(title), bool(text)) for one in found]  # of each brand's names in it
        self.language = post.language
        self.reader: Reader | None = None  # None where the language cannot be scored
        self.read: Any = None
        self.document: Sentiment | None = None  # of the whole text
        self.lines: list[Line] = []  # the text as rules read it; this and what follows for each brand
        self.judged: list[Judgement] = []  # none of them where the language cannot be scored
        self.intents: list[tuple[Intent, ...]] = []
        self.aspects: list[tuple[Aspect, ...]] = []
        self.mentions: list[Mention] = []

    def feeling(self, judged: Judgement) -> Callable[[int, int], tuple[float, Label]] | None:
        """What the text says between two of its characters; in a title that only says what it is about: all of it."""
        read, reader, title = self.read, self.reader, self.title
        if reader is None:  # what was judged rests on a rating
            return None
        within = reader.within

        def felt(start: int, end: int) -> tuple[float, Label]:
            score, called = within(read, start, end)
            return (score, called) if score or end > title else judged[:2]

        return felt

    def entry(self) -> Entry:
        """All that was found."""
        return Entry(self.post, self.language, self.document, tuple(self.mentions))


def _said(post: Post) -> tuple[str, str]:
    """A post's title, as a line of its own, and its text: nothing for the one that adds nothing to the other.

    Over a reply stands what somebody else wrote.
    """
    title, text = post.title, post.text
    if not title:
        return "", text
    if not _says(text):
        return title, ""
    if post.reply_to or _ANSWERS.match(title) or text.startswith(title.rstrip("\u2026. ")):
        return "", text
    return f"{title}\n", text


def _within(one: Found, title: int, text: bool) -> Sequence[tuple[int, int]]:
    """Where a brand is named in its title, of that length, and the text behind it."""
    if not title:
        return one.spans
    behind = [(start + title, end + title) for start, end in one.spans] if text else []
    return [*one.title_spans, *behind]


def _says(text: str) -> bool:
    """Whether a text says anything beside addresses, as that of a shared link does not."""
    return not text.isascii() or any(map(str.isalnum, _ADDRESS.sub("", text) if "http" in text else text))


def _likeness(steps: _Steps) -> tuple[str, int]:
    """By what posts are alike: they take the same ways through the code, and need the same words."""
    return steps.language, len(steps.found)
