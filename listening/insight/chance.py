"""How much of a difference is chance: tests for counts that come in waves, for shares and for waits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import NormalDist

_NORMAL = NormalDist()
_LEAST = 1e-300
_WEEKS = 3  # of history before a rhythm of the week is believed
_UNKNOWN = 1.3  # how much more than by chance alone counts vary, before anything is known: people answer each other
_TRUST = 14  # days that this guess is worth
_KNOWN, _ALIKE = 200, 60  # days that tell what is common to series, and how many of its own one's echo weighs against


@dataclass(frozen=True, slots=True)
class Waves:
    """How a series of daily counts varies: `spread` is its variance over that of pure chance (Poisson), at least 1.

    `rhythm` is how much of an average day each weekday brings, Monday first; `days` is what this was learnt from.
    """

    spread: float = _UNKNOWN
    rhythm: tuple[float, ...] = (1.0,) * 7
    days: int = 0

    def exposure(self, days: Sequence[str]) -> float:
        """How much may be expected of these days, in average days."""
        return sum(self.rhythm[date.fromisoformat(day).weekday()] for day in days)


@dataclass(frozen=True, slots=True)
class Kin:
    """How series that are alike vary, which is a better guess for one of them than none."""

    spread: float = _UNKNOWN
    echo: float = 0.0  # the correlation of what one day has too much with what the next has
    days: int = 0  # of its own that this echo is worth


def waves(
    counts: Mapping[str, int], levels: Sequence[Sequence[str]], rhythm: Sequence[float] | None = None, kin: Kin = Kin()
) -> Waves:
    """Learn how counts vary from days that are grouped by the level they share, such as weeks.

    The spread is Pearson's chi-square over its degrees of freedom (McCullagh and Nelder, Generalized Linear Models,
    section 6.2.3), widened by the correlation from day to day, by which the variance of a sum grows with
    (1 + r) / (1 - r). Both lean on what is known of series alike, the more the fewer days there are (moderated
    variances: Smyth, Stat. Appl. Genet. Mol. Biol. 3, 2004). `rhythm` is used where it is known already.
    """
    all_days = [day for level in levels for day in level]
    weekly = tuple(rhythm) if rhythm is not None else _rhythm(counts, all_days)
    rests = _rests(counts, levels, weekly)
    left = sum(len(level) - 1 for level in rests)
    chi = sum(r * r for level in rests for r in level)
    spread = (chi + _TRUST * kin.spread) / (left + _TRUST)
    return Waves(max(1.0, spread) * _widening([r for level in rests for r in level], kin), weekly, len(all_days))


def kin(lot: Sequence[Mapping[str, int]], levels: Sequence[Sequence[str]], rhythm: Sequence[float]) -> Kin:
    """What series have in common: all of them together."""
    chi = near = left = 0.0
    for counts in lot:
        rests = _rests(counts, levels, rhythm)
        flat = [r for level in rests for r in level]
        chi += sum(r * r for r in flat)
        near += sum(a * b for a, b in pairwise(flat))
        left += sum(len(level) - 1 for level in rests)
    if left < _KNOWN:
        return Kin()
    return Kin(max(1.0, chi / left), max(0.0, near / chi) if chi else 0.0, _ALIKE)


def _rests(counts: Mapping[str, int], levels: Sequence[Sequence[str]], weekly: Sequence[float]) -> list[list[float]]:
    """By how many of chance's standard deviations days differ from what their level lets expect."""
    found = []
    for level in levels:
        weights = [weekly[date.fromisoformat(day).weekday()] for day in level]
        mean = sum(counts.get(day, 0) for day in level) / (sum(weights) or 1.0)
        if len(level) >= 2 and mean > 0:
            expected = [mean * weight for weight in weights]
            found.append([(counts.get(d, 0) - e) / math.sqrt(e) for d, e in zip(level, expected, strict=True)])
    return found


def _rhythm(counts: Mapping[str, int], days: Sequence[str]) -> tuple[float, ...]:
    sums, seen = [0.0] * 7, [0] * 7
    for day in days:
        weekday = date.fromisoformat(day).weekday()
        sums[weekday] += counts.get(day, 0)
        seen[weekday] += 1
    if min(seen) < _WEEKS or not sum(sums):
        return (1.0,) * 7
    mean = sum(sums) / sum(seen)
    means = [(total + mean) / (n + 1) for total, n in zip(sums, seen, strict=True)]  # one average day mixed in
    return tuple(each / (sum(means) / 7) for each in means)


def _widening(residuals: Sequence[float], kin: Kin) -> float:
    if len(residuals) < 21:
        return 1.0
    total = sum(r * r for r in residuals)
    own = sum(a * b for a, b in pairwise(residuals)) / total if total else 0.0
    r = (len(residuals) * own + kin.days * kin.echo) / (len(residuals) + kin.days)
    r = min(0.5, max(0.0, r))
    return (1 + r) / (1 - r)


def of_counts(after: float, before: float, exposure: float, exposure_before: float, known: Waves) -> float:
    """The probability (two-sided) that counts differ so much by chance, given what each period lets expect.

    Given their sum, one of two Poisson counts is binomial (Przyborowski and Wilenski, Biometrika 31, 1940); tails are
    halved at the value itself (mid-p, Lancaster, J. Am. Stat. Assoc. 56, 1961). Count that vary more than by chance
    weigh less by their spread, and a spread learnt from few days widens the tails to Student's.
    """
    if after + before <= 0 or exposure <= 0 or exposure_before <= 0:
        return 1.0
    a, b, share = after / known.spread, before / known.spread, exposure / (exposure + exposure_before)
    upper = (beta(share, a, b + 1) + beta(share, a + 1, b)) / 2
    return _student(2 * min(upper, 1 - upper), known.days + _TRUST)


Day = tuple[float, float, float]  # sum of the values, sum of their squares, how many


def of_shares(
    after: Sequence[tuple[float, float]], before: Sequence[tuple[float, float]],
    usual: Sequence[tuple[float, float]] = (),
) -> float:  # fmt: skip
    """The probability (two-sided) that two shares differ so much by chance; given are (hits, of all) by day.

    The pooled two-proportion z-test (Fleiss, Statistical Methods for Rates and Proportions, chapter 2), whose variance
    grows by the design effect of days (Rao and Scott, Biometrics 48, 1992): what is said on a day is said of the same.
    `usual` are earlier days, from which that effect is learnt.
    """
    return of_means(*([(hits, hits, n) for hits, n in days] for days in (after, before, usual)))


def of_means(after: Sequence[Day], before: Sequence[Day], usual: Sequence[Day] = ()) -> float:
    """The same for means."""
    sums, squares, counts = zip(*(_total(days) for days in (after, before)), strict=True)
    if not all(counts):
        return 1.0
    mean = sum(sums) / sum(counts)
    variance = sum(squares) / sum(counts) - mean * mean
    if variance <= 0:
        return 1.0
    known = [usual, before] if len(usual) + len(before) >= 28 else [usual, before, after]
    effect, days = _effect(known)
    difference = sums[0] / counts[0] - sums[1] / counts[1]
    z = difference / math.sqrt(effect * variance * (1 / counts[0] + 1 / counts[1]))
    return _student(2 * _NORMAL.cdf(-abs(z)), max(6, days))


def _total(days: Sequence[Day]) -> Day:
    return sum(d[0] for d in days), sum(d[1] for d in days), sum(d[2] for d in days)


def _effect(periods: Sequence[Sequence[Day]]) -> tuple[float, int]:
    """The design effect of days within some periods, and of how many; of few days a guess is mixed in."""
    chi, left, seen = 0.0, 0, 0
    for rows in periods:
        total, squares, n = _total(rows)
        variance = squares / n - (total / n) ** 2 if n else 0.0
        if variance <= 0:
            continue
        filled = [(s, m) for s, _, m in rows if m]
        chi += sum(m * (s / m - total / n) ** 2 for s, m in filled) / variance
        left += len(filled) - 1
        seen += len(filled)
    return max(1.0, (chi + _TRUST * 1.1) / (left + _TRUST)), seen


def of_waits(after: Sequence[float], before: Sequence[float]) -> float:
    """The probability that two lots of waits differ so much by chance: the Mann-Whitney test (Ann. Math. Stat. 18,
    1947), with the normal approximation and the correction for ties.
    """  # fmt: skip
    n, m = len(after), len(before)
    if n < 3 or m < 3:
        return 1.0
    one, other = Counter(after), Counter(before)
    ranks, ties, at = 0.0, 0.0, 0
    for value in sorted(one.keys() | other.keys()):
        mine = one[value]
        alike = mine + other[value]
        ranks += (2 * at + alike + 1) / 2 * mine
        ties += alike**3 - alike
        at += alike
    u, total = ranks - n * (n + 1) / 2, n + m
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    return min(1.0, 2 * _NORMAL.cdf(-max(0.0, abs(u - n * m / 2) - 0.5) / math.sqrt(variance)))


def _student(p: float, degrees: float) -> float:
    """A normal's two tails as those of Student's distribution."""
    if p >= 1:
        return 1.0
    z = -_NORMAL.inv_cdf(max(p, _LEAST) / 2)
    return beta(degrees / (degrees + z * z), degrees / 2, 0.5)


def beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Abramowitz and Stegun, 26.5.8)."""
    if a <= 0:
        return 1.0
    if b <= 0 or x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    ) / a  # fmt: skip
    return front * _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction, by Lentz's method (Applied Optics 15, 1976)."""
    c, d = 1.0, 1 / _far(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d, c = 1 / _far(1 + term * d), _far(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < 1e-12:
            break
    return value


def _far(value: float) -> float:
    return value if abs(value) > 1e-30 else 1e-30
