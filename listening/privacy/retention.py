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
    keep, worked_on = config.settings.keep_mentions, config.settings.keep_worked_on
    mentions = 0
    if isinstance(keep, timedelta):
        longer = now - max(keep, worked_on) if isinstance(worked_on, timedelta) else None
        mentions = store.forget_mentions(now - keep, longer)
        tell("posts with old mentions", mentions)
    people = store.forget_silent()
    tell("people of whom nothing is left", people)
    scrubbed = not store.unscrubbed() or store.scrub()
    return Tidied(unmatched, mentions, people, scrubbed)
