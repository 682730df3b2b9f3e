"""Which sides of a brand a text names, such as price or delivery, and how it feels about each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from listening.config import Brand
from listening.post import Aspect, Label
from pipelines.intents.finder import Finder, phrase
from pipelines.intents.line import Line

_DEFAULTS = "..."  # in a brand's list: the words that come along
_SHOWN = 5  # words that are kept as evidence
_WIDE = re.compile(
    r"[.!?\u2026]+(?=\s|$)|[;\n]|\b(?:but|however|although|though|while|whereas|except|yet)\b", re.IGNORECASE
)
_NARROW = re.compile(r",|\b(?:and|plus|with|so)\b", re.IGNORECASE)

Score = Callable[[str], tuple[float, Label]]


class Aspects:
    """The aspects of each brand: those that come along, or what its `aspects` say. Safe to pickle.

    Raises ValueError for a phrase without a word.
    """

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._lists = {brand.name: lists_of(brand.aspects) for brand in brands}
        self._finders: dict[tuple[tuple[str, ...], ...], Finder] = {}
        self._brands: dict[str, tuple[tuple[str, ...], Finder]] = {}
        for name, lists in self._lists.items():
            key = tuple((aspect, *phrases) for aspect, phrases in lists.items())
            finder = self._finders.get(key)
            if finder is None:
                finder = self._finders[key] = Finder(
                    {
                        index: [p for text in texts for p in phrase(text, {})]
                        for index, texts in enumerate(lists.values())
                    }
                )
            self._brands[name] = tuple(lists), finder

    def __reduce__(self) -> tuple[type[Aspects], tuple[list[Brand]]]:
        return type(self), ([Brand(name=name, aspects=lists) for name, lists in self._lists.items()],)

    def find(self, brand: str, line: Line, score: Score | None) -> tuple[Aspect, ...]:
        """The aspects that a text names, in their order. `score` tells a clause's feeling; None: it cannot be told."""
        names, finder = self._brands[brand]
        found = finder.find(line)
        if not found:
            return ()
        places = {names[index]: [line.span(*span) for span in sorted(spans)] for index, spans in sorted(found.items())}
        return tuple(_aspect(name, spans, line.written_text, places, score) for name, spans in places.items())


def lists_of(own: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The words of each aspect of a brand; an empty list leaves an aspect out."""
    known = _packaged()
    lists = {name: list(phrases) for name, phrases in known.items() if name not in own}
    for name, phrases in own.items():
        lists[name] = [
            each for phrase in phrases for each in (known.get(name, ()) if phrase == _DEFAULTS else (phrase,))
        ]
    return {name: phrases for name, phrases in lists.items() if phrases}


@cache
def _packaged() -> Mapping[str, Sequence[str]]:
    return tomllib.loads(files("pipelines").joinpath("aspects.toml").read_text(encoding="utf-8"))


def _aspect(
    name: str, spans: Sequence[tuple[int, int]], text: str,
    places: Mapping[str, Sequence[tuple[int, int]]], score: Score | None,
) -> Aspect:  # fmt: skip
    words = tuple(dict.fromkeys(" ".join(text[start:end].split()) for start, end in spans))[:_SHOWN]
    if score is None:
        return Aspect(name, words=words)
    others = [start for other, several in places.items() if other != name for start, _ in several]
    feeling, label = score("\n".join(dict.fromkeys(_clause(text, span, others) for span in spans)))
    return Aspect(name, feeling, label, words)


def _clause(text: str, span: tuple[int, int], others: Sequence[int]) -> str:
    """The clause around a word; one that names other aspects, too, is parted at commas and the like."""
    start, end = _around(_WIDE, text, span, 0, len(text))
    if any(start <= other < end for other in others):
        start, end = _around(_NARROW, text, span, start, end)
    return text[start:end]


def _around(border: re.Pattern[str], text: str, span: tuple[int, int], start: int, end: int) -> tuple[int, int]:
    for match in border.finditer(text, start, end):
        if match.end() <= span[0]:
            start = match.end()
        elif match.start() >= span[1]:
            return start, match.end() if border is _WIDE and match[0][:1] in ".!?" else match.start()
    return start, end
