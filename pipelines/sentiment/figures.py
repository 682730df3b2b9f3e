"""Prices, times and marks that a text gives for two brands: which of the two has the better one."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

_NUMBERS = {
    name: number
    for number, names in enumerate(
        "- a|an|one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
    )
    for name in names.split("|")
    if number
} | {"half an": 0.5, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100}
_SECONDS = {
    "second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "hr": 3600, "day": 86_400, "night": 86_400,
    "week": 604_800, "month": 2_592_000, "year": 31_536_000, "yr": 31_536_000,
}  # fmt: skip
_WRITTEN = "|".join(sorted(_NUMBERS, key=len, reverse=True)).replace(" ", "[ ]")
_AMOUNT = rf"(?P<before>[$€£])?\s?(?P<number>(?<![\w.,])\d+(?:[.,]\d+)*|\b(?:{_WRITTEN})\b)"
_OF_WHAT = rf"""
    (?: \s?/\s?(?P<of>5|10|100)(?!\d) | \sout\sof\s(?P<outof>5|10|five|ten)\b | [\s-]?(?P<stars>stars?)\b
      | (?P<pence>p\b) | \s?(?P<money>[$€£]|(?:dollars?|bucks|euros?|pounds|quid|cents|usd|eur)\b)
      | [\s-]?(?:(?:whole|full|business|working|straight|long)\s)?(?P<time>{"|".join(_SECONDS)})s?\b )
"""
_FIGURE = re.compile(f"{_AMOUNT}{_OF_WHAT}?", re.IGNORECASE | re.VERBOSE)
_WORDED = re.compile(f"{_AMOUNT}{_OF_WHAT}", re.IGNORECASE | re.VERBOSE)  # a number in words tells only with a unit
_DIGITS = re.compile(r"\d+")
_MOST = 8  # figures of a brand that are compared
_LASTING = re.compile(
    r"\b(?:batter(?:y|ies)|lasts?|lasted|on a charge|warrant(?:y|ies)|guarantees?|going strong|still going|still runs|"
    r"year on|standby|free trial|survived|fit for|return window|returns within)\b",
    re.IGNORECASE,
)
_STAYED = re.compile(
    r"\b(?:had|have|with|used|using|been|owned|customers?|members?)\b[^.;!?]{0,40}\bfor "
    r"(?:the (?:last|past) |over |about )?$",
    re.IGNORECASE,
)
_RATE = re.compile(r"\d\S*\s(?:\w+\s)?$")  # "$12 a month", "40 invoices a month"
_STAYING = re.compile(r"\s(?:with|of using)\s", re.IGNORECASE)  # how long somebody has been a customer is no wait
_GAINED = re.compile(
    r"\b(?:sav(?:e|ed|es|ings?)|refund(?:s|ed)?|credit(?:s|ed)?|discount|off|cheaper|less|earn(?:s|ed)?|cashback|bonus|"
    r"pays|compensat\w+|back|interest|gave|voucher)\b",
    re.IGNORECASE,
)
_PRICED = re.compile(
    r"[$€£]|\b(?:price[sd]?|fees?|cost(?:s|ing)?|rent|bills?|billed|charg\w+|renewals?|renews?|quot\w+|premium|fares?|"
    r"pay(?:s|ing)?|paid|cheap\w*|wanted|wants|asks?|asked|subscription|monthly|a month|per month|tickets?)\b",
    re.IGNORECASE,
)


class Figure(NamedTuple):
    """An amount somebody gives, where it stands, and of what: "money", "time", "mark", or "" where nothing tells."""

    start: int
    end: int
    number: float  # as written
    unit: float
    kind: str


def figures(text: str, words: Sequence[int]) -> list[Figure]:
    """The amounts of a text in the order of their places; at `words` numbers written as words begin."""
    return list(_figures(text, sorted([*_starts(text), *words])))


def _starts(text: str) -> Iterator[int]:
    """Where numbers in digits begin, with the sign of a currency before them."""
    if text.isascii() and not any(map(text.__contains__, string.digits)):  # which takes a fifth of the time
        return
    for match in _DIGITS.finditer(text):
        start = match.start()
        if start and ((before := text[start - 1]).isalnum() or before in "_.,"):
            continue
        sign = text[max(start - 2, 0) : start].rstrip()
        yield start - 1 - (text[start - 1] == " ") if sign[-1:] and sign[-1:] in "$€£" else start


def _figures(text: str, starts: Sequence[int]) -> Iterator[Figure]:
    upto = 0
    for start in starts:
        if start < upto:
            continue
        match = (_WORDED if text[start].isalpha() else _FIGURE).match(text, start)
        if match is None:
            continue
        upto = match.end()
        word = match["number"].lower()
        written = word[0].isdigit()
        amount = float(_NUMBERS.get(word, 0.0)) if not written else _amount(word)
        if match["pence"]:
            yield Figure(*match.span(), amount, 0.01, "money")
        elif match["before"] or match["money"]:
            yield Figure(*match.span(), amount, 1, "money")
        elif match["time"]:
            if word in {"a", "an"} and _RATE.search(text[max(start - 30, 0) : start]):
                continue
            if _STAYED.search(text[max(start - 80, 0) : start]) or _STAYING.match(text, upto):
                continue
            yield Figure(*match.span(), amount, _SECONDS[match["time"].lower()], "time")
        elif match["of"] or match["outof"]:
            scale = (match["of"] or match["outof"]).lower()
            yield Figure(*match.span(), amount, 1 / float(_NUMBERS.get(scale) or scale), "mark")
        elif match["stars"]:
            yield Figure(*match.span(), amount, 0.2, "mark")
        elif written:
            yield Figure(*match.span(), amount, 0, "")


def _amount(word: str) -> float:
    """A number as written: "1,200", "13.98", "13,98"."""
    whole, _, cents = word.replace(",", ".").rpartition(".")
    if not whole:
        return float(cents)
    digits = whole.replace(".", "")
    return float(f"{digits}{cents}") if len(cents) == 3 else float(f"{digits}.{cents}")


def better(
    text: str, found: Sequence[Figure], one: Sequence[tuple[int, int]], two: Sequence[tuple[int, int]]
) -> tuple[int, Figure, Figure] | None:
    """Whether the figure in the stretches `one` of a text is better (1) or worse (-1) than that in `two`; and both.

    Less money and less time are better, but for what is earned and for what should last; None where nothing compares.
    """
    mine, theirs = (_inside(found, stretches) for stretches in (one, two))
    for ours in mine:
        for other in theirs:
            kind = ours.kind or other.kind
            one_amount, two_amount = (
                each.number * (each.unit or ours.unit or other.unit or 1) for each in (ours, other)
            )
            if ours.start == other.start or {ours.kind, other.kind} - {kind, ""} or one_amount == two_amount:
                continue
            if not kind and not _PRICED.search(text):
                continue
            sign = 1 if one_amount > two_amount else -1
            return (sign if _more_is_better(kind, _words(text, one), _words(text, two)) else -sign), ours, other
    return None


def _more_is_better(kind: str, one: str, two: str) -> bool:
    test: Callable[[str], object] | None = {"mark": None, "time": _LASTING.search}.get(kind, _GAINED.search)
    return test is None or bool(test(one) or test(two))


def _inside(found: Sequence[Figure], stretches: Sequence[tuple[int, int]]) -> list[Figure]:
    return [one for one in found if any(start <= one.start < end for start, end in stretches)][:_MOST]


def _words(text: str, stretches: Sequence[tuple[int, int]]) -> str:
    return " ".join(text[start:end] for start, end in stretches)
