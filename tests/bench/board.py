"""A whole board by all the rules: time beside what its pace allows, memory, and what a second crawl costs."""

from __future__ import annotations

import argparse
import json
import os
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

FLOORS = {"time": 1.3, "memory": 150.0, "again": 0.03}


@dataclass(frozen=True, slots=True)
class Measured:
    """One crawl, in a process of its own."""

    seconds: float
    peak_mb: float
    requests: int
    posts: int


def _config(folder: Path, board: BoardServer, delay: float) -> Path:
    config = folder / "config"
    config.mkdir()
    (config / "brands.toml").write_text('[[brand]]\nname = "Acme"\n')
    source = f'[[source]]\nname = "board"\nkind = "board"\nurl = "{board.url}"\ndelay = {delay}\n'
    (config / "sources.toml").write_text(source)
    (config / "listening.toml").write_text(f"allow_private = {json.dumps([board.address])}\n")
    prepare(load(config, {name: kind.Options for name, kind in kinds().items()})).close()
    return config


def _crawl(config: Path) -> Measured:
    started = time.monotonic()
    command = [sys.executable, "-m", "listening.run", str(config), "board"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)  # or Popen would wait for it once more
    seconds = time.monotonic() - started
    with Store(config.parent / "listening.db", read_only=True) as store:
        run = store.runs(limit=1)[0]
        return Measured(seconds, usage.ru_maxrss / 1024, run.pages, store.totals()["posts"])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench board", description=__doc__)
    parser.add_argument("--topics", type=int, default=100, help="of 20 posts, a page of 60 KB")
    parser.add_argument("--delay", type=float, default=1.0, help="seconds between requests")
    given = parser.parse_args(arguments)
    with BoardServer(given.topics, 20, page_kb=60) as board, tempfile.TemporaryDirectory() as folder:
        config = _config(Path(folder), board, given.delay)
        first, second = _crawl(config), _crawl(config)
    pace = (first.requests + 1) * given.delay  # robots.txt is asked for, too
    figures = {"time": first.seconds / pace, "memory": first.peak_mb, "again": second.requests / first.requests}
    print(f"{first.posts:,} of {board.posts:,} posts in {first.requests} requests, {first.seconds:.1f} s with start-up")
    print(
        f"time    {figures['time']:.2f} times what a request every {given.delay:g} s takes (wanted: {FLOORS['time']})"
    )
    print(f"memory  {figures['memory']:.0f} MB at the most (wanted: {FLOORS['memory']:.0f})")
    print(f"again   {second.requests} request, {figures['again']:.1%} of the first (wanted: {FLOORS['again']:.0%})")
    kept = first.posts == board.posts and all(figures[name] <= floor for name, floor in FLOORS.items())
    return 0 if kept else 1
