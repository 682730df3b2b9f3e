"""What a text says of two brands at once: that somebody left one for the other, or that one is better."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from pipelines.sentiment.line import Line
from pipelines.sentiment.rules import Hit, Rule, Rules

OWN, OTHER = "A", "B"  # the words of a line are small, so these are nobody's word


class Said(NamedTuple):
    """What is said of one brand: "+", "-", "=" what is said of the other, "!" its opposite; and by which tokens."""

    sign: str
    first: int
    end: int


@cache
def _relations() -> tuple[Rules, Rules]:
    """The phrases of relations.toml: those of two brands, each for this brand as X and as Y, and those of one."""
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


def said(stretches: Iterable[tuple[int, list[str]]]) -> list[Said]:
    """What is said of OWN in stretches of marked words, each with the number of its first token.

    Of phrases that overlap the longest counts, and those of two brands before those of one.
    """
    found: list[Said] = []
    pairs, alone = _relations()
    for number, words in stretches:
        line = Line(words)
        here: list[Said] = []
        if f" {OTHER} " in line.text and f" {OWN} " in line.text:
            here = _longest(pairs.find(line.text), line, number)
        if all(one.sign == "0" for one in here):
            here += _longest(alone.find(line.text), line, number)
        found += here
    return found


def _longest(hits: list[Hit], line: Line, number: int) -> list[Said]:
    found: list[Said] = []
    taken: list[tuple[int, int]] = []
    for start, end, rule in sorted(hits, key=lambda hit: hit[0] - hit[1]):
        if all(end <= one or start >= two for one, two in taken):
            taken.append((start, end))
            first, after = line.tokens(start, end)
            found.append(Said(rule.mark, number + first, number + after))
    return found
