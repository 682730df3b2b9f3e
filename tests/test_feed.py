"""Feeds: posts from whatever a feed is, within its time, each entry accounted for."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from listening.feed import Feed, feed_links, read
from listening.feed.limit import Deadline
from tests import fuzz_feeds
from tests.cases import as_json, cases, expected

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
URL = "https://www.example.com/blog/feed.xml"
CASES = cases("rss")


def reading(body: str | bytes, **how: Any) -> Feed:
    return read(body.encode() if isinstance(body, str) else body, url=URL, fetched=NOW, **how)


def case(name: str) -> Feed:
    return reading(next(path for path in CASES if path.name == name).joinpath("input.xml").read_bytes())


def rss(*items: str, title: str = "T", head: str = "") -> str:
    start = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{title}</title>{head}'
    return f"{start}{''.join(items)}</channel></rss>"


def entry(number: int | str, text: str = "some text", more: str = "") -> str:
    address = f"https://www.example.com/{number}"
    return f"<item><title>Entry {number}</title><guid>{address}</guid><description>{text}</description>{more}</item>"


def dated(number: int) -> str:
    return entry(
        number, more=f"<pubDate>{datetime.fromtimestamp(1_790_000_000 + number * 60, UTC).isoformat()}</pubDate>"
    )


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_cases(folder: Path) -> None:
    source = next(folder.glob("input.*"))
    if source.suffix == ".html":
        assert feed_links(source.read_bytes(), "https://www.example.com/blog/") == expected(folder)
    else:
        feed = reading(source.read_bytes())
        assert as_json(feed.posts) == expected(folder)
        assert fuzz_feeds.unaccounted(feed) == ""


@pytest.mark.parametrize(
    ("name", "posts", "rejects", "notes"),
    [
        ("breaks-off", 1, ["the feed breaks off in the middle of this entry"],
         ["it breaks off in the middle of an entry"]),
        ("empty-entries", 1, ["the entry is empty: neither a title nor a text"] * 4, []),
        ("odd-dates", 14, [], ['9 of its dates cannot be used, such as "31.02.2026"']),
        ("one-bad-entry", 2, ["the entry is empty: neither a title nor a text"],
         ["it is damaged, and of some entries nothing is left"]),
        ("no-entries", 0, [], []),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(name: str, posts: int, rejects: list[str], notes: list[str]) -> None:
    feed = case(name)
    assert (len(feed.posts), [reject.reason for reject in feed.rejects], list(feed.notes)) == (posts, rejects, notes)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "it is empty"),
        (b" \n\x00", "it is empty"),
        (b"GIF89a" + bytes(100), "it is neither RSS, Atom, RDF nor JSON Feed"),
        (b"<html><body>Not found</body></html>", "it is neither RSS, Atom, RDF nor JSON Feed"),
        (b'{"posts": []}', "it is JSON, but no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": 3}', "it is JSON, but no JSON Feed"),
        (b"{broken", "it is no JSON, though it begins like it"),
        (b"[" * 200_000, "its JSON is nested too deep"),
        ("<rss><channel><title>Кузница и наковальня</title></channel></rss>".encode("koi8-r"),
         "its characters cannot be told: it is not in the encoding that it names"),
        (b" " * (10 * 1024 * 1024 + 1), "it is larger than 10 MiB"),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_is_no_feed_is_one_reject_with_its_reason(body: bytes, reason: str) -> None:
    feed = reading(body)
    assert not feed.readable
    assert [(reject.reason, reject.url) for reject in feed.rejects] == [(reason, URL)]
    assert feed.notes == (reason,)
    assert len(feed.rejects[0].raw) <= 500


def test_the_header_names_the_encoding() -> None:
    text = rss(entry(1, "Служба поддержки ответила через девять дней")).replace(' encoding="UTF-8"', "")
    post = reading(text.encode("koi8-r"), content_type='text/xml; charset="koi8-r"').posts[0]
    assert post.text == "Служба поддержки ответила через девять дней"
    # and does not where it says what servers say of everything
    post = reading(
        text.replace("?>", ' encoding="cp1251"?>', 1).encode("cp1251"), content_type="text/xml; charset=latin1"
    ).posts[0]
    assert post.text == "Служба поддержки ответила через девять дней"


def test_identities_do_not_depend_on_order_or_company() -> None:
    feed = case("same-guid-different-links")
    text = next(path for path in CASES if path.name == "same-guid-different-links").joinpath("input.xml").read_text()
    start, *items = text.split("<item>")
    items[-1], end = items[-1].split("</channel>")
    known = {post.title: post.id for post in feed.posts}
    for turned in (items[::-1], items[:1], items[1:2]):
        body = start + "".join(f"<item>{item}" for item in turned) + f"</channel>{end}"
        for post in reading(body, shared=feed.shared).posts:
            assert known[post.title] == post.id


def test_an_entry_known_by_its_words_stays_the_same() -> None:
    def one(text: str) -> str:
        return reading(rss(f"<item><title>News</title><description>{text}</description></item>")).posts[0].id

    assert one("It is &lt;b&gt;here&lt;/b&gt;.") == one("It  is\nhere.")
    assert one("It is here.") != one("It is there.")


def test_long_ids_and_addresses_are_bounded() -> None:
    feed = reading(
        rss(f"<item><title>a</title><guid>{'x' * 9000}</guid><link>https://example.com/{'y' * 9000}</link></item>")
    )
    assert len(feed.posts[0].id) == 64
    assert feed.posts[0].url == URL


def test_the_newest_entries_are_read_whichever_way_they_run() -> None:
    numbers = list(range(40))
    for order in (numbers, numbers[::-1]):
        feed = reading(rss(*(dated(number) for number in order)), limit=10)
        assert {post.title for post in feed.posts} == {f"Entry {number}" for number in range(30, 40)}
        assert (feed.entries, feed.skipped) == (40, 30)
    items = [{"id": f"n{n}", "title": "t", "date_published": f"2026-11-{n + 1:02}T00:00:00Z"} for n in range(20)]
    feed = reading(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}), limit=5)
    assert [post.id for post in feed.posts] == ["n15", "n16", "n17", "n18", "n19"]
    assert (feed.entries, feed.skipped) == (20, 15)


def test_tens_of_thousands_of_entries_are_bounded() -> None:
    feed = reading(rss("<item><title>x</title><guid>https://a.example/1</guid></item>" * 50_000))
    assert (feed.entries, len(feed.posts), feed.skipped, feed.repeated) == (50_000, 1, 49_000, 999)


@pytest.mark.parametrize(
    "bad",
    [
        entry("bad", more=f"<author>{'a' * 60_000}</author>"),  # minutes in feedparser's expression for mail addresses
        entry("bad", "<![CDATA[" + "<div>" * 100_000 + "]]>"),  # a minute in an HTML parser, which no alarm interrupts
        entry("bad", "<b>" * 200_000),
        entry("bad", "<![CDATA[" + "<blockquote>" * 50_000 + "]]>"),
    ],
    ids=["author", "divs", "elements", "quotes"],
)
def test_one_entry_that_takes_for_ever_costs_no_other(bad: str) -> None:
    begun = time.monotonic()
    feed = reading(rss(entry(1), bad, entry(2)), seconds=3.0)
    assert time.monotonic() - begun < 40, "of the four, the quickest took a minute"
    assert {"Entry 1", "Entry 2"} <= {post.title for post in feed.posts}
    assert feed.entries == len(feed.posts) + len(feed.rejects) == 3


def test_a_deadline_ends_work_and_leaves_nothing_behind() -> None:
    deadline = Deadline(30.0)
    with pytest.raises(TimeoutError), deadline.within(0.05):
        re.fullmatch("(a|a)*b", "a" * 40)
    with deadline.within(5.0):
        assert deadline.left > 0
    with pytest.raises(TimeoutError), Deadline(0).within(1.0):
        raise AssertionError


def test_large_feeds_and_other_threads_are_read_in_a_process_of_their_own() -> None:
    text = rss(*(entry(number, "é &lt;p&gt;text&lt;/p&gt; " * 100) for number in range(500)))
    assert len(text) > 1024 * 1024
    here = reading(rss(*(entry(number) for number in range(3))))
    elsewhere: list[Feed] = []
    thread = threading.Thread(target=lambda: elsewhere.append(reading(rss(*(entry(number) for number in range(3))))))
    thread.start()
    feed = reading(text)
    thread.join()
    assert elsewhere == [here]
    assert (feed.entries, len(feed.posts)) == (500, 500)
    assert feed.posts[0].text.startswith("é\n\ntext")


def test_a_process_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "listening.feed.apart._PROGRAM", "import sys; sys.stdin.buffer.read(); [0 for _ in iter(int, 1)]"
    )
    monkeypatch.setattr("listening.feed.apart._START", 0.2)
    feed = reading(rss(entry(1)) + " " * 1024 * 1024, seconds=0.1)
    assert [reject.reason for reject in feed.rejects] == ["it takes too long to read"]
    monkeypatch.setattr("listening.feed.apart._PROGRAM", "import sys; sys.stdin.buffer.read(); sys.exit('no memory')")
    feed = reading(rss(entry(1)) + " " * 1024 * 1024)
    assert [reject.reason for reject in feed.rejects] == ["its reader failed: no memory"]


def test_entities_do_not_multiply() -> None:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    feed = reading(
        f'<!DOCTYPE rss [<!ENTITY e0 "ha">{bomb}<!ENTITY f SYSTEM "file:///etc/hostname">]>' + rss(entry(1, "&e11;&f;"))
    )
    assert len(feed.posts[0].text) < 100


def test_damaged_feeds_are_read_in_time_and_accounted_for() -> None:
    report = fuzz_feeds.fuzz(300, 20261120, fuzz_feeds.seeds())
    assert report.faults == []
    assert report.too_slow == 0
    assert report.readable > 150


def test_damage_is_the_same_each_time() -> None:
    known = fuzz_feeds.seeds()
    assert fuzz_feeds.mutant(known, random.Random("1:7")) == fuzz_feeds.mutant(known, random.Random("1:7"))
