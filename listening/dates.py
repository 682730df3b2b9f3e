"""From a date as a person or a program wrote it to an aware UTC time, without guessing which number is the month."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

_NO_DATE = frozenset(("", "-", "n/a", "na", "nan", "nat", "null", "none"))
_LENGTH = 100  # no date is longer
_EPOCH = re.compile(r"\d{9,19}(?:\.\d{1,9})?")
_COMPACT = re.compile(r"(?:19|20)\d{12}")
_OLDEST, _NEWEST = 1970, 2200  # outside stand the "no date" values of programs: 0001-01-01, 1900-01-00, 9999-12-31

_MONTHS = (
    "january januar janvier enero gennaio",
    "february februar fevrier febrero febbraio",
    "march marz maerz mars marzo",
    "april avril abril aprile",
    "may mai mayo maggio",
    "june juni juin junio giugno",
    "july juli juillet julio luglio",
    "august aout agosto",
    "september septembre septiembre setiembre settembre",
    "october oktober octobre octubre ottobre",
    "november novembre noviembre",
    "december dezember decembre diciembre dicembre",
)
_WORD = r"[^\W\d_]{3,12}"
_DAYS = {
    "iso": r"(?P<year>\d{4})(?P<gap>[-/.])(?P<month>\d{1,2})(?P=gap)(?P<day>\d{1,2})",
    "numbers": r"(?P<first>\d{1,2})(?P<gap>[-/.])(?P<second>\d{1,2})(?P=gap)(?P<year>\d{4}|\d\d)",
    "day month": (
        rf"(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)?[ -](?:de )?(?P<name>{_WORD})\.?,?[ -](?:del? )?(?P<year>\d{{4}})"
    ),
    "month day": rf"(?P<name>{_WORD})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})",
}
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,? )?"
_TIME = (
    r"(?:(?:,? (?:um |at |a las |à )?|T|, )(?P<hour>\d{1,2})[:h](?P<minute>\d\d)(?::(?P<instant>\d\d)(?:[.,]\d{1,9})?)?"
    r"(?: ?(?P<half>[ap])\.? ?m\.?)?(?: Uhr)?"
    r"(?: ?(?P<zone>Z|(?:UTC|GMT)?[+-]\d\d:?\d\d|UTC|GMT)(?: UTC| \([^()]{1,40}\))?)?)?"
)
_SHAPES = tuple(re.compile(_WEEKDAY + day + _TIME, re.I) for day in _DAYS.values())


class Dates:
    """Reads the dates of one source.

    `zone` is the time zone of dates that name none. `day_first` says what 03/04/2026 means; while it is None such a
    date is refused, and 25/04/2026, 04/25/2026 and 25.04.2026 are understood. `pattern`, as for `strptime`, is the
    only form allowed where it is given.
    """

    def __init__(self, zone: str = "UTC", day_first: bool | None = None, pattern: str = "") -> None:
        self._zone: tzinfo = UTC if zone == "UTC" else ZoneInfo(zone)
        self._day_first, self._pattern = day_first, pattern

    def read(self, value: object) -> datetime | None:
        """The time that a text, or a number of seconds or milliseconds since 1970, stands for; None for no date.

        Raises ValueError with a sentence for the person who can mend it.
        """
        if value is None:
            return None
        text = " ".join(str(value)[: _LENGTH + 1].split())
        if text.casefold() in _NO_DATE:
            return None
        try:
            moment = self._moment(text) if len(text) <= _LENGTH and not isinstance(value, bool) else None
            if moment is not None and moment.tzinfo is None:
                moment = moment.replace(tzinfo=self._zone)
            moment = moment.astimezone(UTC) if moment is not None else None
        except OverflowError:
            moment = None
        if moment is None:
            raise ValueError(f'"{text[:40]}" is no date that can be read; describe it: date_format = "%d.%m.%Y %H:%M"')
        if not _OLDEST <= moment.year <= _NEWEST:
            raise ValueError(f'"{text[:40]}" is no date of a post: its year is {moment.year}')
        return moment

    def _moment(self, text: str) -> datetime | None:
        if self._pattern:
            try:
                return datetime.strptime(text, self._pattern)  # noqa: DTZ007 - the zone follows
            except ValueError:
                raise ValueError(f'"{text[:40]}" does not fit date_format = "{self._pattern}"') from None
        if _EPOCH.fullmatch(text) and not _COMPACT.fullmatch(text):
            return _since_1970(text)
        if _COMPACT.fullmatch(text):
            return _parsed(lambda: datetime.strptime(text, "%Y%m%d%H%M%S"))  # noqa: DTZ007
        found = _parsed(lambda: datetime.fromisoformat(text))
        for shape in _SHAPES if found is None else ():
            if match := shape.fullmatch(text):
                return self._of_parts(text, match.groupdict())
        return found or _parsed(lambda: parsedate_to_datetime(text))

    def _of_parts(self, text: str, parts: dict[str, str | None]) -> datetime | None:
        year = int(parts["year"] or 0)
        if parts.get("first") is not None:
            day, month = self._day_and_month(text, int(parts["first"] or 0), int(parts["second"] or 0), parts)
            year += 0 if year > 99 else 2000 if year < 70 else 1900
        else:
            day, month = int(parts["day"] or 0), int(parts.get("month") or 0) or _month(parts.get("name") or "")
        hour = int(parts["hour"] or 0)
        if half := parts["half"]:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half in "pP" else 0)
        minute, second = int(parts["minute"] or 0), int(parts["instant"] or 0)
        zone = parts["zone"] or ""
        return _parsed(lambda: datetime(year, month, day, hour, minute, second, tzinfo=_offset(zone)))

    def _day_and_month(self, text: str, first: int, second: int, parts: dict[str, str | None]) -> tuple[int, int]:
        if self._day_first is not None:
            return (first, second) if self._day_first else (second, first)
        if parts["gap"] == ".":
            return first, second  # dots are written where the day comes first
        if second <= 12 and (len(parts["year"] or "") < 4 or (first <= 12 and first != second)):
            raise ValueError(f'"{text[:40]}" can be read in two ways: set day_first = true or day_first = false')
        return (first, second) if first > 12 else (second, first)


def _parsed(parse: Callable[[], datetime]) -> datetime | None:
    try:
        return parse()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _since_1970(text: str) -> datetime:
    number = float(text)
    # Seconds, milliseconds, microseconds or nanoseconds: a present time has 10, 13, 16 or 19 digits.
    unit = 1.0 if number < 1e11 else 1e3 if number < 1e14 else 1e6 if number < 1e17 else 1e9
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=number / unit)


def _month(name: str) -> int:
    """The number of a month in English, German, French, Spanish or Italian, whole or shortened; 0 if it is none."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    found = {number for number, names in enumerate(_MONTHS, 1) if any(full.startswith(bare) for full in names.split())}
    return found.pop() if len(found) == 1 else 0


def _offset(zone: str) -> tzinfo | None:
    if not zone:
        return None
    sign = re.search(r"([+-])(\d\d):?(\d\d)", zone)
    if sign is None:
        return UTC
    shift = timedelta(hours=int(sign[2]), minutes=int(sign[3]))
    return timezone(-shift if sign[1] == "-" else shift)
