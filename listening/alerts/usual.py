"""What is usual: how many mentions an hour of the week brings, learnt from the weeks before, spikes left out.

The method follows Farrington et al., "A statistical algorithm for the early detection of outbreaks of infectious
disease" (J. R. Stat. Soc. A 159, 1996) and its improvement by Noufaily et al. (Statistics in Medicine 32, 2013): counts
are compared with the same time of earlier weeks, what was itself unusual then counts less, more spread than a Poisson
distribution has is measured, and the most recent time is left out, so that a slow start is not taken for usual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

DAY, WEEK = 24, 168  # hours
LEARNT = 14 * DAY  # hours of history without which nothing is usual
_PAST = 56 * DAY  # hours that the rhythm is learnt from
_LEVEL = 28  # days that the level is learnt from,
_HALF = 10.0  # of which one so many days ago counts half: slow drifts are followed
_UNUSUAL = 2.58  # standard deviations beyond which a day of the past counts less
_CLIP = 3.0  # standard deviations beyond which a count of the past is cut
_PRIOR = 10.0  # mentions that hours of all days count when one weekday's are few,
_OWN = 10.0  # and those of its kind of day when one hour of the week's are
_BURSTY = 1.1  # the least spread: people answer each other
_FITTED = 1.15  # hours vary more than around a rhythm that was fitted to them
_TRIM = 0.9  # of days are used for the spread: the wildest are left out,
_TRIMMED = 0.623  # which leaves this much of a chi-squared variable's mean (one degree of freedom)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a week goes: what each of its 168 hours brings, beside the mean of all; and how bursty hours and days are."""

    shape: tuple[float, ...]
    hourly: float  # variance of an hour's count beside its mean
    daily: float  # and of a day's
    seen: tuple[float, ...]  # mentions that each hour's share rests on


@dataclass(frozen=True, slots=True)
class Level:
    """How many mentions an hour brings now, on average over a week; and how unsure that is."""

    rate: float
    doubt: float  # relative variance of the rate


def rhythm(counts: Sequence[int], slots: Sequence[int], begin: int, end: int) -> Rhythm:
    """The rhythm as it is known before index `end`, from index `begin` on; `slots` has the hour of the week of each."""
    begin = max(begin, end - _PAST)
    past, when = counts[begin:end], slots[begin:end]
    kept = _calmed([float(count) for count in past], when)
    calm = kept
    shape, spread, seen, daily = (1.0,) * WEEK, _BURSTY, (0.0,) * WEEK, 1.0
    for _ in range(2):
        around = _around(kept)
        shape, seen = _shape(kept, around, when)
        means = [max(around[i] * shape[slot], 1e-9) for i, slot in enumerate(when)]
        kept = [_cut(count, mean, spread) for count, mean in zip(calm, means, strict=True)]
        daily = max(spread, _daily_spread(past, when, shape))
        _weigh_days(kept, means, daily)
        squares = sum((count - mean) ** 2 for count, mean in zip(kept, means, strict=True))
        spread = max(_BURSTY, squares / sum(means) * _FITTED)
    return Rhythm(shape, spread, max(spread, daily), seen)


def level(days: Sequence[float], weights: Sequence[float], known: Rhythm) -> Level:
    """The level after the days given, the oldest first; `weights` says how much of 24 usual hours each day has.

    A day that is far from the median counts less.
    """
    days, weights = days[-_LEVEL:], weights[-_LEVEL:]
    rates = [count / weight for count, weight in zip(days, weights, strict=True)]
    middle = median(rates) if rates else 0.0
    if middle == 0:
        middle = sum(days) / max(sum(weights), 1e-9)
    top = low = spread = 0.0
    for i, (rate, weight) in enumerate(zip(rates, weights, strict=True)):
        away = (rate - middle) / sqrt(known.daily * max(middle, 1 / DAY) / weight)
        fade = 0.5 ** ((len(rates) - i) / _HALF) * weight
        top += fade * (middle + _weight(away) * (rate - middle))
        low += fade
        spread += fade * fade / weight
    rate = top / low if low else 0.0
    return Level(rate, known.daily * spread / (low * low * max(rate, 1e-3)) if low else 1.0)


def _calmed(past: list[float], when: Sequence[int]) -> list[float]:
    """Hours of the past, those of days that are far from what is the median on their weekday made less so."""
    days = [sum(past[i : i + DAY]) for i in range(0, len(past) - DAY + 1, DAY)]
    weekdays = [when[i * DAY + DAY // 2] // DAY for i in range(len(days))]
    around = [median(days[max(0, min(i - 3, len(days) - 7)) :][:7]) for i in range(len(days))]
    shares = [day / near if near else 1.0 for day, near in zip(days, around, strict=True)]
    usual = [median(s for s, other in zip(shares, weekdays, strict=True) if other == day) for day in weekdays]
    means = [max(near * share, 1.0) for near, share in zip(around, usual, strict=True)]
    squares = sorted((day - mean) ** 2 / mean for day, mean in zip(days, means, strict=True))
    some = squares[: max(1, round(len(squares) * _TRIM))]
    spread = max(_BURSTY, sum(some) / len(some) / _TRIMMED)
    for i, (day, mean) in enumerate(zip(days, means, strict=True)):
        weight = _weight((day - mean) / sqrt(spread * mean))
        if weight < 1 and day > 0:
            factor = weight + (1 - weight) * mean / day
            past[i * DAY : i * DAY + DAY] = [count * factor for count in past[i * DAY : i * DAY + DAY]]
    return past


def _around(kept: Sequence[float]) -> list[float]:
    """For each hour the mean of the week around its day: without rhythm, along any drift."""
    days = [sum(kept[i : i + DAY]) for i in range(0, len(kept), DAY)]
    if len(kept) % DAY and len(days) > 1:
        days[-1] *= DAY / (len(kept) % DAY)
    found = []
    for i in range(len(days)):
        first = max(0, min(i - 3, len(days) - 7))
        week = days[first : first + 7]
        found += [sum(week) / len(week) / DAY] * DAY
    return found[: len(kept)]


def _shape(
    kept: Sequence[float], around: Sequence[float], when: Sequence[int]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Each hour of the week beside the mean, leaning on like hours where mentions are few.

    Shrinkage is that of a gamma prior on a Poisson rate (Gelman et al., Bayesian Data Analysis, section 2.6).
    """
    got, due = [0.0] * WEEK, [0.0] * WEEK
    for count, mean, slot in zip(kept, around, when, strict=True):
        got[slot] += count
        due[slot] += mean
    hours = [_leaning(sum(got[h::DAY]), sum(due[h::DAY]), 1.0, _PRIOR) for h in range(DAY)]
    weekdays = [
        _leaning(sum(got[d * DAY : d * DAY + DAY]), sum(due[d * DAY : d * DAY + DAY]), 1.0, _PRIOR) for d in range(7)
    ]
    shape = []
    for slot in range(WEEK):
        kind = range(5) if slot < 5 * DAY else range(5, 7)
        hour = slot % DAY
        like = [day * DAY + hour for day in kind]
        average = sum(weekdays[day] for day in kind) / len(kind)
        kindly = _leaning(sum(got[s] for s in like), sum(due[s] for s in like), hours[hour] * average, _PRIOR)
        shape.append(_leaning(got[slot], due[slot], kindly * weekdays[slot // DAY] / average, _OWN))
    mean = sum(shape) / WEEK
    return tuple(each / mean for each in shape), tuple(got)


def _leaning(got: float, due: float, prior: float, strength: float) -> float:
    return (got + strength) / (due + strength / max(prior, 1e-6))


def _cut(count: float, mean: float, spread: float) -> float:
    reach = _CLIP * sqrt(spread * max(mean, 0.1))
    return min(max(count, mean - reach), mean + reach + 2)  # where mentions are few, two more are nothing unusual


def _weigh_days(kept: list[float], means: Sequence[float], spread: float) -> None:
    """Let a day that was itself unusual count less, the more unusual the less (Farrington's and Noufaily's weights)."""
    for at in range(0, len(kept), DAY):
        mean = sum(means[at : at + DAY])
        weight = _weight((sum(kept[at : at + DAY]) - mean) / sqrt(spread * max(mean, 1.0)))
        if weight < 1:
            kept[at : at + DAY] = [
                weight * count + (1 - weight) * usual
                for count, usual in zip(kept[at : at + DAY], means[at : at + DAY], strict=True)
            ]


def _weight(away: float) -> float:
    """How much a count so many standard deviations away is believed."""
    return 1.0 if abs(away) <= _UNUSUAL else (_UNUSUAL / away) ** 2


def _daily_spread(past: Sequence[int], when: Sequence[int], shape: Sequence[float]) -> float:
    """The variance of whole days beside their mean, from all but the wildest days."""
    days = [
        (float(sum(past[i : i + DAY])), sum(shape[slot] for slot in when[i : i + DAY]))
        for i in range(0, len(past) - DAY + 1, DAY)
    ]
    squares = []
    for i, (count, weight) in enumerate(days):
        first = max(0, min(i - 3, len(days) - 7))
        others = [day for j, day in enumerate(days[first : first + 7], first) if j != i]
        mean = median(c / w for c, w in others) * weight if others else 0.0
        if mean > 0:  # a median of six varies, too: by about a quarter of what one day does
            squares.append((count - mean) ** 2 / mean / 1.26)
    squares.sort()
    kept = squares[: max(1, round(len(squares) * _TRIM))]
    return max(1.0, sum(kept) / len(kept) / _TRIMMED) if kept else 1.0
