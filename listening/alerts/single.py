"""Rules that look at each mention by itself: those that fit, new sites, people of reach, complaints that wait."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from listening.alerts.rules import Rule
from listening.store import NewMention, Store

_CHUNK = 500


def series_of(rule: Rule, mention: NewMention) -> str:
    """What a single mention's incident is about."""
    if rule.alert.kind == "new-site":
        return f"{mention.brand}, {mention.domain}"
    if rule.alert.kind == "reach" and mention.author:
        return f"{mention.brand}, author {mention.author}"
    return f"{mention.brand}, mention {mention.id}"


def passing(store: Store, rule: Rule, mentions: Iterable[NewMention], now: datetime) -> Iterator[NewMention]:
    """Those that have the reach, are the first on their site, and satisfy the query, as the rule asks."""
    asked = rule.question(now)
    left = iter(mentions)
    while some := list(islice(left, _CHUNK)):
        kept = _kind(store, rule, some)
        if asked is not None and kept:
            fit = set(store.fitting(asked, [(m.id, m.post_id) for m in kept]))
            kept = [m for m in kept if m.id in fit]
        yield from kept


def _kind(store: Store, rule: Rule, some: Sequence[NewMention]) -> list[NewMention]:
    if rule.alert.kind == "reach":
        return [m for m in some if m.followers >= rule.alert.followers]
    if rule.alert.kind == "new-site":
        first = store.first_on_site([m.id for m in some])
        return [m for m in some if m.id in first]
    return list(some)
