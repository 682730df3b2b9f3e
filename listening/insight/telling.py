"""Words that set texts apart from others: what a day, a period or a brand is about."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

_PRIOR = 500.0  # words that the prior counts for, spread as in all texts together
LEAST = 3  # texts that must hold a word
_SURE = 2.5  # standard deviations; of words that are shown, not proofs
_LINK = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.\w+")
_TOKEN = re.compile(r"[@#]?\w+(?:['-]\w+)*|[.!?;:,()\n\"“”]")
_LETTERS = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*").fullmatch
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_UNSEEN = dict.fromkeys([*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_COMMON = frozenset(  # that no phrase begins or ends with, and that alone say nothing
    "a an and are as at be been but by can could did do does for from had has have he her his i if in into is it its "
    "it's i'm i've just me my no not of off on or our out so than that that's the their them then there they this to "
    "too up us was we were what when which who will with would you your about all also am any because being get got "
    "how like more much now one only other over really she some such very even still after again also don't didn't "
    "der die das und ist ich nicht ein eine zu den mit auf für von dem im wir sie es auch war aber so wie bei hat "
    "le la les de des et un une est je pas que pour dans qui sur avec ce au en du il elle nous vous plus mais "
    "el los las y es no una por con para se lo mi me su del al muy pero como más e o os que não um uma para com do da "
    "em il di che non per con gli una sono ho mi ma het een en van ik niet dat voor met maar".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase that stands out: in how many texts here and there, and by how many standard deviations."""

    text: str
    here: int
    there: int
    z: float


@lru_cache(maxsize=1 << 13)  # a page asks for the same texts again and again
def words(text: str, names: frozenset[str] = frozenset()) -> frozenset[str]:
    """The words and pairs of words that a text holds, folded; `names` (folded), common words and addresses left out."""
    folded = text[:3000].casefold().replace("’", "'")
    if "://" in folded or "www." in folded or "@" in folded:
        folded = _LINK.sub(" . ", folded)
    found: set[str] = set()
    before = ""
    for word in _TOKEN.findall(folded):
        plain = 2 < len(word) < 30 and word not in _COMMON and word not in names and _LETTERS(word) is not None
        if plain:
            found.add(word)
            if before:
                found.add(f"{before} {word}")
        before = word if plain else ""
    if not folded.isascii() and (signs := _UNSPACED.findall(folded)):
        found.update(f"{a}{b}" for a, b in pairwise(signs))
    return frozenset(found)


def counted(texts: Iterable[str], names: frozenset[str] = frozenset()) -> Counter[str]:
    """In how many texts each word stands."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(words(text, names))
    return found


def telling(
    here: Counter[str], there: Mapping[str, int], texts_here: int, texts_there: int, *, limit: int = 10,
    least: int = LEAST, words_there: int | None = None,
) -> list[Word]:  # fmt: skip
    """The words that set one lot of texts apart from another, the surest first; pairs take the place of their words.

    The log-odds-ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn, Fightin' Words, Political
    Analysis 16, 2008, equations 16 and 22): the prior is how often a word stands in both lots, so that what is common
    everywhere does not stand out and what is rare must earn it. Counted are texts, so that nobody shouts a word up.
    `words_there` is the sum of all counts there, where `there` has no more than the words of `here`.
    """
    others = sum(there.values()) if words_there is None else words_there
    scale = _PRIOR / max(1, here.total() + others)
    total_here, total_there = here.total() + _PRIOR, others + _PRIOR
    found = []
    for word, count in here.items():
        elsewhere = there.get(word, 0)
        if count < least or count * max(1, texts_there) <= elsewhere * texts_here:
            continue
        prior = (count + elsewhere) * scale
        one, two = count + prior, elsewhere + prior
        delta = math.log(one / (total_here - one)) - math.log(two / (total_there - two))
        z = delta / math.sqrt(1 / one + 1 / two)
        if z >= _SURE:
            found.append(Word(word, count, elsewhere, z))
    found.sort(key=lambda word: (-word.z, word.text))
    return _once(found)[:limit]


def _once(found: Sequence[Word]) -> list[Word]:
    """Without words that only ever stand in a pair that is shown, and without a pair's twin."""
    shown: list[Word] = []
    pairs = {part: word for word in found if " " in word.text for part in word.text.split(" ")}
    for word in found:
        pair = pairs.get(word.text)
        if pair is not None and pair.here >= 0.6 * word.here:
            continue
        if " " in word.text and any(set(word.text.split(" ")) & set(o.text.split(" ")) and " " in o.text
                                    and abs(o.here - word.here) <= 1 for o in shown):  # fmt: skip
            continue
        shown.append(word)
    return shown


def best(texts: Sequence[str], told: Sequence[Word]) -> int:
    """Which of some texts holds most of the surest words, a short one before a long one; -1 where there is none."""
    scores = []
    for at, text in enumerate(texts):
        held = words(text)
        scores.append((sum(word.z / 2**i for i, word in enumerate(told[:4]) if word.text in held), -len(text), -at))
    return -max(scores)[2] if scores else -1


def excerpt(text: str, told: Sequence[str] = (), room: int = 220) -> str:
    """At most `room` characters of a text on one line, around the first of some words."""
    line = " ".join(text.translate(_UNSEEN).split())
    if len(line) <= room:
        return line
    at = min((place for word in told if (place := line.casefold().find(word)) >= 0), default=0)
    begin = max(0, min(at - room // 3, len(line) - room))
    if begin:
        begin = line.find(" ", begin, begin + 30) + 1 or begin
    piece = line[begin : begin + room]
    if begin + room < len(line):
        piece = f"{piece.rsplit(' ', 1)[0]}…"
    return f"…{piece}" if begin else piece
