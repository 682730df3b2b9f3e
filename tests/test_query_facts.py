"""What a query's fields ask of a post beside its words."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from listening.config import Brand
from listening.errors import QueryError
from listening.post import Author, Post, Quote
from listening.query import Fact, PostFacts, parse
from listening.query import compile as compile_queries
from listening.query.facts import addresses
from pipelines.match import Names
from pipelines.understanding import Understanding

POST = Post(
    platform="reddit.com", id="1", url="https://www.reddit.com/r/Tools/comments/1", title="My anvil",
    text="acme broke, see https://shop.acme.com/returns?x=1 or globex.example", kind="review", language="en-GB",
    author=Author("Jane Döe", id="u/jane_doe", followers=1500), channel="r/Tools", rating=2.5,
    published=datetime(2026, 11, 1, 12, tzinfo=UTC),
)  # fmt: skip


def holds(query: str, post: Post = POST, source: str = "", **given: Any) -> bool:
    matcher = compile_queries({"q": parse(query, stored=True)}, stored=True, **given)
    return bool(matcher.match(post.title, post.text, PostFacts(post, source)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("site:reddit.com", True),
        ("site:www.reddit.com", True),
        ("site:https://www.reddit.com/", True),
        ("site:REDDIT.com", True),
        ("site:old.reddit.com", False),
        ("site:dit.com", False),
        ("site:(a.com OR reddit.com)", True),
        ("acme -site:reddit.com", False),
        ('author:"jane doe"', True),
        ('author:"Jane Döe"', True),
        ("author:jane", False),
        ("author:jane*", True),
        ("author:*doe", True),
        ("author:*n*d*e", True),
        ("author:*x*", False),
        ("author:j?ne_doe", True),
        ("author:jane_doe", True),
        ("author:@jane_doe", True),
        ("author:u/Jane_Doe", True),
        ("author:/u/jane_doe", True),
        ("channel:tools", True),
        ("channel:r/tools", True),
        ("channel:Tool", False),
        ("channel:tool*", True),
        ("link:acme.com", True),
        ("link:www.acme.com", True),
        ("link:shop.acme.com/returns", True),
        ("link:acme.com/return", False),
        ("link:acme.co", False),
        ("link:cme.com", False),
        ("link:globex.example", True),
        ("link:returns", True),
        ("link:broke", False),
        ("link:reddit.com/r/tools", True),
        ("lang:en", True),
        ("lang:EN-us", True),
        ("lang:de", False),
        ("type:review", True),
        ("type:Review", True),
        ("type:(post OR comment)", False),
        ("is:reply", False),
        ("is:question", False),  # but an address with a question mark
        ("is:quote", False),
        ("followers:>1000", True),
        ("followers:>1.5k", False),
        ("followers:>=1500", True),
        ("followers:<2k", True),
        ("followers:1500", True),
        ("followers:<=1500", True),
        ("followers:<1500", False),
        ("followers:1.5k", True),
        ("followers:0.0015m", True),
        ("stars:<3", True),
        ("stars:=2.5", True),
        ("stars:>3", False),
        ("brand:acme", False),
        ("acme title:anvil site:reddit.com stars:<3", True),
        ("acme (lang:de OR stars:<3)", True),
        ("globex NEAR/9 acme -type:post", True),
    ],
)
def test_facts_are_as_people_mean_them(query: str, expected: bool) -> None:
    assert holds(query) is expected


@pytest.mark.parametrize("query", ["acme site:a.com", "acme followers:<9", "acme lang:en", "acme stars:<9"])
def test_what_is_not_known_does_not_hold(query: str) -> None:
    assert not holds(query, Post("", "1", "", "acme"))
    assert not compile_queries({"q": parse(query)}).match("", "acme")
    assert holds(query.replace(" ", " -", 1), Post("", "1", "", "acme"))


@pytest.mark.parametrize(
    ("query", "change", "expected"),
    [
        ("is:reply", {"reply_to": "0"}, True),
        ("is:reply", {"position": 2}, True),
        ("is:reply", {"kind": "comment"}, True),
        ("is:reply", {"position": 1}, False),
        ("is:opener", {"position": 1}, True),
        ("is:opener", {"position": 3}, False),
        ("is:opener", {"position": 1, "reply_to": "0"}, False),
        ("is:opener", {}, False),
        ("is:quote", {"quotes": (Quote("acme"),)}, True),
        ("is:question", {"text": "acme？"}, True),
        ("is:question", {"text": "acme."}, False),
        ("is:question", {"text": "acme: https://acme.com/watch?v=1 and acme.com/a?b=c"}, False),
        ("is:question", {"text": "has acme moved to https://acme.com/a?b=c?"}, True),
        ("is:question", {"text": "acme? www.acme.com/?????"}, True),
        ("channel:news", {"channel": "Tools › Trade News › Old"}, True),
        ('channel:"trade news"', {"channel": "Tools › Trade  News › Old"}, True),
        ("channel:rade", {"channel": "Tools › Trade News"}, False),
        ("channel:r/tools", {"channel": "Tools"}, True),
        ("site:a.com", {"url": "http://[broken"}, False),
        ("site:a.com", {"url": "https://forum.a.com/t"}, True),
        ("site:a.com", {"url": "https://forum-a.com/t"}, False),
        ("author:ＪＡＮＥ", {"author": Author("ja\u200bne")}, True),
        ("link:acme.com", {"text": "mail bob@acme.com"}, False),
        ("link:acme.com", {"text": "acme.com.evil.example"}, False),
        ("link:acme.com", {"text": "I went to Acme.com."}, True),
        ("link:acme.com", {"text": "notacme.com"}, False),
        ("link:acme.com", {"text": "not-acme.com"}, False),
    ],
)
def test_facts_of_other_posts(query: str, change: dict[str, Any], expected: bool) -> None:
    assert holds(query, replace(POST, **change)) is expected


def test_the_source_is_asked_by_its_name() -> None:
    assert holds('source:"Anvil forum"', source="anvil Forum")
    assert holds("source:anvil*", source="Anvil forum")
    assert not holds("source:anvil", source="Anvil forum")


@pytest.mark.parametrize(
    ("query", "zone", "expected"),
    [
        ("after:2026-11-01", "UTC", True),
        ("before:2026-11-01", "UTC", False),
        ("after:2026-11-01T12:00", "UTC", True),
        ("before:2026-11-01T12:00", "UTC", False),
        ("before:2026-11-01T12:01", "UTC", True),
        ("after:2026-11-01T12:30", "Europe/Berlin", True),
        ("after:2026-11-01T13:30", "Europe/Berlin", False),
        ("after:2026-11-01T12:30Z", "Europe/Berlin", False),
        ("after:2026-11", "UTC", True),
        ("after:2026", "UTC", True),
        ("before:2027", "UTC", True),
        ("after:2d", "UTC", True),
        ("after:12h", "UTC", False),
        ("before:1d", "UTC", True),
        ("after:1w before:1d", "UTC", True),
    ],
)
def test_dates_are_of_the_teams_zone_and_ages_count_back(query: str, zone: str, expected: bool) -> None:
    assert holds(query, zone=ZoneInfo(zone), now=datetime(2026, 11, 2, 20, tzinfo=UTC)) is expected
    assert not holds(query, replace(POST, published=None), zone=ZoneInfo(zone), now=datetime(2026, 11, 2, tzinfo=UTC))


@pytest.mark.parametrize(("age", "hours"), [("5h", 5), ("2d", 48), ("1w", 168), ("3W", 504)])
def test_an_age_is_as_long_as_it_says(age: str, hours: int) -> None:
    assert POST.published is not None
    then = POST.published + timedelta(hours=hours)
    assert holds(f"after:{age}", now=then)
    assert not holds(f"before:{age}", now=then)
    assert holds(f"before:{age}", now=then + timedelta(seconds=1))


def test_facts_alone_can_be_a_brands_query() -> None:
    names = Names([Brand(name="Board", query="site:reddit.com -author:jane*"), Brand(name="Globex")])
    assert [hit.brand for hit in names.find(replace(POST, author=None))] == ["Board", "Globex"]
    assert [hit.brand for hit in names.find(POST)] == ["Globex"]
    assert [hit.brand for hit in names.find(replace(POST, author=None, text="!", title=""))] == ["Board"]


def test_words_of_the_title_are_evidence_too() -> None:
    (hit,) = Names([Brand(name="Acme", query="anvil acme")]).find(POST)
    assert hit.words == ("anvil", "acme")


def test_the_language_is_found_out_only_for_posts_whose_words_match() -> None:
    asked: list[str] = []

    def detect(text: str, _: str) -> str:
        asked.append(text)
        return "de"

    matcher = compile_queries({"q": parse("lang:de acme -type:email")})
    mail = replace(POST, kind="email")
    assert not matcher.match("", "globex", PostFacts(replace(POST, text="globex"), "", detect))
    assert not matcher.match("", mail.text, PostFacts(mail, "", detect))
    assert asked == []
    assert matcher.match(POST.title, POST.text, PostFacts(POST, "", detect))
    assert asked == [POST.text]


def test_a_brands_language_is_that_of_its_text() -> None:
    names = Names([Brand(name="Acme", query="acme lang:de")])
    german = "Ich habe gestern bei Acme angerufen und niemand konnte mir helfen, das ist wirklich traurig."
    assert names.find(replace(POST, language="", text=german))
    assert not names.find(replace(POST, language="", text="I called Acme yesterday and nobody could help me with it."))


@pytest.mark.parametrize("text", ["", "??", "https://acme.example/x", "Acme"])
def test_a_post_is_matched_in_the_language_that_it_is_stored_with(text: str) -> None:
    understanding = Understanding([Brand(name="Acme", query="acme lang:es")])
    title = "¿Alguien sabe por qué Acme lleva tres días sin contestar a nadie?"
    entry = understanding.entry(replace(POST, language="", title=title, text=text))
    assert ([mention.brand for mention in entry.mentions], entry.language) == (["Acme"], "es")


def test_plurals_are_each_brands_own() -> None:
    names = Names([Brand(name="A", query="anvil"), Brand(name="B", query="anvil", plurals=False)])
    assert [hit.brand for hit in names.find(replace(POST, title="", text="anvils"))] == ["A"]
    assert [hit.brand for hit in names.find(replace(POST, title="", text="anvil"))] == ["A", "B"]


def test_a_matcher_with_facts_can_be_sent_to_another_process() -> None:
    queries = ["acme link:acme.com", "site:reddit.com", "acme author:*doe lang:en", 'title:anvil "acme broke"~2']
    matcher = compile_queries({query: parse(query) for query in queries})
    matcher.match(POST.title, POST.text, PostFacts(POST))
    sent = pickle.loads(pickle.dumps(matcher))
    assert [hit.name for hit in sent.match(POST.title, POST.text, PostFacts(POST))] == queries


def test_impossible_facts_made_by_hand_are_refused() -> None:
    for fact in (Fact("site", "a/b"), Fact("followers", "many"), Fact("after", "never")):
        with pytest.raises(QueryError):
            compile_queries({"q": fact}, stored=True)


def test_addresses_are_looked_for_in_the_beginning_of_huge_posts_only() -> None:
    assert addresses("see HTTP://A.com/b and c.d", "e f") == "http://a.com/b c.d"
    assert len(addresses("a.b " * 100_000)) <= 20_000
