"""Which labelled texts say the same thing, by the store that joins copies as they are crawled."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

from listening.evaluate.labelled import Row
from listening.post import Author, Entry
from listening.store import MentionFilter, Store

_BEGIN, _APART = datetime(2026, 1, 1, tzinfo=UTC), timedelta(minutes=10)
_AT = "https://labelled.example/"


def pairs(found: Sequence[tuple[Row, Entry]]) -> Iterator[tuple[Row, str, str]]:
    """Each pair of texts that people or we call the same: (the later row, what people said, what we say), yes or no.

    Each text is stored as a post of another author, ten minutes after the one before.
    """
    if not found:
        return
    rows = {row.line: row for row, _ in found}
    people, ours = defaultdict[str, list[int]](list), _clusters(found)
    for line, row in rows.items():
        people[row.gold["duplicates"]].append(line)
    same = {pair for lines in people.values() for pair in combinations(sorted(lines), 2)}
    joined = {pair for lines in ours for pair in combinations(sorted(lines), 2)}
    for pair in sorted(same | joined):
        yield rows[pair[1]], _answer(pair in same), _answer(pair in joined)


def _answer(value: bool) -> str:
    return "yes" if value else "no"


def _clusters(found: Sequence[tuple[Row, Entry]]) -> list[list[int]]:
    with tempfile.TemporaryDirectory(prefix="listening-") as folder, Store(Path(folder) / "labelled.db") as store:
        entries = [_entry(row, entry, number) for number, (row, entry) in enumerate(found)]
        store.save("labelled", entries, now=_BEGIN + len(found) * _APART)
        return [
            [int(copy.url.removeprefix(_AT)) for copy in (cluster.first, *cluster.copies, *cluster.own)]
            for cluster in store.clusters(MentionFilter())
        ]


def _entry(row: Row, entry: Entry, number: int) -> Entry:
    post = replace(
        entry.post, platform="labelled.example", id=str(row.line), url=f"{_AT}{row.line}",
        published=_BEGIN + number * _APART, author=Author(f"author {number}"),
    )  # fmt: skip
    return replace(entry, post=post)
