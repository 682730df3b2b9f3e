"""Customers as people: advocates, those about to leave, and those who help others."""

from listening.people.helping import Helping, helping
from listening.people.portrait import Portrait, portrait
from listening.people.standing import RULES, Reason, Standing, advocates, at_risk, standings

__all__ = [
    "RULES",
    "Helping",
    "Portrait",
    "Reason",
    "Standing",
    "advocates",
    "at_risk",
    "helping",
    "portrait",
    "standings",
]
