"""The runs in progress: a process for each, so that a crash stays alone, and one place that hears them all."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from listening.config import Config, SourceEntry
from listening.run import Event, parse_event

Listener = Callable[[Event], None]
_GRACE = 10.0  # seconds a run gets to save what it has read after Ctrl-C


class Crowd:
    """The runs in progress, at most `jobs` of them, and one at a time for each host."""

    def __init__(self, config: Config, *, check: bool = False) -> None:
        self.check = check
        self.running: dict[str, subprocess.Popen[str]] = {}
        self.life: dict[str, float] = {}  # when each run last showed a sign of life, by the monotonic clock
        self.heard: queue.Queue[tuple[str, Event | None, str]] = queue.Queue()
        self.configure(config)

    def configure(self, config: Config) -> None:
        """Take another configuration for what is started from now on."""
        self.config = config
        self.hosts = {entry.name: _host(entry) for entry in config.sources}

    def room(self, name: str, beside: Sequence[str] = ()) -> bool:
        """Whether a source can start now: there is a place, and nobody asks its host; runs `beside` take no place."""
        counted = [other for other in self.running if other not in beside]
        busy = {self.hosts.get(other) for other in counted}
        return len(counted) < self.config.settings.jobs and self.hosts.get(name) not in busy

    def next(self, waiting: Sequence[str]) -> str | None:
        """The first source of these that can start now."""
        return next((name for name in waiting if self.room(name)), None)

    def start(self, name: str, slot: str = "") -> None:
        """Start a run, for a slot of the schedule if one is named."""
        command = [sys.executable, "-m", "listening.run", str(self.config.folder), name]
        command += ["--check"] * self.check + [f"--slot={slot}"] * bool(slot)
        process = subprocess.Popen(  # noqa: S603  # our own program, no shell
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            text=True, errors="replace",
            process_group=0,  # Ctrl-C reaches runs through `stop` alone: Scrapy takes a second signal for "at once"
        )  # fmt: skip
        self.running[name] = process
        self.life[name] = time.monotonic()
        threading.Thread(target=self._listen, args=(name, process), daemon=True).start()

    def _listen(self, name: str, process: subprocess.Popen[str]) -> None:
        errors: list[str] = []
        drain = threading.Thread(target=self._drain, args=(name, process, errors), daemon=True)
        drain.start()
        for line in process.stdout or ():
            if (event := parse_event(line)) is not None:
                self.heard.put((name, event, ""))
        process.wait()
        drain.join()
        self.heard.put((name, None, "".join(errors)))

    def _drain(self, name: str, process: subprocess.Popen[str], errors: list[str]) -> None:
        for line in process.stderr or ():
            errors[:] = [*errors[-39:], line]
            self.life[name] = time.monotonic()

    def hear(self, listener: Listener) -> dict[str, Event]:
        """Wait for one event and pass it on."""
        name, event, errors = self.heard.get()
        event = self._ended(name, errors) if event is None else event
        if event is None:
            return {}
        listener(event)
        return {name: event}

    def poll(self) -> list[tuple[str, Event | None, bool]]:
        """What was heard since, without waiting: (source, event, whether its process has ended)."""
        found: list[tuple[str, Event | None, bool]] = []
        with suppress(queue.Empty):
            while True:
                name, event, errors = self.heard.get_nowait()
                self.life[name] = time.monotonic()
                found.append((name, self._ended(name, errors) if event is None else event, event is None))
        return found

    def _ended(self, name: str, errors: str) -> Event | None:
        """Let go of a process that has ended; an event where it ended badly."""
        process = self.running.pop(name)
        self.life.pop(name, None)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        if process.returncode == 0:
            return None
        return Event(name, "failed", _last_words(process.returncode, errors), errors=1)

    def last_sign(self, name: str) -> float:
        """When a run last showed a sign of life, by the monotonic clock."""
        return self.life.get(name, time.monotonic())

    def ask_to_stop(self, name: str) -> None:
        """Ask one run to save what it has read, and to end."""
        if (process := self.running.get(name)) is not None:
            process.send_signal(signal.SIGINT)

    def end(self, name: str) -> None:
        """End one run at once; whole batches stay."""
        if (process := self.running.get(name)) is not None:
            _kill(process)

    def stop(self, listener: Listener, grace: float = _GRACE) -> dict[str, Event]:
        """Ask every run to stop and hear its last words; what is not done after the grace is ended."""
        last: dict[str, Event] = {}
        for name in self.running:
            self.ask_to_stop(name)
        timer = threading.Timer(grace, self._kill)
        timer.start()
        try:
            while self.running:
                last |= self.hear(listener)
        finally:
            timer.cancel()
        return last

    def _kill(self) -> None:
        for process in list(self.running.values()):
            _kill(process)


def _kill(process: subprocess.Popen[str]) -> None:
    """End a run and what it has started: it leads a group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _host(entry: SourceEntry) -> str:
    """Whom a source asks: its pace is kept within one process, so that sources of one host run one after another."""
    return urlsplit(str(getattr(entry.options, "url", "") or "")).netloc or entry.name


def _last_words(code: int, errors: str) -> str:
    if code < 0:
        return f"its process was ended by signal {signal.Signals(-code).name}; run it again to go on"
    lines = [line for line in errors.strip().splitlines() if line.strip()]
    return f"its process failed: {lines[-1] if lines else f'exit code {code}'}"
