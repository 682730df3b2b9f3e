"""The line: a text's words, roughly folded and between spaces, for the matcher's first look.

It is made letter by letter, without a look at words, and so several times faster than `words.Words`. It may confuse
words (й with и, в with b) but never misses one: the line of each reading of each word of a text is part of the text's.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from unicodedata import normalize

from listening.query.fold import LATIN, LOOKALIKES
from listening.query.words import Kind, kind

_OTHERS = re.compile("([^\x00-\x7f]+)")
_ALIKE = {ord(letter.casefold()): latin for letter, latin in LOOKALIKES.items()}
ASCII = bytes(byte if byte > 127 else ord(chr(byte).lower()) if chr(byte).isalnum() else 32 for byte in range(256))
_DENSE = 8  # characters for each change between ASCII and others; where they are fewer, all go one way


def line(text: str) -> bytes:
    """The line of a text, encoded, with a space at both ends; in plain ASCII more than one may be between words."""
    if text.isascii():
        return f" {text} ".encode("ascii").translate(ASCII)
    parts = _OTHERS.split(text)
    if len(parts) * _DENSE < len(text):
        parts[1::2] = [part.translate(_TABLE) for part in parts[1::2]]
        rough = "".join(parts).encode().translate(ASCII)
        return b" %b " % b" ".join(rough.split())
    return f" {' '.join(text.translate(_TABLE).split())} ".encode()


def line_of_words(words: Collection[str]) -> bytes:
    """The line of a text that has these words: for a long text of many letters quicker than `line`."""
    distinct = list(set(words)) or [""]
    rough = "\0".join(distinct).translate(_PARTED).split("\0")
    table = {word: " ".join(each.split()) for word, each in zip(distinct, rough, strict=True)}
    return f" {' '.join(map(table.__getitem__, words))} ".encode()


class _Table(dict[int, str]):
    """What becomes of each character, found out when it is first seen."""

    def __missing__(self, code: int) -> str:
        match kind(chr(code)):
            case Kind.SHAPELESS | Kind.MARK:
                rough = ""
            case Kind.NONE:
                rough = " "
            case Kind.LETTER:
                rough = _rough(chr(code))
            case _:
                rough = f" {_rough(chr(code))} "
        self[code] = rough
        return rough


def _rough(char: str) -> str:
    bare = "".join(part for part in normalize("NFKD", char) if kind(part) is not Kind.MARK)
    return "".join(map(_part, normalize("NFKD", bare.casefold())))


def _part(char: str) -> str:
    match kind(char):
        case Kind.MARK:
            return ""
        case Kind.LETTER:
            return char.translate(LATIN).translate(_ALIKE)
        case Kind.NONE:
            return char.translate(LATIN) if ord(char) in LATIN else " "
        case _:
            return f" {char} "


_TABLE = _Table()
_PARTED = _Table({0: "\0"})
