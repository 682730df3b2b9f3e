"""Letting go of what is older than an installation keeps, and of people of whom nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from listening.config import Config
from listening.store import Store

Progress = Callable[[str, int], None]  # what is let go, how many so far


@dataclass(frozen=True, slots=True)
class Tidied:
    """What was let go."""

    unmatched: int  # posts without a mention
    mentions: int  # posts with mentions that were older than `keep_mentions`
    people: int  # authors of whom nothing is left
    scrubbed: bool  # nothing that was erased is left in free pages


def tidy(store: Store, config: Config, now: datetime, progress: Progress | None = None) -> Tidied:
    """Let go of what is older than the configuration keeps, in steps that keep nobody waiting; finish erasures.

    What the team worked on stays for `keep_worked_on`.
    """
    tell = progress or (lambda *_: None)
    unmatched = store.forget_unmatched(now)
    tell("posts without a mention", unmatched)
    mentions = 0
    if (bounds := _bounds(config, now)) is not None:
        mentions = store.forget_mentions(*bounds)
        tell("posts with old mentions", mentions)
    people = store.forget_silent()
    tell("people of whom nothing is left", people)
    scrubbed = not store.unscrubbed() or store.scrub()
    return Tidied(unmatched, mentions, people, scrubbed)


def foresee(store: Store, config: Config, now: datetime) -> Tidied:
    """What `tidy` would let go now, by counting; nothing is changed. People who become silent by it are not counted."""
    bounds = _bounds(config, now)
    mentions = 0 if bounds is None else store.count_old_mentions(*bounds)
    return Tidied(store.count_unmatched(now), mentions, store.count_silent(), not store.unscrubbed())


def _bounds(config: Config, now: datetime) -> tuple[datetime, datetime | None] | None:
    """Before when mentions go, and before when those that the team worked on (None: never); None: all stay."""
    keep, worked_on = config.settings.keep_mentions, config.settings.keep_worked_on
    if not isinstance(keep, timedelta):
        return None
    return now - keep, now - worked_on if isinstance(worked_on, timedelta) else None
