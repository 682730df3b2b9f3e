"""Figures that screens and digests are made of: whole days of the team's time zone, each thing said counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from listening.store import tally
from listening.store.calendar import Calendar, calendar
from listening.store.connection import Connection
from listening.store.scope import EVERYTHING, Scope

_GROUPS = {"brand": "b.name", "day": "f.day", "source": "s.name", "name": "f.name"}
_PARTS = (
    "SELECT {groups}, sum(f.mentions), sum(f.negative), sum(f.neutral), sum(f.positive) FROM figures f {joins}"
    "WHERE f.brand_id IN (SELECT id FROM brands WHERE name IN ({brands})) AND f.kind = ? AND f.day BETWEEN ? AND ? "
    "AND {hidden} GROUP BY {groups} HAVING sum(f.mentions) <> 0"
)
_COPIED = (
    "SELECT {groups}, sum(f.mentions), sum(f.negative), sum(f.neutral), sum(f.positive) FROM (SELECT m.brand_id, "
    "local_day(m.published) AS day, p.source_id, {name} AS name, 1 AS mentions, {feels} IS 'negative' AS negative, "
    "{feels} IS 'neutral' AS neutral, {feels} IS 'positive' AS positive "
    "FROM mentions m INDEXED BY mentions_copies JOIN posts p ON p.id = m.post_id{more} "
    "WHERE m.copy = 1 AND NOT m.shelved AND m.brand_id IN (SELECT id FROM brands WHERE name IN ({brands})) "
    "AND m.published >= ? AND m.published < ?) f {joins}WHERE {hidden} GROUP BY {groups}"
)
_JOINS = {"brand": "JOIN brands b ON b.id = f.brand_id ", "source": "JOIN sources s ON s.id = f.source_id "}


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
        return [(self.first + timedelta(days=i)).isoformat() for i in range(len(self))]

    def before(self, days: int | None = None) -> Days:
        """As many days (or so many) right before these."""
        return Days(self.first - timedelta(days=days or len(self)), self.first - timedelta(days=1))


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
        return True

    def figures(
        self, brands: str | Sequence[str], days: Days, by: Iterable[str] = (), *, kind: str = "all",
        scope: Scope = EVERYTHING,
    ) -> dict[tuple[str, ...], Count]:  # fmt: skip
        """Counts per group, copies left out; `by` are any of "brand", "day", "source" and "name", in this order.

        `kind` says of what: "all", "aspect" (with the feeling toward it), "intent" or "site", whose names are "name".
        Without `by` there is one group, (). Groups of nothing are left out.
        """
        names = [brands] if isinstance(brands, str) else list(brands)
        groups = list(by)
        found: defaultdict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for sign, rows in ((1, self._parts(names, days, groups, kind, scope)),
                           (-1, self._repeated(names, days, groups, kind, scope))):  # fmt: skip
            for row in rows:
                counts = found[tuple(row[:-4]) if groups else ()]
                for at, value in enumerate(row[-4:]):
                    counts[at] += sign * (value or 0)
        return {key: Count(*counts) for key, counts in sorted(found.items()) if counts[0]}

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
            "SELECT min(day) FROM figures WHERE kind = 'all' "
            f"AND brand_id IN (SELECT id FROM brands WHERE name IN ({marks}))",
            list(brands),
        ).fetchone()[0]
        return date.fromisoformat(found) if found else None

    def _parts(self, brands: list[str], days: Days, by: list[str], kind: str, scope: Scope) -> list[tuple[Any, ...]]:
        hidden, values = scope.sources("f.source_id")
        sql = _PARTS.format(**_grouped(by), brands=", ".join("?" * len(brands)), hidden=hidden)
        bound = [*brands, kind, days.first.isoformat(), days.last.isoformat(), *values]
        return self.db.conn.execute(sql, bound).fetchall()

    def _repeated(self, brands: list[str], days: Days, by: list[str], kind: str, scope: Scope) -> list[tuple[Any, ...]]:
        known = self.calendar()
        tally.teach(self.db.conn, known)
        hidden, values = scope.sources("f.source_id")
        _, name, feels, more = next(part for part in tally.PARTS if part[0] == kind)
        sql = _COPIED.format(
            **_grouped(by), brands=", ".join("?" * len(brands)), hidden=hidden, name=name, feels=feels, more=more
        )
        begin, end = known.begin(days.first.isoformat()), known.end(days.last.isoformat())
        return self.db.conn.execute(sql, [*brands, begin, end, *values]).fetchall()


def _grouped(by: list[str]) -> dict[str, str]:
    return {
        "groups": ", ".join(_GROUPS[each] for each in by) or "1",
        "joins": "".join(_JOINS[each] for each in by if each in _JOINS),
    }
