"""A time limit that really ends the work it is set to, even in the middle of a regular expression."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class _TimeIsUp(BaseException):
    """Not an Exception, so that nothing on its way takes it for an error of its own."""


def enforceable() -> bool:
    """Whether a limit can be kept here: signals reach the main thread alone."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


class Deadline:
    """The seconds that a piece of work may take in all."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds until it is over; negative afterwards."""
        return self._end - time.monotonic()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Raise TimeoutError inside the block once it took `seconds`, or once the deadline is over.

        Blocks do not nest.
        """
        seconds = min(seconds, self.left)
        if seconds <= 0:
            raise TimeoutError
        try:
            with _alarm(seconds):
                yield
        except _TimeIsUp:
            raise TimeoutError from None


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    armed = True

    def ring(_number: int, _frame: FrameType | None) -> None:
        if armed:
            raise _TimeIsUp

    before = signal.signal(signal.SIGALRM, ring)
    # It rings again until it is heard: what a destructor or a callback raises is lost.
    delay, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)
    try:
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, delay, interval)
        signal.signal(signal.SIGALRM, before)
