"""Month by month, what the team did with what it heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from listening.store.coverage import Coverage
from listening.store.figures import Count, Days
from listening.store.schema.quicker import BECAME, CLOSED, COMPLAINT, DEALT, IDEA, SALE, TAKEN_UP, WORKED
from listening.store.scope import EVERYTHING, Scope
from listening.store.stances import ADVOCACY, NEGATIVE
from listening.store.voices import bounds

_WORKED = f"""
SELECT coalesce(sum(became & {COMPLAINT | DEALT} = {COMPLAINT | DEALT}), 0),
    coalesce(sum(became & {COMPLAINT | CLOSED} = {COMPLAINT | CLOSED}), 0),
    coalesce(sum(became & {COMPLAINT | SALE} = {COMPLAINT | SALE}), 0), coalesce(sum(became & {SALE} > 0), 0),
    coalesce(sum(became & {IDEA | TAKEN_UP} = {IDEA | TAKEN_UP}), 0)
FROM (SELECT {BECAME} AS became FROM brands b CROSS JOIN mentions m INDEXED BY mentions_worked ON m.brand_id = b.id
    WHERE b.ours AND m.published >= ? AND m.published < ? AND m.copy = 0 AND NOT m.shelved AND {WORKED} AND {{hidden}})
"""
_DEALT = "(m.answered IS NOT NULL OR m.status IN ('answered', 'closed'))"
_ADVOCATES = f"""
SELECT count(DISTINCT coalesce(o.person_id, v.author_id)), count(DISTINCT CASE WHEN {_DEALT}
    OR EXISTS (SELECT 1 FROM mention_tags g WHERE g.mention_id = m.id AND g.tag IN ('thanked', 'thanks'))
    THEN coalesce(o.person_id, v.author_id) END)
FROM brands b CROSS JOIN stances v ON v.brand_id = b.id JOIN mentions m ON m.id = v.mention_id
LEFT JOIN persons o ON o.author_id = v.author_id
WHERE b.ours AND v.published >= ? AND v.published < ? AND v.said & {ADVOCACY} AND NOT v.said & {NEGATIVE} AND {{hidden}}
"""
_HEARD = """
SELECT count(DISTINCT CASE WHEN s.kind = 'board' THEN s.id END), count(DISTINCT nullif(h.site, '')),
    coalesce(sum(CASE WHEN h.kind = 'email' THEN h.posts END), 0)
FROM heard h JOIN sources s ON s.id = h.source_id WHERE h.month = ? AND {hidden}
"""


@dataclass(frozen=True, slots=True)
class Scores:
    """One month. What is heard counts all posts; the others count mentions of our own brands that were made in it."""

    boards: int
    sites: int
    mails: int
    complaints: int
    ideas: int
    answered: int
    resolved: int
    turned: int  # complaints that ended in a sale
    sales: int
    passed_on: int
    advocates: int  # people
    thanked: int


class Scoring(Coverage):
    """What the scorecard counts."""

    def scores(self, days: Days, *, scope: Scope = EVERYTHING) -> Scores:
        """The figures of the days of one month."""
        hidden, values = scope.sources("m.source_id")
        bound = [*bounds(self.calendar(), days), *values]
        worked = self.db.conn.execute(_WORKED.format(hidden=hidden), bound).fetchone()
        advocates = _ADVOCATES.format(hidden=scope.sources("v.source_id")[0])
        people = self.db.conn.execute(advocates, bound).fetchone()
        month = [f"{days.first:%Y-%m}", *values]
        heard = self.db.conn.execute(_HEARD.format(hidden=scope.sources("s.id")[0]), month).fetchone()
        return Scores(*heard, *self._written(days, ("complaint", "idea"), scope), *worked, *people)

    def _written(self, days: Days, intents: Sequence[str], scope: Scope) -> list[int]:
        """How many mentions of our brands were written for each of these reasons."""
        ours = [name for name, mine in self.db.conn.execute("SELECT name, ours FROM brands") if mine]
        found = self.figures(ours, days, ["name"], kind="intent", scope=scope)
        return [found.get((intent,), Count()).mentions for intent in intents]
