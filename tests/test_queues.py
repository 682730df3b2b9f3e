"""Complaints and opportunities: clocks against targets, what became of people; and views that are saved and counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listening.config import Targets
from listening.errors import ListeningError
from listening.store import InboxFilter, Store
from tests.conftest import NOW
from tests.test_inbox import entry, ids, read

TARGETS = Targets(answer=timedelta(hours=4), resolve=timedelta(days=2))


@pytest.fixture
def filled(store: Store) -> Store:
    """Nine complaints, an hour apart, by three authors; and who may be won."""
    bad = [
        entry(i, label="negative", score=-0.6, intents=("complaint",), points=30 + i, author=f"c{i % 3}")
        for i in range(9)
    ]
    good = [
        entry(20, intents=("buying",), points=25), entry(21, brand="Globex", intents=("leaving",), points=40),
        entry(22, intents=("idea",), points=5), entry(23, intents=("buying", "spam")),
    ]  # fmt: skip
    store.save("forum", [*bad, *good], now=NOW)
    with store.writing() as conn:
        conn.execute("UPDATE brands SET ours = 0 WHERE name = 'Globex'")
    return store


def test_clocks_run_until_the_answer_and_the_end(filled: Store) -> None:
    items = filled.queue("complaints", now=NOW, targets=TARGETS, limit=100).items
    assert [item.card.brand for item in items] == ["Acme"] * 9
    oldest = max(items, key=lambda item: item.answer.took)
    assert (oldest.answer.took, oldest.answer.late, oldest.answer.left) == (
        timedelta(hours=8), True, timedelta(hours=-4),
    )  # fmt: skip
    assert (oldest.resolution.late, oldest.tone) == (False, None)
    filled.triage([oldest.card.mention_id], who="kim", now=NOW - timedelta(hours=5), status="answered")
    (item,) = filled.queue("complaints", read("status=answered"), now=NOW, targets=TARGETS).items
    assert (item.answer.took, item.answer.late) == (timedelta(hours=3), False)
    assert item.resolution.stopped is None
    assert len(filled.queue("complaints", now=NOW).items) == 8


def test_opportunities_are_buyers_ideas_and_who_leaves_a_competitor(filled: Store) -> None:
    items = filled.queue("opportunities", now=NOW).items
    assert [(item.card.brand, item.card.intents) for item in items] == [
        ("Globex", ("leaving",)), ("Acme", ("buying",)), ("Acme", ("idea",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("score", "verdict"), [(0.5, "recovered"), (-0.5, "same"), (-0.9, "worse"), (None, "unscored"), ("", "silent")]
)
def test_whether_the_authors_tone_recovered_after_the_answer(
    filled: Store, score: float | str | None, verdict: str
) -> None:
    worst = ids(filled, read("queue=complaints"))[0]
    filled.triage([worst], who="kim", now=NOW + timedelta(hours=1), status="answered")
    author = filled.cards([worst], NOW)[0].author
    if score != "":
        told = entry(50, label=None, score=score, hours=-5, author=author.name if author else "")  # type: ignore[arg-type]
        filled.save("forum", [told], now=NOW)
    item = filled.items(filled.cards([worst], NOW), now=NOW)[0]
    assert item.tone is not None
    assert item.tone.verdict == verdict


def test_what_was_said_of_something_else_is_no_tone(filled: Store) -> None:
    worst = ids(filled, read("queue=complaints"))[0]
    filled.triage([worst], who="kim", now=NOW + timedelta(hours=1), status="answered")
    author = filled.cards([worst], NOW)[0].author
    filled.save("forum", [entry(50, score=0.5, hours=-5, author=author.name if author else "")], now=NOW)
    filled.triage([filled.mark()], who="kim", now=NOW, status="not relevant")
    (item,) = filled.items(filled.cards([worst], NOW), now=NOW)
    assert item.tone is not None
    assert item.tone.verdict == "silent"


def test_a_queue_at_a_glance(filled: Store) -> None:
    first, second, third, *_ = ids(filled, read("queue=complaints"))
    filled.triage([first, second], who="kim", now=NOW + timedelta(hours=1), status="answered")
    filled.triage([second], who="kim", now=NOW + timedelta(hours=2), status="closed", outcome="sale")
    filled.triage([third], who="kim", now=NOW, assignee="kim")
    later = NOW + timedelta(hours=3)
    figures = filled.queue_figures("complaints", since=NOW, until=later, now=later, targets=TARGETS)
    assert [str(count) for count in (figures.unanswered, figures.late, figures.nobodys)] == ["7", "7", "6"]
    assert (figures.answered, figures.in_time, figures.closed) == (2, 2, 1)
    assert figures.median_answer == timedelta(hours=1, minutes=30)
    assert figures.outcomes == (("sale", 1),)
    assert figures.tones == (("silent", 2),)
    before = filled.queue_figures("complaints", since=NOW - timedelta(days=1), until=NOW, now=later)
    assert (before.answered, before.median_answer) == (0, None)


def test_views_are_saved_counted_shared_and_taken_back(filled: Store) -> None:
    mine, token = filled.save_view("  My  complaints ", "queue=complaints&order=urgent", who="kim", now=NOW)
    ours, _ = filled.save_view("All", "", who="anna", now=NOW, shared=True)
    assert mine.name == "My complaints"
    assert [view.name for view in filled.views("kim")] == ["All", "My complaints"]
    assert [view.name for view in filled.views("jo")] == ["All"]
    counts = filled.view_counts(filled.views("kim"), now=NOW)
    assert {ident: str(count) for ident, count in counts.items()} == {mine.id: "9", ours.id: "13"}
    assert filled.view("my complaints", "kim") == filled.view(str(mine.id), "kim") == mine
    assert filled.view("my complaints", "jo") is None
    changed, again = filled.save_view("My complaints", "queue=complaints&brand=Acme", who="kim", now=NOW)
    assert changed.id == mine.id
    assert len(filled.undo(token, "kim", now=NOW).conflicts) == 1, "it was changed since"
    filled.undo(again, "kim", now=NOW)
    assert filled.view("My complaints", "kim") == mine
    dropped = filled.drop_view(mine.id, who="kim", now=NOW)
    assert filled.view("My complaints", "kim") is None
    redo = filled.undo(dropped, "kim", now=NOW)
    assert filled.view("My complaints", "kim") == mine
    filled.undo(redo.undo, "kim", now=NOW)
    assert filled.view("My complaints", "kim") is None


def test_views_that_cannot_be_are_refused(filled: Store) -> None:
    for name, filters in (("", ""), ("x" * 81, ""), ("x", "statsu=new"), ("x", "q=%28"), ("x", "q=" + "a" * 4000)):
        with pytest.raises(ListeningError):
            filled.save_view(name, filters, who="kim", now=NOW)
    view, _ = filled.save_view("x", "", who="kim", now=NOW)
    with pytest.raises(ListeningError):
        filled.drop_view(view.id, who="anna", now=NOW)
    with filled.writing() as conn:
        conn.execute("UPDATE views SET filters = 'colour=red'")
    assert filled.view_counts(filled.views("kim"), now=NOW) == {}


def test_an_empty_store_has_empty_lists(store: Store) -> None:
    assert store.page(InboxFilter(), now=NOW).cards == ()
    assert store.queue("complaints", now=NOW).items == ()
    assert store.queue_figures("complaints", since=NOW, until=NOW, now=NOW).answered == 0
    assert store.views("kim") == []
    assert store.choices().tags == ()


def test_what_was_answered_is_listed_as_it_is_counted(filled: Store) -> None:
    first, second, third, *_ = ids(filled, read("queue=complaints"))
    for hours, each in enumerate((first, second, third)):
        filled.triage([each], who="kim", now=NOW + timedelta(hours=hours), status="answered")
    filled.triage([second], who="kim", now=NOW, outcome="sale")
    span = {"since": NOW, "until": NOW + timedelta(hours=2), "now": NOW + timedelta(hours=9)}

    def listed(**more: str) -> list[int]:
        return [item.card.mention_id for item in filled.answered("complaints", **span, **more).items]  # type: ignore[arg-type]

    assert listed() == [second, first]
    assert listed(became="sale") == [second]
    assert listed(became="silent") == [second, first]
    assert listed(became="recovered") == []
    page = filled.answered("complaints", **span, limit=1)  # type: ignore[arg-type]
    assert [item.card.mention_id for item in page.items] == [second]
    page = filled.answered("complaints", **span, limit=1, after=page.after)  # type: ignore[arg-type]
    assert [item.card.mention_id for item in page.items] == [first]
    assert page.after == ""
