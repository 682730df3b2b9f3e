"""The schedule in accelerated time, and 100 double starts: each slot once, memory flat, a small write-ahead file.

50 sources, 5 % of runs fail, hang or die; 24 h over the night on which clocks go on, 3 days asleep, 6 h, the machine
off until October, 24 h over the night on which clocks go back; the scheduler is killed 20 times in each of both days,
and as often whoever alerts: each mention that runs bring is to be told, while 30 % of messages are refused.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.alarmed import Alarmed, alarmed
from tests.clockwork import double_start, many

_SPRING = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
_AUTUMN = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)


def _memory() -> float:
    """What this process holds now, in MB."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def _world(folder: Path, sources: int, kills: int, seed: int) -> bool:
    began = time.monotonic()
    with alarmed(folder, _SPRING, many(sources), 0.05, seed) as world:
        return _lived(world, kills, began)


def _lived(world: Alarmed, kills: int, began: float) -> bool:
    names = [each.name for each in world.sources]
    world.run(timedelta(hours=2))  # everything is warm
    memory = [_memory()]
    world.run(timedelta(hours=22), kills=kills)
    memory.append(_memory())
    fell, before = world.clock.wall, world.started.copy()
    world.clock.set(timedelta(days=3))
    world.run(timedelta(minutes=2))
    caught_up = max((world.started - before).values(), default=0)
    asleep = world.rows(
        "SELECT count(*) FROM slots WHERE why = 'late' AND claimed > ? GROUP BY source_id", f"{fell:%Y-%m-%dT%H:%M:%SZ}"
    )
    missed = max(asleep, default=(0,))[0]
    world.run(timedelta(hours=6))
    world.off(_AUTUMN)
    world.run(timedelta(hours=24), kills=kills)
    memory.append(_memory())
    world.settle()
    untold, messages = len(world.stored) - len(world.told), world.keys.total()
    slots = world.rows("SELECT count(*) FROM slots")[0][0]
    runs, bad = world.rows("SELECT count(*), sum(verdict IN ('failed', 'interrupted')) FROM runs")[0]
    doubled, unrun, lost = world.doubled(), world.never_run(), world.lost(names)
    damage = world.store.check()
    figures = (
        ("slots taken", f"{slots:,}"),
        ("runs begun for them", f"{runs:,}, {bad:,} of which failed or were cut off"),
        ("kills of the scheduler", f"{world.kills}"),
        ("slots run twice", f"{len(doubled)} {doubled[:3]}"),
        ("slots taken and never run", f"{len(unrun)} {unrun[:3]}"),
        ("slots that came and were not taken", f"{len(lost)} {lost[:3]}"),
        ("runs of a source within 2 min of waking", f"at most {caught_up}, for missed slots at most {missed}"),
        ("kills of who alerts", f"{world.deaths}, and {world.refused:,} messages were refused"),
        ("mentions to be told", f"{len(world.stored):,}, lost {untold}"),
        ("messages", f"{messages:,}, {world.repeated} came twice ({world.repeated / max(1, messages):.2%})"),
        ("memory", " -> ".join(f"{each:.0f} MB" for each in memory)),
        ("largest write-ahead file", f"{world.largest_wal / 1e6:.1f} MB"),
        ("damage in the file", f"{damage}"),
        ("took", f"{time.monotonic() - began:.0f} s"),
    )  # fmt: skip
    for what, figure in figures:
        print(f"{what:<40} {figure}", flush=True)
    flat = memory[-1] - memory[0] < 12
    small = world.largest_wal < 64e6
    return (
        not (doubled or unrun or lost or damage or untold)
        and world.repeated <= 0.01 * messages
        and flat
        and small
        and caught_up <= 2
        and missed == 1
        and world.kills >= kills
    )


def _starts(folder: Path, times: int) -> bool:
    began, wrong = time.monotonic(), 0
    for number in range(times):
        found = double_start(folder / str(number), number, killed=number % 2 == 1)
        wrong += bool(found)
        if found:
            print(f"  double start {number}: {found}")
    took = time.monotonic() - began
    print(f"{'double starts':<40} {times}, half with the holder killed: {wrong} wrong ({took:.0f} s)")
    return wrong == 0


def main(arguments: list[str] | None = None) -> int:
    """Run both and print the figures. Returns 1 if a slot was lost or run twice, or the figures are too large."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench clock", description=__doc__)
    parser.add_argument("--sources", type=int, default=50)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--starts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        good = _world(Path(folder) / "world", given.sources, given.kills, given.seed)
        (Path(folder) / "starts").mkdir()
        good = _starts(Path(folder) / "starts", given.starts) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
