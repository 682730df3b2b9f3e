"""Generated history with planted events: a weekly rhythm, bursts, drifts, spikes, lulls, a source going silent."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import exp, sqrt
from zoneinfo import ZoneInfo

from listening.alerts.chance import at_least, at_most
from listening.alerts.scan import WINDOWS, Scanner, Spell, Threshold
from listening.alerts.series import Counts, Series, hour_of, slots
from listening.config import Alert, AlertKind

HISTORY, DAYS = 56, 90  # days from which what is usual is learnt, and days with planted events
ZONE = ZoneInfo("Europe/Berlin")
START = hour_of(datetime(2026, 6, 1, tzinfo=UTC))  # 146 days: summer time ends among them
BURSTS = 1.4  # variance of an hour's count beside its mean
MOODS = 0.06  # by how much whole days differ
_DAYS = (1.25, 1.2, 1.15, 1.15, 1.1, 0.6, 0.55)
_HOURS = [0.3 + 1.4 * exp(-(((hour - 14) / 5) ** 2)) for hour in range(24)]
_SHARES = (0.6, 0.3, 0.1)  # of the volume, by source
_KINDS: dict[str, AlertKind] = {"up": "spike", "down": "lull", "share": "negative"}


@dataclass(frozen=True, slots=True)
class Event:
    """Something planted: from an index on, for so many hours, so many times the usual."""

    begin: int
    hours: int
    times: float
    bucket: int  # hours within which, and one more bucket, it is to be found

    @property
    def late(self) -> int:
        """The index after which it counts as not found."""
        return self.begin + 2 * self.bucket


@dataclass(slots=True)
class Brand:
    """A generated brand: its series, what was planted, and what it means to bring each hour."""

    series: Series
    when: list[int]
    events: list[Event]
    means: list[float]
    silent: int | None = None  # the index from which its second source brings nothing

    def scanner(self, direction: str, series: Series | None = None, times: float = 1.5) -> Scanner:
        return Scanner(series or self.series, self.when, replace(threshold(direction), times=times))


def threshold(direction: str) -> Threshold:
    """As a rule's is by default."""
    alert = Alert(name="planted", kind=_KINDS[direction])
    return Threshold(direction, alert.times, alert.mentions, alert.chance)  # type: ignore[arg-type]


def brand(seed: int, per_day: float, *, bucket: int, drift: float = 0.0, silent: bool = False) -> Brand:
    """A brand with so many mentions a day: one spike of each size, two more of twice the usual, and two lulls."""
    chance = random.Random(seed * 1009 + int(per_day))
    length = (HISTORY + DAYS) * 24
    when = slots(START, length, ZONE)
    events = _events(chance, bucket)
    gone = (HISTORY + 70) * 24 + chance.randrange(48) if silent else None
    series = Series("brand", "brand", START, length)
    counts = [Counts.zero(length) for _ in _SHARES]
    means, mood = [], 1.0
    hourly = sum(_HOURS) / 24
    for at in range(length):
        if at % 24 == 0:
            mood = exp(chance.gauss(0, MOODS))
        usual = per_day / 24 * _DAYS[when[at] // 24] * _HOURS[when[at] % 24] / hourly * (1 + drift * at / length)
        means.append(usual)
        times = next((e.times for e in events if e.begin <= at < e.begin + e.hours), 1.0)
        for number, share in enumerate(_SHARES):
            if gone is not None and number == 1 and at >= gone:
                continue
            count = poisson(chance, burst(chance, usual * share * times * mood))
            negative = sum(chance.random() < 0.2 for _ in range(min(count, 50)))
            counts[number].mentions[at] = count
            counts[number].scored[at], counts[number].negative[at] = min(count, 50), negative
    series.sources.update({f"source {number}": each for number, each in enumerate(counts)})
    return Brand(series, when, events, means, gone)


def _events(chance: random.Random, bucket: int) -> list[Event]:
    """In each two weeks one, so that none is near another."""
    sizes = [2.0, 2.0, 2.0, 3.0, 5.0, 0.1]
    chance.shuffle(sizes)
    found = []
    for number, times in enumerate(sizes):
        day = HISTORY + 2 + number * 11 + chance.randrange(5)
        begin = day * 24 + (0 if bucket == 24 else chance.randrange(8, 17))
        found.append(Event(begin, 24 if bucket == 24 else 6, times, bucket))
    return found


def burst(chance: random.Random, mean: float) -> float:
    """A rate around a mean, so that counts vary more than a Poisson distribution's."""
    return chance.gammavariate(mean / (BURSTS - 1), BURSTS - 1) if mean > 0 else 0.0


def poisson(chance: random.Random, mean: float) -> int:
    if mean > 60:
        return max(0, round(chance.gauss(mean, sqrt(mean))))
    limit, product, count = exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def found(event: Event, spells: list[Spell], settle: int = 0) -> bool:
    """Whether a spell began with an event, in time."""
    first, last = START + event.begin, START + event.late + settle
    return any(first <= spell.opened < last or (spell.opened < first <= spell.last) for spell in spells)


def false_alarms(spells: list[Spell], made: Brand) -> int:
    """Spells that have nothing to do with anything planted."""
    near = [(START + e.begin - 24, START + e.begin + e.hours + 30) for e in made.events]
    if made.silent is not None:
        near.append((START + made.silent - 24, START + made.series.length))
    return sum(not any(a <= spell.opened <= b for a, b in near) for spell in spells)


def possible(made: Brand, event: Event) -> float:
    """How often the best test could find an event in time, if it knew exactly what is usual and how bursts come.

    Every window is asked at the level of the rule; they count as if they were independent where they do not overlap.
    """
    missed = 1.0
    test = threshold("up" if event.times > 1 else "down")
    for window in WINDOWS:
        if window > 2 * event.bucket:
            continue
        ends = range(event.begin + min(window, event.hours), event.late + 1, window)
        for end in [*ends][: max(1, event.hours // window)]:
            hours = range(end - window, end)
            usual = sum(made.means[at] for at in hours)
            now = sum(
                made.means[at] * (event.times if event.begin <= at < event.begin + event.hours else 1) for at in hours
            )
            missed = min(missed, 1 - _power(test, window, usual, now))
    return 1 - missed


def _power(test: Threshold, window: int, usual: float, now: float) -> float:
    strict, spread = test.chance(window), BURSTS + MOODS**2 * usual
    if test.direction == "down":
        most = max((c for c in range(int(usual)) if at_most(c, usual, spread) < strict), default=-1)
        return at_most(most, now, BURSTS)
    low, high = int(usual), int(usual + 20 * sqrt(spread * usual) + 50)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if at_least(middle, usual, spread) < strict else (middle + 1, high)
    return at_least(low, now, BURSTS + MOODS**2 * now)
