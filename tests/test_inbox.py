"""The inbox: every list whole and in order, nothing moves while one reads, what is hidden stays hidden."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import ListeningError, QueryError
from listening.post import Aspect, Author, Entry, Evidence, Intent, Mention, Post, Quote, Thread, Urgency
from listening.store import EVERYTHING, Card, InboxFilter, Scope, Store, read_filters
from listening.store.inbox import _Cursor
from listening.store.inbox_sql import unfolded
from listening.store.urgent import wait_points
from tests.conftest import NOW


def entry(
    number: int, text: str = "", brand: str = "Acme", *, label: str | None = "neutral", score: float | None = 0.0,
    intents: tuple[str, ...] = (), points: int = 0, hours: float | None = None, author: str = "", aspect: str = "",
) -> Entry:  # fmt: skip
    post = Post(
        "forum.example.com", str(number), f"https://forum.example.com/p/{number}",
        text or f"{brand} number {number} and {number * 7919 % 997}",
        NOW - timedelta(hours=number if hours is None else hours), Author(author or f"member{number % 3}", followers=7),
        thread=Thread(str(number // 5), "A topic"), position=number % 5 + 1,
    )  # fmt: skip
    mention = Mention(
        brand, (brand,), score, label, (Evidence("a rule", ("number",)),),  # type: ignore[arg-type]
        tuple(Intent(name, 0.9, (Evidence("a pattern", ("and",)),)) for name in intents),
        (Aspect(aspect, score, label, ("and",)),) if aspect else (),  # type: ignore[arg-type]
        Urgency((("complaint", points),) if points else ()),
    )  # fmt: skip
    return Entry(post, "en", None, (mention,))


def ids(
    store: Store, where: InboxFilter, order: str = "newest", limit: int = 7, scope: Scope | None = None
) -> list[int]:
    """All pages of a list, one after the other."""
    found: list[int] = []
    after = ""
    while True:
        page = store.page(where, now=NOW, order=order, after=after, limit=limit, scope=scope or Scope())
        found += [card.mention_id for card in page.cards]
        after = page.after
        if not after:
            return found


def read(text: str) -> InboxFilter:
    return read_filters(text, NOW)[0]


@pytest.fixture
def filled(store: Store) -> Store:
    entries = [
        entry(
            i, brand=("Acme", "Globex")[i % 4 == 0], label=("negative", "neutral", "positive", None)[i % 4],
            score=(-0.1 * (i % 9), 0.0, 0.5, None)[i % 4],
            intents=(("complaint",), ("buying", "question"), (), ())[i % 4],
            points=i * 13 % 60 if i % 3 else 0, aspect=("price", "delivery")[i % 2], hours=i * 4,
        )
        for i in range(60)
    ]  # fmt: skip
    store.save("forum", entries[:40], now=NOW)
    store.save("mail", entries[40:], now=NOW)
    with store.writing() as conn:
        conn.execute("UPDATE brands SET ours = 0 WHERE name = 'Globex'")
    return store


def every(store: Store) -> list[Card]:
    return list(store.page(InboxFilter(fold=False), now=NOW, limit=1000).cards)


WAYS = {
    "brand=Acme": lambda c: c.brand == "Acme",
    "brand=Acme&brand=Globex": lambda c: True,
    "brand=Nobody": lambda c: False,
    "source=mail": lambda c: c.source == "mail",
    "sentiment=negative": lambda c: c.sentiment == "negative",
    "sentiment=unscored": lambda c: c.sentiment is None,
    "intent=complaint": lambda c: "complaint" in c.intents,
    "intent=complaint&intent=buying": lambda c: c.intents != (),
    "intent=compl": lambda c: False,
    "urgency=30": lambda c: sum(p for n, p in c.urgency.parts if n != "wait") >= 30,
    "since=2d": lambda c: c.published >= NOW - timedelta(days=2),
    "since=2d&until=1d": lambda c: NOW - timedelta(days=2) <= c.published < NOW - timedelta(days=1),
    "aspect=price": lambda c: c.aspects[0].name == "price",
    "aspect=price&aspect_sentiment=negative": lambda c: c.aspects[0] == c.aspects[0] and c.aspects[0].name == "price"
    and c.aspects[0].label == "negative",
    "person=1": lambda c: c.author is not None and c.author.id == 1,
    "q=number": lambda c: True,
    "q=%22number+12%22": lambda c: "number 12" in c.text,
    "q=author:member1+sentiment:negative&source=forum": lambda c: c.author is not None
    and c.author.name == "member1" and c.sentiment == "negative" and c.source == "forum",
    "queue=complaints": lambda c: "complaint" in c.intents and c.ours,
    "queue=opportunities": lambda c: "buying" in c.intents,
    "status=open": lambda c: c.status == "new",
    "status=closed": lambda c: False,
    "assignee=-": lambda c: True,
    "tag=": lambda c: True,
    "noted=1": lambda c: False,
}  # fmt: skip


@pytest.mark.parametrize("text", WAYS)
@pytest.mark.parametrize("order", ["newest", "urgent", "negative"])
def test_each_filter_shows_just_what_passes_it_in_each_order(filled: Store, text: str, order: str) -> None:
    cards = [c for c in every(filled) if WAYS[text](c) and (order != "negative" or c.sentiment == "negative")]
    keys = {
        "newest": lambda c: (c.published, c.mention_id),
        "urgent": lambda c: (sum(p for _, p in c.urgency.parts), c.published, c.mention_id),
        "negative": lambda c: (-c.score, c.published, c.mention_id),
    }
    expected = [c.mention_id for c in sorted(cards, key=keys[order], reverse=True)]
    where = read(text)
    assert ids(filled, where, order) == expected
    assert list(filled.listed(where, now=NOW, order=order)) == expected
    if order == "newest":
        assert filled.count(where).mentions == len(expected)


FEW = (
    "intent=complaint",
    "urgency=30",
    "brand=Acme&source=forum",
    "assignee=kim",
    "assignee=kim&status=open",
    "tag=vip",
)


@pytest.mark.parametrize("text", FEW)
@pytest.mark.parametrize("order", ["newest", "urgent"])
def test_what_filters_name_is_the_same_be_it_few_or_many(
    filled: Store, text: str, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = [c.mention_id for c in every(filled)][::3]
    filled.triage(some, who="kim", now=NOW, assignee="kim", add_tags=["vip"])
    where = read(text)
    listed, counted = ids(filled, where, order), filled.count(where)
    monkeypatch.setattr("listening.store.inbox_sql._FEW", 0)
    assert listed
    assert ids(filled, where, order) == listed
    assert filled.count(where) == counted


def test_what_came_is_counted_without_walking_the_list(filled: Store) -> None:
    def steps(mark: int) -> int:
        count = [0]
        filled.db.conn.set_progress_handler(lambda: count.__setitem__(0, count[0] + 1), 10)
        filled.new_since(InboxFilter(), mark)
        filled.db.conn.set_progress_handler(None, 0)
        return count[0]

    assert steps(filled.mark() - 1) * 4 < steps(0)


@pytest.mark.parametrize("order", ["newest", "negative"])
def test_where_words_are_in_many_posts_the_list_is_walked_along_its_order(
    filled: Store, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listening.store.search._FEW", 3)
    asked: list[str] = []
    filled.db.conn.set_trace_callback(asked.append)
    filled.page(read("brand=Acme&q=number"), now=NOW, order=order)
    filled.db.conn.set_trace_callback(None)
    walks = [sql for sql in asked if sql.startswith("SELECT d.id, d.post_id")]
    plans = [row[3] for sql in walks for row in filled.db.conn.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert [plan for plan in plans if plan.startswith("SCAN d USING INDEX")]
    assert "USE TEMP B-TREE FOR ORDER BY" not in plans


def test_nothing_moves_while_one_reads_and_what_came_is_counted(filled: Store) -> None:
    for order in ("newest", "urgent", "negative"):
        whole = ids(filled, InboxFilter(), order)
        first = filled.page(InboxFilter(), now=NOW, order=order, limit=5)
        number = len(every(filled)) + 100
        filled.save("forum", [entry(number, label="negative", score=-0.9, points=90, hours=30)], now=NOW)
        assert str(filled.new_since(InboxFilter(), first.mark)) == "1"
        assert str(filled.new_since(InboxFilter(sentiment="positive"), first.mark)) == "0"
        later = filled.page(InboxFilter(), now=NOW + timedelta(hours=9), order=order, after=first.after, limit=1000)
        assert [card.mention_id for card in (*first.cards, *later.cards)] == whole


def test_counts_end_at_a_thousand(filled: Store) -> None:
    assert str(filled.count(InboxFilter(), cap=10)) == "10+"
    assert str(filled.count(InboxFilter(), cap=60)) == "60"
    assert str(filled.count(read("q=number"), cap=10)) == "10+"


def test_hidden_sources_are_in_no_list_count_or_thread(filled: Store) -> None:
    scope = Scope(frozenset({"mail"}))
    for text in ("", "q=number", "aspect=price", "person=1", "source=mail"):
        assert filled.count(read(text), scope=scope).mentions == sum(
            1 for i in ids(filled, read(text)) if filled.cards([i], NOW)[0].source == "forum"
        )
    hidden = next(card for card in every(filled) if card.source == "mail")
    assert filled.thread(hidden.post_id, scope=scope).posts == ()
    assert filled.choices(scope=scope).sources == ("forum",)


def test_what_was_said_several_times_stands_once(store: Store) -> None:
    text = "the very same words about Acme that somebody sends to every board there is, to be heard"
    store.save("forum", [entry(i, text, author=f"a{i}") for i in range(15)], now=NOW)
    store.save("mail", [entry(99, text, author="b", hours=-1)], now=NOW)
    (card,) = store.page(InboxFilter(), now=NOW).cards
    assert card.copies == 15
    assert card.published == NOW - timedelta(hours=14)
    assert store.count(InboxFilter(fold=False)).mentions == 16
    assert len(ids(store, InboxFilter(cluster=card.cluster, fold=False))) == 16
    assert [c.source for c in store.page(read("source=mail"), now=NOW).cards] == ["mail"], "it repeats none of these"
    worked = ids(store, InboxFilter(fold=False))[0]
    store.triage([worked], who="kim", now=NOW, assignee="kim")
    assert worked in ids(store, InboxFilter()), "what somebody works on is never folded away"


def test_a_card_holds_all_there_is_to_judge_by(store: Store) -> None:
    one = entry(
        1, "Acme number 7 and appleAcme, Acme!", label="negative", score=-0.5, intents=("complaint",), points=40
    )
    post = one.post
    one = replace(one, post=replace(post, quotes=(Quote("what they said", "jo"),), title="On Acme", likes=3))
    store.save("forum", [one, entry(2), entry(3)], now=NOW)
    card = store.page(read("sentiment=negative"), now=NOW + timedelta(hours=9)).cards[0]
    assert card.text == one.post.text
    assert card.quotes == one.post.quotes
    assert card.author is not None
    assert (card.author.name, card.author.followers, card.likes, card.position) == ("member1", 7, 3, 2)
    assert (card.intents, card.thread_title, card.status, card.version) == (("complaint",), "A topic", "new", 0)
    assert dict(card.urgency.parts) == {"complaint": 40, "wait": 5}
    title, text = card.matched()
    assert [card.title[a:b] for a, b in title] == ["Acme"]
    assert [(a, card.text[a:b]) for a, b in text] == [(0, "Acme"), (29, "Acme")]
    assert [card.text[a:b] for a, b in card.telling()[1]] == ["number", "and"]


def test_the_thread_around_a_post(store: Store) -> None:
    store.save("forum", [entry(i) for i in range(10)], now=NOW)
    middle = next(card for card in every(store) if card.url.endswith("/7"))
    around = store.thread(middle.post_id, before=1, after=1)
    assert [post.position for post in around.posts] == [2, 3, 4]
    assert [post.here for post in around.posts] == [False, True, False]
    assert (around.before, around.after) == (1, 1)
    assert around.posts[1].mentions == (middle.mention_id,)
    assert store.thread(12345).posts == ()


def test_what_a_filter_bar_offers(filled: Store) -> None:
    one, two, *_ = ids(filled, InboxFilter())
    filled.triage([one], who="kim", now=NOW, add_tags=["vip", "bug"], assignee="kim")
    filled.triage([two], who="kim", now=NOW, assignee="anna")
    offered = filled.choices()
    assert offered.brands == ("Acme", "Globex")
    assert offered.assignees == ("anna", "kim")
    assert offered.tags == ("bug", "vip")
    assert offered.aspects == ("delivery", "price")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("statsu=new", 'did you mean "status"'), ("status=nwe", "not relevant"), ("order=oldest", "newest"),
        ("since=yesterday-ish", "2026-11-01"), ("person=kim", "not a number"), ("shelf=yes", "1 or 0"),
        ("queue=all", "complaints"), ("sentiment=bad", "unscored"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_named(text: str, said: str) -> None:
    with pytest.raises(ListeningError, match=said):
        read(text)


def test_a_mistake_in_the_query_is_pointed_at() -> None:
    with pytest.raises(QueryError):
        read("q=%28acme")


@given(st.text(max_size=60))
def test_no_cursor_breaks_a_list(text: str) -> None:
    with pytest.raises(ListeningError):
        _Cursor.read(text, "newest")


@settings(max_examples=60)
@given(st.integers(0, 100), st.floats(-5, 200))
def test_waiting_counts_as_it_does_when_it_is_shown(total: int, hours: float) -> None:
    from listening.urgency import waited

    wait = timedelta(hours=hours)
    base = Urgency((("complaint", total),) if total else ())
    parts = dict(waited(base, wait).parts)
    assert parts.get("wait", 0) == wait_points(total, wait)


def test_relative_days_are_counted_from_now() -> None:
    where, order = read_filters("since=7d&order=urgent&status=open&status=closed", NOW)
    assert where.since == NOW - timedelta(days=7)
    assert order == "urgent"
    assert where.statuses == ("new", "in progress", "closed")
    assert read_filters("since=2026-11-01", NOW)[0].since == datetime(2026, 11, 1, tzinfo=UTC)


def test_what_a_mention_copies_is_looked_for_among_its_copies_alone(store: Store) -> None:
    conn = store.db.conn
    fold, values = unfolded(conn, InboxFilter(), EVERYTHING)
    plan = conn.execute(f"EXPLAIN QUERY PLAN SELECT d.id FROM mentions d WHERE {fold}", values).fetchall()
    assert any("SEARCH e USING INDEX mentions_cluster (cluster=? AND brand_id=?" in row[3] for row in plan), plan
