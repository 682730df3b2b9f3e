"""The store: every post once, what people typed kept, figures that agree with the rows."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database, Migrations

from listening.errors import StoreError
from listening.insight.scorecard import scorecard
from listening.post import (
    Aspect,
    Author,
    Checkpoint,
    Entry,
    Evidence,
    Intent,
    Label,
    Mention,
    Post,
    Quote,
    Reject,
    Sentiment,
    Thread,
    Urgency,
)
from listening.query import parse
from listening.store import MentionFilter, Question, Store, schema
from listening.timetable import Timetable
from tests.conftest import NOW
from tests.examples import examples


def entry(
    number: int, text: str = "Acme is great", *brands: str, label: Label = "positive", score: float = 0.6
) -> Entry:
    post = Post(
        platform="forum.example.com",
        id=str(number),
        url=f"https://forum.example.com/p/{number}",
        text=text,
        published=NOW - timedelta(hours=number),
        author=Author(f"member{number % 3}"),
        thread=Thread(str(number // 5), "A topic", "https://forum.example.com/t/1"),
    )
    mentions = tuple(Mention(brand, (brand,), score, label) for brand in brands)
    return Entry(post, "en", Sentiment(0, 0.4, 0.6, score), mentions)


def asked(query: str) -> Question:
    return Question(parse(query), NOW)


def rows(store: Store, sql: str, *values: object) -> list[tuple[object, ...]]:
    return list(store.db.conn.execute(sql, values).fetchall())


def check(store: Store) -> None:
    assert store.check() == []


def test_saving_twice_stores_once(store: Store) -> None:
    entries = [entry(i, f"Acme number {i}", "Acme") for i in range(10)]
    first = store.save("forum", entries, [Checkpoint("topic:1", "10")], now=NOW)
    again = store.save("forum", entries, [Checkpoint("topic:1", "10")], now=NOW)
    assert (first.new, first.mentions) == (10, 10)
    assert (again.new, again.updated, again.mentions) == (0, 0, 0)
    assert store.totals() == {"posts": 10, "mentions": 10, "authors": 3, "threads": 2, "quarantine": 0}
    assert store.checkpoints("forum") == {"topic:1": "10"}
    check(store)


def test_one_batch_may_hold_a_post_twice(store: Store) -> None:
    saved = store.save("forum", [entry(1, "Acme", "Acme"), entry(1, "Acme edited", "Acme"), entry(2)], now=NOW)
    assert saved.new == 2
    assert rows(store, "SELECT native_id, text FROM posts ORDER BY id") == [
        ("1", "Acme edited"),
        ("2", "Acme is great"),
    ]
    check(store)


def test_an_edit_updates_text_index_and_figures_but_not_what_people_typed(store: Store) -> None:
    store.save("forum", [entry(1, "Acme is great", "Acme", "Globex")], now=NOW)
    with store.writing() as conn:
        conn.execute("UPDATE mentions SET status = 'answered', assignee = 'kim' WHERE brand_id = 1")
    edited = entry(1, "Acme is terrible", "Acme", label="negative", score=-0.5)
    assert store.save("forum", [edited], now=NOW).updated == 1
    (mention,) = store.mentions(MentionFilter(brand="Acme"))
    assert (mention.status, mention.assignee, mention.sentiment) == ("answered", "kim", "negative")
    assert list(store.mentions(MentionFilter(query=asked("great")))) == []
    assert [m.full_text for m in store.mentions(MentionFilter(query=asked("terrible")))] == ["Acme is terrible"]
    assert store.count_mentions(MentionFilter(brand="Globex")) == 0, "an untouched mention that no longer matches goes"
    figures = {f.brand: (f.mentions, f.negative, f.positive) for f in store.brand_figures()}
    assert figures == {"Acme": (1, 1, 0), "Globex": (0, 0, 0)}
    check(store)


def test_a_mention_somebody_worked_on_stays_when_the_text_no_longer_matches(store: Store) -> None:
    store.save("forum", [entry(1, "Acme is great", "Acme")], now=NOW)
    with store.writing() as conn:
        conn.execute("UPDATE mentions SET assignee = 'kim'")
    store.save("forum", [entry(1, "never mind")], now=NOW)
    assert store.count_mentions(MentionFilter(brand="Acme")) == 1
    check(store)


JUDGED = Mention(
    "Acme",
    ("Acme",),
    -0.5,
    "negative",
    (Evidence("waiting", ("still waiting",)),),
    (Intent("complaint", 0.9, (Evidence("waiting", ("still waiting",)),)), Intent("question", 0.6)),
    (Aspect("delivery", -0.5, "negative", ("parcel",)),),
    Urgency((("complaint", 40), ("reach", 5))),
    0.8,
)


def judged(**changes: object) -> Entry:
    one = entry(1, "Acme, still waiting for my parcel?")
    return replace(one, mentions=(replace(JUDGED, **changes),))  # type: ignore[arg-type]


def label(store: Store, kind: str, value: str, audit: int = 0) -> None:
    with store.writing() as conn:
        conn.execute(
            "INSERT INTO labels (post_id, brand_id, kind, value, made, audit) VALUES (1, 1, ?, ?, '', ?)",
            (kind, value, audit),
        )


def test_each_judgement_is_stored_with_its_evidence(store: Store) -> None:
    store.save("forum", [judged()], now=NOW)
    ((why, *rest),) = rows(store, "SELECT why, judged, intents, urgency, relevance, shelved FROM mentions")
    assert rest == ["negative", "complaint, question", 45, 0.8, 0]
    waiting = {"rule": "waiting", "words": ["still waiting"]}
    assert json.loads(str(why)) == {
        "score": [waiting],
        "intents": {"complaint": {"confidence": 0.9, "why": [waiting]}, "question": {"confidence": 0.6, "why": []}},
        "urgency": {"complaint": 40, "reach": 5},
    }
    assert rows(store, "SELECT * FROM aspects") == [(1, "delivery", "negative", -0.5, '["parcel"]')]
    store.save("forum", [judged(aspects=(), why=(), intents=(), urgency=Urgency())], now=NOW)
    assert rows(store, "SELECT why, intents, urgency FROM mentions") == [("", "", 0)]
    assert rows(store, "SELECT * FROM aspects") == []


def test_what_is_shelved_is_kept_and_not_counted(store: Store) -> None:
    store.save("forum", [judged(), replace(entry(2, "acme tree", "Acme"))], now=NOW)
    store.save("forum", [judged(shelved=True)], now=NOW)
    (figures,) = store.brand_figures()
    assert (figures.mentions, figures.negative, figures.positive) == (1, 0, 1)
    assert [m.full_text for m in store.mentions(MentionFilter())] == ["acme tree"]
    assert [m.full_text for m in store.mentions(MentionFilter(shelf=True))] == ["Acme, still waiting for my parcel?"]
    check(store)
    store.vacuum()
    assert store.brand_figures() == [figures]


def test_what_a_person_said_wins_whatever_is_computed_later(store: Store) -> None:
    store.save("forum", [judged()], now=NOW)
    for kind, value in (("sentiment", "negative"), ("sentiment", "positive"), ("intent:complaint", "no")):
        label(store, kind, value)
    label(store, "intent:idea", "yes")
    label(store, "relevance", "yes")
    label(store, "sentiment", "neutral", audit=1)
    store.save("forum", [judged(shelved=True)], now=NOW)
    assert rows(store, "SELECT label, judged, intents, shelved FROM mentions") == [
        ("positive", "negative", "question, idea", 0)
    ]
    (figures,) = store.brand_figures()
    assert (figures.mentions, figures.positive) == (1, 1)
    label(store, "relevance", "no")
    store.save("forum", [judged()], now=NOW)
    assert rows(store, "SELECT shelved FROM mentions") == [(1,)]
    check(store)


def test_a_labelled_or_tagged_mention_stays_without_the_words_that_its_author_took_back(store: Store) -> None:
    store.save("forum", [judged()], now=NOW)
    label(store, "sentiment", "negative")
    gone = entry(1)
    store.save("forum", [replace(gone, post=replace(gone.post, text="", deleted=True))], now=NOW)
    assert rows(store, "SELECT label, words, why FROM mentions") == [("negative", "[]", "")]
    assert rows(store, "SELECT * FROM aspects") == []
    assert "parcel" not in "\n".join(store.db.conn.iterdump())
    check(store)


def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as conn:
        old = Database(conn)
        Migrations("listening").apply(old)
        first = Migrations("listening")
        first()(schema.foundation.m001_foundation)
        first.apply(old)
        conn.execute("INSERT INTO sources (id, name) VALUES (1, 'forum')")
        conn.execute("INSERT INTO brands (id, name) VALUES (1, 'Acme')")
        columns = "id, source_id, platform, native_id, kind, url, domain, title, text, reply_to, channel, language"
        conn.execute(
            f"INSERT INTO posts ({columns}, published, dated, collected, route) VALUES "
            "(1, 1, 'f', '1', 'post', 'u', 'd', '', 'Acme', '', '', 'en', '2026-01-01T00:00:00Z', 1, 'x', 'page')"
        )
        conn.execute(
            "INSERT INTO mentions (post_id, brand_id, published, words, label, created) VALUES "
            "(1, 1, '2026-01-01T00:00:00Z', '[]', 'negative', 'x')"
        )
    conn.close()
    with Store(path) as store:
        assert rows(store, "SELECT label, judged, urgency, shelved, why FROM mentions") == [
            ("negative", "negative", 0, 0, "")
        ]
        assert len(list(store.mentions(MentionFilter(sentiment="negative")))) == 1
        (sites,) = [row for row in scorecard(store, 11, now=NOW).rows if row.name == "Sites heard"]
        assert sites.shown == ("1", *["0"] * 10), "what was heard before it was counted"


def test_a_deleted_post_loses_its_words_everywhere(store: Store) -> None:
    store.save("forum", [entry(1, "Acme secret words", "Acme")], now=NOW)
    gone = entry(1)
    gone = Entry(replace(gone.post, deleted=True, text="Acme secret words", quotes=(Quote("secret"),)))
    store.save("forum", [gone], now=NOW)
    assert rows(store, "SELECT text, title, quotes, deleted IS NOT NULL FROM posts") == [("", "", None, 1)]
    assert rows(store, "SELECT count(*) FROM posts_fts WHERE posts_fts MATCH 'secret'") == [(0,)]
    assert store.count_mentions(MentionFilter()) == 0
    check(store)


def test_a_post_without_a_date_keeps_the_day_it_was_first_seen(store: Store) -> None:
    undated = Entry(replace(entry(1).post, published=None), "en", None, (Mention("Acme", ("Acme",)),))
    store.save("feed", [undated], now=NOW)
    store.save("feed", [undated], now=NOW + timedelta(days=3))
    assert rows(store, "SELECT published, dated FROM posts") == [("2026-11-20T12:00:00Z", 0)]
    store.save("feed", [Entry(replace(undated.post, published=NOW - timedelta(days=9)))], now=NOW)
    assert rows(store, "SELECT published, dated FROM posts") == [("2026-11-11T12:00:00Z", 1)]


def test_a_failed_save_leaves_nothing(store: Store) -> None:
    bad = Entry(replace(entry(2).post, likes=2**70))  # SQLite has no such integer
    with pytest.raises(OverflowError):
        store.save("forum", [entry(1, "Acme", "Acme"), bad], [Checkpoint("a", "b")], now=NOW)
    assert store.totals()["posts"] == 0
    assert store.checkpoints("forum") == {}
    store.save("forum", [entry(1, "Acme", "Acme")], now=NOW)
    check(store)


def test_what_could_not_be_read_is_counted_once_per_place_and_reason(store: Store) -> None:
    reject = Reject("no date", "file.csv:7", "a;b;c")
    store.save("file", [], rejects=[reject, Reject("empty", "file.csv:9")], now=NOW)
    store.save("file", [], rejects=[reject], now=NOW + timedelta(hours=1))
    found = store.quarantine("file")
    assert [(row["url"], row["times"]) for row in found] == [("file.csv:7", 2), ("file.csv:9", 1)]
    assert store.quarantine("other") == []


def test_filters_combine(store: Store) -> None:
    store.save(
        "forum", [entry(i, f"Acme refund {i}", "Acme", label="negative", score=-i / 10) for i in range(1, 6)], now=NOW
    )
    store.save("news", [entry(9, "Globex refund", "Globex")], now=NOW)
    where = MentionFilter(
        brand="Acme", sentiment="negative", query=asked("refund"), since=NOW - timedelta(hours=3, minutes=30)
    )
    assert [m.full_text for m in store.mentions(where)] == ["Acme refund 1", "Acme refund 2", "Acme refund 3"]
    assert [m.sentiment_score for m in store.mentions(MentionFilter(), order="negative", limit=2)] == [-0.5, -0.4]
    assert [m.source for m in store.mentions(MentionFilter(source="news"))] == ["news"]
    assert store.count_mentions(MentionFilter(until=NOW - timedelta(hours=4, minutes=30))) == 2


@settings(max_examples=examples(20), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 6),
            st.sampled_from(["Acme good", "Acme bad", "nothing", ""]),
            st.sets(st.sampled_from(["Acme", "Globex"])),
            st.sampled_from(["negative", "neutral", "positive", None]),
            st.booleans(),
        ),
        max_size=25,
    ),
    st.integers(1, 5),
)
def test_figures_and_index_agree_whatever_is_saved(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[int, str, set[str], Label | None, bool]],
    size: int,
) -> None:
    entries = []
    for number, text, brands, label, deleted in steps:
        post = replace(entry(number, text).post, deleted=deleted)
        found = () if deleted else tuple(Mention(brand, (brand,), 0.1, label) for brand in sorted(brands))
        entries.append(Entry(post, "en", None, found))
    with Store(tmp_path_factory.mktemp("store") / "x.db") as store:
        for i in range(0, len(entries), size):
            store.save("s", entries[i : i + size], now=NOW)
        check(store)
        assert store.totals()["posts"] == len({step[0] for step in steps})
        by_label = (
            "SELECT b.name, sum(m.label = 'negative' AND NOT m.copy) FROM mentions m "
            "JOIN brands b ON b.id = brand_id GROUP BY 1"
        )
        counted = dict(store.db.conn.execute(by_label).fetchall())
        assert {f.brand: f.negative for f in store.brand_figures() if f.mentions} == {
            name: count or 0 for name, count in counted.items()
        }


def test_unmatched_posts_are_let_go_after_their_time(store: Store) -> None:
    store.know([{"name": "forum", "keep_unmatched": 86400}], [{"name": "Acme"}])
    store.save("forum", [entry(1, "Acme", "Acme"), entry(2, "nothing")], now=NOW)
    assert store.forget_unmatched(NOW + timedelta(hours=23)) == 0
    assert store.forget_unmatched(NOW + timedelta(hours=25), batch=1) == 1
    assert rows(store, "SELECT native_id FROM posts") == [("1",)]
    check(store)


def test_what_is_matched_or_labelled_while_old_posts_go_stays(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.know([{"name": "forum", "keep_unmatched": 0}], [{"name": "Acme"}])
    store.save("forum", [entry(number, f"nothing {number}") for number in (1, 2, 3)], now=NOW)
    listed = Store._unmatched

    def meanwhile(self: Store, now: datetime) -> list[int]:
        found = listed(self, now)
        store.save("forum", [entry(1, "nothing 1", "Acme")], now=NOW)  # by a query that was changed
        with store.writing() as conn:
            conn.execute(
                "INSERT INTO labels (post_id, brand_id, kind, value, made) VALUES (2, 1, 'relevance', 'no', '')"
            )
        return found

    monkeypatch.setattr(Store, "_unmatched", meanwhile)
    assert store.forget_unmatched(NOW + timedelta(days=1)) == 1
    assert rows(store, "SELECT native_id FROM posts ORDER BY id") == [("1",), ("2",)]
    check(store)


def test_backup_is_whole_and_never_overwrites(store: Store, tmp_path: Path) -> None:
    store.save("forum", [entry(i, "Acme", "Acme") for i in range(50)], now=NOW)
    seen: list[int] = []
    store.backup(tmp_path / "copy.db", lambda left, _total: seen.append(left))
    assert seen[-1] == 0
    with Store(tmp_path / "copy.db") as copy:
        assert copy.totals() == store.totals()
    with pytest.raises(StoreError, match="is there already"):
        store.backup(tmp_path / "copy.db")


def test_vacuum_mends_index_and_figures(store: Store) -> None:
    store.save("forum", [entry(1, "Acme words", "Acme")], now=NOW)
    with store.writing() as conn:
        conn.execute("UPDATE posts SET text = 'changed behind our back'")
        conn.execute("DELETE FROM daily")
    assert len(store.check()) == 2
    store.vacuum()
    check(store)
    assert store.count_mentions(MentionFilter(query=asked("changed"))) == 1


def test_files_that_are_not_ours_are_refused_clearly(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is not a database, not at all" * 50)
    with pytest.raises(StoreError, match="not a database"):
        Store(tmp_path / "text.db")
    with pytest.raises(StoreError, match="no database yet"):
        Store(tmp_path / "missing.db", read_only=True)
    with Store(tmp_path / "new.db") as store, store.writing() as conn:
        conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('listening', 'm999', '')"
        )
    with pytest.raises(StoreError, match="newer listening"):
        Store(tmp_path / "new.db")


def test_the_file_is_private(store: Store) -> None:
    assert store.path.stat().st_mode & 0o077 == 0


def test_runs_tell_what_was_expected_and_found(store: Store) -> None:
    store.know([{"name": "forum", "kind": "board", "every": 600}], [])
    run = store.start_run("forum", NOW)
    store.save("forum", [entry(1), entry(2)], now=NOW, run=run, pages=1, expected=3, rejects=[Reject("x", "y")])
    store.finish_run(run, "degraded", "one post missing", errors=1, pages=4, now=NOW + timedelta(seconds=5))
    (found,) = store.runs()
    assert (found.expected, found.found, found.new, found.rejects, found.pages) == (3, 2, 2, 1, 4)
    assert store.known_sources()[0].last_error == "one post missing"
    slot = Timetable("forum", timedelta(seconds=600)).next(NOW)
    assert store.due(slot - timedelta(seconds=1)) == []
    assert store.due(slot) == ["forum"]


def test_a_failing_source_is_asked_less_and_less_often(store: Store) -> None:
    store.know([{"name": "forum", "kind": "board", "every": 600}], [])
    waits = []
    for _ in range(9):
        store.finish_run(store.start_run("forum", NOW), "failed", "no answer", errors=1, pages=0, now=NOW)
        due = store.known_sources()[0].next_due
        assert due is not None
        waits.append((datetime.fromisoformat(due) - NOW).total_seconds())
    longest = [1200, 2400, 4800, 9600, 19200, 19200, 19200, 19200, 19200]
    assert [most - 600 <= wait <= most for most, wait in zip(longest, waits, strict=True)] == [True] * 9
    store.finish_run(store.start_run("forum", NOW), "ok", "", errors=0, pages=1, now=NOW)
    assert store.known_sources()[0].errors_in_row == 0


def test_a_source_runs_once_at_a_time_and_a_killed_run_is_swept(store: Store, tmp_path: Path) -> None:
    store.know([{"name": "forum", "kind": "board"}], [])
    code = (
        "import sys, time; from datetime import datetime, UTC; from listening.store import Store\n"
        f"s = Store({str(store.path)!r})\n"
        "with s.claim('forum'):\n"
        "    s.start_run('forum', datetime.now(UTC)); print('ready', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        with pytest.raises(StoreError, match="another process"), store.claim("forum"):
            pass
        assert store.sweep_runs(NOW) == 0
        os.kill(other.pid, signal.SIGKILL)
    assert store.sweep_runs(NOW) == 1
    assert store.runs()[0].verdict == "interrupted"
    with store.claim("forum"):
        pass


def test_sources_that_left_the_config_become_inactive(store: Store) -> None:
    store.know([{"name": "a"}, {"name": "b"}], [{"name": "Acme"}, {"name": "Globex"}])
    store.know([{"name": "b"}], [{"name": "Acme", "ours": 0}])
    assert [source.name for source in store.known_sources()] == ["b"]
    assert [(f.brand, f.ours) for f in store.brand_figures()] == [("Acme", False)]


def test_times_are_utc_whatever_zone_they_came_in(store: Store) -> None:
    berlin = datetime.fromisoformat("2026-07-01T01:30:00+02:00")
    store.save("s", [Entry(replace(entry(1).post, published=berlin))], now=NOW.astimezone(UTC))
    assert rows(store, "SELECT published FROM posts") == [("2026-06-30T23:30:00Z",)]


def test_read_only_stores_cannot_write(store: Store) -> None:
    with Store(store.path, read_only=True) as reader:
        with pytest.raises(StoreError, match="reading only"):
            reader.save("s", [entry(1)], now=NOW)
        with pytest.raises(sqlite3.OperationalError):
            reader.db.conn.execute("DELETE FROM posts")


def test_another_process_that_closes_the_file_leaves_the_log_of_this_one(tmp_path: Path) -> None:
    """Opening a file that is there by hand, and closing it, would drop SQLite's locks on it in this process."""
    path = tmp_path / "listening.db"
    log = Path(f"{path}-wal")
    with Store(path) as first:
        first.know([{"name": "forum"}], [])
        Store(path).close()  # another connection of this process comes and goes
        before = log.stat().st_ino
        other = f"from listening.store import Store; Store({str(path)!r}).close()"
        subprocess.run([sys.executable, "-c", other], check=True, cwd=Path(__file__).parents[1])
        assert log.exists()
        assert log.stat().st_ino == before
        first.know([{"name": "forum"}, {"name": "news"}], [])
        with Store(path, read_only=True) as reader:
            assert [source.name for source in reader.known_sources()] == ["forum", "news"]


def test_the_last_runs_of_a_source_are_found_without_reading_all(store: Store) -> None:
    store.save("forum", [], now=NOW)
    with store.writing() as conn:
        source = conn.execute("SELECT id FROM sources WHERE name = 'forum'").fetchone()[0]
        rows = [(source, f"2026-{1 + i // 400:02}-01T00:00:00Z") for i in range(4000)]
        conn.executemany("INSERT INTO runs (source_id, started) VALUES (?, ?)", rows)
    steps = [0]

    def step() -> int:
        steps[0] += 1
        return 0

    store.db.conn.set_progress_handler(step, 1000)  # thousands of steps of SQLite's machine
    found = store.runs("forum", limit=5)
    store.db.conn.set_progress_handler(None, 0)
    assert [run.id for run in found] == sorted((run.id for run in found), reverse=True)
    assert len(found) == 5
    assert steps[0] < 5
