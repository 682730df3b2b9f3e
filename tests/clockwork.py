"""A world for the schedule in which time costs nothing: clocks that jump, machines that sleep, runs that fail and hang.

Everything is real but time and processes: the store is a file, locks are locks, and whoever is killed leaves things as
they were at that moment.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from listening.config import Config, Settings, SourceEntry
from listening.crawl import know
from listening.errors import StoreError
from listening.run import Event
from listening.schedule import Scheduler, SystemClock, hold
from listening.store import Store
from listening.timetable import Timetable

ZONE = "Europe/Berlin"


class Killed(BaseException):
    """The scheduler's process is gone, in the middle of whatever it did."""


@dataclass
class Clock:
    """Two clocks of one machine."""

    wall: datetime
    steady: float = 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.steady

    def wait(self, seconds: float) -> bool:
        self.pass_by(seconds)
        return False

    def pass_by(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.steady += seconds

    def set(self, by: timedelta) -> None:
        """Somebody sets the wall's clock; or the machine sleeps, during which the other clock stands still."""
        self.wall += by


@dataclass
class Process:
    """One run, as a process would be."""

    name: str
    slot: str
    fate: str  # ok, failed, hangs, dies (half way), stillborn (before it begins)
    ends: float
    handle: int | None = None
    row: int = 0
    stopping: bool = False


@dataclass
class World:
    """Sources, their timetables, the processes that run, and the schedulers that come and go."""

    folder: Path
    start: datetime
    sources: list[SourceEntry]
    faults: float = 0.0
    seed: int = 1
    settings: Settings = field(default_factory=lambda: Settings(time_zone=ZONE, jobs=64))
    orphans: bool = True

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.clock = Clock(self.start.astimezone(UTC))
        self.config = Config(folder=self.folder / "config", settings=self.settings, sources=self.sources)
        self.store = Store(self.config.database)  # the processes'
        self.tables = {each.name: Timetable.of(each, ZONE) for each in self.sources}
        self.processes: dict[str, Process] = {}
        self.said: list[str] = []
        self.tidied: list[datetime] = []
        self.awake: list[tuple[datetime, datetime]] = []
        self.excused: dict[str, list[tuple[datetime, datetime]]] = {each.name: [] for each in self.sources}
        self.kills = 0
        self.deadline: int | None = None  # how many more moments the scheduler lives
        self.scheduler: Scheduler | None = None
        self.largest_wal = 0
        self.changed = True
        self.started: Counter[str] = Counter()

    # -- what a scheduler is given

    def current(self) -> Config | None:
        self._live()
        changed, self.changed = self.changed, False
        return self.config if changed else None

    def follow(self, store: Store, config: Config) -> dict[str, Timetable]:
        know(store, config)
        self.tables = {each.name: Timetable.of(each, ZONE) for each in config.sources if each.enabled}
        return self.tables

    def tell(self, line: str) -> None:
        self._live()
        self.said = [*self.said[-500:], line]

    def _live(self) -> None:
        if self.deadline is not None:
            self.deadline -= 1
            if self.deadline < 0:
                self.deadline = None
                raise Killed

    # -- the runs, as `listening.crowd.Crowd` shows them to its scheduler

    def configure(self, config: Config) -> None:
        del config

    def room(self, name: str, beside: Sequence[str]) -> bool:
        del name, beside
        return True

    def start_run(self, name: str, slot: str, mine: dict[str, Process]) -> None:
        self._live()
        fates = ["failed", "hangs", "dies", "stillborn"]
        fate = self.chance.choice(fates) if self.chance.random() < self.faults else "ok"
        process = Process(name, slot, fate, self.clock.steady + self.chance.uniform(1, 40))
        self.started[name] += 1
        if fate != "stillborn":
            process.handle = self.store._claim(name)
            assert process.handle is not None, f"{name} is run twice at the same time"
            process.row = self.store.start_run(name, self.clock.wall, slot)
        if fate == "hangs":
            process.ends = float("inf")
        self.processes[name] = mine[name] = process
        self._live()

    def finish_run(self, process: Process) -> Event | None:
        """A process comes to its end; what it says last."""
        del self.processes[process.name]
        event = None
        if process.handle is not None:
            if process.fate in ("ok", "failed") or process.stopping:
                event = self._verdict(process)
            os.close(process.handle)
        return event

    def _verdict(self, process: Process) -> Event:
        verdict = "interrupted" if process.stopping else process.fate
        new = self.chance.choice([0, 0, 3]) if verdict == "ok" else 0
        if new:
            with self.store.writing() as conn:
                conn.execute("UPDATE runs SET new = ? WHERE id = ?", [new, process.row])
        self.store.finish_run(
            process.row, verdict, "", errors=0, pages=1, now=self.clock.wall, timetable=self.tables.get(process.name)
        )
        return Event(process.name, verdict, new=new)

    # -- time

    def run(self, lasts: timedelta, step: float = 10.0, kills: int = 0) -> None:
        """Let time go by, with a scheduler that is killed now and then and started again."""
        steps = int(lasts.total_seconds() / step)
        deaths = set(self.chance.sample(range(steps), kills))
        begun, down = self.clock.wall, 0
        for number in range(steps):
            if number in deaths:
                self.deadline = self.chance.randrange(12)
            try:
                if self.scheduler is None and down <= 0:
                    self.begin()
                elif self.scheduler is not None:
                    self.scheduler.step()
            except Killed:
                self.kill()
                down = self.chance.randrange(1, 6)
            down -= 1
            self.clock.wait(step)
            self._end_orphans()
            self.beside(kill=number + 1 in deaths)
            if number % 50 == 0:
                self._weigh()
        self.awake.append((begun, self.clock.wall))

    def beside(self, kill: bool) -> None:
        """What else goes on, and is killed as often."""

    def begin(self) -> None:
        """Start a scheduler."""
        self.changed = True
        store = Store(self.config.database)
        held = hold(store, self.clock.wall)
        self.scheduler = Scheduler(held, self.current, self.follow, Crowd(self), self.clock, self.tell, self.tidy)
        self.scheduler.begin()

    def tidy(self, config: Config, now: datetime) -> None:
        del config
        self.tidied.append(now)

    def kill(self) -> None:
        """The scheduler's process dies; its runs go on by themselves, or (power cut) die with it."""
        self.kills += 1
        assert self.scheduler is not None
        os.close(self.scheduler.hold.lock)
        self.scheduler.store.close()
        self.scheduler = None
        if not self.orphans or self.chance.random() < 0.5:
            for process in [*self.processes.values()]:
                process.fate, process.stopping = "dies", False
                self.finish_run(process)

    def off(self, until: datetime) -> None:
        """The machine is switched off."""
        if self.scheduler is not None:
            self.kill()
        for process in [*self.processes.values()]:
            process.fate, process.stopping = "dies", False
            self.finish_run(process)
        self.clock.set(until.astimezone(UTC) - self.clock.wall)

    def _end_orphans(self) -> None:
        mine = self.scheduler.runs.mine if self.scheduler else {}  # type: ignore[attr-defined]
        for process in [*self.processes.values()]:
            if mine.get(process.name) is not process and process.ends <= self.clock.steady:
                self.finish_run(process)

    def _weigh(self) -> None:
        wal = Path(f"{self.config.database}-wal")
        self.largest_wal = max(self.largest_wal, wal.stat().st_size if wal.exists() else 0)

    def close(self) -> None:
        """The end of the world."""
        if self.scheduler is not None:
            self.scheduler.finish(0)
            self.scheduler.store.close()
        for process in self.processes.values():
            if process.handle is not None:
                os.close(process.handle)
        self.store.close()

    # -- what is true afterwards

    def rows(self, sql: str, *values: Any) -> list[Any]:
        return self.store.db.conn.execute(sql, values).fetchall()

    def doubled(self) -> list[str]:
        """Slots that were run more often than they were taken, or that ended well twice."""
        return [
            f"{name} {slot}: {runs} runs, {well} well, taken {tries} times"
            for name, slot, tries, runs, well in self.rows(
                "SELECT s.name, t.slot, t.tries, count(r.id), sum(r.verdict IN ('ok', 'quiet', 'degraded')) "
                "FROM slots t JOIN sources s ON s.id = t.source_id "
                "LEFT JOIN runs r ON r.source_id = t.source_id AND r.slot = t.slot GROUP BY t.source_id, t.slot"
            )
            if runs > tries or (well or 0) > 1
        ]

    def never_run(self) -> list[str]:
        """Slots that were taken and for which no run was ever begun, apart from the last of each source."""
        return [
            f"{name} {slot}"
            for name, slot in self.rows(
                "SELECT s.name, t.slot FROM slots t JOIN sources s ON s.id = t.source_id WHERE t.slot <> s.slot AND "
                "NOT EXISTS (SELECT 1 FROM runs r WHERE r.source_id = t.source_id AND r.slot = t.slot)"
            )
        ]

    def lost(self, names: Sequence[str]) -> list[str]:
        """Slots of these sources that came while the machine was awake, and were not taken for no good reason.

        Good reasons: the source was still running, or it had failed and was to be asked later.
        """
        found = []
        for name in names:
            table = self.tables[name]
            taken = {row[0] for row in self.rows(
                "SELECT t.slot FROM slots t JOIN sources s ON s.id = t.source_id WHERE s.name = ?", name
            )}  # fmt: skip
            busy = self._busy(name)
            for begin, end in self.awake:
                slot = table.next(begin + timedelta(minutes=1))
                while slot < end - timedelta(minutes=5):
                    if f"{slot:%Y-%m-%dT%H:%M:%SZ}" not in taken and not any(a <= slot <= b for a, b in busy):
                        found.append(f"{name} {slot}")
                    slot = table.next(slot)
        return found

    def _busy(self, name: str) -> list[tuple[datetime, datetime]]:
        runs = self.rows(
            "SELECT r.started, r.finished, r.verdict, r.pid FROM runs r JOIN sources s ON s.id = r.source_id "
            "WHERE s.name = ? ORDER BY r.id", name,
        )  # fmt: skip
        found, end = [], self.clock.wall + timedelta(days=1)
        for number, (started, finished, verdict, pid) in enumerate(runs):
            last = datetime.fromisoformat(finished) if finished else end
            if verdict in ("failed", "interrupted"):  # until it was asked again
                last = datetime.fromisoformat(runs[number + 1][0]) if number + 1 < len(runs) else end
            unseen = (
                timedelta(minutes=1) if pid is None else timedelta(0)
            )  # it died before it could write that it began
            found.append((datetime.fromisoformat(started) - unseen, last))
        return found


class Crowd:
    """One scheduler's view of the processes it started."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.mine: dict[str, Process] = {}
        self.configure: Callable[[Config], None] = world.configure
        self.room: Callable[[str, Sequence[str]], bool] = world.room

    def start(self, name: str, slot: str) -> None:
        self.world.start_run(name, slot, self.mine)

    def poll(self) -> list[tuple[str, Event | None, bool]]:
        found: list[tuple[str, Event | None, bool]] = []
        for process in [*self.mine.values()]:
            if process.ends <= self.world.clock.steady:
                del self.mine[process.name]
                event = self.world.finish_run(process)
                if event is None:
                    event = Event(process.name, "failed", "its process was ended by signal SIGKILL", errors=1)
                found.append((process.name, event, True))
        return found

    def last_sign(self, name: str) -> float:
        process = self.mine[name]
        return process.ends - 40 if process.ends < float("inf") else self.began(name)

    def began(self, name: str) -> float:
        assert self.world.scheduler is not None
        return self.world.scheduler.progress[name].begun

    def ask_to_stop(self, name: str) -> None:
        process = self.mine[name]
        if process.fate != "hangs":
            process.stopping, process.ends = True, self.world.clock.steady

    def end(self, name: str) -> None:
        self.mine[name].ends, self.mine[name].fate = self.world.clock.steady, "dies"

    def stop(self, listener: Callable[[Event], None], grace: float) -> None:
        del grace
        for process in [*self.mine.values()]:
            process.stopping = process.fate == "ok"
            if event := self.world.finish_run(process):
                listener(event)
        self.mine.clear()


def many(count: int, *, adaptive: bool = False) -> list[SourceEntry]:
    """Sources with all kinds of timetables."""
    rhythms: list[dict[str, Any]] = [
        {"every": "5m"}, {"every": "15m", "jitter": "2m"}, {"every": "1h"}, {"at": "02:30"},
        {"at": ["07:30", "19:00"], "days": ["sat", "sun", "mon"]}, {"every": "20m", "window": "01:00-05:00"},
        {"every": "1h", "clock": "America/New_York"}, {"at": ["02:00", "02:59", "03:00"]},
        {"every": "30m", "days": ["sun"]}, {"at": "01:30", "clock": "America/New_York", "jitter": "10m"},
    ]  # fmt: skip
    return [
        SourceEntry.model_validate(
            {"name": f"source {number}", "kind": "rss", "adaptive": adaptive, **rhythms[number % len(rhythms)]}
        )
        for number in range(count)
    ]


# -- real processes


def double_start(folder: Path, seed: int, *, killed: bool) -> list[str]:
    """Start two schedulers at the same moment; `killed`: the first holder is killed as soon as it has begun something.

    Returns what is wrong afterwards.
    """
    folder.mkdir()
    context = multiprocessing.get_context("fork")
    path = folder / "listening.db"
    sources = [SourceEntry(name=f"source {number}", kind="rss") for number in range(4)]
    Store(path).close()
    barrier, begun = context.Barrier(2), context.Event()
    racers = [
        context.Process(target=_race, args=(path, sources, barrier, begun, seed * 2 + number)) for number in range(2)
    ]
    for racer in racers:
        racer.start()
    if killed:
        begun.wait(30)
        with Store(path, read_only=True) as store:
            holder = store.lease("schedule")
        if holder is not None:
            os.kill(holder.pid, signal.SIGKILL)
    for racer in racers:
        racer.join()
    with Store(path) as store:
        rows = store.db.conn.execute(
            "SELECT s.name, t.slot, t.tries, count(r.id), sum(r.verdict = 'ok') FROM sources s "
            "LEFT JOIN slots t ON t.source_id = s.id LEFT JOIN runs r ON r.source_id = s.id AND r.slot = t.slot "
            "GROUP BY s.id, t.slot"
        ).fetchall()
    wrong = [f"{row}" for row in rows if row[3] > row[2] or row[4] != 1 or (row[2] > 1 and not killed)]
    codes = sorted(abs(racer.exitcode or 0) for racer in racers)
    expected = [0, signal.SIGKILL] if killed else [0, 3]
    return wrong + [f"{len(rows)} slots"] * (len(rows) != 4) + [f"ended with {codes}"] * (codes != expected)


def _race(path: Path, sources: list[SourceEntry], barrier: Any, begun: Any, seed: int) -> None:
    """Be one of two: hold the schedule and run what is due; or (3) be refused, unless the holder dies meanwhile."""
    chance = random.Random(seed)
    config = Config(folder=path.parent / "config", sources=sources)
    with Store(path) as store:
        barrier.wait()
        for _ in range(40):
            try:
                held = hold(store, datetime.now(UTC))
            except StoreError:
                time.sleep(0.01)
                continue
            break
        else:
            os._exit(3)
        world = _Real(store, config, begun, chance)
        scheduler = Scheduler(held, world.current, world.follow, world, SystemClock(threading.Event()), lambda _: None)
        scheduler.begin()
        for _ in range(60):
            scheduler.step()
            time.sleep(0.01)
        os._exit(0)  # as a process ends that is killed: nothing is let go by hand


class _Real:
    """Runs that are done within the scheduler's own process, so that they die with it."""

    def __init__(self, store: Store, config: Config, begun: Any, chance: random.Random) -> None:
        self.store, self.config, self.begun, self.chance = store, config, begun, chance
        self.changed = True
        self.open: dict[str, tuple[int, int, float]] = {}

    def current(self) -> Config | None:
        changed, self.changed = self.changed, False
        return self.config if changed else None

    def follow(self, store: Store, config: Config) -> dict[str, Timetable]:
        know(store, config)
        return {each.name: Timetable.of(each, ZONE) for each in config.sources}

    def configure(self, config: Config) -> None:
        del config

    def room(self, name: str, beside: Sequence[str]) -> bool:
        del name, beside
        return True

    def start(self, name: str, slot: str) -> None:
        handle = self.store._claim(name)
        assert handle is not None
        row = self.store.start_run(name, datetime.now(UTC), slot)
        self.open[name] = (handle, row, time.monotonic() + self.chance.uniform(0, 0.1))
        self.begun.set()

    def poll(self) -> list[tuple[str, Event | None, bool]]:
        over = [name for name, (_, _, ends) in self.open.items() if ends <= time.monotonic()]
        found: list[tuple[str, Event | None, bool]] = []
        for name in over:
            handle, row, _ = self.open.pop(name)
            self.store.finish_run(row, "ok", "", errors=0, pages=1, now=datetime.now(UTC))
            os.close(handle)
            found.append((name, Event(name, "ok"), True))
        return found

    def last_sign(self, name: str) -> float:
        del name
        return time.monotonic()

    def ask_to_stop(self, name: str) -> None:
        del name

    def end(self, name: str) -> None:
        del name

    def stop(self, listener: Callable[[Event], None], grace: float) -> None:
        del listener, grace
