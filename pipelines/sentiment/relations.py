"""What a text says of two brands at once: that somebody left one for the other, or that one is better."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from pipelines.sentiment.rules import Rule, Rules

OWN, OTHER = "A", "B"  # the words of a line are small, so these are nobody's word
_NAMES = {"both": {OWN: OTHER, OTHER: OWN}}


class Said(NamedTuple):
    """What is said of one brand: "+", "-", "=" what is said of the other, "!" its opposite; and its tokens."""

    sign: str
    first: int
    end: int


@cache
def _relations() -> tuple[Rules, Rules]:
    """The phrases of relations.toml, of two brands and of one, each for this brand as X and as Y."""
    document = tomllib.loads((files(__package__) / "relations.toml").read_text("utf-8"))
    pairs: list[tuple[str, Rule]] = []
    alone: list[tuple[str, Rule]] = []
    for table in document["relation"]:
        signs = table["signs"]
        for phrase in table["phrases"]:
            if len(signs) == 1:
                alone.append((_named(phrase, OWN, OTHER), Rule("relation", mark=signs)))
            else:
                pairs.append((_named(phrase, OWN, OTHER), Rule("relation", mark=signs[0])))
                pairs.append((_named(phrase, OTHER, OWN), Rule("relation", mark=signs[1])))
    return Rules(pairs, document["lists"]), Rules(alone, document["lists"])


def _named(phrase: str, one: str, two: str) -> str:
    return re.sub(r"\bX\b", one, re.sub(r"\bY\b", two, phrase))


def marked(words: Sequence[str], names: Mapping[int, Sequence[str]]) -> list[str]:
    """The folded words of tokens with OWN and OTHER in place of `names`, by token."""
    found = list(words)
    for place, owners in names.items():
        stop = words[place][-2:] if words[place][-2:] in (" .", " !", " ?") else ""
        found[place] = " ".join(owners) + stop if owners else stop.strip()
    return found


def said(words: Sequence[str]) -> list[Said]:
    """What is said of OWN, among marked words of tokens. Of phrases that overlap, the longest; of two before of one."""
    text = f" {' '.join(filter(None, words))} "
    starts, at = [], 1
    for word in words:
        starts.append(at)
        at += len(word) + 1 if word else 0
    found: list[Said] = []
    for rules in _relations() if f" {OTHER} " in text and f" {OWN} " in text else _relations()[1:]:
        taken: list[tuple[int, int]] = []
        for hit in sorted(rules.find(text), key=lambda hit: hit.start - hit.end):
            if all(hit.end <= start or hit.start >= end for start, end in taken):
                taken.append((hit.start, hit.end))
                places = [place for place, start in enumerate(starts) if hit.start <= start < hit.end]
                found.append(Said(hit.rule.mark, places[0], places[-1] + 1))
        if any(one.sign != "0" for one in found):
            break
    return found
