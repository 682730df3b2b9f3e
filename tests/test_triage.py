"""Triage: whatever a person does is kept, can be undone exactly, and is lost by no crawl."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listening.errors import ListeningError
from listening.post import Entry, Evidence
from listening.store import EVERYTHING, Card, InboxFilter, MentionFilter, Scope, Store
from tests.conftest import NOW
from tests.examples import examples
from tests.test_inbox import entry, ids, read

_TABLES = {
    "mentions": "id, status, assignee, answered, closed, reply, outcome, label, intents, shelved, why, urgency, "
    "cluster, copy",
    "mention_tags": "*", "labels": "post_id, brand_id, kind, value, who, made", "notes": "*", "daily": "*",
}  # fmt: skip


def everything(store: Store) -> dict[str, list[Any]]:
    """All that people made of mentions, and what follows from it."""
    found = {}
    for table, columns in _TABLES.items():
        where = "WHERE mentions <> 0" if table == "daily" else ""
        found[table] = sorted(map(repr, store.db.conn.execute(f"SELECT {columns} FROM {table} {where}")))
    return found


def fill(store: Store) -> Store:
    same = "the very same words about Acme that somebody sends to every board there is, to be heard"
    store.know([], [], {"buying": 25, "complaint": 30, "praise": 0, "safety": 70})
    entries = [entry(i, label="negative", score=-0.5, intents=("complaint",), points=30) for i in range(6)]
    store.save("forum", [*entries, *(entry(i, same, author=f"a{i}") for i in range(10, 14))], now=NOW)
    return store


@pytest.fixture
def filled(store: Store) -> Store:
    return fill(store)


def card(store: Store, mention_id: int = 1) -> Card:
    (found,) = store.cards([mention_id], NOW)
    return found


def test_an_action_changes_what_it_says_and_is_told(filled: Store) -> None:
    done = filled.triage(
        [1, 2, 99], who="kim", now=NOW, status="answered", assignee=" anna ", add_tags=["bug", "  big  deal "],
        note="called them", reply="https://forum.example.com/p/9", outcome="kept",
    )  # fmt: skip
    assert (done.changed, done.stale, bool(done.undo)) == (2, (), True)
    one = card(filled)
    assert (one.status, one.assignee, one.tags, one.notes, one.outcome, one.answered, one.version) == (
        "answered", "anna", ("big deal", "bug"), 1, "kept", NOW, 1,
    )  # fmt: skip
    (note,) = filled.notes(1)
    assert (note.who, note.made, note.text) == ("kim", NOW, "called them")
    (act,) = filled.history(1)
    assert (act.who, act.made, act.undone) == ("kim", NOW, False)
    assert act.before["status"] == "new"
    assert act.after["status"] == "answered"
    assert act.after["tag:bug"] is True
    assert filled.check() == []


def test_nothing_done_is_no_action(filled: Store) -> None:
    assert filled.triage([1], who="kim", now=NOW, status="new").undo == ""
    assert filled.triage([], who="kim", now=NOW, status="closed").undo == ""
    assert filled.history(1) == []


def test_the_first_answer_is_the_one_whose_time_counts(filled: Store) -> None:
    for hours, status in enumerate(("answered", "in progress", "answered", "closed")):
        filled.triage([1], who="kim", now=NOW + timedelta(hours=hours), status=status)
    assert card(filled).answered == NOW
    assert card(filled).closed == NOW + timedelta(hours=3)
    filled.triage([1], who="kim", now=NOW + timedelta(hours=9), status="in progress")
    assert card(filled).closed is None


ACTIONS = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["new", "in progress", "answered", "closed", "not relevant"]),
        "assignee": st.sampled_from(["", "anna", "kim"]),
        "add_tags": st.lists(st.sampled_from(["bug", "vip"]), max_size=2),
        "remove_tags": st.lists(st.sampled_from(["bug", "vip"]), max_size=2),
        "note": st.sampled_from(["", "a note", "another"]),
        "reply": st.sampled_from(["", "https://example.com/1"]),
        "outcome": st.sampled_from(["", "sale", "lost"]),
        "correct": st.dictionaries(
            st.sampled_from(["sentiment", "relevance", "intent:complaint", "intent:buying"]), st.just("yes"), max_size=3
        ).map(lambda d: {k: "positive" if k == "sentiment" else v for k, v in d.items()})
        | st.just({"relevance": "no"}) | st.just({"intent:complaint": "no", "sentiment": "neutral"}),
    },
)  # fmt: skip


@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sets(st.integers(1, 10), min_size=1), ACTIONS), min_size=1, max_size=5))
def test_whatever_is_done_can_be_undone_exactly_and_done_again(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[set[int], dict[str, Any]]]
) -> None:
    with Store(tmp_path_factory.mktemp("undo") / "x.db") as store:
        fill(store)
        states, tokens = [everything(store)], []
        for step, (chosen, action) in enumerate(steps):
            tokens.append(store.triage(chosen, who="kim", now=NOW + timedelta(minutes=step), **action).undo)
            states.append(everything(store))
        for step in reversed(range(len(steps))):
            if not tokens[step]:
                continue
            undone = store.undo(tokens[step], "anna", now=NOW)
            assert undone.conflicts == ()
            assert everything(store) == states[step]
            again = store.undo(undone.undo, "anna", now=NOW)
            assert everything(store) == states[step + 1]
            store.undo(again.undo, "anna", now=NOW)
            assert everything(store) == states[step]
        assert store.check() == []


def test_what_somebody_changed_since_stays_and_is_told(filled: Store) -> None:
    done = filled.triage([1, 2, 3], who="kim", now=NOW, status="closed", add_tags=["bug"])
    filled.triage([2], who="anna", now=NOW, status="in progress")
    filled.triage([3], who="anna", now=NOW, assignee="anna", note="mine", add_tags=["vip"])
    undone = filled.undo(done.undo, "kim", now=NOW)
    assert (undone.changed, undone.conflicts) == (2, ((2, "anna"),))
    assert (card(filled, 2).status, card(filled, 2).tags) == ("in progress", ("bug",))
    assert (card(filled, 3).status, card(filled, 3).assignee, card(filled, 3).tags) == ("new", "anna", ("vip",))
    assert card(filled, 3).notes == 1


def test_undoing_twice_or_nothing_is_told(filled: Store) -> None:
    done = filled.triage([1], who="kim", now=NOW, status="closed")
    filled.undo(done.undo, "kim", now=NOW)
    assert filled.history(1)[1].undone
    with pytest.raises(ListeningError, match="undone already"):
        filled.undo(done.undo, "kim", now=NOW)
    for token in ("", "x", "999", "9" * 40, "-1", "²"):
        with pytest.raises(ListeningError, match="not known"):
            filled.undo(token, "kim", now=NOW)


def test_the_last_thing_somebody_did(filled: Store) -> None:
    first = filled.triage([1], who="kim", now=NOW, status="closed")
    second = filled.triage([1], who="kim", now=NOW, assignee="kim")
    filled.triage([1], who="anna", now=NOW, assignee="anna")
    assert filled.last_action("kim") == second.undo
    filled.undo(second.undo, "kim", now=NOW)
    assert filled.last_action("kim") == second.undo, "what could not be undone waits"
    assert filled.last_action("jo") == ""
    filled.undo(first.undo, "kim", now=NOW)


def test_not_relevant_goes_to_the_shelf_and_teaches(filled: Store) -> None:
    before = {f.brand: f.mentions for f in filled.brand_figures()}["Acme"]
    done = filled.triage([1], who="kim", now=NOW, status="not relevant")
    assert {f.brand: f.mentions for f in filled.brand_figures()}["Acme"] == before - 1
    (label,) = filled.labels()
    assert (label.kind, label.value, label.who) == ("relevance", "no", "kim")
    assert 1 not in ids(filled, InboxFilter())
    assert ids(filled, read("status=not+relevant")) == [1]
    assert filled.count_mentions(MentionFilter(shelf=True)) == 1
    filled.triage([1], who="anna", now=NOW, status="in progress")
    (label,) = filled.labels()
    assert (label.value, label.who) == ("yes", "anna")
    assert 1 in ids(filled, InboxFilter())
    assert len(filled.undo(done.undo, "kim", now=NOW).conflicts) == 1
    assert filled.check() == []


def test_the_copy_of_what_was_shelved_takes_its_place(filled: Store) -> None:
    (first,) = [i for i in ids(filled, InboxFilter()) if card(filled, i).copies]
    done = filled.triage([first], who="kim", now=NOW, status="not relevant")
    (second,) = [i for i in ids(filled, InboxFilter()) if card(filled, i).copies]
    assert second != first
    assert filled.check() == []
    filled.undo(done.undo, "kim", now=NOW)
    assert [i for i in ids(filled, InboxFilter()) if card(filled, i).copies] == [first]


def test_corrections_are_shown_counted_and_learnt_from(filled: Store) -> None:
    correct = {"sentiment": "positive", "intent:complaint": "no", "intent:praise": "yes"}
    done = filled.triage([1], who="kim", now=NOW, correct=correct)
    one = card(filled)
    assert (one.sentiment, one.intents) == ("positive", ("praise",))
    assert one.evidence == (Evidence("corrected by a person"),)
    (figures,) = filled.brand_figures()
    assert figures.positive == 1
    assert {(label.kind, label.value) for label in filled.labels()} == set(correct.items())
    filled.undo(done.undo, "kim", now=NOW)
    assert card(filled).evidence == (Evidence("a rule", ("number",)),)
    assert filled.labels() == []


def test_the_urgency_follows_what_people_say_and_comes_back_with_an_undo(filled: Store) -> None:
    def parts(mention_id: int = 1) -> dict[str, int]:
        return {name: points for name, points in card(filled, mention_id).urgency.parts if name != "wait"}

    assert parts() == parts(2) == {"complaint": 30}
    filled.triage([1], who="kim", now=NOW, correct={"intent:safety": "yes"})
    assert parts() == {"safety": 70, "complaint": 9, "feeling": 8}
    filled.triage([1], who="kim", now=NOW, correct={"intent:complaint": "no", "sentiment": "positive"})
    assert parts() == {"safety": 70}
    same = entry(0, label="negative", score=-0.5, intents=("complaint",), points=30)  # and people said otherwise
    filled.understand_again([card(filled).post_id], lambda _: same, ["Acme"], NOW)
    assert parts() == {"safety": 70}
    filled.triage([1], who="kim", now=NOW, correct={"intent:safety": "no"})
    assert card(filled).urgency.total == 0
    done = filled.triage([2], who="kim", now=NOW, correct={"intent:complaint": "no"})
    assert parts(2) == {"feeling": 8}
    filled.undo(done.undo, "kim", now=NOW)
    assert parts(2) == {"complaint": 30}


def test_where_no_points_are_known_the_urgency_stays(store: Store) -> None:
    store.save("forum", [entry(1, label="negative", score=-0.5, intents=("complaint",), points=30)], now=NOW)
    store.triage([1], who="kim", now=NOW, correct={"intent:complaint": "no"})
    assert card(store).urgency.parts[0] == ("complaint", 30)


@pytest.mark.parametrize("name", ["", "a, b", "a;b", "x" * 61, "a\nb"])
def test_no_intent_is_made_up_by_a_correction(filled: Store, name: str) -> None:
    with pytest.raises(ListeningError, match="cannot be corrected"):
        filled.triage([1], who="kim", now=NOW, correct={f"intent:{name}": "yes"})


def test_an_intent_that_there_is_not_is_refused_with_those_there_are(filled: Store) -> None:
    with pytest.raises(ListeningError, match=r"no intent \"compliant\"; there are: buying, complaint, praise, safety"):
        filled.triage([1], who="kim", now=NOW, correct={"intent:compliant": "yes"})
    assert filled.history(1) == []


def again(store: Store, changed: Entry | None = None) -> None:
    """A crawl finds the posts once more, and all is understood anew."""
    posts = store.posts(store.stored_posts())
    first = changed or entry(0, label="negative", score=-0.5, intents=("complaint",), points=30)
    store.save("forum", [first], now=NOW)
    store.understand_again(list(posts), lambda each: Entry(each.post, "en", None, ()), ["Acme"], NOW)


def test_all_that_the_team_typed_outlives_crawls_and_changes_of_queries(filled: Store) -> None:
    chosen: list[dict[str, Any]] = [
        {"status": "closed"}, {"assignee": "kim"}, {"add_tags": ["bug"]}, {"note": "a note"}, {"outcome": "sale"},
        {"correct": {"sentiment": "positive"}},
    ]  # fmt: skip
    for mention_id, action in enumerate(chosen, start=1):
        filled.triage([mention_id], who="kim", now=NOW, **action)
    filled.triage([1], who="kim", now=NOW, reply="https://example.com/1")
    before = everything(filled)
    again(filled, entry(0, "quite another text", label="positive", score=0.5))
    left = everything(filled)
    for table in ("mention_tags", "notes", "labels"):
        assert left[table] == before[table]
    assert ids(filled, InboxFilter()) == [1, 2, 3, 4, 5, 6], "those nobody worked on are gone with the query"
    assert [card(filled, 1).status, card(filled, 1).reply] == ["closed", "https://example.com/1"]
    assert card(filled, 6).sentiment == "positive"
    assert filled.check() == []


def test_undoing_a_correction_after_the_text_changed_follows_what_is_computed_now(filled: Store) -> None:
    done = filled.triage([1], who="kim", now=NOW, correct={"sentiment": "neutral", "intent:praise": "yes"})
    changed = entry(0, "Acme, and now quite well", label="positive", score=0.7, intents=("question",))
    filled.save("forum", [changed], now=NOW)
    assert (card(filled).sentiment, card(filled).intents) == ("neutral", ("question", "praise"))
    undone = filled.undo(done.undo, "kim", now=NOW)
    assert (undone.changed, undone.conflicts) == (1, ())
    assert (card(filled).sentiment, card(filled).intents) == ("positive", ("question",))
    assert filled.check() == []


def test_words_that_their_author_took_back_are_in_no_history(filled: Store) -> None:
    filled.triage([1], who="kim", now=NOW, correct={"sentiment": "positive", "intent:complaint": "no"})
    for (kept,) in filled.db.conn.execute("SELECT before || after FROM changes"):
        assert "number" not in kept


def test_who_loaded_an_older_version_is_told(filled: Store) -> None:
    loaded = {i: card(filled, i).version for i in (1, 2)}
    filled.triage([1], who="anna", now=NOW, assignee="anna")
    done = filled.triage([1, 2], who="kim", now=NOW, status="closed", expected=loaded)
    assert (done.changed, done.stale) == (1, (1,))
    assert card(filled, 1).status == "new"


def test_two_on_one_card_see_each_other(filled: Store) -> None:
    assert filled.looking(1, "kim", NOW) == []
    assert filled.looking(1, "anna", NOW + timedelta(seconds=5)) == ["kim"]
    assert filled.looking(1, "kim", NOW + timedelta(seconds=6)) == ["anna"]
    assert filled.looking(2, "kim", NOW) == []
    assert filled.looking(1, "kim", NOW + timedelta(minutes=5)) == []
    assert filled.looking(99, "kim", NOW) == []


def test_hidden_mentions_cannot_be_touched(filled: Store) -> None:
    hidden = Scope(frozenset({"forum"}))
    assert filled.triage([1], who="kim", now=NOW, status="closed", scope=hidden).changed == 0
    done = filled.triage([1], who="kim", now=NOW, status="closed", scope=EVERYTHING)
    assert filled.undo(done.undo, "anna", now=NOW, scope=hidden).changed == 0


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ({"status": "done"}, "not relevant"), ({"outcome": "won"}, "sale"), ({"reply": "javascript:alert(1)"}, "https"),
        ({"assignee": "x" * 101}, "100"), ({"add_tags": ["x" * 61]}, "60"), ({"note": "x" * 10_001}, "10,000"),
        ({"correct": {"sentiment": "yes"}}, "corrected"), ({"correct": {"colour": "yes"}}, "corrected"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_whole(filled: Store, action: dict[str, Any], said: str) -> None:
    before = everything(filled)
    with pytest.raises(ListeningError, match=said):
        filled.triage([1], who="kim", now=NOW, note=action.pop("note", "a note"), **action)
    assert everything(filled) == before


def test_an_older_file_gets_what_the_desk_needs(tmp_path: Path) -> None:
    from sqlite_utils import Database, Migrations

    from listening.store import schema

    path = tmp_path / "old.db"
    old = Migrations("listening")
    for migration in schema._IN_ORDER[:6]:
        old()(migration)
    db = Database(path)
    old.apply(db)
    db.execute("INSERT INTO brands (name) VALUES ('Acme')")
    db.execute("INSERT INTO sources (name) VALUES ('a'), ('forum')")
    db.execute(
        "INSERT INTO posts (source_id, platform, native_id, kind, url, domain, title, text, reply_to, channel, "
        "language, published, dated, collected, route) "
        "VALUES (2, 'p', '1', 'post', 'u', 'd', '', 'Acme', '', '', 'en', '2026-11-01T00:00:00Z', 1, '2026-11-01', '')"
    )
    db.execute(
        "INSERT INTO mentions (post_id, brand_id, published, words, created) "
        "VALUES (1, 1, '2026-11-01T00:00:00Z', '[]', '')"
    )
    db.conn.commit()
    db.close()
    with Store(path) as store:
        assert ids(store, InboxFilter(sources=("forum",))) == [1]
