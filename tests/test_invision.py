"""Invision boards: what a crawl asks for, and pages made to hurt."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from spiders.boards import engines
from spiders.boards.page import Page
from tests.servers.invision import Board
from tests.servers.phpbb import HOST
from tests.test_xenforo import filled, go, readable

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
generations = pytest.mark.parametrize("newer", [False, True], ids=["4", "5"])


@generations
def test_a_first_crawl_reads_every_post_once_and_asks_for_nothing_else(newer: bool) -> None:
    made = filled(Board(newer=newer))
    run = go(made)
    assert sorted(post.id for post in run.posts) == readable(made)
    assert {re.sub(r"\d+-[a-z0-9-]+|\d+", "N", url.removeprefix(HOST)) for url in run.asked} == {
        "/", "/forums/", "/forum/N/", "/forum/N/page/N/", "/topic/N/", "/topic/N/page/N/",
    }  # fmt: skip
    assert not run.degraded


@generations
def test_posts_say_where_they_stand(newer: bool) -> None:
    made = Board(newer=newer)
    filled(made)
    subject = made.places[0].below[0].subjects[0]
    posts = {post.id: post for post in go(made).posts}
    for at, said in enumerate(subject.posts, 1):
        post = posts[str(said.id)]
        assert (post.position, post.channel, post.text) == (at, "Below", said.text)
        assert post.thread is not None
        assert (post.thread.id, post.thread.title) == (str(subject.id), subject.title)
        assert post.url == f"{made.address(subject)}?do=findComment&comment={said.id}"
        assert (post.platform, post.published, post.route) == ("board.example", said.at, "invision page")


@generations
def test_only_what_is_new_is_asked_for(newer: bool) -> None:
    made = Board(newer=newer)
    filled(made)
    first = go(made)
    assert go(made, first).asked == [f"{HOST}/", f"{HOST}/forums/"]
    subject = made.places[0].below[0].subjects[3]
    made.reply(subject)
    second = go(made, first)
    assert second.asked[2:] == [
        f"{HOST}/forum/1-first/", f"{HOST}/forum/2-below/", f"{made.address(subject)}page/3/",
    ]  # fmt: skip
    assert [post.position for post in second.posts] == [11, 12, 13]
    assert go(made, first, second).asked == [f"{HOST}/", f"{HOST}/forums/"]


@pytest.mark.parametrize(
    ("url", "body", "root"),
    [
        ("https://b.example/talk/topic/5-x/page/2/", "", "https://b.example/talk/"),
        ("https://b.example/talk/index.php?/topic/5-x/", "", "https://b.example/talk/"),
        ("https://b.example/talk/forums/", "", "https://b.example/talk/"),
        ("https://b.example/a/topic/5-x/", 'baseURL: "//b.example/a/"', "https://b.example/a/"),
        ("https://b.example/a/topic/5-x/", 'baseURL: "https:\\/\\/b.example\\/a\\/index.php"', "https://b.example/a/"),
        ("https://b.example/forums/topic/5-x/", 'baseURL: "https://b.example/"', "https://b.example/"),
    ],
)
def test_any_address_leads_to_the_root(url: str, body: str, root: str) -> None:
    assert engines()["invision"].root_of(Page(url, body.encode(), NOW)) == root


@pytest.mark.parametrize(
    ("body", "index"),
    [
        ('<li data-navapp="forums"><a href="/talk/">Talk</a></li>', "https://b.example/talk/"),
        ('<a href="https://b.example/forums/">Forums</a>', "https://b.example/forums/"),
        ('<a href="https://elsewhere.example/forums/">Forums</a>', "https://b.example/"),
        ('<ol><li data-categoryid="1"></li></ol>', "https://b.example/start/"),
        ('<ul data-role="breadcrumbList"><a href="/">Home</a><a href="/f/">All</a><a href="/forum/2-x/">X</a></ul>',
         "https://b.example/f/"),
    ],
)  # fmt: skip
def test_the_list_of_forums_is_found(body: str, index: str) -> None:
    engine = engines()["invision"]("https://b.example/")
    engine.learn(Page("https://b.example/start/", body.encode(), NOW))
    assert engine.index() == index
