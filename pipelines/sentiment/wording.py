"""What the wording around two brands leans to, by weights learnt from sentences of our own (wording.toml).

Rules say why; where they hear nothing, or hear two brands wrongly apart, many small hints mostly know better.
"""

from __future__ import annotations

import math
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from pipelines.sentiment.relations import OTHER, OWN

NAME = "X"  # any brand's name
TABLES = ("leans", "plain", "plain_own")  # of wording.toml
Ranges = Sequence[tuple[int, int]]  # of tokens that speak of a brand: the first, and the one after the last

_MOST = 4.0  # what rules count at most
_CERTAIN = 3.0  # what rules hear that is never plain
_LEAST = 0.3  # what is felt at least, where anything is
_TELLING = 0.3  # what a token weighs at least that is given as one
_MOST_KEPT = 50_000  # tokens with what is before them
_NAMES = (OWN, OTHER)
_NAMED = (f"{OWN} ", f"{OTHER} ")
_SHARED = bytes.maketrans(b"\0\1", b"\2\3")  # whose tokens are that others speak of, too
_BEFORE, _AFTER = 15, 30  # tokens before the first name and behind the last one that are read
_SHOWN = 3  # tokens that are given as reasons


class Lean(NamedTuple):
    """What the wording says of a brand, and how plain it is, in natural logarithms of odds."""

    own: float  # of its own clauses
    other: float  # of the clauses of others
    shared: float  # of clauses that speak of both
    plain: float  # that nothing is felt toward it
    alike: bool  # the same is said of two
    places: Sequence[int]  # the tokens that say most, by number


class _Words(dict[tuple[str, str], Sequence[float] | None]):
    """What a token says, with what is before it; None: nothing. Fills itself as they are met, starts anew when full.

    That is which way it leans, how plain all is with it, and how plain what is near.
    """

    def __init__(self, learnt: Mapping[str, Sequence[float]]) -> None:
        super().__init__()
        self._learnt = learnt

    def __missing__(self, tokens: tuple[str, str]) -> Sequence[float] | None:
        known = [self._learnt[words] for words in words_of(*tokens) if words in self._learnt]
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[tokens] = found = tuple(map(sum, zip(*known, strict=True))) or None
        return found


class _Weights(NamedTuple):
    """Learnt weights, and what each sum counts."""

    words: _Words
    bias: float
    weigh: Mapping[str, float]


@cache
def _weights() -> _Weights:
    document = tomllib.loads((files(__package__) / "wording.toml").read_text("utf-8"))
    found = defaultdict[str, list[float]](lambda: [0.0] * len(TABLES))
    for column, name in enumerate(TABLES):
        for weight, many in document[name].items():
            for words in many.split():
                found[words][column] = float(weight)
    return _Weights(_Words(found), document["bias"], document["weigh"])


def told(spaced: Sequence[str], own: Ranges, other: Ranges) -> Iterator[tuple[str, str, int, int]]:
    """The folded tokens of a text that are words: what is before each, itself, whose it is, and its number.

    It is nobody's: 0, of the brand whose clauses are at `own`: 1, of the others: 2, or of both: 3. What is before is
    "" where it is somebody else's. Words far from any name tell nothing of it.
    """
    sides = bytearray(len(spaced))
    for first, after in own:
        sides[first:after] = b"\1" * (min(after, len(sides)) - first)
    for first, after in other:
        sides[first:after] = sides[first:after].translate(_SHARED)
    names = [place for place, text in enumerate(spaced) if text[:2] in _NAMED]
    begin = max(names[0] - _BEFORE, 0) if names else 0
    before, whose = "", 0
    for place, text in enumerate(spaced[begin : names[-1] + _AFTER if names else None], begin):
        if text:
            side = sides[place]
            yield before if side == whose else "", text, side, place
            before, whose = text, side


def words_of(before: str, token: str) -> Iterator[str]:
    """Each word but names of a folded token, and each two in a row as a_b."""
    last = before.rsplit(maxsplit=1)[-1].rstrip() if before else ""
    for word in token.split():
        if word in _NAMES:
            word = NAME  # noqa: PLW2901
        else:
            yield word
        if last:
            yield f"{NAME if last in _NAMES else last}_{word}"
        last = word


def leans(spaced: Sequence[str], own: Ranges, other: Ranges, *, alike: bool) -> tuple[Lean, Lean]:
    """What a text's folded tokens say, by their wording, of a brand and of others, whose clauses are given."""
    words, bias, _ = _weights()
    hits: tuple[list[tuple[Sequence[float], int]], ...] = ([], [], [], [])
    for before, token, side, place in told(spaced, own, other):
        if weight := words[before, token]:
            hits[side].append((weight, place))
    lean = [sum([weight[0] for weight, _ in of]) if of else 0.0 for of in hits]
    near = [sum([weight[2] for weight, _ in of]) if of else 0.0 for of in hits]
    plain = bias + near[3] + sum([weight[1] for of in hits for weight, _ in of])
    way = math.copysign(1, lean[1] + lean[3] - lean[2])
    ways = ((hits[1], way), (hits[2], -way), (hits[3], way))
    said = [(weight[0] * sign, place) for of, sign in ways for weight, place in of]
    best = sorted([one for one in said if one[0] >= _TELLING], reverse=True)[:_SHOWN]
    shown = [place for _, place in best or sorted(said)[-1:]]
    return (
        Lean(lean[1], lean[2], lean[3], plain + near[1], alike, shown),
        Lean(lean[2], lean[1], lean[3], plain + near[2], alike, shown),
    )


def weighed(lean: Lean, heard: float, *, aside: bool) -> float | None:
    """What a text feels like toward a brand, as a sum of valences: by what rules `heard` and by its wording.

    None where it is plainer than that, as it mostly is of one that is only named `aside`.
    """
    by = _weights().weigh
    total = by["rules"] * max(-_MOST, min(_MOST, heard)) + by["own"] * lean.own + by["other"] * lean.other
    total += by["shared"] * lean.shared + (by["alike"] * lean.other if lean.alike else 0.0)
    plain = by["start"] + by["plain"] * lean.plain
    plain += (0.0 if heard else by["unheard"]) - (by["felt"] if lean.alike else 0.0) + (by["aside"] if aside else 0.0)
    if plain > abs(total) and (aside or abs(heard) < _CERTAIN):
        return None
    return math.copysign(max(abs(total), _LEAST), total)
