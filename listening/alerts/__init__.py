"""Alerts: what is unusual or urgent is found, kept as an incident, and told once to whom it concerns."""

from listening.alerts.replay import Firing, replay
from listening.alerts.rules import Rule, rule_of, rules
from listening.alerts.worker import work

__all__ = ["Firing", "Rule", "replay", "rule_of", "rules", "work"]
