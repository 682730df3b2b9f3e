"""How well copies are found: pairs of the hand-made set that join one cluster, against those that should."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from listening.post import Author, Entry, Mention, Post
from listening.store import Store
from tests.conftest import NOW

SET = Path(__file__).parent / "sets" / "duplicates.csv"


class Row(NamedTuple):
    text: str
    cluster: str
    part: str


class Pairs(NamedTuple):
    """Pairwise precision and recall, and the pairs that were wrong."""

    precision: float
    recall: float
    joined_wrongly: list[tuple[str, str]]
    missed: list[tuple[str, str]]


def rows(part: str = "") -> list[Row]:
    with SET.open(encoding="utf-8", newline="") as file:
        return [row for row in (Row(**each) for each in csv.DictReader(file)) if part in ("", row.part)]


def evaluate(store: Store, given: Sequence[Row]) -> Pairs:
    """Store each text as a post of another author, ten minutes after the one before, and compare the clusters."""
    for number, row in enumerate(given):
        post = Post(
            "set.example", str(number), f"https://set.example/{number}", row.text, NOW + timedelta(minutes=10 * number),
            Author(f"author{number}"),
        )  # fmt: skip
        store.save("set", [Entry(post, "", None, (Mention("Acme", ("acme",)),))], now=NOW)
    found = dict(store.db.conn.execute("SELECT native_id, cluster FROM copies JOIN posts ON id = post_id").fetchall())
    wrong, missed, right = [], [], 0
    for (i, a), (j, b) in combinations(enumerate(given), 2):
        joined = str(i) in found and found[str(i)] == found.get(str(j))
        same = bool(a.cluster) and a.cluster == b.cluster
        right += joined and same
        if joined and not same:
            wrong.append((a.text, b.text))
        elif same and not joined:
            missed.append((a.text, b.text))
    return Pairs(right / max(1, right + len(wrong)), right / max(1, right + len(missed)), wrong, missed)
