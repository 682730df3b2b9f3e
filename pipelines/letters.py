"""How likely a text's runs of letters make each language, by weights learnt for those that are taken for each other.

The weights in letters.txt were learnt (`python -m tests.letters`) from the n-gram counts and half of the test sentences
of lingua by Peter M. Stahl (https://github.com/pemistahl/lingua-rs, Apache-2.0), from the sentences of Common Voice
(CC0) and from what tests hold for tuning: a naive Bayes over the runs of three letters and more that tell two
neighbours apart best, made better by logistic regression beside the model's guesses and typical words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ahocorasick_rs import AhoCorasick

STEP = 0.05  # what one sign more is worth
_WIDTH = 2  # bytes that one language has in a sum
_READ = 200  # characters: as four runs at most begin at each, and a sign is worth 63 steps at most, the sum fits


@dataclass(frozen=True, slots=True)
class _Table:
    codes: tuple[str, ...]
    first: int
    runs: AhoCorasick
    weights: dict[str, int]


def log_likelihoods(words: Iterable[str]) -> dict[str, float]:
    """The natural logarithm of how likely a text's lower-case words are in each known language, up to a constant.

    A few that the languages share tell nothing: what counts is how far apart they are.
    """
    table = _table()
    found = table.runs.find_matches_as_strings(spaced(words), overlapping=True)
    whole = sum(map(table.weights.__getitem__, found), table.first)
    sums = memoryview(whole.to_bytes(_WIDTH * len(table.codes), "little")).cast("H")
    return {code: STEP * each for code, each in zip(table.codes, sums, strict=True)}


def spaced(words: Iterable[str]) -> str:
    """The words as runs are sought in them: a space before and after each, and no more than is read."""
    return f" {' '.join(words)} ".replace("'", "")[:_READ]


@cache
def _table() -> _Table:
    text = (files(__package__) / "letters.txt").read_text(encoding="utf-8")
    head, *lines = [line for line in text.split("\n") if line and not line.startswith("# ")]
    runs, signs = zip(*[line.split("\t") for line in lines], strict=True)
    first, *weights = map(_packed, signs)
    known = [run.replace("_", " ") for run in runs[1:]]
    return _Table(tuple(head.split()), first, AhoCorasick(known), dict(zip(known, weights, strict=True)))


def _packed(signs: str) -> int:
    """All languages' weights side by side in one number: added up, they give every language's sum at once."""
    room = bytearray(_WIDTH * len(signs))
    room[::_WIDTH] = bytes(ord(sign) - ord("!") for sign in signs)
    return int.from_bytes(room, "little")
