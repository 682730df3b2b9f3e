"""When a message may go out: after the rule's pause, and not in its quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from listening.alerts.rules import Rule

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def release(rule: Rule, now: datetime, last: datetime | None, held: datetime | None) -> datetime:
    """When a message made now goes out. `last` is when the one before it is due; `held` until when others wait.

    What is held waits together.
    """
    when = now
    if last is not None and rule.alert.pause:
        when = max(when, last + rule.alert.pause) if last <= now else max(when, last)
    return max(quiet_until(rule, when), held or when)


def quiet_until(rule: Rule, when: datetime) -> datetime:
    """The first moment from `when` on that is neither in quiet hours nor on a quiet day."""
    if not rule.alert.quiet_hours and not rule.alert.quiet_days:
        return when
    if len(set(rule.alert.quiet_days)) == len(_DAYS):
        return when  # always quiet is never: nothing may be lost
    for _ in range(20):
        end = _ends(rule, when.astimezone(rule.quiet_zone))
        if end is None:
            return when
        when = end.astimezone(UTC)
    return when


def _ends(rule: Rule, local: datetime) -> datetime | None:
    """When the quiet that holds at a moment ends; None where it is not quiet."""
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), rule.quiet_zone)
    if _DAYS[local.weekday()] in rule.alert.quiet_days:
        return midnight
    if not rule.alert.quiet_hours:
        return None
    first, last = (_time(part) for part in rule.alert.quiet_hours.split("-"))
    today = datetime.combine(local.date(), last, rule.quiet_zone)
    at = local.time()
    if first < last:
        return today if first <= at < last else None
    if at < last:
        return today
    return today + timedelta(days=1) if at >= first else None


def _time(text: str) -> time:
    hour, minute = text.strip().split(":")
    return time(int(hour), int(minute))
