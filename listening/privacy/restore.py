"""Putting a backup back, without bringing back whoever was erased since it was made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from listening.store import Store
from listening.store.backup import restore as put_back


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    aside: Path | None  # where the database of before is kept
    erased: int  # people who were in the backup, and had been erased since


def restore(
    database: Path, backup: Path, *, now: datetime, progress: Callable[[int, int], None] | None = None
) -> Restored:
    """Put a backup in the place of a database that nothing uses, and erase again who was erased since.

    Raises StoreError, and changes nothing, where the backup cannot be used or something runs.
    """
    aside = put_back(database, backup, now=now, progress=progress)
    erased = 0
    with Store(database) as store:
        if aside is not None:
            store.carry_opt_outs(aside)
        while people := store.opted_out():
            store.erase(people[0], now=now)
            erased += 1
        if erased:
            store.scrub()
    return Restored(aside, erased)
