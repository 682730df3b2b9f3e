"""Needles: many strings looked for at once, in one pass over a text, however many they are."""

from __future__ import annotations

from collections.abc import Sequence

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, MatchKind

_FEW = 200  # keys; up to here a gate is quicker than the pass it may save

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
    """Keys to look for in lines (see line.py); pickles, and may be shared between threads."""

    __slots__ = ("_automaton", "_gate", "_keys")

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)
        self._automaton = BytesAhoCorasick(self._keys)
        # The automaton walks from letter to letter. Of few needles any one, not each, is sought many letters at a time,
        # but only where their beginnings differ: without the space.
        starts = sorted({key.lstrip() for key in self._keys}) if len(self._keys) <= _FEW else []
        self._gate = BytesAhoCorasick(starts, MatchKind.LeftmostFirst) if starts else None

    def __reduce__(self) -> tuple[type[Keys], tuple[Sequence[bytes]]]:
        return type(self), (self._keys,)

    def find(self, line: bytes) -> list[Place]:
        """Every place of each of them, overlapping ones too, by their ends."""
        if self._gate is not None and not self._gate.find_matches_as_indexes(line):
            return []
        return self._automaton.find_matches_as_indexes(line, True)
