"""Whether copies of one text look made to order: many authors, a short time, accounts that nobody knew before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import mean

_MANY = 5  # authors of copies within _BURST
_BURST = timedelta(hours=24)
_NEW = timedelta(days=7)  # since an author was first heard here
_KNOWN = timedelta(days=30)  # a place must have been listened to for so long before "new here" says anything
_SHARE = 0.6  # of the burst's authors that are young


@dataclass(frozen=True, slots=True)
class Member:
    """One post of a cluster, as far as it matters here."""

    author: str  # who; empty where unknown
    published: datetime
    alike: float  # to what it copies
    author_since: datetime  # the author's first post known here
    place_since: datetime  # the first post known of the same platform
    shared: bool = False  # names whose words they are: a retweet, a forwarded mail
    article: bool = False  # from a publisher, not from an account


def campaign(members: Sequence[Member]) -> list[str]:
    """The reasons to take a cluster for a possible campaign, as sentences; none where it does not look like one.

    Shares that name their origin and articles of publishers never count: spreading those is what they are for.
    """
    told = sorted((m for m in members if m.author and not m.shared and not m.article), key=lambda m: m.published)
    burst = _densest(told)
    authors = {m.author for m in burst}
    if len(authors) < _MANY:
        return []
    judged = {m.author for m in burst if _placed(m)}
    young = {m.author for m in burst if _young(m)}
    if not judged or len(young) < max(_MANY * _SHARE, _SHARE * len(judged)):
        return []
    span = burst[-1].published - burst[0].published
    alike = mean(m.alike for m in burst)
    return [
        f"{len(burst)} posts that say the same within {_spell(span)}",
        f"by {len(authors)} different authors",
        f"{len(young)} of them were first heard here less than {_NEW.days} days before",
        f"{alike:.0%} alike on average, and none says whose words they are",
    ]


def _placed(member: Member) -> bool:
    """Whether its place was listened to for so long that "new here" says anything."""
    return member.published - member.place_since >= _KNOWN


def _young(member: Member) -> bool:
    return _placed(member) and member.published - member.author_since < _NEW


def _densest(members: Sequence[Member]) -> Sequence[Member]:
    """The stretch of at most _BURST that holds the most young authors, then the most authors, then the most posts.

    By posts alone, one who repeats himself on another day would hide all others.
    """
    young, authors = Counter[str](), Counter[str]()
    best, chosen, start = (0, 0, 0), (0, 0), 0
    for end, member in enumerate(members):
        while member.published - members[start].published > _BURST:
            _drop(authors, members[start].author)
            _drop(young, members[start].author)
            start += 1
        authors[member.author] += 1
        if _young(member):
            young[member.author] += 1
        found = len(young), len(authors), end + 1 - start
        if found > best:
            best, chosen = found, (start, end + 1)
    return members[chosen[0] : chosen[1]]


def _drop(counter: Counter[str], author: str) -> None:
    if counter[author] > 1:
        counter[author] -= 1
    else:
        del counter[author]


def _spell(span: timedelta) -> str:
    minutes = max(1, round(span.total_seconds() / 60))
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"
