"""Reddit's feeds: posts with the identity that the API gives them, pages read to where the run before began."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from listening.crawler import verdict
from listening.post import Checkpoint, Post
from listening.reddit.feed import read_feed
from spiders.reddit import Reddit, RedditFeeds
from tests.asking_reddit import NOW, SECOND, asking, read, tools
from tests.cases import as_json, cases, expected
from tests.servers.reddit import Reddit as Server
from tests.servers.reddit import Said, comment, submission
from tests.servers.spider import Crawled, checkpoints, crawl, drive

ATOM = "application/atom+xml; charset=UTF-8"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def feeds(server: Server, *terms: str, before: dict[str, str] | None = None, **options: Any) -> Crawled:
    given = {"subreddits": ["Tools"], "comments": False, "url": server.base} | options
    return drive(RedditFeeds, given, now=NOW, terms=terms, checkpoints=before)


def crawled(server: Server, *terms: str, polite: bool = False, **options: Any) -> Crawled:
    """As `feeds`, by Scrapy and our settings."""
    given = {"subreddits": ["Tools"], "comments": False, "url": server.base} | options
    return crawl(RedditFeeds, given, now=NOW, terms=terms, LISTENING_POLITE=polite)


def ids(found: Crawled) -> list[str]:
    return [post.id for post in found.posts]


@pytest.mark.parametrize(
    "case", [c for c in cases("reddit") if (c / "input.atom").exists()], ids=lambda case: case.name
)
def test_cases(case: Path) -> None:
    body = (case / "input.atom").read_bytes()
    site = "https://www.reddit.com"
    feed = read_feed(body, url=f"{site}/r/Tools/new/.rss", content_type=ATOM, fetched=NOW, site=site)
    assert as_json(feed.posts) == expected(case)
    assert len(feed.posts) + len(feed.rejects) == feed.entries


def test_a_post_is_the_same_by_feed_and_by_api(server: Server) -> None:
    server.things = [
        submission(1, SECOND - 9, "Acme & me\n\nand 5 < 7", title="Is it > that?"),
        submission(2, SECOND - 8, title="A link"),
        comment(3, SECOND - 7, "One.\n\nTwo."),
        comment(4, SECOND - 6, "[deleted]", author="[deleted]"),
    ]

    def known(post: Post) -> Post:
        author = replace(post.author, id="") if post.author else None
        return replace(post, author=author, likes=None, replies=None, reply_to="", route="")

    by_api = [item for item in read(server, asking(), comments=True) if isinstance(item, Post)]
    assert [known(post) for post in feeds(server, comments=True).posts] == [known(post) for post in by_api]


def test_a_crawl_of_every_list(server: Server) -> None:
    server.things = [
        *tools(150),
        comment(900, SECOND - 5, "hm"),
        submission(901, SECOND - 4, "Acme", subreddit="Other"),
    ]
    found = crawled(server, "Acme", comments=True, search=True)
    assert len(ids(found)) == 100 + 1 + 100
    assert {"t1_p0", "t3_p1"} < set(ids(found))
    assert checkpoints(found.batches) == {
        "new:r/tools": f"t3_46 {SECOND - 1000}",
        "comments:r/tools": f"t1_p0 {SECOND - 5}",
        "search:Acme": f"t3_p1 {SECOND - 4}",
    }
    assert server.paths() == ["/r/Tools/new/.rss", "/r/Tools/comments/.rss", "/search.rss"]
    assert verdict(found.stats).verdict == "ok"
    assert sum(batch.expected for batch in found.batches) == len(found.posts)


def test_the_next_run_pages_to_where_it_began(server: Server) -> None:
    server.things = tools(50)
    first = feeds(server)
    server.things += tools(230, SECOND - 1, first=1000)
    second = feeds(server, before=checkpoints(first.batches), comments=True)
    assert {thing["name"] for thing in server.things} == set(ids(second))
    assert server.paths()[-4:] == ["/r/Tools/new/.rss", "/r/Tools/comments/.rss", *["/r/Tools/new/.rss"] * 2]
    assert not second.rejects
    for stop in range(len(second.batches)):  # killed there, the next run begins where this one did
        assert "new:r/tools" not in checkpoints(second.batches[:stop]) or stop >= 4
    assert checkpoints(second.batches)["new:r/tools"] == f"{server.things[-1]['name']} {SECOND - 1}"


def test_the_api_goes_on_where_the_feeds_stopped(server: Server) -> None:
    server.things = tools(5)
    marks = checkpoints(feeds(server).batches)
    server.things += tools(3, SECOND - 1, first=1000)
    by_api = read(server, replace(asking(), checkpoints=marks))
    assert by_api[-1] == Checkpoint("new:r/tools", f"t3_ru {SECOND - 1}")
    assert checkpoints(feeds(server, before=marks).batches) == {"new:r/tools": f"t3_ru {SECOND - 1}"}


def test_more_than_the_feed_shows_leaves_a_gap(server: Server) -> None:
    server.things = tools(1, SECOND - 9000)
    first = feeds(server)
    server.things += tools(1050, first=2000)
    second = feeds(server, before=checkpoints(first.batches))
    assert [reject.reason for reject in second.rejects] == [
        "r/Tools: more than 1,000 new posts since the last run: some were missed; crawl more often"
    ]
    assert len(ids(second)) == 1000


def test_a_small_subreddit_whose_posts_are_gone_has_no_gap(server: Server) -> None:
    server.things = tools(2)
    first = feeds(server)
    server.things = tools(2, SECOND - 1, first=50)
    second = feeds(server, before=checkpoints(first.batches))
    assert ids(second) == ["t3_1f", "t3_1e"]
    assert not second.rejects
    assert checkpoints(second.batches) == {"new:r/tools": f"t3_1f {SECOND - 1}"}


def test_a_subreddit_one_may_not_read_stops_no_other(server: Server) -> None:
    server.things = tools(2)
    server.closed = {"secret": "private", "gone": "banned"}
    found = crawled(server, subreddits=["secret", "Tools", "gone"])
    assert ids(found) == ["t3_2", "t3_1"]
    assert [reject.reason for reject in found.rejects] == found.degraded
    assert found.degraded == ["r/secret: it is private, or closed to us", "r/gone: it does not exist, or was banned"]
    assert verdict(found.stats).verdict == "degraded"


def test_robots_are_obeyed_and_the_way_out_is_named(server: Server) -> None:
    found = crawled(server, polite=True)
    assert server.paths() == ["/robots.txt"]
    assert found.degraded == [
        "Reddit's feeds cannot be read (robots.txt disallows this page); its API can, with the keys of a Reddit app"
    ]
    assert verdict(found.stats).verdict == "failed"


def test_a_page_that_is_no_feed_is_said_and_nothing_is_taken_as_read(server: Server) -> None:
    server.reply = lambda *_: Said("<!doctype html><title>Blocked</title><p>whoa there, pardner!</p>", type="text/html")
    found = crawled(server)
    assert len(found.degraded) == 1
    assert found.degraded[0].startswith("r/Tools: ")
    assert not checkpoints(found.batches)
    assert verdict(found.stats).verdict == "failed"


def test_a_later_page_that_fails_leaves_the_checkpoint(server: Server) -> None:
    server.things = tools(10)
    first = feeds(server)
    server.things += tools(250, SECOND - 1, first=1000)
    server.reply = lambda kind, number, _: Said("", 500) if number > 2 else None
    second = feeds(server, before=checkpoints(first.batches))
    assert not checkpoints(second.batches)


def test_nobody_there() -> None:
    found = crawl(RedditFeeds, {"subreddits": ["Tools"], "comments": False, "url": "http://127.0.0.1:9"}, now=NOW)
    assert "no connection" in found.degraded[0]


def test_what_cannot_be_done_without_keys_is_said(server: Server) -> None:
    assert feeds(server, stream=True).degraded == ["stream needs API keys: without them, each run reads the feeds once"]
    assert feeds(server, subreddits=[], search=True).degraded == [
        "search = true asks Reddit for each brand, and there are no brands yet"
    ]


def test_it_keeps_reddits_pace() -> None:
    assert RedditFeeds.delay == 60
    assert RedditFeeds.name == Reddit.kind == "reddit"
    assert RedditFeeds.Options is Reddit.Options
