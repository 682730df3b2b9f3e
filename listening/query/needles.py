"""Needles: many strings looked for at once, in one pass over a text, however many they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, MatchKind

_FEW = 200  # keys; up to here a gate is quicker than the pass it may save
_LONG = 4000  # bytes of a line in which one that may be there often is not sought twice
_SPACE = ord(" ")

Place = tuple[int, int, int]  # which needle, and where it starts and ends


class Needles:
    """Strings to look for in texts; pickles, and may be shared between threads."""

    __slots__ = ("_automaton", "_needles")

    def __init__(self, needles: Sequence[str]) -> None:
        self._needles = tuple(needles)
        self._automaton = AhoCorasick(self._needles, store_patterns=False)

    def __reduce__(self) -> tuple[type[Needles], tuple[Sequence[str]]]:
        return type(self), (self._needles,)

    def __bool__(self) -> bool:
        return bool(self._needles)

    def find(self, text: str) -> list[Place]:
        """Every place of each of them, overlapping ones too, by their ends."""
        try:
            return self._automaton.find_matches_as_indexes(text, True)
        except UnicodeEncodeError:  # half a character, which no needle has
            return self._automaton.find_matches_as_indexes(text.encode("utf-8", "replace").decode(), True)


class Keys:
    """Keys to look for in lines (see line.py), each with a space before it; pickles, and may be shared.

    The automaton walks from letter to letter. Of few needles some, not each, are sought many letters at a time, but
    only where their beginnings differ: without that space.
    """

    __slots__ = ("_automaton", "_exact", "_gate", "_keys")

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)
        self._automaton = BytesAhoCorasick(self._keys)
        starts = [key[1:] for key in keys] if len(keys) <= _FEW else []
        self._gate = BytesAhoCorasick(starts, MatchKind.LeftmostFirst).find_matches_as_indexes if starts else None
        # In one word there is then one key at most, and none that begins before the word hides it.
        self._exact = not any(b" " in key[:-1] for key in starts) and not _nested(starts)

    def __reduce__(self) -> tuple[type[Keys], tuple[Sequence[bytes]]]:
        return type(self), (self._keys,)

    def find(self, line: bytes) -> list[Place]:
        """Every place of each of them, by their ends."""
        if self._gate is not None and (self._exact or len(line) < _LONG):
            found = self._gate(line)
            if not found:
                return found
            if self._exact:
                return [place for place in found if line[place[1] - 1] == _SPACE]
        return self._automaton.find_matches_as_indexes(line, True)


def _nested(starts: Sequence[bytes]) -> bool:
    """Whether one is the beginning of another."""
    return any(after.startswith(before) for before, after in pairwise(sorted(starts)))
