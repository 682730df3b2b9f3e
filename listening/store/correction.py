"""What follows for a mention from what people said is right."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from listening.post import Intent, Urgency
from listening.urgency import said, urgency

BY_PERSON = "corrected by a person"  # shown as evidence
_PEOPLE = (
    "SELECT max(coalesce(a.followers, 0), coalesce(p.views, 0)) FROM posts p LEFT JOIN authors a ON a.id = p.author_id "
    "WHERE p.id = ?"
)


def corrected_urgency(
    conn: sqlite3.Connection, post_id: int, intents: Sequence[Intent], score: float | None, label: str | None
) -> Urgency | None:
    """The urgency by what people said; None where no points are known.

    `intents` are those that are right, `label` what somebody said of the feeling, if they did.
    """
    points = dict(conn.execute("SELECT name, points FROM intent_points").fetchall())
    if not points:
        return None
    people = conn.execute(_PEOPLE, [post_id]).fetchone()
    return urgency(people[0] if people else 0, intents, score if label is None else said(label, score), points)
