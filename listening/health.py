"""Whether all is well: the file, the disk, the sources, the versions, and what to do where something is not."""

from __future__ import annotations

import platform
import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import metadata

from listening import __version__
from listening.store import EVERYTHING, Scope, Signs, SourceHealth, Store

_LATE = timedelta(hours=1)  # how long after its time a source is overdue
_WAL = 512 * 1024 * 1024  # bytes of the log of writes, above which somebody keeps it from being cut
_FAILURES = 3  # in a row
_BACKUP = timedelta(days=14)
_PARTS = ("scrapy", "praw", "feedparser", "starlette", "datasette", "pydantic")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that somebody should look at, and what to do."""

    what: str
    remedy: str
    serious: bool  # False: good to know


@dataclass(frozen=True, slots=True)
class Health:
    """Everything that the health page and `listening health` show."""

    well: bool  # no serious remark
    remarks: tuple[Remark, ...]  # serious ones first
    signs: Signs
    sources: tuple[SourceHealth, ...]
    lag: float | None  # seconds since a source that is asked brought or looked for something new
    versions: tuple[tuple[str, str], ...]


def health(store: Store, now: datetime, scope: Scope = EVERYTHING) -> Health:
    """How everything is doing now."""
    signs, sources = store.signs(), tuple(store.source_health(scope.hidden))
    signs = replace(signs, running=tuple(name for name in signs.running if name not in scope.hidden))
    finished = [datetime.fromisoformat(each.finished) for each in sources if each.finished and each.verdict != "failed"]
    lag = (now - max(finished)).total_seconds() if finished else None
    remarks = sorted([*_of_file(signs, now), *_of_sources(sources, now)], key=lambda each: not each.serious)
    well = not any(each.serious for each in remarks)
    return Health(well, tuple(remarks), signs, sources, lag, _versions())


def _of_file(signs: Signs, now: datetime) -> list[Remark]:
    found = []
    if signs.disk_free < 2 * signs.database + _WAL:
        left = f"{signs.disk_free / 1e9:,.1f} GB are free on the disk of a database of {signs.database / 1e9:,.1f} GB"
        found.append(Remark(left, "make room: backups and db vacuum need as much again", True))
    if signs.wal > _WAL:
        what = f"the log of writes has {signs.wal / 1e9:,.1f} GB: somebody has been reading for long"
        found.append(Remark(what, "end long queries in the explorer, or start `listening up` anew", True))
    if signs.free > signs.database / 3 and signs.free > 100_000_000:
        what = f"{signs.free / 1e6:,.0f} MB of the file are free"
        found.append(Remark(what, "`listening db vacuum` gives them back", False))
    if signs.unscrubbed:
        found.append(Remark("traces of an erased person are left in free pages", "run `listening db tidy`", True))
    if signs.newest_backup is None:
        found.append(Remark("there is no backup", "`listening backup FILE`, best on another disk", False))
    elif now - datetime.fromisoformat(signs.newest_backup) > _BACKUP:
        found.append(Remark(f"the last backup is of {signs.newest_backup[:10]}", "`listening backup FILE`", False))
    return found


def _of_sources(sources: tuple[SourceHealth, ...], now: datetime) -> list[Remark]:
    found = []
    for each in sources:
        if each.errors_in_row >= _FAILURES:
            what = f"{each.name} failed {each.errors_in_row} times in a row: {each.last_error}"
            found.append(Remark(what, f"`listening crawl {each.name}` after mending it", True))
        elif each.next_due and now - datetime.fromisoformat(each.next_due) > _LATE and each.verdict != "running":
            what = f"{each.name} should have been asked at {each.next_due}"
            found.append(Remark(what, "is `listening up`, or `listening crawl --due` in cron, running?", True))
        elif each.verdict is None:
            found.append(Remark(f"{each.name} was never asked", f"`listening crawl {each.name}`", False))
    return found


def _versions() -> tuple[tuple[str, str], ...]:
    own = (("listening", __version__), ("python", platform.python_version()), ("sqlite", sqlite3.sqlite_version))
    parts = []
    for name in _PARTS:
        try:
            parts.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            parts.append((name, "not installed"))
    return (*own, *parts)
