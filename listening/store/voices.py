"""What was said: texts to find words in, examples to show, and who speaks for a brand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listening.store.calendar import Calendar
from listening.store.figures import Days, Figures
from listening.store.scope import EVERYTHING, Scope

_VOICE = (
    "m.id, m.published, m.label, m.score, m.intents, m.urgency, m.status, coalesce(nullif(p.title, ''), t.title, ''), "
    "p.text, coalesce(a.name, ''), p.author_id, s.name, p.domain, p.url, coalesce(a.followers, 0), p.likes, m.cluster"
)
_JOINED = (
    "JOIN posts p ON p.id = m.post_id JOIN sources s ON s.id = p.source_id "
    "LEFT JOIN authors a ON a.id = p.author_id LEFT JOIN threads t ON t.id = p.thread_id"
)
_FROM = (
    f"FROM mentions m {{index}}{_JOINED} "
    "WHERE m.brand_id = (SELECT id FROM brands WHERE name = ?) AND m.published >= ? AND m.published < ? "
    "AND m.copy = 0 AND NOT m.shelved AND p.deleted IS NULL AND {hidden}"
)
_SPREAD = "(m.id * 2654435761 % 4294967296 >> 8)"  # a number that follows no pattern (Knuth's multiplicative hash)
_SPARSE = 16  # of so many mentions the index mentions_spread holds one


@dataclass(frozen=True, slots=True)
class Voice:
    """One mention as an example: who said what, where."""

    mention_id: int
    published: str
    label: str | None
    score: float | None
    intents: str
    urgency: int
    status: str
    title: str
    text: str
    author: str
    author_id: int | None
    source: str
    site: str
    url: str
    followers: int
    likes: int | None
    cluster: int | None  # what it is a copy of, or others copy


class Voices(Figures):
    """Questions about words and people."""

    def sample(
        self, brand: str, days: Days, limit: int, *, scope: Scope = EVERYTHING, sentiment: str = ""
    ) -> list[Voice]:
        """At most about `limit` mentions spread evenly over some days, copies left out; always the same ones."""
        count = self.total(brand, days, scope=scope).mentions
        every = max(1, round(count / limit))
        sparse = every >= _SPARSE
        every -= every % _SPARSE if sparse else 0
        sql, values = self._voices(brand, days, scope, "mentions_spread" if sparse else "mentions_brand")
        sql += f" AND {_SPREAD} % {_SPARSE} = 0" * sparse
        chosen = f"SELECT {_VOICE} {sql} AND {_SPREAD} % ? = 0" + (" AND m.label = ?" if sentiment else "")
        bound = [*values, every, *([sentiment] if sentiment else [])]
        return [
            Voice(*row)
            for row in self.db.conn.execute(f"{chosen} ORDER BY m.published DESC LIMIT ?", [*bound, 2 * limit])
        ]

    def voices(
        self, brand: str, days: Days, *, limit: int, scope: Scope = EVERYTHING, intent: str = "", sentiment: str = "",
        order: str = "newest",
    ) -> list[Voice]:  # fmt: skip
        """Mentions of some days with an intent or a feeling: the "newest", most "urgent", "sharpest" or "warmest"."""
        sql, values = self._voices(brand, days, scope)
        for condition, value in (
            ("instr(', ' || m.intents || ',', ?)", intent and f", {intent},"),
            ("m.label = ?", sentiment),
        ):
            if value:
                sql, values = f"{sql} AND {condition}", [*values, value]
        query = f"SELECT {_VOICE} {sql} ORDER BY {_ORDERS[order]} LIMIT ?"
        return [Voice(*row) for row in self.db.conn.execute(query, [*values, limit])]

    def voices_of(self, mention_ids: Sequence[int]) -> list[Voice]:
        """These mentions as examples, in this order."""
        query = f"SELECT {_VOICE} FROM json_each(?) j CROSS JOIN mentions m ON m.id = j.value {_JOINED} ORDER BY j.key"
        return [Voice(*row) for row in self.db.conn.execute(query, [json.dumps(list(mention_ids))])]

    def _voices(self, brand: str, days: Days, scope: Scope, index: str = "mentions_brand") -> tuple[str, list[Any]]:
        hidden, values = scope.sources("m.source_id")
        return _FROM.format(index=f"INDEXED BY {index} ", hidden=hidden), [*self._bound(brand, days), *values]

    def _bound(self, brand: str, days: Days) -> list[Any]:
        return [brand, *bounds(self.calendar(), days)]


_ORDERS = {
    "newest": "m.published DESC, m.id DESC",
    "urgent": "m.urgency DESC, m.published DESC",
    "sharpest": "m.score, m.published DESC",
    "warmest": "m.score DESC, m.published DESC",
}


def bounds(calendar: Calendar, days: Days) -> tuple[str, str]:
    """The first moment of some days and the first after them, as the store holds times."""
    return calendar.begin(days.first.isoformat()), calendar.end(days.last.isoformat())


def moments(calendar: Calendar, days: Days) -> tuple[datetime, datetime]:
    """The same as aware times."""
    begin, end = bounds(calendar, days)
    return datetime.fromisoformat(begin), datetime.fromisoformat(end)
