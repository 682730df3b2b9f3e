"""Reddit: posts from rows, and listings read to where the run before began."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from listening.errors import CredentialError, SourceError
from listening.post import Checkpoint
from listening.reddit.markdown import own_words
from listening.reddit.posts import from_row
from listening.source import Context, find
from spiders.reddit import Reddit, RedditFeeds
from tests.asking_reddit import SECOND, asking, ids, marks, read, reasons, source, tools
from tests.cases import as_json, cases, expected
from tests.growth import LINEAR, growth
from tests.servers.reddit import Reddit as Server
from tests.servers.reddit import comment, submission

SITE = "https://www.reddit.com"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def context() -> Context:
    return asking()


@pytest.mark.parametrize(
    "case", [c for c in cases("reddit") if (c / "input.json").exists()], ids=lambda case: case.name
)
def test_cases(case: Path) -> None:
    posts = []
    for row in json.loads((case / "input.json").read_text(encoding="utf-8"))["data"]["children"]:
        try:
            posts.append(from_row(row, SITE))
        except ValueError:
            continue
    assert as_json(posts) == expected(case)


@pytest.mark.parametrize(
    "text", [">" * 40_000, "> " * 20_000, "- " * 20_000, ">!" * 20_000, "`a" * 20_000, "|a" * 20_000]
)
def test_hostile_markdown_ends(text: str) -> None:
    assert growth(own_words, text) < LINEAR


def test_the_api_needs_both_keys_and_the_feeds_none(context: Context) -> None:
    assert find("reddit") is Reddit
    assert Reddit.reader(context) is Reddit
    assert Reddit.reader(replace(context, secrets={})) is RedditFeeds
    for name, env in (("client_id", "LISTENING_REDDIT_CLIENT_SECRET"), ("client_secret", "LISTENING_REDDIT_CLIENT_ID")):
        with pytest.raises(CredentialError, match=f"{env} is missing"):
            Reddit.reader(replace(context, secrets={name: SecretStr("x")}))


@pytest.mark.parametrize("name", ["Tools", "r/Tools", "/r/Tools/", " r/Tools", "https://www.reddit.com/r/Tools/"])
def test_a_subreddit_by_any_spelling(name: str) -> None:
    assert Reddit.Options(subreddits=[name]).subreddits == ["Tools"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"subreddits": ["a tool"]}, "is not the name of a subreddit"),
        ({"subreddits": ["../../api"]}, "is not the name of a subreddit"),
        ({"subreddits": ["Tools+Other"]}, "is not the name of a subreddit"),
        ({"subreddits": [7]}, "string"),
        ({}, "there is nothing to read"),
        ({"subreddits": ["Tools"], "limit": 1001}, "less than or equal to 1000"),
        ({"subreddits": ["Tools"], "url": "file:///etc/passwd"}, "http or https address"),
        ({"subreddits": ["Tools"], "oauth_url": "https://a:b@example.com"}, "http or https address"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Reddit.Options(**options)


def test_what_is_read(server: Server, context: Context) -> None:
    server.things = [
        submission(1, SECOND, "anvil"),
        submission(2, SECOND, 'say "acme anvil"', subreddit="Other"),
        comment(3, SECOND),
    ]
    found = read(
        server,
        replace(context, terms=('Acme "Anvil', "Acme")),
        subreddits=["Tools", "tools"],
        comments=True,
        search=True,
    )
    assert ids(found) == ["t3_1", "t1_3", "t3_2", "t3_2"]
    assert [asked.path for asked in server.asked[1:]] == ["/r/tools/new", "/r/tools/comments/", *["/r/all/search/"] * 2]
    assert [asked.query["q"] for asked in server.asked[3:]] == ['"Acme Anvil"', '"Acme"']
    assert all("(+care@example.com)" in asked.headers["user-agent"] for asked in server.asked)


def test_a_search_without_brands_is_said(server: Server, context: Context) -> None:
    with pytest.raises(SourceError, match="there are no brands yet"):
        read(server, context, subreddits=[], search=True)


def test_a_first_run_reads_what_reddit_shows(server: Server, context: Context) -> None:
    server.things = tools(1200)
    found = read(server, context)
    assert ids(found) == [thing["name"] for thing in reversed(server.things[-1000:])]
    assert found[-1] == Checkpoint("new:r/tools", f"{server.things[-1]['name']} {SECOND - 1000}")
    assert not reasons(found)
    assert len(read(server, context, limit=150)) == 151


def test_the_next_run_reads_to_where_it_began(server: Server, context: Context) -> None:
    server.things = tools(500)
    first = read(server, context)
    server.asked.clear()
    server.things += tools(130, SECOND, first=1000)
    second = read(server, replace(context, checkpoints=marks(first)))
    assert {thing["name"] for thing in server.things[500:]} <= set(ids(second))
    assert server.paths().count("/r/Tools/new") == 2
    assert marks(second) == {"new:r/tools": f"{server.things[-1]['name']} {SECOND}"}


@pytest.mark.parametrize("stop", [0, 1, 99, 100, 101, 250, 349, 350])
def test_stopped_anywhere_and_run_again_it_is_complete(server: Server, context: Context, stop: int) -> None:
    server.things = tools(200)
    before = read(server, context)
    server.things += tools(350, SECOND - 10, first=1000)
    known = replace(context, checkpoints=marks(before))
    stopped = list(islice(source(server, known).collect(), stop))
    server.things.append(submission(5000, SECOND, "after the crash"))
    again = read(server, replace(context, checkpoints=marks(stopped, known)))
    assert set(ids(before + stopped + again)) == {thing["name"] for thing in server.things}
    assert not reasons(again)


def test_more_than_reddit_shows_leaves_a_gap_and_says_so(server: Server, context: Context) -> None:
    server.things = tools(5, SECOND - 500_000)
    first = read(server, context)
    server.things += tools(1100, SECOND - 1000, first=1000)
    second = read(server, replace(context, checkpoints=marks(first)))
    assert reasons(second) == [
        "r/Tools: more than 1,000 new posts since the last run: some were missed; crawl more often"
    ]
    assert marks(second) == {"new:r/tools": f"{server.things[-1]['name']} {SECOND - 1000}"}
    third = read(server, replace(context, checkpoints=marks(first)), limit=300)
    assert reasons(third)[0].endswith("crawl more often or raise its limit")


def test_a_deleted_checkpoint_is_no_gap(server: Server, context: Context) -> None:
    server.things = tools(300)
    first = read(server, context)
    del server.things[-3:]
    server.things.append(submission(5000, SECOND, "new"))
    second = read(server, replace(context, checkpoints=marks(first)))
    assert ids(second)[0] == "t3_3uw"
    assert not reasons(second)
    assert server.paths()[-1] == "/r/Tools/new"
    server.things[:] = server.things[-1:]  # whatever was known is gone
    assert not reasons(read(server, replace(context, checkpoints=marks(first))))


def test_nothing_new_moves_no_checkpoint_back(server: Server, context: Context) -> None:
    server.things = tools(3)
    first = read(server, context)
    del server.things[-1]
    assert not marks(read(server, replace(context, checkpoints=marks(first))))
    server.things.clear()
    assert read(server, replace(context, checkpoints=marks(first))) == []


def test_posts_of_one_second_are_all_read(server: Server, context: Context) -> None:
    server.things = [submission(n, SECOND - 60) for n in range(1, 40)]
    first = read(server, context)
    server.things += [submission(n, SECOND - 60) for n in range(40, 80)]
    second = read(server, replace(context, checkpoints=marks(first)))
    assert set(ids(first + second)) == {thing["name"] for thing in server.things}


def test_a_post_from_the_future_hides_nothing(server: Server, context: Context) -> None:
    server.things = [*tools(3), submission(99, SECOND + 10**9, "tomorrow")]
    first = read(server, context)
    assert len(ids(first)) == 4
    assert marks(first) == {"new:r/tools": f"t3_3 {SECOND - 1000}"}


def test_what_cannot_be_read_is_kept_aside(server: Server, context: Context) -> None:
    server.things = [
        None,
        "row",
        {"kind": "t3", "data": None},
        *tools(2),
        submission(50, SECOND - 1) | {"created_utc": None},
    ]
    found = read(server, context)
    assert ids(found) == ["t3_2", "t3_1"]
    assert len(reasons(found)) == 4
    assert "t3_1e has no readable time" in reasons(found)
    assert marks(found) == {"new:r/tools": f"t3_2 {SECOND - 1000}"}


def test_a_subreddit_one_may_not_read_stops_no_other(server: Server, context: Context) -> None:
    server.things = tools(2)
    server.closed = {"secret": "private", "gone": "banned", "never": "missing", "odd": "quarantined"}
    found = read(server, context, subreddits=["secret", "gone", "Tools", "never", "odd"])
    assert ids(found) == ["t3_2", "t3_1"]
    assert reasons(found) == [
        "r/secret: it is private, quarantined or closed to this app",
        "r/gone: it does not exist, or was banned",
        "r/never: it does not exist",
        "r/odd: it is private, quarantined or closed to this app",
    ]
    with pytest.raises(SourceError, match="r/gone: it does not exist, or was banned"):
        read(server, context, subreddits=["gone"])
