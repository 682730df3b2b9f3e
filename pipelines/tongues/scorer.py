"""Scores texts of one language from its lexicon, as VADER does for English: negation, contrast, faces, hashtags.

The rules are this project's own; what a sum of valences comes to in the four figures is vaderSentiment's way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from vaderSentiment.vaderSentiment import normalize

from listening.post import Evidence, Sentiment
from pipelines.tongues.lexicon import ENDS, STEM, TOKEN, Lexicon, Word
from pipelines.tongues.parts import passage

LANGUAGES = ("de", "es", "fr", "it", "nl", "pt")

_REACH = 4  # words over which a negation reaches
_BOOST = 0.4
_NOT_GOOD, _NOT_BAD = -0.8, -0.5  # "not good" is bad; "not bad" is good, but less so
_AWAY = re.compile(r"(?:https?:|www\.)\S+|@\w+|&\w+;")
_TAG = re.compile(r"#(\w+)")
_TAG_WORDS = re.compile(r"[^\W\d_a-zß-ÿ]?[a-zß-ÿ]+|[^\W\d_a-zß-ÿ]+|\d+")
_COMPLAINT = -1.5  # from which on what is said beside thanks is a complaint
_IRONY = -0.5
_PER_EXCLAMATION = 0.292  # as in vaderSentiment
_SHOWN = 8  # words and phrases that are told as reasons
_LONGEST = 5_000  # characters that are read


@dataclass(slots=True)
class _Hit:
    """A word or phrase that feels like something, at words[start:end]."""

    start: int
    end: int
    valence: float
    steady: bool = False  # no rule changes it
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it was read: its figures, and the words that they rest on."""

    language: str
    tokens: Sequence[str]
    hits: Sequence[_Hit]
    sentiment: Sentiment

    def why(self) -> tuple[Evidence, ...]:
        """The rules that made the figures, each with the words that it rests on, the strongest first."""
        found: dict[str, list[str]] = {}
        for hit in sorted(self.hits, key=lambda hit: -abs(hit.valence))[:_SHOWN]:
            where = f"in {self.language}" if self.language else "face"
            rule = f"{'good' if hit.valence > 0 else 'bad'} {where}{', negated' if hit.negated else ''}"
            found.setdefault(rule, []).append(" ".join(self.tokens[hit.start : hit.end]))
        return tuple(Evidence(rule, tuple(dict.fromkeys(words))) for rule, words in found.items())


class TongueScorer:
    """Scores texts of one of LANGUAGES, or of none ("": by faces alone). Safe to share and to pickle.

    It has the interface of pipelines.vader.Scorer.
    `extra` adds words, phrases and emoji of the team's own field, in any case, each with a valence from -4 to 4.
    """

    def __init__(self, language: str, extra: Mapping[str, float] | None = None) -> None:
        self.language, self._extra = language, dict(extra or {})
        self._lexicon = Lexicon(language, self._extra)

    def __reduce__(self) -> tuple[type[TongueScorer], tuple[str, dict[str, float]]]:
        return type(self), (self.language, self._extra)

    def score(self, text: str) -> Sentiment:
        """neg, neu and pos as shares of 1, compound from -1 to 1. A text without words scores 0 in all four."""
        return self.read(text).sentiment

    def read(self, text: str) -> Reading:
        """The text's figures, and what they were made of."""
        tokens = _tokens(text)
        words = list(map(self._lexicon.__getitem__, tokens))
        hits, count = _hits(words), len(words) - words.count(ENDS)
        emphasis = min(text.count("!"), 4) * _PER_EXCLAMATION
        return Reading(self.language, tokens, hits, _figures([hit.valence for hit in hits], count, emphasis))

    def about(self, text: str, own: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> str:
        """What of `text` speaks of a brand that is named at `own`, where others are named at `others`."""
        return passage(text, own, others, self._lexicon.contrasts, lambda part: bool(self.score(part).compound))


@cache
def tongue(language: str, extra: tuple[tuple[str, float], ...] = ()) -> TongueScorer:
    """The scorer of a language with a team's own words, made when it is first met."""
    return TongueScorer(language, dict(extra))


def _figures(valences: Sequence[float], count: int, emphasis: float) -> Sentiment:
    """The four figures as vaderSentiment makes them: `count` words, of which some have the valences given."""
    if not count:
        return Sentiment(0.0, 0.0, 0.0, 0.0)
    total = sum(valences)
    if total:
        total += emphasis if total > 0 else -emphasis
    positive = sum(valence + 1 for valence in valences if valence > 0)  # neutral words count 1, so others count 1 more
    negative = sum(1 - valence for valence in valences if valence < 0)
    neutral = max(count - len(valences), 0)
    whole = positive + negative + neutral
    return Sentiment(
        neg=round(negative / whole, 3),
        neu=round(neutral / whole, 3),
        pos=round(positive / whole, 3),
        compound=round(normalize(total), 4),
    )


def _tokens(text: str) -> list[str]:
    """Words, faces and what ends clauses. Addresses, handles and character references are left out."""
    text = text[:_LONGEST]
    if "@" in text or "://" in text or "www." in text or "&" in text:
        text = _AWAY.sub(" ", text)
    if "#" in text:
        text = _TAG.sub(_spelt, text)
    return TOKEN.findall(text)


def _spelt(tag: re.Match[str]) -> str:
    """The words of a tag as a clause of their own: "#WasFuerEinMist"."""
    return f" , {' '.join(_TAG_WORDS.findall(tag[1]))} , "


def _hits(words: Sequence[Word]) -> list[_Hit]:
    """What feels like something, in order, each with its valence after all rules."""
    places = [place for place, word in enumerate(words) if word.matters]
    hits = _found(words, places)
    if not hits:
        return hits
    _negate(words, places, hits)
    hits = [hit for hit in hits if hit.valence]
    changing = [hit for hit in hits if not hit.steady]
    for hit in changing:
        boost = sum(word.boost for word in words[max(hit.start - 2, 0) : hit.start])
        hit.valence += _BOOST * boost * (1 if hit.valence > 0 else -1)
    but = next((place for place in places if words[place].contrasts), None)
    if but is not None:
        for hit in changing:
            hit.valence *= 0.5 if hit.start < but else 1.5
    _see_irony(words, hits)
    return hits


def _see_irony(words: Sequence[Word], hits: Sequence[_Hit]) -> None:
    """Turn thanks and praise round where all else is a complaint: "bravo, 50 minutes late again"."""
    praise = [hit for hit in hits if hit.valence > 0]
    complaint = sum(hit.valence for hit in hits if hit.valence < 0)
    if complaint <= _COMPLAINT and all(_may_be_irony(words, hit) for hit in praise):
        for hit in praise:
            hit.valence = _IRONY


def _found(words: Sequence[Word], places: Sequence[int]) -> list[_Hit]:
    """The phrases and words of the lexicon; a word inside a phrase does not count by itself."""
    hits: list[_Hit] = []
    upto = 0
    for place in places:
        if place < upto:
            continue
        word = words[place]
        if word.phrases and (phrase := _phrase(words, place)):
            hits.append(phrase)
            upto = phrase.end
        elif word.valence or word.negated:
            hits.append(_Hit(place, place + 1, word.valence, word.steady))
    return hits


def _phrase(words: Sequence[Word], place: int) -> _Hit | None:
    phrases, following = words[place].phrases, words[place + 1].folded if place + 1 < len(words) else ""
    for key in (following, following[:STEM] + "*", ""):
        if key in phrases:
            for phrase in phrases[key]:
                if end := phrase.end(words, place):
                    return _Hit(place, end, phrase.valence, phrase.valence < 0)
    return None


def _negate(words: Sequence[Word], places: Sequence[int], hits: Sequence[_Hit]) -> None:
    """Turn the valence of what a negation reaches; words that feel like something only when negated get theirs."""
    turnable = [hit for hit in hits if not hit.steady]
    inside = {place for hit in hits if hit.end - hit.start > 1 for place in range(hit.start, hit.end)}
    for place in places:
        if not (words[place].negates or words[place].turns) or place in inside:
            continue
        behind = next((hit for hit in turnable if hit.start > place), None)
        if behind and _joined(words[place + 1 : behind.start]):
            behind.negated = True
        elif words[place].turns:
            before = next((hit for hit in reversed(turnable) if hit.end <= place), None)
            if before and _joined(words[before.end : place]):
                before.negated = True
    for hit in hits:
        if hit.negated:
            hit.valence *= _NOT_GOOD if hit.valence > 0 else _NOT_BAD
            hit.valence = hit.valence or words[hit.start].negated


def _joined(between: Sequence[Word]) -> bool:
    return len(between) < _REACH and not any(word.ends or word.contrasts for word in between)


def _may_be_irony(words: Sequence[Word], praise: _Hit) -> bool:
    return not praise.negated and any(word.ironic for word in words[praise.start : praise.end])
