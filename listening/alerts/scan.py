"""Looking for what is unusual in a series: every hour, over windows of one hour to a day, against what is usual then.

A scan over windows of several lengths that end now finds short and long events alike (Kulldorff, "Prospective time
periodic geographical disease surveillance using a scan statistic", J. R. Stat. Soc. A 164, 2001). Each window's test is
made as strict as so many looks a month ask for (Bonferroni), so that chance alone brings the false alarms that the rule
accepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import sqrt
from statistics import median
from typing import Literal

from listening.alerts.chance import at_least, at_most, share_at_least
from listening.alerts.series import Counts, Series, prefix, summed
from listening.alerts.usual import DAY, LEARNT, Level, Rhythm, level, rhythm

Direction = Literal["up", "down", "share"]
WINDOWS = (1, 3, 6, 12, 24)  # hours
CALM = 6  # hours without anything unusual after which it is over
_MONTH = 30 * DAY
_OVERLAP = 2.5  # looks at windows that overlap, for each that does not, count as so many: found by simulation
_EASE = 20.0  # something that is on is over when it is this much likelier by chance than what began it
_DAYS = 28  # that a usual share is learnt from
_SURE = 12  # hours of the week's own mentions that a window's mean rests on, at most


@dataclass(frozen=True, slots=True)
class Threshold:
    """What counts as unusual. `false_alarms` are those that chance may bring a month in this one series."""

    direction: Direction
    times: float
    fewest: int
    false_alarms: float

    def chance(self, window: int) -> float:
        """How unlikely a window's count must be."""
        looks = _MONTH / window * (1.0 if window == 1 else _OVERLAP)
        return self.false_alarms / len(WINDOWS) / looks


@dataclass(frozen=True, slots=True)
class Sign:
    """A window that is unusual: `count` mentions in `window` hours up to the end of `hour`, where `usual` are."""

    direction: Direction
    hour: int
    window: int
    count: int
    usual: float
    chance: float  # that it is no more than chance
    of: int = 0  # share: the mentions that could be scored

    @property
    def times(self) -> float:
        """How many times the usual."""
        return self.count / max(self.usual, 0.1)


@dataclass(frozen=True, slots=True)
class Spell:
    """Something unusual from its first sign to its last."""

    opened: int  # the hour of the first sign
    first: Sign
    best: Sign  # the least likely
    last: int  # the hour of the last
    closed: int | None = None  # when it was found to be over

    @property
    def begin(self) -> int:
        """The first hour of the window that was unusual."""
        return self.first.hour - self.first.window + 1


@dataclass(slots=True)
class _Usual:
    """What is usual on one day, and the sources that it was learnt from."""

    joined: frozenset[str]
    day: int
    rhythm: Rhythm | None
    shape: tuple[list[float], list[float]]  # running totals of the rhythm's hours, from the day before on
    level: Level
    share: float
    share_spread: float
    scored: float  # mentions that the share rests on


@dataclass(slots=True)
class Scanner:
    """Looks at one series by one test; what it learnt of a day is kept."""

    series: Series
    slots: Sequence[int]
    test: Threshold
    settle: int = 1  # hours until everything of an hour is there
    _days: dict[tuple[int, frozenset[str]], _Usual | None] = field(default_factory=dict)
    _rhythms: dict[tuple[int, frozenset[str]], Rhythm] = field(default_factory=dict)
    _totals: dict[frozenset[str], tuple[list[float], list[float], list[float]]] = field(default_factory=dict)

    def at(self, end: int, windows: Sequence[int] = WINDOWS, ease: float = 1.0) -> Sign | None:
        """The least likely unusual window that ends with index `end` (not included); None where all is usual.

        Also None while there is too little history. `ease` makes the test so many times less strict.
        """
        usual = self._usual(end)
        if usual is None:
            return None
        best: Sign | None = None
        least = 1.0
        for window in windows:
            if window > end:
                continue
            sign = (
                self._share(usual, end, window)
                if self.test.direction == "share"
                else self._count(usual, end, window, ease)
            )
            if sign is None:
                continue
            strict = self.test.chance(window) * ease
            if sign.chance < strict and sign.chance / strict < least:
                best, least = sign, sign.chance / strict
        return best

    def step(self, spell: Spell | None, end: int, since: int = 0) -> tuple[Spell | None, bool]:
        """Go on by one hour: the spell after it, and whether it is over now.

        `since` is the last hour of the spell before. A new spell's window does not reach back into the one before.
        """
        hour = self.series.start + end - 1
        if spell is None:
            free = [window for window in WINDOWS if hour - window >= since]
            sign = self.at(end, free)
            return (None if sign is None else Spell(hour, sign, sign, hour)), False
        sign = self.at(end, [window for window in WINDOWS if window <= spell.first.window], _EASE)
        if sign is not None:
            best = sign if sign.chance < spell.best.chance else spell.best
            return replace(spell, last=hour, best=best), False
        if hour - spell.last >= CALM:
            return replace(spell, closed=hour), True
        return spell, False

    def renew(self) -> None:
        """Count anew what was counted of today: the series was changed."""
        self._totals.clear()

    def walk(self, begin: int, end: int) -> list[Spell]:
        """Every spell that opens from index `begin` to `end`, the last one perhaps still on."""
        found: list[Spell] = []
        spell: Spell | None = None
        since = 0
        for at in range(begin + 1, end + 1):
            spell, over = self.step(spell, at, since)
            if spell is not None and over:
                found.append(spell)
                since, spell = spell.last, None
        return [*found, spell] if spell is not None else found

    def expected(self, end: int, window: int) -> float | None:
        """How many mentions are usual in a window; None where nothing is known yet."""
        usual = self._usual(end)
        return None if usual is None or usual.rhythm is None else self._mean(usual, usual.rhythm, end, window)[0]

    def enough(self, end: int, window: int = 1) -> int | None:
        """How many mentions in a window would have been a sign; None where none would."""
        usual = self._usual(end)
        if usual is None or usual.rhythm is None:
            return None
        mean, spread = self._mean(usual, usual.rhythm, end, window)
        low = max(self.test.fewest, int(self.test.times * mean))
        high = int(max(low, 10 * mean, 50))
        strict = self.test.chance(window)
        while low < high:
            middle = (low + high) // 2
            if at_least(middle, mean, spread) < strict:
                high = middle
            else:
                low = middle + 1
        return low

    def _count(self, usual: _Usual, end: int, window: int, ease: float) -> Sign | None:
        if usual.rhythm is None:
            return None
        count = int(summed(self._running(usual.joined)[0], end - window, end))
        mean, spread = self._mean(usual, usual.rhythm, end, window)
        times = self.test.times if ease == 1.0 else sqrt(self.test.times)
        hour = self.series.start + end - 1
        if self.test.direction == "up":
            if count < self.test.fewest or count < times * mean:
                return None
            return Sign("up", hour, window, count, mean, at_least(count, mean, spread))
        if mean < self.test.fewest or count * times > mean:
            return None
        return Sign("down", hour, window, count, mean, at_most(count, mean, spread))

    def _share(self, usual: _Usual, end: int, window: int) -> Sign | None:
        hits, of = (int(summed(self._running(usual.joined)[i], end - window, end)) for i in (1, 2))
        if hits < self.test.fewest or usual.scored < 30:
            return None
        share = usual.share
        if hits / of < min(self.test.times * share, (1 + share) / 2):
            return None
        spread = usual.share_spread * (1 + of / usual.scored)
        chance = share_at_least(hits, of, share, spread)
        return Sign("share", self.series.start + end - 1, window, hits, share * of, chance, of)

    def _mean(self, usual: _Usual, known: Rhythm, end: int, window: int) -> tuple[float, float]:
        """What is usual in a window, and the variance beside it, what is unsure about the usual included."""
        shape, seen_until = usual.shape
        at = end - usual.day * DAY + DAY  # the day before comes first
        mean = max(usual.level.rate * (shape[at] - shape[at - window]), 0.01)
        seen = seen_until[at] - seen_until[at - window]
        day = max(usual.level.rate * DAY, 0.01)
        bursts = known.hourly + (known.daily - known.hourly) * min(1.0, mean / day)
        doubt = usual.level.doubt + known.hourly / max(seen, _SURE)
        return mean, bursts + mean * doubt

    def _usual(self, end: int) -> _Usual | None:
        day = (end - 1) // DAY
        down = self.test.direction == "down"
        joined = self.series.joined(end if down else day * DAY, lull=down, within=self.settle)
        if (day, joined) not in self._days:
            self._days[day, joined] = self._learn(day, joined)
        return self._days[day, joined]

    def _learn(self, day: int, joined: frozenset[str]) -> _Usual | None:
        if not joined:
            return None
        counts, totals = self.series.total(joined), self._running(joined)
        first = next((i for i, count in enumerate(counts.mentions) if count), len(counts.mentions))
        begin = -(-first // DAY)  # whole days
        last = day - 1  # yesterday is left out: what began then is not usual yet
        if (last - begin) * DAY < LEARNT - DAY:
            return None
        share, share_spread, scored = _usual_share(totals, max(begin, last - _DAYS), last)
        if self.test.direction == "share":
            return _Usual(joined, day, None, ([], []), Level(0, 0), share, share_spread, scored)
        known = self._rhythm(counts, joined, day, begin)
        span = range(max(begin, last - _DAYS), last)
        sums = [summed(totals[0], d * DAY, d * DAY + DAY) for d in span]
        weights = [sum(known.shape[slot] for slot in self.slots[d * DAY : d * DAY + DAY]) for d in span]
        when = self.slots[day * DAY - DAY : day * DAY + DAY]
        shape = (prefix(known.shape[slot] for slot in when), prefix(known.seen[slot] for slot in when))
        return _Usual(joined, day, known, shape, level(sums, weights, known), share, share_spread, scored)

    def _running(self, joined: frozenset[str]) -> tuple[list[float], list[float], list[float]]:
        if joined not in self._totals:
            counts = self.series.total(joined)
            self._totals[joined] = (prefix(counts.mentions), prefix(counts.negative), prefix(counts.scored))
        return self._totals[joined]

    def _rhythm(self, counts: Counts, joined: frozenset[str], day: int, begin: int) -> Rhythm:
        """The rhythm, learnt anew each week, and each day in the first weeks."""
        absolute = self.series.start // DAY + day
        week = day if day - begin < 28 else day - absolute % 7
        if (week, joined) not in self._rhythms:
            learnt = max(week - 1, begin + LEARNT // DAY - 1)
            self._rhythms[week, joined] = rhythm(counts.mentions, self.slots, begin * DAY, learnt * DAY)
        return self._rhythms[week, joined]


def _usual_share(totals: Sequence[Sequence[float]], begin: int, end: int) -> tuple[float, float, float]:
    """The usual share of negative mentions, its spread beside the binomial's, and on how many it rests."""
    days = [
        (summed(totals[1], d * DAY, d * DAY + DAY), summed(totals[2], d * DAY, d * DAY + DAY))
        for d in range(begin, end)
    ]
    days = [(hits, of) for hits, of in days if of]
    if not days:
        return 0.0, 1.0, 0.0
    scored = sum(of for _, of in days)
    middle = sum(hits for hits, _ in days) / scored
    large = [hits / of for hits, of in days if of >= 20]
    if len(large) > len(days) / 2:
        middle = median(large)
    middle = min(max(middle, 0.005), 0.995)
    squares = sorted((hits - of * middle) ** 2 / (of * middle * (1 - middle)) for hits, of in days)
    kept = squares[: max(1, round(len(squares) * 0.9))]
    spread = max(1.0, sum(kept) / len(kept) / 0.623)
    top = low = 0.0
    for i, (hits, of) in enumerate(days):
        reach = 3 * sqrt(spread * of * middle * (1 - middle))
        fade = 0.5 ** ((len(days) - i) / 10)
        top += fade * min(max(hits, of * middle - reach), of * middle + reach)
        low += fade * of
    return (top + 0.5) / (low + 1), spread, scored
