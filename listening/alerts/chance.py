"""How likely a count is by chance: tails of the distributions that counts of mentions follow."""

from __future__ import annotations

from math import exp, lgamma, log

_POISSON = 1.001  # a spread so close to 1 is a Poisson distribution


def at_least(count: int, mean: float, spread: float) -> float:
    """P(X >= count) where `mean` are usual and the variance is `spread` times the mean.

    X is negative binomial, or Poisson where the spread is 1: counts of events that come in bursts (Noufaily et al.,
    "An improved algorithm for outbreak detection in multiple surveillance systems", Statistics in Medicine 32, 2013).
    """
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    if count <= mean:
        return 1.0 - at_most(count - 1, mean, spread)
    size, fail = _shape(mean, spread)
    term = total = exp(_log_pmf(count, mean, spread))
    at = count
    while term > total * 1e-9:
        term *= (at + size) / (at + 1) * fail if size else mean / (at + 1)
        total += term
        at += 1
    return min(1.0, total)


def at_most(count: int, mean: float, spread: float) -> float:
    """P(X <= count) of the same distribution."""
    if count < 0:
        return 0.0
    if mean <= 0:
        return 1.0
    if count > mean:
        return 1.0 - at_least(count + 1, mean, spread)
    size, fail = _shape(mean, spread)
    term = total = exp(_log_pmf(count, mean, spread))
    for at in range(count, 0, -1):
        term *= at / ((at - 1 + size) * fail) if size else at / mean
        total += term
        if term < total * 1e-9:
            break
    return min(1.0, total)


def share_at_least(hits: int, of: int, share: float, spread: float) -> float:
    """P(X >= hits) of `of` where `share` of them are usual and the variance is `spread` times the binomial's.

    X is beta-binomial (Skellam, J. R. Stat. Soc. B 10, 1948), or binomial where the spread is 1.
    """
    if hits <= 0:
        return 1.0
    share = min(max(share, 1e-6), 1 - 1e-6)
    spread = min(spread, 1 + 0.95 * (of - 1))
    if spread <= _POISSON or of < 2:
        a = b = 0.0
        term = exp(_choose(of, hits) + hits * log(share) + (of - hits) * log(1 - share))
    else:
        alike = (spread - 1) / (of - 1)  # how alike two of them are
        a, b = share * (1 - alike) / alike, (1 - share) * (1 - alike) / alike
        term = exp(_choose(of, hits) + _log_beta(hits + a, of - hits + b) - _log_beta(a, b))
    total = term
    for at in range(hits, of):
        odds = (at + a) / (of - at - 1 + b) if a else share / (1 - share)
        term *= (of - at) / (at + 1) * odds
        total += term
        if at > of * share and term < total * 1e-9:
            break
    return min(1.0, total)


def _shape(mean: float, spread: float) -> tuple[float, float]:
    """The negative binomial's size and chance of a failure; a size of 0 stands for Poisson."""
    return (0.0, 0.0) if spread <= _POISSON else (mean / (spread - 1), 1 - 1 / spread)


def _log_pmf(count: int, mean: float, spread: float) -> float:
    size, fail = _shape(mean, spread)
    if not size:
        return count * log(mean) - mean - lgamma(count + 1)
    return lgamma(count + size) - lgamma(size) - lgamma(count + 1) - size * log(spread) + count * log(fail)


def _choose(of: int, hits: int) -> float:
    return lgamma(of + 1) - lgamma(hits + 1) - lgamma(of - hits + 1)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
