"""What waiting adds to a mention's urgency, as points and as SQL."""

from __future__ import annotations

from datetime import datetime, timedelta

_MOST, _STEP = 25, timedelta(hours=2)  # points at most; a point for each so long
FULL = _MOST * _STEP  # after which waiting adds no more


def wait_points(total: int, wait: timedelta) -> int:
    """The points that an open mention of `total` points gets for its wait, below 0 as none; never more than `total`.

    The longest wait counts 25: what is trivial stays trivial however long it lies.
    """
    return max(0, min(_MOST, round(wait / _STEP), total))


def rank_sql(now: datetime) -> str:
    """The same, with `urgency`, as SQL over a mention `d` that is open. (A whole number of seconds is put into it.)"""
    waited = f"CAST(round(({int(now.timestamp())} - unixepoch(d.published)) / {_STEP.total_seconds()}) AS INTEGER)"
    return f"d.urgency + max(0, min({_MOST}, {waited}, d.urgency))"


FULL_RANK = f"d.urgency + min({_MOST}, d.urgency)"  # of those that have waited in full


def highest_urgency(rank: int) -> int:
    """The highest urgency whose FULL_RANK is not above this one."""
    return rank // 2 if rank <= 2 * _MOST else rank - _MOST
