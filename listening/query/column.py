"""A column of strings that says where some strings stand in it: bit i of an integer stands for its i-th string."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set

_SHORT = 512  # strings; a column up to here is searched through each time
_FEW = 4  # searches through a longer one; for more of them an index of all its strings pays
_RARE = 64  # places; the bits of a string that stands in more of them are worth remembering
_ROOM = 64_000_000  # bytes of remembered bits
_DIGITS = bytes(49 if flag else 48 for flag in range(256))


class Column:
    """A column, made once and asked often: a question costs a scan at first, then little more than its answer."""

    __slots__ = ("_index", "_known", "_room", "_scans", "distinct", "strings")

    def __init__(self, strings: Sequence[str]) -> None:
        self.strings = strings
        self.distinct = set(strings)
        self._scans = 0
        self._index: dict[str, list[int]] | None = None
        self._known: dict[str, int] = {}
        self._room = _ROOM

    def where(self, wanted: Set[str]) -> int:
        """The places of any of these strings, as bits."""
        present = self.distinct & wanted
        if not present:
            return 0
        bits = 0
        for string in present & self._known.keys():
            bits |= self._known[string]
            present.discard(string)
        return bits | self._scanned(present) if present else bits

    def _scanned(self, present: Set[str]) -> int:
        self._scans += 1
        if len(self.strings) <= _SHORT or self._scans <= _FEW:
            bits = _bits(bytes(map(present.__contains__, self.strings)))
            if len(present) == 1:
                self._remember(next(iter(present)), bits)
            return bits
        if self._index is None:
            self._index = _index(self.strings)
        bits = 0
        rare: list[int] = []
        for string in present:
            places = self._index[string]
            if len(places) > _RARE:
                bits |= self._frequent(string, places)
            else:
                rare += places
        return bits | (self._set(rare) if len(rare) > _RARE else sum(1 << place for place in rare))

    def _frequent(self, string: str, places: list[int]) -> int:
        bits = self._set(places)
        self._remember(string, bits)
        return bits

    def _remember(self, string: str, bits: int) -> None:
        self._room -= len(self.strings) >> 3
        if self._room > 0:
            self._known[string] = bits

    def _set(self, places: list[int]) -> int:
        flags = bytearray(len(self.strings))
        for place in places:
            flags[place] = 1
        return _bits(flags)


def _bits(flags: bytes | bytearray) -> int:
    return int(flags.translate(_DIGITS)[::-1], 2)


def _index(strings: Iterable[str]) -> dict[str, list[int]]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, string in enumerate(strings):
        places[string].append(place)
    return places
