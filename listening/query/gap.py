"""Gaps: what stands between two words, as far as a query may type it: `C++`, `AT&T`, `7-Eleven`, `acme.com`, `#tag`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

APOSTROPHES = "'’‘＇ʼ`´"

_SAME = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys(APOSTROPHES, "'"))
_LOOSE = frozenset("-&+/")  # may stand between spaces and still connect: AT & T
_SIGILS = frozenset("#@$")
_TRAIL = re.compile(r"\++|#")
_LONGEST = 16  # characters; of a longer gap only both ends matter


class Gap(NamedTuple):
    """What stands between two words. `of_last` and `of_next` say it as keys about the word before and the one after."""

    glue: str  # the connector as typed; of dashes "-", of apostrophes "'", of white space alone " "
    lead: str  # "#", "@" or "$" where the next word is a tag, a handle or a ticker
    trail: str  # the run of "+", or the "#", that ends the word before
    of_last: tuple[str, ...]  # "trail++"; "opens#" and "opens@" where a tag or handle would go on into the next word
    of_next: tuple[str, ...]  # "glue-", "lead#"


def read_gap(gap: str, *, first: bool = False, last: bool = False) -> Gap:
    """What a gap means; `first` and `last` say that no word stands before or after it."""
    return _read(gap if len(gap) <= _LONGEST else f"{gap[:8]} {gap[-8:]}", first, last)


@lru_cache(maxsize=1 << 12)
def _read(gap: str, first: bool, last: bool) -> Gap:
    gap = normalize("NFKC", gap.translate(_SAME))
    core = gap.strip()
    glue = core if core in _LOOSE else " " if gap and not core else gap
    lead = gap[-1] if gap[-1:] in _SIGILS and not last and (first or len(gap) > 1) else ""
    found = None if first else _TRAIL.match(gap)
    trail = found[0] if found else ""
    opens: tuple[str, ...] = ()
    if gap and not first and not last:
        opens = ("opens#", "opens@") if not gap.strip("_") else ("opens@",) if gap in {".", "-"} else ()
    return Gap(glue, lead, trail, opens + (("trail" + trail,) if trail else ()), ("glue" + glue, "lead" + lead))
