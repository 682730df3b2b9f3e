"""Words near each other in a sentence: what a query's NEARs and phrases ask for, word by word."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

Place = tuple[int, int]  # the first word's number, and that of the word after the last


class Choice:
    """Several words and phrases, one of which is wanted; * in a word stands for any letters."""

    __slots__ = ("_forms", "_open")

    def __init__(self, phrases: Iterable[Sequence[str]]) -> None:
        self._forms: dict[str, list[list[str]]] = {}  # by their first word, the shortest first
        self._open: list[list[re.Pattern[str]]] = []  # with a * somewhere
        for words in sorted(phrases, key=len):
            if any("*" in word for word in words):
                self._open.append([re.compile(re.escape(word).replace(r"\*", ".*")) for word in words])
            else:
                self._forms.setdefault(words[0], []).append(list(words))

    def places(self, words: Sequence[str]) -> list[Place]:
        """Where they stand among these words, in order."""
        found: list[Place] = []
        forms = self._forms
        if not forms.keys().isdisjoint(words):
            for number, word in enumerate(words):
                if word in forms:
                    for form in forms[word]:
                        size = len(form)
                        if size == 1 or words[number : number + size] == form:
                            found.append((number, number + size))
        if self._open:
            for pattern in self._open:
                found += _fitting(pattern, words)
            found.sort()
        return found


def _fitting(pattern: Sequence[re.Pattern[str]], words: Sequence[str]) -> Iterator[Place]:
    first, size = pattern[0], len(pattern)
    for number in range(len(words) - size + 1):
        if first.fullmatch(words[number]) and (
            size == 1 or all(each.fullmatch(words[number + index]) for index, each in enumerate(pattern))
        ):
            yield number, number + size


class Chain:
    """Choices of which each is within so many words of the one before, and after it where it is ordered."""

    __slots__ = ("_choices", "_links")

    def __init__(self, choices: Sequence[Choice], links: Sequence[tuple[int, bool]]) -> None:
        self._choices, self._links = choices, links

    def places(self, words: Sequence[str]) -> list[Place]:
        """Where it stands among these words."""
        found = self._choices[0].places(words)
        for choice, (reach, ordered) in zip(self._choices[1:], self._links, strict=True):
            if not found:
                return found
            others = choice.places(words)
            found = [joined for one in found if (joined := _nearest(one, others, reach, ordered=ordered))]
        return found


def _nearest(one: Place, others: Sequence[Place], reach: int, *, ordered: bool) -> Place | None:
    """The place that begins with one and goes on to the first of the others within reach."""
    start, end = one
    index = bisect_left(others, (end, 0))
    if index < len(others) and others[index][0] - end < reach:
        return start, others[index][1]
    if not ordered:
        for first, last in others[max(0, index - reach) : index]:
            if 0 <= start - last < reach:
                return first, end
    return None
