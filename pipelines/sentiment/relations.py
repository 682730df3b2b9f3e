"""What a text says of two brands at once: that somebody left one for the other, or that one is better."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from pipelines.sentiment.line import Line
from pipelines.sentiment.rules import Hit, Rule, Rules, longest_first

OWN, OTHER = "A", "B"  # the words of a line are small, so these are nobody's word; OWN is also any brand's


class Said(NamedTuple):
    """What is said of one brand: "+", "-", "=" what is said of the other, "!" its opposite; and by which tokens."""

    sign: str
    first: int
    end: int


@cache
def _document(name: str = "relations") -> dict[str, Any]:
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text("utf-8"))


def alone() -> tuple[list[tuple[str, Rule]], Mapping[str, str]]:
    """The phrases of relations.toml that say something of one brand, as OWN, and the lists they use."""
    found = [
        (_named(phrase, OWN, OTHER), Rule("relation", mark=table["signs"]))
        for table in _document()["relation"]
        for phrase in table["phrases"]
        if len(table["signs"]) == 1
    ]
    return found, _document()["lists"]


@cache
def pairs() -> Rules:
    """Those that say something of two brands, each for OWN as X and as Y, and what a company does well or badly.

    The mark of a relation is what it says of OWN and of OTHER.
    """
    events = _document("events")
    return Rules([*_both(), *_events(events)], {**_document()["lists"], **events["lists"]})


def _both() -> Iterator[tuple[str, Rule]]:
    for table in _document()["relation"]:
        if len(table["signs"]) == 2:
            for phrase in table["phrases"]:
                yield _named(phrase, OWN, OTHER), Rule("relation", mark=table["signs"])
                yield _named(phrase, OTHER, OWN), Rule("relation", mark=table["signs"][::-1])


def _events(document: Mapping[str, Any]) -> Iterator[tuple[str, Rule]]:
    for table in document["event"]:
        for phrase in table["phrases"]:
            yield phrase, Rule(table["name"], float(table["valence"]))


def _named(phrase: str, one: str, two: str) -> str:
    return re.sub(r"\bX\b", one, re.sub(r"\bY\b", two, phrase))


def longest(hits: Sequence[Hit], line: Line) -> list[Said]:
    """What phrases say; of those that overlap the longest one counts."""
    found: list[Said] = []
    taken: list[tuple[int, int]] = []
    for start, end, rule in sorted(hits, key=longest_first):
        if all(-end <= one or start >= two for one, two in taken):
            taken.append((start, -end))
            found.append(Said(rule.mark, *line.tokens(start, -end)))
    return found
