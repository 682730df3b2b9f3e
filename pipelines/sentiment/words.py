"""What single tokens say: how rules read them, and their feeling where it is not vaderSentiment's."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pipelines.vocabulary import lexicon

NEGATORS = frozenset(
    "not no never dont isnt cant without nothing zero arent wont aint didnt doesnt wasnt havent hasnt couldnt wouldnt "
    "shouldnt werent hadnt hardly nobody".split()
)

_MOST_KEPT = 50_000  # tokens; those of a language come back long before
_LONGEST_KEPT = 40  # characters; longer tokens are mostly addresses
_HINT = 1.0  # feelings up to here are so weak that they count only where nothing else is said
_PARTS = re.compile(
    r"https?://\S*|www\.\S*|@\w+|#\w+|\d+(?:[.,:]\d+)*(?:st|nd|rd|th)?|(?:[^\W\d_]|')+|[.!?\u2026]+|[$€£&+=<>]+"
    r"|[\u2190-\U0001faff]"
)
_HUMP = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|\d+")
_LONG = re.compile(r"(\w)\1{2,}")


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """A token as rules read it. Its valence is None where vaderSentiment's own holds."""

    folded: str  # small words without punctuation, but for what ends a sentence
    spaced: str  # the same with a space behind; nothing where it is no word
    valence: float | None = None
    speaks: bool = False  # has a valence of its own that always counts
    hint: bool = False  # counts only where nothing else is said
    courtesy: bool = False  # says nothing where something is wrong or asked for
    customer: bool = False  # tells that the author is somebody's customer
    deed: bool = False  # what one expects of a company
    handle: bool = False
    tag: bool = False
    negates: bool = False
    stops: bool = False  # ends a sentence
    pauses: bool = False  # ends a clause


@cache
def _document() -> dict[str, Any]:
    document = tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))
    sets = {name: frozenset(table["words"].split()) for name, table in document.items() if "words" in table}
    valences = {word: float(valence) for valence, words in document["valences"].items() for word in words.split()}
    return {**sets, "valences": valences, "same": document["same"]}


@cache
def _known() -> frozenset[str]:
    """Words that hashtags are made of."""
    common = (word for word in lexicon() if word.isalpha() and len(word) > 2)
    return frozenset().union(_document()["tags"], _document()["valences"], common)


class Words(dict[str, Word]):
    """Tokens as written and what they say; fills itself as they are met, and starts anew when it is full."""

    def __missing__(self, token: str) -> Word:
        word = _read(token)
        if len(token) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[token] = word
        return word


def _read(token: str) -> Word:
    folded = fold(token)
    bare, sets = folded.rstrip(" .!?"), _document()
    handle, tag = bare[:1] == "@", bare[:2] == "# "
    valence = 0.0 if handle else _tag(bare) if tag else sets["valences"].get(bare)
    return Word(
        folded, folded and f"{folded} ", valence, speaks=valence is not None and (valence > 0 or valence < -_HINT),
        hint=valence is not None and -_HINT <= valence < 0, courtesy=bare in sets["courtesy"],
        customer=bare in sets["customers"], deed=bare in sets["deeds"], handle=handle, tag=tag,
        negates=bare in NEGATORS, stops=folded[-1:] in {".", "!", "?"}, pauses=token[-1:] in {",", ";", ":", ")", "-"},
    )  # fmt: skip


def fold(token: str) -> str:
    """The words that rules read in a token, with a space between."""
    return " ".join(word for part in _PARTS.findall(token.replace("\u2019", "'")) for word in _folded(part))


def _folded(part: str) -> Iterator[str]:
    first = part[0]
    if first == "@":
        yield "@"
    elif first == "#":
        yield from ("#", *_parted(part[1:]))
    elif first in ".!?\u2026":
        yield "?" if "?" in part else "!" if "!" in part else "."
    elif first.isdigit():
        yield "one" if part == "1" else "0th" if part[-1].isalpha() else "0"
    elif not part.lower().startswith(("http", "www.")) and (word := part.lower().replace("'", "")):
        if _LONG.search(word):
            twice = _LONG.sub(r"\1\1", word)
            word = twice if twice in _known() else _LONG.sub(r"\1", word)
        yield _document()["same"].get(word, word)


def _parted(tag: str) -> list[str]:
    """The words of a hashtag: by its humps, else by the words that are known."""
    humps = _HUMP.findall(tag)
    if len(humps) > 1 and not tag.islower():
        same = _document()["same"]
        return [same.get(hump.lower(), hump.lower()) for hump in humps]
    return _cut(tag.lower()[:_LONGEST_KEPT], _known())


def _cut(tag: str, known: Container[str]) -> list[str]:
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
    if whole := best[len(tag)]:
        return whole
    return next(([tag[:start], tag[start:]] for start in range(2, len(tag) - 3) if tag[start:] in known), [tag])


def _tag(words: str) -> float:
    """The feeling of a hashtag's words together."""
    total, negated = 0.0, False
    for word in words.split()[1:]:
        valence = _document()["valences"].get(word, lexicon().get(word, 0.0))
        total += -0.74 * valence if negated else valence
        negated = word in NEGATORS
    return 0.0 if abs(total) <= _HINT else max(-4.0, min(4.0, total))
