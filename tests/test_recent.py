"""Keys that wait in the log for their place in the tree: found, taken out and placed, by whichever process."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database, Migrations

from listening.alike import keys, said
from listening.store import MentionFilter, Store, schema
from listening.store import recent as module
from listening.store.filed import Filed
from listening.store.recent import recent
from tests.conftest import NOW
from tests.examples import examples
from tests.filed import Pair, filed, in_log, in_tree
from tests.test_copies import OTHER, STORY, entry

ROOT = Path(__file__).parent.parent
KEYS = [number << 33 for number in range(7 * 128)]  # seven of each range


def looked_up(store: Store, sought: list[int]) -> set[Pair]:
    found = Filed(store.db.conn)
    found.look_up(sought)
    return {(key, post_id) for key in sought for post_id in found.holders.get(key, ())}


def file(store: Store, post_id: int, under: list[int]) -> None:
    with store.writing() as conn:
        filing = Filed(conn)
        filing.look_up(under)
        filing.add(post_id, under)
        filing.write()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of four keys."""
    monkeypatch.setattr(module, "_ROW", 4 * 16)


@contextmanager
def two(path: Path) -> Iterator[tuple[Store, Store]]:
    with Store(path) as one, Store(path) as other:
        yield one, other


@pytest.mark.usefixtures("short")
def test_keys_move_into_the_tree_by_ranges_and_are_found_all_the_while(store: Store) -> None:
    expected: set[Pair] = set()
    for post_id in range(1, 301):
        under = [KEYS[(post_id * step) % len(KEYS)] for step in (5, 11, 13)]
        file(store, post_id, under)
        expected |= {(key, post_id) for key in under}
        if post_id % 50 == 0:
            assert filed(store) == looked_up(store, KEYS) == expected
    conn = store.db.conn
    assert len(in_tree(conn)) > 300 < len(in_log(conn))
    assert conn.execute("SELECT count(*) FROM copy_log").fetchone()[0] == module._RANGES + 1
    with store.writing() as conn:
        recent(conn).place_all(conn)
    assert set(in_tree(conn)) == expected
    assert in_log(conn) == []


@pytest.mark.usefixtures("short")
def test_a_process_that_was_left_behind_reads_all_anew(tmp_path: Path) -> None:
    with two(tmp_path / "x.db") as (one, other):
        file(one, 1, KEYS[:3])
        assert looked_up(other, KEYS[:9]) == {(key, 1) for key in KEYS[:3]}
        for post_id in range(2, 700):
            file(one, post_id, [KEYS[post_id]])
        assert looked_up(other, KEYS) == looked_up(one, KEYS) == filed(one)
        assert len(filed(one)) == 701


@pytest.mark.usefixtures("short")
def test_a_log_that_was_begun_anew_is_read_anew_by_others(tmp_path: Path) -> None:
    with two(tmp_path / "x.db") as (one, other):
        for post_id in (1, 2):
            file(one, post_id, KEYS[:3])
        assert looked_up(other, KEYS[:3]) == filed(one)
        with one.writing() as conn:
            recent(conn).place_all(conn)
        for post_id in (3, 4):  # into rows of the same numbers
            file(one, post_id, KEYS[:3])
        assert looked_up(other, KEYS[:3]) == looked_up(one, KEYS[:3]) == filed(one)
        with other.writing() as conn:
            recent(conn).catch_up(conn)
            assert {post for posts in recent(conn).under(KEYS[:3]).values() for post in posts} == {3, 4}


@pytest.mark.usefixtures("short")
def test_under_one_key_are_the_sixteen_newest(store: Store) -> None:
    for post_id in range(1, 61):
        file(store, post_id, [KEYS[0], KEYS[post_id]])
        newest = {(KEYS[0], one) for one in range(max(1, post_id - 15), post_id + 1)}
        assert looked_up(store, [KEYS[0]]) >= newest
        assert len(recent(store.db.conn).under([KEYS[0]])[KEYS[0]]) <= 16
        if post_id % 20 == 0:
            with store.writing() as conn:
                recent(conn).place_all(conn)
    assert len([post_id for key, post_id in in_tree(store.db.conn) if key == KEYS[0]]) < 16 + 20


def test_building_anew_puts_all_keys_into_the_tree(store: Store) -> None:
    store.save("forum", [entry(1), entry(2, OTHER)], now=NOW)
    kept = filed(store)
    assert in_log(store.db.conn)
    store.count_anew()
    assert in_log(store.db.conn) == []
    assert set(in_tree(store.db.conn)) == kept


_ACTS = st.lists(
    st.tuples(
        st.sampled_from(["file", "file", "file", "file", "remove", "fail", "place"]), st.booleans(), st.integers(1, 40),
        st.lists(st.sampled_from(KEYS), min_size=1, max_size=9, unique=True),
    ),
    max_size=60,
)  # fmt: skip


@given(acts=_ACTS)
@settings(max_examples=examples(20), deadline=None)
def test_whatever_two_processes_do_both_find_what_is_filed(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, bool, int, list[int]]]
) -> None:
    expected: set[Pair] = set()
    with pytest.MonkeyPatch.context() as patch, two(tmp_path_factory.mktemp("recent") / "x.db") as stores:
        patch.setattr(module, "_ROW", 4 * 16)
        patch.setattr(module, "_RANGES", 8)
        patch.setattr(module, "_SHIFT", 44)
        for act, first, post_id, under in acts:
            store = stores[0 if first else 1]
            if act == "file":
                file(store, post_id, under)
                expected |= {(key, post_id) for key in under}
            elif act == "remove":
                with store.writing() as conn:
                    Filed(conn).remove(post_id, KEYS)
                expected = {pair for pair in expected if pair[1] != post_id}
            elif act == "place":
                with store.writing() as conn:
                    recent(conn).place_all(conn)
            else:
                with suppress(OSError), store.writing() as conn:
                    filing = Filed(conn)
                    filing.remove(post_id, KEYS)
                    filing.look_up(under)
                    filing.add(post_id, under)
                    filing.write()
                    raise OSError
            newest = {pair for pair in expected if pair in filed(store)}
            assert looked_up(stores[0], KEYS) == looked_up(stores[1], KEYS) == newest == expected


def test_no_trace_of_a_post_that_goes_is_left_in_the_log(store: Store) -> None:
    store.save("forum", [entry(1), entry(2, OTHER)], now=NOW)
    gone = [key.to_bytes(8, "little") for key in keys(said("", STORY)).filed]
    written = "SELECT group_concat(hex(keys)) FROM copy_log"
    assert all(key.hex().upper() in store.db.conn.execute(written).fetchone()[0] for key in gone)
    store.save("forum", [entry(1, "", deleted=True)], now=NOW)
    assert not any(key.hex().upper() in store.db.conn.execute(written).fetchone()[0] for key in gone)
    assert {post_id for _, post_id in filed(store)} == {2}


def test_keys_of_a_file_from_before_there_was_a_log_are_found(tmp_path: Path) -> None:
    path, before = tmp_path / "x.db", Migrations("listening")
    for migration in schema._IN_ORDER[:-1]:
        before()(migration)
    old = Database(path)
    before.apply(old)
    old.conn.executemany("INSERT INTO copy_keys VALUES (?, ?)", [(key, 1) for key in KEYS[:5]])
    old.conn.commit()
    old.conn.close()
    with Store(path) as store:
        file(store, 2, KEYS[3:6])
        assert looked_up(store, KEYS) == {*((key, 1) for key in KEYS[:5]), *((key, 2) for key in KEYS[3:6])}


def test_a_post_that_was_filed_under_more_keys_leaves_none_behind(store: Store) -> None:
    store.save("forum", [entry(1)], now=NOW)
    before = keys(said("", STORY)).sought
    assert len(before) == len(filed(store)) + 1
    with store.writing() as conn:
        conn.executemany("INSERT INTO copy_keys VALUES (?, 1)", [(key,) for key in before])
    store.save("forum", [entry(1, OTHER)], now=NOW)
    assert not filed(store) & {(key, 1) for key in before}


def test_only_connections_of_the_store_are_taken() -> None:
    conn = sqlite3.connect(":memory:")
    with pytest.raises(TypeError, match="of the store"):
        recent(conn)
    module.rolled_back(conn)
    conn.close()


_WRITER = """
import sys
from itertools import count
from listening.store import Store, recent
from tests.conftest import NOW
from tests.test_recent import text
from tests.filed import Pair, filed, in_log, in_tree
from tests.test_copies import entry

recent._ROW = 10 * 16
with Store(sys.argv[1]) as store:
    for number in count(store.totals()["posts"] + 1, 5):
        store.save("forum", [entry(n, text(n)) for n in range(number, number + 5)], now=NOW)
        print(number, flush=True)
"""


def text(number: int) -> str:
    return " ".join(f"word{(number * 7919 + 31 * at) % 99991}" for at in range(12))


def test_killed_at_any_moment_nothing_is_lost_or_filed_twice(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    for batches in (3, 40, 25, 60):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        for _ in range(batches):
            assert writer.stdout.readline()
        time.sleep(batches % 7 / 1000)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        with Store(path) as store:
            posts = store.db.conn.execute("SELECT id, text, published FROM posts").fetchall()
            expected = {
                (key, post_id) for post_id, words, published in posts
                for key in keys(said("", words), f"member{post_id}", published).filed
            }  # fmt: skip
            assert filed(store) == expected
    with Store(path) as store:
        last = len(posts)
        store.save("forum", [entry(last + n, text(n)) for n in range(1, last + 1)], now=NOW)
        assert store.count_copies(MentionFilter()) == last
        assert store.check() == []
