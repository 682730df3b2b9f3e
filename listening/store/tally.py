"""Figures by day, kept with the mentions: how many, how they feel, their aspects, intents and sites."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from listening.store.calendar import calendar
from listening.store.rollup import ADD_TO_HOUR

KINDS = ("all", "aspect", "intent", "site")
_LABELS = {"negative": 1, "neutral": 2, "positive": 3}
ALL_SOURCES = 0  # the row that sums up those of each source
_ADD = (
    "INSERT INTO figures (brand_id, kind, source_id, day, name, mentions, negative, neutral, positive) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET mentions = mentions + excluded.mentions, negative = negative + excluded.negative, "
    "neutral = neutral + excluded.neutral, positive = positive + excluded.positive"
)
_ADD_TO_DAY = (
    "INSERT INTO daily (brand_id, day, source_id, mentions, negative, neutral, positive) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET mentions = mentions + excluded.mentions, negative = negative + excluded.negative, "
    "neutral = neutral + excluded.neutral, positive = positive + excluded.positive"
)
_COUNTED = (
    "SELECT m.brand_id, m.source_id, p.domain, m.published, m.label, m.intents, m.copy, "
    "(SELECT json_group_array(json_array(a.aspect, a.label)) FROM aspects a WHERE a.mention_id = m.id) "
    "FROM mentions m JOIN posts p ON p.id = m.post_id WHERE m.id IN (SELECT value FROM json_each(?)) AND NOT m.shelved"
)
_FLIPPED = "SELECT json_group_array(mention_id) FROM (SELECT mention_id FROM flipped GROUP BY 1 HAVING sum(step) = ?)"
_FEELINGS = "coalesce(sum({0} = 'negative'), 0), coalesce(sum({0} = 'neutral'), 0), coalesce(sum({0} = 'positive'), 0)"
_EACH = "FROM mentions m JOIN posts p ON p.id = m.post_id"
_PARTS = (  # kind, name, the label that feels, further tables
    ("all", "''", "m.label", ""),
    ("site", "p.domain", "m.label", ""),
    ("aspect", "a.aspect", "a.label", " JOIN aspects a ON a.mention_id = m.id"),
    ("intent", "i.value", "m.label", " JOIN json_each(names(m.intents)) i"),
)


class Place(NamedTuple):
    """Where and when a mention stands: what its figures are counted under."""

    source_id: int
    site: str
    published: str


class Tally:
    """What a transaction changes in the figures, written once at its end. `daily` counts copies, `figures` do not."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn, self.day = conn, calendar(conn).day
        # (brand, day, source) and (brand, kind, source, day, name) -> mentions, negative, neutral, positive
        self.days: defaultdict[tuple[int, str, int], list[int]] = defaultdict(_none)
        self.parts: defaultdict[tuple[int, str, int, str, str], list[int]] = defaultdict(_none)
        self.hours: defaultdict[tuple[int, str, int], list[int]] = defaultdict(_none)  # mentions, negative, scored

    def count(
        self, brand: int, place: Place, label: str | None, intents: Sequence[str],
        aspects: Iterable[tuple[str, str | None]], step: int, *, copy: bool = False,
    ) -> None:  # fmt: skip
        """Count a mention that is not shelved in (step 1) or out (-1); `aspects` are names and labels."""
        source, _, published = place
        at = _LABELS.get(label or "", 0)
        day, hour = self.days[brand, published[:10], source], self.hours[brand, published[:13], source]
        day[0] += step
        hour[0] += step
        if at:
            day[at] += step
            hour[1] += step * (at == 1)
            hour[2] += step
        if not copy:
            self._count_parts(brand, place, label, intents, aspects, step)

    def _count_parts(
        self, brand: int, place: Place, label: str | None, intents: Sequence[str],
        aspects: Iterable[tuple[str, str | None]], step: int,
    ) -> None:  # fmt: skip
        """Count what copies are left out of."""
        source, site, published = place
        day, parts, at = self.day(published), self.parts, _LABELS.get(label or "", 0)
        touched = [parts[brand, "all", source, day, ""], parts[brand, "site", source, day, site]]
        touched += [parts[brand, "intent", source, day, name] for name in intents]
        for name, feels in aspects:
            counts = parts[brand, "aspect", source, day, name]
            counts[0] += step
            if feels:
                counts[_LABELS[feels]] += step
        for counts in touched:
            counts[0] += step
            if at:
                counts[at] += step

    def stored(self, mentions: str, step: int) -> None:
        """Count mentions as they are stored now; `mentions` are their ids as JSON."""
        for brand, source, site, published, label, intents, copy, aspects in self.conn.execute(_COUNTED, [mentions]):
            place = Place(source, site, published)
            self.count(brand, place, label, names(intents), json.loads(aspects), step, copy=copy)

    def follow(self) -> None:
        """Count what turned out to be a copy since out, and what is none any more in. Before a mention changes."""
        if self.conn.execute("SELECT EXISTS (SELECT 1 FROM flipped)").fetchone()[0]:
            for step in (1, -1):  # it became a copy, or stopped being one
                flipped = self.conn.execute(_FLIPPED, [step]).fetchone()[0]
                for brand, source, site, published, label, intents, _, aspects in self.conn.execute(
                    _COUNTED, [flipped]
                ):
                    place, known = Place(source, site, published), (names(intents), json.loads(aspects))
                    self._count_parts(brand, place, label, *known, -step)
            self.conn.execute("DELETE FROM flipped")

    def write(self) -> None:
        """Add all of it to the figures."""
        self.follow()
        self.conn.executemany(_ADD_TO_DAY, [(*key, *counts) for key, counts in self.days.items() if any(counts)])
        sums: defaultdict[tuple[int, str, int, str, str], list[int]] = defaultdict(_none)
        rows = []
        for (brand, kind, source, day, name), counts in self.parts.items():
            if any(counts):
                rows.append((brand, kind, source, day, name, *counts))
                total = sums[brand, kind, ALL_SOURCES, day, name]
                for at, value in enumerate(counts):
                    total[at] += value
        rows += [(*key, *counts) for key, counts in sums.items() if any(counts)]
        rows.sort()  # in the order in which they are kept: pages are changed once
        self.conn.executemany(_ADD, rows)
        self.conn.executemany(
            ADD_TO_HOUR, sorted((*key, *counts[:3]) for key, counts in self.hours.items() if any(counts))
        )
        self.days.clear()
        self.parts.clear()
        self.hours.clear()


def names(intents: str) -> tuple[str, ...]:
    """The intents that a mention's row holds as one text."""
    return tuple(intents.split(", ")) if intents else ()


@contextmanager
def counted(conn: sqlite3.Connection, mention_ids: Collection[int]) -> Iterator[None]:
    """Whatever is changed in these mentions inside, or that they go, the figures follow. Within a transaction."""
    ids, tally = json.dumps(list(mention_ids)), Tally(conn)
    tally.follow()
    tally.stored(ids, -1)
    yield
    conn.execute("DELETE FROM flipped WHERE mention_id IN (SELECT value FROM json_each(?))", [ids])
    tally.stored(ids, 1)
    tally.write()


def recount(conn: sqlite3.Connection, table: str = "figures") -> None:
    """Count all figures anew from the mentions, into an empty table."""
    conn.create_function("local_day", 1, calendar(conn).day, deterministic=True)
    conn.create_function("names", 1, _listed, deterministic=True)
    for kind, name, feels, more in _PARTS:
        conn.execute(
            f"INSERT INTO {table} SELECT m.brand_id, '{kind}', m.source_id, local_day(m.published), {name}, count(*), "
            f"{_FEELINGS.format(feels)} {_EACH}{more} WHERE NOT m.shelved AND NOT m.copy GROUP BY 1, 2, 3, 4, 5"
        )
    conn.execute(
        f"INSERT INTO {table} SELECT brand_id, kind, {ALL_SOURCES}, day, name, sum(mentions), sum(negative), "
        f"sum(neutral), sum(positive) FROM {table} GROUP BY 1, 2, 4, 5"
    )


def differs(conn: sqlite3.Connection) -> bool:
    """Whether the figures are others than a recount gives; nobody who writes waits for this."""
    conn.execute("CREATE TEMP TABLE recounted AS SELECT * FROM figures WHERE 0")
    conn.execute("BEGIN")
    try:
        recount(conn, "temp.recounted")
        kept = "SELECT * FROM figures WHERE mentions <> 0"
        both = (("temp.recounted", kept), (f"({kept})", "SELECT * FROM temp.recounted"))
        queries = (f"SELECT EXISTS (SELECT * FROM {one} EXCEPT {other})" for one, other in both)
        return any(conn.execute(query).fetchone()[0] for query in queries)
    finally:
        conn.execute("COMMIT")
        conn.execute("DROP TABLE temp.recounted")


@lru_cache(maxsize=1 << 12)
def _listed(intents: str) -> str:
    return json.dumps(names(intents))


def _none() -> list[int]:
    return [0, 0, 0, 0]
