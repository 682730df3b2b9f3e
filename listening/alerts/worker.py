"""The worker: rules look at what is new at most a second after it is stored, and messages go out beside it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from listening.alerts.deliver import Courier
from listening.alerts.rules import Rule, rules
from listening.alerts.watch import Watch
from listening.config import Channel, Config, load, stamp
from listening.errors import ConfigError, ListeningError
from listening.source import kinds
from listening.store import Step, Store

PAUSE = 0.5  # seconds between two looks at what is new
_RETRY = 1.0  # seconds between two looks at what is to be tried again
_STOPPING = 2.0  # seconds that a message on its way may take when the worker ends: `listening up` waits no longer
_KEEP = timedelta(days=90)  # for which messages that went out are listed

Tell = Callable[[str], None]


def _silent(_: str) -> None:
    """Tell nobody."""


def work(config: Config, stop: threading.Event, *, pause: float = PAUSE, tell: Tell = _silent) -> None:
    """Find and deliver until `stop` is set. Edits of the config files are taken up; a mistake in them is told.

    May run in several threads or processes: each incident is kept once, each message is sent by one of them. `tell`
    gets a line for whatever happens.
    """
    while not stop.is_set():
        changed = threading.Event()
        with Store(config.database) as store, _couriers(config, stop, changed, tell) as wake:
            desk = Desk(config, store, tell)
            version = stamp(config.folder)
            while not stop.is_set():
                if desk.tick(datetime.now(UTC)):
                    wake()
                if (now := stamp(config.folder)) != version:
                    version, fresh = now, _read(config, tell)
                    if fresh is not None:
                        config = fresh
                        break
                stop.wait(pause)
            changed.set()


@dataclass(slots=True)
class Desk:
    """All rules, and how far they have looked."""

    config: Config
    store: Store
    tell: Tell = _silent
    watches: list[Watch] = field(default_factory=list)
    errors: dict[str, tuple[str, datetime]] = field(
        default_factory=dict
    )  # rule -> what failed, and when it looks again
    tidied: datetime | None = None

    def __post_init__(self) -> None:
        self.watches = [Watch(self.store, rule) for rule in rules(self.config)]

    def tick(self, now: datetime) -> bool:
        """Let every rule look at what is new. True where there is something to send."""
        if self.tidied is None or now - self.tidied > timedelta(hours=1):
            self.tidied = now
            self.store.forget_messages(now - _KEEP)
            self._settle(now)
        if any(watch.rule.alert.kind == "new-site" for watch in self.watches):
            self.store.note_sites()
        last, states = self.store.last_mention(), self.store.rule_states()
        idle: dict[str, tuple[int, int]] = {}
        sending = False
        for watch in self.watches:
            name = watch.rule.name
            if name in self.errors and now < self.errors[name][1]:
                continue
            state = states.get(name)
            started = time.perf_counter()
            try:
                step = watch.look(state, last, now)
                if step is None:
                    continue
                if state is not None and not (step.opened or step.updated or step.closed or step.outgoing):
                    if (state.checkpoint, state.looked[:16]) != (step.checkpoint, now.isoformat()[:16]) or state.error:
                        idle[name] = (state.turn, step.checkpoint)
                    continue
                sending |= self._take(watch.rule, step)
            except (ListeningError, sqlite3.Error) as error:
                self._failed(name, error, now)
            else:
                self.errors.pop(name, None)
            finally:
                watch.slow(time.perf_counter() - started, now)
        if idle:
            self.store.advance_rules(idle, now)
        return sending

    def _take(self, rule: Rule, step: Step) -> bool:
        if self.store.take_step(step) is None:
            return False  # another worker was quicker: what it left is looked at by the next tick
        for each in step.opened:
            self.tell(f"{rule.name}: {each.series}")
        return bool(step.outgoing)

    def _failed(self, rule: str, error: Exception, now: datetime) -> None:
        """One rule fails alone, is tried again in a while, and says so where rules are listed."""
        said = str(error)
        if self.errors.get(rule, ("",))[0] != said:
            self.tell(f"{rule}: {said}")
        self.errors[rule] = (said, now + timedelta(seconds=30))
        try:
            self.store.rule_failed(rule, said)
        except (ListeningError, sqlite3.Error):
            return  # the database is what fails: the next try tells

    def _settle(self, now: datetime) -> None:
        """Incidents of rules that are gone, or look for something else now, are over."""
        kinds_now = {watch.rule.name: watch.rule.alert.kind for watch in self.watches}
        for incident in self.store.incidents(open_only=True, limit=10_000):
            if kinds_now.get(incident.rule) != incident.kind:
                self.store.forget_rule(incident.rule, now)


@contextmanager
def _couriers(
    config: Config, stop: threading.Event, changed: threading.Event, tell: Tell
) -> Iterator[Callable[[], None]]:
    """A courier for each channel in a thread of its own, so that a slow one keeps no other waiting."""
    bells = [threading.Event() for _ in config.settings.channel]
    threads = [
        threading.Thread(target=_carry, args=(config, channel, stop, changed, bell, tell), daemon=True,
                         name=f"alerts to {channel.name}")
        for channel, bell in zip(config.settings.channel, bells, strict=True)
        if channel.enabled
    ]  # fmt: skip

    def wake() -> None:
        for bell in bells:
            bell.set()

    for thread in threads:
        thread.start()
    try:
        yield wake
    finally:
        changed.set()
        wake()
        end = time.monotonic() + _STOPPING
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))


def _carry(
    config: Config, channel: Channel, stop: threading.Event, changed: threading.Event, bell: threading.Event, tell: Tell
) -> None:
    said = ""
    with Store(config.database) as store:
        courier = Courier(config, channel, store)
        while not (stop.is_set() or changed.is_set()):
            try:
                if courier.deliver():
                    continue
                said = ""
            except sqlite3.Error as error:
                if str(error) != said:
                    tell(f"channel {channel.name}: {error}")
                said = str(error)
            bell.wait(_RETRY)
            bell.clear()


def _read(config: Config, tell: Tell) -> Config | None:
    """The config as it is now; None where it has a mistake, which is told: what ran before goes on."""
    try:
        return load(config.folder, {name: kind.Options for name, kind in kinds().items()})
    except ConfigError as error:
        tell(f"the config files have a mistake, so alerts go on as before: {error}")
        return None
