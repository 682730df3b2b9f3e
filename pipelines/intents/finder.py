"""All patterns at once against one line: an Aho-Corasick automaton over words that must occur, then a closer look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import ahocorasick

from pipelines.intents.line import Line
from pipelines.intents.patterns import Chains, Pattern

_MOST_PLACES = 64  # of one key in one text

Closer = tuple[tuple[int, Pattern], ...]
Span = tuple[int, int]  # in a line's text: from the space before the first word to the space after the last


class Finder:
    """Looks for the patterns of many keys at once; `find` gives where those that occur stand.

    Keys below 0 hold what only matters where the key ~key was found.
    """

    __slots__ = ("_automaton", "_owners")

    def __init__(self, patterns: Mapping[int, Iterable[Pattern]]) -> None:
        literal: defaultdict[str, list[int]] = defaultdict(list)
        closer: defaultdict[str, list[tuple[int, Pattern]]] = defaultdict(list)
        for key, several in patterns.items():
            for pattern in several:
                for anchor in pattern.anchors:
                    if not pattern.exact:
                        literal[anchor].append(key)
                    else:
                        closer[anchor].append((key, pattern))
        self._owners = []
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        for rank, anchor in enumerate(dict.fromkeys((*literal, *closer))):
            self._automaton.add_word(anchor, rank)
            whole = anchor[0] == anchor[-1] == " "
            self._owners.append((anchor, whole, tuple(dict.fromkeys(literal[anchor])), tuple(closer[anchor])))
        if self._owners:
            self._automaton.make_automaton()

    def find(self, line: Line) -> dict[int, list[Span]]:
        """The keys that have a pattern in this line, with the spans of what was found, in no order."""
        found: dict[int, list[Span]] = {}
        if not self._owners:
            return found
        text, owners = line.text, self._owners
        places: list[tuple[int, Closer]] = []
        for last, rank in self._automaton.iter(text):
            anchor, whole, literal, closer = owners[rank]
            if literal:
                span = (last + 1 - len(anchor), last) if whole else _whole(text, anchor, last)
                for key in literal:
                    known = found.get(key)
                    if known is None:
                        found[key] = [span]
                    elif len(known) < _MOST_PLACES:
                        known.append(span)
            if closer:
                places.append((last, closer))
        if places:
            _look_closer(line, places, found)
        return found


def _look_closer(line: Line, places: list[tuple[int, Closer]], found: dict[int, list[Span]]) -> None:
    """Add what patterns find that need more than their anchor; vetoes last, and only those that matter."""
    present = set(line.text.split())
    sentences: dict[int, tuple[list[str], set[int]]] = {}  # by their start: the words, and what was asked of them
    vetoes: list[tuple[int, Pattern, int]] = []
    for last, closer in places:
        for key, pattern in closer:
            if key < 0:
                vetoes.append((key, pattern, last))
                continue
            for need in pattern.needs:
                if need.isdisjoint(present):
                    break
            else:
                _ask(line, key, pattern, last, sentences, found)
    for key, pattern, last in vetoes:
        if ~key in found:
            for need in pattern.needs:
                if need.isdisjoint(present):
                    break
            else:
                _ask(line, key, pattern, last, sentences, found)


def _ask(
    line: Line, key: int, pattern: Pattern, last: int, sentences: dict[int, tuple[list[str], set[int]]],
    found: dict[int, list[Span]],
) -> None:  # fmt: skip
    begin, end, _ = line.sentence(last - 1)
    if begin not in sentences:
        sentences[begin] = line.text[begin:end].split(), set()
    words, asked = sentences[begin]
    if id(pattern) in asked:
        return
    asked.add(id(pattern))
    if pattern.never and _any(pattern.never, words):
        return
    if pattern.also and not all(_any((each,), words) for each in pattern.also):
        return
    for chain in pattern.exact:
        for first, until in chain.places(words)[:_MOST_PLACES]:
            known = found.setdefault(key, [])
            if len(known) < _MOST_PLACES:
                start = begin + first + len("".join(words[:first]))
                known.append((start, start + until - first + len("".join(words[first:until]))))


def _any(several: Iterable[Chains], words: list[str]) -> bool:
    return any(chain.places(words) for chains in several for chain in chains)


def _whole(text: str, anchor: str, last: int) -> Span:
    """The span of whole words around what a wildcard left of them."""
    start = last + 1 - len(anchor)
    if anchor[0] != " ":
        start = text.rindex(" ", 0, start + 1)
    return start, last if anchor[-1] == " " else text.index(" ", last)
