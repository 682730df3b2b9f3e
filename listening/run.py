"""One source, one process, one row in `runs`: `python -m listening.run CONFIG SOURCE [--check] [--slot=TIME]`.

Progress goes to standard output as JSON lines, the last of which says how it ended; logs go to standard error.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from listening.config import Config, SourceEntry, load
from listening.errors import ListeningError, SourceError
from listening.source import Collector, Context, batches, find, kinds
from listening.store import Saved, Store
from listening.timetable import Timetable
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding


@dataclass(slots=True)
class Outcome:
    """How a run ended, in words for a person."""

    verdict: str  # ok, quiet, degraded, failed, interrupted
    reason: str = ""
    errors: int = 0
    pages: int = 0


@dataclass(slots=True)
class Event:
    """One line of a run's progress; figures are totals of the run so far."""

    source: str
    state: str = "running"  # running, or the verdict
    reason: str = ""
    pages: int = 0
    posts: int = 0
    new: int = 0
    mentions: int = 0
    rejects: int = 0
    errors: int = 0

    def line(self) -> str:
        """As it travels from the run's process to whoever started it."""
        return json.dumps(asdict(self), ensure_ascii=True)


class Reporter:
    """Counts what a run saves and tells it, at most five times a second."""

    def __init__(
        self, event: Event, tell: Callable[[Event], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.event, self.tell, self.clock, self.told = event, tell, clock, -1.0

    def __call__(self, saved: Saved) -> None:
        """Hear of one save."""
        event = self.event
        event.pages += saved.pages
        event.posts += saved.posts
        event.rejects += saved.rejects
        event.new += saved.new
        event.mentions += saved.mentions
        if self.clock() - self.told >= 0.2:
            self.told = self.clock()
            self.tell(event)


def source_context(config: Config, entry: SourceEntry, checkpoints: dict[str, str]) -> Context:
    """What the config and the environment give to one source. Raises CredentialError."""
    credentials = (*find(entry.kind).credentials, *entry.options.credentials())
    secrets = {c.name: SecretStr(value) for c in credentials if (value := c.read()) is not None}
    missing = [c.env for c in credentials if c.required and c.name not in secrets]
    if missing:
        raise SourceError(f"{entry.name} needs {' and '.join(missing)} in the environment; see `listening sources`")
    return Context(
        source=entry.name,
        checkpoints=checkpoints,
        terms=config.terms,
        secrets=secrets,
        folder=config.folder,
        contact=config.settings.contact,
        allow_private=tuple(config.settings.allow_private),
    )


def timetable(config: Config, entry: SourceEntry) -> Timetable:
    """When a source is asked; a stream that has the credentials it needs is kept alive instead."""
    try:
        reader = find(entry.kind).reader(source_context(config, entry, {}))
        endless = reader.endless(entry.options)
    except ListeningError:
        endless = False
    return Timetable.of(entry, config.settings.time_zone, endless=endless)


def run(config: Config, entry: SourceEntry, tell: Callable[[Event], None], slot: str = "") -> Outcome:
    """Crawl one source into the store, from claiming it to its verdict. Raises StoreError if another process has it."""
    with Store(config.database) as store, store.claim(entry.name):
        row = store.start_run(entry.name, datetime.now(UTC), slot)
        event = Event(entry.name)
        ingest = Ingest(
            store, entry.name, Understanding.of(config, entry.name, store.models()), row,
            keep_unmatched=config.kept(entry) > timedelta(0), redact=config.redacts(entry),
            progress=Reporter(event, tell),
        )  # fmt: skip
        checkpoints: dict[str, str] = {}
        try:
            checkpoints = store.checkpoints(entry.name)
            context = source_context(config, entry, checkpoints)
            outcome = _read(entry, context, ingest)
        except ListeningError as error:
            outcome = Outcome("failed", str(error), 1)
        outcome = judged(outcome, ingest.totals, first=not checkpoints and not store.run(row).found)
        store.finish_run(
            row, outcome.verdict, outcome.reason, errors=outcome.errors, pages=outcome.pages, now=datetime.now(UTC),
            timetable=timetable(config, entry),
        )  # fmt: skip
        event.state, event.reason, event.errors = outcome.verdict, outcome.reason, outcome.errors
        event.pages = max(event.pages, outcome.pages)
        tell(event)
    return outcome


def judged(outcome: Outcome, totals: Saved, *, first: bool) -> Outcome:
    """Tell "ok" from "quiet": a source that works and has nothing new is quiet; `first` if it never had anything."""
    if outcome.verdict == "ok" and not totals.new and not totals.updated:
        outcome.verdict = "quiet"
        outcome.reason = outcome.reason or ("nothing there yet" if first else "nothing new")
    return outcome


def _read(entry: SourceEntry, context: Context, ingest: Ingest) -> Outcome:
    reader = find(entry.kind).reader(context)
    if issubclass(reader, Collector):
        return _collect(reader(entry.options, context), ingest)
    from listening.crawler import crawl

    return crawl(reader, entry, context, ingest)


def _collect(collector: Collector, ingest: Ingest) -> Outcome:
    try:
        for batch in batches(collector.collect()):
            ingest.save([batch])
    except KeyboardInterrupt:
        return Outcome("interrupted", "stopped; run it again to go on")
    except SourceError as error:
        verdict = "degraded" if ingest.totals.new else "failed"
        return Outcome(verdict, str(error), 1)
    return Outcome("ok")


def check(config: Config, entry: SourceEntry) -> Outcome:
    """Ask one source the least it can answer, storing nothing."""
    try:
        context = source_context(config, entry, {})
        reader = find(entry.kind).reader(context)
        if issubclass(reader, Collector):
            return Outcome("ok", reader(entry.options, context).check())
        from listening.crawler import probe

        return probe(reader, entry, context)
    except ListeningError as error:
        return Outcome("failed", str(error), 1)


def main(argv: list[str]) -> int:
    """The run's own process. Returns 0 whatever the verdict: that travels in the last line."""
    folder, name, *options = argv
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    config = load(Path(folder), {kind: cls.Options for kind, cls in kinds().items()})
    entry = next(source for source in config.sources if source.name == name)

    def tell(event: Event) -> None:
        try:
            sys.stdout.write(event.line() + "\n")
            sys.stdout.flush()
        except BrokenPipeError:  # whoever started this is gone: finish quietly
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    try:
        if "--check" in options:
            outcome = check(config, entry)
            tell(Event(name, outcome.verdict, outcome.reason, errors=outcome.errors))
        else:
            if timetable(config, entry).endless:
                threading.Thread(target=_alone, args=(os.getppid(),), daemon=True).start()
            slots = [option.removeprefix("--slot=") for option in options if option.startswith("--slot=")]
            run(config, entry, tell, "".join(slots))
    except ListeningError as error:
        tell(Event(name, "failed", str(error), errors=1))
    except KeyboardInterrupt:
        tell(Event(name, "interrupted", "stopped; run it again to go on"))
    return 0


def _alone(starter: int) -> None:
    """Stop what would go on for ever when whoever started it is gone; other runs finish what they began."""
    while os.getppid() == starter:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGINT)


def parse_event(line: str) -> Event | None:
    """An event from a line of a run's output; None for anything else."""
    try:
        data: Any = json.loads(line)
        return Event(**data)
    except (ValueError, TypeError):
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
