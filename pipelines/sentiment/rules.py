"""Rules from a readable file: phrases and what they feel like, all looked for at once in a text's line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import NamedTuple

from listening.query.needles import Needles

_MOST_HEADS = 600  # literal beginnings that a phrase may have in the automaton; its rest is looked at where one stands
_GAPS = {"..": 4, "...": 10}  # how many words each stands for at most
_LONGEST_GAP = 120  # characters that a gap and the word behind it may have
_BORDERS = frozenset(".!?AB")  # what no gap reaches across: a sentence's end, and brands' names
_ELEMENT = re.compile(r"\((?:[^()]|\([^()]*\))*\)|[^\s()]+")
_CHOICE = re.compile(r"(?:[^|()]|\([^()]*\))*\|")


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """What a phrase tells: how it feels, from -4 to 4, or something else, by `mark`."""

    name: str
    valence: float = 0.0
    mark: str = ""


Hit = tuple[int, int, Rule]  # where a phrase starts in a line's text and, below 0 for sorting, ends; and its rule
Entries = Iterable[tuple[str, Rule]]  # phrases as rules.toml writes them
_Seconds = frozenset[str] | None  # words of which one stands behind the first of a rest; None: any may


@cache
def _matcher(expression: str) -> Callable[[str, int], re.Match[str] | None]:
    """Compiled when it is first asked for: there are hundreds, and few texts ask for many."""
    return re.compile(expression).match


class _Tail(NamedTuple):
    """What follows a literal beginning of a phrase."""

    rest: str | None  # an expression for what stands right behind, or behind the gap; None: nothing more
    rule: Rule
    gap: int  # words that may stand between
    firsts: Mapping[str, _Seconds]  # words with which the rest begins; none where it begins right behind


class _Head:
    """A literal beginning: what may follow at once, and, by its first word, what comes next or after some words."""

    __slots__ = ("firsts", "later", "now", "reach")

    def __init__(self, tails: Sequence[_Tail]) -> None:
        self.now = tuple([(tail.rest, tail.rule) for tail in tails if not tail.firsts])
        self.reach = max((tail.gap for tail in tails if tail.firsts), default=0) + 1  # words that may begin a rest
        self.later: dict[str, list[tuple[_Seconds, int, str, Rule]]] = {}
        for tail in tails:
            for first, seconds in tail.firsts.items():
                self.later.setdefault(first, []).append((seconds, tail.gap, tail.rest or "", tail.rule))
        self.firsts = frozenset(self.later)


class Rules:
    """All rules' phrases in one automaton; safe to pickle and to share between threads.

    Raises ValueError for a phrase that does not begin with a word.
    """

    def __init__(self, entries: Entries, lists: Mapping[str, str] | None = None) -> None:
        self._source = (tuple(entries), dict(lists or {}))
        tails: list[_Tail] = []
        begun: dict[str, list[int]] = {}  # literal beginnings, and the tails that may follow each
        for phrase, rule in self._source[0]:
            beginnings, gap, rest = _compiled(phrase, self._source[1])
            at_once = not rest or "" in rest[0] or rest[0][0] in _GAPS
            firsts = {} if at_once else _firsts(rest)
            for beginning in beginnings:
                begun.setdefault(f" {beginning} ", []).append(len(tails))
            tails.append(_Tail(_expression_of(rest) if rest else None, rule, gap, firsts))
        heads = dict[tuple[int, ...], _Head]()  # shared by beginnings that go on in the same ways
        self._heads: list[_Head] = []
        for follow in begun.values():
            head = heads.get(key := tuple(follow)) or heads.setdefault(key, _Head([tails[one] for one in key]))
            self._heads.append(head)
        self._needles = Needles(tuple(begun))

    def __reduce__(self) -> tuple[type[Rules], tuple[Sequence[tuple[str, Rule]], Mapping[str, str]]]:
        return type(self), self._source

    def __bool__(self) -> bool:
        return bool(self._heads)

    def find(self, text: str) -> list[Hit]:
        """Where phrases stand in a line's text, in no order."""
        found: list[Hit] = []
        if not self._heads:
            return found
        heads, words = self._heads, text.split(" ")
        at = upto = 0  # as many words as there are spaces before a place
        for number, start, end in self._needles.find(text):
            head = heads[number]
            for rest, rule in head.now:
                if rest is None:
                    found.append((start + 1, 1 - end, rule))
                elif match := _matcher(rest)(text, end):
                    found.append((start + 1, 1 - match.end(), rule))
            if head.firsts:
                at, upto = at + text.count(" ", upto, end), end
                if not head.firsts.isdisjoint(words[at : at + head.reach]):
                    found += _later(head, text, words, at, start + 1, end)
        return found


def _later(head: _Head, text: str, words: Sequence[str], at: int, begin: int, start: int) -> list[Hit]:
    """The phrases begun at `begin` that go on, with the word numbered `at` or one behind it in the same sentence."""
    found: list[Hit] = []
    limit = start + _LONGEST_GAP
    for passed, word in enumerate(words[at : at + head.reach]):
        if word in head.later and start + len(word) <= limit:
            behind = words[at + passed + 1]
            for second, gap, rest, rule in head.later[word]:
                if passed <= gap and (second is None or behind in second) and (match := _matcher(rest)(text, start)):
                    found.append((begin, 1 - match.end(), rule))
        if word in _BORDERS:  # no gap goes on behind it, nor over a brand's name
            break
        start += len(word) + 1
    return found


def longest_first(hit: Hit) -> int:
    """To sort hits by."""
    return hit[0] + hit[1]


def written() -> tuple[list[tuple[str, Rule]], Mapping[str, str]]:
    """The phrases of rules.toml with their rules, and the lists they use. A @ stands for any name."""
    document = tomllib.loads((files(__package__) / "rules.toml").read_text("utf-8"))
    found = []
    for table in document["rule"]:
        rule = Rule(table["name"], float(table.get("valence", 0)), table.get("mark", ""))
        found += [(phrase, rule) for phrase in table["phrases"]]
    return found, document["lists"]


def _compiled(phrase: str, lists: Mapping[str, str]) -> tuple[set[str], int, list[list[str]]]:
    """The literal beginnings of a phrase, how many words may follow before the rest, and the rest's elements."""
    for name in re.findall(r"<(\w+)>", phrase):
        phrase = phrase.replace(f"<{name}>", f"({lists[name]})")
    elements = [_forms(element) for element in _ELEMENT.findall(phrase)]
    count, upto = 1, 0
    while upto < len(elements) and elements[upto][0] not in _GAPS:
        if upto and count * len(elements[upto]) > _MOST_HEADS and "" not in elements[0]:
            break
        count *= len(elements[upto])
        upto += 1
    heads = {" ".join(filter(None, form)) for form in product(*elements[:upto])}
    if not heads or "" in heads:
        raise ValueError(f"{phrase!r} does not begin with a word")
    rest = elements[upto:]
    if len(rest) > 1 and rest[0][0] in _GAPS and "" not in rest[1]:
        return heads, _GAPS[rest[0][0]], rest[1:]
    return heads, 0, rest


def _firsts(rest: Sequence[list[str]]) -> dict[str, _Seconds]:
    """The words with which a rest begins, and those that may stand behind each."""
    behind = _begins(rest[1:])
    found: dict[str, _Seconds] = {}
    for form in rest[0]:
        first, *more = form.split(" ", 2)
        seconds = frozenset(more[:1]) or behind
        known = found.get(first, seconds)
        found[first] = None if known is None or seconds is None else known | seconds
    return found


def _begins(elements: Sequence[list[str]]) -> _Seconds:
    """The words with which elements of a phrase may begin."""
    found: set[str] = set()
    for forms in elements:
        if forms[0] in _GAPS:
            return None
        found.update(form.split(" ")[0] for form in forms if form)
        if "" not in forms:
            return frozenset(found)
    return None


def _expression_of(elements: list[list[str]]) -> str:
    return "".join(map(_expression, elements))


def _forms(element: str) -> list[str]:
    """What one element of a phrase stands for: choices inside choices are taken apart."""
    if element == "@":
        return ["@", "A"]
    if element[0] != "(":
        return [element]
    forms: list[str] = []
    for choice in _CHOICE.findall(element[1:-1] + "|"):
        parts = [_forms(part) for part in _ELEMENT.findall(choice[:-1])]
        forms += [" ".join(filter(None, form)) for form in product(*parts)]
    return list(dict.fromkeys(forms))


def _expression(forms: list[str]) -> str:
    if forms[0] in _GAPS:
        return f"(?:(?![.!?AB] )[^ ]+ ){{0,{_GAPS[forms[0]]}}}?"
    words = "|".join(map(re.escape, sorted(filter(None, forms), key=len, reverse=True)))
    return f"(?:(?:{words}) )?" if "" in forms else f"(?:{words}) "
