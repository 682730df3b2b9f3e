"""Whom to ask about: the mentions whose labels teach most, and those that show how often we are wrong."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import zip_longest

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


def stratified(drawn: Mapping[str, Sequence[int]], count: int, seed: int = 0) -> list[int]:
    """`count` of the mentions that were drawn at random from each of our labels, as evenly from each as can be.

    They are mixed, so that their order tells nothing.
    """
    turns = zip_longest(*(drawn[name] for name in sorted(drawn)))
    chosen = [each for turn in turns for each in turn if each is not None][:count]
    random.Random(seed).shuffle(chosen)
    return chosen


def _sureness(one: Open) -> float:
    """0 where we do not know at all, 1 where we are sure."""
    if one.relevance is not None:
        return abs(2 * one.relevance - 1)
    return 0.5 + min(abs(one.score or 0.0), 1.0) / 2
