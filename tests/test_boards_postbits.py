"""Engines whose posts are told apart by the ids of their parts: what broken markup makes of them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from spiders.boards.engine import Forum, Topic
from spiders.boards.page import Page
from tests.cases import cases
from tests.test_boards import MUTATIONS, NOW, _engine


def _told(case: Path) -> str:
    return (case / "expected.json").read_text(encoding="utf-8")


ENGINES = ("mybb-", "vbulletin-")
CASES = [case for case in cases("board") if case.name.startswith(ENGINES) and '"topic":' in _told(case)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_mutated_page_puts_words_into_the_wrong_mouth(case: Path) -> None:
    engine, page, _ = _engine(case)
    topic = Topic("31", page.url)
    whole = {post.id: post for post in engine.read_topic(page, topic, None).posts}
    html, kept = page.body.decode(), 0
    for seed in range(300):
        chance = random.Random(seed)
        change = MUTATIONS[seed % len(MUTATIONS)]
        hurt = Page(page.url, change(html, chance).encode("utf-8", "surrogatepass"), NOW)
        engine.learn(hurt)
        engine.recognise(hurt)
        engine.read_index(hurt)
        engine.read_forum(hurt, Forum("7", "Anvils", page.url))
        read = engine.read_topic(hurt, topic, None).posts
        kept += len(read)
        for post in read if change.__name__ not in ("_wrong_encoding", "_noise") else ():  # these can change a name
            assert post.author is not None
            assert post.id in whole, seed
            known = whole[post.id].author
            assert known is not None
            assert post.author.name == known.name, seed
            others = {line for other in whole.values() if other.id != post.id for line in other.text.splitlines()}
            assert not {line for line in post.text.splitlines() if line in others and len(line) > 12}, seed
    assert kept >= 100 * len(whole), "most pages still give most posts"
