"""`listening up` stopped in the middle of a crawl, again and again: how long that takes, and what is stored.

With --contained it runs under a container's rules, as the file that `listening service container` prints starts it;
with --systemd as the unit that `listening service systemd` prints, in a systemd of its own.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from listening.store import Store
from tests import contained, managed
from tests.servers.board import BoardServer
from tests.uprunning import Up, config, wait_for

_ENOUGH = 5.0  # seconds


def main(arguments: list[str] | None = None) -> int:
    """Stop it by each signal, let it finish, and print the figures. Returns 1 above 5 s, or if a post is lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench up", description=__doc__)
    parser.add_argument("--times", type=int, default=6)
    rules = parser.add_mutually_exclusive_group()
    rules.add_argument("--contained", action="store_true", help="under a container's rules")
    rules.add_argument("--systemd", action="store_true", help="as a unit, in a systemd of its own")
    given = parser.parse_args(arguments)
    with BoardServer(400, 20) as board, tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "data"
        config(folder, board, delay=0.05)
        if given.contained or given.systemd:
            rules_of = contained if given.contained else managed
            if why := rules_of.refused(folder):
                print(f"skipped: {why}")
                return 0
            with rules_of.ready(folder) as start:
                return _measure(given.times, folder, board, lambda _: start(), signals=[signal.SIGTERM])
        return _measure(given.times, folder, board, lambda number: Up(folder / "config", *["--no-web"] * (number % 2)),
                        signals=[signal.SIGINT, signal.SIGTERM, signal.SIGTERM])  # fmt: skip


def _measure(times: int, folder: Path, board: BoardServer, start: Callable[[int], Up], *, signals: list[int]) -> int:
    chance, took, whole, path = random.Random(1), [], True, folder / "listening.db"
    for number in range(times):
        with start(number) as up:
            before = _posts(path)[0] if path.exists() else 0
            more = before + chance.randrange(20, 800)
            up.until("board: asked now")
            wait_for("posts", lambda least=more: _posts(path)[0] >= min(least, board.posts))
            took.append(up.stop(signals[number % len(signals)]))
            up.until("has ended")
            wait_for("everything to end", lambda up=up: up.descendants() == [])
        insisted = sum("was ended" in line for line in up.lines)
        with Store(path) as store:
            damage = store.check()
        whole = whole and not damage and not insisted and len(set(_posts(path))) == 1
        print(f"stopped at {_posts(path)[0]:>6,} posts in {took[-1]:.1f} s, damage: {damage or 'none'}, "
              f"services that had to be ended: {insisted}", flush=True)  # fmt: skip
    with start(1) as up:
        up.until("is up")
        wait_for("the rest", lambda: _posts(path)[0] == board.posts, 900)
        up.stop(signal.SIGTERM)
    stored, distinct = _posts(path)
    print(f"in the end {stored:,} posts of {board.posts:,}, {distinct:,} distinct; slowest stop {max(took):.1f} s")
    return 0 if whole and stored == distinct == board.posts and max(took) <= _ENOUGH else 1


def _posts(path: Path) -> tuple[int, int]:
    with Store(path, read_only=True) as store:
        found = store.db.conn.execute("SELECT count(*), count(DISTINCT native_id) FROM posts").fetchone()
    return int(found[0]), int(found[1])


if __name__ == "__main__":
    sys.exit(main())
