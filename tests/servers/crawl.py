"""One crawl with our own settings in a process of its own, since a reactor cannot start twice."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Crawled:
    """What a crawl of given addresses came to."""

    pages: dict[str, Any]  # asked address -> {"status", "size", "url", "text"}
    failures: dict[str, str]  # asked address -> reason, as the errback heard it
    stats: dict[str, Any]
    log: str
    memory: float  # MiB at its peak
    order: list[str] = field(default_factory=list)  # asked addresses, as they were answered

    @property
    def recorded(self) -> dict[str, str]:
        """`listening/failures`, by address."""
        return dict(self.stats.get("listening/failures", ()))


def crawl(
    urls: Sequence[str | Mapping[str, Any]],
    *,
    names: Mapping[str, Sequence[str]] | None = None,
    environ: Mapping[str, str] | None = None,
    spider: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Crawled:
    """Fetch addresses (or the arguments of a Request each) with settings on top of ours.

    `names` are host names and the addresses they resolve to; `spider` holds attributes of the spider. The servers'
    own host, 127.0.0.1, is allowed unless LISTENING_ALLOW_PRIVATE says otherwise.
    """
    with start(urls, names=names, environ=environ, spider=spider, **settings) as process:
        return finish(process)


def start(
    urls: Sequence[str | Mapping[str, Any]],
    *,
    names: Mapping[str, Sequence[str]] | None = None,
    environ: Mapping[str, str] | None = None,
    spider: Mapping[str, Any] | None = None,
    **settings: Any,
) -> subprocess.Popen[str]:
    """Begin a crawl; `finish` waits for its end."""
    import os

    settings = {
        "LISTENING_ALLOW_PRIVATE": ["127.0.0.1", *(names or ())],
        "LISTENING_CONTACT": "me@example.com",
    } | settings
    job = {"urls": list(urls), "names": dict(names or {}), "settings": settings, "spider": dict(spider or {})}
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "tests.servers.crawl"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environ or {})},
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(json.dumps(job))
    process.stdin.close()
    process.stdin = None
    return process


def finish(process: subprocess.Popen[str], timeout: float = 120) -> Crawled:
    """Wait for a crawl's end and read what it came to."""
    out, log = process.communicate(timeout=timeout)
    assert process.returncode == 0, log
    return Crawled(log=log, **json.loads(out.splitlines()[-1]))


def _resolve_as(names: Mapping[str, Sequence[str]]) -> None:
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        found = [real(address, port, *args, **kwargs) for address in names.get(host, [host])]
        return [info for infos in found for info in infos]

    socket.getaddrinfo = getaddrinfo


def main() -> None:
    """Run the job on standard input; the last line of standard output says what it came to."""
    import scrapy
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    job = json.load(sys.stdin)
    _resolve_as(job["names"])
    result: dict[str, Any] = {"pages": {}, "failures": {}, "order": []}

    class Spider(scrapy.Spider):
        name = "test"

        async def start(self) -> Any:
            for entry in job["urls"]:
                arguments = {"url": entry} if isinstance(entry, str) else entry
                asked = {"asked": arguments["url"]}
                yield scrapy.Request(**arguments, errback=self.failed, cb_kwargs=asked)

        def parse(self, response: Any, asked: str) -> None:
            text = response.text[:500] if hasattr(response, "text") else ""
            page = {"status": response.status, "size": len(response.body), "url": response.url, "text": text}
            result["pages"][asked] = page
            result["order"].append(asked)

        def failed(self, failure: Any) -> None:
            asked = failure.request.cb_kwargs["asked"]
            result["failures"][asked] = failure.getErrorMessage()
            result["order"].append(asked)

    for name, value in job["spider"].items():
        setattr(Spider, name, value)
    settings = Settings()
    settings.setmodule("listening.settings", priority="project")
    settings.update({"ITEM_PIPELINES": {}, "SPIDER_MODULES": [], **job["settings"]}, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(Spider)
    process.crawl(crawler)
    process.start()
    stats = crawler.stats.get_stats() if crawler.stats else {}
    print(json.dumps({**result, "stats": stats, "memory": _peak()}, default=str))


def _peak() -> float:
    # Not ru_maxrss, which begins with what the parent had in use when it forked.
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
