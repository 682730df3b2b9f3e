"""What a word of a query asks of the words of a text: the same words, and the punctuation that was typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from listening.errors import QueryError
from listening.query.fold import readings
from listening.query.gap import APOSTROPHES, read_gap
from listening.query.words import Kind, Words, kind

_OWNER = re.compile(f"\\w[{APOSTROPHES}][sSｓＳ]\\Z")
_STAR, _ANY = "ʘ", "ʗ"  # letters that stand in for * and ? while the word is split; nobody searches for clicks
_INNER_ANY = re.compile(r"(?<=[\w*])\?+(?=[\w*])")  # elsewhere a question mark is punctuation
_LONGEST = 50  # characters of a query word with a wildcard inside, and of the words it can find: it bounds the search
_MOST = 3  # wildcards in such a query word


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A folded pattern: words from `low` on and before `high`, as far as they fit `pattern` (None: all of them)."""

    low: str
    high: str
    pattern: str | None = None
    raw: bool = False  # fits words as typed


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One word of a text: one of `forms`, or what a wildcard fits, with the punctuation that the query typed.

    Equal only to itself, so that what was found for it is quickly remembered.
    """

    forms: frozenset[str]
    wildcards: tuple[Wildcard, ...] = ()  # there are no forms then
    glue: str | None = None  # the connector to the step before, as in gap.Gap; None: anything
    lead: str = ""  # as in gap.Gap
    trail: str = ""  # as in gap.Gap
    ends: str = ""  # the sigil of the tag or handle that must end here
    raw: bool = False  # the forms are as typed, and so must the text's word be

    @property
    def plain(self) -> bool:
        """Whether it asks for nothing but one of its forms."""
        return not (self.wildcards or self.lead or self.trail or self.ends or self.raw) and self.glue is None

    @property
    def folded(self) -> frozenset[str]:
        """The folded words of which one stands in each text that has one of the forms."""
        return frozenset(reading for form in self.forms for reading in readings(form)) if self.raw else self.forms


@lru_cache(maxsize=1 << 13)
def steps(word: str, plurals: bool = True, raw: bool = False) -> tuple[Step, ...]:
    """The steps of one query word, as typed and without spaces; none where it has no letter, digit or emoji.

    With `plurals` a plain word also finds its simple English plural, and a plural only itself: `anvil` finds anvils,
    but `Windows` must not find a window; a possessive also finds itself without its apostrophe. With `raw` case and
    accents count. QueryError says what is wrong with a wildcard, and where in the word.
    """
    if word.isascii() and word.isalnum():
        return (Step(_forms(word, plurals, raw), raw=raw),)
    if "*" in word or "?" in word:
        word = _INNER_ANY.sub(lambda found: _ANY * len(found[0]), word).replace("*", _STAR)
    words = Words(word)
    pieces, gaps = _with_stars(words.typed() if raw else words.raw, words.gaps())
    lead = read_gap(gaps[0], first=True).lead if pieces else ""
    trail = read_gap(gaps[-1], last=True).trail if pieces else ""
    plural = plurals and len(pieces) == 1 and not lead and not trail
    owner = plurals and not raw and bool(pieces) and _OWNER.search(word) is not None
    return tuple(
        Step(
            forms=frozenset() if _is_wildcard(piece) else _forms(piece, plural, raw, owner and rank == len(pieces) - 1),
            wildcards=_wildcards(piece, word, raw) if _is_wildcard(piece) else (),
            glue=read_gap(gap).glue if rank else None,
            lead="" if rank else lead,
            trail="" if rank < len(pieces) - 1 else trail,
            ends=lead if rank == len(pieces) - 1 and lead in {"#", "@"} and not piece.endswith(_STAR) else "",
            raw=raw,
        )
        for rank, (piece, gap) in enumerate(zip(pieces, gaps, strict=False))
    )


def _is_wildcard(piece: str) -> bool:
    return _STAR in piece or _ANY in piece


def _with_stars(pieces: list[str], gaps: list[str]) -> tuple[list[str], list[str]]:
    """Words to which the stars beside them belong, although the stand-ins for these are Latin letters.

    A star beside Hangul joins it. A closing star in a script without spaces asks for nothing: matches go on there.
    """
    words: list[str] = []
    before: list[str] = []
    for rank, (piece, gap) in enumerate(zip(pieces, gaps, strict=False)):
        last = kind(words[-1][0]) if words and not gap else Kind.NONE
        if last is Kind.SIGN and not piece.strip(_STAR) and rank == len(pieces) - 1:
            continue
        if last is Kind.HANGUL and (piece[0] in _STAR + _ANY or words[-1][-1] in _STAR + _ANY):
            words[-1] += piece
        else:
            words.append(piece)
            before.append(gap)
    return words, [*before, gaps[-1]]


def _forms(piece: str, plural: bool, raw: bool, owner: bool = False) -> frozenset[str]:
    if raw:
        return frozenset({piece})
    forms = set(readings(piece))
    if owner and len(piece) > 2:  # most people type Wendys; but its is not it's
        forms |= {f"{reading}s" for reading in forms}
    if plural and piece.isascii() and piece.isalpha() and len(piece) > 2:
        forms.add(_plural(piece.lower()))
    return frozenset(forms)


def _plural(word: str) -> str:
    if word.endswith("s"):
        return word
    if word.endswith(("x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def _wildcards(piece: str, word: str, raw: bool) -> tuple[Wildcard, ...]:
    tidy = re.sub(f"{_STAR}+", _STAR, piece)
    inside = tidy.rstrip(_STAR)
    start = re.split(f"[{_STAR}{_ANY}]", tidy)[0]
    place = max(word.find(piece), 0)
    if len(readings(start)[0]) < 2 or kind(start[0]) is Kind.SIGN:
        raise QueryError(word, place + len(start), "a wildcard needs at least two letters or digits right before it")
    if inside != start and (len(tidy) > _LONGEST or len(re.findall(f"[{_STAR}{_ANY}]", tidy)) > _MOST):
        message = f"a word with a wildcard inside may have up to {_LONGEST} characters and {_MOST} wildcards"
        raise QueryError(word, place + len(start), message)
    return tuple(_wildcard(form, raw) for form in dict.fromkeys((tidy,) if raw else readings(tidy)))


def _wildcard(form: str, raw: bool) -> Wildcard:
    start, *rest = re.split(f"([{_STAR}{_ANY}])", form)
    high = start[:-1] + chr(ord(start[-1]) + 1)
    if rest == [_STAR, ""]:
        return Wildcard(start, high, None, raw)
    # One atomic group per star: the first place where a part fits is as good as any later one, so none is tried twice.
    parts = "".join("." if part == _ANY else part if part == _STAR else re.escape(part) for part in rest).split(_STAR)
    middle = "".join(f"(?>.*?{part})" for part in parts[1:-1])
    end = f".*{parts[-1]}" if len(parts) > 1 else ""
    pattern = rf"^{re.escape(start)}(?=.{{0,{_LONGEST}}}$){parts[0]}{middle}{end}$"
    return Wildcard(start, high, pattern, raw)
