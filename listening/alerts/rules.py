"""Rules: an alert of the config with what it needs to know of the rest of the config."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from listening.config import Alert, Config
from listening.query import parse
from listening.store import Question
from listening.store.known import Detect
from pipelines.intents import names
from pipelines.language import detect


@dataclass(frozen=True, slots=True)
class Rule:
    """One alert, ready to look."""

    alert: Alert
    brands: tuple[str, ...]
    zone: ZoneInfo  # the team's: the rhythm of its days, and what dates in queries mean
    quiet_zone: ZoneInfo
    settle: int = 2  # hours until all that was said in an hour is there
    detect: Detect | None = detect
    intents: tuple[str, ...] = ()  # that its query may name; without them any

    @property
    def name(self) -> str:
        """As configured."""
        return self.alert.name

    def question(self, now: datetime) -> Question | None:
        """Its query, as it is asked of the store; None without one. Raises QueryError."""
        if not self.alert.query.strip():
            return None
        node = parse(self.alert.query, stored=True, intents=self.intents)
        return Question(node, now.astimezone(UTC), self.zone, self.detect)


def settle_hours(config: Config) -> int:
    """How many hours it takes until all that was said in an hour is there: sources are asked only so often."""
    slowest = max((source.every for source in config.sources if source.enabled), default=timedelta(hours=1))
    return min(6, -(-int(slowest.total_seconds()) // 3600) + 1)


def rules(config: Config) -> list[Rule]:
    """Every enabled alert of a config."""
    return [rule_of(alert, config) for alert in config.settings.alert if alert.enabled]


def rule_of(alert: Alert, config: Config) -> Rule:
    """One alert, which need not stand in the config: a preview asks before it does."""
    ours = tuple(brand.name for brand in config.brands if brand.ours)
    zone = config.settings.time_zone
    return Rule(
        alert, (alert.brand,) if alert.brand else ours, ZoneInfo(zone), ZoneInfo(alert.time_zone or zone),
        settle_hours(config), intents=tuple(names(config.folder)),
    )  # fmt: skip
