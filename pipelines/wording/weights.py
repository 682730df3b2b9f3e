"""Weights of words, and of two in a row, for several questions: all summed at once, as one long number.

Each weight has 32 bits of its number, so that adding two numbers adds the weights of every question. Never
compiled: mypyc's dicts do not fill themselves.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple, Self, TypeVar

UNIT = 100  # weights are kept in hundredths
_MARKS = {"<end>": "\x05", "<ask>": "\x06"}  # what ends sentences in a line (pipelines.line), as files have it
_EDGE = "^"  # stands before the first word of a text, and behind the last
_SILENT = frozenset(  # nothing to show: they lean, but alone they say nothing to a reader
    "a an the and or but if so as of to in on at by for from with it its is are was were be been i im ive me my we our "
    "us you your he she his her they them their this that these those there here what which who where when how one "
    "have has had do does did would will can could not no than then too very just all any some more about".split()
)
WORDED = frozenset(("de", "en", "es", "fr", "it", "nl", "pt"))  # the languages whose wording was learnt
_STEMS = (4, 5, 6)  # letters with which words begin, or end, that are weighed beside the word itself
_FACT = "="  # begins the name of what is no word
_BITS = 32
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_DIGIT = re.compile(r"\d")
_SHORT, _LONG = 40, 50  # words
_TELLING = 4  # letters of a word that is given as a reason where no list says which words are silent
_LEAST = 15  # what a word weighs at least that is given as a reason
_Key = TypeVar("_Key", str, tuple[str, str])
_MOST_KEPT = 50_000  # words that are met again and again


class _Packed(dict[str, int]):
    """The weights of words as one number; 0 where one tells nothing. Fills itself, and starts anew when full."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        super().__init__()
        self._lines = lines
        self.stemmed = any("*" in name for name in lines)

    def __missing__(self, word: str) -> int:
        names = (word, *stems(word)) if self.stemmed else (word,)
        found = sum([_packed(self._lines[name]) for name in names if name in self._lines])
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[word] = found
        return found


class Telling(NamedTuple):
    """Words, and two in a row, by their rank among those that say most for a question; and all by their rank."""

    words: Mapping[str, int]
    pairs: Mapping[tuple[str, str], int]
    ranked: Sequence[str]

    @classmethod
    def of(cls, words: Mapping[str, int], pairs: Mapping[tuple[str, str], int]) -> Self:
        """The strongest first, by their weights."""
        weights = {**words, **{" ".join(pair): weight for pair, weight in pairs.items()}}
        ranked = sorted(weights, key=lambda text: (weights[text], text), reverse=True)
        ranks = {text: rank for rank, text in enumerate(ranked)}
        return cls({word: ranks[word] for word in words}, {pair: ranks[" ".join(pair)] for pair in pairs}, ranked)


class Wording:
    """Learnt weights, in logarithms of odds. `questions` are its columns, `facts` the weights of what is no word.

    `lines` are those of a file: tab-separated, the questions first, then weights in hundredths by word, by how words
    begin ("late*") or end ("*eness"), by two in a row as "one_two", or by "=fact". The facts "start" and "short" (see
    `shortness`) count in every text.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        rows = (line.split("\t", 1) for line in lines if not line.startswith("#"))
        self.questions = tuple(next(rows)[1].split("\t"))
        words: dict[str, str] = {}
        self._pairs: dict[tuple[str, str], int] = {}
        self.facts: dict[str, Sequence[float]] = {}
        for name, line in rows:
            if name.startswith(_FACT):
                self.facts[name[1:]] = [weight / UNIT for weight in _numbers(line)]
            elif "_" in name:
                one, _, two = name.partition("_")
                self._pairs[_MARKS.get(one, one), _MARKS.get(two, two)] = _packed(line)
            else:
                words[_MARKS.get(name, name)] = line
        self._lines, self._words = words, _Packed(words)
        self._strong: dict[str, Telling] = {}
        width = len(self.questions)
        self._size, self._form = width * _BITS // 8, f"<{width}I"
        self._half = 1 << _BITS - 1
        self._above = sum(self._half << _BITS * at for at in range(width))  # so that no column is below 0
        self._starts = list(map(self._start, range(_SHORT + 1)))  # by how many words there are

    @classmethod
    @cache
    def learnt(cls, language: str) -> Self:
        """The weights of this package for one of WORDED, learnt from posts of our own.

        Those of English by `python -m tests.posts`, those of other languages by `python -m tests.tongue_posts`.
        """
        return cls((files(__package__) / f"{language}.tsv").read_text("utf-8").splitlines())

    def columns(self, questions: Iterable[str], facts: Sequence[str]) -> list[tuple[Any, ...]]:
        """The place, the name and the weights of some facts of those of these questions that it knows."""
        nothing = (0.0,) * len(self.questions)
        weights = list(zip(*(self.facts.get(name, nothing) for name in facts), strict=True))
        places = [self.questions.index(question) for question in questions if question in self.questions]
        return [(at, self.questions[at], *weights[at]) for at in places]

    def sums(self, present: Iterable[str], words: Sequence[str]) -> list[float]:
        """What the different words of a text, and two in a row, say of each question."""
        pairs = filter(None, map(self._pairs.get, zip((_EDGE, *words), (*words, _EDGE), strict=True)))
        total = sum(pairs, sum(map(self._words.__getitem__, present), self._starts[min(len(words), _SHORT)]))
        half = self._half
        return [(column - half) / UNIT for column in struct.unpack(self._form, total.to_bytes(self._size, "little"))]

    def strongest(self, question: str, present: set[str], words: Sequence[str], most: int) -> list[str]:
        """The words of a text, alone or two in a row, that say most for a question, the strongest first.

        `present` are its different words.
        """
        if self._words.stemmed:
            return self._weighed(question, present, words)[:most]
        alone, pairs, ranked = self._telling(question)
        said = set(map(alone.__getitem__, alone.keys() & present))
        said.update(map(pairs.__getitem__, filter(pairs.__contains__, pairwise(words))))
        return [ranked[rank] for rank in sorted(said)[:most]]

    def _weighed(self, question: str, present: set[str], words: Sequence[str]) -> list[str]:
        """The same where words are met that no list can hold: each is weighed."""
        at = self.questions.index(question)
        found = {
            word: self._column(self._words[word], at) for word in present if len(word) >= _TELLING and _is_word(word)
        }
        for pair in pairwise(words):
            if pair in self._pairs and all(map(_is_word, pair)) and max(map(len, pair)) >= _TELLING:
                found[" ".join(pair)] = self._column(self._pairs[pair], at)
        return sorted(_least(found), key=lambda text: (-found[text], text))

    def _telling(self, question: str) -> Telling:
        """The words and pairs that are given as reasons, found when they are first asked for."""
        found = self._strong.get(question)
        if found is None:
            at = self.questions.index(question)
            words = {word: _numbers(line)[at] for word, line in self._lines.items() if _tells(word)}
            pairs = {pair: self._column(packed, at) for pair, packed in self._pairs.items() if any(map(_tells, pair))}
            pairs = {pair: weight for pair, weight in pairs.items() if all(map(_is_word, pair))}
            found = self._strong[question] = Telling.of(_least(words), _least(pairs))
        return found

    def _column(self, packed: int, at: int) -> int:
        return ((packed + self._above) >> _BITS * at) % (1 << _BITS) - self._half

    def _start(self, words: int) -> int:
        """What counts in every text of so many words."""
        nothing = (0.0,) * len(self.questions)
        start, short = self.facts.get("start", nothing), self.facts.get("short", nothing)
        weights = [one + shortness(words) * two for one, two in zip(start, short, strict=True)]
        return self._above + sum(round(UNIT * weight) << _BITS * at for at, weight in enumerate(weights))


class Said:
    """What the wording of one text says: `margins` are the logarithms of the odds of each question, before facts."""

    __slots__ = ("_present", "_wording", "_words", "language", "margins")

    def __init__(self, wording: Wording, words: Sequence[str], language: str = "en") -> None:
        self.language = language
        self._wording, self._words, self._present = wording, words, set(words)
        self.margins = wording.sums(self._present, words)

    def averaged(self) -> list[float]:
        """The margins; of a long text as much as so many of its words say that weights were learnt from posts of."""
        words = len(self._words)
        if words <= _LONG:
            return self.margins
        start = self._wording.sums((), [""] * _SHORT)
        return [one + (all_ - one) * _LONG / words for one, all_ in zip(start, self.margins, strict=True)]

    def telling(self, question: str, most: int) -> list[str]:
        """The words, alone or two in a row, that say most for a question, the strongest first."""
        return self._wording.strongest(question, self._present, self._words, most)


def counted(words: Sequence[str], line: str) -> Sequence[str]:
    """The words of a line with 0 for each number: how much it was tells little."""
    if line.isascii():  # bytes take a tenth of the time
        plain = len(line.encode().translate(None, b"0123456789")) == len(line)
    else:
        plain = _DIGIT.search(line) is None
    return words if plain else [word if word.isalpha() else _NUMBER.sub("0", word) for word in words]


def shortness(words: int) -> float:
    """From 0, for a text of many words, to 1: the shorter it is, the surer are rules."""
    return max(0.0, 1 - words / _SHORT)


def _is_word(word: str) -> bool:
    return word.isalpha()  # numbers, and what ends sentences, are none


def _tells(word: str) -> bool:
    return len(word) > 1 and _is_word(word) and word not in _SILENT


def _least(weights: Mapping[_Key, int]) -> dict[_Key, int]:
    return {key: weight for key, weight in weights.items() if weight >= _LEAST}


def stems(word: str) -> Iterator[str]:
    """How a word begins and ends, as a file has it: "cobraron" does as "cobrado", "Lieferverzug" as "Verzug"."""
    for letters in _STEMS:
        if len(word) > letters and word.isalpha():
            yield f"{word[:letters]}*"
            yield f"*{word[-letters:]}"


def two(words: Sequence[str]) -> set[str]:
    """Each two words in a row, as a file has them."""
    framed = (_EDGE, *map(written, words), _EDGE)
    return {f"{one}_{two}" for one, two in pairwise(framed) if "_" not in one + two}


def written(word: str) -> str:
    """A word, or what ends a sentence, as a file has it."""
    return next((name for name, mark in _MARKS.items() if mark == word), word)


def _packed(line: str) -> int:
    return sum(weight << _BITS * at for at, weight in enumerate(_numbers(line)))


def _numbers(line: str) -> list[int]:
    return [int(number or 0) for number in line.split("\t")]
