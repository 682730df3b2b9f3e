"""What the wording around two brands leans to, by weights learnt from sentences of our own (wording.toml).

Rules say why; where they hear nothing, or hear two brands wrongly apart, many small hints mostly know better
(see beside.py).
"""

from __future__ import annotations

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

_TELLING = 0.2  # what a token weighs at least that is given as one
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


class Words(dict[tuple[str, str], Sequence[float] | None]):
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


class Weights(NamedTuple):
    """Learnt weights: of words, of what is plain from the start, and of what is known of a text, by label."""

    words: Words
    bias: float
    weigh: Mapping[str, Sequence[float]]


@cache
def learnt() -> Weights:
    """The weights of wording.toml."""
    document = tomllib.loads((files(__package__) / "wording.toml").read_text("utf-8"))
    found = defaultdict[str, list[float]](lambda: [0.0] * len(TABLES))
    for column, name in enumerate(TABLES):
        for weight, many in document[name].items():
            for words in many.split():
                found[words][column] = float(weight)
    return Weights(Words(found), document["bias"], document["weigh"])


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


def leans(
    spaced: Sequence[str], own: Ranges, other: Ranges, *, alike: bool, weights: Weights | None = None
) -> tuple[Lean, Lean]:
    """What a text's folded tokens say, by their wording, of a brand and of others, whose clauses are given."""
    words, bias, _ = weights or learnt()
    hits: tuple[list[Sequence[float]], ...] = ([], [], [], [])
    for before, token, side, _ in told(spaced, own, other):
        if weight := words[before, token]:
            hits[side].append(weight)
    lean = [sum([weight[0] for weight in of]) if of else 0.0 for of in hits]
    near = [sum([weight[2] for weight in of]) if of else 0.0 for of in hits]
    plain = bias + near[3] + sum([weight[1] for of in hits for weight in of])
    _, one, two, both = lean
    return Lean(one, two, both, plain + near[1], alike), Lean(two, one, both, plain + near[2], alike)


def telling(spaced: Sequence[str], own: Ranges, other: Ranges, label: str, *, opposite: bool = False) -> list[int]:
    """The tokens, by number, whose wording says most for a label of the brand whose clauses are at `own`.

    Those of others' clauses, which say the `opposite`, only where that is asked for.
    """
    words = learnt().words
    way = {"negative": -1.0, "positive": 1.0}.get(label, 0.0)
    said: list[tuple[float, int]] = []
    for before, token, side, place in told(spaced, own, other):
        if (not way or (side == 2) is opposite) and (weight := words[before, token]):
            lean = (0.0, weight[0], -weight[0], weight[0])[side]
            said.append((lean * way if way else weight[1] + weight[2] * (side & 1), place))
    said.sort(reverse=True)
    return [place for strength, place in said[:_SHOWN] if strength >= _TELLING]
