"""What digests say changed: how often they cry wolf where nothing changed, and how often they name what did."""

from __future__ import annotations

import argparse
import math
import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from listening.insight.changes import Series, named

ALARMS, NAMED = 0.05, 0.80  # at most, at least
_RHYTHM = (1.15, 1.2, 1.1, 1.05, 1.0, 0.7, 0.8)
_DAY = date(2026, 11, 2)  # a Monday


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench changes", description=__doc__)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--planted", type=int, default=100, help="of each kind")
    parser.add_argument("--seed", type=int, default=11)
    given = parser.parse_args(arguments)
    missed = 0
    print(f"{'history':<12}{'spread':>8}{'pairs':>7}{'digests that name a change':>28}")
    for weeks in (8, 0):
        for spread in (1.0, 1.5):
            share = alarms(given.pairs, weeks, spread, given.seed)
            missed += share > ALARMS
            print(f"{weeks:>3} weeks{'':<4}{spread:>8.1f}{given.pairs:>7}{share:>27.1%} (at most {ALARMS:.0%})")
    print(f"\n{'planted: 30 % on 300 mentions':<34}{'history':>9}{'named':>9}")
    for weeks, floor in ((8, NAMED), (0, 0.0)):
        shares = []
        for kind in ("volume", "feeling", "source", "aspect", "intent"):
            for factor in (1.3, 0.7):
                shares.append(found(given.planted, kind, factor, weeks, given.seed))
                print(f"{f'{kind} x {factor}':<34}{weeks:>3} weeks{shares[-1]:>9.0%}")
        mean = sum(shares) / len(shares)
        missed += mean < floor
        wanted = f"(at least {floor:.0%})" if floor else "(no floor: nothing tells what is usual)"
        print(f"{'all of them':<34}{weeks:>3} weeks{mean:>9.0%} {wanted}\n")
    return 1 if missed else 0


def alarms(pairs: int, weeks: int, spread: float, seed: int) -> float:
    """The share of pairs of periods in which nothing changed, of which a change is named."""
    rnd = random.Random(seed)
    return sum(bool(_named(rnd, weeks, rnd.choice((120, 300, 1000)), spread)) for _ in range(pairs)) / pairs


def found(times: int, kind: str, factor: float, weeks: int, seed: int) -> float:
    """The share of planted changes, of a series of about 300 mentions a week, that are named in the right direction."""
    rnd = random.Random(seed)
    right = 0
    for _ in range(times):
        volume = 300 if kind == "volume" else 1000
        told = _named(rnd, weeks, volume, 1.2, kind, factor)
        names = {"volume": "mentions"}.get(kind, "planted")
        right += any(each.group == kind and each.name == names and each.up == (factor > 1) for each in told)
    return right / times


def _named(rnd: random.Random, weeks: int, a_week: int, spread: float, plant: str = "", factor: float = 1.0):  # type: ignore[no-untyped-def]
    """What is named of made-up weeks: posts with feelings, sources, aspects, intents and words, by day."""
    days = [(_DAY + timedelta(days=i)).isoformat() for i in range(7 * (weeks + 2))]
    here, before, earlier = days[-7:], days[-14:-7], days[:-14]
    return named(_made(rnd, days, set(here), a_week, spread, plant, factor), here, before, earlier)


def _made(
    rnd: random.Random, days: list[str], here: set[str], a_week: int, spread: float, plant: str, factor: float
) -> list[Series]:
    groups = {
        "feeling": {"negative": 0.3, "positive": 0.3}, "source": _shares(8), "aspect": _shares(12),
        "intent": _shares(10),
        "word": {f"word{i}": 0.25 / (i + 1) ** 0.5 for i in range(40)},
    }  # fmt: skip
    if plant not in ("", "volume"):
        groups[plant] = {"planted": 0.3, **{name: share * 0.7 for name, share in groups[plant].items()}}
    found = [Series("volume", "mentions", {})]
    found += [Series(group, name, {}) for group, named_shares in groups.items() for name in named_shares]
    counts = [Counter[str]() for _ in found]
    for day in days:
        mean = a_week / 7 * _RHYTHM[date.fromisoformat(day).weekday()]
        level = mean * (factor if plant == "volume" and day in here else 1.0)
        total = _drawn(rnd, level, spread)
        counts[0][day] = total
        for at, series in enumerate(found[1:], start=1):
            share = groups[series.group][series.name]
            if series.name == "planted":
                counts[at][day] = _drawn(rnd, mean * share * (factor if day in here else 1.0), spread)
            else:
                counts[at][day] = _drawn(rnd, total * share, 1.0)
    return [replace(series, daily=counts[at]) for at, series in enumerate(found)]


def _shares(count: int) -> dict[str, float]:
    weights = [1 / (i + 1) for i in range(count)]
    return {f"part{i}": 0.9 * weight / sum(weights) for i, weight in enumerate(weights)}


def _drawn(rnd: random.Random, mean: float, spread: float) -> int:
    """A count with this mean, and a variance of `spread` times that."""
    if spread > 1.0 and mean > 0:
        mean = rnd.gammavariate(mean / (spread - 1.0), spread - 1.0)
    if mean > 60:
        return max(0, round(rnd.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rnd.random(), 0
    while product > limit:
        product *= rnd.random()
        count += 1
    return count
