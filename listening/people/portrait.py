"""One person, all in one: who they are, how they stand to each brand, whom they help, and who else they may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from listening.people.helping import Helping, helping
from listening.people.standing import Standing, standings
from listening.store import EVERYTHING, Likely, Person, Scope, Store

_PERIOD = timedelta(days=90)  # in which somebody is an advocate or at risk, where nothing else is asked


@dataclass(frozen=True, slots=True)
class Portrait:
    """What the page of one person shows, apart from their posts (`store.said_by`)."""

    person: Person
    standings: tuple[Standing, ...]
    helping: Helping
    likely: tuple[Likely, ...]  # who may be the same person


def portrait(
    store: Store, person: int, *, now: datetime, since: datetime | None = None, scope: Scope = EVERYTHING
) -> Portrait | None:
    """Everything about one person; None where there is none, or only in sources that are hidden.

    Standings count what was said from `since` (90 days ago) until now.
    """
    known = store.person(person, scope)
    if known is None:
        return None
    brands = [attitude.brand for attitude in known.attitudes]
    found = standings(store, known.id, brands, since or now - _PERIOD, now, scope=scope)
    return Portrait(
        known, tuple(found), helping(store, known.id, now=now, scope=scope), tuple(store.likely_of(known.id, scope))
    )
