"""Batches written to a file until somebody says stop, each understood first, as a crawl does; in its own process."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from listening.config import load
from listening.post import Batch
from listening.source import kinds
from listening.store import Store
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding
from tests.bench.corpus import NOW
from tests.bench.drawn import draw

_BATCH = 50  # posts of a page


@contextmanager
def crawling(folder: Path) -> Iterator[None]:
    """Somebody writes meanwhile."""
    command = [sys.executable, "-m", "tests.bench.crawling", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()  # the first batch is written
            yield
        finally:
            process.terminate()


def _crawl(folder: Path) -> None:
    config = load(folder, {name: kind.Options for name, kind in kinds().items()})
    posts = cycle(each.entry.post for each in draw(4000))
    run, number = int(time.time()), 0
    with Store(config.database) as store:
        ingest = Ingest(store, "board-1", Understanding.of(config), now=lambda: NOW)
        while True:
            chunk = [replace(next(posts), id=f"{run}-{number + i}", published=NOW) for i in range(_BATCH)]
            ingest.save([Batch(chunk)])
            number += _BATCH
            print(number, flush=True)


if __name__ == "__main__":
    _crawl(Path(sys.argv[1]))
