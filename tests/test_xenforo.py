"""XenForo boards: what a crawl asks for, and pages made to hurt."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from spiders.boards import dates, engines, recognise
from spiders.boards.page import Page
from tests.cases import cases
from tests.servers.phpbb import HOST
from tests.servers.phpbb import Board as Bulletin
from tests.servers.spider import checkpoints
from tests.servers.walk import Walked, walk
from tests.servers.xenforo import Board

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def filled(made: Bulletin) -> Bulletin:
    """Give a board two forums, one of them with a forum below, and topics of every kind."""
    first = made.place("First", 9, 7)
    made.place("Below", 5, 12, above=first)
    second = made.place("Second", 3, 1)
    made.place("Empty")
    made.topic(first, 6, "sticky")
    made.topic(second, 2, "moved")
    return made


def go(made: Bulletin, *before: Walked) -> Walked:
    """A crawl of a board, after others."""
    known: dict[str, str] = {}
    for run in before:
        known = checkpoints(run.batches, known)
    return walk(made.page, f"{HOST}/", now=NOW, checkpoints=known)


def readable(made: Bulletin) -> list[str]:
    """The ids of the posts of all topics that were not moved away."""
    return sorted(str(said.id) for p in made.places for s in p.all() if s.kind != "moved" for said in s.posts)


def test_a_first_crawl_reads_every_post_once_and_asks_for_nothing_else() -> None:
    made = filled(Board())
    run = go(made)
    assert sorted(post.id for post in run.posts) == readable(made)
    assert {re.sub(r"[a-z0-9-]+\.\d+/|\d+", "N", url.removeprefix(HOST)) for url in run.asked} == {
        "/", "/forums/N", "/forums/Npage-N", "/threads/N", "/threads/Npage-N",
    }  # fmt: skip
    assert not run.degraded


def test_posts_say_where_they_stand() -> None:
    made = filled(Board())
    subject = made.places[0].below[0].subjects[0]
    posts = {post.id: post for post in go(made).posts}
    for at, said in enumerate(subject.posts, 1):
        post = posts[str(said.id)]
        assert (post.position, post.channel, post.text) == (at, "Below", said.text)
        assert post.thread is not None
        assert (post.thread.id, post.thread.title) == (str(subject.id), subject.title)
        assert post.url == f"{post.thread.url}post-{said.id}"
        assert (post.platform, post.published, post.route) == ("board.example", said.at, "xenforo page")


def test_only_what_is_new_is_asked_for() -> None:
    made = filled(Board())
    first = go(made)
    assert go(made, first).asked == [f"{HOST}/"]
    subject = made.places[0].below[0].subjects[3]
    made.reply(subject)
    second = go(made, first)
    assert [url.removeprefix(HOST) for url in second.asked] == [
        "/", "/forums/first.1/", "/forums/below.2/", f"/threads/topic-{subject.posts[0].id - 1}.{subject.id}/page-3",
    ]  # fmt: skip
    assert [post.position for post in second.posts] == [11, 12, 13]
    assert go(made, first, second).asked == [f"{HOST}/"]


@pytest.mark.parametrize(
    "case", [c for c in cases("board") if c.name.startswith(("xenforo", "invision"))], ids=lambda case: case.name
)
def test_every_page_tells_its_software_and_its_root(case: Path) -> None:
    told = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    page = Page(told["url"], (case / "input.html").read_bytes(), NOW)
    name = case.name.partition("-")[0]
    assert recognise(page) is engines()[name]
    assert engines()[name].root_of(page) == told["root"]


@pytest.mark.parametrize(
    ("url", "body", "root"),
    [
        ("https://b.example/talk/threads/x.5/page-2", "", "https://b.example/talk/"),
        ("https://b.example/talk/index.php?threads/x.5/", "", "https://b.example/talk/"),
        ("https://b.example/talk/", "", "https://b.example/talk/"),
        ("https://b.example/a/t/x.5/", "fullBase: 'http:\\/\\/www.b.example\\/a\\/'", "https://b.example/a/"),
        ("https://b.example/t/x.5/", "fullBase: 'https://cdn.example/elsewhere/'", "https://b.example/t/x.5/"),
        ("http://b.example/threads/x.5/", '<base href="http://b.example/">', "http://b.example/"),
    ],
)
def test_any_address_leads_to_the_root(url: str, body: str, root: str) -> None:
    assert engines()["xenforo"].root_of(Page(url, body.encode(), NOW)) == root


def test_time_begins_where_the_day_does() -> None:
    zones = []
    for today in (1795129200, 1795150800, 1795132800, 1795113000):
        engine = engines()["xenforo"]("https://b.example/")
        engine.learn(Page("https://b.example/", b"serverTimeInfo: { now: 1, today: %d, todayDow: 5 }" % today, NOW))
        zones.append(engine.zone.utcoffset(NOW))
    assert [zone / timedelta(hours=1) for zone in zones if zone is not None] == [1, -5, 0, 5.5]


def test_times_without_an_epoch_know_summer() -> None:
    engine = engines()["xenforo"]("http://anvil.example/")
    page = Page("http://anvil.example/", b"serverTimeInfo: { now: 1, today: 1795150800, todayDow: 5 }", NOW)
    engine.learn(page)
    assert dates.parse("Aug 3, 2010 at 5:14 PM", NOW, engine.zone) == datetime(2010, 8, 3, 21, 14, tzinfo=UTC)
