"""Advocates and customers at risk: told by rules that are written out, with points whose parts are shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from statistics import fmean
from typing import Literal

from listening.people.helping import helping
from listening.store import EVERYTHING, Handle, Scope, Stance, Store, Telling, stances

RULES = {
    "advocate": (
        "An advocate spoke well of the brand at least 3 times in the period, on at least 2 days, recommended it or "
        "helped its other customers at least once, does not leave, and spoke badly at most once for 5 good mentions. "
        "Points: 3 for each mention that recommends or helps, 1 for each other good one, -3 for each bad one; the "
        "helps-others score up to 10; 1 for each power of ten of followers above 100, up to 4. Copies, spam, jobs, "
        "promotion, press and articles do not count, nor does who carries the brand's name in theirs."
    ),
    "at risk": (
        "A customer is at risk from 40 points on: 40 for saying that they leave; 15 for each complaint, up to 45; 10 "
        "for each of both that nobody answered yet (new or in progress), up to 30; 5 for each other bad mention, up to "
        "15; 20 where their tone fell by 0.3 or more from the earlier to the later half of what they said; 1 for each "
        "power of ten of followers above 100, up to 4; -40 where the last thing they said is good. Copies, spam, jobs, "
        "promotion, press and articles do not count, nor does who carries the brand's name in theirs."
    ),
}
_GOOD, _DAYS, _BAD_SHARE = 3, 2, 0.2
_AT_RISK = 40
_FALL, _FEWEST_SCORED = 0.3, 4
_LOOKED_AT = 3  # times as many candidates as are asked for are looked at closely
_ADVOCATE_WEIGHTS = {stances.ADVOCACY: 2, stances.POSITIVE: 1, stances.NEGATIVE: -3}
_RISK_WEIGHTS = {stances.LEAVING: 40, stances.COMPLAINT: 15, stances.NEGATIVE: 5}
Kind = Literal["advocate", "at risk"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of somebody's points: what it is in words, and the mentions it rests on."""

    words: str
    points: int
    mentions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to a brand, and why. The rule is `RULES[kind]`."""

    kind: Kind
    person_id: int
    name: str
    handles: tuple[Handle, ...]
    brand: str
    points: int
    reasons: tuple[Reason, ...]  # the weightiest first
    followers: int | None
    last: str  # when they last spoke of the brand, ISO, UTC
    mentions: int
    telling: Telling  # the mention that shows it best


def advocates(
    store: Store, brand: str, since: datetime | None = None, until: datetime | None = None, *,
    limit: int = 20, scope: Scope = EVERYTHING,
) -> list[Standing]:  # fmt: skip
    """The people who speak up for a brand in a period, the strongest first."""
    found = store.loudest(
        brand,
        since,
        until,
        _ADVOCATE_WEIGHTS,
        least=_GOOD,
        limit=limit * _LOOKED_AT,
        must=stances.ADVOCACY,
        scope=scope,
    )
    return _judged((_advocate,), store, brand, [each.person_id for each in found], since, until, limit, scope)


def at_risk(
    store: Store, brand: str, since: datetime | None = None, until: datetime | None = None, *,
    limit: int = 20, scope: Scope = EVERYTHING,
) -> list[Standing]:  # fmt: skip
    """The people who are about to leave a brand in a period, the likeliest first."""
    found = store.loudest(brand, since, until, _RISK_WEIGHTS, least=15, limit=limit * _LOOKED_AT, scope=scope)
    return _judged((_risk,), store, brand, [each.person_id for each in found], since, until, limit, scope)


def standings(
    store: Store, person: int, brands: Iterable[str], since: datetime | None = None, until: datetime | None = None, *,
    scope: Scope = EVERYTHING,
) -> list[Standing]:  # fmt: skip
    """How one person stands to brands: an entry for each of which they are an advocate or at risk of leaving."""
    found = []
    for brand in brands:
        each = _judged((_risk, _advocate), store, brand, [person], since, until, 2, scope)
        found += sorted(each, key=lambda standing: standing.kind, reverse=True)
    return found


_Judge = Callable[[Store, int, Sequence[Stance], datetime, Scope], "tuple[Kind, list[Reason], Stance] | None"]


def _judged(
    judges: Sequence[_Judge], store: Store, brand: str, persons: Sequence[int], since: datetime | None,
    until: datetime | None, limit: int, scope: Scope,
) -> list[Standing]:  # fmt: skip
    found: list[tuple[int, int, Kind, list[Reason], Stance, list[Stance], int | None]] = []
    for person in persons:
        said = store.stances_of(person, brand, since, until, scope)
        for judge in judges if said else ():
            judgement = judge(store, person, said, until or datetime.now(UTC), scope)
            if judgement is None:
                continue
            kind, reasons, telling = judgement
            followers = store.reach(person)
            if worth := _reach(followers):
                reasons.append(Reason(f"{followers:,} followers", worth))
            points = sum(reason.points for reason in reasons)
            if kind == "advocate" or points >= _AT_RISK:
                found.append((points, person, kind, reasons, telling, said, followers))
    found.sort(key=lambda each: (-each[0], each[1]))
    standing = (_standing(store, brand, scope, *each) for each in found)
    return list(islice((each for each in standing if not _speaks_for(brand, each)), limit))


def _speaks_for(brand: str, standing: Standing) -> bool:
    """Whether somebody is the brand itself, or its staff: Ida_Larkspur for Larkspur."""
    own = "".join(filter(str.isalnum, brand.casefold()))
    return any(own in "".join(filter(str.isalnum, handle.name.casefold())) for handle in standing.handles)


def _standing(
    store: Store, brand: str, scope: Scope, points: int, person: int, kind: Kind, reasons: list[Reason],
    telling: Stance, said: Sequence[Stance], followers: int | None,
) -> Standing:  # fmt: skip
    handles = sorted(store.handles_of([person], scope), key=lambda handle: -handle.posts)
    weightiest = tuple(sorted(reasons, key=lambda reason: -reason.points))
    return Standing(
        kind, handles[0].person_id, handles[0].name, tuple(handles), brand, points, weightiest, followers,
        said[-1].published, len(said), store.telling(telling.mention_id),
    )  # fmt: skip


def _advocate(
    store: Store, person: int, said: Sequence[Stance], until: datetime, scope: Scope
) -> tuple[Kind, list[Reason], Stance] | None:
    recommends = [v for v in said if v.said & stances.ADVOCACY and not v.said & stances.NEGATIVE]
    advice = set(_ids(recommends))
    praises = [v for v in said if v.said & stances.POSITIVE and v.mention_id not in advice]
    bad = [v for v in said if v.said & stances.NEGATIVE or v.said & stances.LEAVING]
    good = sorted([*recommends, *praises], key=lambda v: v.published)
    days = {v.published[:10] for v in good}
    if not recommends or len(good) < _GOOD or len(days) < _DAYS or len(bad) > _BAD_SHARE * len(good):
        return None
    if any(v.said & stances.LEAVING for v in said):
        return None
    reasons = [_reason(recommends, 3, "recommends it or helps its customers", 1000)]
    reasons += [_reason(praises, 1, "speaks well of it", 1000)] if praises else []
    reasons += [_reason(bad, -3, "speaks badly of it", 1000)] if bad else []
    helps = helping(store, person, now=until, scope=scope)
    if helps.score:
        words = f"helps others: {_times(helps.answers, 'answer')}, thanked for {helps.thanked}"
        reasons.append(Reason(words, min(10, helps.score)))
    return "advocate", reasons, max(recommends, key=lambda v: (v.score or 0, v.published))


def _risk(
    store: Store, person: int, said: Sequence[Stance], until: datetime, scope: Scope
) -> tuple[Kind, list[Reason], Stance] | None:  # fmt: skip
    del store, person, until, scope  # a customer's own words decide
    leaving = [v for v in said if v.said & stances.LEAVING]
    complaints = [v for v in said if v.said & stances.COMPLAINT]
    trouble = stances.LEAVING | stances.COMPLAINT
    open_ones = [v for v in said if v.said & trouble and v.said & stances.WAITING]
    bad = [v for v in said if v.said & stances.NEGATIVE and not v.said & trouble]
    reasons = [Reason(f"says that they leave ({_times(len(leaving), 'time')})", 40, _ids(leaving))] if leaving else []
    reasons += [_reason(complaints, 15, "complains", 45)] if complaints else []
    reasons += [_reason(open_ones, 10, "nobody answered yet", 30)] if open_ones else []
    reasons += [_reason(bad, 5, "speaks badly of it", 15)] if bad else []
    if not reasons:
        return None
    scored = [(v, v.score) for v in said if v.score is not None]
    if len(scored) >= _FEWEST_SCORED:
        half = len(scored) // 2
        before, after = (fmean(score for _, score in part) for part in (scored[:half], scored[-half:]))
        if before - after >= _FALL:
            later = tuple(v.mention_id for v, _ in scored[-half:])
            reasons.append(Reason(f"tone fell from {before:+.2f} to {after:+.2f}", 20, later))
    if said[-1].said & stances.POSITIVE and not said[-1].said & stances.LEAVING:
        reasons.append(Reason("the last thing they said is good", -40, (said[-1].mention_id,)))
    return "at risk", reasons, (leaving or complaints or bad)[-1]


def _reason(said: Sequence[Stance], each: int, words: str, most: int) -> Reason:
    points = max(-most, min(most, each * len(said)))
    return Reason(f"{words} ({_times(len(said), 'time')})", points, _ids(said))


def _ids(said: Sequence[Stance]) -> tuple[int, ...]:
    return tuple(v.mention_id for v in said)


def _times(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _reach(followers: int | None) -> int:
    return max(0, min(4, int(math.log10(followers / 100)))) if followers and followers >= 1000 else 0
