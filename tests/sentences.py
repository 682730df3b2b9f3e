"""What is known of how languages are written, and texts to learn from; which ones and whose, see tests/letters.py."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from pipelines.language import _unaccented as unaccented
from tests.wording import rows_of

HERE = Path(__file__).parent
CODES = (
    "af az be bg ca cs cy da de en eo es et eu fi fr ga gl hr hu id is it lt lv mk nl no pl pt ro ru sk sl sq sr sv sw "
    "tl tr uk vi"
).split()
_VOICES = {"ga": "ga-IE", "no": "nb-NO", "sv": "sv-SE"}  # where their names there are others
_NAMES: Mapping[str, Mapping[str, float]] = {"no": {"nb": 0.8, "nn": 0.2}, "gl": {}}  # lingua's, with their shares
_SPOKEN = 1_000_000  # characters of a language
UNACCENTED = 0.4  # the share of what is typed without accents
_BETWEEN = 0.83  # the share of letters among a text's characters: LINGUA's counts leave out spaces
_LENGTHS = (40, 60, 80, 120, 160)  # of texts made of sentences
_TEXTS = 2500  # made of a language's sentences, in each script
_CYRILLIC = re.compile("[а-џ]")
_TO_LATIN = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ђ": "đ", "е": "e", "ж": "ž", "з": "z", "и": "i", "ј": "j",
    "к": "k", "л": "l", "љ": "lj", "м": "m", "н": "n", "њ": "nj", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "ћ": "ć", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "č", "џ": "dž", "ш": "š",
})  # fmt: skip
CONSTANTS = (CODES, _VOICES, _NAMES, _SPOKEN, UNACCENTED, _BETWEEN, _LENGTHS, _TEXTS)


class Lesson(NamedTuple):
    """A text, its language and where it is from."""

    source: str
    code: str
    text: str


class Sources:
    """What others have gathered of each language."""

    def __init__(self, lingua: Path, voice: Path) -> None:
        self.lingua, self.voice = lingua, voice

    def spoken(self, code: str) -> list[str]:
        """The sentences given to Common Voice, shuffled: those taken from encyclopedias only where others are few."""
        paths = (self.voice / _VOICES.get(code, code)).glob("*.txt")
        found: list[str] = []
        size = 0
        for path in sorted(paths, key=lambda path: ("wiki" in path.name, path.name)):
            lines = [" ".join(line.split()) for line in _lower(path.read_text("utf-8", "replace")).split("\n")]
            random.Random(1).shuffle(lines)
            for line in lines:
                if size > _SPOKEN:
                    return found
                found.append(line)
                size += len(line)
        return found

    def tested(self, code: str) -> list[str]:
        """The half of lingua's test sentences that may be learnt from."""
        paths = [self.lingua / each / "testdata" / "sentences.txt" for each in _NAMES.get(code, {code})]
        lines = [_cut(line) for path in paths for line in path.read_text("utf-8").split("\n")]
        return [_lower(line) for line in lines if len(line) >= _LENGTHS[0] and crc32(line.encode()) % 2 == 0]

    def counted(self, code: str, spelt: Callable[[str], str]) -> dict[str, float]:
        """How often each run of two letters and more is written, a character, by lingua's counts."""
        found: dict[str, float] = defaultdict(float)
        for name, share in _NAMES.get(code, {code: 1.0}).items():
            for run, rate in self._rates(name):
                if whole := spelt(run):
                    found[whole] += (1 - UNACCENTED) * share * _BETWEEN * rate
                    found[typed(whole)] += UNACCENTED * share * _BETWEEN * rate
        return found

    def _rates(self, name: str) -> Iterator[tuple[str, float]]:
        """Each run and its share of a language's letters: lingua has that of each letter after those before it."""
        import brotli  # type: ignore[import-untyped]  # comes with Scrapy

        before: dict[str, float] = {"": 1.0}
        for length in ("uni", "bi", "tri", "quadri", "five"):
            (path,) = (self.lingua / name).rglob(f"{length}grams.json.br")
            shares = json.loads(brotli.decompress(path.read_bytes()))["ngrams"]
            after: dict[str, float] = {}
            for share, runs in shares.items():
                part, whole = map(int, share.split("/"))
                after |= {run: part / whole * before.get(run[:-1], 0.0) for run in runs.split()}
            if length != "uni":
                yield from after.items()
            before = after


def spellings(code: str) -> Sequence[Callable[[str], str]]:
    """What tells how a text is written in each script of a language: "" where it is not."""
    return (_cyrillic, _romanised) if code == "sr" else (str,)


def _cyrillic(text: str) -> str:
    return text if _CYRILLIC.search(text) else ""


def _romanised(text: str) -> str:
    return text.translate(_TO_LATIN)


def _lower(text: str) -> str:
    return text.lower().replace("\u2019", "'")


def _cut(line: str) -> str:
    """The first 160 characters, without half a word."""
    text = " ".join(line.split())
    start = text[: _LENGTHS[-1]]
    return start.rsplit(" ", 1)[0] if len(text) > len(start) and " " in start[_LENGTHS[0] :] else start


def typed(text: str) -> str:
    """The text as it is typed without accents, where it can be."""
    plain = unaccented(text)
    return plain if plain.isascii() else text


def tuned() -> list[Lesson]:
    """The part to tune with of our own set."""
    rows = rows_of(HERE / "sets" / "language.csv", "tune")
    return [Lesson("ours", row["language"], row["text"]) for row in rows if row["language"] in CODES]


def lessons(sources: Sources) -> list[Lesson]:
    """Texts of all languages, each as it is spelt and as it is typed without accents."""
    found = []
    for code in CODES:
        for spelt in spellings(code):
            said = filter(None, map(spelt, sources.spoken(code)))
            found += [Lesson("voice", code, text) for text in _texts(said)]
            found += [Lesson("lingua", code, text) for text in map(spelt, sources.tested(code)) if text]
    found += tuned()
    return found + [
        Lesson("bare", code, bare)
        for _, code, text in found
        if (bare := unaccented(text.lower())).isascii() and bare != text.lower()
    ]


def _texts(sentences: Iterable[str]) -> Iterator[str]:
    """Texts as long as posts are, each of one sentence or more."""
    chance = random.Random(2)
    left = iter(sentences)
    for _ in range(_TEXTS):
        text, wanted = "", chance.choice(_LENGTHS)
        for sentence in left:
            text = f"{text} {sentence}".strip()
            if len(text) >= wanted:
                yield _cut(text)
                break
