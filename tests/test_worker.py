"""The process that stores for a fast crawl: the same ingest, in order, and an end whatever happens to either side."""

from __future__ import annotations

import asyncio
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Coroutine
from multiprocessing.connection import Pipe
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from listening.post import Batch, Checkpoint
from listening.store import MentionFilter, Saved, Store
from pipelines import item
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding
from pipelines.worker import Worker, _Job, _save
from tests.conftest import NOW
from tests.test_ingest import BRANDS, post


@pytest.fixture
def ingest(store: Store) -> Ingest:
    return Ingest(store, "forum", Understanding(BRANDS), now=lambda: NOW)


def _within(work: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(60):
            await work

    asyncio.run(bounded())


def _batches(count: int) -> list[Batch]:
    return [
        Batch([post(f"Acme is great, says {n}", n), post(f"Nothing, says {n}", n + 1000)], [Checkpoint("at", str(n))])
        for n in range(count)
    ]  # fmt: skip


def test_a_worker_stores_what_the_ingest_would(ingest: Ingest, store: Store) -> None:
    heard: list[Saved] = []
    ingest.progress = heard.append
    failures: list[str] = []

    async def work() -> None:
        worker = Worker(ingest, failures.append)
        for batch in _batches(30):
            worker.save([batch], NOW)
            await worker.room()
        await worker.close()

    _within(work())
    assert not failures
    assert (store.totals()["posts"], store.count_mentions(MentionFilter())) == (60, 30)
    assert store.checkpoints("forum") == {"at": "29"}
    assert (len(heard), ingest.totals.posts, ingest.totals.new, ingest.totals.mentions) == (30, 60, 60, 30)
    assert {m.collected_at for m in store.mentions(MentionFilter())} == {f"{NOW:%Y-%m-%dT%H:%M:%SZ}"}


def test_a_store_that_cannot_be_written_is_told_once_and_ends_the_worker(ingest: Ingest, store: Store) -> None:
    store.db.conn.execute("DROP TABLE checkpoints")
    failures: list[str] = []

    async def work() -> None:
        worker = Worker(ingest, failures.append)
        for batch in _batches(20):
            worker.save([batch], NOW)
            await worker.room()
        await worker.close()

    _within(work())
    assert failures == ["OperationalError: no such table: checkpoints"]
    assert store.totals()["posts"] == 0


def test_a_worker_that_is_killed_is_told(ingest: Ingest) -> None:
    failures: list[str] = []

    async def work() -> None:
        worker = Worker(ingest, failures.append)
        os.kill(worker.pid, signal.SIGKILL)
        worker.save(_batches(1), NOW)
        await worker.close()

    _within(work())
    assert failures == ["the process that stores was ended"]


_PARENT = """
import asyncio, os, sys
from pathlib import Path
from listening.store import Store
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding
from pipelines.worker import Worker
from tests.conftest import NOW
from tests.test_ingest import BRANDS
from tests.test_worker import _batches

async def work():
    with Store(Path(sys.argv[1])) as store:
        worker = Worker(Ingest(store, "forum", Understanding(BRANDS)), print)
        batches = _batches(200)
        worker.save(batches[:1], NOW)
        await worker._until(0)
        for batch in batches[1:]:
            worker.save([batch], NOW)
        print(worker.pid, flush=True)
        os._exit(0)

asyncio.run(work())
"""


def test_a_worker_ends_when_its_crawl_is_gone_and_leaves_whole_batches(store: Store) -> None:
    root = Path(__file__).parents[1]
    command = [sys.executable, "-c", _PARENT, str(store.path)]
    done = subprocess.run(command, capture_output=True, cwd=root, text=True, timeout=60)
    # The worker shares the pipe of standard error: that this came to its end shows that the worker has ended, too.
    assert done.stdout.strip().isdigit(), done.stderr
    posts = store.totals()["posts"]
    assert 2 <= posts <= 400
    assert store.checkpoints("forum") == {"at": str(posts // 2 - 1)}
    assert not store.check()


def test_what_has_come_is_let_go_once_the_crawl_is_gone(ingest: Ingest, store: Store) -> None:
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    inbox.put((_batches(1), NOW))
    inbox.put(None)
    closed = threading.Event()
    closed.set()
    ours, theirs = Pipe()
    with ours, theirs:
        _save(_Job(store.path, "forum", ingest.understanding, None, True), theirs, inbox, closed)
        assert not ours.poll()
    assert store.totals()["posts"] == 0


def _pipeline(ingest: Ingest) -> item.StorePipeline:
    stats = SimpleNamespace(set_value=lambda *_: None)
    return item.StorePipeline(SimpleNamespace(stats=stats, engine=None), ingest)  # type: ignore[arg-type]


@pytest.mark.parametrize(("seconds", "hired"), [(10.0, True), (0.0, False)])
def test_only_a_crawl_faster_than_any_pace_gets_a_worker(
    ingest: Ingest, store: Store, monkeypatch: pytest.MonkeyPatch, seconds: float, hired: bool
) -> None:
    monkeypatch.setattr(item, "_MANY", 20)
    monkeypatch.setattr(item, "_SIZE", 4)
    monkeypatch.setattr(item, "_FAST", seconds)

    async def work() -> None:
        pipeline = _pipeline(ingest)
        for batch in _batches(40):
            await pipeline.process_item(batch)
        assert (pipeline.worker is not None) == hired
        await pipeline.close_spider()

    _within(work())
    assert store.totals()["posts"] == 80
    assert store.checkpoints("forum") == {"at": "39"}
    assert ingest.totals.new == 80
