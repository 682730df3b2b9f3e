"""The words of vaderSentiment 3.3.2: its lexicon, emoji and phrases, and what its rules ask of each token.

All of it is read from the installed package, so it is its own, oddities included. Never compiled: mypyc's lower() does
not know the sigma that ends a word.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain

from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES, SentimentIntensityAnalyzer

_MOST_KEPT = 50_000  # tokens, about 6 MB; those of a natural language come back long before it is full
_LONGEST_KEPT = 32  # characters; longer tokens are mostly addresses, which do not come back


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """What the rules ask of a token."""

    upper: bool
    lower: str = ""  # empty where no rule names the word
    valence: float | None = None  # None: not in the lexicon
    boost: float = 0.0
    negates: bool = False
    opens: bool = False  # first word of a phrase such as "kiss of death" or "sort of"
    follows: bool = False  # second word of one
    stops: bool = False  # scoring stops here: a word with a valence of its own, or "but"
    bends: bool = False  # may change the valence of a word up to three words behind it
    bent: bool = False  # a word of the lexicon that other rules than boosting and negation look at


PLAIN, _PLAIN_UPPER = Word(upper=False), Word(upper=True)  # of which no rule asks more
# Around a text, so that no rule asks where it begins and ends. The rules pass over what is in the lexicon, and so over
# what is before the first word.
BEFORE, AFTER = [Word(upper=False, valence=0.0)] * 3, [PLAIN] * 2


@cache
def phrases() -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Phrases that replace the valence of a word beside them ("yeah right"), and that add to it ("sort of")."""
    tables = (SPECIAL_CASES, BOOSTER_DICT)
    valences, boosts = ({words: float(value) for words, value in table.items() if " " in words} for table in tables)
    return valences, boosts


@cache
def data() -> tuple[Mapping[str, float], Mapping[str, str]]:
    """The package's lexicon, and its one-character emoji: it looks at single characters, so longer ones never match."""
    analyzer = SentimentIntensityAnalyzer()
    return analyzer.lexicon, {emoji: f" {words}" for emoji, words in analyzer.emojis.items() if len(emoji) == 1}


def lexicon() -> Mapping[str, float]:
    """The valences of vaderSentiment's words, -4 to 4; not to be changed."""
    return data()[0]


def small(valences: Mapping[str, float]) -> dict[str, float]:
    """A team's words in small letters, as tokens are looked up."""
    return {word.lower(): float(valence) for word, valence in valences.items()}


# words that rules name one by one; the first few have an effect of their own, the others change that effect
_BENDING = frozenset(("least", "no", "so", "this"))
_NAMED = _BENDING | {"at", "but", "doubt", "kind", "nor", "of", "or", "very"}


class Vocabulary(dict[str, Word]):
    """Tokens as written, and what the rules ask of them; fills itself as tokens are met and starts anew when full."""

    def __init__(self, lexicon: Mapping[str, float]) -> None:
        super().__init__()
        self._lexicon = lexicon
        self._negations = frozenset(NEGATE)
        pairs = [phrase.split(" ") for phrase in chain(*phrases())]
        self._first, self._second = {each[0] for each in pairs}, {each[1] for each in pairs}
        self._named = _NAMED.union(*pairs)

    def __missing__(self, token: str) -> Word:
        word = self._read(token)
        if len(token) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[token] = word
        return word

    def _read(self, token: str) -> Word:
        stripped = token.strip(string.punctuation)
        if len(stripped) > 2:  # what is shorter was an emoticon
            token = stripped
        upper, lower = token.isupper(), token.lower()
        valence = self._lexicon.get(lower)
        boost = BOOSTER_DICT.get(lower, 0.0)
        negates = lower in self._negations or "n't" in lower
        if valence is None and not (boost or negates or lower in self._named):
            return _PLAIN_UPPER if upper else PLAIN
        opens, follows = lower in self._first, lower in self._second
        stops = (valence is not None and not boost) or lower == "but"
        bends = bool(boost) or negates or follows or lower in _BENDING
        bent = opens or follows or lower == "no"
        return Word(upper, lower, valence, boost, negates, opens, follows, stops, bends, bent)
