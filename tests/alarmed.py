"""A world for the schedule in which runs bring mentions that are to be told, by alerts that are killed as often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from listening.alerts import deliver
from listening.alerts.deliver import Courier
from listening.alerts.webhook import NotSentError
from listening.alerts.worker import Desk
from listening.config import Brand, Settings
from listening.post import Entry, Mention, Post
from listening.run import Event
from listening.store import Store
from tests.clockwork import ZONE, Killed, Process, World

_REFUSED = 0.3  # of what is sent
_SETTINGS = {
    "time_zone": ZONE, "jobs": 64,
    "channel": [{"name": "hook", "kind": "webhook", "url": "https://hooks.example.com/"}],
    "alert": [{"name": "all", "kind": "mention", "channels": ["hook"]}],
}  # fmt: skip


class Alarmed(World):
    """Runs bring mentions; beside the scheduler, rules look and messages go out, each step of the way."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, settings=Settings.model_validate(_SETTINGS), **more)
        self.config = self.config.model_copy(update={"brands": [Brand(name="Acme", ours=True)]})
        self.stored: set[int] = set()
        self.told, self.keys = Counter[int](), Counter[str]()
        self.refused = self.deaths = 0
        self.desk: Desk | None = None
        self.dies: int | None = None  # how many more of its moments whoever alerts lives
        self.down = 0
        self._alert()

    def _verdict(self, process: Process) -> Event:
        event = super()._verdict(process)
        entries = [self._entry(len(self.stored) + number) for number in range(event.new)]
        if entries:
            self.store.save(process.name, entries, now=self.clock.wall)
            self.stored |= {len(self.stored) + number for number in range(len(entries))}
        return event

    def _entry(self, number: int) -> Entry:
        text = f"Acme says {number} {number * 7919}"
        post = Post("example.com", str(number), f"https://example.com/{number}", text, self.clock.wall)
        return Entry(post, "en", None, (Mention("Acme", ("Acme",)),))

    def beside(self, kill: bool) -> None:
        """One look, and whatever goes out after it."""
        if kill:
            self.dies = self.chance.randrange(8)
        if self.desk is None and self.down > 0:
            self.down -= 1
            return
        try:
            self._alert()
        except Killed:
            self.deaths += 1
            self.desk, self.down = None, self.chance.randrange(1, 6)

    def _alert(self) -> None:
        if self.desk is None:
            store = _Mortal(self.config.database)
            store.moment = self._moment
            self.desk = Desk(self.config, store)
        self.desk.tick(self.clock.wall)
        courier = Courier(self.config, self.settings.channel[0], self.desk.store, self.clock.now, self.chance)
        while courier.deliver():
            pass

    def _moment(self) -> None:
        if self.dies is not None:
            self.dies -= 1
            if self.dies < 0:
                self.dies = None
                raise Killed

    def receive(self, webhook: object, key: str, data: Mapping[str, Any], now: object) -> None:
        """What a receiver does, in place of sending: it takes a message, or refuses it, and may be heard or not."""
        del webhook, now
        self._moment()
        if self.chance.random() < _REFUSED:
            self.refused += 1
            raise NotSentError("refused")
        self.keys[key] += 1
        self.told.update(ident for incident in data["incidents"] for ident in incident["mention_ids"])
        self._moment()

    @property
    def repeated(self) -> int:
        """How many messages came that had come before."""
        return self.keys.total() - len(self.keys)

    def settle(self) -> None:
        """Let all that waits go out."""
        for _ in range(5000):
            self.beside(kill=False)
            if self.desk is not None and not self.store.messages():
                return
            self.clock.wait(60)


class _Mortal(Store):
    """A store whose owner may be killed before and after each of its transactions."""

    def moment(self) -> None:
        """Nothing happens, unless somebody says so."""

    @contextmanager
    def writing(self) -> Iterator[Any]:
        self.moment()
        with super().writing() as conn:
            yield conn
        self.moment()


@contextmanager
def alarmed(folder: Path, *given: Any, **more: Any) -> Iterator[Alarmed]:
    """Such a world, whose messages go to its own receiver."""
    world = Alarmed(folder, *given, **more)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliver, "send", world.receive)
        yield world
    world.close()
