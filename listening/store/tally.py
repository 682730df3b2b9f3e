"""Figures by day, kept with the mentions: how many, how they feel, their aspects, intents and sites."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from listening.store.calendar import Calendar, calendar

KINDS = ("all", "aspect", "intent", "site")
_LABELS = {"negative": 1, "neutral": 2, "positive": 3}
_ADD = (
    "INSERT INTO figures (brand_id, kind, day, source_id, name, mentions, negative, neutral, positive) "
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
    "SELECT m.id, m.brand_id, p.source_id, p.domain, m.published, m.label, m.intents, "
    "(SELECT json_group_array(json_array(a.aspect, a.label)) FROM aspects a WHERE a.mention_id = m.id) "
    "FROM mentions m JOIN posts p ON p.id = m.post_id "
    "WHERE m.id IN (SELECT value FROM json_each(?)) AND NOT m.shelved"
)
_FEELINGS = "coalesce(sum({0} = 'negative'), 0), coalesce(sum({0} = 'neutral'), 0), coalesce(sum({0} = 'positive'), 0)"
_EACH = "FROM mentions m JOIN posts p ON p.id = m.post_id"
PARTS = (  # kind, name, the label that feels, further tables
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
    """What a transaction changes in the figures, written once at its end."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn, self.day = conn, calendar(conn).day
        # (brand, day, source) and (brand, kind, day, source, name) -> mentions, negative, neutral, positive
        self.days: defaultdict[tuple[int, str, int], list[int]] = defaultdict(_none)
        self.parts: defaultdict[tuple[int, str, str, int, str], list[int]] = defaultdict(_none)

    def count(
        self, brand: int, place: Place, label: str | None, intents: Sequence[str],
        aspects: Iterable[tuple[str, str | None]], step: int,
    ) -> None:  # fmt: skip
        """Count a mention that is not shelved in (step 1) or out (-1); `aspects` are names and labels."""
        source, site, published = place
        day, at = self.day(published), _LABELS.get(label or "", 0)
        parts = self.parts
        touched = [self.days[brand, published[:10], source], parts[brand, "all", day, source, ""]]
        touched.append(parts[brand, "site", day, source, site])
        touched += [parts[brand, "intent", day, source, name] for name in intents]
        for counts in touched:
            counts[0] += step
            if at:
                counts[at] += step
        for name, feels in aspects:
            counts = parts[brand, "aspect", day, source, name]
            counts[0] += step
            if feels:
                counts[_LABELS[feels]] += step

    def write(self) -> None:
        """Add all of it to the figures."""
        self.conn.executemany(_ADD_TO_DAY, [(*key, *counts) for key, counts in self.days.items() if any(counts)])
        rows = [(*key, *counts) for key, counts in self.parts.items() if any(counts)]
        rows.sort()  # in the order in which they are kept: pages are changed once
        self.conn.executemany(_ADD, rows)
        self.days.clear()
        self.parts.clear()

    def stored(self, mentions: str, step: int) -> None:
        """Count mentions as they are stored now; `mentions` are their ids as JSON."""
        for _, brand, source, site, published, label, intents, aspects in self.conn.execute(_COUNTED, [mentions]):
            self.count(brand, Place(source, site, published), label, names(intents), json.loads(aspects), step)


def names(intents: str) -> tuple[str, ...]:
    """The intents that a mention's row holds as one text."""
    return tuple(intents.split(", ")) if intents else ()


@contextmanager
def counted(conn: sqlite3.Connection, mention_ids: Collection[int]) -> Iterator[None]:
    """Whatever is changed in these mentions inside, or that they go, the figures follow. Within a transaction."""
    ids, tally = json.dumps(list(mention_ids)), Tally(conn)
    tally.stored(ids, -1)
    yield
    tally.stored(ids, 1)
    tally.write()


def recount(conn: sqlite3.Connection, table: str = "figures") -> None:
    """Count all figures anew from the mentions, into an empty table."""
    teach(conn, calendar(conn))
    for kind, name, feels, more in PARTS:
        conn.execute(
            f"INSERT INTO {table} SELECT m.brand_id, '{kind}', local_day(m.published), p.source_id, {name}, count(*), "
            f"{_FEELINGS.format(feels)} {_EACH}{more} WHERE NOT m.shelved GROUP BY 1, 2, 3, 4, 5"
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


def teach(conn: sqlite3.Connection, days: Calendar) -> None:
    """Give a connection the functions that these figures are counted with."""
    conn.create_function("local_day", 1, days.day, deterministic=True)
    conn.create_function("names", 1, _listed, deterministic=True)


@lru_cache(maxsize=1 << 12)
def _listed(intents: str) -> str:
    return json.dumps(names(intents))


def _none() -> list[int]:
    return [0, 0, 0, 0]
