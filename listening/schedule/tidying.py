"""Letting go of what is old, beside the schedule: it may take minutes, and no crawl waits for it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import datetime

from listening.config import Config
from listening.errors import ListeningError
from listening.privacy import Tidied, tidy
from listening.store import Store


class Tidying:
    """Does what `listening db tidy` does, in a thread of its own; one at a time. `tell` gets a line where it counts."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self._thread: threading.Thread | None = None

    def __call__(self, config: Config, now: datetime) -> None:
        """Begin, unless the last one is still at it."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, args=(config, now), name="tidying", daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait for its end."""
        if self._thread is not None:
            self._thread.join()

    def _work(self, config: Config, now: datetime) -> None:
        try:
            with Store(config.database) as store:
                said = told(tidy(store, config, now))
        except (ListeningError, sqlite3.Error) as error:
            self.tell(f"letting go of what is old failed, and is tried again tomorrow: {error}")
            return
        if said:
            self.tell(said)


def told(done: Tidied) -> str:
    """What was let go, in a line; empty where nothing was."""
    parts = (
        (done.unmatched, "posts without a mention"), (done.mentions, "posts with old mentions"),
        (done.people, "people of whom nothing is left"),
    )  # fmt: skip
    gone = ", ".join(f"{count:,} {what}" for count, what in parts if count)
    rest = "" if done.scrubbed else "traces of erased people wait in free pages, because somebody is reading"
    return "; ".join(filter(None, [f"let go: {gone}" if gone else "", rest]))
