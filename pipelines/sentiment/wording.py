"""What the wording around two brands leans to, by weights learnt from sentences of our own (wording.toml).

Rules say why; where they hear nothing, or hear two brands wrongly apart, many small hints mostly know better.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from pipelines.sentiment.relations import OTHER, OWN

NAME = "X"  # any brand's name, beside another word
Ranges = Sequence[tuple[int, int]]  # of tokens that speak of a brand: the first, and the one after the last

_MOST = 4.0  # what rules count at most
_LEAST = 0.3  # what is felt at least, where anything is
_TELLING = 0.3  # what a token weighs at least that is given as one
_SHOWN = 3  # tokens that are given as reasons


class Lean(NamedTuple):
    """What the wording says of a brand, and how plain it is, in natural logarithms of odds."""

    own: float  # of its own clauses
    other: float  # of the clauses of others
    shared: float  # of clauses that speak of both
    plain: float  # that nothing is felt toward it
    alike: bool  # the same is said of two
    places: Sequence[int]  # the tokens that say most, by number


class _Weights(NamedTuple):
    """Learnt weights by words and by two words in a row, and what each sum counts."""

    leans: Mapping[str, float]
    plain: Mapping[str, float]
    plain_own: Mapping[str, float]
    bias: float
    weigh: Mapping[str, float]


@cache
def _weights() -> _Weights:
    document = tomllib.loads((files(__package__) / "wording.toml").read_text("utf-8"))
    tables = [
        {words.replace("_", " "): float(weight) for weight, many in document[name].items() for words in many.split()}
        for name in ("leans", "plain", "plain_own")
    ]
    return _Weights(*tables, document["bias"], document["weigh"])  # type: ignore[arg-type]


def told(spaced: Sequence[str], own: Ranges, other: Ranges) -> Iterator[tuple[str, int, int]]:
    """Each word, and each two in a row, of a text's folded tokens: whose it is, and by which token.

    It is nobody's: 0, of the brand whose clauses are at `own`: 1, of the others: 2, or of both: 3.
    """
    sides = [0] * len(spaced)
    for side, ranges in ((1, own), (2, other)):
        for first, after in ranges:
            for place in range(first, min(after, len(sides))):
                sides[place] |= side
    before, whose = "", -1
    for place, (text, side) in enumerate(zip(spaced, sides, strict=True)):
        for word in text.split():
            named = word in (OWN, OTHER)
            if not named:
                yield word, side, place
            now = NAME if named else word
            if side == whose:
                yield f"{before} {now}", side, place
            before, whose = now, side


def leans(spaced: Sequence[str], own: Ranges, other: Ranges, *, alike: bool) -> tuple[Lean, Lean]:
    """What a text's folded tokens say, by their wording, of a brand and of others, whose clauses are given."""
    weights = _weights()
    sums, mine, plain = [0.0] * 4, [0.0] * 4, weights.bias
    said: dict[int, float] = {}
    lean, all_plain, own_plain = weights.leans.get, weights.plain.get, weights.plain_own.get
    for text, side, place in told(spaced, own, other):
        plain += all_plain(text, 0.0)
        if side:
            mine[side] += own_plain(text, 0.0)
            if weight := lean(text):
                sums[side] += weight
                said[place] = said.get(place, 0.0) + (-weight if side == 2 else weight)  # noqa: PLR2004
    found = [
        Lean(sums[one], sums[two], sums[3], plain + mine[one] + mine[3], alike, _strongest(said))
        for one, two, sign in ((1, 2, 1), (2, 1, -1))
    ]
    return found[0], found[1]


def _strongest(said: Mapping[int, float]) -> Sequence[int]:
    """The tokens that speak most for what all together say."""
    total = sum(said.values())
    best = sorted(said, key=lambda place: said[place] * total, reverse=True)[:_SHOWN]
    return [place for place in best if abs(said[place]) >= _TELLING] or best[:1]


def weighed(lean: Lean, heard: float, *, aside: bool) -> float | None:
    """What a text feels like toward a brand, as a sum of valences: by what rules `heard` and by its wording.

    None where it is plainer than that, as it mostly is of one that is only named `aside`.
    """
    by = _weights().weigh
    total = by["rules"] * max(-_MOST, min(_MOST, heard)) + by["own"] * lean.own + by["other"] * lean.other
    total += by["shared"] * lean.shared + (by["alike"] * lean.other if lean.alike else 0.0)
    plain = by["start"] + by["plain"] * lean.plain
    plain += (0.0 if heard else by["unheard"]) - (by["felt"] if lean.alike else 0.0) + (by["aside"] if aside else 0.0)
    return None if plain > abs(total) else math.copysign(max(abs(total), _LEAST), total)
