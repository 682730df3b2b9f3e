"""Keeps services alive: starts each in its own process, starts again what dies, and ends all of them in time."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from listening.up.services import Service

_SHORT = 60.0  # a service that ran for less than so many seconds failed at once
_LONGEST = 60.0  # seconds between two tries
_GRACE = 2.8  # seconds from being asked to end to being ended
Process = subprocess.Popen[bytes]


@dataclass(slots=True)
class _Child:
    service: Service
    process: Process | None = None
    begun: float = 0.0
    due: float = 0.0  # when it is started (again)
    failures: int = 0


class Supervisor:
    """The services and their processes.

    `start` makes a service's process, `monotonic` is a clock in seconds, `tell` gets (who, what) for each thing
    worth knowing.
    """

    def __init__(
        self,
        services: Sequence[Service],
        start: Callable[[Service], Process],
        monotonic: Callable[[], float],
        tell: Callable[[str, str], None],
    ) -> None:
        self.start, self.monotonic, self.tell = start, monotonic, tell
        self.children = [_Child(service) for service in services]

    def step(self) -> None:
        """Start what is due, and notice what has died."""
        now = self.monotonic()
        for child in self.children:
            if child.process is not None and (code := child.process.poll()) is not None:
                self._died(child, code, now)
            if child.process is None and child.due <= now:
                child.process, child.begun = self.start(child.service), now

    def _died(self, child: _Child, code: int, now: float) -> None:
        child.process = None
        child.failures = 1 if now - child.begun >= _SHORT else child.failures + 1
        wait = min(_LONGEST, 2.0 ** (child.failures - 1))
        child.due = now + wait
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        self.tell(child.service.name, f"{how}; it is started again in {wait:.0f} s")

    def renew(self) -> None:
        """Start again those that do not follow a changed configuration by themselves."""
        for child in self.children:
            if not child.service.rereads and child.process is not None:
                self._end([child])
                child.due, child.failures = self.monotonic(), 0

    def bury(self) -> None:
        """Take note of processes that outlived the service that started them: who is first inherits them."""
        ours = {child.process.pid for child in self.children if child.process is not None}
        with suppress(ChildProcessError):
            while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and ended.si_pid not in ours:
                os.waitpid(ended.si_pid, 0)

    def stop(self) -> None:
        """End everything: ask, wait a little, then insist. What was stored is whole either way."""
        self._end(self.children)

    def _end(self, children: Sequence[_Child]) -> None:
        running = [(child, child.process) for child in children if child.process is not None]
        for _, process in running:
            process.terminate()
        until = self.monotonic() + _GRACE
        for child, process in running:
            try:
                process.wait(max(0.05, until - self.monotonic()))
            except subprocess.TimeoutExpired:
                self.tell(child.service.name, "did not end when it was asked to, and was ended")
                process.kill()
                process.wait()
            child.process = None
            if process.stdin is not None:
                process.stdin.close()
