r"""Folding: a word in the one form in which queries and posts are compared.

1. Compatibility forms become plain ones (NFKC): full-width, mathematical and circled letters, ligatures.
2. Accents go: from every letter but Cyrillic ones, where they make another letter (й, ї); ё is е. Arabic and Hebrew
   vowel points go. Marks that carry the sound stay (Devanagari vowels, the dots of か/が).
3. Case goes (ß is ss), and Latin letters that no accent explains become their base: ø o, đ d, ł l, æ ae, ı i, small
   capitals.
4. A word that mixes Latin letters with Cyrillic or Greek ones, all of which look like Latin ones as typed, is read as
   Latin. A word wholly of such look-alikes has two readings, because it may be a real word (оса, "wasp"): whoever
   holds the whole text decides (`words.Words` takes the Latin one unless the text has other letters of those
   alphabets).
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

LATIN = str.maketrans(
    dict(zip("øđðłħıŧŋĸɡᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "oddlhitnkgabcdefghijklmnoprstuvwyz", strict=True))
    | {"æ": "ae", "œ": "oe", "þ": "th", "ʼ": ""}
)
LOOKALIKES = dict(  # as typed, since м does not look like m but М does
    zip("АВЕЅІЈКМНОРСТУХѴ", "abesijkmhopctyxv", strict=True),
    **dict(zip("аеѕіјорсухѵһԁԛԝ", "aesijopcyxvhdqw", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abezhikmnoptyx", strict=True)),
    **dict(zip("αικορϳ", "aikopj", strict=True)),
)
_AS_LATIN = str.maketrans(LOOKALIKES)
_FOREIGN = "\u0370-\u0373\u0376-\u037d\u037f-\u03ff\u0400-\u052f\u1f00-\u1fff"  # Greek and Cyrillic letters
_IS_FOREIGN = re.compile(f"[{_FOREIGN}]")
_IS_LATIN = re.compile("[A-Za-zÀ-ɏᴀ-ᶿḀ-ỿ]")
_UNMISTAKABLE = re.compile(f"[{_FOREIGN}](?<![{''.join(LOOKALIKES)}])")
_ACCENTS = "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
_DROPPED = re.compile(f"\u0345|(?<=[Ѐ-ԯ])[\u0300\u0301]|(?<=[Ее])\u0308|(?<![Ѐ-ԯ])[{_ACCENTS}]")


def unmistakable(text: str) -> bool:
    """Whether `text` holds a Greek or Cyrillic letter that does not look like a Latin one."""
    return _UNMISTAKABLE.search(text) is not None


@lru_cache(maxsize=1 << 16)
def readings(word: str) -> tuple[str, str]:
    """The folded form of a word as typed, and as somebody meant it who typed look-alikes: mostly the same."""
    if word.isascii():
        folded = word.lower()
        return folded, folded
    base = _DROPPED.sub("", normalize("NFKD", word))
    plain = _lowered(base)
    foreign = _IS_FOREIGN.findall(base)
    if not foreign or any(letter not in LOOKALIKES for letter in foreign):
        return plain, plain
    latin = _lowered(base.translate(_AS_LATIN))
    return (latin, latin) if _IS_LATIN.search(base) else (plain, latin)


def _lowered(base: str) -> str:
    return normalize("NFC", normalize("NFKD", base.casefold()).translate(LATIN))
