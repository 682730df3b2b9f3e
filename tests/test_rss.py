"""The spider of feeds: it asks for them only when they changed, finds them by their page, and says what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from listening.crawler import verdict
from listening.errors import SourceError
from listening.source import Context, find
from spiders.rss import Known, Rss
from tests.servers.http import HttpServer, Reply, Seen
from tests.servers.spider import Crawled, checkpoints, crawl, drive
from tests.test_feed import entry, rss

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RSS = "application/rss+xml; charset=UTF-8"


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer({"*": Reply(b"", 404)}) as running:
        yield running


def crawled(url: str, before: Crawled | None = None, marks: dict[str, str] | None = None, **options: Any) -> Crawled:
    """One run by Scrapy and our settings, after another."""
    kept = marks if marks is not None else checkpoints(before.batches) if before else {}
    return crawl(Rss, {"url": url, **options}, now=NOW, checkpoints=kept)


def asked(url: str, before: Crawled | None = None, terms: tuple[str, ...] = (), **options: Any) -> Crawled:
    """The same by hand, which is quicker."""
    return drive(
        Rss, {"url": url, **options}, now=NOW, terms=terms, checkpoints=checkpoints(before.batches) if before else {}
    )


def test_a_feed_is_asked_for_only_if_it_changed(server: HttpServer) -> None:
    body = rss(entry(1), entry(2)).encode()

    def conditional(seen: Seen) -> Reply:
        known = seen.headers.get("if-none-match") == '"v1"' and "if-modified-since" in seen.headers
        headers = {"ETag": '"v1"', "Last-Modified": "Thu, 19 Nov 2026 10:00:00 GMT"}
        return Reply(b"", 304, headers) if known else Reply(body, headers=headers, type=RSS)

    server.routes["/feed"] = conditional
    first = crawled(server.url("/feed"))
    second = crawled(server.url("/feed"), first)
    assert [post.title for post in first.posts] == ["Entry 1", "Entry 2"]
    assert [batch.expected for batch in first.batches] == [2]
    assert {post.platform for post in first.posts} == {"127.0.0.1"}
    assert second.posts == []
    assert (second.degraded, second.failures, verdict(second.stats).verdict) == ([], [], "ok")
    assert checkpoints(second.batches) == checkpoints(first.batches)
    assert [seen.headers.get("if-none-match") for seen in server.seen if seen.path == "/feed"] == [None, '"v1"']


def test_the_same_bytes_are_not_parsed_again(server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.routes["/feed"] = Reply(rss(entry(1)).encode(), type=RSS)
    first = asked(server.url("/feed"))
    monkeypatch.setattr("listening.feed.read", None)
    second = asked(server.url("/feed"), first)
    assert (len(first.posts), second.posts, second.degraded) == (1, [], [])
    assert [batch.expected for batch in second.batches] == [0]


def test_other_bytes_and_other_options_are(server: HttpServer) -> None:
    server.routes["/feed"] = Reply(rss(entry(1), entry(2)).encode(), type=RSS)
    first = asked(server.url("/feed"), entries=1)
    again = asked(server.url("/feed"), first, entries=1000)
    assert [len(run.posts) for run in (first, again)] == [1, 2]
    assert [batch.expected for batch in first.batches] == [2]
    assert first.degraded == [f"{server.url('/feed')}: it holds 2 entries, of which the newest 1 are read"]
    server.routes["/feed"] = Reply(rss(entry(3)).encode(), type=RSS)
    assert [post.title for post in asked(server.url("/feed"), again).posts] == ["Entry 3"]


def test_long_feeds_come_in_several_transactions_the_checkpoint_last(server: HttpServer) -> None:
    server.routes["/feed"] = Reply(rss(*(entry(number) for number in range(450))).encode(), type=RSS)
    found = asked(server.url("/feed"))
    assert [(len(batch.posts), batch.expected, len(batch.checkpoints)) for batch in found.batches] == [
        (200, 200, 0), (200, 200, 0), (50, 50, 1),
    ]  # fmt: skip


def test_what_was_wrong_stays_said_until_it_changes(server: HttpServer) -> None:
    server.routes["/feed"] = Reply(rss(entry(1, more="<pubDate>soon</pubDate>")).encode(), type=RSS)
    first = asked(server.url("/feed"))
    second = asked(server.url("/feed"), first)
    assert (
        first.degraded == second.degraded == [f'{server.url("/feed")}: 1 of its dates cannot be used, such as "soon"']
    )
    assert second.posts == []


def test_what_was_lost_is_asked_for_again(server: HttpServer) -> None:
    whole = rss(entry(1), entry(2)).encode()
    server.routes["/feed"] = Reply(whole[:-60], headers={"ETag": '"same"'}, type=RSS)
    first = asked(server.url("/feed"))
    assert (len(first.posts), len(first.rejects), sum(batch.expected for batch in first.batches)) == (1, 1, 2)
    assert first.degraded == [f"{server.url('/feed')}: it breaks off in the middle of an entry"]
    known = Known.load(checkpoints(first.batches)[f"feed:{server.url('/feed')}"], "1/1000")
    assert known.headers == {}
    server.routes["/feed"] = Reply(whole, headers={"ETag": '"same"'}, type=RSS)
    second = asked(server.url("/feed"), first)
    assert (len(second.posts), second.degraded) == (2, [])


def test_a_feed_that_was_emptied_is_said(server: HttpServer) -> None:
    server.routes["/feed"] = Reply(rss(entry(1)).encode(), type=RSS)
    first = asked(server.url("/feed"))
    server.routes["/feed"] = Reply(rss().encode(), type=RSS)
    second = asked(server.url("/feed"), first)
    assert second.degraded == [f"{server.url('/feed')}: it is empty, and held 1 before"]
    assert asked(server.url("/feed")).degraded == []


PAGE = b"""<!DOCTYPE html><html><head>
<link rel="alternate" type="application/rss+xml" href="/comments.xml" title="Comments">
<link rel="alternate" type="application/rss+xml" href="news/main.xml"></head><body>Hello</body></html>"""


def test_a_page_leads_to_its_feed_and_is_not_asked_again(server: HttpServer) -> None:
    server.routes |= {"/": Reply(PAGE), "/news/main.xml": Reply(rss(entry(1)).encode(), type=RSS)}
    first = crawled(server.url("/"))
    assert [post.title for post in first.posts] == ["Entry 1"]
    assert checkpoints(first.batches)[f"page:{server.url('/')}"] == server.url("/news/main.xml")
    assert (first.degraded, first.failures) == ([], [])
    asked(server.url("/"), first)
    assert [path for path in server.paths() if path != "/robots.txt"] == ["/", "/news/main.xml", "/news/main.xml"]


def test_a_feed_that_moved_is_looked_for_on_its_page(server: HttpServer) -> None:
    server.routes |= {"/": Reply(PAGE), "/news/main.xml": Reply(rss(entry(1)).encode(), type=RSS)}
    first = asked(server.url("/"))
    server.routes["/"] = Reply(PAGE.replace(b"news/main.xml", b"moved.xml"))
    server.routes["/moved.xml"] = Reply(rss(entry(2)).encode(), type=RSS)
    del server.routes["/news/main.xml"]
    second = asked(server.url("/"), first)
    assert ([post.title for post in second.posts], second.degraded) == (["Entry 2"], [])
    assert checkpoints(second.batches)[f"page:{server.url('/')}"] == server.url("/moved.xml")
    server.routes["/"] = Reply(rss(entry(3)).encode(), type=RSS)
    del server.routes["/moved.xml"]
    third = asked(server.url("/"), second)
    assert [post.title for post in third.posts] == ["Entry 3"]
    assert checkpoints(third.batches)[f"page:{server.url('/')}"] == ""


def test_a_page_without_links_has_its_feed_in_the_usual_place(server: HttpServer) -> None:
    server.routes |= {"/blog/": Reply(), "/rss.xml": Reply(rss(entry(1)).encode(), type="text/html")}
    found = asked(server.url("/blog/"))
    assert ([post.title for post in found.posts], found.degraded) == (["Entry 1"], [])
    assert server.paths() == ["/blog/", "/blog/feed", "/feed", "/rss.xml"]


def test_a_page_without_a_feed_is_said_with_the_remedy(server: HttpServer) -> None:
    server.routes["/about"] = Reply()
    found = crawled(server.url("/about"))
    assert found.batches == []
    assert len(found.degraded) == 1
    assert found.degraded[0].startswith(f"{server.url('/about')} is a page, and no feed was found by it (")
    assert found.degraded[0].endswith("): give the address of the feed itself")
    assert verdict(found.stats).verdict == "failed"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=404), "does not exist (404): look for its new address"),
        (Reply(status=410), "is gone for good (410): remove this source, or give its new address"),
        (Reply(status=403), "refuses us (403): ask its owner, or use another address"),
        (Reply(status=401), "wants a login (401): use an address that is open"),
        (Reply(status=418), "answers with HTTP 418"),
        (Reply(b'{"a": 1}', type="application/json"), "cannot be read as a feed: it is JSON, but no JSON Feed"),
        (Reply(b"", type=RSS), "cannot be read as a feed: it is empty"),
    ],
    ids=lambda value: str(getattr(value, "status", "")),
)
def test_what_is_no_feed_is_said(server: HttpServer, reply: Reply, reason: str) -> None:
    server.routes["/feed"] = reply
    found = asked(server.url("/feed"))
    assert found.degraded == [f"{server.url('/feed')} {reason}"]
    assert found.posts == []


def test_a_body_of_hundreds_of_megabytes_is_refused_and_the_run_goes_on(server: HttpServer) -> None:
    server.routes["/search"] = lambda seen: (
        Reply(b"", headers={"Content-Length": str(500 * 1024 * 1024)}, type=RSS)
        if seen.path.endswith("big")
        else Reply(rss(entry(1)).encode(), type=RSS)
    )
    found = crawl(Rss, {"url": server.url("/search?q={query}")}, now=NOW, terms=("big", "small"))
    assert [post.title for post in found.posts] == ["Entry 1"]
    assert found.failures == ["the page is larger than the limit (DOWNLOAD_MAXSIZE)"]
    assert verdict(found.stats).verdict == "degraded"


def test_a_search_asks_for_each_name(server: HttpServer) -> None:
    server.routes["/search"] = Reply(rss(entry(1)).encode(), type=RSS)
    found = asked(server.url('/search?q="{query}"'), terms=("Acme & Söhne", "acme/anvil"))
    assert sorted(path.partition("=")[2] for path in server.paths()) == [
        "%22Acme%20%26%20S%C3%B6hne%22",
        "%22acme%2Fanvil%22",
    ]
    assert len(checkpoints(found.batches)) == 2
    assert asked(server.url("/search?q={query}")).degraded == ["there is nothing to search for: add a brand"]


def test_secrets_in_an_address_are_not_shown(server: HttpServer) -> None:
    assert "s3cret" not in asked(server.url("/feed?token=s3cret")).degraded[0]


@pytest.mark.parametrize("url", ["example.com/feed", "ftp://example.com/feed", "https://ann:pw@example.com/feed", ""])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SourceError, match="url"):
        Rss(Context("test"), url=url)


def test_a_checkpoint_that_is_none_is_as_good_as_none() -> None:
    for text in ("", "null", "{", "[]", '{"what": 1}', '{"shared": 3}'):
        assert Known.load(text, "1/1000") == Known("1/1000")


def test_it_is_found_by_its_kind() -> None:
    assert find("rss") is Rss
    for options in Rss.trials.values():
        Rss(Context("test"), **options)
