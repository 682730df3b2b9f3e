"""What the schedule says, in plain lines."""

from __future__ import annotations

from datetime import datetime

from listening.run import Event
from listening.store import KnownSource, Slot
from listening.timetable import Timetable

_WHY = {
    "first": "for the first time", "late": "making up for what was missed", "resume": "going on where it stopped",
    "again": "trying again", "asked": "because somebody asked for it", "live": "following it live",
}  # fmt: skip


def started(slot: Slot, table: Timetable) -> str:
    """A run that begins."""
    why = "following it live" if table.endless else _WHY.get(slot.why, "")
    return f"{slot.source}: asked now" + (f", {why}" if why else "")


def ended(event: Event, known: KnownSource | None) -> str:
    """How a run went, and when a failing source is asked again."""
    figures = f"{event.posts:,} posts read, {event.new:,} new, {event.mentions:,} mentions"
    told = event.reason if not event.posts and event.reason else figures + f": {event.reason}" * bool(event.reason)
    later = ""
    if known is not None and known.errors_in_row and known.next_due:
        times = f"{known.errors_in_row} times in a row" if known.errors_in_row > 1 else "once"
        later = (
            f" (failed {times}: asked less often, next at {datetime.fromisoformat(known.next_due):%Y-%m-%d %H:%M} UTC)"
        )
    return f"{event.source}: {event.state}, {told}{later}"


def rounded(seconds: float) -> str:
    """About how long, in one unit."""
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
