"""When a source is asked: calendar arithmetic alone, without a clock, a store or a process."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from listening.config import spell

if TYPE_CHECKING:
    from listening.config import SourceEntry

_UTC = ZoneInfo("UTC")
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHORTEST = timedelta(seconds=60)  # between two slots that `adaptive` makes; what `every` says is never lengthened
_AGAIN = timedelta(minutes=15)  # after a first failure of what is asked at times of day
_STREAM_AGAIN = timedelta(seconds=5)
_LONGEST_BACK_OFF = timedelta(days=1)
FASTEST, SLOWEST = -2, 2  # levels: `every` times 2 ** level


@dataclass(frozen=True, slots=True)
class Pace:
    """What a source's last runs say about its next."""

    failures: int = 0  # failed runs in a row
    level: int = 0  # asked every `every` times 2 ** level
    streak: int = 0  # runs in a row that brought news; negative: that stayed quiet


@dataclass(frozen=True, slots=True)
class Timetable:
    """The slots of one source: moments, each of which is run once.

    A slot is a pure function of the options, the level and the calendar, so that it is the same moment whoever computes
    it and however the clock jumps. Slower levels use every second slot of faster ones. With `at`, a time that the
    clock skips in spring stands for the moment at which it goes on, a time that comes twice in autumn for its first.
    """

    name: str  # of the source: it spreads sources with the same options over their interval
    every: timedelta = timedelta(hours=1)
    at: tuple[time, ...] = ()
    days: frozenset[int] = field(default_factory=frozenset)  # 0 is Monday; empty: all
    window: tuple[time, time] | None = None
    jitter: timedelta = timedelta(0)
    zone: ZoneInfo = _UTC
    adaptive: bool = True
    endless: bool = False  # a stream: kept alive rather than asked now and then

    @classmethod
    def of(cls, entry: SourceEntry, zone: str, *, endless: bool = False) -> Timetable:
        """The timetable of a configured source; `zone` is the installation's."""
        begin, _, end = entry.window.partition("-")
        return cls(
            name=entry.name,
            every=max(entry.every, timedelta(seconds=10)),
            at=tuple(sorted({time.fromisoformat(each) for each in entry.at})),
            days=frozenset(_DAYS.index(day) for day in entry.days),
            window=(time.fromisoformat(begin), time.fromisoformat(end)) if entry.window else None,
            jitter=entry.jitter,
            zone=ZoneInfo(entry.clock or zone),
            adaptive=entry.adaptive and not entry.at,
            endless=endless,
        )

    def __str__(self) -> str:
        """In words: "every 15m, mon tue, 08:00-20:00 Europe/Berlin"."""
        if self.endless:
            return "live"
        rhythm = "at " + " ".join(f"{each:%H:%M}" for each in self.at) if self.at else f"every {spell(self.every)}"
        days = [_spelt(sorted(self.days))] if self.days else []
        window = [f"{self.window[0]:%H:%M}-{self.window[1]:%H:%M}"] if self.window else []
        zone = f" {self.zone.key}" if self.at or self.days or self.window else ""
        late = [f"up to {spell(self.jitter)} later"] if self.jitter else []
        return ", ".join([rhythm, *days, *window]) + zone + "".join(f", {each}" for each in late)

    # -- slots

    def interval(self, level: int = 0) -> timedelta:
        """Between two slots of a level, where nothing else limits them."""
        return self._step(self._level(level))

    def next(self, after: datetime, level: int = 0) -> datetime:
        """The first slot after a moment."""
        if self._daily:
            slots = (slot for day in _days(after, 1, self.zone) for slot in self._on(day, level))
            return next(slot for slot in slots if slot > after)
        step, phase = self.interval(level), self._phase()
        return phase + ((after - phase) // step + 1) * step

    def last(self, now: datetime, level: int = 0) -> datetime:
        """The last slot at or before a moment."""
        if self._daily:
            slots = (slot for day in _days(now, -1, self.zone) for slot in reversed(self._on(day, level)))
            return next(slot for slot in slots if slot <= now)
        step, phase = self.interval(level), self._phase()
        return phase + (now - phase) // step * step

    def due(self, slot: datetime, level: int = 0) -> datetime:
        """When a slot is run: itself, and some jitter that is always the same for it."""
        widest = self.jitter if self.at else min(self.jitter, self.interval(level) / 2)
        return slot + timedelta(seconds=_chance(f"{self.name} {slot.isoformat()}", int(widest.total_seconds())))

    def reached(self, now: datetime, level: int = 0) -> datetime:
        """The last slot whose time has come, jitter included."""
        slot = self.last(now, level)
        while self.due(slot, level) > now:
            slot = self.last(slot - timedelta(microseconds=1), level)
        return slot

    def open(self, now: datetime) -> bool:
        """Whether a slot that was missed may be made up for now: a window and its days are never left."""
        if self.at or not self._daily:
            return True
        local = now.astimezone(self.zone).date()
        return any(begin <= now < end for begin, end in map(self._hours, (local - _DAY, local)) if begin)

    # -- what follows a run

    def follow(
        self, verdict: str, new: int, lasted: timedelta, now: datetime, pace: Pace
    ) -> tuple[Pace, datetime, str]:
        """After a run: the pace from now on, when the source is due next, and what for ("": its next slot)."""
        if verdict == "interrupted":
            return pace, now, "resume"
        if self.endless:
            failures = 0 if lasted > timedelta(minutes=10) else pace.failures + 1
            wait = min(_STREAM_AGAIN * 2 ** min(failures, 10), timedelta(minutes=5))
            return Pace(failures if verdict == "failed" else min(failures, 1)), now + wait, "again"
        if verdict == "failed":
            return self._back_off(now, Pace(pace.failures + 1, pace.level, pace.streak))
        pace = self._adapt(pace, new) if self.adaptive and verdict in ("ok", "quiet") else Pace(0, pace.level)
        return pace, self._due_after(now, pace.level), ""

    def _back_off(self, now: datetime, pace: Pace) -> tuple[Pace, datetime, str]:
        if self.at:
            following = self._due_after(now, 0)
            again = now + min(_AGAIN * 2 ** min(pace.failures - 1, 10), _LONGEST_BACK_OFF)
            return (pace, again, "again") if again < following else (pace, following, "")
        wait = min(self.every * 2 ** min(pace.failures, 5), max(self.every, _LONGEST_BACK_OFF))
        return pace, self._due_after(max(now, now + wait - self.interval(pace.level)), pace.level), ""

    def _due_after(self, moment: datetime, level: int) -> datetime:
        return self.due(self.next(moment, level), level)

    def _adapt(self, pace: Pace, new: int) -> Pace:
        """Two runs in a row that brought news double the pace, four quiet ones halve it."""
        streak = max(pace.streak, 0) + 1 if new else min(pace.streak, 0) - 1
        if streak >= 2 and self._level(pace.level - 1) != self._level(pace.level):
            return Pace(0, pace.level - 1)
        if streak <= -4 and pace.level < SLOWEST:
            return Pace(0, pace.level + 1)
        return Pace(0, pace.level, max(-4, min(2, streak)))

    # -- arithmetic

    @property
    def _daily(self) -> bool:
        return bool(self.at or self.days or self.window)

    def _level(self, level: int) -> int:
        """The level, or the nearest whose interval is of whole seconds and no shorter than may be."""
        level = max(FASTEST, min(SLOWEST, level)) if self.adaptive else 0
        seconds = int(self.every.total_seconds())
        while level < 0 and (seconds % (1 << -level) or self.every / (1 << -level) < _SHORTEST):
            level += 1
        return level

    def _step(self, level: int) -> timedelta:
        return self.every * (1 << level) if level >= 0 else self.every / (1 << -level)

    def _phase(self) -> datetime:
        """A slot of every level."""
        return _EPOCH + timedelta(seconds=_chance(self.name, int(self.every.total_seconds())))

    def _on(self, day: date, level: int) -> list[datetime]:
        """The slots of one day of the zone, in order."""
        if self.at:
            listed = not self.days or day.weekday() in self.days
            return sorted({_moment(day, at, self.zone) for at in self.at}) if listed else []
        begin, end = self._hours(day)
        step = self.interval(level)
        if begin is None or not self._turn(day, step):
            return []
        spread = min(self.interval(FASTEST), end - begin)
        first = begin + timedelta(seconds=_chance(self.name, int(spread.total_seconds())))
        return [first + number * step for number in range(-(-(end - first) // step))]

    def _turn(self, day: date, step: timedelta) -> bool:
        """Whether it is the turn of this day, where there are days between two slots; other days do not count."""
        days = sorted(self.days) or range(7)
        number = (day.toordinal() - 1) // 7 * len(days) + sum(each < day.weekday() for each in days)
        every = max(1, min(60, round(step / _DAY * len(days) / 7)))
        return (number + _chance(self.name, 60)) % every == 0

    def _hours(self, day: date) -> tuple[datetime, datetime] | tuple[None, datetime]:
        """When the window of a day begins and ends; None where the day has none."""
        if self.days and day.weekday() not in self.days:
            return None, _moment(day, time(), self.zone)
        begin, end = self.window or (time(), time())
        return _moment(day, begin, self.zone), _moment(day if end > begin else day + _DAY, end, self.zone)


def _spelt(days: list[int]) -> str:
    """Days of the week in words: "mon-fri", or "mon thu"."""
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{_DAYS[days[0]]}-{_DAYS[days[-1]]}"
    return " ".join(_DAYS[day] for day in days)


def _days(moment: datetime, direction: int, zone: ZoneInfo) -> Iterator[date]:
    """Days of a zone from about a moment on, one before it included."""
    start = moment.astimezone(zone).date() - direction * _DAY
    return (start + direction * _DAY * number for number in range(500))


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A time of day as a moment: where the clock skips it, the moment at which the clock goes on."""
    local = datetime.combine(day, at, zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    before, after = local.utcoffset() or timedelta(0), local.replace(fold=1).utcoffset() or timedelta(0)
    return _edge(moment - (after - before) - timedelta(seconds=1), moment, zone)


def _edge(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The second at which a zone's offset changes between two moments."""
    offset = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds() // 2))
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high


def _chance(seed: str, below: int) -> int:
    """A number from 0 to below it that is always the same for a seed."""
    return zlib.crc32(seed.encode()) % below if below > 0 else 0
