"""Scores a text with exactly the four figures of vaderSentiment 3.3.2's `polarity_scores`, many times faster.

The original asks each rule about each word of a text, and lowers the whole text again for most of these questions.
Here a token is looked at once, its answers are kept, and rules are applied around words of the lexicon alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from heapq import heappush, heappushpop
from itertools import pairwise

from vaderSentiment.vaderSentiment import C_INCR, N_SCALAR, normalize

from listening.post import Sentiment
from pipelines.vocabulary import AFTER, BEFORE, PLAIN, Vocabulary, Word, data, phrases, small

_STRONGEST = 4.0  # the scale of the lexicon's raters
_EMPTY = Sentiment(neg=0.0, neu=0.0, pos=0.0, compound=0.0)
_NEUTRAL = Sentiment(neg=0.0, neu=1.0, pos=0.0, compound=0.0)


class Scorer:
    """Scores texts as vaderSentiment does; safe to share between threads, to pickle and to keep for months.

    `extra` adds words to the lexicon, or changes words it has, for the team's own field: single words (VADER reads a
    text word by word, so a phrase never matches) in any case, each with a valence from -4 (most negative) to 4.
    Raises ValueError for a valence outside that scale.
    """

    def __init__(self, extra: Mapping[str, float] | None = None) -> None:
        known, self._emoji = data()
        self._extra = small(extra or {})
        for word, valence in self._extra.items():
            if not -_STRONGEST <= valence <= _STRONGEST:
                raise ValueError(f"the valence of {word!r} is {valence}; it must lie between -4 and 4")
        self._words = Vocabulary({**known, **self._extra} if self._extra else known)

    def __reduce__(self) -> tuple[type[Scorer], tuple[dict[str, float]]]:
        return type(self), (self._extra,)

    def score(self, text: str) -> Sentiment:
        """The figures of `polarity_scores(text)`: neg, neu and pos as shares of 1, compound from -1 to 1.

        A text without words scores 0 in all four. Takes time in proportion to the text's length, whatever it holds.
        """
        return self.read(text).figures()

    def read(self, text: str) -> Reading:
        """The text's words and their valences, from which the figures come. Characters of `text` beside emoji count."""
        text = self.spelt(text)
        tokens = text.split()
        words = [*BEFORE, *map(self._words.__getitem__, tokens), *AFTER]
        return Reading(text, tokens, words)

    def spelt(self, text: str) -> str:
        """The text with words in place of emoji, as it is read."""
        if text.isascii() or self._emoji.keys().isdisjoint(text):
            return text
        return "".join(map(self._emoji.get, text, text))

    def widths(self, text: str) -> list[int]:
        """How many characters of `spelt(text)` each character comes to."""
        return list(map(len, map(self._emoji.get, text, text)))


class Reading:
    """A text as VADER reads it: its tokens and, by number, the valences of those that have one, before any "but"."""

    __slots__ = ("_differs", "_words", "but", "emphasis", "places", "spelt", "tokens", "valences")

    def __init__(self, spelt: str, tokens: list[str], words: list[Word]) -> None:
        self.spelt, self.tokens, self._words, self.emphasis = spelt, tokens, words, _emphasis(spelt)
        marked = [place for place, word in enumerate(words) if word is not PLAIN]
        # partly, not wholly, in capitals
        self._differs = differs = 0 < [words[place].upper for place in marked].count(True) < len(tokens)
        self.valences: list[float] = []
        self.places: list[int] = []
        self.but = -1
        for place in marked:
            word = words[place]
            if not word.stops:
                continue
            if self.but < 0 and word.lower == "but":
                self.but = place - len(BEFORE)
            if word.valence is None or (word.lower == "kind" and words[place + 1].lower == "of"):
                continue
            self.places.append(place - len(BEFORE))
            self.valences.append(_valence(words, place, differs, word.valence))

    def figures(self) -> Sentiment:
        """The four figures."""
        if not self.tokens:
            return _EMPTY
        if not self.valences:
            return _NEUTRAL
        valences = _around_but(self.valences, self.places, self.but) if self.but >= 0 else self.valences
        return _figures(valences, len(self.tokens), self.emphasis)

    def bent(self, place: int, valence: float) -> float:
        """What a valence comes to for the token of this number: boosted, turned round, louder in capitals."""
        return _valence(self._words, place + len(BEFORE), self._differs, valence)


def _valence(words: Sequence[Word], place: int, differs: bool, valence: float) -> float:
    """What a word's valence at `place` comes to; `differs`: the text is partly, not wholly, in capitals."""
    third, second, before, word = words[place - 3 : place + 1]
    if not (word.upper or word.bent or before.bends or second.bends or third.bends):
        return valence  # what most words come to, in a tenth of the time
    valence = _beside_no(words, place, valence)
    if differs and word.upper:
        valence += C_INCR if valence > 0 else -C_INCR
    if before.valence is None:
        valence = _boosted(valence, before, differs)
        if before.negates:
            valence *= N_SCALAR
    if second.valence is None:
        valence = _boosted(valence, second, differs, 0.95) * _negation(second, before)
    if third.valence is None:
        valence = _boosted(valence, third, differs, 0.9) * _negation(third, second, before)
        valence = _beside_phrases(words, place, valence)
    if before.lower == "least" and before.valence is None and second.lower not in ("at", "very"):
        valence *= N_SCALAR
    return valence


def _beside_no(words: Sequence[Word], place: int, valence: float) -> float:
    """The valence of the word at `place`, turned round by a "no" before it; a "no" that does so has none itself."""
    third, second, before, word, after = words[place - 3 : place + 2]
    if before.lower == "no" or second.lower == "no" or (third.lower == "no" and before.lower in ("or", "nor")):
        valence *= N_SCALAR
    elif word.lower == "no" and after.valence is not None:
        valence = 0.0
    return valence


def _boosted(valence: float, booster: Word, differs: bool, share: float = 1.0) -> float:
    """The valence after a word before it; `share`: what distance leaves of its strength."""
    if not booster.boost:
        return valence
    boost = -booster.boost if valence < 0 else booster.boost
    if differs and booster.upper:
        boost += C_INCR if valence > 0 else -C_INCR
    return valence + boost * share


def _negation(word: Word, *between: Word) -> float:
    """What a word before a lexicon word, with one or two between them, multiplies the valence by."""
    if len(between) == 2 and between[1].lower in ("so", "this"):  # as in the package, whatever the word is
        return 1.25
    if not word.negates:
        return 1.0
    if word.lower == "never" and between[0].lower in ("so", "this"):
        return 1.25
    if word.lower == "without" and any(each.lower == "doubt" for each in between):
        return 1.0
    return float(N_SCALAR)


def _beside_phrases(words: Sequence[Word], place: int, valence: float) -> float:
    """The valence after phrases such as "the bomb", "yeah right" and "sort of" around a word with three before it."""
    window = words[place - 3 : place + 3]
    if not any(one.opens and two.follows for one, two in pairwise(window)):
        return valence
    valences, boosts = phrases()
    third, second, before, here, after, last = (word.lower for word in window)
    pair, triple, earlier = f"{second} {before}", f"{third} {second} {before}", f"{third} {second}"
    replaced = (f"{before} {here}", f"{pair} {here}", pair, triple, earlier)
    valence = next((valences[phrase] for phrase in replaced if phrase in valences), valence)
    for phrase in (f"{here} {after}", f"{here} {after} {last}"):
        valence = valences.get(phrase, valence)
    for phrase in (triple, earlier, pair):
        valence += boosts.get(phrase, 0.0)
    return valence


def _around_but(valences: Sequence[float], places: Sequence[int], but: int) -> list[float]:
    """Halves what stands before the first "but" and strengthens what stands behind it.

    The package changes, for each word in turn, the first word that has this valence at that moment, which is another
    one when an earlier word came to have the same valence by being changed. The heaps keep, for each valence, the
    words up to here that have it, so that finding the first takes no search through the text.
    """
    changed = list(valences)
    holders: dict[float, list[int]] = {}
    for index, valence in enumerate(valences):
        if not valence:
            continue
        holder = holders.setdefault(valence, [])
        first = heappushpop(holder, index)
        if places[first] == but:
            heappush(holder, first)
            continue
        changed[first] *= 0.5 if places[first] < but else 1.5
        heappush(holders.setdefault(changed[first], []), first)
    return changed


def _emphasis(text: str) -> float:
    exclamations, questions = min(text.count("!"), 4), text.count("?")
    asked = 0.0 if questions < 2 else questions * 0.18 if questions <= 3 else 0.96
    return exclamations * 0.292 + asked


def _figures(valences: Sequence[float], count: int, emphasis: float) -> Sentiment:
    """The four figures of a text of `count` words, of which `valences` are those that may not be neutral."""
    total = float(sum(valences))
    if total:
        total += math.copysign(emphasis, total)
    positive = negative = 0.0
    neutral = count - len(valences)
    for valence in valences:
        if valence > 0:
            positive += valence + 1  # neutral words count 1, so the others count 1 more than they say
        elif valence < 0:
            negative += 1 - valence
        else:
            neutral += 1
    if positive > negative:
        positive += emphasis
    elif positive < negative:
        negative += emphasis
    whole = positive + negative + neutral
    return Sentiment(
        neg=round(negative / whole, 3),
        neu=round(neutral / whole, 3),
        pos=round(positive / whole, 3),
        compound=round(normalize(total), 4),
    )
