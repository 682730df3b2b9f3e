"""Rules from a readable file: phrases and what they feel like, all looked for at once in a text's line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

import ahocorasick

_MOST_HEADS = 600  # literal beginnings that a phrase may have in the automaton; its rest is looked at where one stands
_GAPS = {"..": r"(?:(?![.!?AB] )[^ ]+ ){0,4}?", "...": r"(?:(?![.!?AB] )[^ ]+ ){0,10}?"}
_ELEMENT = re.compile(r"\((?:[^()]|\([^()]*\))*\)|[^\s()]+")
_CHOICE = re.compile(r"(?:[^|()]|\([^()]*\))*\|")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a phrase tells: how it feels, from -4 to 4, or something else, by `mark`."""

    name: str
    valence: float = 0.0
    mark: str = ""


Hit = tuple[int, int, Rule]  # where a phrase starts and ends in a line's text
Entries = Iterable[tuple[str, Rule]]  # phrases as rules.toml writes them


class Rules:
    """All rules' phrases in one automaton; safe to pickle and to share between threads.

    Raises ValueError for a phrase that does not begin with a word.
    """

    def __init__(self, entries: Entries, lists: Mapping[str, str] | None = None) -> None:
        self._source = (tuple(entries), dict(lists or {}))
        self._owners: list[list[tuple[int, re.Pattern[str] | None, Rule]]] = []
        numbers: dict[str, int] = {}
        for phrase, rule in self._source[0]:
            heads, tail = _compiled(phrase, self._source[1])
            for head in heads:
                number = numbers.setdefault(f" {head} ", len(numbers))
                if number == len(self._owners):
                    self._owners.append([])
                self._owners[number].append((len(head), tail, rule))
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        for text, number in numbers.items():
            self._automaton.add_word(text, number)
        if numbers:
            self._automaton.make_automaton()

    def __reduce__(self) -> tuple[type[Rules], tuple[Sequence[tuple[str, Rule]], Mapping[str, str]]]:
        return type(self), self._source

    def __bool__(self) -> bool:
        return bool(self._owners)

    def find(self, text: str) -> list[Hit]:
        """Where phrases stand in a line's text, by their ends."""
        found: list[Hit] = []
        if not self._owners:
            return found
        for last, number in self._automaton.iter(text):
            for length, tail, rule in self._owners[number]:
                if tail is None:
                    found.append((last - length, last, rule))
                elif match := tail.match(text, last + 1):
                    found.append((last - length, match.end() - 1, rule))
        return found


def entries(document: Mapping[str, Any]) -> Iterator[tuple[str, Rule]]:
    """The phrases of a parsed rules file, with their rules."""
    for table in document["rule"]:
        rule = Rule(table["name"], float(table.get("valence", 0)), table.get("mark", ""))
        for phrase in table["phrases"]:
            yield phrase, rule


@cache
def customers_rules() -> Rules:
    """Those of rules.toml."""
    document = tomllib.loads((files(__package__) / "rules.toml").read_text("utf-8"))
    return Rules(entries(document), document["lists"])


def _compiled(phrase: str, lists: Mapping[str, str]) -> tuple[set[str], re.Pattern[str] | None]:
    """The literal beginnings of a phrase, and an expression for what follows them."""
    for name in re.findall(r"<(\w+)>", phrase):
        phrase = phrase.replace(f"<{name}>", f"({lists[name]})")
    elements = [_forms(element) for element in _ELEMENT.findall(phrase)]
    count, upto = 1, 0
    while upto < len(elements) and elements[upto][0] not in _GAPS:
        if upto and count * len(elements[upto]) > _MOST_HEADS:
            break
        count *= len(elements[upto])
        upto += 1
    heads = {" ".join(filter(None, form)) for form in product(*elements[:upto])}
    if not heads or "" in heads:
        raise ValueError(f"{phrase!r} does not begin with a word")
    tail = "".join(map(_expression, elements[upto:]))
    return heads, re.compile(tail) if tail else None


def _forms(element: str) -> list[str]:
    """What one element of a phrase stands for: choices inside choices are taken apart."""
    if element[0] != "(":
        return [element]
    forms: list[str] = []
    for choice in _CHOICE.findall(element[1:-1] + "|"):
        parts = [_forms(part) for part in _ELEMENT.findall(choice[:-1])]
        forms += [" ".join(filter(None, form)) for form in product(*parts)]
    return list(dict.fromkeys(forms))


def _expression(forms: list[str]) -> str:
    if forms[0] in _GAPS:
        return _GAPS[forms[0]]
    words = "|".join(map(re.escape, sorted(filter(None, forms), key=len, reverse=True)))
    return f"(?:(?:{words}) )?" if "" in forms else f"(?:{words}) "
