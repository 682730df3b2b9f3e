"""What a rule, as it is being typed, would have told in the past 90 days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from listening.alerts import Firing, Rule, replay, rule_of
from listening.config import Alert
from listening.config.alerts import COUNTED
from listening.store import Scope, Store, Told
from listening.web.desk import Desk
from listening.web.jobs import Job
from listening.web.previews import Preview

DAYS, _MOST, _SHOWN = 90, 1000, 12  # days looked back, firings that are counted, and that are shown
_PATIENCE = 0.05  # seconds that a page waits for it
_LEARNT = 14  # days of history without which nothing is usual


@dataclass(frozen=True, slots=True)
class Shown:
    """One time that it would have fired."""

    when: datetime
    title: str
    early: str
    mentions: Sequence[Told]


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking back found. `days`: (day, mentions, height of 0 to 40, how often it would have fired)."""

    kind: str
    total: int
    more: bool
    shown: Sequence[Shown]
    days: Sequence[tuple[date, int, int, int]]
    early: float | None  # hours before the busiest one's end, at the median
    history: int  # days since the first mention, within the 90

    @property
    def month(self) -> float:
        """How often in 30 days."""
        return 30 * self.total / DAYS

    @property
    def too_young(self) -> bool:
        """Whether there is too little to say what is usual."""
        return self.kind in COUNTED and self.history < _LEARNT


def look_back(desk: Desk, alert: Alert, scope: Scope, form: str) -> Preview:
    """Look back in a thread of its own; the answer is there when its `ready` is set."""
    config, now = desk.config, datetime.now(UTC)
    rule = rule_of(alert, config)
    look = alert.model_dump_json(exclude={"name", "channels", "cool_down", "quiet_hours", "quiet_days", "enabled"})
    key = f"{look} {rule.brands} {sorted(scope.hidden)} {now:%Y-%m-%dT%H}"

    def work(job: Job) -> Looked:
        with desk.store() as store:
            return _look(store, rule, scope, now, job)

    return desk.previews.ask(form, key, work, _PATIENCE)


def _look(store: Store, rule: Rule, scope: Scope, now: datetime, job: Job) -> Looked:
    since = now - timedelta(days=DAYS)
    found = replay(store, rule, since, now, scope=scope, limit=_MOST, progress=job.progress)
    last = found[: -_SHOWN - 1 : -1]
    ids = [ident for firing in last for ident in firing.mentions]
    told = {each.id: each for each in store.told(ids, scope=scope)}
    early = [e.total_seconds() / 3600 for firing in found if firing.direction == "up" and (e := firing.early)]
    counts = _daily(store, rule, scope, since, now)
    fired = Counter(firing.opened.astimezone(rule.zone).date() for firing in found)
    first = min(counts, default=now.astimezone(rule.zone).date())
    most = max(counts.values(), default=0) or 1
    days = [(since + timedelta(days=number)).astimezone(rule.zone).date() for number in range(DAYS + 1)]
    return Looked(
        rule.alert.kind, len(found), len(found) >= _MOST, [_shown(firing, told) for firing in last],
        [(day, counts[day], round(40 * counts[day] / most), fired[day]) for day in days],
        median(early) if early else None, (now.astimezone(rule.zone).date() - first).days,
    )  # fmt: skip


def _daily(store: Store, rule: Rule, scope: Scope, since: datetime, now: datetime) -> Counter[date]:
    """Mentions by day of what the rule looks at, its query aside."""
    hours: Counter[str] = Counter()
    for brand in () if rule.alert.kind == "broken" else rule.brands:
        for hour, _, mentions, _, _ in store.hours(brand, since, now, source=rule.alert.source, scope=scope):
            hours[hour] += mentions
    found: Counter[date] = Counter()
    for hour, count in hours.items():
        found[_day(hour, rule.zone)] += count
    return found


def _day(hour: str, zone: ZoneInfo) -> date:
    return datetime.fromisoformat(f"{hour}:00+00:00").astimezone(zone).date()


def _shown(firing: Firing, told: Mapping[int, Told]) -> Shown:
    mentions = [told[ident] for ident in firing.mentions if ident in told]
    early = firing.early
    hours = 0.0 if early is None else early.total_seconds() / 3600
    when = f"{abs(hours):.1f} hours {'before' if hours > 0 else 'after'} the end of its busiest hour" if early else ""
    return Shown(firing.opened, _title(firing, mentions), when, mentions)


def _title(firing: Firing, mentions: Sequence[Told]) -> str:
    about = firing.series.removesuffix(", fewer")
    if firing.hours:
        what = "negative mentions" if firing.direction == "share" else "mentions"
        window = "an hour" if firing.hours == 1 else f"{firing.hours} hours"
        return f"{about}: {firing.count:,} {what} in {window}, usually {firing.usual:,.1f}"
    if firing.kind == "new-site":
        return f"{firing.brand}: first mention on {about.removeprefix(f'{firing.brand}, ')}"
    if firing.kind == "reach" and mentions:
        return f"{firing.brand}: named by somebody with {mentions[0].followers:,} followers"
    named = {"broken": f"Source {about}", "unanswered": f"{firing.brand}: still waits for an answer"}
    return named.get(firing.kind) or f"{firing.brand}: a mention" + (f" on {mentions[0].source}" if mentions else "")
