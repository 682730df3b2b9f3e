"""What all pages share: the configuration as it is now, and connections to the store."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from listening.config import Config, load, stamp
from listening.config.edit import Editor
from listening.crawl import prepare
from listening.errors import ConfigError
from listening.learn import Team
from listening.source import kinds
from listening.store import Store
from listening.web.jobs import Jobs
from listening.web.previews import Previews
from pipelines import intents
from pipelines.understanding import Understanding


class Desk:
    """One installation, served. Config files that are edited count from the next page on; mistakes keep the last good.

    Connections are lent to one thread at a time, and kept for the next.
    """

    def __init__(self, folder: Path, *, explore: bool = True) -> None:
        self.folder, self.explore = folder, explore
        self.options = {name: kind.Options for name, kind in kinds().items()}
        self._config = load(folder, self.options)
        self._stamp = stamp(folder)
        self.mistake: ConfigError | None = None
        self._turn = threading.Lock()
        self._idle: queue.LifoQueue[Store] = queue.LifoQueue()
        self.jobs, self.previews = Jobs(), Previews()
        self._learning = threading.Lock()
        self._understood: tuple[Config | None, tuple[tuple[str, str], ...]] = (None, ())
        self._understanding: Understanding | None = None
        self._prepare()
        self.database = self._config.database

    @property
    def config(self) -> Config:
        """The configuration as the files say now."""
        with self._turn:
            if (now := stamp(self.folder)) != self._stamp:
                self._stamp = now
                try:
                    self._config, self.mistake = load(self.folder, self.options), None
                except ConfigError as error:
                    self.mistake = error
                else:
                    self._prepare()
            return self._config

    def _prepare(self) -> None:
        """A new file gets its tables, the store learns of new sources and brands; mistakes in intents are told."""
        prepare(self._config).close()
        try:
            intents.load(self.folder)
        except ConfigError as error:
            self.mistake = error

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
                self._understanding = self._understands(config, models)
                self._understood = (config, models)
            team = Team(store, config, self._understanding)
            yield team
            if team.understanding is not self._understanding:  # it has learnt
                self._understanding, self._understood = team.understanding, (config, tuple(store.models()))

    def _understands(self, config: Config, models: tuple[tuple[str, str], ...]) -> Understanding:
        """What the config says now; where its files of intents have a mistake, what it said last."""
        try:
            return Understanding.of(config, models=models)
        except ConfigError:
            if self._understanding is None:
                raise
            return self._understanding

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
