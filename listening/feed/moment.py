"""The dates of feeds: what RFC 822, RFC 3339 and everybody else writes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from listening.dates import Dates

_DATES = Dates()
_LONGEST = 60
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # the web is younger; 1970 stands for "not known"
_AHEAD = timedelta(days=1)  # a clock or a time zone may be that wrong
_ZONE = re.compile(r"(?<=\d )([A-Z]{2,5})$")
# What feeds write beside RFC 822's own zones; where a name has several meanings, the one with the most feeds.
_ZONES = {
    "ACDT": "+1030", "ACST": "+0930", "AEDT": "+1100", "AEST": "+1000", "AKDT": "-0800", "AKST": "-0900",
    "AST": "-0400", "ADT": "-0300", "AWST": "+0800", "BRT": "-0300", "BST": "+0100", "CAT": "+0200", "CEST": "+0200",
    "CET": "+0100", "EAT": "+0300", "EEST": "+0300", "EET": "+0200", "ET": "-0500", "CT": "-0600", "MT": "-0700",
    "PT": "-0800", "HKT": "+0800", "HST": "-1000", "ICT": "+0700", "IDT": "+0300", "IST": "+0530", "JST": "+0900",
    "KST": "+0900", "MEST": "+0200", "MESZ": "+0200", "MET": "+0100", "MEZ": "+0100", "MSK": "+0300", "NZDT": "+1300",
    "NZST": "+1200", "PHT": "+0800", "PKT": "+0500", "SAST": "+0200", "SGT": "+0800", "UT": "+0000", "WAT": "+0100",
    "WEST": "+0100", "WET": "+0000", "WIB": "+0700",
}  # fmt: skip


def moment(text: str) -> datetime | None:
    """The aware UTC time that a date stands for; None for none, and for what can be read in two ways."""
    text = " ".join(text[: _LONGEST + 1].split())
    if not text or len(text) > _LONGEST:
        return None
    text = _ZONE.sub(lambda zone: _ZONES.get(zone[1], zone[1]), text)
    try:
        return _DATES.read(text)
    except ValueError:
        return None


def is_plausible(when: datetime, now: datetime) -> bool:
    """Whether something can have been published then, as seen from `now`."""
    return _EARLIEST <= when <= now + _AHEAD
