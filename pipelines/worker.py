"""A process that understands and stores for a crawl that is faster than one process: it has the same ingest."""

from __future__ import annotations

import asyncio
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

from listening.post import Batch
from listening.store import Saved, Store
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding

_AHEAD = 4  # saves that may wait in the worker; more would only be lost with it
_START = "import sys; sys.path[:] = sys.argv[2:]; from pipelines.worker import work; work(int(sys.argv[1]))"


@dataclass(frozen=True, slots=True)
class _Job:
    """All that a worker needs to make the same ingest."""

    database: Path
    source: str
    understanding: Understanding
    run: int | None
    keep_unmatched: bool
    redact: bool = False


class Worker:
    """Takes batches in order and tells of each save; ends with the process that made it, and saves nothing after it.

    `ingest` hears of what each save brought; `failed` is called once with why there will be no more. Needs a running
    event loop.
    """

    def __init__(self, ingest: Ingest, failed: Callable[[str], None]) -> None:
        self._ingest, self._failed = ingest, failed
        self._pipe, theirs = Pipe()
        command = [sys.executable, "-c", _START, str(theirs.fileno()), *sys.path]
        self._process = subprocess.Popen(  # noqa: S603  # our own program; its output would be taken for ours
            command, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno(), pass_fds=[theirs.fileno()]
        )
        theirs.close()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._pipe.fileno(), self._answer)
        self._under_way, self._changed, self._ended = 0, asyncio.Event(), False
        self._outbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        told = ingest.understanding
        self._outbox.put(_Job(ingest.store.path, ingest.source, told, ingest.run, ingest.keep_unmatched, ingest.redact))
        self._sender = threading.Thread(target=self._send, daemon=True)  # a full pipe blocks
        self._sender.start()

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def save(self, batches: Sequence[Batch], now: datetime) -> None:
        """Have some batches saved in one transaction."""
        self._under_way += 1
        self._outbox.put((batches, now))

    async def room(self) -> None:
        """Wait until it is not too far behind."""
        await self._until(_AHEAD)

    async def close(self) -> None:
        """Wait until all is saved, and let it go."""
        await self._until(0)
        self._end()
        await asyncio.to_thread(self._sender.join)

    async def _until(self, most: int) -> None:
        while self._under_way > most and not self._ended:
            self._changed.clear()
            await self._changed.wait()

    def _answer(self) -> None:
        try:
            answer = self._pipe.recv()
        except (EOFError, OSError):
            answer = "the process that stores was ended"
        if isinstance(answer, Saved):
            self._under_way -= 1
            self._changed.set()
            self._ingest.hear(answer)
        elif not self._ended:
            self._end()
            self._failed(str(answer))

    def _end(self) -> None:
        if self._ended:
            return
        self._ended = True
        self._loop.remove_reader(self._pipe.fileno())
        self._outbox.put(None)
        self._changed.set()

    def _send(self) -> None:
        """Put what is in the outbox into the pipe until there is a None, then close it and see the process end."""
        with self._pipe as pipe:
            try:
                while (message := self._outbox.get()) is not None:
                    pipe.send(message)
            except OSError:  # it ended; the pipe stays open until the loop has seen that, which puts the None
                while self._outbox.get() is not None:
                    pass
        self._process.wait()


def work(descriptor: int) -> None:
    """Save what comes through a pipe until it closes. What has come and is not saved by then is let go."""
    for number in (signal.SIGINT, signal.SIGTERM):  # meant for the crawl, which ends in order and then closes the pipe
        signal.signal(number, signal.SIG_IGN)
    with Connection(descriptor) as pipe:
        job = pipe.recv()
        inbox: queue.SimpleQueue[tuple[Sequence[Batch], datetime] | None] = queue.SimpleQueue()
        closed = threading.Event()
        threading.Thread(target=_receive, args=(pipe, inbox, closed), daemon=True).start()
        try:
            _save(job, pipe, inbox, closed)
        except Exception as error:  # noqa: BLE001  # whatever it is, the verdict says so
            with suppress(OSError):
                pipe.send(f"{type(error).__name__}: {error}")


def _receive(pipe: Connection, inbox: queue.SimpleQueue[object], closed: threading.Event) -> None:
    with suppress(EOFError, OSError):
        while True:
            inbox.put(pipe.recv())
    closed.set()
    inbox.put(None)


def _save(
    job: _Job, pipe: Connection, inbox: queue.SimpleQueue[tuple[Sequence[Batch], datetime] | None],
    closed: threading.Event,
) -> None:  # fmt: skip
    with Store(job.database) as store:
        ingest = Ingest(store, job.source, job.understanding, job.run, job.keep_unmatched, job.redact)
        while (message := inbox.get()) is not None and not closed.is_set():
            pipe.send(ingest.save(*message))
