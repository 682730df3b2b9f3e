"""The time zone in which a page shows times."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from spiders.boards import dates
from spiders.boards.mining.sheet import Sheet

_NOW = re.compile(
    r"current time|time (?:is )?now|it is (?:currently|now)|aktuelle zeit|es ist jetzt|"
    r"heure actuelle|hora actual|сейчас",
    re.I,
)
_WIDESPREAD = (
    "Europe/Berlin", "Europe/London", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
    "Europe/Helsinki", "Australia/Sydney",
)  # fmt: skip
_ZONE = re.compile(r"\b(?:UTC|GMT)\b|\b[A-Z][a-z]+/[A-Z][A-Za-z_]+\b")


def shown(sheet: Sheet) -> tzinfo | None:
    """The zone that a page names, or that its clock tells."""
    return _named(sheet) or _by_clock(sheet)


def _named(sheet: Sheet) -> tzinfo | None:
    outline = sheet.outline
    for text, owner in zip(reversed(outline.texts), reversed(outline.owners), strict=True):
        if len(text) < 160 and _ZONE.search(text):
            named = dates.zone(outline.value(owner, "title")) or dates.zone(text)
            if named is not None:
                return named
    return None


def _by_clock(sheet: Sheet) -> tzinfo | None:
    """The zone of the time of day on a page, that stands beside the same time in UTC or says how late it is.

    Software that says how late it is and not in which zone adds the same hours in summer as in winter (MyBB,
    Invision 2, vBulletin 3, FluxBB); what writes stamps knows zones.
    """
    outline = sheet.outline
    for moment in sheet.moments:
        if moment.stamp:
            exact, text = dates.iso(moment.text), outline.line(moment.owner)
            exact = exact if re.search(r"Z$|[+-]\d\d:?\d\d$", moment.text) else None
        else:
            text = f"{outline.before(moment.owner, moment.text)} {moment.text}"
            exact = sheet.page.at if _NOW.search(text) else None
        local = dates.parse(text, sheet.page.at) if exact and re.search(r"\d:\d\d", text) and len(text) < 80 else None
        if exact is not None and local is not None:
            quarters = round((local - exact).total_seconds() / 900)
            if abs(quarters) <= 56 and abs((local - exact).total_seconds() - quarters * 900) < 300:
                shift = timedelta(seconds=quarters * 900)
                return _seasonal(shift, exact) if moment.stamp else timezone(shift)
    return None


def _seasonal(shift: timedelta, now: datetime) -> tzinfo:
    """A zone that has this shift now, with the summer time that most boards so far from UTC keep."""
    for name in _WIDESPREAD if shift else ():
        if now.astimezone(ZoneInfo(name)).utcoffset() == shift:
            return ZoneInfo(name)
    return timezone(shift)
