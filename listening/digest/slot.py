"""Which period a digest is of, and when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from listening.config.digests import Digest
from listening.store import Days


@dataclass(frozen=True, slots=True)
class Slot:
    """One digest of one period: `key` names it for ever, `due` is when it is sent."""

    key: str
    days: Days
    due: datetime


def last_slot(digest: Digest, now: datetime, zone: ZoneInfo) -> Slot:
    """The newest slot that is due by now: yesterday, last week or last month, if its hour has come."""
    today = now.astimezone(zone).date()
    slot = _of(digest, today, zone)
    return slot if slot.due <= now else _of(digest, slot.days.first, zone)


def _of(digest: Digest, day: date, zone: ZoneInfo) -> Slot:
    """The slot of the period that ended last before a day's end."""
    if digest.every == "daily":
        sent = day
        first = day - timedelta(days=1)
    elif digest.every == "weekly":
        sent = day - timedelta(days=day.weekday())
        first = sent - timedelta(days=7)
    else:
        sent = day.replace(day=1)
        first = (sent - timedelta(days=1)).replace(day=1)
    hour, minute = map(int, digest.at.split(":"))
    due = datetime.combine(sent, time(hour, minute), zone).astimezone(UTC)  # an hour that is skipped comes after it
    return Slot(f"{digest.every} {first.isoformat()}", Days(first, sent - timedelta(days=1)), due)


def next_slot(digest: Digest, now: datetime, zone: ZoneInfo) -> Slot:
    """The slot that is due next."""
    return slot_of(digest, (last_slot(digest, now, zone).days.last + timedelta(days=1)).isoformat(), zone)


def slot_of(digest: Digest, first: str, zone: ZoneInfo) -> Slot:
    """The slot of the period that begins on a day."""
    day = date.fromisoformat(first)
    after = {"daily": day + timedelta(days=1), "weekly": day + timedelta(days=7)}
    return _of(digest, after.get(digest.every, (day + timedelta(days=32)).replace(day=1)), zone)
