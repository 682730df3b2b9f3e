"""Invision boards: what a crawl asks for, and pages made to hurt."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime

import pytest

from spiders.boards import engines, recognise
from spiders.boards.engine import Forum, Topic
from spiders.boards.page import Page
from tests.cases import FIXTURES
from tests.servers.invision import Board
from tests.servers.phpbb import HOST
from tests.test_boards import MUTATIONS
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


@generations
def test_no_mutated_page_puts_words_into_the_wrong_mouth(newer: bool) -> None:
    made = Board(newer=newer, posts_per_page=12)
    subject = made.topic(made.place("First"), 12)
    authors = {str(said.id): said.author for said in subject.posts}
    url = made.address(subject)
    html, engine = made.page(url)[1], engines()["invision"](f"{HOST}/")
    kept = 0
    for seed in range(300):
        hurt = MUTATIONS[seed % len(MUTATIONS)](html, random.Random(seed))
        page = Page(url, hurt.encode("utf-8", "surrogatepass"), NOW)
        for post in engine.read_topic(page, Topic(str(subject.id), url), None).posts:
            assert post.author is not None
            assert post.author.name == authors[post.id], seed
            others = [words for words in re.findall(r"Post \d+ by", post.text) if words != f"Post {post.id} by"]
            assert not others, seed
            kept += 1
    assert kept > 300 * 4, "most pages still give most posts"


@pytest.mark.parametrize("case", ["topic", "newer-topic"])
def test_no_mutated_page_of_any_generation_harms(case: str) -> None:
    text = (FIXTURES / "board" / f"invision-{case}" / "input.html").read_text(encoding="utf-8")
    url, engine = "https://b.example/topic/57-x/page/2/", engines()["invision"]("https://b.example/")
    topic = Topic("57", url)
    authors = {post.id: post.author for post in engine.read_topic(Page(url, text.encode(), NOW), topic, None).posts}
    for seed in range(200):
        hurt = MUTATIONS[seed % len(MUTATIONS)](text, random.Random(seed)).encode("utf-8", "surrogatepass")
        for post in engine.read_topic(Page(url, hurt, NOW), topic, None).posts:
            known, found = authors.get(post.id), post.author
            assert found is not None
            assert known is None or seed % len(MUTATIONS) == 1 or found.name == known.name, seed


@generations
def test_no_mutated_list_harms(newer: bool) -> None:
    made = filled(Board(newer=newer))
    engine = engines()["invision"](f"{HOST}/")
    for seed in range(60):
        for url in (f"{HOST}/forums/", f"{HOST}/forum/1-first/"):
            hurt = MUTATIONS[seed % len(MUTATIONS)](made.page(url)[1], random.Random(seed))
            page = Page(url, hurt.encode("utf-8", "surrogatepass"), NOW)
            engine.learn(page)
            engine.read_index(page)
            engine.read_forum(page, Forum("1", "First", url))
            recognise(page)


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
