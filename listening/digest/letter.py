"""What a digest says: gathered from the figures, before anything is written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from listening.config.digests import Digest
from listening.insight.changes import Change, Changes, changes
from listening.insight.course import Example, shown
from listening.insight.coverage import Coverage, coverage
from listening.insight.overview import Overview, overview
from listening.insight.scorecard import Scorecard, scorecard
from listening.people import Standing, advocates
from listening.store import Days, InboxFilter, Scope, Store, Voice
from listening.store.voices import moments

_FEW = 4
_TEXTS = 500  # in which sites are sought that nobody listens to
_FRIENDS = 6  # advocates to thank


class Mailed(ABC):
    """What is mailed of some days: a brand's changes, or what a saved view shows."""

    __slots__ = ()
    name: str  # the digest's
    days: Days
    mentions: InboxFilter  # those that it is of

    @property
    @abstractmethod
    def about(self) -> str:
        """The brand or the view."""

    @property
    @abstractmethod
    def headline(self) -> str:
        """The one sentence that matters."""

    @property
    def span(self) -> str:
        """The days in words."""
        first, last = self.days.first, self.days.last
        return f"{first:%-d %B %Y}" if first == last else f"{first:%-d %B} to {last:%-d %B %Y}"

    @property
    def subject(self) -> str:
        """What a mail program lists: the surest change, or that there is none."""
        first, last = self.days.first, self.days.last
        span = f"{first:%-d %b %Y}" if first == last else f"{first:%-d %b} to {last:%-d %b %Y}"
        return f"{self.about}, {span}: {self.headline}"


@dataclass(frozen=True, slots=True)
class Letter(Mailed):
    """All of a digest."""

    name: str
    brand: str
    every: str
    days: Days
    overview: Overview
    advocates: tuple[Standing, ...]
    changes: Changes
    complaints: tuple[Example, ...]
    praise: tuple[Example, ...]
    ideas: tuple[Example, ...]
    opportunities: tuple[Example, ...]
    coverage: Coverage
    scorecard: Scorecard | None  # of the last months, in a monthly digest
    mentions: InboxFilter  # those that it is of

    @property
    def about(self) -> str:
        """What it is of."""
        return self.brand

    @property
    def headline(self) -> str:
        """The one sentence that matters."""
        if not self.changes.comparable:
            return f"{self.overview.figures['mentions'].value:,.0f} mentions, nothing to compare with yet"
        if not self.changes.found:
            return "nothing changed"
        more = len(self.changes.found) - 1
        return sentence(self.changes.found[0]).rstrip(".") + (f", and {more} more" if more else "")


_NOUNS = {
    "volume": "Mentions", "feeling": "{} mentions", "source": "Mentions from {}", "aspect": "Mentions that name {}",
    "intent": "Mentions of the kind “{}”", "word": "Mentions of “{}”",
}  # fmt: skip


def sentence(change: Change) -> str:
    """A change in words: "Talk of delivery rose by 45 %, from 120 to 174."."""
    what = _NOUNS[change.group].format(change.name.capitalize() if change.group == "feeling" else change.name)
    moved = "rose" if change.after > change.before else "fell"
    if not change.before:
        return f"{what} are new: {change.after:,}."
    by = abs(change.after / change.before - 1)
    beyond = ", which is more than all mentions together did" if change.beyond and change.group != "volume" else ""
    return f"{what} {moved} by {by:.0%}, from {change.before:,} to {change.after:,}{beyond}."


def examples(store: Store, voices: Sequence[Voice], scope: Scope) -> tuple[Example, ...]:
    """Mentions as a digest shows them: with the reasons, where one may be of a campaign."""
    pushed = store.campaigns((voice.cluster for voice in voices), scope)
    return tuple(replace(shown(voice), campaign=pushed.get(voice.cluster or 0, ())) for voice in voices)


def letter(store: Store, digest: Digest, brand: str, days: Days, scope: Scope, now: datetime) -> Letter:
    """Gather a digest of some days that are over."""
    since, until = moments(store.calendar(), days)
    page = overview(store, brand, since, until, now=now, scope=scope)

    def some(**chosen: str) -> tuple[Example, ...]:
        return examples(store, store.voices(brand, days, limit=_FEW, scope=scope, **chosen), scope)

    return Letter(
        digest.name, brand, digest.every, days, page,
        tuple(advocates(store, brand, since, until, limit=_FRIENDS, scope=scope)),
        changes(store, brand, since, until, now=now, scope=scope),
        some(intent="complaint", order="urgent"), some(intent="praise", order="warmest") or
        some(sentiment="positive", order="warmest"), some(intent="idea", order="newest"),
        some(intent="buying", order="urgent"),
        coverage(store, since, until, now=now, scope=scope, brands=[brand], texts=_TEXTS),
        scorecard(store, 6, now=until, scope=scope) if digest.every == "monthly" else None,
        InboxFilter(brands=(brand,), since=since, until=until, fold=False),
    )  # fmt: skip
