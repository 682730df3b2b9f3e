"""Pages of boards, hurt in every way: whoever is named as the author of a post did write it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from spiders.boards import recognise
from spiders.boards.engine import Forum, Topic
from spiders.boards.page import Page
from tests.cases import FIXTURES, cases
from tests.test_boards import MUTATIONS, NOW, _engine

ENGINES = ("flaskbb", "hyperkitty", "pipermail", "spirit")
SEEDS = 90
SPOILING = ("_noise", "_wrong_encoding")  # these change what names are made of


@pytest.mark.parametrize(
    "case",
    [case for case in cases("board") if case.name.partition("-")[0] in ENGINES and (case / "input.html").exists()],
    ids=lambda case: case.name,
)
def test_no_hurt_page_harms_or_names_the_wrong_author(case: Path) -> None:
    engine, page, told = _engine(case)
    html, topic = page.body.decode(), Topic(told.get("topic", "1"), page.url)
    authors = {post.id: post.author.name for post in engine.read_topic(page, topic, None).posts if post.author}
    kept = 0
    for seed in range(SEEDS):
        hurt = MUTATIONS[seed % len(MUTATIONS)]
        body = hurt(html, random.Random(seed)).encode("utf-8", "surrogatepass")
        spoiled = Page(page.url, body, NOW)
        recognise(spoiled)
        engine.learn(spoiled)
        engine.read_index(spoiled)
        engine.read_forum(spoiled, Forum("1", "One", page.url))
        for post in engine.read_topic(spoiled, topic, None).posts:
            kept += 1
            assert post.author is not None
            assert hurt.__name__ in SPOILING or post.author.name == authors[post.id], seed
    assert kept > SEEDS / 3 * len(authors) or not authors, "most pages still give most posts"


def test_a_month_of_pipermail_tells_what_its_mails_do_not() -> None:
    engine, index, _ = _engine(FIXTURES / "board" / "pipermail-index")
    month, mail = (_engine(FIXTURES / "board" / f"pipermail-{name}")[1] for name in ("forum", "topic"))
    (forum,) = engine.read_index(index).forums
    listing = engine.read_forum(month, forum)
    assert listing.next == f"{engine.root}2026-February/thread.html"
    read = engine.read_topic(mail, listing.topics[1], None)
    (post,) = read.posts
    assert (post.position, read.total, read.following) == (2, 4, (f"{engine.root}2026-March/000010.html",))
    assert str(post.published) == "2026-03-02 00:00:31+00:00", "by the list, whatever clock its own page goes by"
    assert post.thread is not None
    assert post.thread.url == f"{engine.root}2026-March/000007.html"
