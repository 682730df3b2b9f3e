"""When the next request to a host may start: the one place that decides it, for every crawl of this process.

Scrapy's own download slots cannot: they forget a changed delay after a quiet minute, cannot pause, keep a redirected
request in the slot it came from, and know only their own crawl. They are therefore left without a delay.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from listening.fetch.failure import Failed, Interrupted

LONGEST_WAIT = 3600.0  # seconds; a host that asks for more is left alone for the rest of the run
_GLANCE = 0.5  # seconds between looks at whether the run is being stopped
_BUSY = 0.02  # seconds between looks at whether another crawl's request to the host has ended
_PATIENCE = 2.0  # seconds that a run which is being stopped still waits for a turn


@dataclass(slots=True)
class _Host:
    started: float = -math.inf  # when its last request started
    crawl_delay: float = 0.0
    paused_until: float = -math.inf
    stopped: str = ""  # why it is left alone until `paused_until`
    busy: int = 0  # requests in progress


class Pace:
    """Turns, host by host. Times are seconds of a monotonic clock; hosts are names without a port."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        margin: float = 0.005,
    ) -> None:
        """`margin` seconds are added to every delay: a request may travel faster than the one before it."""
        self._clock, self._sleep, self._margin = clock, sleep, margin
        self._hosts: dict[str, _Host] = defaultdict(_Host)

    def slow(self, host: str, delay: float) -> None:
        """Keep at least `delay` seconds between requests to a host: its Crawl-delay."""
        self._hosts[host].crawl_delay = max(self._hosts[host].crawl_delay, delay)

    def pause(self, host: str, seconds: float) -> None:
        """Let no request to a host start for so long."""
        self._hosts[host].paused_until = max(self._hosts[host].paused_until, self._clock() + seconds)

    def stop(self, host: str, seconds: float, reason: str) -> None:
        """Refuse every request to a host for so long, without waiting."""
        self.pause(host, seconds)
        self._hosts[host].stopped = reason

    def started(self, host: str, moment: float) -> None:
        """Say that a request went out later than its turn came: connecting takes its time too."""
        self._hosts[host].started = max(self._hosts[host].started, moment)

    @asynccontextmanager
    async def turn(
        self, host: str, delay: float, concurrency: int, stopping: Callable[[], bool] = lambda: False
    ) -> AsyncIterator[None]:
        """Wait until a request to `host` may start, and hold its place until it has ended.

        `delay` is in seconds from start to start, raised by the host's Crawl-delay; at most `concurrency` requests
        run at once. Raises Failed while the host is stopped, and Interrupted where `stopping`
        turns true and the turn is more than two seconds away.
        """
        state = self._hosts[host]
        while (wait := self._wait(state, delay, concurrency)) > 0:
            if wait > _PATIENCE and stopping():
                raise Interrupted
            await self._sleep(min(wait, _GLANCE))
        state.started = self._clock()
        state.busy += 1
        try:
            yield
        finally:
            state.busy -= 1

    def _wait(self, state: _Host, delay: float, concurrency: int) -> float:
        now = self._clock()
        if now >= state.paused_until:
            state.stopped = ""
        if state.stopped:
            raise Failed(state.stopped)
        apart = max(delay, state.crawl_delay)
        wait = max(state.started + (apart and apart + self._margin), state.paused_until) - now
        return wait if wait > 0 or state.busy < concurrency else _BUSY


PACE = Pace()  # a host does not care which crawl of ours a request belongs to
