"""Who does what only one may do: a lease in the database, and a lock that a dead process lets go at once."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from datetime import datetime, timedelta

from listening.store.connection import Connection
from listening.store.moment import iso

LASTS = timedelta(seconds=60)  # without a sign of life


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do one thing, until it expires or somebody else takes it. Each taking has a higher `term`."""

    name: str
    term: int
    holder: str
    host: str
    pid: int
    taken: str
    seen: str
    expires: str


class Leases(Connection):
    """One holder at a time for each name, across processes and hosts."""

    def alone(self, name: str) -> int | None:
        """The lock of a name among the processes of this machine, as an open file; None where another has it."""
        handle = os.open(f"{self.path}.{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return handle

    def take_lease(self, name: str, holder: str, now: datetime, here: str) -> Lease | None:
        """Take a lease that nobody holds, that expired, or whose holder was on this machine; None where it is held.

        `here` names this machine, in words one of which is the same for all who share its locks. Only whoever has the
        lock `alone(name)` may ask: that a holder on this machine is dead is known from that.
        """
        with self.writing() as conn:
            old = self.lease(name)
            if old is not None and old.expires > iso(now) and not set(old.host.split()) & set(here.split()):
                return None
            fresh = Lease(
                name, (old.term if old else 0) + 1, holder, here, os.getpid(), iso(now), iso(now), iso(now + LASTS)
            )
            conn.execute(
                "INSERT OR REPLACE INTO leases (name, term, holder, host, pid, taken, seen, expires) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [name, fresh.term, holder, here, fresh.pid, fresh.taken, fresh.seen, fresh.expires],
            )
        return fresh

    def renew_lease(self, lease: Lease, now: datetime) -> bool:
        """Show a sign of life; False where somebody else has taken the lease."""
        with self.writing() as conn:
            done = conn.execute(
                "UPDATE leases SET seen = ?, expires = ? WHERE name = ? AND term = ?",
                [iso(now), iso(now + LASTS), lease.name, lease.term],
            )
            return done.rowcount > 0

    def release_lease(self, lease: Lease, now: datetime) -> None:
        """Let go, so that the next need not wait."""
        with self.writing() as conn:
            conn.execute(
                "UPDATE leases SET expires = ? WHERE name = ? AND term = ?", [iso(now), lease.name, lease.term]
            )

    def lease(self, name: str) -> Lease | None:
        """The lease as it stands; None where nobody ever took it."""
        row = self.db.conn.execute(
            "SELECT name, term, holder, host, pid, taken, seen, expires FROM leases WHERE name = ?", [name]
        ).fetchone()
        return Lease(*row) if row else None
