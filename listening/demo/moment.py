"""Moments of the demo's story, told relative to now and laid onto real dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

_CLOCK = re.compile(r"(\d+)d (\d\d):(\d\d)")
_AGO = re.compile(r"(?:(\d+)h)?(?:(\d+)m)? ago")
_DAY = 24 * 60
_SATURDAY = 5
_DAWN, _LATE = 5 * 60, 10 * 60
_LIE_IN = 90


@dataclass(frozen=True, slots=True)
class Moment:
    """So many days before today at a minute of the day (UTC), or so many minutes before now where `days` is None."""

    days: int | None
    minutes: int

    @classmethod
    def parse(cls, text: str) -> Moment:
        """Read "12d 07:52" or "3h20m ago"; raises ValueError for anything else."""
        if clock := _CLOCK.fullmatch(text):
            days, hours, minutes = (int(part) for part in clock.groups())
            return cls(days, hours * 60 + minutes)
        ago = _AGO.fullmatch(text)
        if ago is None or not any(ago.groups()):
            msg = f"{text!r} is neither like '12d 07:52' nor like '3h20m ago'"
            raise ValueError(msg)
        return cls(None, int(ago[1] or 0) * 60 + int(ago[2] or 0))

    @property
    def age(self) -> int:
        """Minutes between this moment and the start of today: sorts the story, whatever day today is."""
        return self.minutes if self.days is None else self.days * _DAY - self.minutes

    def on(self, now: datetime) -> datetime:
        """Return the date and time (UTC) of this moment, seen from now; on weekends people rise later."""
        if self.days is None:
            return (now - timedelta(minutes=self.minutes)).astimezone(UTC).replace(second=0, microsecond=0)
        midnight = datetime.combine(now.astimezone(UTC).date(), time(), UTC) - timedelta(days=self.days)
        minutes = _later(self.minutes) if midnight.weekday() >= _SATURDAY else self.minutes
        return midnight + timedelta(minutes=minutes)


def workday(moment: datetime) -> datetime:
    """Return the same time on the Friday before, where the moment falls on a weekend."""
    return moment - timedelta(days=max(0, moment.weekday() - _SATURDAY + 1))


def _later(minutes: int) -> int:
    """Squeeze what happens between 5 and 10 o'clock into the later part of it, in the same order."""
    if not _DAWN <= minutes < _LATE:
        return minutes
    return _LATE - (_LATE - minutes) * (_LATE - _DAWN - _LIE_IN) // (_LATE - _DAWN)
