"""Words near each other in a sentence: what a query's NEARs and phrases ask for, word by word."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

Place = tuple[int, int]  # the first word's number, and that of the word after the last


class Choice:
    """Several words and phrases, one of which is wanted; * in a word stands for any letters."""

    __slots__ = ("_open", "_phrases", "_single")

    def __init__(self, phrases: Iterable[Sequence[str]]) -> None:
        self._single: set[str] = set()
        self._phrases: defaultdict[str, list[list[str]]] = defaultdict(list)
        self._open: list[list[re.Pattern[str]]] = []  # with a * somewhere
        for words in phrases:
            if any("*" in word for word in words):
                self._open.append([re.compile(re.escape(word).replace(r"\*", ".*")) for word in words])
            elif len(words) == 1:
                self._single.add(words[0])
            else:
                self._phrases[words[0]].append(list(words))

    def places(self, words: Sequence[str]) -> list[Place]:
        """Where they stand among these words, in order."""
        single = self._single
        if not (self._phrases or self._open):
            if single.isdisjoint(words):
                return []
            return [(number, number + 1) for number, word in enumerate(words) if word in single]
        found = [(number, number + 1) for number, word in enumerate(words) if word in single]
        more = []
        if self._phrases:
            more += [
                (number, number + len(phrase))
                for number, word in enumerate(words) if word in self._phrases
                for phrase in self._phrases[word] if words[number : number + len(phrase)] == phrase
            ]  # fmt: skip
        for pattern in self._open:
            more += _fitting(pattern, words)
        return sorted(found + more) if more else found


def _fitting(pattern: Sequence[re.Pattern[str]], words: Sequence[str]) -> Iterator[Place]:
    for number in range(len(words) - len(pattern) + 1):
        if all(each.fullmatch(words[number + index]) for index, each in enumerate(pattern)):
            yield number, number + len(pattern)


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
