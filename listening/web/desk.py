"""What all pages share: the configuration as it is now, and connections to the store."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from listening.config import FILES, Config, load
from listening.config.edit import Editor
from listening.crawl import prepare
from listening.errors import ConfigError
from listening.learn import Team
from listening.source import kinds
from listening.store import Store
from listening.web.jobs import Jobs
from listening.web.previews import Previews
from pipelines.understanding import Understanding


class Desk:
    """One installation, served. Config files that are edited count from the next page on; mistakes keep the last good.

    Connections are lent to one thread at a time, and kept for the next.
    """

    def __init__(self, folder: Path, *, explore: bool = True) -> None:
        self.folder, self.explore = folder, explore
        self.options = {name: kind.Options for name, kind in kinds().items()}
        self._config = load(folder, self.options)
        self._stamp = self._stamped()
        self.mistake: ConfigError | None = None
        self._turn = threading.Lock()
        self._idle: queue.LifoQueue[Store] = queue.LifoQueue()
        self.jobs, self.previews = Jobs(), Previews()
        self._learning = threading.Lock()
        self._understood: tuple[Config | None, tuple[tuple[str, str], ...]] = (None, ())
        self._understanding: Understanding | None = None
        prepare(self._config).close()  # a new file gets its tables, the store learns of new sources and brands
        self.database = self._config.database

    @property
    def config(self) -> Config:
        """The configuration as the files say now."""
        with self._turn:
            if (stamp := self._stamped()) != self._stamp:
                self._stamp = stamp
                try:
                    self._config, self.mistake = load(self.folder, self.options), None
                    prepare(self._config).close()
                except ConfigError as error:
                    self.mistake = error
            return self._config

    def _stamped(self) -> tuple[Any, ...]:
        found = []
        for name in FILES:
            path = self.folder / name
            found.append((path.stat().st_mtime_ns, path.stat().st_size) if path.exists() else None)
        return tuple(found)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """A connection for reading and writing, lent until the block ends."""
        try:
            store = self._idle.get_nowait()
        except queue.Empty:
            store = Store(self.database)
        try:
            yield store
        finally:
            self._idle.put(store)

    @contextmanager
    def team(self) -> Iterator[Team]:
        """What the team says and what follows from it. One thread at a time: rules are compiled once for all."""
        config = self.config
        with self._learning, self.store() as store:
            models = tuple(store.models())
            if self._understood[0] is not config or self._understood[1] != models:
                self._understanding = Understanding.of(config, models=models)
                self._understood = (config, models)
            team = Team(store, config, self._understanding)
            yield team
            if team.understanding is not self._understanding:  # it has learnt
                self._understanding, self._understood = team.understanding, (config, tuple(store.models()))

    def editor(self) -> Editor:
        """What edits the config files."""
        return Editor(self.folder, self.options)

    def close(self) -> None:
        """End the jobs, and close all connections that nobody holds."""
        self.previews.close()
        self.jobs.close()
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return
