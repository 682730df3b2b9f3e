"""Hacker News: posts from hits, and searches past the 1,000 hits that the search gives."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.http import Response
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.test import get_crawler

from listening.crawler import verdict
from listening.errors import SourceError
from listening.post import Post
from listening.source import find
from spiders.hackernews import Answer, HackerNews, Slice, post
from tests.cases import as_json, cases, expected
from tests.servers.algolia import Algolia, comment, story
from tests.servers.http import Reply
from tests.servers.spider import Crawled, checkpoints, crawl, drive

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())
DAY = 86_400


def hot(count: int = 3500, crowded: int = 350) -> list[dict[str, Any]]:
    """Comments of the last days, `crowded` of them in every second that has any."""
    return [comment(10 + n, SECOND - 60 - n // crowded * 600, f"Acme anvil {n}") for n in range(count)]


@pytest.fixture
def server() -> Iterator[Algolia]:
    with Algolia() as running:
        yield running


def search(
    server: Algolia, *terms: str, now: datetime = NOW, before: dict[str, str] | None = None, **options: Any
) -> Crawled:
    return drive(HackerNews, {"url": server.base, **options}, now=now, terms=terms or ("Acme",), checkpoints=before)


def crawled(server: Algolia, *terms: str) -> Crawled:
    """As `search`, by Scrapy and our settings."""
    return crawl(HackerNews, {"url": server.base}, now=NOW, terms=terms or ("Acme",))


def readable(body: bytes) -> list[Post]:
    posts = []
    for hit in Answer.read(body).hits:
        try:
            posts.append(post(hit))
        except ValueError:
            continue
    return posts


@pytest.mark.parametrize("case", cases("hackernews"), ids=lambda case: case.name)
def test_cases(case: Path) -> None:
    assert as_json(readable((case / "input.json").read_bytes())) == expected(case)


def test_quotes_within_quotes() -> None:
    found = post(comment(1, SECOND, "&gt; &gt;&gt; first<p>" + "&gt;" * 99 + "deep<p>mine"))
    assert (found.text, [quote.text for quote in found.quotes]) == ("mine", ["first", "deep"])


def test_code_that_never_ends_hides_nothing() -> None:
    assert post(comment(1, SECOND, "a<p><pre><code>" + "<pre>" * 5000 + "&gt; b")).text.endswith("> b")


@pytest.mark.parametrize("estimate", [lambda n: n, lambda n: n // 2, lambda n: n * 3 + 1], ids=["exact", "low", "high"])
def test_every_hit_comes_once_past_the_thousand_that_a_query_gives(server: Algolia, estimate: Any) -> None:
    server.records, server.estimate = hot(), estimate
    found = crawled(server)
    assert Counter(post.id for post in found.posts) == Counter(record["objectID"] for record in server.records)
    assert max(len(batch.posts) for batch in found.batches) <= 200
    assert sum(batch.expected for batch in found.batches) == len(found.posts)
    assert checkpoints(found.batches) == {'both:"Acme"': str(SECOND)}
    assert not found.degraded
    assert len(server.seen) <= 12


def test_killed_anywhere_and_run_again_it_is_complete(server: Algolia) -> None:
    server.records = hot(2600, 130)
    whole = search(server).batches
    new = comment(9_000_000, SECOND + 100, "Acme again")
    server.records.append(new)
    assert sum(bool(batch.checkpoints) for batch in whole) >= 3
    for stop in range(len(whole) + 1):
        stored = whole[:stop]
        again = search(server, now=NOW + timedelta(hours=5), before=checkpoints(stored))
        ids = {post.id for batch in stored for post in batch.posts} | {post.id for post in again.posts}
        assert ids == {record["objectID"] for record in server.records}, stop
        assert checkpoints(again.batches) == {'both:"Acme"': str(SECOND + 5 * 3600)}


def test_what_a_failing_server_left_out_comes_with_the_next_run(server: Algolia) -> None:
    server.records = hot(2600, 130)
    server.reply = lambda number: Reply(status=500) if number >= 3 else None
    first = crawled(server)
    assert first.failures == ["HTTP 500"]
    assert 0 < len(first.posts) < 2600
    assert verdict(first.stats).verdict == "degraded"
    server.reply = lambda _: None
    second = search(server, before=checkpoints(first.batches))
    assert Counter(p.id for p in first.posts + second.posts) == Counter(r["objectID"] for r in server.records)


def test_a_post_that_is_indexed_late_is_found(server: Algolia) -> None:
    server.records = [comment(1, SECOND - 10, "Acme")]
    first = search(server)
    server.records += [comment(2, SECOND - 3000, "Acme, late"), comment(3, SECOND + 3000, "Acme, new")]
    second = search(server, now=NOW + timedelta(hours=1), before=checkpoints(first.batches))
    assert {post.id for post in second.posts} == {"1", "2", "3"}


def test_more_in_one_second_than_the_search_gives_is_said(server: Algolia) -> None:
    server.records = [comment(n, SECOND - 50, "Acme") for n in range(1, 1501)]
    server.records += [comment(9000 + n, SECOND - 100 + 80 * (n % 2), "Acme") for n in range(10)]
    found = search(server)
    assert found.degraded == ['the search for "Acme" found more in one second than it gives: some were missed']
    assert {str(9000 + n) for n in range(10)} <= {post.id for post in found.posts}
    assert len({post.id for post in found.posts}) == 1010


def test_nothing_found_is_fine(server: Algolia) -> None:
    found = crawled(server, "Nobody")
    assert not found.posts
    assert not found.degraded
    assert not found.failures
    assert checkpoints(found.batches) == {'both:"Nobody"': str(SECOND)}
    assert verdict(found.stats).verdict == "ok"


def test_a_page_that_is_no_answer_fails_the_run(server: Algolia) -> None:
    server.reply = lambda _: Reply(b"<html>Sorry</html>")
    found = crawled(server, "Acme", "Other")
    assert len(found.degraded) == 2
    assert not checkpoints(found.batches)
    assert verdict(found.stats).verdict == "failed"


def test_what_is_asked_for(server: Algolia) -> None:
    server.records = [
        comment(1, SECOND - 5, 'say "acme anvil" aloud'),
        comment(2, SECOND - 5, "anvil by acme"),
        story(3, SECOND - 5, "Acme anvil"),
        story(4, SECOND - 8 * DAY, "Acme anvil"),
        story(5, SECOND + 5, "Acme anvil"),
    ]
    assert {post.id for post in search(server, 'Acme "Anvil').posts} == {"1", "3", "4"}
    found = search(server, "Else", queries=["anvil acme"], tags="story", since="7d")
    assert {post.id for post in found.posts} == {"3"}


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(b"<html>Sorry</html>"), "what came is not JSON"),
        (Reply(b"[" * 100_000), "what came is not JSON"),
        (Reply(b"\xff"), "what came is not JSON"),
        (Reply(b"[1, 2]"), "what came has no hits in it"),
        (Reply(b'{"hits": 5}'), "what came has no hits in it"),
        (Reply(b'{"hits": [], "nbHits": 12}'), "it announced posts, and gave none of the time that was asked for"),
        (Reply(json.dumps({"hits": [comment(1, 5, "Acme")] * 1000}).encode()), "it announced posts, and gave none"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_said_and_nothing_is_taken_as_read(reply: Reply, reason: str) -> None:
    spider = HackerNews(url="http://127.0.0.1/")
    spider.crawler = SimpleNamespace(stats=MemoryStatsCollector(get_crawler()))
    assert not list(spider.parse(Response("http://127.0.0.1/", body=reply.body), Slice('"Acme"', 100, 200, 200)))
    [said] = spider.crawler.stats.get_value("listening/degraded")
    assert said.startswith('the search for "Acme" was not answered: ' + reason)


def test_hits_that_cannot_be_read_are_kept_aside(server: Algolia) -> None:
    server.reply = lambda _: Reply(
        json.dumps({"hits": [comment(1, SECOND - 5, "Acme"), None, {"objectID": "2"}, {"objectID": "../x"}]}).encode()
    )
    found = crawled(server)
    assert [post.id for post in found.posts] == ["1"]
    assert [reject.reason for reject in found.rejects] == [
        "a hit of the search has no id", "item 2 has no readable time", "a hit of the search has no id",
    ]  # fmt: skip
    assert checkpoints(found.batches)


def test_a_server_that_is_not_there(server: Algolia) -> None:
    found = crawl(HackerNews, {"url": "http://127.0.0.1:9/"}, now=NOW, terms=("Acme",))
    assert verdict(found.stats).verdict == "failed"
    assert "no connection" in verdict(found.stats).reason


def test_without_brands_there_is_nothing_to_search_for(server: Algolia) -> None:
    found = drive(HackerNews, {"url": server.base}, now=NOW)
    assert found.degraded == ["there is nothing to search for: add a brand, or queries to this source"]


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "hn.algolia.com", "http://", "http://me@127.0.0.1/"])
def test_only_web_addresses(url: str) -> None:
    with pytest.raises(SourceError, match="must be an http or https address"):
        HackerNews(url=url)


@pytest.mark.parametrize("mark", ["", "yesterday", "1 2", "-5", "9" * 30])
def test_a_checkpoint_that_means_nothing_starts_anew(mark: str) -> None:
    assert Slice.first("q", mark, 1000, 400) == Slice("q", 600, 1000, 1000)


def test_it_is_found_by_its_kind() -> None:
    assert find("hackernews") is HackerNews
