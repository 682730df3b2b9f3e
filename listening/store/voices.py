"""What was said: texts to find words in, examples to show, and who speaks for a brand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listening.store.calendar import Calendar
from listening.store.figures import Days, Figures
from listening.store.scope import EVERYTHING, Scope

_VOICE = (
    "m.id, m.published, m.label, m.score, m.intents, m.urgency, m.status, coalesce(nullif(p.title, ''), t.title, ''), "
    "p.text, coalesce(a.name, ''), p.author_id, s.name, p.domain, p.url, coalesce(a.followers, 0), p.likes"
)
_FROM = (
    "FROM mentions m {index}JOIN posts p ON p.id = m.post_id JOIN sources s ON s.id = p.source_id "
    "LEFT JOIN authors a ON a.id = p.author_id LEFT JOIN threads t ON t.id = p.thread_id "
    "WHERE m.brand_id = (SELECT id FROM brands WHERE name = ?) AND m.published >= ? AND m.published < ? "
    "AND m.copy = 0 AND NOT m.shelved AND p.deleted IS NULL AND {hidden}"
)
_LOOKED_AT = 2000  # the newest words of praise among which advocates are sought
_SPREAD = "(m.id * 2654435761 % 4294967296 >> 8)"  # a number that follows no pattern (Knuth's multiplicative hash)
_SPARSE = 16  # of so many mentions the index mentions_spread holds one
_PRAISE = "(instr(', ' || m.intents || ',', ', advocacy,') OR instr(', ' || m.intents || ',', ', praise,'))"
_PEOPLE = (
    "SELECT p.author_id, a.name, a.platform, a.url, coalesce(a.followers, 0), count(*), "
    "sum(instr(', ' || m.intents || ',', ', advocacy,') > 0), max(m.published), max(m.id) FROM (SELECT m.id, "
    "m.post_id, m.intents, m.published FROM mentions m INDEXED BY mentions_praise WHERE m.brand_id = (SELECT id "
    "FROM brands WHERE name = ?) AND m.published >= ? AND m.published < ? AND m.copy = 0 AND NOT m.shelved "
    f"AND {_PRAISE} AND m.label IS NOT 'negative' AND {{hidden}} ORDER BY m.published DESC LIMIT {_LOOKED_AT}) m "
    "JOIN posts p ON p.id = m.post_id JOIN authors a ON a.id = p.author_id WHERE p.deleted IS NULL "
    "GROUP BY p.author_id ORDER BY 7 DESC, 6 DESC, 5 DESC, 8 DESC LIMIT ?"
)


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


@dataclass(frozen=True, slots=True)
class Advocate:
    """An author who speaks for a brand: how often with praise, and how often by recommending it to others."""

    author_id: int
    name: str
    platform: str
    url: str
    followers: int
    praise: int
    recommends: int
    last: str
    mention_id: int  # the newest of those


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

    def advocates(self, brand: str, days: Days, *, limit: int = 10, scope: Scope = EVERYTHING) -> list[Advocate]:
        """Who recommended a brand or praised it, of the newest 2,000 such: who recommends first, then by how often."""
        sql, values = _PEOPLE, self._bound(brand, days)
        hidden, more = scope.sources("m.source_id")
        rows = self.db.conn.execute(
            sql.format(index="INDEXED BY mentions_praise ", hidden=hidden), [*values, *more, limit]
        )
        return [Advocate(*row) for row in rows]

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
