"""One language, two engines, one truth: the store finds exactly the posts that the matcher finds in flight."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import QueryError
from listening.post import Author, Entry, Post
from listening.query import compile as compile_queries
from listening.query import parse
from listening.store import Question, Store
from tests.conftest import NOW

# Words that posts and queries are made of, so that they meet; the second row is the first one in disguise.
WORDS = (
    "acme anvil tools refund of the s it c k2 x 7 eleven at t com résumé Straße zoë naïve crème İstanbul файл ωμέγα "
    "ａｃｍｅ а\u0441me ac\u200bme ÁCMÉ Ⓐcme acm\u0435 ac\u00adme anv\u0131l ｒｅｆｕｎｄ of\ufeff þe K2 x² ７ œuvre "
    "東京 アクメ 東 京都 กขค 글로 글로벡스 acme는 🎉 👍🏽 ❤️ ﷼ ½ ﬁne acmes anvils refunds boxes companies"
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
)

texts = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(MARKS)), max_size=8).map(
    lambda parts: "".join(word + mark for word, mark in parts)
)
plain_words = st.sampled_from([word for word in WORDS if not set(word) & set("\u0301")])
wild_words = st.sampled_from(
    [
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
    ]
)
words = plain_words | wild_words
phrases = st.lists(plain_words, min_size=1, max_size=3).map(lambda found: f'"{" ".join(found)}"')
atoms = words | phrases | st.tuples(phrases, st.integers(1, 9)).map(lambda found: f"{found[0]}~{found[1]}")
nears = st.tuples(words | phrases, st.sampled_from(["NEAR/1", "NEAR/3", "ONEAR/2"]), words | phrases).map(" ".join)


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return (
        pair.map(lambda two: f"({two[0]} {two[1]})")
        | pair.map(lambda two: f"({two[0]} OR {two[1]})")
        | pair.map(lambda two: f"({two[0]} NOT {two[1]})")
        | inner.map(lambda one: f"title:({one})")
    )


queries = st.recursive(atoms | nears, combined, max_leaves=5)


def post(number: int, title: str, text: str, **more: object) -> Post:
    return Post(
        platform="forum.example.com", id=str(number), url=f"https://forum.example.com/p/{number}", text=text,
        title=title, published=NOW - timedelta(hours=number), author=Author(f"member{number % 3}"), **more,
    )  # fmt: skip


@contextmanager
def holding(posts: list[Post]) -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "listening.db") as store:
        store.save("forum", [Entry(each) for each in posts], now=NOW)
        yield store


def found(store: Store, query: str, **bounds: object) -> list[str]:
    return [each.stored.post.id for each in store.search(Question(parse(query, stored=True), NOW), **bounds)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=6), st.lists(queries, min_size=1, max_size=12))
def test_the_store_finds_what_the_matcher_finds_in_flight(given_texts: list[tuple[str, str]], asked: list[str]) -> None:
    posts = [post(number, *each) for number, each in enumerate(given_texts)]
    with holding(posts) as store:
        for query in asked:
            try:
                matcher = compile_queries({"it": parse(query)})
            except QueryError:
                continue
            in_flight = [each.id for each in posts if matcher.match(each.title, each.text)]
            assert found(store, query) == in_flight, query
