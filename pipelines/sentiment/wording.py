"""What the wording around two brands leans to, by weights learnt from sentences of our own (wording.toml).

Rules say why; where they hear nothing, or hear two brands wrongly apart, many small hints mostly know better.
"""

from __future__ import annotations

import math
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from heapq import nlargest
from importlib.resources import files
from typing import NamedTuple, cast

from pipelines.sentiment.relations import OTHER, OWN

NAME = "X"  # any brand's name
TABLES = ("leans", "plain", "plain_own")  # of wording.toml
Ranges = Sequence[tuple[int, int]]  # of tokens that speak of a brand: the first, and the one after the last

_MOST = 4.0  # what rules count at most
_CERTAIN = 3.0  # what rules hear that is never plain
_LEAST = 0.3  # what is felt at least, where anything is
_TELLING = 0.3  # what a token weighs at least that is given as one
_NOTHING = (0.0, 0.0, 0.0)
_NAMES = (OWN, OTHER)
_NAMED = (f"{OWN} ", f"{OTHER} ")
_BEFORE, _AFTER = 15, 30  # tokens before the first name and behind the last one that are read
_OTHERS = 2  # whose a token is that speaks of others
_SHOWN = 3  # tokens that are given as reasons


class Lean(NamedTuple):
    """What the wording says of a brand, and how plain it is, in natural logarithms of odds."""

    own: float  # of its own clauses
    other: float  # of the clauses of others
    shared: float  # of clauses that speak of both
    plain: float  # that nothing is felt toward it
    alike: bool  # the same is said of two
    places: Sequence[int]  # the tokens that say most, by number


Weight = tuple[float, float, float]  # which way words lean, how plain all is with them, and how plain what is near
_Table = Mapping[str, Mapping[str, Weight]]  # by the second of two words, and by the first; "": by one alone


class _Weights(NamedTuple):
    """Learnt weights, and what each sum counts."""

    words: _Table
    bias: float
    weigh: Mapping[str, float]


@cache
def _weights() -> _Weights:
    document = tomllib.loads((files(__package__) / "wording.toml").read_text("utf-8"))
    found = defaultdict[str, dict[str, list[float]]](dict)
    for column, name in enumerate(TABLES):
        for weight, many in document[name].items():
            for words in many.split():
                before, _, word = words.rpartition("_")
                found[word].setdefault(before, [0.0] * len(TABLES))[column] = float(weight)
    words = {word: {before: cast("Weight", tuple(of)) for before, of in ways.items()} for word, ways in found.items()}
    return _Weights(words, document["bias"], document["weigh"])


def told(spaced: Sequence[str], own: Ranges, other: Ranges) -> Iterator[tuple[str, str, int, int]]:
    """Each word of a text's folded tokens: the word before it, itself, whose it is, and by which token.

    It is nobody's: 0, of the brand whose clauses are at `own`: 1, of the others: 2, or of both: 3. The word before is
    "" where it is somebody else's. Words far from any name tell nothing of it.
    """
    sides = bytearray(len(spaced))
    for first, after in own:
        sides[first:after] = b"\1" * (min(after, len(sides)) - first)
    for first, after in other:
        for place in range(first, min(after, len(sides))):
            sides[place] |= 2
    names = [place for place, text in enumerate(spaced) if text[:2] in _NAMED]
    begin = max(names[0] - _BEFORE, 0) if names else 0
    before, whose = "", 0
    for place, text in enumerate(spaced[begin : names[-1] + _AFTER if names else None], begin):
        side = sides[place]
        for word in text.split():
            now = NAME if word in _NAMES else word
            yield before if side == whose else "", now, side, place
            before, whose = now, side


def leans(spaced: Sequence[str], own: Ranges, other: Ranges, *, alike: bool) -> tuple[Lean, Lean]:
    """What a text's folded tokens say, by their wording, of a brand and of others, whose clauses are given."""
    words, bias, _ = _weights()
    hits: tuple[list[Weight], ...] = ([], [], [], [])
    places: tuple[list[int], ...] = ([], [], [], [])
    for before, word, side, place in told(spaced, own, other):
        if (ways := words.get(word)) is None:
            continue
        if weight := ways.get(""):
            hits[side].append(weight)
            places[side].append(place)
        if before and (weight := ways.get(before)):
            hits[side].append(weight)
            places[side].append(place)
    (_, nobodys, _), mine, theirs, shared = [tuple(map(sum, zip(*of, strict=True))) or _NOTHING for of in hits]
    plain = bias + nobodys + mine[1] + theirs[1] + shared[1] + shared[2]
    said = [(weight[0], place) for weight, place in zip(hits[1] + hits[3], places[1] + places[3], strict=True)]
    said += [(-weight[0], place) for weight, place in zip(hits[_OTHERS], places[_OTHERS], strict=True)]
    shown = _strongest(said)
    return (
        Lean(mine[0], theirs[0], shared[0], plain + mine[2], alike, shown),
        Lean(theirs[0], mine[0], shared[0], plain + theirs[2], alike, shown),
    )


def _strongest(said: Sequence[tuple[float, int]]) -> Sequence[int]:
    """The tokens that speak most for what all together say."""
    way = math.copysign(1, sum([weight for weight, _ in said]))
    best = nlargest(_SHOWN, said, key=lambda one: one[0] * way)
    return list(dict.fromkeys(place for weight, place in best if abs(weight) >= _TELLING or weight == best[0][0]))


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
