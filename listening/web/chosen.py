"""The brand and the period that somebody looks at, as the address of a page says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.datastructures import QueryParams

PERIODS = {"1d": "24 hours", "7d": "7 days", "30d": "30 days", "90d": "90 days", "365d": "a year"}
_DEFAULT = "30d"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A brand ("" for all) and a half-open period in aware UTC; `period` is one of PERIODS, or "" for days chosen."""

    brand: str
    period: str
    since: datetime
    until: datetime
    zone: ZoneInfo

    @property
    def length(self) -> timedelta:
        """How long the period is."""
        return self.until - self.since

    @property
    def first_day(self) -> date:
        """The period's first day where the reader is."""
        return self.since.astimezone(self.zone).date()

    @property
    def last_day(self) -> date:
        """Its last one."""
        return (self.until - timedelta(seconds=1)).astimezone(self.zone).date()

    @property
    def shown(self) -> str:
        """The period in words."""
        return PERIODS.get(self.period) or f"{self.first_day:%-d %b %Y} to {self.last_day:%-d %b %Y}"

    def query(self, **changes: str) -> str:
        """The address's part after "?" for this choice, with changes; empty values are left out."""
        days = {} if self.period else {"since": self.first_day.isoformat(), "until": self.last_day.isoformat()}
        values = {"brand": self.brand, "period": self.period, **days, **changes}
        return urlencode({name: value for name, value in values.items() if value})


def chosen(params: QueryParams, brands: Sequence[str], zone: ZoneInfo, now: datetime | None = None) -> Chosen:
    """What an address asks for. What cannot be understood is the default: all brands, 30 days.

    A period ends now; its first day is whole where the reader is. Days chosen are whole.
    """
    now = now or datetime.now(UTC)
    brand = next((name for name in brands if name.casefold() == params.get("brand", "").casefold()), "")
    since, until = _day(params.get("since")), _day(params.get("until"))
    if since and until and since <= until:
        end = until + timedelta(days=1)
        return Chosen(brand, "", _start(since, zone), _start(end, zone), zone)
    period = params.get("period", _DEFAULT)
    if period not in PERIODS:
        period = _DEFAULT
    days = int(period[:-1])
    if days == 1:
        return Chosen(brand, period, now - timedelta(days=1), now, zone)
    first = now.astimezone(zone).date() - timedelta(days=days - 1)
    return Chosen(brand, period, _start(first, zone), now, zone)


def _day(value: str | None) -> date | None:
    if not value or not re.fullmatch(r"[12]\d{3}-\d\d-\d\d", value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
