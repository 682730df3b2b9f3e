"""Ratings that an author gives in a text: "2/10", "4.5 out of 5", "one star", stars as emoji."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_NUMBERS = {"zero": 0.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "ten": 10.0}
_NUMBER = r"(?<![\w.,/$\u20ac\u00a3-])(\d{1,2}(?:[.,]\d{1,2})?|zero|one|two|three|four|five|ten)"
# What is counted behind a number is no rating ("9/10 orders", "4/5 days", "4 star hotel"), nor is the day of a month.
_COUNTED = (
    r"(?![\w/%]|[.,]\d|\sof\b|\s?[ap]m\b|\sat\s\d|\speople\b|"
    r"\s(?!(?:stars|as|is|was|has|this|always|less)\b)[a-z]{3,}s\b)"
)
_NO_RATING = (
    r"(?!\w|[\s-](?:off|less|short|away|left|hotels?|resorts?|restaurants?|properties|property|accommodation|general|"
    r"chefs?|reviews?)\b)"
)
_STAR = "\u2605\u2b50\U0001f31f"
_SLASH = re.compile(r"/\s?(?:5|10|[Ff]ive|[Tt]en)\b")  # this and the next are found at once, by how they begin
_OUT_OF = re.compile(r"out\sof\s(?:5|10|[Ff]ive|[Tt]en)\b")
_SCALED = re.compile(rf"{_NUMBER}(?:\s?/\s?|\s(?:stars\s)?out\sof\s)(5|10|five|ten){_COUNTED}", re.IGNORECASE)
_STARS = re.compile(rf"{_NUMBER}[\s-]?stars?{_NO_RATING}", re.IGNORECASE)
_RUN = re.compile(f"((?:[{_STAR}]\ufe0f?){{1,10}})(\u2606{{0,4}})")
_CHANGED = re.compile(
    rf"\bfrom\s{_NUMBER}(?:[\s-]?stars?)?\s(?:up\s|down\s)?to\s{_NUMBER}(?:[\s-]?stars?)?(?!\w)", re.IGNORECASE
)
_DATED = re.compile(r"\b(?:on|by|since|until|till|from|before|after|dated|due)\s$", re.IGNORECASE)
_MOST = 1.5  # "15/10" is meant; more is something else
_FEW, _MANY = 0.45, 0.75  # of all stars: up to which a rating is a bad one, from which a good one


class Rating(NamedTuple):
    """A rating by the characters of the text; `share` is 1 for five stars of five."""

    start: int
    end: int
    share: float


def sign_of(share: float) -> int:
    """1 for a good rating, -1 for a bad one, 0 between."""
    return 1 if share >= _MANY else -1 if share <= _FEW else 0


def ratings(text: str) -> list[Rating]:
    """The ratings of a text, in the order of their places."""
    found: list[Rating] = []
    for one in sorted(_ratings(text), key=lambda one: (one.start, -one.end)):
        if not found or one.start >= found[-1].end:  # "2 stars" of "2 stars out of 5" is no other
            found.append(one)
    return found


def _ratings(text: str) -> Iterator[Rating]:
    if _SLASH.search(text) or _OUT_OF.search(text) or "OUT OF" in text:
        for match in _SCALED.finditer(text):
            if "/" not in match[0] or not _DATED.search(text[max(match.start() - 8, 0) : match.start()]):
                yield from _rated(match, _number(match[2]))
    if "star" in text or "Star" in text or "STAR" in text:
        for match in _STARS.finditer(text):
            yield from _rated(match, 5.0)
        for match in _CHANGED.finditer(text):  # the later one holds
            if "star" in match[0].lower() and (share := _number(match[2]) / 5) <= 1:
                yield Rating(*match.span(), share)
    if not text.isascii() and any(map(text.__contains__, _STAR)):
        for match in _RUN.finditer(text):
            full, empty = len(match[1].replace("\ufe0f", "")), len(match[2])
            if full + empty >= 4:  # fewer may be there for beauty
                yield Rating(*match.span(), full / max(full + empty, 5))


def _rated(match: re.Match[str], most: float) -> Iterator[Rating]:
    share = _number(match[1]) / most
    if share <= _MOST:
        yield Rating(*match.span(), min(share, 1.0))


def _number(written: str) -> float:
    known = _NUMBERS.get(written.lower())
    return float(written.replace(",", ".")) if known is None else known
