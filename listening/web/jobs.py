"""Work that takes longer than a page: it goes on in a thread, is watched from any page, and can be stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from listening.errors import ListeningError

_LAST_WORDS = 1.5  # seconds all jobs get to end with their batches whole; one that is cut off is whole, too


class Stopped(Exception):  # not a mistake
    """Raised inside a job that was asked to stop."""


@dataclass
class Job:
    """One job: what it does, how far it is (of `total`, 0 where nobody knows) and how it ended.

    `role` is the least that may watch and stop it by its `kind`; "" leaves that to the page that started it.
    """

    kind: str
    title: str
    who: str
    role: str = ""
    done: int = 0
    total: int = 0
    says: str = ""
    state: str = "running"  # running, done, stopped, failed
    found: object = None  # what came of it, where a page shows more than words
    stop: threading.Event = field(default_factory=threading.Event)

    def progress(self, done: int, total: int) -> None:
        """Note how far it is. Raises Stopped where somebody wants it to end."""
        self.done, self.total = done, total
        if self.stop.is_set():
            raise Stopped

    @property
    def share(self) -> int:
        """How far it is, in per cent."""
        return min(100, 100 * self.done // self.total) if self.total else 0


Work = Callable[[Job], str]


class Jobs:
    """At most one job of a kind at a time."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._turn = threading.Lock()

    def start(self, kind: str, title: str, who: str, work: Work, *, role: str = "") -> Job:
        """Start `work`, which returns its last words. Raises ListeningError while one of the kind is running."""
        with self._turn:
            running = self._jobs.get(kind)
            if running is not None and running.state == "running":
                raise ListeningError(f"{running.title} is still at it: wait for it or stop it first.")
            job = self._jobs[kind] = Job(kind, title, who, role)
            thread = threading.Thread(target=self._work, args=(job, work), name=kind, daemon=True)
            self._threads[kind] = thread
        thread.start()
        return job

    def _work(self, job: Job, work: Work) -> None:
        try:
            job.says = work(job)
            job.state = "done"
        except Stopped:
            job.state, job.says = "stopped", "Stopped; what was done stays. Start it again to do the rest."
        except ListeningError as error:
            job.state, job.says = "failed", str(error)
        except Exception:
            job.state, job.says = "failed", "It failed; the log says more."
            raise

    def find(self, kind: str) -> Job | None:
        """The job of a kind: the running one, or the last."""
        return self._jobs.get(kind)

    def those(self, *kinds: str) -> list[Job]:
        """The jobs of these kinds that there are."""
        return [job for kind in kinds if (job := self._jobs.get(kind)) is not None]

    def wait(self, kind: str) -> None:
        """Wait for the end of a job."""
        if kind in self._threads:
            self._threads[kind].join()

    def close(self) -> None:
        """Ask all jobs to stop and give them a moment."""
        for job in self._jobs.values():
            job.stop.set()
        end = time.monotonic() + _LAST_WORDS
        for thread in self._threads.values():
            thread.join(max(0.0, end - time.monotonic()))
