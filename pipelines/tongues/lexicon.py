"""A language's words and phrases with their valences, read from its file beside this one and made ready to look up."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from pipelines.tongues.faces import FACE, face

TOKEN = re.compile(rf"[^\W_]+|{FACE}|[.,;:!?\u2026\n()\"«»]+")  # a word, a face, or what ends a clause
_LONGEST_ENDING = 9  # letters that may follow a stem
_LONGEST_KEPT = 32  # characters; longer tokens are no words
_MOST_KEPT = 20_000  # tokens
_MOST_SKIPPED = 4  # words that ".." in a phrase may stand for
STEM = 3  # letters of a stem by which a phrase is looked up
_WHEN_NEGATED = -2.0  # what "does not work" weighs
_LONG_DRAWN = re.compile(r"(.)\1{2,}")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_MARKS = re.compile(r"(?<!n)[\u0300-\u036f]")  # "año" is no "ano"
_SETS = ("negations", "turning", "boosters", "diminishers", "but", "steady", "ironic")


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """Words that mean something together: exact words, choices ("a|b"), stems ("hart*"), gaps of some words ("..")."""

    parts: tuple[str, ...]
    valence: float

    def end(self, words: Sequence[Word], place: int) -> int:
        """Where the phrase ends that may begin at `place`, or 0 where it does not stand there."""
        for index, part in enumerate(self.parts[1:], start=1):
            place += 1
            if part == "..":
                rest = Phrase(self.parts[index:], 0.0)
                return next((end for start in _reach(words, place) if (end := rest.end(words, start))), 0)
            if place >= len(words) or not _is(words[place].folded, part):
                return 0
        return place + 1


def _keys(second: str) -> list[str]:
    """Where a phrase is found by its second word: by each choice, by a stem's first letters, or anywhere."""
    if second.endswith("*"):
        return [f"{second[:STEM]}*" if len(second) > STEM else ""]
    return [""] if second == ".." else second.split("|")


def _reach(words: Sequence[Word], place: int) -> Iterator[int]:
    """The places before which a gap that begins at `place` may end, less one."""
    for start in range(place - 1, min(place + _MOST_SKIPPED, len(words) - 1)):
        if start >= place and words[start].ends:
            return
        yield start


def _is(folded: str, part: str) -> bool:
    if part.endswith("*"):
        return folded.startswith(part[:-1])
    return folded in part.split("|") if "|" in part else folded == part


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """What the rules ask of a token."""

    folded: str = ""
    valence: float = 0.0
    negated: float = 0.0  # the valence of a word that feels like something only behind a "not": "works"
    boost: int = 0  # 1: what follows is meant more, -1: less
    negates: bool = False  # turns what follows
    turns: bool = False  # turns what follows, or else what stands before, as "nicht" and "pas" do
    contrasts: bool = False  # "but": what follows weighs more
    ends: bool = False  # the end of a clause; no word
    ironic: bool = False  # praise that is not meant where all else is a complaint: "thanks", "bravo"
    steady: bool = False  # no rule changes its valence: a face, "unfortunately"
    phrases: Mapping[str, Sequence[Phrase]] = field(default_factory=dict)  # that begin with it, by the second word
    matters: bool = field(init=False)  # whether any rule names it

    def __post_init__(self) -> None:
        named = self.valence or self.negated or self.negates or self.turns or self.contrasts or self.phrases
        object.__setattr__(self, "matters", bool(named))


ENDS = Word(ends=True)
_PLAIN = Word()


class Lexicon(dict[str, Word]):
    """Tokens as written, and what the rules ask of them; fills itself as tokens are met and starts anew when full."""

    def __init__(self, language: str, extra: Mapping[str, float] | None = None) -> None:
        super().__init__()
        table = _table(language)
        self._umlauts = bool(table.get("umlauts"))
        self._contrasts = frozenset(f"{table['but']} {table['while']}".split())
        self._exact: dict[str, float] = {}
        self._stems: dict[str, float] = {}
        self._tails: dict[str, float] = {}
        for valence, words in table["words"].items():
            for word in words.split():
                self._put(word, float(valence))
        self._faces: dict[str, float] = {}
        self._negated = {self.fold(word) for word in table["negated"].split()}
        self._sets = {name: {self.fold(word) for word in table.get(name, "").split()} for name in _SETS}
        own = {" ".join(TOKEN.findall(words)): float(valence) for words, valence in (extra or {}).items()}
        phrases = {words: valence for words, valence in own.items() if " " in words}
        self._exact |= {self.fold(word): valence for word, valence in own.items() if word[:1].isalnum()}
        self._faces |= {mark: valence for mark, valence in own.items() if not mark[:1].isalnum()}
        listed = [(text, float(valence)) for valence, texts in table["phrases"].items() for text in texts]
        self._phrases = self._by_first_words([*phrases.items(), *listed])

    @property
    def contrasts(self) -> frozenset[str]:
        """Words behind which another matter begins ("but", "while"), as they are spelt."""
        return self._contrasts

    def _put(self, word: str, valence: float) -> None:
        table = self._stems if word.endswith("*") else self._tails if word.startswith("*") else self._exact
        table[self.fold(word.strip("*"))] = valence

    def _by_first_words(self, listed: Sequence[tuple[str, float]]) -> dict[str, dict[str, list[Phrase]]]:
        found: dict[str, dict[str, list[Phrase]]] = {}
        phrases = [(self.fold(text).replace("'", " ").split(), valence) for text, valence in listed]
        for parts, valence in sorted(phrases, key=lambda each: -len(each[0])):
            for first in parts[0].split("|"):
                for second in _keys(parts[1]):
                    found.setdefault(first, {}).setdefault(second, []).append(Phrase(tuple(parts), valence))
        return found

    def fold(self, word: str) -> str:
        """A word as the lexicon compares it: in lower case and without accents; in German "ue" for "ü"."""
        word = word.lower()
        if word.isascii():
            return word
        if self._umlauts:
            word = word.translate(_UMLAUTS)
        return _MARKS.sub("", unicodedata.normalize("NFKD", word))

    def __missing__(self, token: str) -> Word:
        if len(token) > _LONGEST_KEPT:
            return ENDS if not token[0].isalnum() else _PLAIN
        word = self._read(token)
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[token] = word
        return word

    def _read(self, token: str) -> Word:
        if not token[0].isalnum():
            valence = self._faces.get(token, face(token))
            return ENDS if valence is None else Word(valence=valence, steady=True)
        word = self._word(self.fold(token))
        if not word.matters and _LONG_DRAWN.search(word.folded):
            for times in (r"\1", r"\1\1"):
                short = self._word(_LONG_DRAWN.sub(times, word.folded))
                if short.matters:
                    return short
        return word

    def _word(self, folded: str) -> Word:
        valence = self._valence(folded) or 0.0
        sets = self._sets
        boost = (folded in sets["boosters"]) - (folded in sets["diminishers"])
        return Word(
            folded=folded, valence=valence, negated=0.0 if valence else self._when_negated(folded), boost=boost,
            negates=folded in sets["negations"], turns=folded in sets["turning"], contrasts=folded in sets["but"],
            steady=folded in sets["steady"], ironic=folded in sets["ironic"],
            phrases=self._phrases.get(folded, {}),
        )  # fmt: skip

    def _valence(self, folded: str) -> float | None:
        """Of the word itself, else of its longest stem, else of the longest end of a compound."""
        if (exact := self._exact.get(folded)) is not None:
            return exact
        for length in range(len(folded), max(len(folded) - _LONGEST_ENDING, 2) - 1, -1):
            if (valence := self._stems.get(folded[:length])) is not None:
                return valence
        if self._tails:
            for start in range(1, len(folded) - 3):
                if (valence := self._tails.get(folded[start:])) is not None:
                    return valence
        return None

    def _when_negated(self, folded: str) -> float:
        forms = (folded, *(f"{folded[:length]}*" for length in range(len(folded), 3, -1)))
        return _WHEN_NEGATED if any(form in self._negated for form in forms) else 0.0


_NO_WORDS: dict[str, Any] = {"but": "", "while": "", "negated": "", "words": {}, "phrases": {}}


@cache
def _table(language: str) -> dict[str, Any]:
    """The language's file. Its keys are explained in es.toml. Without a language: faces alone say something."""
    if not language:
        return _NO_WORDS
    return tomllib.loads((files(__package__) / f"{language}.toml").read_text(encoding="utf-8"))
