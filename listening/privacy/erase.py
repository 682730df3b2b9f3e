"""Erasing a person: what it would take, doing it, and the copies of the database that it cannot reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from listening.store import Erasure, Store

Progress = Callable[[str, int, int], None]  # what is being done, how much of it is, of how many (0: not known)


@dataclass(frozen=True, slots=True)
class Plan:
    """What erasing somebody would take, and where they would still be."""

    erasure: Erasure
    backups: tuple[str, ...]  # copies of the database that still hold them


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased."""

    erasure: Erasure
    backups: tuple[str, ...]
    scrubbed: bool  # False: free pages still hold something, because somebody was reading; `tidy` does it later


def plan(store: Store, person: int) -> Plan:
    """What erasing a person, under all their handles, would take."""
    return Plan(store.plan_erasure(person), tuple(each.path for each in store.backups()))


def erase(
    store: Store, person: int, *, now: datetime, who: str = "", progress: Progress | None = None, scrub: bool = True
) -> Erased:
    """Erase a person, keep them out for good, and leave nothing in free pages of the file.

    Without `scrub` the last step, for which the file is written anew while others wait, is left to `tidy`.
    Raises StoreError where there is no such person any more.
    """
    done = store.erase(person, now=now, who=who, progress=progress)
    if scrub and progress is not None:
        progress("writing the file anew", 0, 0)
    return Erased(done, tuple(each.path for each in store.backups()), scrub and store.scrub())


def forget(store: Store, platform: str, name: str, *, now: datetime, who: str = "") -> int:
    """Keep out somebody who was never heard. Returns the number of the request."""
    return store.opt_out(platform, name, now=now, who=who)
