"""The one that holds the schedule: takes slots, starts their runs, ends what hangs, and hands over when it dies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from listening.config import Config, spell
from listening.errors import ConfigError
from listening.run import Event
from listening.schedule.clock import Clock
from listening.schedule.hold import Hold
from listening.schedule.words import ended, rounded, started
from listening.store import Store
from listening.timetable import Timetable

_JUMP = 60.0  # seconds by which the wall's clock may differ from the other before somebody set it
_GRACE = 10.0  # seconds between asking a run to stop and ending it
_UPKEEP = 3600.0
_TIDIED, _TIDIED_FIRST = 86400.0, 300.0  # what is old is let go once a day, and not while everything starts


class Runs(Protocol):
    """What starts runs: `listening.crowd.Crowd`, or a test's pretence."""

    def configure(self, config: Config) -> None:
        """Take another configuration for what is started from now on."""

    def room(self, name: str, beside: Sequence[str]) -> bool:
        """Whether a source can start now; runs `beside` take no place."""

    def start(self, name: str, slot: str) -> None:
        """Start a run for a slot."""

    def poll(self) -> Sequence[tuple[str, Event | None, bool]]:
        """What was heard since: (source, event, whether its process has ended)."""

    def last_sign(self, name: str) -> float:
        """When a run last showed a sign of life, by the monotonic clock."""

    def ask_to_stop(self, name: str) -> None:
        """Ask one run to save what it has read, and to end."""

    def end(self, name: str) -> None:
        """End one run at once."""

    def stop(self, listener: Callable[[Event], None], grace: float) -> object:
        """Ask every run to stop; what is not done after the grace (seconds) is ended."""


@dataclass(slots=True)
class _Run:
    """One run in progress."""

    slot: str
    begun: float  # by the monotonic clock
    said: Event | None = None  # its last word
    ending: tuple[str, str, float] | None = None  # (verdict, reason, when it is ended by force)


class Scheduler:
    """Takes what is due, until it is stopped. Everything it must remember is in the store; it can die at any moment.

    `current` returns the configuration as it stands, or None where it has not changed since it was last asked, and
    raises ConfigError where it is a mistake now; `follow` brings the store in line with one, and returns its
    timetables. `tell` gets one plain line for each thing worth knowing. `tidy` begins to let go of what is old, and
    does not wait for it.
    """

    def __init__(
        self,
        hold: Hold,
        current: Callable[[], Config | None],
        follow: Callable[[Store, Config], Mapping[str, Timetable]],
        runs: Runs,
        clock: Clock,
        tell: Callable[[str], None],
        tidy: Callable[[Config, datetime], None] = lambda *_: None,
    ) -> None:
        self.hold, self.store = hold, hold.store
        self.current, self.follow, self.runs, self.clock, self.tell = current, follow, runs, clock, tell
        self.tables: Mapping[str, Timetable] = {}
        self.longest: dict[str, timedelta | None] = {}
        self.stuck_after = timedelta(minutes=30)
        self.progress: dict[str, _Run] = {}
        self._wall, self._steady, self._kept_up = clock.now(), clock.monotonic(), float("-inf")
        self._complaint = ""
        self._config: Config | None = None
        self._tidy, self._tidied = tidy, self._steady - _TIDIED + _TIDIED_FIRST

    def begin(self) -> None:
        """Take up what the one before left: what it had begun or taken and not finished is due again."""
        now = self.clock.now()
        self._heed_config(now)
        swept = self.store.sweep_runs(now)
        self.store.set_timetables(self.tables, now)
        left = self.store.recover(now)
        if swept or left:
            self.tell(f"{max(swept, len(left))} runs were cut off before they were done: they go on now")
        self.tell(f"{len(self.tables)} sources on the schedule")

    def finish(self, grace: float) -> None:
        """Ask all runs to stop, hear their last words, and let go of the schedule."""
        self.runs.stop(self._hear, grace)
        self.hold.release(self.clock.now())

    def step(self) -> None:
        """Do what is to be done now. Raises StoreError where another process took the schedule over."""
        now, steady = self.clock.now(), self.clock.monotonic()
        self._heed_clock(now, steady)
        self._heed_config(now)
        for name, event, over in self.runs.poll():
            if event is not None:
                self._hear(event)
            if over:
                self._ended(name, now)
        self._end_what_hangs(steady)
        self._start_what_is_due(now, steady)
        if steady - self._kept_up >= _UPKEEP:
            self._kept_up = steady
            self.store.forget_slots()
            self.store.forget_unmatched(now)
        if steady - self._tidied >= _TIDIED and self._config is not None:
            self._tidied = steady
            self._tidy(self._config, now)

    def _heed_clock(self, now: datetime, steady: float) -> None:
        jump = (now - self._wall).total_seconds() - (steady - self._steady)
        jumped = abs(jump) > _JUMP
        self._wall, self._steady = now, steady
        self.hold.renew(now, steady, at_once=jumped)
        if jumped:
            what = (
                f"went on by {rounded(jump)}, or this machine slept" if jump > 0 else f"went back by {rounded(-jump)}"
            )
            self.tell(f"the clock {what}")
            self.store.set_timetables(self.tables, now)
            self._kept_up = steady  # what is old is not judged by a clock that may be wrong
            self._tidied = max(self._tidied, steady - _TIDIED + _UPKEEP)

    def _heed_config(self, now: datetime) -> None:
        try:
            config = self.current()
        except ConfigError as error:
            if str(error) != self._complaint:
                self._complaint = str(error)
                self.tell(f"the configuration has a mistake, so the schedule goes on with the one before: {error}")
            return
        if config is None:
            return
        if self._config is not None:
            self.tell("the configuration has changed: the new one is followed")
        self._config, self._complaint = config, ""
        self.runs.configure(config)
        self.stuck_after = config.settings.stuck_after
        self.longest = {entry.name: entry.longest for entry in config.sources}
        self.tables = self.follow(self.store, config)
        self.store.set_timetables(self.tables, now)

    def _start_what_is_due(self, now: datetime, steady: float) -> None:
        live = [name for name in self.progress if (table := self.tables.get(name)) and table.endless]
        for name in self.store.due(now):
            table = self.tables.get(name)
            if table is None or name in self.progress or not (table.endless or self.runs.room(name, live)):
                continue
            if self.store.held(name):  # by `listening crawl`, or by a run that outlived its scheduler
                continue
            slot = self.store.take_slot(name, table, now, self.hold.lease)
            if slot is not None:
                self.progress[name] = _Run(slot.slot, steady)
                self.runs.start(name, slot.slot)
                self.tell(started(slot, table))

    def _hear(self, event: Event) -> None:
        run = self.progress.get(event.source)
        if run is not None and event.state != "running":
            run.said = event

    def _ended(self, name: str, now: datetime) -> None:
        run = self.progress.pop(name, None)
        if run is None:
            return
        event = run.said or Event(name, "failed", "it ended without a word", errors=1)
        if run.ending is not None:
            event.state, event.reason = run.ending[:2]
        if run.ending is not None or event.state == "failed":
            table = self.tables.get(name) or Timetable(name)
            self.store.end_run(name, run.slot, event.state, event.reason, now, table)
        self.tell(ended(event, next((each for each in self.store.known_sources() if each.name == name), None)))

    def _end_what_hangs(self, steady: float) -> None:
        for name, run in self.progress.items():
            if run.ending is not None:
                if steady >= run.ending[2]:
                    self.runs.end(name)
                continue
            table, longest = self.tables.get(name), self.longest.get(name)
            silent = steady - self.runs.last_sign(name)
            if table is None:
                self._end(name, run, "degraded", "was paused or removed while it ran, and was stopped", steady)
            elif longest and steady - run.begun > longest.total_seconds():
                reason = f"stopped after {spell(longest)}, its longest; the next run goes on from there"
                self._end(name, run, "degraded", reason, steady)
            elif not table.endless and silent > self.stuck_after.total_seconds():
                reason = f"showed no sign of life for {spell(self.stuck_after)}, and was ended"
                self._end(name, run, "failed", reason, steady)

    def _end(self, name: str, run: _Run, verdict: str, reason: str, steady: float) -> None:
        run.ending = (verdict, reason, steady + _GRACE)
        self.runs.ask_to_stop(name)
