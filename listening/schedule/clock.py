"""Time as the schedule sees it, so that a test can let years go by."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import Event
from typing import Protocol


class Clock(Protocol):
    """The wall's time, which may jump, and a time that only goes on."""

    def now(self) -> datetime:
        """The wall's time, aware."""

    def monotonic(self) -> float:
        """Seconds since some moment."""

    def wait(self, seconds: float) -> bool:
        """Let time pass; True where it is time to stop."""


class SystemClock:
    """The machine's clocks; waiting ends early when it is time to stop."""

    def __init__(self, stop: Event) -> None:
        self.stop = stop

    def now(self) -> datetime:
        """The wall's time."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since the machine was started, as far as it was awake."""
        return time.monotonic()

    def wait(self, seconds: float) -> bool:
        """Let time pass; True where it is time to stop."""
        return self.stop.wait(seconds)
