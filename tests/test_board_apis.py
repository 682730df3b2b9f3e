"""Boards read from what they say of themselves, schema.org's words and APIs: walks against servers that live."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime

import pytest

from spiders.boards import engines, recognise
from spiders.boards.engine import Forum, Topic
from spiders.boards.page import Page
from spiders.boards.structured import addresses
from tests.board_hurt import MUTATIONS
from tests.boards import FIELDS, score
from tests.servers import flarum, lobsters, marked, vanilla
from tests.servers.spider import checkpoints
from tests.servers.walk import Walked, walk
from tests.test_boards import SHARED

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def go(serve: object, url: str, before: Walked | None = None, **more: object) -> Walked:
    known = checkpoints(before.batches) if before else None
    return walk(serve, url, now=NOW, checkpoints=known, **more)  # type: ignore[arg-type]


# Structured data


def smiths(*, embedded: bool) -> marked.Board:
    made = marked.Board(embedded)
    for at, count in enumerate((3, 9, 1, 4, 5, 12, 2, 1, 1, 6, 2, 3, 8)):
        made.topic(count, marked.SECTIONS[at % 2])
    return made


@pytest.mark.parametrize("embedded", [False, True])
def test_a_board_with_structured_data_is_read_whole_and_then_only_what_is_new(embedded: bool) -> None:
    made = smiths(embedded=embedded)
    first = go(made.page, f"{marked.HOST}/")
    assert sorted(post.text for post in first.posts) == sorted(made.words)
    assert len({post.id for post in first.posts}) == len(made.words)
    for post in first.posts:
        assert post.author is not None
        assert post.text.endswith(f"by {post.author.name}, smith.")
        assert post.thread is not None
        place = [said.words for said in made.topics[int(post.thread.id.split("/")[-1])]].index(post.text)
        assert post.position == place + 1
    assert not first.degraded
    assert {post.channel for post in first.posts} == {"Here"}
    assert go(made.page, f"{marked.HOST}/", first).asked == [f"{marked.HOST}/"]
    said = made.reply(105)
    again = go(made.page, f"{marked.HOST}/", first)
    assert said.words in {post.text for post in again.posts}
    assert len(again.asked) == 4


def test_no_mutated_structured_page_puts_words_into_the_wrong_mouth() -> None:
    kept = 0
    for embedded in (False, True):
        made = marked.Board(embedded)
        url = f"{marked.HOST}/thread/topic-{made.topic(4)}/100"
        html, engine = made.page(url)[1], engines()["schemaorg"](f"{marked.HOST}/")
        for seed in range(300):
            hurt = MUTATIONS[seed % len(MUTATIONS)](html, random.Random(seed)).encode("utf-8", "surrogatepass")
            read = engine.read_topic(Page(url, hurt, NOW), Topic("100", url), None)
            kept += len(read.posts)
            for post in read.posts:
                assert post.author is not None
                for name in re.findall(r"by (user\d)", post.text):
                    assert name == post.author.name, (embedded, seed)
                assert len(re.findall(r"by user\d", post.text)) <= 1, (embedded, seed)
    assert kept > 600 * 1.5


def test_structured_data_of_other_kinds_is_no_board() -> None:
    for kind in ("FAQPage", "BlogPosting", "Product", "BreadcrumbList"):
        page = Page(
            "https://b.example/", b'<script>{"@context":"https://schema.org","@type":"%s"}' % kind.encode(), NOW
        )
        assert recognise(page) is not engines()["schemaorg"]


# Flarum


def talk(*, closed: bool) -> flarum.Board:
    made = flarum.Board(closed=closed)
    for count, tags in ((3, ("1",)), (70, ("2", "3")), (1, ("2",)), (20, ()), (21, ()), (51, ("2",)), *[(1, ())] * 60):
        made.topic(count, *tags)
    made.reply(12, contentType="discussionLocked", contentHtml=None, content={"locked": True})
    return made


@pytest.mark.parametrize("closed", [False, True])
def test_flarum_is_read_by_its_api_or_by_the_json_in_its_pages(closed: bool) -> None:
    made, home = talk(closed=closed), f"{flarum.HOST}/"
    first = go(made.page, home)
    assert sorted(post.id for post in first.posts) == sorted(made.ids)
    assert not first.degraded
    assert sum(batch.expected for batch in first.batches) == len(made.ids)
    assert {post.channel for post in first.posts} == {"General", "Tools", "Tools › Anvils"}
    for post in first.posts:
        assert post.author is not None
        assert post.text.endswith(f"by {post.author.name.lower()}.")
    again = go(made.page, home, first)
    assert len(again.asked) <= 4 + closed
    assert not again.posts
    new = [made.reply(11), made.reply(11)]
    again = go(made.page, home, first)
    assert {post["id"] for post in new} <= {post.id for post in again.posts}
    assert len(again.asked) <= 5 + closed
    wanted = go(made.page, home, forums=["tools"])
    assert {post.channel for post in wanted.posts} == {"Tools", "Tools › Anvils"}


# Lobsters


def links(*, closed: bool) -> lobsters.Board:
    made = lobsters.Board(closed=closed)
    for at in range(250):
        made.story(at % 4, lobsters.TAGS[at % 2])
    return made


@pytest.mark.parametrize("closed", [False, True])
def test_lobsters_is_read_by_its_json_or_its_pages(closed: bool) -> None:
    made, home = links(closed=closed), f"{lobsters.HOST}/"
    first = go(made.page, home)
    assert sorted(post.id for post in first.posts) == sorted(made.ids)
    assert not first.degraded
    for post in first.posts:
        assert post.author is not None
        assert post.text.endswith(f"by {post.author.name}.")
    again = go(made.page, home, first)
    assert not again.posts
    assert len(again.asked) <= len(first.asked) * 0.03
    new = [made.reply("st0002")["short_id"], made.reply("st0105")["short_id"]]
    story = made.story(0)
    increment = go(made.page, home, first)
    assert {f"c_{ident}" for ident in new} | {story} <= {post.id for post in increment.posts}
    assert len(increment.posts) < 12
    wanted = go(made.page, home, forums=["steel"])
    assert {post.channel for post in wanted.posts} == ({"steel"} if not closed else set())


def test_no_mutated_page_of_links_puts_words_into_the_wrong_mouth() -> None:
    made = lobsters.Board(closed=True)
    url = f"{lobsters.HOST}/s/{made.story(4)}"
    html, engine = made.page(url)[1], engines()["lobsters"](f"{lobsters.HOST}/")
    kept = 0
    for seed in range(300):
        hurt = MUTATIONS[seed % len(MUTATIONS)](html, random.Random(seed)).encode("utf-8", "surrogatepass")
        read = engine.read_topic(Page(url, hurt, NOW), Topic("st0000", url), None)
        kept += len(read.posts)
        for post in read.posts:
            assert post.author is not None
            names = re.findall(r"by (user\d)", post.text)
            assert names in ([], [post.author.name]), (seed, post)
    assert kept > 600


# Vanilla


@pytest.mark.parametrize("closed", [False, True])
def test_vanilla_is_read_by_its_api_or_its_pages(closed: bool) -> None:
    made, home = vanilla.Board(closed=closed), f"{vanilla.HOST}/"
    for at in range(240):
        made.topic((0, 3, 31)[at % 3] if at else 230, 1 + at % 2)
    first = go(made.page, home)
    assert sorted(post.id for post in first.posts) == sorted(made.ids)
    assert not first.degraded
    assert {post.channel for post in first.posts} == {"Anvils", "Hammers"}
    assert {post.position for post in first.posts} == set(range(1, 232))
    for post in first.posts:
        assert post.author is not None
        assert post.text.endswith(f"by {post.author.name}.")
    again = go(made.page, home, first)
    assert not again.posts
    assert len(again.asked) <= len(first.asked) * 0.03
    new = {made.reply(10), made.reply(13)}
    increment = go(made.page, home, first)
    assert new <= {post.id for post in increment.posts}
    assert len(increment.asked) <= len(again.asked) + 2
    assert {post.channel for post in go(made.page, home, forums=["hammers"]).posts} == {"Hammers"}


def test_no_mutated_vanilla_page_puts_words_into_the_wrong_mouth() -> None:
    made = vanilla.Board(closed=True)
    url = f"{vanilla.HOST}/discussion/{made.topic(4)}/topic"
    html, engine = made.page(url)[1], engines()["vanilla"](f"{vanilla.HOST}/")
    kept = 0
    for seed in range(300):
        hurt = MUTATIONS[seed % len(MUTATIONS)](html, random.Random(seed)).encode("utf-8", "surrogatepass")
        read = engine.read_topic(Page(url, hurt, NOW), Topic("10", url), None)
        kept += len(read.posts)
        for post in read.posts:
            assert post.author is not None
            names = re.findall(r"by (user\d)", post.text)
            assert names in ([], [post.author.name]), (seed, post)
    assert kept > 600


# Recognising, addresses, wrecks


HOMES = {
    "schemaorg": '<script type="application/ld+json">{"@context":"https://schema.org","@type":"DiscussionForumPosting"}',
    "flarum": '<div id="flarum-loading"></div><script id="flarum-json-payload" type="application/json">{}</script>',
    "lobsters": '<meta name="story-flags" content="{}"><ol class="stories list"><li class="story" data-shortid="x">',
    "vanilla": '<body id="vanilla_discussions_index"><script>gdn=window.gdn||{};gdn.meta={"WebRoot":"/talk"}</script>',
}


@pytest.mark.parametrize(("name", "home"), HOMES.items())
def test_each_is_recognised_and_leads_to_its_root(name: str, home: str) -> None:
    page = Page("https://b.example/talk/d/3-x", home.encode(), NOW)
    assert recognise(page) is engines()[name]
    assert engines()[name].root_of(page) == f"https://b.example/{'talk/' if name in ('flarum', 'vanilla') else ''}"
    for other in HOMES.keys() - {name}:
        assert engines()[other].recognise(page) == 0


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://b.example/thread/tongs-and-more/880?page=3#post-4", "thread/880"),
        ("https://b.example/questions/31/how-to?sid=a1", "questions/31"),
        ("https://b.example/topic/ten-best-anvils-of-2026/page/2/", "topic/ten-best-anvils-of-2026"),
        ("https://b.example/2026/11/ten-anvils", "2026/11/ten-anvils"),
        ("https://b.example/showthread.php?t=5&p=33#post33", "showthread.php?t=5"),
        ("https://b.example/viewtopic.php?start=0&t=5", "viewtopic.php?t=5"),
        ("https://b.example/threads/anvils.77/page-4", "threads/anvils.77"),
        ("https://b.example/discussion/31/which/p2", "discussion/31"),
    ],
)
def test_addresses_tell_topics_apart(url: str, key: str) -> None:
    assert addresses.key(url) == key


def test_addresses_that_lead_nowhere_are_left() -> None:
    for path in ("login", "members/5", "users/rosa", "calendar/2026", "t/5/reply", "search?q=x", "viewtopic.php?p=5"):
        assert addresses.refused(f"https://b.example/{path}"), path


def test_no_mutated_list_harms() -> None:
    made = smiths(embedded=True)
    for seed in range(120):
        for name, url in (("schemaorg", ""), ("schemaorg", "section/workshop"), ("flarum", ""), ("vanilla", "")):
            html = {"flarum": talk(closed=True).page, "vanilla": vanilla.Board().page}.get(name, made.page)
            host = {"flarum": flarum.HOST, "vanilla": vanilla.HOST}.get(name, marked.HOST)
            text = html(f"{host}/{url}")[1] if name != "vanilla" else HOMES["vanilla"] * 3
            hurt = MUTATIONS[seed % len(MUTATIONS)](text, random.Random(seed)).encode("utf-8", "surrogatepass")
            engine, page = engines()[name](f"{host}/"), Page(f"{host}/{url}", hurt, NOW)
            engine.learn(page)
            engine.read_index(page)
            engine.read_forum(page, Forum("1", "One", page.url))
            engine.read_topic(page, Topic("1", page.url), None)
            recognise(page)


@pytest.mark.skipif(
    not SHARED.exists(), reason="the recorded boards are not beside the repository, in ../shared/boards"
)
def test_a_recorded_board_is_read_by_its_structured_data_alone() -> None:
    found = score(SHARED / "nodebb", "schemaorg")
    assert min(found.recall, found.precision, *(found.exact[name] for name in FIELDS if "words" not in name)) > 0.995
    assert found.exact["words"] > 0.985
    assert found.second <= 0.03 * found.first
    assert not found.missing
