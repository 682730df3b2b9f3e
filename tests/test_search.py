"""One language, two engines, one truth: the store finds exactly the posts that the matcher finds in flight."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from listening.errors import QueryError
from listening.post import Aspect, Author, Entry, Intent, Label, Mention, Post, Quote
from listening.query import PostFacts, parse
from listening.query import compile as compile_queries
from listening.query.fields import FIELDS
from listening.query.line import line
from listening.store import MentionFilter, Question, Store
from listening.store.index import odd
from pipelines.language import detect
from tests.conftest import NOW
from tests.examples import examples

# What posts and queries are made of, so that they meet; mostly the same few words, in disguise.
WORDS = (
    "acme anvil tools refund of the s it c k2 x 7 eleven at t com résumé Straße zoë naïve crème İstanbul файл ωμέγα "
    "ａｃｍｅ а\u0441me ac\u200bme ÁCMÉ Ⓐcme acm\u0435 ac\u00adme anv\u0131l ｒｅｆｕｎｄ of\ufeff þe K2 x² ７ œuvre "
    "東京 アクメ 東 京都 กขค 글로 글로벡스 acme는 🎉 👍🏽 ❤️ ﷼ ½ ﬁne acmes anvils refunds "
    "boxes companies re\u0301sume\u0301"
).split()
MARKS = (
    " ",
    " ",
    " ",
    " ",
    "'s ",
    "’s ",
    "'s's ",
    "`s'S ",
    "",
    "-",
    "&",
    ".",
    " & ",
    "_",
    "…",
    " — ",
    "\n",
    "\x00",
    "\u200b",
    "++ ",
    " #",
    " @",
    "™ ",
    "\u0301",
    "·",
    "，",
    "? ",
)
WILD = (
    "refund*",
    "an?il",
    "ac*",
    "com*es",
    "글로*",
    "résu*",
    "фа*",
    "C++",
    "AT&T",
    "7-Eleven",
    "#acme",
    "@acme",
    "acme.com",
    "s",
    "raw:Acme",
    "raw:acme",
    "raw:Résu*",
    "raw:ÁCMÉ",
)
FACTS = (
    "author:kim",
    "author:K*",
    "site:example.com",
    "site:reddit.com",
    "source:for*",
    "source:mail",
    "channel:tools",
    "lang:en",
    "type:(comment OR review)",
    "is:reply",
    "is:question",
    "followers:>10",
    "followers:<=10",
    "stars:<3",
    "link:acme.com",
    "channel:東京",
)

texts = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(MARKS)), max_size=8).map(
    lambda parts: "".join(word + mark for word, mark in parts)
)
words = st.sampled_from(WORDS) | st.sampled_from(WILD)
phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(lambda found: f'"{" ".join(found)}"')
around = st.tuples(phrases, st.integers(1, 9)).map(lambda found: f"{found[0]}~{found[1]}")
nears = st.tuples(words | phrases, st.sampled_from(["NEAR/1", "NEAR/3", "ONEAR/2"]), words | phrases).map(" ".join)
posts = st.builds(
    Post,
    platform=st.sampled_from(["forum.example.com", "reddit.com", "mail"]),
    id=st.uuids().map(str),
    url=st.sampled_from(["https://forum.example.com/p/1", "https://www.reddit.com/r/x", "", "https://acme.com/a"]),
    text=texts,
    title=texts | st.just(""),
    author=st.none()
    | st.builds(
        Author,
        st.sampled_from(["Kim", "ｋｉｍ", "Lee"]),
        st.sampled_from(["", "@kim", "u/lee"]),
        followers=st.none() | st.integers(0, 20),
    ),
    kind=st.sampled_from(["post", "comment", "review"]),
    channel=st.sampled_from(["", "Tools", "r/東京", "the tools corner"]),
    language=st.sampled_from(["", "en", "de-AT"]),
    reply_to=st.sampled_from(["", "5"]),
    rating=st.none() | st.sampled_from([1.0, 3.0, 5.0]),
)


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return (
        pair.map(lambda two: f"({two[0]} {two[1]})")
        | pair.map(lambda two: f"({two[0]} OR {two[1]})")
        | pair.map(lambda two: f"({two[0]} NOT {two[1]})")
        | inner.map(lambda one: f"title:({one})")
        | inner.map(lambda one: f"text:({one})")
    )


queries = st.recursive(words | phrases | around | nears | st.sampled_from(FACTS), combined, max_leaves=5)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store for all examples, each of which has a day of its own."""
    with Store(tmp_path_factory.mktemp("search") / "listening.db") as store:
        yield store


_days = iter(range(100_000))


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(posts, min_size=1, max_size=6), st.lists(queries, min_size=4, max_size=16))
def test_the_store_finds_what_the_matcher_finds_in_flight(
    crowded: Store, given_posts: list[Post], asked: list[str]
) -> None:
    day = datetime(1990, 1, 1, tzinfo=NOW.tzinfo) + timedelta(hours=next(_days))
    by_source: dict[str, list[Post]] = {"forum": [], "mail": []}
    for number, each in enumerate(given_posts):
        by_source["mail" if number % 3 else "forum"].append(replace(each, published=day + timedelta(minutes=number)))
    for source, those in by_source.items():
        crowded.save(source, [Entry(each, each.language) for each in those], now=NOW)
    for query in [*asked, *(own for each in given_posts for own in _own(each))]:
        try:
            node = parse(query, stored=True)
        except QueryError:
            continue
        matcher = compile_queries({"it": node}, stored=True)
        in_flight = {
            each.id
            for source, those in by_source.items()
            for each in those
            if matcher.match(each.title, each.text, PostFacts(_known(crowded, each), source, detect))
        }
        found = crowded.search(Question(node, NOW, detect=detect), day, day + timedelta(hours=1))
        assert {each.stored.post.id for each in found} == in_flight, query
        event("found" if in_flight else "nothing found")


def _own(post: Post) -> Iterator[str]:
    """Queries for words as they stand in a post, which mostly find it."""
    written = post.text.translate(dict.fromkeys(map(ord, '"()*?'), " ")).split()
    yield from (f'"{" ".join(written[start : start + 3])}"' for start in range(0, len(written), 2))
    yield from written[:2]


def _known(store: Store, post: Post) -> Post:
    """The post with its author as the store knows them by now: other posts may have told more."""
    if post.author is None:
        return post
    row = store.db.conn.execute(
        "SELECT name, followers FROM authors WHERE platform = ? AND native_id = ?",
        [post.platform, post.author.id or post.author.name],
    ).fetchone()
    return replace(post, author=replace(post.author, name=row[0], followers=row[1]))


def test_fts5_reads_every_character_that_is_not_odd_as_the_query_language_does() -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5 (x, tokenize = 'unicode61 remove_diacritics 2')")
    db.execute("CREATE VIRTUAL TABLE v USING fts5vocab (t, 'instance')")
    same = [char for code in range(0x11000) if not 0xD800 <= code < 0xE000 and not odd("", char := chr(code))]
    assert len(same) > 400
    texts = [form.replace("?", char) for char in same for form in ("ab?cd", "?cd", "ab?", "Ab ?")]
    db.executemany("INSERT INTO t (rowid, x) VALUES (?, ?)", enumerate(texts))
    read: dict[int, list[str]] = {}
    for term, number in db.execute("SELECT term, doc FROM v ORDER BY doc, offset"):
        read.setdefault(number, []).append(term)
    assert [text for number, text in enumerate(texts) if read.get(number, []) != line(text).decode().split()] == []


def post(number: int, text: str, **more: Any) -> Post:
    values = {
        "platform": "forum.example.com",
        "id": str(number),
        "url": f"https://forum.example.com/p/{number}",
        "text": text,
        "published": NOW - timedelta(hours=number),
        "author": Author(f"member{number % 3}"),
    }
    return Post(**(values | more))


def keep(store: Store, *found: Post | Entry, source: str = "forum") -> None:
    store.save(source, [each if isinstance(each, Entry) else Entry(each) for each in found], now=NOW)


def ids(store: Store, query: str, **bounds: Any) -> list[str]:
    asked = Question(parse(query, stored=True), NOW, detect=detect)
    return [each.stored.post.id for each in store.search(asked, **bounds)]


def mentions(store: Store, query: str, **where: Any) -> list[str]:
    asked = Question(parse(query, stored=True), NOW, detect=detect)
    limit, order = where.pop("limit", None), where.pop("order", "newest")
    found = store.mentions(MentionFilter(query=asked, **where), limit=limit, order=order)
    return [f"{row.brand} {row.url.rpartition('/')[2]}" for row in found]


DISGUISED = {
    "full-width": "ａｃｍｅ ships",
    "zero-width": "ac\u200bme ships",
    "look-alike": "а\u0441me ships",
    "possessive": "Acme’s own",
    "capitals": "ÁCMÉ",
    "before Hangul": "acme는",
    "between kana": "のacmeの",
    "soft hyphen": "ac\u00adme",
    "tag": "x#acme_tools",
    "decomposed": "a\u0301cme",
    "circled": "Ⓐcme",
}


@pytest.mark.parametrize("text", DISGUISED.values(), ids=DISGUISED.keys())
def test_disguised_words_are_found(store: Store, text: str) -> None:
    keep(store, post(1, text), post(2, "nothing here"))
    assert ids(store, "acme") == ["1"]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("東京", "昨日東京に行った"),
        ("アクメ", "これはアクメの製品"),
        ("🎉", "yes 🎉🏽"),
        ("C++", "I like C++ a lot"),
        ("AT&T", "at & t"),
        ("refund*", "no refunding"),
        ("colo?r", "a colour, a colonr"),
        ('"acme anvil"', "Acme's Anvil"),
        ("글로*", "글로벡스는"),
        ("anvil", "two anvils"),
        ("raw:Acme", "an Acme"),
        ('"anvil acme"~3', "acme the big anvil"),
        ("Straße", "strasse"),
    ],
)
def test_what_people_type_is_found(store: Store, query: str, text: str) -> None:
    keep(store, post(1, text), post(2, "nothing here"))
    assert ids(store, query) == ["1"]


def test_the_index_follows_edits_deletions_and_what_is_let_go(store: Store) -> None:
    keep(store, post(1, "ａｃｍｅ one"), post(2, "acme two"), post(3, "東京 three"))
    keep(store, post(1, "globex ｏｎｅ"), post(3, "", deleted=True))
    assert (ids(store, "acme"), ids(store, "one"), ids(store, "東京")) == (["2"], ["1"], [])
    store.vacuum()
    assert (ids(store, "acme"), ids(store, "one"), ids(store, "東京")) == (["2"], ["1"], [])
    assert store.forget_unmatched(NOW + timedelta(days=40)) == 3
    assert ids(store, "acme OR one OR 東京") == []
    left = store.db.conn.execute(
        "SELECT count(*) FROM posts_folded WHERE posts_folded MATCH 'one OR globex'"
    ).fetchone()
    assert left == (0,)
    assert store.check() == []


def test_an_older_database_is_indexed_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "listening.db"
    with Store(path) as store:
        keep(store, post(1, "ａｃｍｅ"))
        store.db.conn.executescript(
            "DROP TABLE posts_folded; DROP INDEX posts_published; "
            "DELETE FROM _sqlite_migrations WHERE name = 'm003_search'"
        )
    with Store(path) as store:
        assert ids(store, "acme") == ["1"]


def test_posts_come_newest_first_within_bounds_and_lazily(store: Store) -> None:
    keep(store, *(post(number, f"acme {number}") for number in (3, 1, 2, 5, 4)))
    assert ids(store, "acme") == ["1", "2", "3", "4", "5"]
    assert ids(store, "acme", since=NOW - timedelta(hours=3), until=NOW - timedelta(hours=1)) == ["2", "3"]
    assert ids(store, "acme after:2026-11-20T09:30 before:2026-11-20T10:30") == ["2"]
    assert ids(store, "NOT acme") == []


@pytest.mark.parametrize("at_once", [2, 4, 100])
def test_many_candidates_are_walked_along_their_dates(
    store: Store, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("listening.store.search._FEW", 3)
    monkeypatch.setattr("listening.store.search._AT_ONCE", at_once)
    keep(store, *(post(number, f"acme {'ａｎｖｉｌ' if number % 2 else 'anvil'}") for number in (3, 1, 2, 5, 4, 6)))
    keep(store, post(0, "nothing"), post(7, "nothing"))
    assert ids(store, "acme") == ["1", "2", "3", "4", "5", "6"]
    assert ids(store, "acme anvil -title:x") == ["1", "2", "3", "4", "5", "6"]
    assert ids(store, "acme", since=NOW - timedelta(hours=4)) == ["1", "2", "3", "4"]
    keep(store, *(replace_mention(number) for number in (2, 4, 5, 6)))
    assert mentions(store, "anvil", limit=2) == ["Acme 2", "Acme 4"]
    assert mentions(store, "anvil") == ["Acme 2", "Acme 4", "Acme 5", "Acme 6"]


def test_of_many_candidates_a_few_are_those_collected_last(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(store, *(post(number, f"acme {'ａｎｖｉｌ' if number % 2 else 'anvil'}") for number in (3, 1, 2, 5, 4, 6)))
    keep(store, post(0, "nothing"), post(7, "nothing"))
    asked = Question(parse("acme anvil"), NOW)
    every = store.candidates(asked)
    assert store.candidates(asked, limit=4) == every[:4], "few are sorted by date"
    monkeypatch.setattr("listening.store.search._FEW", 3)
    kept = store.candidates(asked, limit=4)
    assert set(kept) == set(sorted(every)[-4:])
    assert kept == [ident for ident in every if ident in kept], "the newest first"
    assert store.candidates(asked, limit=100) == every
    assert store.candidates(asked, NOW - timedelta(hours=4), limit=100) == every[:4]


def replace_mention(number: int) -> Entry:
    return Entry(post(number, "acme anvil"), "en", None, (Mention("Acme", ("acme",)),))


def test_the_index_narrows(store: Store) -> None:
    keep(store, *(post(number, f"acme number{number} {'ｘ' * (number % 2)}") for number in range(50)))
    for query, most in {"number7": 1, '"acme number7"': 1, "acme number3 NOT x": 1, "number1*": 11, "x": 25,
                        "acme after:2026-11-20T09:30": 3}.items():  # fmt: skip
        assert len(store.candidates(Question(parse(query, stored=True), NOW))) == most, query


def test_hostile_queries_are_no_trouble_to_the_index(store: Store) -> None:
    keep(store, post(1, "acme anvil"), post(2, '-- NEAR( " * ^'))
    nested = "(" * 90 + "acme" + " anvil) OR x" * 90
    long = " OR ".join(f"word{number}" for number in range(900)) + " OR acme"
    for query in (
        nested[:9000],
        long,
        '"NEAR AND OR NOT" OR acme',
        '"\' OR 1=1" OR acme',
        "acme " * 1500,
        'author:"\'; DROP TABLE posts" OR acme',
    ):
        assert ids(store, query) == ["1"], query[:40]
    assert ids(store, "ac*") == ["1"]


def labelled(number: int, text: str, label: Label | None, *brands: str, **more: Any) -> Entry:
    found = tuple(Mention(brand, (brand,), None if label is None else 0.5, label, **more) for brand in brands)
    return Entry(post(number, text), "en", None, found)


@pytest.fixture
def handled(store: Store) -> Store:
    """Mentions in several states."""
    complaint = {"intents": (Intent("complaint", 0.9), Intent("question", 0.5))}
    keep(
        store,
        labelled(1, "acme broke", "negative", "Acme", **complaint),
        labelled(2, "acme and globex see https://acme.com", "positive", "Acme", "Globex"),
        labelled(3, "acme 東京", None, "Acme", aspects=(Aspect("price"),)),
        post(4, "acme without a mention"),
    )
    with store.writing() as conn:
        conn.execute("UPDATE mentions SET status = 'answered', assignee = 'Kim' WHERE post_id = 1")
        conn.execute("INSERT INTO mention_tags VALUES (1, 'Churn risk')")
        conn.execute("INSERT INTO labels (post_id, brand_id, kind, value, made) VALUES (2, 2, 'relevance', 'yes', '')")
    return store


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("acme", ["Acme 1", "Acme 2", "Globex 2", "Acme 3"]),
        ("brand:acme", ["Acme 1", "Acme 2", "Acme 3"]),
        ("brand:glo*", ["Globex 2"]),
        ("sentiment:negative", ["Acme 1"]),
        ("sentiment:unscored", ["Acme 3"]),
        ("-sentiment:negative brand:acme", ["Acme 2", "Acme 3"]),
        ("intent:complaint", ["Acme 1"]),
        ("intent:question OR brand:globex", ["Acme 1", "Globex 2"]),
        ("status:answered", ["Acme 1"]),
        ("NOT status:answered acme", ["Acme 2", "Globex 2", "Acme 3"]),
        ("assignee:kim", ["Acme 1"]),
        ('tag:"churn risk"', ["Acme 1"]),
        ("tag:churn*", ["Acme 1"]),
        ("has:tag", ["Acme 1"]),
        ("has:label", ["Globex 2"]),
        ("has:aspect", ["Acme 3"]),
        ("has:intent OR has:link", ["Acme 1", "Acme 2", "Globex 2"]),
        ("東京 OR status:answered", ["Acme 1", "Acme 3"]),
        ("broke after:2026-11-20", ["Acme 1"]),
        ("acme before:2026-11-20T09:30", ["Acme 3"]),
        ("author:member1 lang:en", ["Acme 1"]),
        ("acme -globex -status:answered", ["Acme 3"]),
    ],
)
def test_mentions_are_found_by_words_and_fields(handled: Store, query: str, expected: list[str]) -> None:
    assert sorted(mentions(handled, query)) == sorted(expected)


def test_the_store_answers_every_field_that_it_alone_knows(handled: Store) -> None:
    stored = {name for name, field in FIELDS.items() if field.stored}
    known = handled.mentions_by_id([1])[0].fields
    assert stored == {*known, "after", "before"}
    with pytest.raises(ValueError, match="tag, assignee, label, intent, aspect, link"):
        FIELDS["has"].check("nothing")


def test_a_query_comes_on_top_of_the_other_filters(handled: Store) -> None:
    assert mentions(handled, "acme", brand="Acme", sentiment="positive") == ["Acme 2"]
    assert mentions(handled, "acme", limit=2) == ["Acme 1", "Globex 2"]  # of one time the last one stored
    assert mentions(handled, "acme", order="negative", brand="Acme") == ["Acme 1", "Acme 2"]
    assert handled.count_mentions(MentionFilter(query=Question(parse("acme"), NOW))) == 4


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("acme", ["1", "2", "3", "4"]),
        ("brand:acme brand:globex", []),
        ("acme brand:globex", ["2"]),
        ("acme -sentiment:(negative OR positive OR unscored)", ["4"]),
        ("acme -status:answered", ["2", "3", "4"]),
        ("status:answered OR without", ["1", "4"]),
    ],
)
def test_posts_are_found_by_what_is_known_of_one_of_their_mentions(
    handled: Store, query: str, expected: list[str]
) -> None:
    assert ids(handled, query) == expected


def test_posts_are_read_back_as_they_were_saved(store: Store) -> None:
    full = post(
        1,
        "acme",
        title="Title",
        kind="review",
        quotes=(Quote("a", "b"),),
        reply_to="7",
        position=2,
        channel="c",
        language="en",
        likes=1,
        replies=2,
        views=3,
        rating=4.5,
        route="r",
        edited=NOW,
    )
    keep(store, Entry(full, "en"), post(2, "acme", published=None, author=None))
    first, second = store.read(store.candidates(Question(parse("acme"), NOW)))
    assert (second.post, second.source) == (replace(full, author=Author("member1", "member1")), "forum")
    assert (first.post.published, first.published) == (None, "2026-11-20T12:00:00Z")


def test_a_search_can_be_cancelled_from_another_thread(store: Store) -> None:
    keep(store, *(post(number, "acme") for number in range(300)))
    found = store.search(Question(parse("acme"), NOW))
    next(found)
    cancel = threading.Thread(target=store.cancel)
    cancel.start()
    cancel.join()
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        list(found)
    assert ids(store, "acme")[:2] == ["0", "1"]
