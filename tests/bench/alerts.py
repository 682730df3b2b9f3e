"""Alerts on 90 days of history with planted events: what is found within one bucket, and how many alarms are false.

The history has a weekday rhythm, bursts, slow drifts, spikes of 3 sizes, lulls and a source that goes silent, for
brands from 6 mentions a day to 4,000. Small brands are asked in buckets of a day, large ones in buckets of an hour.
Beside each figure stands how many the best test could find that knows what is usual: twice very little may be chance.
"""

from __future__ import annotations

import argparse
import time
import tomllib
from collections import defaultdict
from pathlib import Path

from listening.alerts.scan import Scanner, Spell
from listening.alerts.series import Series
from tests import planted
from tests.planted import DAYS, HISTORY, Brand, brand, false_alarms, found, possible

FLOORS = tomllib.loads((Path(__file__).parents[1] / "floors.toml").read_text(encoding="utf-8"))["alerts"]
SIZES = ((6, 24), (60, 24), (200, 24), (1000, 1), (4000, 1))  # mentions a day, hours of a bucket
_BEGIN, _END = HISTORY * 24, (HISTORY + DAYS) * 24
_TELLS = 0.97  # what the best test finds where there are enough mentions to tell twice the usual from chance


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench alerts", description=__doc__)
    parser.add_argument("--brands", type=int, default=12, help="of each size")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    return 1 if measure(given.brands, given.seed, tell=print) else 0


def measure(brands: int, seed: int, tell: object = None, sizes: tuple[tuple[int, int], ...] = SIZES) -> list[str]:
    """What is below its floor."""
    say = tell if callable(tell) else (lambda *_: None)
    missed: list[str] = []
    twice: list[bool] = []
    silent: list[bool] = []
    say(f"{'a day':>6} {'bucket':>6}  {'planted':>8} {'found':>7} {'possible':>9}")
    for per_day, bucket in sizes:
        started = time.perf_counter()
        hits: defaultdict[float, list[bool]] = defaultdict(list)
        best: defaultdict[float, list[float]] = defaultdict(list)
        alarms: list[float] = []
        for number in range(brands):
            made = brand(
                seed + number, per_day, bucket=bucket, drift=(0.0, 0.6, -0.4)[number % 3], silent=per_day >= 60
            )
            wrong = _look(made, hits, best, silent)
            alarms.append(wrong / (DAYS / 30))
        for times in sorted(hits):
            share, can = sum(hits[times]) / len(hits[times]), sum(best[times]) / len(best[times])
            say(f"{per_day:>6,} {'day' if bucket == 24 else 'hour':>6}  {times:>7g}x {share:>7.1%} {can:>9.1%}")
            if times == 2 and can >= _TELLS:
                twice += hits[times]
            elif times == 2 and can > 0.5 and share < FLOORS["of_possible"] * can:
                missed.append(f"of {per_day} a day {share:.1%} found where {can:.1%} are possible")
        mean = sum(alarms) / len(alarms)
        say(f"{per_day:>6,}         false alarms per brand and month: {mean:.2f}, the worst brand {max(alarms):.2f} "
            f"({time.perf_counter() - started:.0f} s)")  # fmt: skip
        if mean > FLOORS["false_alarms"]:
            missed.append(f"{mean:.2f} false alarms a month for a brand of {per_day} a day")
    figures = {"twice the usual, found within one bucket": (twice, "twice"), "silent sources found": (silent, "silent")}
    for name, (hit, floor) in figures.items():
        share = sum(hit) / len(hit)
        say(f"{name}: {share:.1%} of {len(hit)} (floor {FLOORS[floor]:.0%})")
        if share < FLOORS[floor]:
            missed.append(f"{name}: {share:.1%}")
    for each in missed:
        say(f"below the floor: {each}")
    return missed


def _look(made: Brand, hits: dict[float, list[bool]], best: dict[float, list[float]], silent: list[bool]) -> int:
    """Look for spikes, lulls, negative shares, and a source that goes silent; returns the false alarms of all."""
    scanners: dict[str, Scanner] = {name: made.scanner(name) for name in ("up", "down", "share")}
    spells: dict[str, list[Spell]] = {name: scanner.walk(_BEGIN, _END) for name, scanner in scanners.items()}
    for event in made.events:
        name = "up" if event.times > 1 else "down"
        hits[event.times].append(found(event, spells[name]))
        best[event.times].append(possible(made, event))
    wrong = sum(false_alarms(each, made) for each in spells.values())
    if made.silent is not None:
        one = Series("one", "brand", planted.START, made.series.length, {"s": made.series.sources["source 1"]})
        gone = made.scanner("down", one).walk(_BEGIN, _END)
        first = planted.START + made.silent
        silent.append(any(first <= spell.opened < first + 48 for spell in gone))
    return wrong
