"""The fetching rules at full size: `python -m tests.bench fetch` crawls local servers for a minute.

Prints a table of what each rule promises and what was seen.
"""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from tests.servers.crawl import Crawled, crawl
from tests.servers.http import HttpServer, Reply, Seen

MEGABYTE = bytes(1 << 20)


@dataclass(frozen=True, slots=True)
class Row:
    """One rule: what was asked for, what was seen, and whether it holds."""

    rule: str
    asked: str
    seen: str
    holds: bool


def measure() -> list[Row]:
    """Crawl once for each rule, with the settings of every crawl and the delays of real life."""
    return [*robots(), *crawl_delay(), *retry_after(), stream(), bomb()]


def robots() -> list[Row]:
    """Twenty disallowed pages that all wait, sixteen at a time, for a robots.txt that takes a second."""
    rules = Reply(b"User-agent: *\nDisallow: /no\n", type="text/plain", delay=1.0)
    with HttpServer({"/robots.txt": rules}) as server:
        urls = [server.url(f"/no/{i}") for i in range(20)]
        crawled = crawl(urls, DOWNLOAD_DELAY=0, CONCURRENT_REQUESTS_PER_DOMAIN=16)
    fetched, asked = len([p for p in server.paths() if p != "/robots.txt"]), server.paths().count("/robots.txt")
    return [
        Row("disallowed pages fetched", "0 of 20", f"{fetched} of 20", fetched == 0 and len(crawled.recorded) == 20),
        Row("requests for robots.txt", "1", str(asked), asked == 1),
    ]


def crawl_delay() -> list[Row]:
    """Five pages of a host whose robots.txt says Crawl-delay: 3, counted from the robots.txt itself."""
    with HttpServer({"/robots.txt": Reply(b"User-agent: *\nCrawl-delay: 3\n", type="text/plain")}) as server:
        crawl([server.url(f"/{i}") for i in range(5)], CONCURRENT_REQUESTS_PER_DOMAIN=16)
    gaps = server.gaps()
    seen = " ".join(f"{gap:.3f}" for gap in gaps)
    return [Row("gaps under Crawl-delay: 3, s", "3 each", seen, len(gaps) == 5 and min(gaps) >= 3 and max(gaps) < 3.5)]


def retry_after() -> list[Row]:
    """A page that answers 429 and Retry-After: 5 the first time, on a host with other pages."""
    answers = iter([Reply(status=429, headers={"Retry-After": "5"})])
    with HttpServer({"/first": lambda seen: next(answers, Reply())}) as server:
        urls = [{"url": server.url("/first"), "priority": 1}, *(server.url(f"/{i}") for i in range(3))]
        crawled = crawl(urls)
    refused, *again = server.times("/first")
    waited = again[0] - refused if again else 0.0
    early = [at for at in server.times() if refused < at < refused + 5]
    return [
        Row("429, Retry-After: 5: asked again after, s", "5", f"{waited:.3f}", 5 <= waited < 6),
        Row("the host's other pages asked for before", "0", str(len(early)), not early),
        Row("pages that came in the end", "4 of 4", f"{len(crawled.pages)} of 4", len(crawled.pages) == 4),
    ]


def stream() -> Row:
    """A page of 500 MB that does not say so."""

    async def endless(_: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        for _ in range(500):
            writer.write(MEGABYTE)
            await writer.drain()

    with HttpServer({"/": endless}) as server:
        return _memory("500 MB page: memory, MiB", crawl([server.url("/")]))


def bomb() -> Row:
    """Half a megabyte of gzip that unpacks to 500 MB."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    data = b"".join(packer.compress(MEGABYTE) for _ in range(500)) + packer.flush()
    with HttpServer({"/": Reply(data, headers={"Content-Encoding": "gzip"})}) as server:
        return _memory("500 MB gzip bomb: memory, MiB", crawl([server.url("/")]))


def _memory(rule: str, crawled: Crawled) -> Row:
    recorded = "; ".join(crawled.recorded.values())
    return Row(rule, "< 110, recorded", f"{crawled.memory:.0f}: {recorded}", crawled.memory < 110 and bool(recorded))


def main(_arguments: list[str]) -> int:
    """Print the table. Returns 1 where a rule does not hold."""
    table = Table("rule", "asked for", "seen", "holds")
    rows = measure()
    for row in rows:
        table.add_row(row.rule, row.asked, row.seen, "yes" if row.holds else "NO")
    Console(width=150).print(table)
    return 0 if all(row.holds for row in rows) else 1
