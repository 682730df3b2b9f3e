"""Who holds the schedule: one process, by a lock among those of this machine and a lease among machines."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime

from listening.errors import StoreError
from listening.store import Lease, Store

_NAME = "schedule"
_RENEWED = 15.0  # seconds between two signs of life


class Hold:
    """The schedule, held."""

    def __init__(self, store: Store, lock: int, lease: Lease) -> None:
        self.store, self.lock, self.lease = store, lock, lease
        self._renewed = float("-inf")

    def renew(self, now: datetime, steady: float, *, at_once: bool = False) -> None:
        """Show a sign of life every few seconds. Raises StoreError where another process has taken over."""
        if steady - self._renewed < _RENEWED and not at_once:
            return
        self._renewed = steady
        if not self.store.renew_lease(self.lease, now):
            raise StoreError("another process has taken over the schedule")

    def release(self, now: datetime) -> None:
        """Let go, so that the next need not wait."""
        with suppress(StoreError):
            self.store.release_lease(self.lease, now)
        os.close(self.lock)


def hold(store: Store, now: datetime, host: str = "") -> Hold:
    """Take the schedule, from nobody or from one that is dead. Raises StoreError where another process holds it."""
    lock = store.alone(_NAME)
    lease = store.take_lease(_NAME, f"{os.getpid()}", now, host) if lock is not None else None
    if lock is not None and lease is not None:
        return Hold(store, lock, lease)
    if lock is not None:
        os.close(lock)
    holder = store.lease(_NAME)
    who = f" (process {holder.pid} on {holder.host}, since {holder.taken})" if holder else ""
    raise StoreError(f"{store.path}: another process runs its schedule{who}. One is enough.")
