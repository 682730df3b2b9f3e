"""Whether a text says the same of two brands at once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.sentiment.impression import Part
from pipelines.sentiment.line import Line
from pipelines.sentiment.relations import OTHER, OWN

_BOTH = frozenset(("both", "neither", "either", "them", "lot", "too", "wrong", "lose"))  # of which one is in _SUMMED
_SUMMED = re.compile(
    r" (?:both|neither|(?:pair|two|lot) of (?:them|you)|either (?:of|one)|(?:recommend|regret|trust|touch) either|"
    r"(?:love|loved|adore|hate|avoid) them|all of them|(?:cant|couldnt) (?:really |)(?:go wrong|lose)|"
    r"(?:did|has|is|was|does|denied|lost|lied|failed|broke|refused) (?:it |them |that |)too) "
)
_LISTED = re.compile(
    rf"(?:[^.!?AB ]+ | )*(?=[AB] )({OWN}|{OTHER}) (?:[^.!?AB ]+ ){{0,7}}and (?:[^.!?AB ]+ ){{0,4}}({OWN}|{OTHER}) "
    r"(?:[^.!?AB ]+ )*[.!] (?=[^AB]+$)"
)


def is_of_both(line: str) -> bool:
    """Whether a text sums up two brands that it has named: "neither gets my money", "both a joy"."""
    if _BOTH.isdisjoint(line.split(" ")):
        return False
    return _SUMMED.search(line, max(line.find(f" {OWN} "), line.find(f" {OTHER} "))) is not None


def is_list(line: Line, parts: Sequence[Part]) -> bool:
    """Whether two brands are named together, and only what follows says something ("Acme and Globex. Never again")."""
    match = _LISTED.match(line.text) if " and " in line.text else None
    if match is None or match[1] == match[2]:
        return False
    first = line.tokens(match.end() - 2, match.end())[0]
    return bool(parts) and all(part.first > first for part in parts)
