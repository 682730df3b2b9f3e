"""How soon somebody should look at a mention: points from 0 to 100, as a sum whose parts are shown.

Points, all of them meant to be argued about:

- Each intent has its points in its file (safety 70, legal and press 60, leaving 40, complaint 30, buying 25, question
  15), times its confidence; the strongest counts in full, each other one a third. Spam, jobs and promotions take away.
- Feeling: up to 15, in proportion to how negative it is toward the brand.
- Reach: 5 for each power of ten of the author's followers, or of the post's views, above 100; up to 20. It only
  counts where something else does: a famous author who is pleased needs no one.
- What a person corrects counts as they say: an intent they named in full, one they took away not at all, a feeling they
  called negative as at least half of what it can be, any other as nothing.
- Wait: half a point for each hour without an answer, up to 25, and not more than the other parts. It depends on the
  moment and is added when it is shown (`waited`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta

from listening.post import Intent, Post, Urgency

_FEELING = 15
_REACH, _REACH_STEP, _REACH_FROM = 20, 5, 100
_NONE = Urgency()
_SAID_NEGATIVE = -0.5  # where a person hears what was not heard, or in a language that is not scored
_WAIT, _WAIT_STEP = 25, 0.5  # points at most; for each hour


def urgency(people: int, intents: Sequence[Intent], score: float | None, points: Mapping[str, int]) -> Urgency:
    """The parts that do not depend on the moment.

    `people`: whom it may reach, as `reached` says. `points`: what each intent is worth at full confidence.
    """
    if not intents and (score is None or score >= 0):
        return _NONE
    parts = [(intent.name, points.get(intent.name, 0) * intent.confidence) for intent in intents]
    if len(parts) > 1:
        parts.sort(key=_worth, reverse=True)
        parts[1:] = [(name, worth if worth < 0 else worth / 3) for name, worth in parts[1:]]
    if score is not None and score < 0:
        parts.append(("feeling", -_FEELING * score))
    shown = [(name, round(worth)) for name, worth in parts if worth >= 0.5 or worth <= -0.5]
    if people > _REACH_FROM and sum([worth for _, worth in shown]) > 0:
        shown.append(("reach", min(_REACH, round(_REACH_STEP * math.log10(people / _REACH_FROM)))))
    return Urgency(tuple([part for part in shown if part[1]]))


def reached(post: Post) -> int:
    """How many people a post may reach: its author's followers or its views, whichever are more."""
    return max((post.author.followers if post.author else 0) or 0, post.views or 0)


def said(label: str, score: float | None) -> float | None:
    """The score that counts where a person said how a mention feels."""
    if label != "negative":
        return None
    return _SAID_NEGATIVE if score is None else min(score, _SAID_NEGATIVE)


def _worth(part: tuple[str, float]) -> float:
    return part[1]


def waited(at_first: Urgency, wait: timedelta) -> Urgency:
    """The urgency of a mention that has waited so long for an answer; a wait below 0 counts as none."""
    hours = max(0.0, wait.total_seconds() / 3600)
    points = min(_WAIT, round(_WAIT_STEP * hours), at_first.total)
    return Urgency((*at_first.parts, ("wait", points))) if points else at_first
