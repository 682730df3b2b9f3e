"""Sources that are broken or went quiet: what their runs say, and how long they were silent before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from listening.alerts.rules import Rule
from listening.store import EVERYTHING, RunSpan, Scope, Store

_PAST = timedelta(days=60)  # in which a source shows how long it is silent as a rule
_GAPS = 20  # silences without which nothing is usual
_LONGER = 1.5  # than the longest but one silence of the past: then it is more than chance
_BAD = ("failed", "degraded")


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A time in which a source did not work: told at `since`, over at `until` (None: still on)."""

    source: str
    since: datetime
    until: datetime | None
    why: str


def breakdowns(store: Store, rule: Rule, since: datetime, now: datetime, scope: Scope = EVERYTHING) -> list[Breakdown]:
    """Every breakdown that a rule would tell between two moments, by time."""
    runs: defaultdict[str, list[RunSpan]] = defaultdict(list)
    for run in store.run_spans(since - _PAST, source=rule.alert.source, scope=scope):
        if run.started <= now:
            runs[run.source].append(run)
    after = rule.alert.after
    found = [
        each
        for some in runs.values()
        for looked in (_failing(some, after, now), _silent(some, after, now), _unasked(some, after, now))
        for each in looked
        if since <= each.since <= now
    ]
    return sorted(found, key=lambda each: (each.since, each.source))


def _failing(runs: Sequence[RunSpan], after: timedelta, now: datetime) -> Iterator[Breakdown]:
    """Runs that fail or find less than the source announces, twice at least and for as long as the rule bears."""
    streak: list[RunSpan] = []
    for run in [*runs, None]:
        if run is not None and run.verdict in _BAD:
            streak.append(run)
            continue
        if run is not None and run.verdict not in ("ok", "quiet"):
            continue  # stopped, or still on: it says nothing
        told = max(streak[0].ended + after, streak[1].ended) if len(streak) > 1 else None
        over = run.ended if run is not None else None
        if told is not None and told <= (over or now):
            worst = streak[-1]
            missing = f", {worst.found:,} of {worst.expected:,} posts found" if worst.expected else ""
            why = f"{len(streak)} runs in a row {worst.verdict}{missing}: {worst.reason}".rstrip(": ")
            yield Breakdown(worst.source, told, over, why)
        streak = []


def _silent(runs: Sequence[RunSpan], after: timedelta, now: datetime) -> Iterator[Breakdown]:
    """Runs that work and bring nothing for longer than they ever did, but for one time."""
    news = [run.started for run in runs if run.new]
    gaps: list[timedelta] = []
    for this, following in pairwise([*news, None]):
        if this is None:
            break
        if len(gaps) >= _GAPS:
            limit = max(after, _LONGER * sorted(gaps)[-2])
            told, end = this + limit, following or now
            asked = any(run.verdict == "quiet" and told <= run.ended for run in runs if run.started < end)
            if told <= end and asked:
                usual = sorted(gaps)[len(gaps) // 2]
                why = f"nothing new for {_spoken(end - this)}, though something came every {_spoken(usual)} as a rule"
                yield Breakdown(runs[0].source, told, following, why)
        if following is not None:
            gaps.append(following - this)


def _unasked(runs: Sequence[RunSpan], after: timedelta, now: datetime) -> Iterator[Breakdown]:
    """A source that is not asked any more, though its time has come more than twice."""
    for this, following in pairwise([*runs, None]):
        if this is None or this.finished is None:
            continue
        told = this.ended + max(after, 2 * timedelta(seconds=this.every))
        end = following.started if following is not None else now
        if told <= end:
            every = _spoken(timedelta(seconds=this.every))
            why = f"not asked for {_spoken(end - this.ended)}, though it is due every {every}"
            yield Breakdown(this.source, told, following.started if following else None, why)


def _spoken(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    if hours >= 48:
        return f"{hours / 24:.0f} days"
    return f"{hours:.0f} hours" if hours >= 2 else f"{max(1, round(hours * 60))} minutes"
