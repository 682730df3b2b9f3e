"""A text as rules read it: small words without punctuation, hashtags taken apart, and the way back to its tokens."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Container, Sequence
from itertools import accumulate

_MOST_KEPT = 50_000  # tokens; those of a language come back long before
_LONGEST_KEPT = 40  # characters; longer tokens are mostly addresses
_PARTS = re.compile(
    r"https?://\S*|www\.\S*|@\w+|#\w+|\d+(?:[.,:]\d+)*(?:st|nd|rd|th)?|(?:[^\W\d_]|')+|[.!?\u2026]+|[$€£&+=<>]+|[\u2190-\U0001faff]"
)
_HUMP = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|\d+")
_LONG = re.compile(r"(\w)\1{2,}")
_SAME = {
    "u": "you", "ur": "your", "r": "are", "yr": "your", "youre": "you are", "ya": "you", "yall": "you",
    "pls": "please", "plz": "please", "plse": "please", "thx": "thanks", "thnx": "thanks", "thanx": "thanks",
    "tnx": "thanks", "thks": "thanks", "ty": "thank you", "tks": "thanks", "luv": "love", "gr8": "great",
    "hour": "hours", "hr": "hours", "hrs": "hours", "minute": "minutes", "min": "minutes", "mins": "minutes",
    "msg": "message", "w": "with", "cuz": "because", "bc": "because", "cannot": "cant", "canceled": "cancelled",
    "canceling": "cancelling", "svc": "service", "cust": "customer", "rep": "agent", "reps": "agents", "wont": "wont",
    "months": "month", "weeks": "week", "days": "day", "years": "year", "im": "im", "yrs": "year", "wks": "week",
    "couldve": "could have", "shouldve": "should have", "wouldve": "would have", "gotta": "got to", "ppl": "people",
    "ive": "i have", "weve": "we have", "youve": "you have", "theyve": "they have", "ain't": "isnt", "arent": "arent",
}  # fmt: skip
_NUMBERS = frozenset(
    "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty ninety "
    "hundred hundreds thousand dozen".split()
)
_ORDINALS = frozenset("third fourth fifth sixth seventh umpteenth nth 2nd".split())


class Folder(dict[str, str]):
    """Tokens as written, and the words that rules read in them; fills itself as tokens are met."""

    def __init__(self, known: Container[str]) -> None:
        super().__init__()
        self._known = known  # words that a hashtag may be made of

    def __missing__(self, token: str) -> str:
        words = " ".join(word for part in _PARTS.findall(token.replace("\u2019", "'")) for word in self._words(part))
        if len(token) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[token] = words
        return words

    def _words(self, part: str) -> list[str]:
        first = part[0]
        if first == "@":
            return ["@"]
        if first == "#":
            return self._tag(part[1:])
        if first in ".!?\u2026":
            return ["?" if "?" in part else "!" if "!" in part else "."]
        if first.isdigit():
            return ["0th" if part[-1].isalpha() else "0"]
        word = part.lower().replace("'", "")
        if not word or word.startswith(("http", "www.")):
            return []
        if word in _NUMBERS:
            return ["0"]
        if word in _ORDINALS:
            return ["0th"]
        if _LONG.search(word):
            twice = _LONG.sub(r"\1\1", word)
            word = twice if twice in self._known else _LONG.sub(r"\1", word)
        return [_SAME.get(word, word)]

    def _tag(self, tag: str) -> list[str]:
        """The words of a hashtag: by its humps, else by the words that are known, else at least its end."""
        humps = _HUMP.findall(tag)
        if len(humps) > 1 and not tag.islower():
            return ["#", *(_SAME.get(hump.lower(), hump.lower()) for hump in humps)]
        return ["#", *_parted(tag.lower()[:_LONGEST_KEPT], self._known)]


def _parted(tag: str, known: Container[str]) -> list[str]:
    """A hashtag in the fewest known words; an unknown beginning (a name, mostly) is one word."""
    if tag in known:
        return [tag]
    best: list[list[str] | None] = [[]] + [None] * len(tag)
    for end in range(1, len(tag) + 1):
        for start in range(end):
            before, word = best[start], tag[start:end]
            if before is not None and word in known and (end - start > 1 or word in "ai"):
                now = best[end]
                if now is None or len(before) + 1 < len(now):
                    best[end] = [*before, word]
    whole = best[len(tag)]
    if whole is not None:
        return whole
    for start in range(2, len(tag) - 3):
        if tag[start:] in known:
            return [tag[:start], tag[start:]]
    return [tag]


class Line:
    """The folded words of tokens, between single spaces, as `text`; places in it lead back to the tokens' numbers."""

    __slots__ = ("_starts", "text", "words")

    def __init__(self, tokens: Sequence[str], folder: Folder) -> None:
        self.words = list(map(folder.__getitem__, tokens))
        self.text = f" {' '.join(filter(None, self.words))} "
        self._starts: list[int] | None = None

    def tokens(self, start: int, end: int) -> tuple[int, int]:
        """The numbers of the first token and of the one after the last between two places of `text`."""
        starts = self.starts
        return bisect_right(starts, start) - 1, bisect_left(starts, end)

    @property
    def starts(self) -> list[int]:
        """Where each token's words start in `text`."""
        if self._starts is None:
            self._starts = [
                1,
                *(place + 1 for place in accumulate((len(word) + 1 if word else 0) for word in self.words)),
            ]
        return self._starts
