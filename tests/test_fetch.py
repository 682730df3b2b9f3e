"""The fetching rules, each shown by a crawl of a real server on loopback; the parts they are made of, by themselves."""

from __future__ import annotations

import ast
import asyncio
import gzip
import logging
import signal
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import brotli
import pytest

from listening.errors import AddressError
from listening.fetch import address, body, identity, pace, redact, retry, robots
from listening.fetch.failure import Failed, Interrupted
from tests.servers.crawl import ROOT, Crawled, crawl, finish, start
from tests.servers.http import HttpServer, Reply, Seen

ROBOTS = "User-agent: *\nDisallow: /no\n"


def text(content: str, **kwargs) -> Reply:
    return Reply(content.encode(), type="text/plain", **kwargs)


def once(first: Reply, then: Reply | None = None):
    """Answers with `first`, and from the second time on with `then`."""
    answers = iter([first])
    return lambda seen: next(answers, then or Reply())


# --- addresses ---------------------------------------------------------------------------------------------------

PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.8.9.10 168.63.129.16 169.254.169.254
172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255
198.51.100.1 203.0.113.7 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
2130706433 0x7f000001 0177.0.0.1 0x7f.1 127.1 127.0.1 017700000001 0 1 167772161
:: ::1 [::1] ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1
64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::808:808 100::1 2001::1 2001:0:7f00:1::1 2001:2::1 2001:10::1
2001:20::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: 2620:4f:8000::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1
fe80::1%eth0 fec0::1 ff02::1 ff0e::1 4000::1 localhost example.com nonsense 256.1.1.1 1.2.3.4.5
""".split()
PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 93.184.216.34 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1
172.15.255.255 172.32.0.1 192.0.1.1 192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1 223.255.255.255
2606:4700:4700::1111 2001:4860:4860::8888 2a00:1450:4001:830::200e 2400:cb00::1 ::ffff:8.8.8.8 64:ff9b::808:808
134744072
""".split()


@pytest.mark.parametrize("spelling", [*PRIVATE, ""])
def test_special_addresses_are_not_public(spelling):
    assert not address.is_public(spelling)


@pytest.mark.parametrize("spelling", PUBLIC)
def test_ordinary_addresses_are_public(spelling):
    assert address.is_public(spelling)


@pytest.mark.parametrize(
    ("host", "port", "connected", "entries"),
    [
        ("127.0.0.1", 8100, "127.0.0.1", ["127.0.0.1:8100"]),
        ("127.0.0.1", 9999, "127.0.0.1", [" 127.0.0.1 ", ""]),
        ("forum.local", 80, "10.0.0.5", ["Forum.Local."]),
        ("wiki.local", 80, "10.0.0.5", ["10.0.0.5"]),
        ("[::1]", 8100, "::1", ["[::1]:8100"]),
        ("::1", 1, "::1", ["::1"]),
        ("bücher.local", 80, "10.0.0.5", ["xn--bcher-kva.local"]),
        ("2130706433", 80, "127.0.0.1", ["127.0.0.1"]),
        ("example.com", 80, "93.184.216.34", []),
    ],
)
def test_named_hosts_may_be_connected_to(host, port, connected, entries):
    address.check(host, port, connected, address.Allowed(entries))


@pytest.mark.parametrize(
    ("host", "port", "connected", "entries"),
    [
        ("127.0.0.1", 8101, "127.0.0.1", ["127.0.0.1:8100"]),
        ("evil.example", 80, "127.0.0.1", ["127.0.0.1:8100", "forum.local"]),
        ("x.forum.local", 80, "10.0.0.5", ["forum.local"]),
        ("forum.local", 81, "10.0.0.5", ["forum.local:80"]),
        ("::1", 80, "::1", ["127.0.0.1"]),
    ],
)
def test_other_private_hosts_may_not(host, port, connected, entries):
    with pytest.raises(AddressError, match=r"allow_private in listening\.toml"):
        address.check(host, port, connected, address.Allowed(entries))


@pytest.mark.parametrize("entry", ["http://127.0.0.1", "host:port", "a@b", "10.0.0.0/8", "host:99999", ":80"])
def test_unreadable_entries_are_named(entry):
    with pytest.raises(AddressError, match="neither a host nor host:port"):
        address.Allowed([entry])


def test_rules_know_nothing_above_them():
    for path in (ROOT / "listening/fetch").glob("*.py"):
        tree = ast.parse(path.read_text())
        names = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        names |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        ours = {name for name in names if name.split(".")[0] in ("listening", "spiders", "pipelines")}
        assert all(
            n == "listening" or n.startswith(("listening.fetch", "listening.errors", "listening.post")) for n in ours
        )
        if path.stem in ("address", "redact"):
            assert not {n for n in names if n.split(".")[0] in ("scrapy", "twisted", "aiohttp")}


# --- secrets -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://ann:s3cret@example.com/feed", "https://***@example.com/feed"),
        ("https://s3cret@example.com/", "https://***@example.com/"),
        ("https://a:s3@cret@example.com/a@b", "https://***@example.com/a@b"),
        ("https://x.org/?token=s3cret&page=2", "https://x.org/?token=***&page=2"),
        ("https://x.org/?page=2&api_key=s3cret#top", "https://x.org/?page=2&api_key=***#top"),
        ("https://x.org/.rss?feed=s3cret&user=ann", "https://x.org/.rss?feed=***&user=ann"),
        ("https://x.org/cb#access_token=s3cret", "https://x.org/cb#access_token=***"),
        ("https://x.org/?X-Amz-Signature=s3cret;sid=s3cret", "https://x.org/?X-Amz-Signature=***;sid=***"),
        ("https://x.org/?keyword=anvil&tokens=3", "https://x.org/?keyword=anvil&tokens=3"),
        ("Authorization: Basic czNjcmV0", "Authorization: ***"),
        ("{b'Authorization': [b'Bearer s3cret-token']}", "{b'Authorization': ***"),
        ("Set-Cookie: session=s3cret", "Set-Cookie: ***"),
        ("got Bearer s3cret-s3cret back", "got Bearer *** back"),
        ("nothing to hide at https://x.org/a?b=c", "nothing to hide at https://x.org/a?b=c"),
    ],
)
def test_secrets_are_masked(written, kept):
    assert redact.redact(written) == kept
    assert "s3cret" not in redact.redact(f"line one\n<GET {written}> (referer: None)")


def test_log_records_hold_no_secret():
    def record(message, *args, error=None):
        exc_info = (type(error), error, None) if error else None
        return redact.RedactedRecord("x", logging.ERROR, "f", 1, message, args, exc_info)

    written = logging.Formatter().format(
        record("GET %s", "http://x/?key=s3cret", error=ValueError("http://a:s3cret@b/"))
    )
    assert "key=***" in written
    assert "ValueError: http://***@b/" in written
    assert "s3cret" not in written
    assert record("%d", "no number").args  # logging reports such a mistake itself


def test_user_agent_names_a_contact_and_cannot_carry_another_header():
    assert identity.user_agent("https://example.com/bot").endswith(" (+https://example.com/bot)")
    assert identity.user_agent("").startswith("listening/")
    assert "\n" not in identity.user_agent("me@example.com\r\nX-Evil: 1")
    assert ")" not in identity.user_agent("a) evil (b")[:-1]


# --- Retry-After -------------------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", "", 120),
        (" 1.5 ", "", 1.5),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), "", 90),
        ("Sun Nov 22 12:00:30 2026", "", 30),  # asctime, which RFC 9110 still allows
        (format_datetime(NOW + timedelta(hours=2)), format_datetime(NOW + timedelta(hours=2, seconds=-5)), 5),
        (format_datetime(NOW + timedelta(seconds=9)), "nonsense", 9),
        (format_datetime(NOW - timedelta(hours=1)), "", None),
        ("0", "", None),
        ("-5", "", None),
        ("soon", "", None),
        ("", "", None),
        ("1e9", "", None),
        ("inf", "", None),
        ("nan", "", None),
        ("9" * 400, "", float("inf")),
        ("Fri, 99 Foo 99999 99:99:99 GMT", "", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value, date, seconds):
    assert retry.retry_after(value, date, now=lambda: NOW) == seconds


# --- the pace, by an injected clock ------------------------------------------------------------------------------


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pace = pace.Pace(clock=lambda: self.now, sleep=self.sleep, margin=0)
        self.starts: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)

    async def fetch(self, host="a", delay=1.0, concurrency=1, takes=0.0, stopping=lambda: False) -> None:
        async with self.pace.turn(host, delay, concurrency, stopping):
            self.starts.append(round(self.now - 1000, 6))
            self.now += takes

    def run(self, *args) -> list[float]:
        async def one_after_the_other():
            for arguments in args:
                await self.fetch(**arguments)

        asyncio.run(one_after_the_other())
        return self.starts


def test_requests_to_a_host_start_apart_and_hosts_do_not_wait_for_each_other():
    assert Clock().run({}, {}, {"host": "b"}, {}) == [0, 1, 1, 2]
    assert Clock().run({"takes": 3}, {}, {}) == [0, 3, 4]


def test_crawl_delay_raises_the_delay_and_never_lowers_it():
    clock = Clock()
    clock.pace.slow("a", 3)
    clock.pace.slow("a", 0.1)
    assert clock.run({}, {}, {"delay": 5}, {"delay": 0}) == [0, 3, 8, 11]


def test_a_request_that_went_out_late_counts_from_there():
    clock = Clock()
    clock.run({})
    clock.pace.started("a", clock.now + 0.4)  # the connection took its time
    assert clock.run({}) == [0, 1.4]


def test_a_pause_holds_the_whole_host_and_shorter_ones_do_not_end_it():
    clock = Clock()
    clock.pace.pause("a", 60)
    clock.pace.pause("a", 5)
    assert clock.run({}, {"host": "b"}) == [60, 60]


def test_a_stopped_host_refuses_at_once_until_its_time_is_over():
    clock = Clock()
    clock.pace.stop("a", 7200, "it said so")
    with pytest.raises(Failed, match="it said so"):
        clock.run({})
    clock.now += 7200
    assert clock.run({}) == [7200]


def test_no_more_requests_run_at_once_than_allowed():
    clock, running, most = Clock(), 0, 0

    async def fetch() -> None:
        nonlocal running, most
        async with clock.pace.turn("a", 0, 3):
            running, most = running + 1, max(most, running + 1)
            await clock.sleep(1)
            running -= 1

    async def all_at_once() -> None:
        await asyncio.gather(*(fetch() for _ in range(10)))

    asyncio.run(all_at_once())
    assert most == 3


def test_a_run_that_is_being_stopped_waits_for_near_turns_only():
    clock = Clock()
    assert clock.run({}, {"stopping": lambda: True}) == [0, 1]
    clock.pace.pause("a", 60)
    with pytest.raises(Interrupted):
        clock.run({"stopping": lambda: True})
    assert clock.now < 1003


# --- robots.txt, parsed ------------------------------------------------------------------------------------------


def allows(content: str | bytes, path: str = "/no") -> bool:
    rules, _ = robots.parse(content if isinstance(content, bytes) else content.encode(), "http://h")
    try:
        rules.check(f"http://h{path}")
    except Failed:
        return False
    return True


@pytest.mark.parametrize(
    ("group", "ours"),
    [
        ("*", True), ("listening", True), ("LISTENING", True), ("Listening/1.0", True), ("listening bot", True),
        ("listen", False), ("l", False), ("listening-images", False), ("otherbot", False), ("glistening", False),
    ],
)  # fmt: skip
def test_groups_are_matched_by_product_token(group, ours):
    assert allows(f"User-agent: {group}\nDisallow: /no\n") is not ours


def test_our_own_group_replaces_that_for_everybody():
    content = (
        "User-agent: *\nDisallow: /\nCrawl-delay: 9\n\nUser-Agent:listening\r\nUser-agent: x\nDisallow: /private\n"
    )
    assert allows(content)
    assert not allows(content, "/private/1")
    assert robots.parse(content.encode(), "http://h")[1] == 0


@pytest.mark.parametrize(
    ("content", "path", "allowed"),
    [
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /no", "/no", False),  # a byte order mark
        (b"<!doctype html><title>Not a robots.txt</title>", "/no", True),
        (b"\x00\xff\xfe\x80" * 100, "/no", True),
        (b"", "/no", True),
        (b"User-agent: *\nDisallow:", "/no", True),
        (b"User-agent: *\nDisallow: /\nAllow: /yes", "/yes/1", True),
        (b"User-agent: *\nDisallow: /*.php$", "/a.php", False),
        (b"User-agent: *\nDisallow: /*.php$", "/a.php?b", True),
        (b"User-agent: *\nDisallow: /caf%C3%A9", "/caf%c3%a9", False),
        (b"\n" * robots.SIZE, "/no", True),
        (b"".join(b"User-agent: %d\n" % i for i in range(9999)) + b"Disallow: /%d\n" * 9999, "/no", True),
        (b"User-agent x # y\nUser-Agent : * # all\nDisallow: /no", "/no", False),
        (b"User-agent: *\nDisallow: " + b"/*a" * 5000, "/" + "a" * 2000, True),  # no pattern may hang us
        (b"#" * robots.SIZE + b"\nUser-agent: *\nDisallow: /no", "/no", True),
        (b"User-agent: *\nDisallow: /no\n" + b"#" * robots.SIZE, "/no", False),
    ],
)
def test_robots_rules(content, path, allowed):
    assert allows(content, path) is allowed


@pytest.mark.parametrize(("value", "delay"), [("3", 3), ("0.3", 0.3), ("0", 0), ("-1", 0), ("nan", 0), ("soon", 0)])
def test_crawl_delay_is_read(value, delay):
    assert robots.parse(f"User-agent: *\nCrawl-delay: {value}\n".encode(), "http://h")[1] == delay


def test_an_absurd_crawl_delay_refuses_the_host():
    rules, delay = robots.parse(b"User-agent: *\nCrawl-delay: 7200\n", "http://h")
    assert delay == 0
    with pytest.raises(Failed, match="7200 seconds between requests: too slow"):
        rules.check("http://h/")


# --- compressed bodies -------------------------------------------------------------------------------------------


def zstandard(data: bytes) -> bytes:
    return body.zstd.compress(data)


def fast_brotli(data: bytes) -> bytes:
    return brotli.compress(data, quality=1)


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS = [
    ("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", bare_deflate),
    ("br", fast_brotli), ("zstd", zstandard),
]  # fmt: skip
CONTENT = b"".join(b"<p>post number %d</p>" % i for i in range(20_000))


async def _chunks(data: bytes, size: int) -> AsyncIterator[bytes]:
    for i in range(0, len(data), size):
        yield data[i : i + size]


def unpack(data: bytes, encoding: str, size: int = 4096) -> list[bytes]:
    async def collect() -> list[bytes]:
        return [piece async for piece in body.decoded(_chunks(data, size), encoding)]

    return asyncio.run(collect())


@pytest.mark.parametrize("size", [7, 4096, 1 << 20])
@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
def test_bodies_are_unpacked_in_pieces(encoding, pack, size):
    assert b"".join(unpack(pack(CONTENT), encoding, size)) == CONTENT
    assert max(map(len, unpack(pack(bytes(5_000_000)), encoding, size))) <= 4 * body.PIECE


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
def test_bodies_that_break_off_or_are_damaged_are_named(encoding, pack):
    packed = pack(CONTENT)
    with pytest.raises(body.DamagedBody, match="breaks off"):
        unpack(packed[:-20], encoding)
    with pytest.raises(body.DamagedBody):
        unpack(b"<html>not packed at all</html>" * 9, encoding)


def test_gzip_may_come_in_members_and_end_in_padding():
    packed = gzip.compress(b"one ") + gzip.compress(b"two")
    assert b"".join(unpack(packed + bytes(100), "gzip", 1 << 20)) == b"one two"
    assert unpack(b"", "gzip") == []


# --- robots.txt, crawled -----------------------------------------------------------------------------------------


def test_no_disallowed_page_is_fetched_while_many_requests_wait_for_robots_txt():
    with HttpServer({"/robots.txt": text(ROBOTS, delay=0.5)}) as server:
        urls = [server.url(f"/no/{i}") for i in range(20)]
        crawled = crawl(
            [*urls, server.url("/yes")], DOWNLOAD_DELAY=0, CONCURRENT_REQUESTS=64, CONCURRENT_REQUESTS_PER_DOMAIN=16
        )
    assert server.paths() == ["/robots.txt", "/yes"]
    assert crawled.failures == dict.fromkeys(urls, "robots.txt disallows this page")
    assert crawled.recorded == crawled.failures
    assert crawled.stats["listening/failed"] == crawled.stats["robotstxt/forbidden"] == 20
    assert list(crawled.pages) == [server.url("/yes")]


def test_crawl_delay_is_kept_from_robots_txt_on_over_one_connection():
    with HttpServer({"/robots.txt": text("User-agent: *\nCrawl-delay: 0.3")}) as server:
        crawled = crawl([server.url(f"/{i}") for i in range(4)], DOWNLOAD_DELAY=0.05, CONCURRENT_REQUESTS_PER_DOMAIN=16)
    assert len(crawled.pages) == 4
    gaps = server.gaps()  # a busy machine notes one arrival late and the next in time: the mean tells
    assert 0.2 < sum(gaps) / len(gaps) < 3, "without the delay it is 0.05"
    assert server.connections == 1


def test_a_spider_cannot_opt_out_of_robots_txt_or_of_our_name():
    with HttpServer({"/robots.txt": text(ROBOTS)}) as server:
        crawled = crawl(
            [
                {"url": server.url("/no"), "meta": {"dont_obey_robotstxt": True, "dont_retry": True}},
                {"url": server.url("/yes"), "headers": {"User-Agent": "Mozilla/5.0", "Accept": "text/plain"}},
            ],
            spider={"custom_settings": {"ROBOTSTXT_OBEY": False}, "user_agent": "Mozilla/5.0"},
            USER_AGENT="Mozilla/5.0",
            DOWNLOAD_DELAY=0.01,
        )
    assert list(crawled.failures.values()) == ["robots.txt disallows this page"]
    assert {seen.headers["user-agent"].partition("/")[0] for seen in server.seen} == {"listening"}
    assert all(seen.headers["user-agent"].endswith(" (+me@example.com)") for seen in server.seen)
    assert server.seen[-1].headers["accept"] == "text/plain"


@pytest.fixture(scope="module")
def odd_robots() -> Iterator[Crawled]:
    """One page of each of many hosts, whose robots.txt are odd in one way each. The host's name says which."""

    def by_host(seen: Seen) -> Reply:
        name = seen.host.removesuffix(".test")
        if name.startswith("hops"):
            return hops(seen.path, int(name[4:]))
        return replies[name](seen) if callable(replies[name]) else replies[name]

    def hops(path: str, count: int) -> Reply:
        done = int(path.rpartition("-")[2] or 0) if "-" in path else 0
        return text(ROBOTS) if done == count else Reply(status=302, headers={"Location": f"/hop-{done + 1}"})

    async def hang(seen: Seen, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    replies = {
        "gone": Reply(status=404), "denied": Reply(status=403), "broken": Reply(status=500),
        "busy": once(Reply(status=429, headers={"Retry-After": "1"}), text(ROBOTS)), "html": Reply(),
        "slow": text("User-agent: *\nCrawl-delay: 4000"), "big": Reply(b"#" * (11 << 20)),
        "away": Reply(status=302, headers={"Location": "http://10.9.8.7/robots.txt"}),
    }  # fmt: skip
    names = [*replies, "hops5", "hops6"]
    with HttpServer() as server, HttpServer({"*": hang}) as hanging:
        server.routes["/robots.txt"] = by_host
        server.routes["/hop-1"] = server.routes["/hop-2"] = server.routes["/hop-3"] = by_host
        server.routes["/hop-4"] = server.routes["/hop-5"] = server.routes["/hop-6"] = by_host
        urls = {name: server.url("/no", f"{name}.test") for name in names}
        urls |= {"hanging": hanging.url("/no", "hanging.test"), "closed": "http://closed.test:1/no"}
        crawled = crawl(
            list(urls.values()), names={f"{name}.test": ["127.0.0.1"] for name in urls},
            DOWNLOAD_DELAY=0.02, DOWNLOAD_TIMEOUT=1,
        )  # fmt: skip
    crawled.failures = {name: crawled.failures.get(url, "") for name, url in urls.items()}
    crawled.pages = {name: server.times("/no", f"{name}.test") for name in urls}
    return crawled


@pytest.mark.parametrize("name", ["gone", "denied", "html", "hops6"])
def test_without_a_robots_txt_everything_may_be_fetched(odd_robots, name):
    assert not odd_robots.failures[name]
    assert len(odd_robots.pages[name]) == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("broken", "robots.txt cannot be read, so nothing may be fetched: HTTP 500"),
        ("hanging", "nothing may be fetched: no complete answer within 1 seconds"),
        ("closed", "nothing may be fetched: no connection"),
        ("big", "nothing may be fetched: the page is larger than the limit"),
        ("away", "10.9.8.7 is not on the public internet"),
        ("slow", "asks for 4000 seconds between requests: too slow to crawl"),
        ("busy", "robots.txt disallows this page"),  # after its Retry-After
        ("hops5", "robots.txt disallows this page"),  # five redirects are followed
    ],
)
def test_where_robots_txt_forbids_or_cannot_be_read_nothing_is_fetched(odd_robots, name, reason):
    assert reason in odd_robots.failures[name]
    assert not odd_robots.pages[name]


def test_only_loopback_servers_that_are_named_may_be_fetched_impolitely():
    with HttpServer({"/robots.txt": text(ROBOTS)}) as server:
        urls = [server.url(f"/no/{i}") for i in range(5)]
        crawled = crawl(
            [*urls, server.url("/no", "lan.test")], names={"lan.test": ["127.0.0.1"]}, LISTENING_POLITE=False
        )
    assert set(crawled.pages) == set(urls)
    assert crawled.stats["elapsed_time_seconds"] < 4, "five pages without the delay of a second"
    assert server.times(host="127.0.0.1")
    assert server.times("/robots.txt", "127.0.0.1") == []
    assert crawled.failures == {server.url("/no", "lan.test"): "robots.txt disallows this page"}


# --- waiting when told to ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def refusing() -> Iterator[tuple[HttpServer, Crawled]]:
    """Hosts that refuse the first request for /first, each in its own way; four pages are asked of each."""

    def wish(value: str, status: int = 429):
        return once(Reply(status=status, headers={"Retry-After": value} if value else {}))

    def by_host(seen: Seen) -> Reply:
        return firsts[seen.host.removesuffix(".test")](seen)

    def date(seen: Seen) -> Reply:
        if len(server.times("/first", seen.host)) > 1:
            return Reply()
        named.append(datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2))
        return Reply(status=429, headers={"Retry-After": format_datetime(named[0], usegmt=True)})

    named: list[datetime] = []
    firsts = {
        "seconds": wish("1"), "unavailable": wish("1", 503), "absent": wish(""), "negative": wish("-7"),
        "garbage": wish("soon"), "late": wish("Sun, 06 Nov 1994 08:49:37 GMT"), "hour": wish("4000"),
        "ever": wish("9" * 30), "date": date, "fine": lambda seen: Reply(), "always": lambda seen: Reply(status=503),
    }  # fmt: skip
    with HttpServer({"/first": by_host}) as server:
        urls = [
            {"url": server.url(path, f"{name}.test"), "priority": 1 if path == "/first" else 0}
            for name in firsts
            for path in ("/first", "/a", "/b", "/c")
        ]
        names = {f"{name}.test": ["127.0.0.1"] for name in firsts}
        crawled = crawl(urls, names=names, DOWNLOAD_DELAY=0.03, CONCURRENT_REQUESTS=16)
        crawled.stats["named"] = named[0].timestamp()
        yield server, crawled


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("seconds", 1), ("unavailable", 1), ("absent", 0.03), ("negative", 0.03), ("garbage", 0.03), ("late", 0.03)],
)
def test_a_refused_page_is_fetched_after_the_time_asked_for_and_not_before(refusing, name, seconds):
    server, crawled = refusing
    first, second = server.times("/first", f"{name}.test")
    assert seconds <= second - first < seconds + 2
    assert not set(crawled.failures) & {server.url(path, f"{name}.test") for path in ("/first", "/a", "/b", "/c")}
    others = [t for path in ("/a", "/b", "/c") for t in server.times(path, f"{name}.test")]
    assert len(others) == 3
    assert not [t for t in others if first < t < first + seconds], "the rest of the host waits too"


def test_a_date_is_waited_for(refusing):
    server, crawled = refusing
    first, second = server.times("/first", "date.test")
    assert 1 <= second - first < 3
    assert time.time() - time.monotonic() + second >= crawled.stats["named"]
    assert server.url("/first", "date.test") in crawled.pages


def test_other_hosts_go_on_meanwhile(refusing):
    server, _ = refusing
    assert max(server.times(host="fine.test")) < max(server.times("/first", "seconds.test"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("hour", "hour.test answered HTTP 429 and asks to wait 4000 seconds; it is left alone"),
        ("ever", "ever.test answered HTTP 429 and asks to wait longer than a year"),
        ("always", "always.test answered HTTP 503 7 times in a row; it is left alone"),
    ],
)
def test_a_host_that_asks_for_too_much_is_left_alone_and_says_so(refusing, name, reason):
    server, crawled = refusing
    assert reason in crawled.failures[server.url("/first", f"{name}.test")]
    assert reason in crawled.recorded[server.url("/first", f"{name}.test")]
    assert len(server.times("/first", f"{name}.test")) == (7 if name == "always" else 1)
    unasked = [path for path in ("/a", "/b", "/c") if not server.times(path, f"{name}.test")]
    assert unasked, "no page is asked for after the refusal"
    assert {crawled.failures[server.url(path, f"{name}.test")] for path in unasked} == {
        crawled.failures[server.url("/first", f"{name}.test")]
    }


def test_rests_grow_while_a_host_does_not_say_when(refusing):
    server, _ = refusing
    gaps = server.gaps("/first", "always.test")
    assert len(gaps) == 6
    assert all(gap >= 0.03 * 2**i for i, gap in enumerate(gaps))


def test_a_paused_host_takes_no_place_from_the_others():
    busy = once(Reply(status=429, headers={"Retry-After": "1"}))
    with HttpServer({"/busy": busy}) as server:
        waiting = [{"url": server.url("/busy", "busy.test"), "priority": 9}]
        waiting += [server.url(f"/{i}", "busy.test") for i in range(12)]
        others = [server.url(f"/{i}", "free.test") for i in range(12)]
        names = {"busy.test": ["127.0.0.1"], "free.test": ["127.0.0.1"]}
        crawled = crawl([*waiting, *others], names=names, DOWNLOAD_DELAY=0.02, CONCURRENT_REQUESTS=3)
    assert len(crawled.pages) == 25
    assert max(server.times(host="free.test")) < min(server.times("/busy")) + 1


def test_a_stopped_run_does_not_wait_out_a_pause():
    with HttpServer({"/busy": Reply(status=429, headers={"Retry-After": "600"})}) as server:
        process = start([server.url("/busy"), server.url("/other")], DOWNLOAD_DELAY=0.02)
        with process:
            deadline = time.monotonic() + 30
            while "/busy" not in server.paths() and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(0.2)
            stopped = time.monotonic()
            process.send_signal(signal.SIGTERM)
            crawled = finish(process)
    assert time.monotonic() - stopped < 60, "a tenth of the pause"
    assert crawled.stats["finish_reason"] == "shutdown"
    assert "listening/failed" not in crawled.stats, "what was not asked for has not failed"


# --- what goes wrong, by name ------------------------------------------------------------------------------------


BOMBS = [(f"/bomb-{name}-{pack.__name__}", name, pack) for name, pack in PACKERS]


def hostile_routes() -> dict:
    """A path for each thing that a server can do wrong."""
    megabyte = b"x" * (1 << 20)

    async def drip(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.1)

    async def drip_head(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for i in range(1000):
            writer.write(b"X-%d: 1\r\n" % i)
            await writer.drain()
            await asyncio.sleep(0.1)

    async def endless(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            writer.write(megabyte)
            await writer.drain()

    async def cut(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nnot a thousand")

    async def reset(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def not_http(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")

    def packed(encoding: str, data: bytes) -> Reply:
        return Reply(data, headers={"Content-Encoding": encoding})

    def to(location: str) -> Reply:
        return Reply(status=302, headers={"Location": location})

    return {
        **{path: packed(name, pack(bytes(11 << 20))) for path, name, pack in BOMBS},
        "/drip": drip, "/drip-head": drip_head, "/endless": endless, "/cut": cut, "/reset": reset,
        "/garbled": not_http, "/long": Reply(megabyte * 11), "/cut-gzip": packed("gzip", gzip.compress(CONTENT)[:-99]),
        "/odd": packed("compress", b"?"), "/twice": packed("gzip, gzip", b"?"), "/loop": to("/loop"),
        "/file": to("file:///etc/passwd"), "/ftp": to("ftp://example.com/"), "/data": to("data:text/html,hello"),
        "/to-no": to("/no/1"), "/missing": Reply(status=404), "/error": Reply(status=500),
        "/flaky": once(Reply(status=502)), "/gzip": packed("gzip", gzip.compress(CONTENT)),
        "/zstd": packed("zstd", zstandard(CONTENT)), "/robots.txt": text(ROBOTS),
        "/off-site": to("http://elsewhere.test/"), "/port": to("http://forum.test:99999/"),
    }  # fmt: skip


@pytest.fixture(scope="module")
def hostile() -> Iterator[tuple[HttpServer, Crawled]]:
    """One request for each of the hostile routes, all at once."""
    with HttpServer() as server:
        server.routes = routes = hostile_routes()
        routes["/sub"] = Reply(status=302, headers={"Location": server.url("/there", "sub.forum.test")})
        paths = [path for path in routes if path != "/robots.txt"]
        crawled = crawl(
            [
                {
                    "url": server.url(path, "forum.test"),
                    "meta": {"download_timeout": 0.5} if path.startswith("/drip") else {},
                }
                for path in paths
            ],
            names={"forum.test": ["127.0.0.1"], "sub.forum.test": ["127.0.0.1"], "elsewhere.test": ["127.0.0.1"]},
            spider={"allowed_domains": ["forum.test"]},
            DOWNLOAD_DELAY=0.01, CONCURRENT_REQUESTS_PER_DOMAIN=16,
        )  # fmt: skip
        yield server, crawled


@pytest.mark.parametrize(
    ("path", "reason", "requests"),
    [
        *((path, "larger than the limit", 1) for path, _, _ in BOMBS),
        ("/endless", "larger than the limit", 1),
        ("/long", "larger than the limit", 1),
        ("/drip", "no complete answer within 0.5 seconds", 3),
        ("/drip-head", "no complete answer within 0.5 seconds", 3),
        ("/cut", "broke off or is damaged", 3),
        ("/cut-gzip", "gzip data breaks off", 3),
        ("/reset", "no connection", 3),
        ("/garbled", "no connection", 3),
        ("/odd", "content encoding is not understood: compress", 1),
        ("/twice", "content encoding is not understood: gzip, gzip", 1),
        ("/loop", "more than 5 redirects", 6),
        ("/file", "redirects to file:///etc/passwd: only http and https", 1),
        ("/ftp", "redirects to ftp://example.com/: only http and https", 1),
        ("/data", "redirects to data:text/html,hello: only http and https", 1),
        ("/off-site", "redirects to another site, elsewhere.test", 1),
        ("/port", "redirects to an address that cannot be used: Port out of range", 1),
        ("/to-no", "robots.txt disallows this page", 1),
    ],
)
def test_failures_are_tried_as_often_as_it_makes_sense_and_recorded(hostile, path, reason, requests):
    server, crawled = hostile
    url = server.url(path, "forum.test")
    assert reason in crawled.failures[url]
    recorded = server.url("/no/1", "forum.test") if path == "/to-no" else url
    assert crawled.recorded[recorded] == crawled.failures[url]
    # A server that drops the connection is asked once more by the client where it was a used one (RFC 9112, 9.3.1).
    assert requests <= len(server.times(path)) <= requests * (2 if path in ("/reset", "/garbled") else 1)


@pytest.mark.parametrize(("path", "reason"), [("/missing", "HTTP 404"), ("/error", "HTTP 500")])
def test_statuses_that_no_spider_takes_are_failures(hostile, path, reason):
    server, crawled = hostile
    assert crawled.recorded[server.url(path, "forum.test")] == reason


@pytest.mark.parametrize(
    ("path", "size"), [("/gzip", len(CONTENT)), ("/zstd", len(CONTENT)), ("/flaky", 32), ("/sub", 32)]
)
def test_what_can_be_read_is(hostile, path, size):
    server, crawled = hostile
    page = crawled.pages[server.url(path, "forum.test")]
    assert page["size"] == size
    assert page["text"].startswith("<")


def test_each_request_comes_to_exactly_one_end(hostile):
    server, crawled = hostile
    assert len(crawled.order) == len(set(crawled.order)) == len(server.routes) - 1
    assert crawled.stats["listening/failed"] == len(crawled.failures)
    assert server.times("/no/1") == []


def test_statuses_that_a_spider_takes_are_none():
    with HttpServer({"/gone": Reply(status=404), "/same": Reply(b"", status=304)}) as server:
        urls = [server.url("/gone"), {"url": server.url("/same"), "meta": {"handle_httpstatus_list": [304]}}]
        crawled = crawl(urls, spider={"handle_httpstatus_list": [404]}, DOWNLOAD_DELAY=0.01)
    assert {page["status"] for page in crawled.pages.values()} == {404, 304}
    assert "listening/failed" not in crawled.stats


@pytest.mark.parametrize("path", ["/stream", "/bomb"])
def test_half_a_gigabyte_does_not_fill_the_memory(path):
    sent = 0

    async def stream(seen: Seen, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(500):
            writer.write(b"100000\r\n" + b"x" * (1 << 20) + b"\r\n")
            await writer.drain()
            sent += 1
        writer.write(b"0\r\n\r\n")

    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    # After a full flush, a packed megabyte may be repeated as it is.
    blocks = [packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)]
    bomb = blocks[0] + blocks[1] * 499
    routes = {"/stream": stream, "/bomb": Reply(bomb, headers={"Content-Encoding": "gzip"})}
    with HttpServer(routes) as server:
        crawled = crawl([server.url(path)], DOWNLOAD_DELAY=0.01)
    assert crawled.memory < 110
    assert crawled.recorded == {server.url(path): "the page is larger than the limit (DOWNLOAD_MAXSIZE)"}
    assert sent < 40  # megabytes: what was under way when the connection was closed


# --- where connections may lead ----------------------------------------------------------------------------------


def test_private_addresses_are_refused_however_they_are_spelled():
    with HttpServer() as allowed, HttpServer() as inner:
        names = {
            "rebound.test": ["127.0.0.1"], "six.test": ["::1"], "mapped.test": ["::ffff:127.0.0.1"],
            "both.test": ["::1", "127.0.0.1"], "nat.test": ["64:ff9b::7f00:1"], "cloud.test": ["169.254.169.254"],
        }  # fmt: skip
        hosts = [
            "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "localhost", "[::1]",
            "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "10.0.0.1",
            "169.254.169.254", "100.64.0.1", "192.0.2.1", "224.0.0.1", "[fe80::1]", "127.0.0.1.", *names,
        ]  # fmt: skip
        allowed.routes = {"/in": Reply(status=302, headers={"Location": inner.url("/secret")})}
        urls = [inner.url("/secret", host) for host in hosts] + [allowed.url("/in"), allowed.url("/fine")]
        crawled = crawl(
            urls,
            names=names,
            DOWNLOAD_DELAY=0.01,
            LISTENING_ALLOW_PRIVATE=[f"127.0.0.1:{allowed.port}", "unrelated.test"],
        )
    assert inner.connections == 0
    assert list(crawled.pages) == [allowed.url("/fine")]
    assert set(crawled.failures) == set(urls) - {allowed.url("/fine")}
    assert f'add "127.0.0.1:{inner.port}" to allow_private' in crawled.failures[allowed.url("/in")]
    refused = [crawled.failures[inner.url("/secret", host)] for host in (*names, "127.0.0.1", "[::1]", "10.0.0.1")]
    assert all("not on the public internet" in reason for reason in refused), refused


def test_secrets_stay_with_their_origin_on_a_redirect():
    with HttpServer() as first, HttpServer() as second:
        first.routes = {
            "/out": Reply(status=302, headers={"Location": second.url("/there")}),
            "/in": Reply(status=302, headers={"Location": "/here"}),
        }
        headers = {
            "Authorization": "Bearer s3cret",
            "X-Api-Key": "s3cret",
            "Cookie": "a=s3cret",
            "Accept": "text/plain",
        }
        crawl([{"url": first.url(path), "headers": headers} for path in ("/out", "/in")], DOWNLOAD_DELAY=0.01)
    outside, inside = second.seen[-1].headers, first.seen[-1].headers
    assert outside["accept"] == "text/plain"
    assert "s3cret" not in str(outside)
    assert inside["authorization"] == "Bearer s3cret"
    assert "referer" not in outside | inside


def test_other_schemes_have_no_handler():
    urls = ["file:///etc/passwd", "data:text/html,hello", "ftp://127.0.0.1/x", "s3://bucket/x"]
    crawled = crawl(urls, DOWNLOAD_DELAY=0.01)
    assert not crawled.pages
    assert set(crawled.recorded.values()) == {"only http and https addresses are fetched"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that nobody but its own file vouches for, with its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(made.public_bytes(pem) + private)
    return path


@pytest.mark.parametrize("trusted", [False, True])
def test_certificates_are_verified(certificate, trusted):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with HttpServer(tls=tls) as server:
        url = server.url("/", "localhost")
        crawled = crawl(
            [url], names={"localhost": ["127.0.0.1"]}, environ={"SSL_CERT_FILE": str(certificate)} if trusted else {},
            DOWNLOAD_DELAY=0.01, DOWNLOAD_VERIFY_CERTIFICATES=False,
        )  # fmt: skip
    assert server.paths() == (["/robots.txt", "/"] if trusted else [])
    assert trusted or "connection to localhost is not secure" in crawled.failures[url]
    assert trusted or "CERTIFICATE_VERIFY_FAILED" in crawled.failures[url]


def test_no_secret_is_logged_or_recorded():
    async def reset(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.close()

    with HttpServer({"/reset": reset, "/404": Reply(status=404), "/big": Reply(b"x" * 9999)}) as server:
        user = f"http://ann:s3cret@127.0.0.1:{server.port}"
        headers = {"Authorization": "Bearer s3cret-s3cret"}
        urls = [
            f"{user}/ok",
            f"{user}/reset?token=s3cret",
            f"{user}/404?api_key=s3cret&page=2",
            f"{user}/big?feed=s3cret",
        ]
        crawled = crawl(
            [*urls, {"url": server.url("/404?sig=s3cret"), "headers": headers}],
            DOWNLOAD_DELAY=0.01, DOWNLOAD_MAXSIZE=5000, LOG_LEVEL="DEBUG",
        )  # fmt: skip
    assert server.seen[1].headers["authorization"] == "Basic YW5uOnMzY3JldA=="
    assert f"http://***@127.0.0.1:{server.port}/404?api_key=***&page=2" in crawled.recorded
    assert "/reset?token=***" in crawled.log
    assert "s3cret" not in crawled.log + str(crawled.stats)
    assert "YW5uOnMzY3JldA" not in crawled.log


def test_nothing_can_be_reached_from_outside_and_nothing_unneeded_runs():
    with HttpServer() as server:
        crawled = crawl([server.url("/")], DOWNLOAD_DELAY=0.01)
    enabled = crawled.log
    assert "TelnetConsole" not in enabled
    assert "RemoteControl" not in enabled
    assert "CookiesMiddleware" not in enabled
    assert "listening.fetch.robots.RobotsMiddleware" in enabled
    assert "scrapy.downloadermiddlewares.robotstxt" not in enabled
    assert "DeprecationWarning" not in enabled
