"""The default query of a brand that has none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from listening.query.gap import read_gap
from listening.query.parse import parse
from listening.query.tokens import QUOTES
from listening.query.tree import Node
from listening.query.words import Kind, Words, kind

_SHORTEST_JOINED = 6  # letters of a name that is also looked for written as one word


def from_names(name: str, aliases: Sequence[str] = ()) -> Node:
    """The default query of a brand: its name and aliases as phrases, and those of several words also written as one.

    Raises QueryError where a name has no letter, digit or emoji.
    """
    terms = []
    for each in (name, *aliases):
        words = re.sub(f'["*?{QUOTES}]', " ", each).split()
        terms += [f'"{" ".join(words)}"', *_as_one_word(" ".join(words))]
    return parse(" OR ".join(dict.fromkeys(terms)))


def _as_one_word(name: str) -> Iterator[str]:
    """AcmeAnvil of Acme Anvil or Acme-Anvil: hashtags and handles are written so."""
    words = Words(name)
    gaps = words.gaps()
    joined = "".join(words.clean[start:end] for start, end in words.places(range(len(words.raw))))
    if len(words.raw) < 2 or len(joined) < _SHORTEST_JOINED or read_gap(gaps[0], first=True).lead:
        return
    if all(read_gap(gap).glue in {" ", "-"} for gap in gaps[1:-1]) and all(
        kind(word[0]) is Kind.LETTER for word in words.raw
    ):
        yield joined
