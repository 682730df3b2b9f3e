"""From a board's way of writing a time ("Yesterday, 03:15 PM", "vor 2 Stunden", an epoch) to aware UTC."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from spiders.boards.datewords import AGO, MONTHS, NOW, TODAY, UNITS, WEEKDAYS, YESTERDAY, longest

_LENGTH = 300  # no date, and no "last edited by" line, is longer
_FUTURE = timedelta(days=1)  # a board's clock or zone may be that wrong
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:z|[+-]\d\d:?\d\d))?)?"
    r"(?!\S*\d| ?[ap]\.?m|,? ?\d{1,2}[:.]\d\d)"  # "2026-11-14, 03:15 PM" is none
)
_WORD = r"[^\W\d_]{2,}+"  # what follows is never a letter: half of one is no use
_DAY_MONTH = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.)?[ -](?:de |di |d')?({_WORD})\.?,?[ -]?(?:de |del )?"
    r"(\d{4}|'?\d\d(?![\d:]))?"
)
_MONTH_DAY = re.compile(
    rf"(?<![^\W\d_])({_WORD})\.?[ -](\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,? (?:of )?(\d{{4}})|,? '(\d\d))?"
)
_NUMBERS = re.compile(r"(?<![\d:])(\d{1,4})([./-]) ?(\d{1,2})\2 ?(\d{4}|\d\d)(?![\d:])")
_CJK = re.compile(r"(?:(\d{4})[年년] ?)?(\d{1,2})[月월] ?(\d{1,2})[日일]")
_CLOCK = re.compile(r"(?<![\d:+-])(\d{1,2})[:：](\d\d)(?:[:：](\d\d))?(?: ?([ap])\.? ?m\b\.?)?")
_CLOCK_WORDS = re.compile(
    r"(?:\b(?:klo?|um|at|à|om|alle|a las|às)\.? |, )(\d{1,2})[.h](\d\d)\b|(?<!\d)(\d{1,2}) ?([ap])\.? ?m\b"
)
_NAMED_HOUR = re.compile(r"\b(?:noon|midnight)\b")
_HALF_BEFORE = re.compile(r"(上午|下午|午前|午後)")
_COUNT = re.compile(
    rf"(?:(?<![\d.,:])(\d{{1,4}}) ?|(?<!\w)(?:an?|one|ein(?:e[rnm]?)?|un[aeo]?|uma?|een|en|et|ett|bir|egy) |(?<!\w)un')"
    rf"({_WORD}|[a-z분])"
)
_TWO_WORDS = re.compile(r"\bi (?=dag\b|går\b)")  # "i dag" and "i går" are written in one as well
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ZONE = re.compile(r"(?:utc|gmt)? ?([+\-−]) ?(\d{1,2})(?::?([0-5]\d))?")
_ZONE_AFTER = re.compile(r" ?(?:\(?(utc|gmt|z)\b ?([+-]\d{1,2}(?::?\d\d)?)?|([+-]\d\d:?\d\d)(?!\d))")
_NOW = re.compile(NOW)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(text: str | None, zone: tzinfo = UTC) -> datetime | None:
    """The time an ISO 8601 text names, in UTC; `zone` is the one of texts that name none. None for anything else."""
    try:
        return _aware(datetime.fromisoformat((text or "").strip()), zone)
    except ValueError:
        return None


def epoch(value: object) -> datetime | None:
    """The time of a number of seconds or milliseconds since 1970, given as a number or its text; None for no time."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 16:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e14:
        return None
    return _EPOCH + timedelta(seconds=value / 1000 if value > 1e11 else value)


def zone(text: str) -> tzinfo | None:
    """The time zone that "Europe/Berlin", "UTC+01:00" or "GMT -5 hours [ DST ]" names; None where it names none."""
    name = text.strip()
    if re.fullmatch(r"[A-Za-z]+(?:/[A-Za-z0-9_+-]+)+", name):
        try:
            return ZoneInfo(name)
        except (KeyError, OSError, ValueError):  # KeyError: its name in another language
            pass
    lower = name.lower()
    if match := _ZONE.search(lower):
        shift = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        shift = -shift if match[1] != "+" else shift
        shift += timedelta(hours=1) if re.search(r"\[\s*dst|sommerzeit", lower) else timedelta(0)
        return timezone(shift) if abs(shift) < timedelta(hours=15) else None
    return UTC if re.search(r"\b(utc|gmt)\b", lower) else None


def parse(text: str, now: datetime, zone: tzinfo = UTC, month_first: bool = False) -> datetime | None:
    """The first time that a text names, in UTC; None where it names none.

    `now` is when the page was fetched: "Yesterday" and "2 hours ago" count from there. `zone` is the board's own.
    `month_first` says what 03/04/2026 means; 25/04/2026 and 04/25/2026 are understood either way.
    """
    text = text[:_LENGTH]
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text).replace("’", "'")
    folded = " ".join(plain.lower().split())
    if "i dag" in folded or "i går" in folded:
        folded = _TWO_WORDS.sub("i", folded)
    if match := _ISO.search(folded):
        return iso(match[0].upper().replace(",", "."), zone)
    local = now.astimezone(zone)
    found = _calendar_day(folded, local, month_first)
    if found is None:
        return _ago(folded, now)
    day, rest = found
    # "14:05, 21 November 2026" has its time before the day
    clock, after = _clock(rest if _CLOCK.search(rest) or not _CLOCK.search(folded) else folded)
    named = _zone_after(after) or zone
    return _aware(datetime.combine(day, time(*clock)), named)


def _aware(moment: datetime, zone: tzinfo) -> datetime | None:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return None


def _calendar_day(text: str, local: datetime, month_first: bool) -> tuple[date, str] | None:
    """The day a text names, and what follows it."""
    begins = _NUMBERS.match(text) is not None  # as most numeric days do: no names are sought then
    for read in (_numeric_day,) if begins else (_named_day, _cjk_day, _numeric_day):
        found = read(text, local, month_first)
        if found is not None:
            return found
    for match in _WORDS.finditer(text):
        if match[0] in TODAY:
            return local.date(), text[match.end() :]
        if match[0] in YESTERDAY:
            return local.date() - timedelta(days=1), text[match.end() :]
    first = _WORDS.match(text)
    weekday = longest(WEEKDAYS, first[0]) if first else None
    if first is None or weekday is None or not _CLOCK.search(text):
        return None
    back = (local.weekday() - (weekday - 1)) % 7 or 7
    return local.date() - timedelta(days=back), text[first.end() :]


def _named_day(text: str, local: datetime, _: bool) -> tuple[date, str] | None:
    for match in _DAY_MONTH.finditer(text):
        if (month := _month(match[2])) is not None:
            return _dated(local, match[3], month, int(match[1]), text[match.end() :])
    for match in _MONTH_DAY.finditer(text):
        if (month := _month(match[1])) is not None:
            return _dated(local, match[3] or match[4], month, int(match[2]), text[match.end() :])
    return None


@lru_cache(maxsize=1024)
def _month(word: str) -> int | None:
    return longest(MONTHS, word)


def _cjk_day(text: str, local: datetime, _: bool) -> tuple[date, str] | None:
    match = None if text.isascii() else _CJK.search(text)
    return _dated(local, match[1], int(match[2]), int(match[3]), text[match.end() :]) if match else None


def _numeric_day(text: str, local: datetime, month_first: bool) -> tuple[date, str] | None:
    match = _NUMBERS.search(text)
    if match is None:
        return None
    rest = text[match.end() :]
    first, second, third = int(match[1]), int(match[3]), int(match[4])
    if len(match[1]) == 4:
        return _dated(local, match[1], second, third, rest)
    if len(match[1]) > 2:
        return None
    month, day = (first, second) if month_first and match[2] != "." else (second, first)
    if month > 12:
        month, day = day, month
    found = _dated(local, match[4], month, day, rest)
    if found and found[0] > local.date() + _FUTURE and day <= 12 and match[2] != ".":
        return _dated(local, match[4], day, month, rest) or found
    return found


def _dated(local: datetime, year: str | None, month: int, day: int, rest: str) -> tuple[date, str] | None:
    try:
        if year:
            number = int(year.lstrip("'"))
            number += 0 if number > 99 else 2000 if number < 70 else 1900
            return date(number, month, day), rest
        this = date(local.year, month, day)
        return (this if this <= local.date() + _FUTURE else this.replace(year=local.year - 1)), rest
    except ValueError:
        return None


def _clock(text: str) -> tuple[tuple[int, int, int], str]:
    """The time of day a text names, midnight where it names none, and what follows it."""
    match = _CLOCK.search(text)
    if match is None and (named := _NAMED_HOUR.search(text)):
        return (12 if named[0] == "noon" else 0, 0, 0), text[named.end() :]
    if match:
        hour, minute, second, half = int(match[1]), int(match[2]), int(match[3] or 0), match[4]
    else:
        match = _CLOCK_WORDS.search(text)
        if match is None:
            return (0, 0, 0), text
        hour, minute, second, half = int(match[1] or match[3]), int(match[2] or 0), 0, match[4]
    before = _HALF_BEFORE.search(text, 0, match.start())
    late = half == "p" or (before is not None and before[1] in ("下午", "午後"))
    if half or before:
        hour = hour % 12 + (12 if late else 0)
    valid = hour < 24 and minute < 60 and second < 60
    return ((hour, minute, second) if valid else (0, 0, 0)), text[match.end() :]


def _zone_after(text: str) -> tzinfo | None:
    match = _ZONE_AFTER.match(text)
    return zone(match[0]) if match else None


def _ago(text: str, now: datetime) -> datetime | None:
    """Times that count back from now: "2 hours ago", "vor 3 Tagen", "5m"."""
    if _NOW.search(text):
        return now.astimezone(UTC)
    said = _WORDS.findall(text)
    marked = any(word in AGO for word in said) or text.endswith("前")
    total, found = 0, False
    for match in _COUNT.finditer(text):
        unit = longest(UNITS, match[2])
        if unit is not None and (marked or match[0] == text):
            total += unit * int(match[1] or 1)
            found = True
    if not found and marked and len(said) == 2 and (unit := longest(UNITS, said[0])) is not None:
        total, found = unit, True  # "hour ago", in the languages that have no article
    if not found:
        return None
    try:
        return (now - timedelta(seconds=total)).astimezone(UTC)
    except OverflowError:
        return None
