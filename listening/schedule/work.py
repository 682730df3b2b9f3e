"""The schedule at work: on real clocks, with real processes, until it is told to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event

from listening.config import Config, load, stamp
from listening.crawl import know
from listening.crowd import Crowd
from listening.run import timetable
from listening.schedule.clock import SystemClock
from listening.schedule.hold import hold
from listening.schedule.scheduler import Scheduler
from listening.schedule.tidying import Tidying
from listening.source import kinds
from listening.store import Store
from listening.timetable import Timetable

_STEP = 0.5  # seconds
_GRACE = 1.5  # seconds for runs to save what they have read when everything stops


class Watched:
    """A configuration that is read again when one of its files has changed."""

    def __init__(self, config: Config) -> None:
        self.folder, self.first = config.folder, config
        self.seen: tuple[tuple[str, int, int, int], ...] = ()

    def __call__(self) -> Config | None:
        """The configuration; None where it has not changed since. Raises ConfigError."""
        state = stamp(self.folder)
        if state == self.seen:
            return None
        known, self.seen = self.seen, state
        if not known:
            return self.first
        return load(self.folder, {name: kind.Options for name, kind in kinds().items()})


def follow(store: Store, config: Config) -> Mapping[str, Timetable]:
    """Bring the store in line with a configuration; returns the timetables of the sources that are not paused."""
    know(store, config)
    return {entry.name: timetable(config, entry) for entry in config.sources if entry.enabled}


def work(config: Config, stop: Event, tell: Callable[[str], None] = print) -> None:
    """Run what is due until `stop` is set. Raises StoreError where another process holds the schedule."""
    clock = SystemClock(stop)
    with Store(config.database) as store:
        holder = Scheduler(hold(store, clock.now()), Watched(config), follow, Crowd(config), clock, tell, Tidying(tell))
        try:
            holder.begin()
            while not clock.wait(_STEP):
                holder.step()
        finally:
            holder.finish(_GRACE)
