"""What benches fill in bulk is what saving post by post, and triage, would have made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from listening.store import Store
from tests.bench.drawn import draw
from tests.bench.filled import fill, prepare
from tests.bench.repeated import again

POSTS, SLICES = 500, 2
# The indexes' own tables, keys of copies, what only crawls leave, and what ANALYZE finds out.
_APART = (
    "sqlite_", "posts_fts", "posts_folded", "copy_keys", "copy_log", "opt_out_key", "_sqlite_migrations", "checkpoints",
    "runs",
)  # fmt: skip
_COUNTED = dict.fromkeys(("daily", "hourly", "figures"), "WHERE mentions <> 0")


def one_by_one(path: Path) -> None:
    with Store(path) as store:
        prepare(store)
        base = POSTS // SLICES
        drawn = list(draw(base))
        made = [again(each, k, base) for k in range(SLICES) for each in drawn]
        for each in made:
            store.save(each.source, [each.entry], now=each.collected)
        for number, each in enumerate(made, start=1):
            mention_id = min(each.mention_id for each in store.mentions_of([number]))
            for who, when, given in each.acts:
                store.triage([mention_id], who=who, now=when, **given)


def tables(store: Store) -> dict[str, list[Any]]:
    rows = store.db.conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    found = {}
    for (name,) in rows.fetchall():
        if not name.startswith(_APART):
            where = _COUNTED.get(name, "")  # nothing is nothing, with a row or without
            found[name] = sorted(map(repr, store.db.conn.execute(f"SELECT * FROM {name} {where}")))
    return found


def indexes(store: Store) -> list[Any]:
    return store.db.conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name").fetchall()


def test_filled_in_bulk_is_as_saved_one_by_one(tmp_path: Path) -> None:
    fill(tmp_path / "bulk.db", POSTS, slices=SLICES)
    one_by_one(tmp_path / "single.db")
    with Store(tmp_path / "bulk.db") as bulk, Store(tmp_path / "single.db") as single:
        assert bulk.check() == single.check() == []
        assert indexes(bulk) == indexes(single)
        ours, theirs = tables(bulk), tables(single)
        assert {name: len(rows) for name, rows in ours.items()} == {name: len(rows) for name, rows in theirs.items()}
        for name, rows in ours.items():
            assert rows == theirs[name], name
        assert min(len(ours[name]) for name in ("copies", "notes", "labels", "mention_tags", "changes")) > 3
