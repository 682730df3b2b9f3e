"""Copies in the store: one cluster, one that is counted, nothing that people typed is lost."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.alike import Keys
from listening.post import Author, Entry, Extent, Mention, Post, Thread
from listening.store import MentionFilter, Store
from listening.store.filed import Filed
from tests.conftest import NOW
from tests.examples import examples
from tests.filed import filed

STORY = "Acme has raised the price of its anvils by a third overnight and told nobody about it before"
OTHER = "The engineer from Acme came on a Sunday, fixed the bellows and would not even take a coffee"
RETWEET = f"RT @kim: {STORY}. And yesterday they doubled the delivery fee as well"
ALL = MentionFilter()


def entry(number: int, text: str = STORY, *brands: str, minutes: int | None = None, **changes: object) -> Entry:
    post = Post(
        platform="forum.example.com",
        id=str(number),
        url=f"https://forum.example.com/p/{number}",
        text=text,
        published=NOW + timedelta(minutes=number if minutes is None else minutes),
        author=Author(f"member{number}"),
    )
    return Entry(
        replace(post, **changes), "en", None, tuple(Mention(b, (b,), 0.5, "positive") for b in brands or ("Acme",))
    )


def save(store: Store, *entries: Entry, source: str = "forum") -> None:
    store.save(source, entries, now=NOW)
    assert store.check() == []


def worded(head: int, tail: int) -> str:
    """The story with so many other words at its beginning and its end."""
    words, others = STORY.split(), "lately somebody wrote in red ink upon every wall of that mill".split()
    return " ".join([*others[:head], *words[head : len(words) - tail], *others[len(others) - tail :]])


def counted(store: Store, brand: str = "Acme") -> tuple[int, int]:
    """Mentions counted once, and copies."""
    return next((f.mentions, f.copies) for f in store.brand_figures() if f.brand == brand)


def shown(store: Store, where: MentionFilter = ALL) -> list[tuple[str, int]]:
    return [(row.url.rpartition("/")[2], copies) for row, copies in store.folded(where)]


def first(store: Store) -> str:
    (cluster,) = store.clusters(ALL)
    return cluster.first.url.rpartition("/")[2]


def test_the_same_words_are_counted_once_with_their_copies(store: Store) -> None:
    save(store, entry(1), entry(2, STORY.upper()), entry(3, OTHER), entry(4, f"{STORY} https://t.co/x1"))
    assert counted(store) == (2, 2)
    assert shown(store) == [("3", 0), ("1", 2)]
    assert store.count_copies(ALL) == 2
    (cluster,) = store.clusters(ALL)
    assert (cluster.first.author, len(cluster.copies), cluster.brands) == ("member1", 2, ("Acme",))


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
def test_the_first_to_publish_is_shown_whenever_it_comes(store: Store, together: bool) -> None:
    entries = [entry(1, minutes=50), entry(2, minutes=10), entry(3, minutes=30)]
    for batch in [entries] if together else [[e] for e in entries]:
        save(store, *batch)
    assert shown(store) == [("2", 2)]
    assert first(store) == "2"


def test_copies_are_found_across_sources_runs_and_connections(store: Store) -> None:
    save(store, entry(1), source="forum")
    with Store(store.path) as another:
        save(another, entry(2, platform="social.example"), source="social")
    (cluster,) = store.clusters(ALL)
    assert cluster.sources == ("forum", "social")


def test_a_copy_with_an_opinion_of_its_own_is_linked_and_stays_a_mention(store: Store) -> None:
    save(store, entry(1), entry(2, RETWEET), entry(3, f"RT @kim: {STORY}"))
    assert counted(store) == (2, 1)
    (cluster,) = store.clusters(ALL)
    assert ([c.text for c in cluster.own], len(cluster.copies)) == ([RETWEET], 1)
    assert shown(store) == [("2", 0), ("1", 1)]


def test_an_opinion_that_came_before_what_it_repeats_stays_a_mention(store: Store) -> None:
    for each in (entry(1, RETWEET), entry(2, minutes=-5), entry(3)):
        save(store, each)
    assert counted(store) == (2, 1)
    assert first(store) == "2"
    for each in (entry(4, worded(0, 2)), entry(5, worded(4, 2))):
        save(store, each)
    assert counted(store) == (2, 3), "what it repeats is what others are like"


def test_few_words_are_the_same_thing_only_from_the_same_author_or_about_the_same_link(store: Store) -> None:
    author = Author("kim")
    save(store, entry(1, "Great service!"), entry(2, "Great service!"), entry(3, "Great service", author=author))
    save(store, entry(4, "great service", author=author, platform="social.example"))
    assert counted(store) == (3, 1)
    save(store, entry(5, "Look https://acme.example/a?utm_source=x"), entry(6, "look http://www.acme.example/a/"))
    assert counted(store) == (4, 2)


def test_a_name_that_many_have_is_no_author(store: Store) -> None:
    names = ("Anonymous", "Guest", "John Smith")
    entries = [
        entry(10 * i + j, "Great service!", author=Author(name), platform=f"{j}.example", minutes=0)
        for i, name in enumerate(names)
        for j in (0, 1)
    ]
    save(store, *entries[:4], entry(99, "Great service!", author=Author("Guest"), platform="0.example", minutes=300))
    save(store, *(replace(e, post=replace(e.post, published=NOW + timedelta(hours=9))) for e in entries[4:]))
    assert counted(store) == (7, 0)


def test_few_words_of_many_within_an_hour_are_a_burst(store: Store) -> None:
    save(store, *(entry(i, "Boycott Acme now!", minutes=i) for i in range(5)))
    assert counted(store) == (5, 0)
    save(store, entry(5, "boycott acme now", minutes=6), entry(6, "boycott acme now", minutes=2000))
    assert counted(store) == (2, 5)


def test_said_again_after_months_is_said_again(store: Store) -> None:
    save(store, entry(1), entry(2, minutes=60 * 24 * 90))
    assert counted(store) == (2, 0)


def test_each_brand_counts_for_itself(store: Store) -> None:
    save(store, entry(1, STORY, "Acme"), entry(2, STORY, "Acme", "Globex"), entry(3, STORY, "Globex"))
    assert (counted(store), counted(store, "Globex")) == ((1, 1), (1, 1))


def test_what_people_typed_on_any_copy_stays_and_is_shown(store: Store) -> None:
    save(store, entry(1), entry(2), entry(3))
    with store.writing() as conn:
        conn.execute("UPDATE mentions SET status = 'answered', assignee = 'kim' WHERE post_id = 2")
    save(store, entry(1), entry(2), entry(3), entry(4, minutes=-9))
    assert [(m.status, m.assignee) for m in store.mentions(MentionFilter(status="answered"))] == [("answered", "kim")]
    assert shown(store) == [("2", 0), ("4", 2)]
    save(store, entry(2, "never mind all this, it was about somebody else entirely"))
    assert store.count_mentions(MentionFilter(status="answered")) == 1


def test_saving_again_changes_nothing(store: Store) -> None:
    entries = [entry(1), entry(2), entry(3, OTHER), entry(4, RETWEET)]
    tables = ("copies", "copy_keys", "copy_log", "mentions", "daily")
    found = []
    for _ in range(2):
        save(store, *entries)
        found.append([store.db.conn.execute(f"SELECT * FROM {table}").fetchall() for table in tables])
    assert found[0] == found[1]


def test_an_edited_post_leaves_its_cluster_or_joins_another(store: Store) -> None:
    save(store, entry(1), entry(2), entry(3, OTHER))
    save(store, entry(2, OTHER))
    assert counted(store) == (2, 1)
    assert shown(store) == [("2", 1), ("1", 0)]
    save(store, entry(2, f"{OTHER}."))
    assert shown(store) == [("2", 1), ("1", 0)]
    save(store, entry(2, "Something else that has nothing to do with Acme coffee or with anvils at all"))
    assert (counted(store), store.clusters(ALL)) == ((3, 0), [])


def test_another_takes_the_place_of_a_first_publisher_who_edits_or_deletes(store: Store) -> None:
    save(store, entry(1), entry(2), entry(3))
    save(store, entry(1, OTHER))
    assert (first(store), counted(store)) == ("2", (2, 1))
    save(store, replace(entry(2, "", deleted=True), mentions=()))
    assert store.clusters(ALL) == []
    save(store, entry(4))
    assert (first(store), counted(store)) == ("3", (2, 1))


def test_who_takes_the_place_of_a_first_publisher_is_what_others_are_like(store: Store) -> None:
    save(store, entry(1), entry(2, worded(0, 2)), entry(3, worded(0, 1)))
    save(store, entry(1, OTHER))
    save(store, entry(4, worded(1, 3)))
    save(store, entry(5, worded(4, 3)))  # like the fourth alone, one step from the second
    assert counted(store) == (2, 3)


def test_who_only_repeats_takes_the_place_before_who_adds_to_it(store: Store) -> None:
    save(store, entry(1), entry(2, RETWEET), entry(3))
    save(store, entry(1, OTHER))
    save(store, entry(4, worded(3, 0)))
    assert counted(store) == (3, 1)
    assert shown(store)[0] == ("3", 1)


def test_an_opinion_that_others_repeated_first_is_what_they_repeat(store: Store) -> None:
    for each in (entry(1, RETWEET), entry(2, RETWEET), entry(3)):
        save(store, each)
    assert (counted(store), shown(store)) == ((1, 2), [("1", 2)])


def test_no_trace_of_deleted_words_is_left_in_the_keys(store: Store) -> None:
    save(store, entry(1))
    assert filed(store)
    save(store, replace(entry(1, "", deleted=True), mentions=()))
    assert not filed(store)


def test_posts_that_vanish_from_a_thread_hand_over_too(store: Store) -> None:
    thread = Thread("7", "prices")
    save(store, entry(1, thread=thread), entry(2, thread=thread), entry(3))
    store.save("forum", [], now=NOW, extents=[Extent("forum.example.com", "7", frozenset({2}))])
    assert store.check() == []
    assert (first(store), counted(store)) == ("2", (1, 1))


def test_a_new_query_lets_stored_posts_find_their_copies(store: Store) -> None:
    save(store, replace(entry(1), mentions=()), entry(2))
    assert counted(store) == (1, 0)
    save(store, entry(1), entry(2))
    assert counted(store) == (1, 1)


def test_a_brand_that_no_longer_matches_the_first_leaves_one_to_be_counted(store: Store) -> None:
    save(store, entry(1, STORY, "Acme", "Globex"), entry(2, STORY, "Acme", "Globex"))
    save(store, entry(1, STORY, "Globex"))
    assert (counted(store), counted(store, "Globex")) == ((1, 0), (1, 1))


def test_looking_back_with_a_new_query_finds_copies_too(store: Store) -> None:
    save(store, *(replace(entry(i, text), mentions=()) for i, text in enumerate((STORY, OTHER, STORY))))
    for brands, figures in ((("Acme",), (2, 1)), ((), (0, 0)), (("Acme",), (2, 1))):
        mentions = tuple(Mention(brand, (brand,)) for brand in brands)
        store.understand_again([1, 2, 3], lambda stored, m=mentions: Entry(stored.post, "en", None, m), ["Acme"], NOW)
        assert store.check() == []
        assert [(f.mentions, f.copies) for f in store.brand_figures()] == [figures]


def test_what_is_shelved_makes_place_for_a_copy(store: Store) -> None:
    save(store, entry(1), entry(2), entry(3))
    shelved = tuple(replace(mention, shelved=True) for mention in entry(1).mentions)
    save(store, replace(entry(1), mentions=shelved))
    assert (counted(store), shown(store)) == ((1, 1), [("2", 1)])
    assert shown(store, MentionFilter(shelf=True)) == [("1", 0)]
    save(store, replace(entry(4, minutes=-5), mentions=shelved), entry(1))
    assert (counted(store), shown(store)) == ((1, 2), [("1", 2)])


def test_unmatched_posts_are_not_sought(store: Store) -> None:
    save(store, replace(entry(1), mentions=()), replace(entry(2), mentions=()))
    assert not filed(store)


def test_a_filter_that_leaves_out_the_first_shows_the_next(store: Store) -> None:
    save(store, entry(1))
    save(store, entry(2), entry(3), source="social")
    assert shown(store, MentionFilter(source="social")) == [("2", 1)]
    assert shown(store, MentionFilter(since=NOW + timedelta(minutes=3))) == [("3", 0)]
    assert store.count_copies(MentionFilter(source="social")) == 1


def test_net_sentiment_and_timeline_count_once(store: Store) -> None:
    angry = tuple(Mention("Acme", ("Acme",), -0.5, "negative") for _ in range(1))
    save(store, *(replace(entry(i), mentions=angry) for i in range(9)), entry(20, OTHER))
    (figures,) = store.brand_figures()
    assert (figures.negative, figures.positive, figures.net, figures.copies) == (1, 1, 0.0, 8)
    assert store.timeline("Acme") == [("2026-11-20", 2, 1, 0, 1)]
    assert store.db.conn.execute("SELECT sum(mentions) FROM daily").fetchone()[0] == 10


def test_a_thousand_copies_cost_what_a_thousand_posts_cost(store: Store) -> None:
    def seconds(entries: list[Entry]) -> float:
        begun = time.process_time()
        for at in range(0, len(entries), 100):
            store.save("forum", entries[at : at + 100], now=NOW)
        return time.process_time() - begun

    few = seconds([entry(i, f"{STORY} {'!' * (i % 3)}") for i in range(1000)])
    many = seconds([entry(i, f"{STORY} {'!' * (i % 3)}") for i in range(1000, 2000)])
    assert many < 4 * few
    assert counted(store) == (1, 1999)
    assert len(filed(store)) < 20, "copies are filed once"


def test_a_key_that_many_share_stays_short(store: Store) -> None:
    entries = [
        entry(
            i,
            f"Good morning to all of you at Acme, today I am going to talk of {'abcdefghij'[i % 10] * (i + 3)}",
        )
        for i in range(120)
    ]
    save(store, *entries)
    assert Counter(key for key, _ in filed(store)).most_common(1)[0][1] <= 32


def test_what_many_share_brings_nobody_together_unless_it_says_enough(store: Store) -> None:
    filed = Filed(store.db.conn)
    filed.holders = {1: [11, 12, 13, 14, 15], 2: [14, 16], 3: [15]}
    assert filed.likeliest(Keys((1,), (1, 9))) == []
    assert filed.likeliest(Keys((1,), (1, 9), alone=(1,))) == [11, 15]
    assert filed.likeliest(Keys((1, 2), (1, 2))) == [14, 16], "the one that shares both, before the one with a rare key"
    assert set(filed.likeliest(Keys((1, 2), (1, 2), alone=(1,)))) == {11, 14, 15, 16}
    assert filed.likeliest(Keys((3,), (3,))) == [15]


@pytest.mark.parametrize("text", [STORY, "Great service at Acme!"])
def test_what_is_said_again_every_two_months_finds_what_was_said_last(store: Store, text: str) -> None:
    day = 24 * 60
    author = Author("kim")
    save(store, *(entry(number, text, minutes=60 * day * number, author=author) for number in range(1, 9)))
    assert store.count_copies(ALL) == 0
    save(store, entry(9, text, minutes=60 * day * 8 + 5, author=author))
    assert store.count_copies(ALL) == 1
    assert first(store) == "8"


def test_a_teaser_finds_its_article_among_many_that_begin_alike(store: Store) -> None:
    begin = "It is the day we had to"
    others = (f"{begin} {' '.join(f'{word}{i}' for word in OTHER.lower().split())}" for i in range(6))
    article = f"{begin} say: {STORY} {' '.join(f'page{i} line{i} and{i} more{i}' for i in range(30))}"
    save(store, *(entry(number, text) for number, text in enumerate((article, *others), start=1)))
    save(store, entry(20, f"{begin} say: {' '.join(STORY.split()[:6])}"))
    (cluster,) = store.clusters(ALL)
    assert [copy.url.rpartition("/")[2] for copy in (cluster.first, *cluster.own)] == ["20", "1"]


def test_vacuum_sets_right_what_is_counted(store: Store) -> None:
    save(store, entry(1), entry(2), entry(3))
    with store.writing() as conn:
        conn.execute("UPDATE mentions SET copy = 0")
    assert any("counted once" in problem for problem in store.check())
    store.vacuum()
    assert (store.check(), counted(store)) == ([], (1, 2))


_TEXTS = st.sampled_from([STORY, OTHER, RETWEET, f"{STORY}!", f"{OTHER} and left", "Great service!", "Acme", ""])
_STEPS = st.lists(
    st.lists(st.tuples(st.integers(1, 8), _TEXTS, st.sampled_from([("Acme",), ("Acme", "Globex"), ()])), max_size=4),
    max_size=6,
)


@given(steps=_STEPS)
@settings(max_examples=examples(20), deadline=None)
def test_whatever_is_saved_and_saved_again_every_cluster_is_counted_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[tuple[int, str, tuple[str, ...]]]]
) -> None:
    with Store(tmp_path_factory.mktemp("copies") / "x.db") as store:
        for step in steps:
            entries = []
            for number, text, brands in step:
                made = entry(number, text, "Acme", deleted=not text)
                mentions = tuple(Mention(b, (b,), 0.5, "positive") for b in brands if text)
                entries.append(replace(made, mentions=mentions))
            save(store, *entries)
        conn = store.db.conn
        assert conn.execute(
            "SELECT count(*) FROM (SELECT 1 FROM copies GROUP BY cluster HAVING count(*) < 2)"
        ).fetchone() == (0,)
        wrong = (
            "SELECT count(*) FROM mentions m LEFT JOIN copies c USING (post_id) "
            "WHERE m.cluster IS NOT CASE WHEN c.own THEN NULL ELSE c.cluster END"
        )
        assert conn.execute(wrong).fetchone() == (0,)
        figures = store.brand_figures()
        assert sum(f.mentions + f.copies for f in figures) == store.count_mentions(ALL)
        assert sum(f.copies for f in figures) == store.count_copies(ALL)


def test_a_crash_leaves_no_half_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from listening.store.copies import Copies

    with Store(tmp_path / "x.db") as store:
        save(store, entry(1))

        def broken(self: Copies) -> None:
            raise OSError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(Copies, "_write", broken)
            with pytest.raises(OSError, match="full"):
                store.save("forum", [entry(2)], now=NOW)
        assert (store.totals()["posts"], counted(store)) == (1, (1, 0))
        save(store, entry(2))
        assert counted(store) == (1, 1)


def test_the_first_published_is_the_one_that_is_shown_whenever_it_comes(store: Store) -> None:
    def shown() -> list[str]:
        query = "SELECT p.native_id FROM mentions m JOIN posts p ON p.id = m.post_id WHERE m.copy = 0"
        return [row[0] for row in store.db.conn.execute(query)]

    store.save("forum", [entry(1, minutes=0)], now=NOW)
    store.save("forum", [entry(2, minutes=5)], now=NOW)
    assert shown() == ["1"], "a later copy"
    store.save("forum", [entry(3, minutes=-5)], now=NOW)
    assert shown() == ["3"], "what was copied, found last"
