"""Figures that screens and digests are made of: whole days of the team's time zone, each thing said counted once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from listening.store import tally
from listening.store.calendar import Calendar, calendar
from listening.store.connection import Connection
from listening.store.scope import EVERYTHING, Scope
from listening.store.tally import ALL_SOURCES

_GROUPS = {"brand": "b.name", "day": "f.day", "source": "s.name", "name": "f.name"}
_SUM = "sum(f.mentions), sum(f.negative), sum(f.neutral), sum(f.positive)"
_ALL = (
    f"SELECT {{groups}}, {_SUM} FROM brands b CROSS JOIN figures f ON f.brand_id = b.id AND f.kind = ? "
    f"AND f.source_id = {ALL_SOURCES} AND f.day BETWEEN ? AND ? WHERE b.name IN ({{brands}})"
)
_BY_SOURCE = (
    f"SELECT {{groups}}, {_SUM} FROM brands b CROSS JOIN sources s CROSS JOIN figures f ON f.brand_id = b.id "
    "AND f.kind = ? AND f.source_id = s.id AND f.day BETWEEN ? AND ? WHERE b.name IN ({brands}) AND {hidden}"
)


@dataclass(frozen=True, slots=True)
class Count:
    """Mentions, and how many of them feel which way; the others could not be scored."""

    mentions: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.mentions + other.mentions, self.negative + other.negative, self.neutral + other.neutral,
            self.positive + other.positive,
        )  # fmt: skip

    @property
    def scored(self) -> int:
        """How many have a feeling at all."""
        return self.negative + self.neutral + self.positive

    @property
    def unscored(self) -> int:
        """How many are in a language that cannot be scored, or say nothing that could be: never neutral ones."""
        return self.mentions - self.scored

    @property
    def net(self) -> float | None:
        """(positive - negative) / scored, from -1 to 1; None where nothing was scored."""
        return (self.positive - self.negative) / self.scored if self.scored else None

    @property
    def feelings(self) -> dict[str, int]:
        """By label."""
        return {"negative": self.negative, "neutral": self.neutral, "positive": self.positive}


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days, the first and the last of them."""

    first: date
    last: date

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def each(self) -> list[str]:
        """All of them, as text."""
        return list(_each(self.first, self.last))

    def before(self, days: int | None = None) -> Days:
        """As many days (or so many) right before these."""
        return Days(self.first - timedelta(days=days or len(self)), self.first - timedelta(days=1))


@lru_cache(maxsize=256)
def _each(first: date, last: date) -> tuple[str, ...]:
    return tuple((first + timedelta(days=i)).isoformat() for i in range((last - first).days + 1))


class Figures(Connection):
    """Sums over the roll-up, in which private sources may be left out."""

    def calendar(self) -> Calendar:
        """The time zone in whose days figures are counted."""
        return calendar(self.db.conn)

    def use_zone(self, name: str) -> bool:
        """Count days in another time zone from now on; returns whether that changed anything."""
        if self.calendar().name == name:
            return False
        ZoneInfo(name)
        with self.writing() as conn:
            conn.execute("UPDATE calendar SET zone = ?", [name])
            conn.execute("DELETE FROM figures")
            tally.recount(conn)
            conn.execute("DELETE FROM flipped")
        return True

    def figures(
        self, brands: str | Sequence[str], days: Days, by: Iterable[str] = (), *, kind: str = "all",
        scope: Scope = EVERYTHING, sources: Sequence[str] | None = None,
    ) -> dict[tuple[str, ...], Count]:  # fmt: skip
        """Count per group, copies left out; `by` are any of "brand", "day", "source" and "name", in this order.

        `kind` says of what: "all", "aspect" (with the feeling toward it), "intent" or "site", whose names are "name".
        Without `by` there is one group, (). Groups of nothing are left out. `sources`: of what these brought alone.
        """
        names, groups = [brands] if isinstance(brands, str) else list(brands), list(by)
        hidden, values = scope.sources("s.id")
        if sources is not None:
            hidden, values = f"{hidden} AND s.name IN ({', '.join('?' * len(sources))})", [*values, *sources]
        query = _BY_SOURCE if "source" in groups or values or sources is not None else _ALL
        marks, columns = ", ".join("?" * len(names)), ", ".join(_GROUPS[each] for each in groups)
        sql = query.format(groups=columns or "1", brands=marks, hidden=hidden)
        grouped = f" GROUP BY {columns}" if groups else ""
        ordered = f" ORDER BY {columns}" if groups else ""
        bound = [kind, days.first.isoformat(), days.last.isoformat(), *names, *values]
        rows = self.db.conn.execute(f"{sql}{grouped} HAVING sum(f.mentions) > 0{ordered}", bound)
        return {row[:-4] if groups else (): Count(*row[-4:]) for row in rows}

    def total(self, brand: str, days: Days, *, scope: Scope = EVERYTHING) -> Count:
        """All mentions of a brand in some days."""
        return self.figures(brand, days, scope=scope).get((), Count())

    def brand_names(self) -> list[tuple[str, bool]]:
        """Active brands, and whether they are ours."""
        rows = self.db.conn.execute("SELECT name, ours FROM brands WHERE active ORDER BY ours DESC, name")
        return [(str(name), bool(ours)) for name, ours in rows]

    def first_day(self, brands: Sequence[str]) -> date | None:
        """The day of the first mention of any of these brands."""
        marks = ", ".join("?" * len(brands))
        found = self.db.conn.execute(
            f"SELECT min(day) FROM figures WHERE kind = 'all' AND source_id = {ALL_SOURCES} "
            f"AND brand_id IN (SELECT id FROM brands WHERE name IN ({marks}))",
            list(brands),
        ).fetchone()[0]
        return date.fromisoformat(found) if found else None
