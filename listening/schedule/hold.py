"""Who does what one process alone may do: by a lock among those of this machine, and a lease among machines."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from listening.errors import StoreError
from listening.store import Lease, Store

_RENEWED = 15.0  # seconds between two signs of life


class Hold:
    """What is held, until it is released or this process dies."""

    def __init__(self, store: Store, lock: int, lease: Lease) -> None:
        self.store, self.lock, self.lease = store, lock, lease
        self._renewed = float("-inf")

    def renew(self, now: datetime, steady: float, *, at_once: bool = False) -> None:
        """Show a sign of life every few seconds. Raises StoreError where another process has taken over."""
        if steady - self._renewed < _RENEWED and not at_once:
            return
        self._renewed = steady
        if not self.store.renew_lease(self.lease, now):
            raise StoreError(f"another process has taken over: {self.lease.name}")

    def release(self, now: datetime) -> None:
        """Let go, so that the next need not wait."""
        with suppress(StoreError):
            self.store.release_lease(self.lease, now)
        os.close(self.lock)


def hold(
    store: Store,
    now: datetime,
    host: str = "",
    *,
    name: str = "schedule",
    what: str = "runs the schedule",
    at: str = "",
) -> Hold:
    """Take the schedule, from nobody or from one that is dead. Raises StoreError where another process holds it.

    Another `name` is held in the same way; who is refused is told `what` its holder does, and `at` which address.
    """
    lock = store.alone(name)
    lease = store.take_lease(name, at, now, host or _here()) if lock is not None else None
    if lock is not None and lease is not None:
        return Hold(store, lock, lease)
    if lock is not None:
        os.close(lock)
    holder = store.lease(name)
    who = f" (process {holder.pid} on {holder.host.split()[0]}, since {holder.taken})" if holder else ""
    where = f" at {holder.holder}" if holder and holder.holder else ""
    raise StoreError(f"{store.path}: another process {what}{where}{who}. One is enough: stop that one first.")


def _here() -> str:
    """What names this machine: its name, and its start, which all containers on it share."""
    try:
        start = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        start = ""
    return f"{socket.gethostname() or 'localhost'} {start}".strip()
