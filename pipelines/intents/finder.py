"""All patterns at once against one line: an Aho-Corasick automaton over words that must occur, then a closer look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from listening.query.needles import Needles
from pipelines.intents.patterns import Chains, Pattern
from pipelines.line import Line

_MOST_PLACES = 64  # of one key in one text

Span = tuple[int, int]  # in a line's text: from the space before the first word to the space after the last
Closer = tuple[tuple[int, Pattern], ...]  # what else to look for, by its key


class _Owner(NamedTuple):
    """Whose an anchor is."""

    anchor: str
    size: int  # of the anchor; 0 where it is cut by a wildcard
    literal: tuple[int, ...]  # the keys for which it is all that is wanted
    closer: Closer
    vetoes: Closer


class Finder:
    """Looks for the patterns of many keys at once; `find` gives where those that occur stand.

    Keys below 0 hold what only matters where the key ~key was found.
    """

    __slots__ = ("_needles", "_owners")

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
        self._owners: list[_Owner] = []
        for anchor in dict.fromkeys((*literal, *closer)):
            whole = anchor[0] == anchor[-1] == " "
            looks = [one for one in closer[anchor] if one[0] >= 0]
            vetoes = [one for one in closer[anchor] if one[0] < 0]
            keys = tuple(dict.fromkeys(literal[anchor]))
            self._owners.append(_Owner(anchor, len(anchor) * whole, keys, tuple(looks), tuple(vetoes)))
        self._needles = Needles([owner.anchor for owner in self._owners])

    def find(self, line: Line) -> dict[int, list[Span]]:
        """The keys that have a pattern in this line, with the spans of what was found, in no order."""
        found: dict[int, list[Span]] = {}
        text, owners = line.text, self._owners
        places: list[tuple[int, Closer]] = []
        vetoes: list[tuple[int, Closer]] = []
        for rank, _, end in self._needles.find(text):
            anchor, size, literal, closer, against = owners[rank]
            last = end - 1
            if literal:
                span = (last + 1 - size, last) if size else _whole(text, anchor, last)
                for key in literal:
                    if key not in found:
                        found[key] = [span]
                    elif len(found[key]) < _MOST_PLACES:
                        found[key].append(span)
            if closer:
                places.append((last, closer))
            if against:
                vetoes.append((last, against))
        if places or vetoes:
            _look_closer(line, places, vetoes, found)
        return found


def _look_closer(
    line: Line, places: list[tuple[int, Closer]], vetoes: list[tuple[int, Closer]], found: dict[int, list[Span]]
) -> None:
    """Add what patterns find that need more than their anchor; vetoes last, and only those that matter."""
    present = set(line.words)
    sentences: dict[int, _Sentence] = {}  # by their start
    for last, closer in places:
        for key, pattern in closer:
            for need in pattern.needs:
                if need.isdisjoint(present):
                    break
            else:
                _ask(line, key, pattern, last, sentences, found)
    for last, closer in vetoes:
        for key, pattern in closer:
            if ~key in found:
                for need in pattern.needs:
                    if need.isdisjoint(present):
                        break
                else:
                    _ask(line, key, pattern, last, sentences, found)


class _Sentence:
    """The words of a sentence, and what was asked of them."""

    __slots__ = ("asked", "present", "words")

    def __init__(self, text: str) -> None:
        self.words = text.split()
        self.present, self.asked = set(self.words), set[int]()


def _ask(
    line: Line, key: int, pattern: Pattern, last: int, sentences: dict[int, _Sentence],
    found: dict[int, list[Span]],
) -> None:  # fmt: skip
    begin, end, _ = line.sentence(last - 1)
    sentence = sentences.get(begin)
    if sentence is None:
        sentence = sentences[begin] = _Sentence(line.text[begin:end])
    if id(pattern) in sentence.asked:
        return
    sentence.asked.add(id(pattern))
    words, present = sentence.words, sentence.present
    if any(map(present.isdisjoint, pattern.needs)):
        return
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
