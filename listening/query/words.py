"""Words: a text as the sequence of its folded words, each of which knows where the author wrote it.

What counts as one word:

- a run of letters, digits and their marks, without its possessive 's (`Acme's` is acme);
- each character of a script written without spaces (Han, Kana, Thai, Lao, Khmer, Burmese), with its marks;
- a run of Hangul, so that a Korean particle does not hide the Latin name before it (Globex는);
- each emoji, whatever its skin tone.

Everything else separates words and is looked at only where a query types it (`C++`, `AT&T`, `acme.com`, `#tag`): see
gap.py. Characters without a shape of their own (zero-width, direction, soft hyphen, tatweel, variation selectors, skin
tones) are taken out first, wherever they stand.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from functools import cache
from itertools import islice
from unicodedata import category, normalize

from listening.query.fold import readings, unmistakable
from listening.query.gap import APOSTROPHES

_SHAPELESS = re.compile(
    "[\u00ad\u034f\u061c\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]"
)
_SIGN = (  # scripts without spaces
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf\u1000-\u102a\u1780-\u17b3"
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
)
_HANGUL = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa1-\uffdc"
_CIRCLED = "\u24b6-\u24e9"  # letters to NFKC, symbols to \w
_NOT_LETTERS = (  # but letters to \w: an apostrophe, circled numbers, marks that stand on a space or hold their own
    "_\u02bc\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u037a\ufc5e-\ufc63\ufcf2-\ufcf4\ufe70-\ufe7f\uff9e\uff9f"
)
_RARE = (  # letters and their marks; of mathematical letters all but ∇ and ∂
    "\U00010000-\U0001cfff\U0001d400-\U0001d6c0\U0001d6c2-\U0001d6da\U0001d6dc-\U0001d6fa\U0001d6fc-\U0001d714"
    "\U0001d716-\U0001d734\U0001d736-\U0001d74e\U0001d750-\U0001d76e\U0001d770-\U0001d788\U0001d78a-\U0001d7a8"
    "\U0001d7aa-\U0001d7c2\U0001d7c4-\U0001d7ff\U0001df00-\U0001efff\U0001f130-\U0001f149"
)
_EMOJI = (
    "\u2300-\u2307\u230c-\u2328\u232b-\u23ff\u2600-\u2767\u2794-\u27bf\u2b00-\u2bff\u3030\u303d"
    "\U0001f000-\U0001f0ff\U0001f170-\U0001faff"
)
_MARK_BLOCKS = ((0x300, 0x1E00), (0x20D0, 0x2100), (0x2CEF, 0x2E00), (0xA600, 0xAC00), (0xFE20, 0xFE30))

_ASCII_WORD = re.compile("[A-Za-z0-9]+")
_ASCII_POSSESSIVE = re.compile("['`](?<=[A-Za-z0-9].)[sS](?![A-Za-z0-9])")
_ASCII_FOLD = bytes(ord(chr(byte).lower()) if byte < 128 and chr(byte).isalnum() else 32 for byte in range(256))
_ANY_SIGN = re.compile(f"[{_SIGN}]")
_FEW, _SHORT = 8, 512  # words asked for, of words in all: up to here a search for each is quicker than a walk
_LONGEST_REMEMBERED = 64  # characters; longer words are folded afresh, so that the memory of `readings` stays small


def spaceless(text: str) -> bool:
    """Whether a text has letters of scripts that are written without spaces between words."""
    return not text.isascii() and _ANY_SIGN.search(text) is not None


class Words:
    """The words of one text: `words` folded, `raw` as typed. Places are in `clean`; `origin` leads back to the text."""

    __slots__ = ("_gaps", "_line", "_pattern", "_removed", "clean", "raw", "words")

    def __init__(self, text: str) -> None:
        self._removed: list[int] = []
        self._gaps: list[str] = []  # those that are known
        if text.isascii():
            self._pattern = _ASCII_WORD
            self.clean = without_possessives(text)
            self._line = ascii_line(self.clean)
            self.words = self.raw = self._line.split()
        else:
            self._pattern, possessive, _ = _patterns()
            self.clean = possessive.sub("  ", self._shaped(text))
            self._line = ""
            parts = self._pattern.split(self.clean)
            self.raw, self._gaps = parts[1::2], parts[::2]
            self.words = _folded(self.raw, 0 if unmistakable(self.clean) else 1)

    def _shaped(self, text: str) -> str:
        shapeless = [found.start() for found in _SHAPELESS.finditer(text)]
        self._removed = [place - rank for rank, place in enumerate(shapeless)]
        return _SHAPELESS.sub("", text) if shapeless else text

    def typed(self) -> list[str]:
        """The words as typed, composed: raw ones, which the words of plain ASCII texts are not."""
        if not self._line:
            composed = {word: normalize("NFC", word) for word in set(self.raw)}
            return list(map(composed.__getitem__, self.raw))
        return self._pattern.findall(self.clean)

    def places(self, indexes: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Where in `clean` the words at these ascending indexes start and end."""
        if self._line and len(indexes) <= _FEW and len(self.words) <= _SHORT:
            return map(self._place, indexes)
        return self._walk(indexes)

    def _place(self, index: int) -> tuple[int, int]:
        """The place of one word of an ASCII text: a few searches, instead of a walk along all words before it."""
        word = self.words[index]
        start = -1
        for _ in range(self.words[: index + 1].count(word)):
            start = self._line.find(f" {word} ", start + 1)
        return start, start + len(word)

    def _walk(self, indexes: Sequence[int]) -> Iterator[tuple[int, int]]:
        found = self._pattern.finditer(self.clean)
        before = -1
        for index in indexes:
            yield next(islice(found, index - before - 1, None)).span()
            before = index

    def gaps(self) -> list[str]:
        """What stands before the first word, between each two words and after the last one: one more than words."""
        return list(self._gaps) or self._pattern.split(self.clean)

    def origin(self, place: int) -> int:
        """The place in the text as written of a place in `clean`."""
        return place + bisect_right(self._removed, place) if self._removed else place


def ascii_line(clean: str) -> str:
    """The folded words of an ASCII text where they were written, one place further on, and spaces for all else."""
    return f" {clean} ".encode("ascii").translate(_ASCII_FOLD).decode("ascii")


def has_possessives(text: str) -> bool:
    """Whether an ASCII text may have a possessive 's."""
    return "'s" in text or "'S" in text or "`" in text


def without_possessives(text: str) -> str:
    """An ASCII text with spaces for its possessive 's."""
    return _ASCII_POSSESSIVE.sub("  ", text) if has_possessives(text) else text


def visible(text: str) -> str:
    """The text without characters that have no shape of their own."""
    return text if text.isascii() else _SHAPELESS.sub("", text)


def _folded(raw: Iterable[str], reading: int) -> list[str]:
    afresh = readings.__wrapped__
    folded = {word: (readings(word) if len(word) < _LONGEST_REMEMBERED else afresh(word))[reading] for word in set(raw)}
    return list(map(folded.__getitem__, raw))


class Kind(Enum):
    """What a character is to words."""

    NONE = ""
    LETTER = "letter"  # or digit: goes on with others
    MARK = "mark"  # goes on with what stands before it
    SIGN = "sign"  # a word of its own: Han, Kana, Thai
    HANGUL = "hangul"
    EMOJI = "emoji"
    SHAPELESS = "shapeless"


def kind(char: str) -> Kind:
    """The kind of one character."""
    if _SHAPELESS.match(char):
        return Kind.SHAPELESS
    found = _patterns()[2].match(char)
    return Kind(found.lastgroup) if found else Kind.NONE


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    r"""One word of any text, a possessive, and one character with its kind as the group's name.

    Built on first use, which takes some milliseconds: a class of ranges is searched much faster than one with \w in it.
    """
    plane = re.sub(f"[{_SIGN}{_HANGUL}{_NOT_LETTERS}]", "_", "".join(map(chr, range(0x10000))))
    letter = "".join(f"{run[0]}-{run[-1]}" for run in re.findall(r"[^\W_]+", plane)) + _CIRCLED + _RARE
    mark = "".join(chr(code) for block in _MARK_BLOCKS for code in range(*block) if category(chr(code))[0] == "M")
    mark += "\u302a-\u302f\u3099\u309a\uff9e\uff9f"
    before = f"(?<=[{letter}{mark}{_SIGN}{_HANGUL}][{APOSTROPHES}])"
    kinds = {"letter": letter, "mark": mark, "sign": _SIGN, "hangul": _HANGUL, "emoji": _EMOJI}
    return (
        re.compile(f"([{letter}][{letter}{mark}]*|[{_SIGN}][{mark}]*|[{_HANGUL}]+|[{_EMOJI}])"),
        re.compile(f"[{APOSTROPHES}]{before}[sSｓＳ](?![{letter}{mark}])"),
        re.compile("|".join(f"(?P<{name}>[{members}])" for name, members in kinds.items())),
    )
