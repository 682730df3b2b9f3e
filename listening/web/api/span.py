"""The brand and the period that a program asks for."""

from __future__ import annotations

from datetime import date

from listening.errors import ListeningError
from listening.web.api.endpoint import ROOT, Call, Param
from listening.web.chosen import PERIODS, Chosen, chosen

PARAMS = (
    Param("brand", "Which brand; without it the first of ours."),
    Param("period", "Up to now.", choices=tuple(PERIODS), default="30d"),
    Param("since", "The first day, instead of a period.", "date"),
    Param("until", "The last day.", "date"),
)


def asked(call: Call) -> tuple[str, Chosen]:
    """The brand, the first where none is named, and the period. Raises as `span`, and a 404 without any brand."""
    picked = span(call)
    brand = picked.brand or next(iter(_names(call)), "")
    if not brand:
        raise call.missing("there is no brand yet: add one under Brands.")
    return brand, picked


def span(call: Call) -> Chosen:
    """What the address asks for. Raises ListeningError for a mistake in it, and a 404 for a brand that is none."""
    names = _names(call)
    _check(call, names)
    return chosen(call.request.query_params, names, call.store.calendar().zone, call.now)


def _names(call: Call) -> list[str]:
    return [brand.name for brand in sorted(call.config.brands, key=lambda each: not each.ours)]


def _check(call: Call, names: list[str]) -> None:
    """Raises for what `chosen` would pass over."""
    brand, period = call.text("brand"), call.text("period")
    if brand and brand.casefold() not in {name.casefold() for name in names}:
        raise call.missing(f"there is no such brand; {ROOT}/brands lists them.")
    if period and period not in PERIODS:
        raise ListeningError(f'"period": there are {", ".join(PERIODS)}.')
    since, until = call.text("since"), call.text("until")
    if bool(since) != bool(until):
        raise ListeningError('"since" and "until" belong together.')
    try:
        fine = not since or date.fromisoformat(since) <= date.fromisoformat(until)
    except ValueError:
        fine = False
    if not fine:
        raise ListeningError('"since" and "until" are days such as 2026-11-20, the first and the last.')
