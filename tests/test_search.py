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
from listening.query.line import line
from listening.store import MentionFilter, Question, Store
from listening.store.index import odd
from listening.store.narrow import narrow
from listening.store.search import _FEW
from pipelines.language import detect
from tests.conftest import NOW

# What posts and queries are made of, so that they meet; mostly the same few words, in disguise.
WORDS = (
    "acme anvil tools refund of the s it c k2 x 7 eleven at t com résumé Straße zoë naïve crème İstanbul файл ωμέγα "
    "ａｃｍｅ а\u0441me ac\u200bme ÁCMÉ Ⓐcme acm\u0435 ac\u00adme anv\u0131l ｒｅｆｕｎｄ of\ufeff þe K2 x² ７ œuvre "
    "東京 アクメ 東 京都 กขค 글로 글로벡스 acme는 🎉 👍🏽 ❤️ ﷼ ½ ﬁne acmes anvils refunds boxes companies re\u0301sume\u0301"
).split()
MARKS = (" ", " ", " ", " ", "'s ", "’s ", "'s's ", "`s'S ", "", "-", "&", ".", " & ", "_", "…", " — ", "\n", "\x00",
         "\u200b", "++ ", " #", " @", "™ ", "\u0301", "·", "，", "? ")  # fmt: skip
WILD = ("refund*", "an?il", "ac*", "com*es", "글로*", "résu*", "фа*", "C++", "AT&T", "7-Eleven", "#acme", "@acme",
        "acme.com", "s", "raw:Acme", "raw:acme", "raw:Résu*", "raw:ÁCMÉ")  # fmt: skip
FACTS = ("author:kim", "author:K*", "site:example.com", "site:reddit.com", "source:for*", "source:mail", "channel:tools",
         "lang:en", "type:(comment OR review)", "is:reply", "is:question", "followers:>10", "followers:<=10", "stars:<3",
         "link:acme.com", "channel:東京")  # fmt: skip

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
    author=st.none() | st.builds(Author, st.sampled_from(["Kim", "ｋｉｍ", "Lee"]), st.sampled_from(["", "@kim", "u/lee"]),
                                 followers=st.none() | st.integers(0, 20)),
    kind=st.sampled_from(["post", "comment", "review"]),
    channel=st.sampled_from(["", "Tools", "r/東京", "the tools corner"]),
    language=st.sampled_from(["", "en", "de-AT"]),
    reply_to=st.sampled_from(["", "5"]),
    rating=st.none() | st.sampled_from([1.0, 3.0, 5.0]),
)  # fmt: skip


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


@settings(max_examples=150, deadline=None)
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
    for query in asked:
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


def _known(store: Store, post: Post) -> Post:
    """The post with its author as the store knows them by now: other posts may have told more."""
    if post.author is None:
        return post
    row = store.db.conn.execute(
        "SELECT name, followers FROM authors WHERE platform = ? AND native_id = ?",
        [post.platform, post.author.id or post.author.name],
    ).fetchone()
    return replace(post, author=replace(post.author, name=row[0], followers=row[1]))
