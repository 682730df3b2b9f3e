"""What a local model sees of a mention: its words, pairs of words and parts of words, and facts about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

_TOKEN = re.compile(r"https?://\S+|[@#]?\w+(?:['\u2019]\w+)*|[!?]+|[^\w\s]")
_LONGEST_TEXT = 2000  # characters that are looked at
_LONGEST_TOKEN = 24
MOST_KEPT = 50_000  # words that are met again and again, with what is known of them
BRAND, LINK, NUMBER = "<brand>", "<link>", "<number>"
PART = "\t"  # begins the name of a part of a word: no word holds it
_ARTICLES = frozenset("a an the this that one each every some any no my your his her our their".split())
_PREPOSITIONS = frozenset("with from at by to of for on in via than and or left".split())
_SHORTEST_PART, _LONGEST_PART = 3, 5


@dataclass(frozen=True, slots=True)
class Sample:
    """What is known of one mention before it is judged by what was learnt."""

    text: str
    title: str = ""
    words: tuple[str, ...] = ()  # that name the brand: a model learns from what stands around them
    facts: Mapping[str, float] = field(default_factory=dict)  # "channel r/tools" -> 1, "score" -> -0.7


class _Chunks(dict[str, tuple[str, ...]]):
    """What stands between two spaces, in lower case, to its words and marks. Fills itself, starts anew when full."""

    def __missing__(self, chunk: str) -> tuple[str, ...]:
        found = tuple(map(_named, _TOKEN.findall(chunk)))
        if len(self) >= MOST_KEPT:
            self.clear()
        self[chunk] = found
        return found


split = _Chunks().__getitem__


def chunks(sample: Sample) -> list[str]:
    """The title and the text, as far as it is looked at, parted at spaces and in lower case."""
    return f"{sample.title} {sample.text[:_LONGEST_TEXT]}".lower().split()


def tokens(sample: Sample) -> list[str]:
    """The words and marks of a text in order, in lower case; the brand's own are BRAND, whatever they are."""
    found = list(chain.from_iterable(map(split, chunks(sample))))
    own = own_words(sample.words)
    return found if own.isdisjoint(found) else [BRAND if token in own else token for token in found]


def _named(token: str) -> str:
    if token.isalpha():
        return token[:_LONGEST_TOKEN]
    if token.startswith("http"):
        return LINK
    return NUMBER if token.isdigit() else token[:_LONGEST_TOKEN]


@lru_cache(maxsize=1024)
def own_words(words: tuple[str, ...]) -> frozenset[str]:
    """The tokens that name the brand: each word of its names as matched, also as a handle and as a tag."""
    found = {token for word in words for token in map(_named, _TOKEN.findall(word.lower())) if token[-1].isalnum()}
    found |= {f"{token}{mark}s" for token in found for mark in "'\u2019"}
    return frozenset(found | {f"{sign}{token.lstrip('@#')}" for token in found for sign in ("@", "#")})


def parts(token: str) -> Iterator[str]:
    """The pieces of three to five characters of a word and its edges: what spellings of one word share."""
    if token[0] == "<" or len(token) < _SHORTEST_PART:
        return
    framed = f" {token} "
    for size in range(_SHORTEST_PART, _LONGEST_PART + 1):
        for start in range(len(framed) - size + 1):
            yield f"{PART}{framed[start : start + size]}"


def beside(found: Sequence[str]) -> Iterator[str]:
    """The words right before and behind the brand's name, and their kind: "an acorn", "with Acorn"."""
    for place, token in enumerate(found):
        if token == BRAND:
            before = found[place - 1] if place else "nothing"
            yield f"before it {before}"
            yield "an article before it" if before in _ARTICLES else "no article before it"
            yield "a preposition before it" if before in _PREPOSITIONS else "no preposition before it"
            yield f"behind it {found[place + 1] if place + 1 < len(found) else 'nothing'}"
