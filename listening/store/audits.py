"""What audits found: answers that measure how often our labels are right, and neither correct nor teach."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from listening.store.figures import Days
from listening.store.labels import Labels
from listening.store.scope import EVERYTHING, Scope
from listening.store.voices import Voices, bounds

UNRELATED = "unrelated"  # what people say of a mention that is not about its brand
_COUNTED = "m.judged IS NOT NULL AND NOT m.shelved AND m.copy = 0"
_CORRECTED = (
    "EXISTS (SELECT 1 FROM labels c WHERE c.post_id = m.post_id AND c.brand_id = m.brand_id AND c.kind = 'sentiment' "
    "AND NOT c.audit)"
)
_AUDITED = (
    f"SELECT m.judged, CASE l.kind WHEN 'relevance' THEN '{UNRELATED}' ELSE l.value END, count(*) FROM labels l "
    "JOIN mentions m ON m.post_id = l.post_id AND m.brand_id = l.brand_id JOIN brands b ON b.id = l.brand_id "
    "JOIN posts p ON p.id = l.post_id WHERE l.audit AND (l.kind = 'sentiment' OR l.kind = 'relevance' AND "
    f"l.value = 'no') AND ? IN ('', b.name) AND p.deleted IS NULL AND {_COUNTED} AND NOT {_CORRECTED} "
    "AND l.id = (SELECT max(x.id) FROM labels x WHERE x.post_id = l.post_id AND x.brand_id = l.brand_id AND x.audit) "
    "GROUP BY 1, 2"
)
_DRAWN = (
    "SELECT m.id FROM mentions m JOIN posts p ON p.id = m.post_id WHERE m.label = ? AND m.brand_id IN (SELECT id FROM "
    f"brands WHERE ? IN ('', name)) AND {_COUNTED} AND p.deleted IS NULL AND NOT EXISTS (SELECT "
    "1 FROM labels l WHERE l.post_id = m.post_id AND l.brand_id = m.brand_id AND (l.audit OR l.kind = 'sentiment')) "
    "ORDER BY random() LIMIT ?"
)
_SAID = (
    "SELECT m.label, count(*) FROM (SELECT DISTINCT post_id, brand_id FROM labels WHERE kind = 'sentiment' AND "
    "NOT audit AND brand_id IN (SELECT id FROM brands WHERE ? IN ('', name))) l CROSS JOIN mentions m "
    "ON m.post_id = l.post_id AND m.brand_id = l.brand_id WHERE m.label IS NOT NULL AND NOT m.shelved AND m.copy = 0"
)


class Audits(Labels, Voices):
    """Answers of audits, about mentions that are counted as they were computed: no copy, shelved or corrected one."""

    def audited(self, brand: str = "") -> dict[str, dict[str, int]]:
        """What we say of the audited mentions of a brand, or of all -> what people said, or UNRELATED -> how many.

        Mentions that were corrected since are left out, for rates that are found here are of those that nobody
        corrected.
        """
        found: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for judged, said, count in self.db.conn.execute(_AUDITED, [brand]):
            found[judged][said] = count
        return dict(found)

    def drawn(self, brand: str, label: str, count: int) -> list[int]:
        """At most `count` mentions that count with a label, drawn at random from those that nobody was asked about."""
        return [row[0] for row in self.db.conn.execute(_DRAWN, [label, brand, count])]

    def corrected(self, brand: str = "", days: Days | None = None, *, scope: Scope = EVERYTHING) -> Counter[str]:
        """How many mentions, of a brand or of all, in some days or ever, have each label because somebody said so."""
        hidden, values = scope.sources("m.source_id")
        query, bound = f"{_SAID} AND {hidden}", list[Any]([brand, *values])
        if days is not None:
            query, bound = f"{query} AND m.published >= ? AND m.published < ?", [*bound, *bounds(self.calendar(), days)]
        return Counter(dict(self.db.conn.execute(f"{query} GROUP BY 1", bound).fetchall()))
