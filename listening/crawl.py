"""Many sources at once: a process for each, so that a crash stays alone, and one place that hears them all."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from listening.config import Config, SourceEntry
from listening.run import Event, parse_event
from listening.store import Store

Listener = Callable[[Event], None]
_GRACE = 10.0  # seconds a run gets to save what it has read after Ctrl-C


def prepare(config: Config) -> Store:
    """Open the store, bring its sources and brands in line with the config, and sweep runs that were killed."""
    store = Store(config.database)
    store.know(
        [
            {
                "name": s.name, "kind": s.kind, "url": str(getattr(s.options, "url", "") or ""),
                "every": int(s.every.total_seconds()), "keep_unmatched": int(config.kept(s).total_seconds()),
                "active": int(s.enabled), "private": int(s.private),
            }
            for s in config.sources
        ],
        [{"name": b.name, "query": b.query, "ours": int(b.ours), "owner": b.owner} for b in config.brands],
    )  # fmt: skip
    store.use_zone(config.settings.time_zone)
    store.sweep_runs(datetime.now(UTC))
    return store


def crawl(config: Config, sources: Sequence[str], listener: Listener, *, check: bool = False) -> list[Event]:
    """Run sources, `jobs` at a time. Returns the last event of each, in the order given; never raises for a source.

    On KeyboardInterrupt the runs are asked to stop, get ten seconds to save what they have read, and are reported.
    """
    crowd = _Crowd(config, check)
    waiting, last = list(sources), {name: Event(name, "waiting") for name in sources}
    try:
        while waiting or crowd.running:
            while (name := crowd.next(waiting)) is not None:
                waiting.remove(name)
                crowd.start(name)
            last |= crowd.hear(listener)
    except KeyboardInterrupt:
        last |= crowd.stop(listener)
    for name in waiting:
        last[name] = Event(name, "interrupted", "not started")
    return [last[name] for name in sources]


class _Crowd:
    """The runs in progress."""

    def __init__(self, config: Config, check: bool) -> None:
        self.config, self.check = config, check
        self.hosts = {entry.name: _host(entry) for entry in config.sources}
        self.running: dict[str, subprocess.Popen[str]] = {}
        self.heard: queue.Queue[tuple[str, Event | None, str]] = queue.Queue()

    def next(self, waiting: Sequence[str]) -> str | None:
        """The source to start now: there is a place for it, and nobody else is asking its host."""
        if len(self.running) >= self.config.settings.jobs:
            return None
        busy = {self.hosts[name] for name in self.running}
        return next((name for name in waiting if self.hosts[name] not in busy), None)

    def start(self, name: str) -> None:
        command = [sys.executable, "-m", "listening.run", str(self.config.folder), name]
        command += ["--check"] if self.check else []
        process = subprocess.Popen(  # noqa: S603  # our own program, no shell
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            text=True, errors="replace",
            process_group=0,  # Ctrl-C reaches runs through `stop` alone: Scrapy takes a second signal for "at once"
        )  # fmt: skip
        self.running[name] = process
        threading.Thread(target=self._listen, args=(name, process), daemon=True).start()

    def _listen(self, name: str, process: subprocess.Popen[str]) -> None:
        errors: list[str] = []
        drain = threading.Thread(target=lambda: errors.extend(process.stderr or ()), daemon=True)
        drain.start()
        for line in process.stdout or ():
            if (event := parse_event(line)) is not None:
                self.heard.put((name, event, ""))
        process.wait()
        drain.join()
        self.heard.put((name, None, "".join(errors[-40:])))

    def hear(self, listener: Listener) -> dict[str, Event]:
        """Wait for one event and pass it on."""
        name, event, errors = self.heard.get()
        if event is None:
            process = self.running.pop(name)
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
            if process.returncode == 0:
                return {}
            event = Event(name, "failed", _last_words(process.returncode, errors), errors=1)
        listener(event)
        return {name: event}

    def stop(self, listener: Listener) -> dict[str, Event]:
        """Ask every run to stop and hear its last words."""
        last: dict[str, Event] = {}
        for process in self.running.values():
            process.send_signal(signal.SIGINT)
        timer = threading.Timer(_GRACE, self._kill)
        timer.start()
        try:
            while self.running:
                last |= self.hear(listener)
        finally:
            timer.cancel()
        return last

    def _kill(self) -> None:
        for process in list(self.running.values()):
            process.kill()


def _host(entry: SourceEntry) -> str:
    """Whom a source asks: its pace is kept within one process, so that sources of one host run one after another."""
    return urlsplit(str(getattr(entry.options, "url", "") or "")).netloc or entry.name


def _last_words(code: int, errors: str) -> str:
    if code < 0:
        return f"its process was ended by signal {signal.Signals(-code).name}; run it again to go on"
    lines = [line for line in errors.strip().splitlines() if line.strip()]
    return f"its process failed: {lines[-1] if lines else f'exit code {code}'}"
