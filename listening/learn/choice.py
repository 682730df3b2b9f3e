"""Whom to ask about: the mentions whose labels teach most, and those that show how often we are wrong."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from listening.store import Open


def by_uncertainty(found: Sequence[Open], seed: int = 0) -> list[Open]:
    """Those first that we are least sure of; without a model of relevance, drawn at random among equals.

    (Lewis and Gale, A sequential algorithm for training text classifiers, SIGIR 1994; relevance decides before
    feeling, for what is about something else feels nothing about the brand.) Every fifth is drawn at random, so that
    surprises are found too.
    """
    chance = random.Random(seed)
    mixed = list(found)
    chance.shuffle(mixed)
    doubtful = sorted(mixed, key=_sureness)
    order: dict[int, Open] = {}
    for number, one in enumerate(doubtful):
        order[one.mention_id] = one
        if number % 4 == 3:
            order.setdefault(mixed[number].mention_id, mixed[number])
    return list(order.values())


def stratified(found: Sequence[Open], count: int, seed: int = 0) -> list[Open]:
    """`count` of those that are scored and not shelved, drawn at random, as evenly from each of our labels as can be.

    They are mixed, so that their order tells nothing.
    """
    chance = random.Random(seed)
    strata: defaultdict[str, list[Open]] = defaultdict(list)
    for one in found:
        if one.judged is not None and not one.shelved:
            strata[one.judged].append(one)
    for stratum in strata.values():
        chance.shuffle(stratum)
    chosen: list[Open] = []
    while len(chosen) < count and any(strata.values()):
        for name in sorted(strata):
            if strata[name] and len(chosen) < count:
                chosen.append(strata[name].pop())
    chance.shuffle(chosen)
    return chosen


def _sureness(one: Open) -> float:
    """0 where we do not know at all, 1 where we are sure."""
    if one.relevance is not None:
        return abs(2 * one.relevance - 1)
    return 0.5 + min(abs(one.score or 0.0), 1.0) / 2
