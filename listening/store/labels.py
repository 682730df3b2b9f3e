"""What people said about judgements, and what was learnt from it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listening.store.connection import Connection
from listening.store.moment import iso
from listening.store.scope import EVERYTHING, Scope

_KNOWN = (
    "SELECT l.id, l.post_id, m.id, b.name, l.kind, l.value, l.who, l.made, p.url, p.title, p.text FROM labels l "
    "JOIN brands b ON b.id = l.brand_id JOIN posts p ON p.id = l.post_id "
    "LEFT JOIN mentions m ON m.post_id = l.post_id AND m.brand_id = l.brand_id "
    "WHERE l.audit = ? AND p.deleted IS NULL AND ? IN ('', b.name) AND l.id = (SELECT max(x.id) FROM labels x "
    "WHERE x.post_id = l.post_id AND x.brand_id = l.brand_id AND x.kind = l.kind AND x.audit = l.audit) ORDER BY l.id"
)
_OPEN = (
    "SELECT m.id, m.post_id, b.name, m.words, m.judged, m.score, m.relevance, m.shelved, m.why, p.title, p.text, "
    "p.url, coalesce(a.name, '') FROM mentions m JOIN brands b ON b.id = m.brand_id JOIN posts p ON p.id = m.post_id "
    "LEFT JOIN authors a ON a.id = p.author_id WHERE p.deleted IS NULL AND "
)
_UNASKED = (
    "? IN ('', b.name) AND NOT EXISTS (SELECT 1 FROM labels l WHERE l.post_id = m.post_id AND l.brand_id = m.brand_id)"
)

_UNAPPLIED = "unapplied"


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody said last about one judgement of one mention."""

    id: int
    post_id: int
    mention_id: int | None  # None where the mention is gone
    brand: str
    kind: str  # "relevance", "sentiment", "intent:NAME"
    value: str
    who: str
    made: str
    url: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Open:
    """A mention that a person may be asked about."""

    mention_id: int
    post_id: int
    brand: str
    words: tuple[str, ...]
    judged: str | None
    score: float | None
    relevance: float | None
    shelved: bool
    why: Mapping[str, Any]
    title: str
    text: str
    url: str
    author: str


class Labels(Connection):
    """Labels by people, and models learnt from them."""

    def add_labels(
        self, mention_id: int, values: Mapping[str, str], *, now: datetime, who: str = "", audit: bool = False
    ) -> list[int]:
        """Keep what somebody said of a mention (kind -> value); returns the ids of the labels, for `drop_labels`.

        Audit labels measure, and neither correct nor teach. Shown judgements change when the post is understood again.
        """
        with self.writing() as conn:
            row = conn.execute("SELECT post_id, brand_id FROM mentions WHERE id = ?", [mention_id]).fetchone()
            if row is None:
                return []
            return [_insert(conn, (*row, kind, value, who, iso(now), int(audit))) for kind, value in values.items()]

    def drop_labels(self, ids: Iterable[int]) -> None:
        """Take labels back, as if they had never been given."""
        with self.writing() as conn:
            conn.executemany("DELETE FROM labels WHERE id = ?", [(each,) for each in ids])

    def labels(self, brand: str = "", *, audit: bool = False) -> list[Label]:
        """The latest of each mention and kind, in the order in which they were given."""
        return [Label(*row) for row in self.db.conn.execute(_KNOWN, [int(audit), brand])]

    def count_labels(self) -> int:
        """How many there are to learn from: the latest of each mention and kind."""
        query = "SELECT count(*) FROM (SELECT DISTINCT post_id, brand_id, kind FROM labels WHERE NOT audit)"
        return int(self.db.conn.execute(query).fetchone()[0])

    def open_mentions(
        self, brand: str = "", limit: int = 3000, *, among: Iterable[int] | None = None, scope: Scope = EVERYTHING
    ) -> list[Open]:
        """Mentions that nobody said anything about yet, the newest first, shelved ones too; only `among` these ids."""
        seen, values = scope.sources("p.source_id")
        if among is not None:
            seen, values = f"{seen} AND m.id IN (SELECT value FROM json_each(?))", [*values, json.dumps(list(among))]
        query = f"{_OPEN}{_UNASKED} AND {seen} ORDER BY m.published DESC, m.id DESC LIMIT ?"
        return [_open(row) for row in self.db.conn.execute(query, [brand, *values, limit])]

    def open_mention(self, mention_id: int, *, scope: Scope = EVERYTHING) -> Open | None:
        """One mention, labelled or not."""
        seen, values = scope.sources("p.source_id")
        row = self.db.conn.execute(f"{_OPEN}m.id = ? AND {seen}", [mention_id, *values]).fetchone()
        return None if row is None else _open(row)

    def mention_at(self, url: str, brand: str) -> int | None:
        """The mention of a brand in the post at an address; of any brand where only one is mentioned there."""
        rows = self.db.conn.execute(
            "SELECT m.id FROM mentions m JOIN posts p ON p.id = m.post_id JOIN brands b ON b.id = m.brand_id "
            "WHERE p.url = ? AND ? IN ('', b.name)",
            [url, brand],
        ).fetchall()
        return int(rows[0][0]) if len(rows) == 1 else None

    def keep_models(self, models: Iterable[tuple[str, str, str]], now: datetime, *, partly: bool = False) -> None:
        """Put (brand, kind, model as JSON) in the place of all there were; an empty brand is all brands.

        Where only a part of the questions was learnt, the labels given since still wait to be learnt from.
        """
        new = set(models)
        with self.writing() as conn:
            old = set(conn.execute("SELECT brand, kind, data FROM models"))
            waits = ("", "", _UNAPPLIED) in old or new != {row for row in old if row[1]}
            newest = "max(last_label), 0) FROM models" if partly else "max(id), 0) FROM labels"
            last = conn.execute(f"SELECT coalesce({newest}").fetchone()[0]
            conn.execute("DELETE FROM models")
            conn.executemany(
                "INSERT INTO models (brand, kind, data, made, last_label) VALUES (?, ?, ?, ?, ?)",
                [(*model, iso(now), last) for model in [*new, ("", "", _UNAPPLIED if waits else "")]],
            )  # the one without a kind says when

    def models_applied(self) -> None:
        """All mentions are judged by the models in use."""
        with self.writing() as conn:
            conn.execute("UPDATE models SET data = '' WHERE kind = ''")

    def models_wait(self) -> bool:
        """Whether some mentions are still judged by models from before: judging again did not come to its end."""
        return self.db.conn.execute("SELECT 1 FROM models WHERE kind = '' AND data <> ''").fetchone() is not None

    def models(self) -> list[tuple[str, str]]:
        """(brand, model as JSON) of all models in use."""
        return list(self.db.conn.execute("SELECT brand, data FROM models WHERE kind != '' ORDER BY brand, kind"))

    def labels_since_training(self) -> int:
        """How many labels, audits left out, were given since models were last made."""
        query = "SELECT count(*) FROM labels WHERE NOT audit AND id > (SELECT coalesce(max(last_label), 0) FROM models)"
        return int(self.db.conn.execute(query).fetchone()[0])


def _insert(conn: sqlite3.Connection, values: tuple[Any, ...]) -> int:
    query = "INSERT INTO labels (post_id, brand_id, kind, value, who, made, audit) VALUES (?, ?, ?, ?, ?, ?, ?)"
    return int(conn.execute(query, values).lastrowid or 0)


def _open(row: tuple[Any, ...]) -> Open:
    mention_id, post_id, brand, words, judged, score, relevance, shelved, why, *post = row
    return Open(
        mention_id, post_id, brand, tuple(json.loads(words)), judged, score, relevance, bool(shelved),
        json.loads(why) if why else {}, *post,
    )  # fmt: skip
