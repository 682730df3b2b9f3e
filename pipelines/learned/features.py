"""What a local model sees of a mention: its words, pairs of words and parts of words, and facts about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

_TOKEN = re.compile(r"https?://\S+|[@#]?\w+(?:['\u2019]\w+)*|[!?]+|[^\w\s]")
_LONGEST_TEXT = 2000  # characters that are looked at
_LONGEST_TOKEN = 24
BRAND, LINK, NUMBER = "<brand>", "<link>", "<number>"
PART = "\t"  # begins the name of a part of a word: no word holds it
_SHORTEST_PART, _LONGEST_PART = 3, 5


@dataclass(frozen=True, slots=True)
class Sample:
    """What is known of one mention before it is judged by what was learnt."""

    text: str
    title: str = ""
    words: tuple[str, ...] = ()  # that name the brand: a model learns from what stands around them
    facts: Mapping[str, float] = field(default_factory=dict)  # "channel r/tools" -> 1, "score" -> -0.7


def tokens(sample: Sample) -> list[str]:
    """The words and marks of a text in order, in lower case; the brand's own are BRAND, whatever they are."""
    text = f"{sample.title} \n {sample.text[:_LONGEST_TEXT]}" if sample.title else sample.text[:_LONGEST_TEXT]
    own = _own(sample.words)
    return [_named(token, own) for token in _TOKEN.findall(text.lower())]


def _named(token: str, own: frozenset[str]) -> str:
    if token in own:
        return BRAND
    if token.isalpha():
        return token[:_LONGEST_TOKEN]
    if token.startswith("http"):
        return LINK
    return NUMBER if token.isdigit() else token[:_LONGEST_TOKEN]


@lru_cache(maxsize=1024)
def _own(words: tuple[str, ...]) -> frozenset[str]:
    found = {token for word in words for token in _TOKEN.findall(word.lower()) if token[-1].isalnum()}
    return frozenset(found | {f"{sign}{token.lstrip('@#')}" for token in found for sign in ("@", "#")})


def parts(token: str) -> Iterator[str]:
    """The pieces of three to five characters of a word and its edges: what spellings of one word share."""
    if token[0] == "<" or len(token) < _SHORTEST_PART:
        return
    framed = f" {token} "
    for size in range(_SHORTEST_PART, _LONGEST_PART + 1):
        for start in range(len(framed) - size + 1):
            yield f"{PART}{framed[start : start + size]}"


def pairs(found: Sequence[str]) -> Iterator[str]:
    """Each word with the next."""
    return (f"{one} {two}" for one, two in pairwise(found))
