"""`listening up` stopped in the middle of a crawl, again and again: how long that takes, and what is stored."""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
from pathlib import Path

from listening.store import Store
from tests.servers.board import BoardServer
from tests.uprunning import Up, config, wait_for


def _posts(path: Path) -> tuple[int, int]:
    with Store(path, read_only=True) as store:
        found = store.db.conn.execute("SELECT count(*), count(DISTINCT native_id) FROM posts").fetchone()
    return int(found[0]), int(found[1])


def main(arguments: list[str] | None = None) -> int:
    """Stop it by each signal, let it finish, and print the figures. Returns 1 above 5 s, or if a post is lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench up", description=__doc__)
    parser.add_argument("--times", type=int, default=6)
    given = parser.parse_args(arguments)
    chance, took, whole = random.Random(1), [], True
    with BoardServer(400, 20) as board, tempfile.TemporaryDirectory() as folder:
        made, path = config(Path(folder), board, delay=0.05), Path(folder) / "listening.db"
        for number in range(given.times):
            with Up(made, *["--no-web"] * (number % 2)) as up:
                before = _posts(path)[0] if path.exists() else 0
                more = before + chance.randrange(20, 800)
                up.until("board: asked now")
                wait_for("posts", lambda least=more: _posts(path)[0] >= min(least, board.posts))
                took.append(up.stop(signal.SIGTERM if number % 3 else signal.SIGINT))
                wait_for("everything to end", lambda up=up: up.descendants() == [])
            with Store(path) as store:
                damage = store.check()
            whole = whole and not damage and len(set(_posts(path))) == 1
            print(f"stopped at {_posts(path)[0]:>6,} posts in {took[-1]:.1f} s, damage: {damage or 'none'}", flush=True)
        with Up(made, "--no-web") as up:
            wait_for("the rest", lambda: _posts(path)[0] == board.posts, 900)
            up.stop()
        stored, distinct = _posts(path)
    print(f"in the end {stored:,} posts of {board.posts:,}, {distinct:,} distinct; slowest stop {max(took):.1f} s")
    return 0 if whole and stored == distinct == board.posts and max(took) <= 5 else 1


if __name__ == "__main__":
    sys.exit(main())
