"""Which sides of a brand a text names, such as price or delivery, and how it feels about each."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Container, Mapping, Sequence
from functools import cache
from importlib.resources import files

from listening.config import Brand, Config
from listening.errors import ConfigError, Problem
from listening.post import Aspect, Label
from listening.query.words import spaceless
from pipelines.intents.finder import Finder, Span
from pipelines.intents.patterns import phrase
from pipelines.line import Line

_DEFAULTS = "..."  # in a brand's list: the words that come along
_SHOWN = 5  # words that are kept as evidence
_ENDS = "!?\n"
_TURNS = frozenset("but however although though while whereas except yet".split())
_JOINS = frozenset("and plus with so".split())
_WIDE, _NARROW = (tuple(sorted(f" {word} " for word in words)) for words in (_TURNS, _JOINS))

Feeling = Callable[[int, int], tuple[float, Label]]


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
                        index: [p for text in texts for p in phrase(_inside(text), {})]
                        for index, texts in enumerate(lists.values())
                    }
                )
            self._brands[name] = tuple(lists), finder

    def __reduce__(self) -> tuple[type[Aspects], tuple[list[Brand]]]:
        return type(self), ([Brand(name=name, aspects=lists) for name, lists in self._lists.items()],)

    def find(self, brand: str, line: Line, feeling: Feeling | None) -> tuple[Aspect, ...]:
        """The aspects that a text names, in their order.

        `feeling` tells what the text says between two of its characters; None: that cannot be told.
        """
        names, finder = self._brands[brand]
        found = finder.find(line)
        if not found:
            return ()
        places = {names[index]: [line.span(*span) for span in sorted(spans)] for index, spans in sorted(found.items())}
        return tuple([_aspect(name, spans, line, places, feeling) for name, spans in places.items()])


def _inside(text: str) -> str:
    """A phrase as it is looked for: in scripts without spaces inside of what is written together."""
    return f"*{text.strip('*')}*" if spaceless(text) else text


def lists_of(own: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The words of each aspect of a brand; an empty list leaves an aspect out."""
    known = _packaged()
    lists = {name: list(phrases) for name, phrases in known.items() if name not in own}
    for name, phrases in own.items():
        lists[name] = [
            each for phrase in phrases for each in (known.get(name, ()) if phrase == _DEFAULTS else (phrase,))
        ]
    return {name: phrases for name, phrases in lists.items() if phrases}


def check(config: Config) -> None:
    """Raise ConfigError for what brands ask of aspects that come along where there is none of that name."""
    known, file = _packaged(), str(config.folder / "brands.toml")
    problems = [
        Problem(file, 0, f'brand "{brand.name}", key "aspects"', f'"{name}" is no aspect that comes along.', remedy)
        for brand in config.brands for name, phrases in brand.aspects.items()
        if name not in known and (remedy := _remedy(name, phrases, known))
    ]  # fmt: skip
    if problems:
        raise ConfigError(problems)


def _remedy(name: str, phrases: Sequence[str], known: Container[str]) -> str:
    if name.strip().lower() in known:
        return f'Write "{name.strip().lower()}", or there are two of them.'
    if not phrases or _DEFAULTS in phrases:
        return f"There are: {', '.join(_packaged())}."
    return ""


@cache
def _packaged() -> Mapping[str, Sequence[str]]:
    return tomllib.loads(files("pipelines").joinpath("aspects.toml").read_text(encoding="utf-8"))


def _aspect(
    name: str, spans: Sequence[Span], line: Line, places: Mapping[str, Sequence[Span]], feeling: Feeling | None
) -> Aspect:  # fmt: skip
    text = line.written_text
    words = tuple(dict.fromkeys([" ".join(text[start:end].split()) for start, end in spans]))[:_SHOWN]
    if feeling is None:
        return Aspect(name, words=words)
    others = [start for other, several in places.items() if other != name for start, _ in several]
    if len(spans) == 1:
        score, label = feeling(*_clause(line, spans[0], others))
    else:
        clauses = dict.fromkeys([_clause(line, span, others) for span in spans[:_SHOWN]])
        score, label = max([feeling(*clause) for clause in clauses], key=_strength)
    return Aspect(name, score, label, words)


def _strength(told: tuple[float, Label]) -> float:
    return abs(told[0])


def _clause(line: Line, span: Span, others: Sequence[int]) -> Span:
    """The clause around a word; one that names other aspects, too, is parted at commas and the like."""
    folded = line.folded
    start, end = _sentence(folded, span)
    words = folded[start:end].split()
    if not _TURNS.isdisjoint(words):
        start, end = _around(folded, _WIDE, span, (start, end))
    if others and any(start <= other < end for other in others):
        if not _JOINS.isdisjoint(words):
            start, end = _around(folded, _NARROW, span, (start, end))
        start, end = _around(line.written_text, (",", ";", ":"), span, (start, end))
    return start, end


def _sentence(text: str, span: Span) -> Span:
    """The sentence around a word, from behind the end of the one before to its own end."""
    start, end = _around(text, (". ",), span, (0, len(text)))
    for border in _ENDS:
        if border in text:
            start, end = _around(text, border, span, (start, end))
    return start, end


def _around(text: str, borders: Sequence[str], span: Span, within: Span) -> Span:
    """What lies between the nearest borders before and after a word."""
    start, end = within
    for border in borders:
        before = text.rfind(border, start, span[0] + 1)
        if before >= 0:
            start = before + len(border) - (border[0] == " ")
        after = text.find(border, span[1] - 1, end)
        if after >= 0:
            end = after + (border[0] != " ")
    return start, end
