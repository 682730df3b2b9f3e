"""Figures by day equal a recount, whatever happens to the mentions, in any time zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.post import Aspect, Author, Entry, Extent, Intent, Label, Mention, Post, Thread
from listening.store import Count, Days, Scope, Store
from listening.store.copies import Copies
from listening.store.tally import counted
from tests.conftest import NOW

_LABELS: tuple[Label | None, ...] = ("negative", "neutral", "positive", None)
_TEXT = "the parcel from acme came three weeks late and nobody ever answered my letters about it"


def entry(
    number: int, *, brands: tuple[str, ...] = ("Acme",), label: int = 0, text: str = _TEXT, hours: int = 0,
    shelved: bool = False, aspects: tuple[str, ...] = (), intents: tuple[str, ...] = (), site: str = "a.example",
) -> Entry:  # fmt: skip
    post = Post(
        "forum.example", str(number), f"https://{site}/p/{number}", text, NOW - timedelta(hours=hours),
        Author(f"member{number}"), thread=Thread("1"),
    )  # fmt: skip
    feels = _LABELS[label]
    mention = Mention(
        "", ("Acme",), None if feels is None else 0.5, feels, intents=tuple(Intent(each, 0.9) for each in intents),
        aspects=tuple(Aspect(each, 0.1, feels) for each in aspects), shelved=shelved,
    )  # fmt: skip
    return Entry(post, "en", None, tuple(replace(mention, brand=brand) for brand in brands))


def raw(store: Store, zone: str, hidden: str = "") -> dict[tuple[str, str, str, str, str], Count]:
    """The same from the mentions, one by one."""
    days, found = store.calendar(), dict[tuple[str, str, str, str, str], Count]()
    assert days.name == zone
    rows = store.db.conn.execute(
        "SELECT mention_id, date, brand, source, domain, sentiment, intents FROM mention_list "
        "WHERE NOT shelved AND NOT copy"
    )
    for ident, published, brand, source, domain, label, intents in rows.fetchall():
        if source == hidden:
            continue
        aspects = store.db.conn.execute("SELECT aspect, label FROM aspects WHERE mention_id = ?", [ident]).fetchall()
        named = [("all", "", label), ("site", domain, label), *(("aspect", *each) for each in aspects)]
        named += [("intent", each, label) for each in intents.split(", ") if each]
        for kind, name, feels in named:
            key = (kind, brand, days.day(published), source, name)
            one = Count(1, feels == "negative", feels == "neutral", feels == "positive")
            found[key] = found.get(key, Count()) + one
    return found


def kept(store: Store, scope: Scope = Scope()) -> dict[tuple[str, ...], Count]:  # noqa: B008
    days = Days(date(2026, 1, 1), date(2027, 1, 1))
    return {
        (kind, *key): count
        for kind in ("all", "aspect", "intent", "site")
        for key, count in store.figures(
            ["Acme", "Globex"], days, ("brand", "day", "source", "name"), kind=kind, scope=scope
        ).items()
    }


_names = st.sampled_from(["price", "delivery", "app"])
_entries = st.builds(
    entry, st.integers(1, 8), brands=st.sampled_from([("Acme",), ("Globex",), ("Acme", "Globex"), ()]),
    label=st.integers(0, 3), hours=st.integers(0, 80), shelved=st.booleans(),
    text=st.sampled_from([_TEXT, _TEXT, "Acme is a shop in the next street, and that is all there is to say of it"]),
    aspects=st.lists(_names, unique=True, max_size=2).map(tuple), site=st.sampled_from(["a.example", "b.example"]),
    intents=st.lists(st.sampled_from(["complaint", "question"]), unique=True, max_size=2).map(tuple),
)  # fmt: skip
_steps = st.one_of(
    st.tuples(st.just("save"), st.sampled_from(["one", "two"]), st.lists(_entries, max_size=4)),
    st.tuples(st.just("work"), st.integers(1, 8), st.just(None)),
    st.tuples(st.just("gone"), st.integers(1, 8), st.just(None)),
    st.tuples(st.just("correct"), st.integers(1, 8), st.integers(0, 3)),
    st.tuples(st.just("erase"), st.integers(1, 8), st.just(None)),
    st.tuples(st.just("zone"), st.sampled_from(["UTC", "Asia/Kathmandu", "America/Los_Angeles"]), st.just(None)),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_steps, max_size=12))
def test_figures_equal_a_recount_whatever_happens(steps: list[tuple[str, object, object]]) -> None:
    with TemporaryDirectory() as folder, Store(Path(folder) / "f.db") as store:
        for step, what, more in steps:
            _do(store, step, what, more)
        assert kept(store) == raw(store, store.calendar().name)
        assert kept(store, Scope(frozenset({"one"}))) == raw(store, store.calendar().name, hidden="one")
        assert store.check() == []


def _do(store: Store, step: str, what: object, more: object) -> None:
    if step == "save":
        store.save(str(what), more, now=NOW)  # type: ignore[arg-type]
    elif step == "gone":
        extent = Extent("forum.example", "1", frozenset(range(1, 9)) - {int(str(what))})
        store.save("one", [], extents=[extent], now=NOW)
    elif step == "zone":
        store.use_zone(str(what))
    else:
        with store.writing() as conn:
            if step == "work":
                conn.execute("UPDATE mentions SET assignee = 'kim' WHERE id = ?", [what])
            elif step == "correct":
                with counted(conn, [int(str(what))]):
                    conn.execute("UPDATE mentions SET label = ? WHERE id = ?", [_LABELS[int(str(more))], what])
            else:
                post = conn.execute("SELECT post_id FROM mentions WHERE id = ?", [what]).fetchone()
                if post is not None:
                    Copies(conn).leave(post[0])
                    with counted(conn, [int(str(what))]):
                        conn.execute("DELETE FROM mentions WHERE id = ?", [what])


def test_days_are_those_of_the_teams_zone(store: Store) -> None:
    late = entry(1, hours=0)
    evening = replace(late, post=replace(late.post, published=datetime(2026, 11, 19, 23, 30, tzinfo=UTC)))
    store.save("forum", [evening], now=NOW)
    days = Days(date(2026, 11, 1), date(2026, 11, 30))
    assert list(store.figures("Acme", days, ["day"])) == [("2026-11-19",)]
    assert store.use_zone("Europe/Berlin")
    assert not store.use_zone("Europe/Berlin")
    assert list(store.figures("Acme", days, ["day"])) == [("2026-11-20",)]
    store.save("forum", [replace(evening, post=replace(evening.post, id="2", text="Acme, at last"))], now=NOW)
    assert store.figures("Acme", days, ["day"])[("2026-11-20",)].mentions == 2
    assert store.check() == []


def test_vacuum_counts_anew(store: Store) -> None:
    store.save("forum", [entry(1, aspects=("price",), intents=("complaint",))], now=NOW)
    with store.writing() as conn:
        conn.execute("UPDATE figures SET mentions = 7 WHERE kind = 'aspect'")
    assert store.check() == ["the figures by day differ from the mentions; `listening db vacuum` counts them anew"]
    store.vacuum()
    assert store.check() == []


def test_an_older_file_gets_its_figures(tmp_path: Path) -> None:
    with Store(tmp_path / "old.db") as store:
        store.save("forum", [entry(1, aspects=("price",), intents=("complaint",))], now=NOW)
        with store.writing() as conn:
            for sql in ("DROP TABLE figures", "DROP TABLE calendar", "DROP INDEX mentions_complaints",
                        "DROP INDEX mentions_dealt", "DROP TRIGGER mentions_flipped",
                        "DROP TABLE flipped", "DROP TABLE letters",
                        "DELETE FROM _sqlite_migrations WHERE name = 'm010_figures'"):  # fmt: skip
                conn.execute(sql)
    with Store(tmp_path / "old.db") as store:
        assert store.check() == []
        assert store.total("Acme", Days(NOW.date(), NOW.date())) == Count(1, 1)


@pytest.mark.parametrize("kind", ["all", "aspect", "intent", "site"])
def test_reading_figures_walks_no_table(store: Store, kind: str) -> None:
    store.save("forum", [entry(1)], now=NOW)
    seen: list[str] = []
    store.db.conn.set_trace_callback(seen.append)
    store.figures("Acme", Days(NOW.date(), NOW.date()), ["name"], kind=kind)
    store.db.conn.set_trace_callback(None)
    plans = [row[3] for sql in seen for row in store.db.conn.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
    assert any("brand_id=? AND kind=? AND source_id=? AND day>? AND day<?" in plan for plan in plans), plans
