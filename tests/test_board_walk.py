"""The walker of boards: what it asks for, what a killed run leaves, and boards that are traps, walls or wrecks."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.config import Brand
from listening.errors import SourceError
from listening.post import Batch, Post, Reject, Thread
from listening.source import Context, find
from listening.store import Store
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding
from spiders.board import Board
from spiders.boards import engines
from spiders.boards.engine import Engine, Forum, Mark, Topic, TopicPage
from spiders.boards.page import Page
from spiders.boards.progress import Visit, Walk, Wish
from tests.servers.board import BoardServer
from tests.servers.discourse import HOST as TALK
from tests.servers.discourse import Board as Talk
from tests.servers.phpbb import HOST, Place
from tests.servers.phpbb import Board as Bulletin
from tests.servers.spider import checkpoints, crawl
from tests.servers.walk import Walked, walk

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def board(**options: Any) -> Bulletin:
    """Two forums, one of them with a forum below, and topics of every kind."""
    made = Bulletin(**options)
    first = made.place("First", 9, 7)
    made.place("Below", 5, 12, above=first)
    second = made.place("Second", 3, 1)
    made.place("Empty")
    made.topic(first, 6, "sticky")
    made.topic(second, 2, "announce")
    return made


def go(made: Bulletin | Talk, before: Walked | dict[str, str] | None = None, **more: Any) -> Walked:
    """A crawl of a board, after another one."""
    known = checkpoints(before.batches) if isinstance(before, Walked) else before
    return walk(made.page, (HOST if isinstance(made, Bulletin) else TALK) + "/", now=NOW, checkpoints=known, **more)


def test_a_first_crawl_reads_every_post_once_and_asks_for_nothing_else() -> None:
    made = board(sid=True)
    run = go(made)
    assert sorted(post.id for post in run.posts) == sorted(made.ids)
    assert {re.sub(r"\d+", "N", url.removeprefix(HOST)) for url in run.asked} == {
        "/", "/viewforum.php?f=N", "/viewforum.php?f=N&start=N", "/viewtopic.php?t=N", "/viewtopic.php?t=N&start=N",
    }  # fmt: skip
    figures = {
        name: run.stats[f"listening/{name}"]
        for name in ("topics_listed", "topics_read", "posts_expected", "posts_read")
    }
    assert figures == {
        "topics_listed": 19,
        "topics_read": 19,
        "posts_expected": len(made.ids),
        "posts_read": len(made.ids),
    }
    assert sum(batch.expected for batch in run.batches) == len(made.ids)
    assert not run.degraded


def test_posts_say_where_they_stand() -> None:
    made = board()
    subject = made.places[0].below[0].subjects[0]
    posts = {post.id: post for post in go(made).posts}
    for at, said in enumerate(subject.posts, 1):
        post = posts[str(said.id)]
        assert (post.position, post.channel, post.text) == (at, "Below", said.text)
        assert post.thread is not None
        assert (post.thread.id, post.thread.title) == (str(subject.id), subject.title)
        assert post.url == f"{HOST}/viewtopic.php?p={said.id}#p{said.id}"
        assert (post.platform, post.published, post.route) == ("board.example", said.at, "phpbb page")


def test_the_newest_come_first() -> None:
    made = board()
    newest = [
        max(post.published for post in batch.posts if post.published) for batch in go(made).batches if batch.posts
    ]
    topics = [batch.posts[0].thread.id for batch in go(made).batches if batch.posts and batch.posts[0].thread]
    assert topics[0] == "1019", "the topic with the newest post"
    assert newest[0] > sorted(newest)[len(newest) // 2]


def test_an_unchanged_board_costs_its_index() -> None:
    made = board()
    assert go(made, go(made)).asked == [f"{HOST}/"]


def test_only_what_is_new_is_asked_for() -> None:
    made = board()
    before = go(made)
    subject = made.places[0].subjects[3]
    made.reply(subject)
    run = go(made, before)
    assert [url.removeprefix(HOST) for url in run.asked] == [
        "/", "/viewforum.php?f=1", f"/viewtopic.php?t={subject.id}&start=5",
    ]  # fmt: skip
    assert [post.position for post in run.posts] == [6, 7, 8]
    assert go(made, checkpoints(run.batches, checkpoints(before.batches))).asked == [f"{HOST}/"]


def test_posts_in_a_forum_below_are_found_through_the_one_above() -> None:
    made = board()
    before = go(made)
    said = made.reply(made.places[0].below[0].subjects[0])
    run = go(made, before)
    assert str(said.id) in {post.id for post in run.posts}
    assert len(run.asked) == 4


def test_a_topic_that_lost_posts_is_read_again() -> None:
    made = board()
    before = go(made)
    subject = made.places[0].subjects[0]
    del subject.posts[1:4]
    new = [made.reply(subject) for _ in range(3)]
    run = go(made, before)
    assert {str(said.id) for said in [subject.posts[0], *new]} <= {post.id for post in run.posts}


def test_a_moved_topic_and_an_announcement_in_two_forums_are_one_topic() -> None:
    made = board()
    announced = made.topic(made.places[0], 3, "global-announce")
    made.places[1].subjects.append(announced)
    moved = made.topic(made.places[0], 2, "moved")
    made.places[1].subjects.append(type(moved)(moved.id, moved.title, moved.posts))
    run = go(made)
    counts = [post.id for post in run.posts]
    assert sorted(counts) == sorted(set(counts))
    assert set(counts) == made.ids


def test_since_leaves_old_topics_alone_and_they_can_be_had_later() -> None:
    made = board()
    times = sorted(subject.last.at for subject in made.places[0].all() + made.places[1].all())
    middle = times[len(times) // 2]
    run = go(made, since=middle.isoformat())
    wanted = [s for place in made.places for s in place.all() if s.last.at >= middle]
    assert {post.id for post in run.posts} == {str(said.id) for s in wanted for said in s.posts}
    later = go(made, run)
    assert {post.id for post in run.posts + later.posts} == made.ids
    assert go(made, checkpoints(later.batches, checkpoints(run.batches)), since=middle.isoformat()).asked == [
        f"{HOST}/"
    ]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"forums": ["second"]}, {"Second"}),
        ({"forums": ["1"]}, {"First", "Below"}),
        ({"forums": ["First"], "leave_out": ["Below"]}, {"First"}),
        ({"forums": ["Below"]}, {"Below"}),
        ({"leave_out": ["first"]}, {"Second"}),
    ],
)
def test_forums_can_be_named_and_left_out(options: dict[str, Any], names: set[str]) -> None:
    assert {post.channel for post in go(board(), **options).posts} == names


def test_a_forum_that_is_not_there_is_named_with_those_that_are() -> None:
    run = go(board(), forums=["Cellar"])
    assert "no forum is called cellar; there are: First, Second, Empty, First › Below" in run.degraded


@pytest.mark.parametrize("options", [{"max_topics": 4}, {"max_pages": 7}])
def test_a_bounded_run_goes_on_next_time(options: dict[str, int]) -> None:
    made = board()
    known: dict[str, str] = {}
    found: set[str] = set()
    for runs in itertools.count(1):
        run = go(made, known, **options)
        known = checkpoints(run.batches, known)
        found |= {post.id for post in run.posts}
        if len(run.asked) == 1:
            break
        assert runs < 40
        assert len(run.asked) <= 30
    assert found == made.ids
    assert runs > 3


def test_discourse_is_read_through_its_one_list() -> None:
    made = Talk()
    for count in (3, 55, 1, 21, 20, 40, 2):
        made.topic(count)
    made.reply(made.topic(5, 5), post_type=3, cooked="<p>closed</p>")
    run = go(made)
    assert sorted(post.id for post in run.posts) == sorted(made.ids)
    assert {post.channel for post in run.posts} == {"General", "Tools"}
    assert not run.degraded
    assert len(go(made, run).asked) == 3
    new = [made.reply(11) for _ in range(2)]
    again = go(made, run)
    assert [post.id for post in again.posts][-2:] == [str(post["id"]) for post in new]
    assert len(again.asked) == 5
    assert {post.channel for post in go(made, forums=["tools"]).posts} == {"Tools"}
    assert {post.channel for post in go(made, leave_out=["tools"]).posts} == {"General"}


# What a killed run leaves


@pytest.mark.parametrize("at_once", [1, 3])
@pytest.mark.parametrize("kind", ["phpbb", "discourse"])
def test_a_run_killed_at_any_moment_is_completed_by_the_next(kind: str, at_once: int) -> None:
    made: Bulletin | Talk = Bulletin() if kind == "phpbb" else Talk()
    if isinstance(made, Bulletin):
        made.place("Below", 2, 12, above=made.place("First", 4, 7))
    else:
        for count in (3, 45, 21, 2):
            made.topic(count)
    whole = go(made, at_once=at_once)
    for stop in range(1, len(whole.batches)):
        killed = go(made, stop=stop, at_once=at_once)
        rest = go(made, killed, at_once=at_once)
        stored = {post.id for post in killed.posts} | {post.id for post in rest.posts}
        assert stored == made.ids, stop
        read_twice = len(killed.posts) + len(rest.posts) - len(made.ids)
        assert read_twice <= at_once * 20, "no more than one page of each topic under way"
        assert not go(made, checkpoints(rest.batches, checkpoints(killed.batches))).posts


@pytest.mark.parametrize("seed", range(12))
def test_boards_that_change_while_runs_are_killed(seed: int) -> None:
    chance = random.Random(seed)
    made = Bulletin(
        posts_per_page=chance.choice([2, 5]), topics_per_page=chance.choice([2, 4]), sid=chance.random() < 0.5
    )
    places = [made.place("First"), made.place("Second")]
    places.append(made.place("Below", above=places[0]))
    for _ in range(chance.randint(3, 12)):
        made.topic(chance.choice(places), chance.randint(1, 9), chance.choice(["", "", "", "sticky", "announce"]))

    def serve(url: str) -> tuple[int, str]:
        if chance.random() < 0.1:
            _happen(made, places, chance)
        return made.page(url)

    known: dict[str, str] = {}
    stored: set[str] = set()
    for _ in range(chance.randint(2, 5)):
        stop = chance.choice([None, 1, 3, 7])
        run = walk(serve, f"{HOST}/", now=NOW, checkpoints=known, stop=stop, at_once=chance.choice([1, 4]))
        known, stored = checkpoints(run.batches, known), stored | {post.id for post in run.posts}
    last = go(made, known)
    assert made.ids <= stored | {post.id for post in last.posts}
    assert go(made, checkpoints(last.batches, known)).asked == [f"{HOST}/"]


def _happen(made: Bulletin, places: list[Place], chance: random.Random) -> None:
    if chance.random() < 0.7:
        made.reply(chance.choice([subject for place in places for subject in place.subjects]))
    else:
        made.topic(chance.choice(places), chance.randint(1, 7))


def test_a_batch_that_is_not_stored_is_read_again() -> None:
    made = board()
    failed: list[Batch] = []

    def fail(batch: Batch) -> bool:
        if len(failed) < 3 and len(batch.posts) == 5:
            failed.append(batch)
            return True
        return False

    run = go(made, fail=fail)
    assert {post.id for post in run.posts} < made.ids
    assert {post.id for post in run.posts + go(made, run).posts} == made.ids


def test_damaged_checkpoints_are_no_checkpoints() -> None:
    made = board()
    known = dict.fromkeys(checkpoints(go(made).batches), '{"nonsense": 1}') | {"forum:1": "[", "topic:1001": "null"}
    assert {post.id for post in go(made, known).posts} == made.ids


# Traps, walls and wrecks


def test_a_board_that_repeats_the_opener_on_every_page() -> None:
    made = Bulletin()
    subject = made.topic(made.place("First"), 12)
    opener = made._post(subject.posts[0])

    def serve(url: str) -> tuple[int, str]:
        status, html = made.page(url)
        return status, html.replace('<div id="p', opener + '<div id="p', 1) if "start=" in url else html

    run = walk(serve, f"{HOST}/", now=NOW)
    assert [(post.id, post.position) for post in run.posts] == [
        (str(said.id), n) for n, said in enumerate(subject.posts, 1)
    ]


def test_a_topic_without_end_is_cut_and_reported() -> None:
    made = board()
    subject = made.places[1].subjects[0]

    def serve(url: str) -> tuple[int, str]:
        status, html = made.page(url.partition("&start=")[0] if f"t={subject.id}" in url else url)
        at = int(url.partition("&start=")[2] or 0)
        link = f"./viewtopic.php?t={subject.id}&amp;start={at + 5}"
        more = f'<div class="pagination"><a rel="next" href="{link}">Next</a></div>'
        html = html.replace('rel="canonical"', "")
        return status, html.replace("<h2", f"{more}<h2", 1) if f"t={subject.id}" in url else html

    run = walk(serve, f"{HOST}/", now=NOW, pages=80)
    assert {post.id for post in run.posts} == made.ids
    assert f"seemed to have no end and were cut: 1, for example {HOST}/viewtopic.php?t={subject.id}" in run.degraded
    assert walk(serve, f"{HOST}/", now=NOW, checkpoints=checkpoints(run.batches)).asked == [f"{HOST}/"]


def test_a_topic_whose_every_page_is_new_ends_where_it_said_it_would() -> None:
    made = Bulletin()
    subject = made.topic(made.place("First"), 5)

    def serve(url: str) -> tuple[int, str]:
        if "t=" in url:
            for _ in range(5):
                made.reply(subject)
        status, html = made.page(url)
        return status, re.sub(r"\d+ posts <ul>", "5 posts <ul>", html)

    run = walk(serve, f"{HOST}/", now=NOW, pages=20)
    assert "seemed to have no end" in run.degraded


def test_a_list_without_end_is_cut_and_reported() -> None:
    made = board()
    page = f"{HOST}/viewforum.php?f=3"

    def serve(url: str) -> tuple[int, str]:
        if not url.startswith(page):
            return made.page(url)
        at = int(url.partition("&start=")[2] or 0)
        more = f'<div class="pagination"><a href="./viewforum.php?f=3&amp;start={at + 4}">Next</a></div>'
        return 200, made.page(page)[1].replace("<div class", f"{more}<div class", 1)

    run = walk(serve, f"{HOST}/", now=NOW, pages=100)
    assert {post.id for post in run.posts} == made.ids
    assert "seemed to have no end" in run.degraded


LOGIN = (
    200,
    '<body id="phpbb"><form><input type="password" name="p"></form><a href="https://phpbb.com">phpBB</a></body></html>',
)


def test_a_forum_behind_a_login_is_reported_and_the_rest_read() -> None:
    made = board()
    made.replace["/viewforum.php?f=1"] = LOGIN
    run = go(made)
    assert {post.channel for post in run.posts} == {"Second"}
    assert f"pages that ask for a login: 1, for example {HOST}/viewforum.php?f=1" in run.degraded
    del made.replace["/viewforum.php?f=1"]
    assert {post.id for post in run.posts + go(made, run).posts} == made.ids


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (LOGIN, "pages that ask for a login: 1"),
        ((200, "<form><input type=password></form>"), "asks for a login"),
        ((200, "<title>Just a moment...</title><script src='/cdn-cgi/'></script>"), "prove that they are no robots"),
        ((403, "<html>Forbidden</html>"), "was refused (HTTP 403)"),
        ((404, "<html></html>"), "is not there (HTTP 404)"),
        ((200, "<title>A shop</title>"), "known are Discourse"),
        ((200, ""), "is not of a board software that is known here"),
        ((200, "The board is currently disabled"), "is closed at the moment"),
    ],
)
def test_a_board_that_cannot_be_read_says_why(answer: tuple[int, str], words: str) -> None:
    run = walk(lambda _: answer, f"{HOST}/", now=NOW)
    assert words in run.degraded
    assert HOST in run.degraded
    assert len(run.asked) <= 2


def test_a_board_whose_topics_all_ask_for_a_login_is_left_alone_soon() -> None:
    made = board()
    run = walk(lambda url: LOGIN if "t=" in url else made.page(url), f"{HOST}/", now=NOW)
    assert run.reason == "unreadable"
    assert "pages that ask for a login: 5" in run.degraded
    assert len(run.asked) < 12
    assert {post.id for post in go(made, run).posts} == made.ids, "nothing counts as read"


def test_a_forum_whose_topics_ask_for_a_login_costs_one_page_of_its_list() -> None:
    made = Bulletin()
    made.place("Open", 3, 1)
    closed = made.place("Closed", 40, 1)
    made.reply(made.places[0].subjects[0])
    numbers = {str(subject.id) for subject in closed.subjects}
    run = walk(lambda url: LOGIN if url.partition("?t=")[2] in numbers else made.page(url), f"{HOST}/", now=NOW)
    assert {post.channel for post in run.posts} == {"Open"}
    assert len(run.asked) <= 1 + 3 + 3 + 4
    assert "pages that ask for a login" in run.degraded


def test_a_new_look_is_no_quiet_board() -> None:
    made = board()

    def serve(url: str) -> tuple[int, str]:
        status, html = made.page(url)
        return status, html.replace('class="post bg2"', 'class="entry"')

    run = walk(serve, f"{HOST}/", now=NOW)
    assert "without any post that can be read (has the board a new look?)" in run.degraded
    assert not run.posts


def test_a_topic_that_is_gone_is_no_trouble() -> None:
    made = board()
    gone = made.places[1].subjects.pop()
    listed = made.places[1].subjects[0]
    made.replace[f"/viewtopic.php?t={listed.id}"] = (404, "no such topic")
    run = go(made)
    assert {post.id for post in run.posts} == made.ids - {str(said.id) for said in listed.posts}
    assert str(gone.posts[0].id) not in {post.id for post in run.posts}
    assert not run.degraded
    assert go(made, run).asked == [f"{HOST}/"]


def kept(store: Store, run: Walked) -> set[str]:
    """Store what a run brought; the ids of all posts that still have their words."""
    Ingest(store, "board", Understanding([Brand(name="Post")]), now=lambda: NOW).save(run.batches)
    assert not store.check()
    return {row[0] for row in store.db.conn.execute("SELECT native_id FROM posts WHERE deleted IS NULL AND text <> ''")}


@pytest.mark.parametrize("seed", range(6))
def test_posts_that_vanish_lose_their_words_and_no_others_do(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    made = board()
    run = go(made)
    assert kept(store, run) == made.ids
    for _ in range(6):
        subjects = [subject for place in made.places for subject in place.all()]
        for subject in chance.sample(subjects, 3):
            for _ in range(chance.choice([0, 1, 1, 2])):
                if len(subject.posts) > 1:
                    subject.posts.pop(chance.randrange(len(subject.posts)))
            for _ in range(chance.choice([1, 1, 2, 7])):  # without a new post nobody would look there again
                made.reply(subject)
        run = go(made, known(store))
        assert kept(store, run) == made.ids


def known(store: Store) -> dict[str, str]:
    return store.checkpoints("board")


def test_a_topic_that_vanished_while_its_forum_still_lists_it_loses_its_words(store: Store) -> None:
    made = board()
    run = go(made)
    kept(store, run)
    subject, other = made.places[1].subjects[0], made.places[1].subjects[1]
    made.reply(other)
    said = made.reply(subject)
    made.replace[f"/viewtopic.php?t={subject.id}"] = (404, "no such topic")
    run = go(made, known(store))
    assert kept(store, run) == made.ids - {str(post.id) for post in subject.posts}
    assert str(said.id) not in {post.id for post in run.posts}
    assert not store.check()


def test_a_board_that_answers_nothing_but_not_found_keeps_its_words(store: Store) -> None:
    made = board()
    kept(store, go(made))
    before = set(made.ids)
    for place in made.places:
        for subject in place.all():
            made.reply(subject)

    def moved(url: str) -> tuple[int, str]:
        return (404, "moved") if "viewtopic" in url else made.page(url)

    assert kept(store, walk(moved, f"{HOST}/", now=NOW, checkpoints=known(store))) == before


def _said(number: int, **changes: Any) -> Post:
    at = NOW + timedelta(minutes=number)
    return replace(Post("b", str(number), "u", "words", at, thread=Thread("7"), position=number), **changes)


THREE = [_said(1), _said(2), _said(3)]


@pytest.mark.parametrize(
    ("read", "known", "to_the_end"),
    [
        (TopicPage(THREE, total=3), True, True),
        (TopicPage(THREE, total=3, following=("p2",)), True, False),
        (TopicPage(THREE, total=5), True, False),  # more are announced: a link to the next page was overlooked
        (TopicPage(THREE), True, False),
        (TopicPage(THREE, [Reject("cannot be read")], total=3), False, False),  # it may be one that is stored
        (TopicPage(THREE, total=3, complete=False), False, False),
        (TopicPage([_said(1), _said(3), _said(2)], total=3), False, False),
        (TopicPage([_said(1), _said(2, id="b2"), _said(3)], total=3), False, False),
        (TopicPage([_said(1), _said(2, published=None), _said(3)], total=3), False, False),
        (TopicPage([]), False, False),
    ],
)
def test_only_pages_beyond_doubt_show_that_posts_are_gone(read: TopicPage, known: bool, to_the_end: bool) -> None:
    visit = Visit(Topic("7", "u"), Walk(Forum("1", "One"), Wish()), None)
    found = visit.extents(read, read.posts)
    assert bool(found) == known
    assert not known or (found[0].until is None) == to_the_end


def test_a_page_that_broke_off_is_asked_for_again() -> None:
    made = board()
    subject = made.places[0].subjects[0]
    url = f"/viewtopic.php?t={subject.id}"
    status, html = made.page(HOST + url)
    made.replace[url] = (status, html[: html.index(f'id="p{subject.posts[3].id}"') + 400])
    run = go(made)
    assert "pages that broke off" in run.degraded
    del made.replace[url]
    assert {post.id for post in run.posts + go(made, run).posts} == made.ids


def test_missing_posts_are_told() -> None:
    made = Bulletin()
    subject = made.topic(made.place("First"), 4)

    def serve(url: str) -> tuple[int, str]:
        status, html = made.page(url)
        return status, html.replace("4 posts", "40 posts")

    assert "only 4 of the 40 posts that the board announced" in walk(serve, f"{HOST}/", now=NOW).degraded
    assert subject.posts


def test_an_engine_that_fails_costs_one_page(monkeypatch: pytest.MonkeyPatch) -> None:
    made = board()
    real: Callable[..., TopicPage] = engines()["phpbb"].read_topic

    def broken(self: Engine, page: Page, topic: Topic, mark: Mark | None) -> TopicPage:
        if topic.id == "1001":
            raise ZeroDivisionError
        return real(self, page, topic, mark)

    monkeypatch.setattr(engines()["phpbb"], "read_topic", broken)
    run = go(made)
    assert "made our reader fail, please report it: 1, for example" in run.degraded
    assert len({post.id for post in run.posts}) == len(made.ids) - 7


def test_options_are_checked_with_words() -> None:
    wrong = [{"url": "ftp://x"}, {"url": f"{HOST}/", "since": "soon"}, {"url": f"{HOST}/", "engine": "geocities"},
             {"url": f"{HOST}/", "time_zone": "Mars/Olympus"}, {}]  # fmt: skip
    for options in wrong:
        with pytest.raises(SourceError, match=r"board: (url|since|engine|time_zone)"):
            Board(Context("x"), **options)
    options = Board(Context("x"), url="forum.example.com", since="90d").options
    assert options.url == "https://forum.example.com/"
    assert options.oldest(NOW) == NOW - timedelta(days=90)
    assert find("board") is Board


# With Scrapy, over the network


def test_a_crawl_by_scrapy_finds_every_post_and_the_next_one_asks_once() -> None:
    with BoardServer(30, 25) as server:
        run = crawl(Board, {"url": server.url}, now=NOW)
        assert len(run.posts) == len({post.id for post in run.posts}) == 30 * 25
        assert not run.degraded
        assert not run.failures
        again = crawl(Board, {"url": server.url}, now=NOW, checkpoints=checkpoints(run.batches))
        assert again.stats["response_received_count"] == 1
        assert not again.posts
