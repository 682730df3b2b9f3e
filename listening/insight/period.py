"""The days that a figure is about, those it is compared with, and those that tell what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from listening.store import Days, Store

HISTORY = 56  # days before both periods from which is learnt how figures vary: eight weeks


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days; today, if it is among them, is shown and left out where periods are compared."""

    days: Days
    today: date
    first: date | None = None  # when listening began: what was before is unknown, not nothing

    @property
    def before(self) -> Days:
        """As many days right before."""
        return self.days.before()

    @property
    def unfinished(self) -> str:
        """Today, where it is among the days; else empty."""
        return self.today.isoformat() if self.days.first <= self.today <= self.days.last else ""

    @property
    def compared(self) -> tuple[list[str], list[str]]:
        """The finished days, and as many at the same places of the period before."""
        here = [day for day in self.days.each if day < self.today.isoformat()]
        return here, self.before.each[: len(here)]

    @property
    def comparable(self) -> bool:
        """Whether there is anything to compare: finished days, and listening had begun before them."""
        return bool(self.compared[0]) and self.first is not None and self.first <= self.before.first

    @property
    def history(self) -> Days:
        """Days before both periods that tell how figures vary."""
        earlier = self.before.before(HISTORY)
        begin = max(earlier.first, min(self.first or earlier.last, earlier.last))
        return Days(begin, earlier.last)

    @property
    def all(self) -> Days:
        """History, the period before and this one."""
        return Days(min(self.history.first, self.before.first), self.days.last)


def period(store: Store, since: datetime, until: datetime, now: datetime, brands: list[str]) -> Period:
    """The whole days, in the time zone of the figures, that [since, until) touches, up to today."""
    calendar = store.calendar()
    first, last = calendar.of(since), calendar.of(until - timedelta(seconds=1))
    today = calendar.of(now)
    return Period(Days(first, max(first, min(last, today))), today, store.first_day(brands))


def last_days(store: Store, days: int, now: datetime) -> tuple[datetime, datetime]:
    """The bounds of the last so many days with today, as aware times."""
    calendar = store.calendar()
    today = calendar.of(now)
    begin = calendar.begin((today - timedelta(days=days - 1)).isoformat())
    return datetime.fromisoformat(begin), datetime.fromisoformat(calendar.end(today.isoformat()))
