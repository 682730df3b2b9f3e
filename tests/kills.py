"""`python -m tests.kills --times 200`: kill -9 a crawl at random moments, resume it, and count every post.

Each trial crawls a loopback board into a fresh database, kills the run, lets it run again to its end, and compares what
is stored with what the board holds. Half of the kills come after a random share of the time a whole crawl takes, half
when a random number of posts is stored; half hit the run's whole process group, half the run alone.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from listening.config import load
from listening.crawl import prepare
from listening.source import kinds
from listening.store import Store
from tests.servers.board import BoardServer


@dataclass(slots=True)
class Trial:
    """What one killed and resumed crawl left."""

    stored_at_kill: int
    stored: int
    distinct: int
    damage: list[str]
    verdict: str


def main(arguments: list[str] | None = None) -> int:
    """Run the trials and print a table. Returns 1 if any trial lost or doubled a post."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--topics", type=int, default=100)
    parser.add_argument("--posts-each", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    total = given.topics * given.posts_each
    chance = random.Random(given.seed)
    with BoardServer(given.topics, given.posts_each) as board, tempfile.TemporaryDirectory() as folder:
        whole = _whole(board, Path(folder), total)
        print(f"{total:,} posts; a whole crawl takes {whole:.1f} s; {given.times} kills", flush=True)
        wrong = partial = 0
        for number in range(given.times):
            seconds, posts = chance.uniform(0.25, 1.0) * whole, chance.randrange(1, total) if number % 2 else total
            trial = _trial(board, Path(folder) / str(number), seconds, posts, alone=number % 4 > 1)
            exact = trial.stored == trial.distinct == total and not trial.damage
            wrong += not exact
            partial += 0 < trial.stored_at_kill < total
            if not exact or number % 20 == 19:
                print(
                    f"{number + 1:>4} at the kill {trial.stored_at_kill:>6,}, in the end {trial.stored:,}", trial.damage
                )
    print(f"{given.times - wrong} of {given.times} trials exact; {partial} kills fell in the middle of the storing")
    return 1 if wrong else 0


def _config(board: BoardServer, folder: Path) -> Path:
    config = folder / "config"
    config.mkdir(parents=True)
    (config / "brands.toml").write_text('[[brand]]\nname = "Acme"\n')
    source = f'[[source]]\nname = "board"\nkind = "board"\nurl = "{board.url}"\ndelay = 0\n'
    (config / "sources.toml").write_text(source)
    (config / "listening.toml").write_text(f'allow_private = ["{board.address}"]\n')
    prepare(load(config, {name: kind.Options for name, kind in kinds().items()})).close()
    return config


def _start(config: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "listening.run", str(config), "board"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _whole(board: BoardServer, folder: Path, total: int) -> float:
    config = _config(board, folder / "whole")
    started = time.monotonic()
    _start(config).wait()
    seconds = time.monotonic() - started
    with Store(config.parent / "listening.db", read_only=True) as store:
        found = store.totals()["posts"]
        assert found == total == board.posts, f"an undisturbed crawl found {found} of {total} posts: {store.runs()}"
    return seconds


def _trial(board: BoardServer, folder: Path, seconds: float, posts: int, *, alone: bool) -> Trial:
    config = _config(board, folder)
    process = _start(config)
    with Store(folder / "listening.db", read_only=True) as store:
        end = time.monotonic() + (seconds if posts == board.posts else 60)
        while process.poll() is None and time.monotonic() < end and store.totals()["posts"] < posts:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.01)
    with contextlib.suppress(ProcessLookupError):
        process.kill() if alone else os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    path = folder / "listening.db"
    with Store(path) as store:
        at_kill = store.totals()["posts"]
    _start(config).wait()
    with Store(path) as store:
        stored = store.totals()["posts"]
        distinct = store.db.conn.execute("SELECT count(DISTINCT native_id) FROM posts").fetchone()[0]
        return Trial(at_kill, stored, distinct, store.check(), store.runs(limit=1)[0].verdict)


if __name__ == "__main__":
    sys.exit(main())
