"""Month by month, what the team did with what it heard."""

from __future__ import annotations

from dataclasses import dataclass

from listening.store.coverage import Coverage
from listening.store.figures import Days
from listening.store.scope import EVERYTHING, Scope
from listening.store.voices import bounds

_HAS = "instr(', ' || m.intents || ',', ', {},')"
_COUNTED = "m.published >= ? AND m.published < ? AND m.copy = 0 AND NOT m.shelved AND b.ours AND {hidden}"
_SCORES = f"""
SELECT coalesce(sum({_HAS.format("complaint")}), 0),
    coalesce(sum({_HAS.format("complaint")} AND (m.answered IS NOT NULL OR m.status IN ('answered', 'closed'))), 0),
    coalesce(sum({_HAS.format("complaint")} AND m.status = 'closed'), 0),
    coalesce(sum({_HAS.format("complaint")} AND m.outcome = 'sale'), 0),
    coalesce(sum(m.outcome = 'sale'), 0),
    coalesce(sum({_HAS.format("idea")}), 0),
    coalesce(sum({_HAS.format("idea")} AND (m.outcome = 'used'
        OR m.status IN ('in progress', 'answered', 'closed'))), 0)
FROM mentions m JOIN brands b ON b.id = m.brand_id
WHERE {_COUNTED} AND (m.intents <> '' OR m.outcome <> '')
"""
_ADVOCATES = f"""
SELECT count(DISTINCT p.author_id), count(DISTINCT CASE WHEN m.answered IS NOT NULL
    OR m.status IN ('answered', 'closed') OR EXISTS (SELECT 1 FROM mention_tags g WHERE g.mention_id = m.id
    AND g.tag IN ('thanked', 'thanks')) THEN p.author_id END)
FROM mentions m JOIN brands b ON b.id = m.brand_id JOIN posts p ON p.id = m.post_id
WHERE {_COUNTED} AND {_HAS.format("advocacy")} AND m.label IS NOT 'negative'
"""
_HEARD = """
SELECT count(DISTINCT CASE WHEN s.kind = 'board' THEN s.id END), count(DISTINCT s.id), count(DISTINCT p.domain),
    count(DISTINCT CASE WHEN p.kind = 'email' THEN p.id END)
FROM posts p JOIN sources s ON s.id = p.source_id WHERE p.published >= ? AND p.published < ? AND {hidden}
"""


@dataclass(frozen=True, slots=True)
class Scores:
    """One month. What is heard counts all posts; the others count mentions of our own brands that were made in it."""

    boards: int
    sources: int
    sites: int
    mails: int
    complaints: int
    answered: int
    resolved: int
    turned: int  # complaints that ended in a sale
    sales: int
    ideas: int
    passed_on: int
    advocates: int
    thanked: int


class Scoring(Coverage):
    """What the scorecard counts."""

    def scores(self, days: Days, *, scope: Scope = EVERYTHING) -> Scores:
        """The figures of some days."""
        begin_end = list(bounds(self.calendar(), days))
        of_mentions, values = scope.sources("m.source_id")
        of_posts, _ = scope.sources("p.source_id")
        mentions = self.db.conn.execute(_SCORES.format(hidden=of_mentions), [*begin_end, *values]).fetchone()
        people = self.db.conn.execute(_ADVOCATES.format(hidden=of_mentions), [*begin_end, *values]).fetchone()
        heard = self.db.conn.execute(_HEARD.format(hidden=of_posts), [*begin_end, *values]).fetchone()
        return Scores(*heard, *mentions, *people)
