"""One Scrapy crawl in this process, and its verdict read from the stats."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import CrawlerProcess
from scrapy.utils.project import get_project_settings

from listening.config import SourceEntry
from listening.post import Batch
from listening.run import Outcome
from listening.source import Context, Source
from pipelines.ingest import Ingest


def crawl(reader: type[Source], entry: SourceEntry, context: Context, ingest: Ingest) -> Outcome:
    """Run a spider to its end, storing what it yields; a reactor starts only once, so this is a process's last deed."""
    return verdict(crawl_stats(reader, entry, context, {"LISTENING_INGEST": ingest}))


def probe(reader: type[Source], entry: SourceEntry, context: Context) -> Outcome:
    """Fetch a source's first page by all the rules, storing nothing."""
    stats = crawl_stats(reader, entry, context, {"ITEM_PIPELINES": {}, "CLOSESPIDER_PAGECOUNT": 2})
    outcome = verdict(stats | {"finish_reason": "finished", "item_scraped_count": 1})
    if outcome.pages < 1:
        return Outcome("failed", outcome.reason or "it does not answer", max(outcome.errors, 1))
    return Outcome("ok", outcome.reason or "it answers")


def crawl_stats(
    reader: type[Source], entry: SourceEntry, context: Context, extra: Mapping[str, Any],
    hear: Callable[[Batch], None] = lambda _: None,
) -> dict[str, Any]:  # fmt: skip
    """Run a spider with some settings on top of the project's; returns Scrapy's stats and what was raised.

    `hear` is called with each batch when it went through the pipelines.
    """
    settings = get_project_settings()
    settings.setmodule("listening.settings", priority="project")
    settings.update(
        {
            "LISTENING_CONTACT": context.contact,
            "LISTENING_ALLOW_PRIVATE": list(context.allow_private),
            "DOWNLOAD_DELAY": reader.delay if entry.delay is None else entry.delay,
            **extra,
        },
        priority="cmdline",
    )
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(reader)  # type: ignore[arg-type]
    crawler.signals.connect(lambda item, **_: hear(item), signals.item_scraped, weak=False)
    errors: list[str] = []
    crawler.signals.connect(
        lambda failure, **_: errors.append(failure.getErrorMessage()), signals.spider_error, weak=False
    )
    started = process.crawl(crawler, context=context, **entry.options.model_dump(exclude_unset=True))
    started.addErrback(lambda failure: errors.append(failure.getErrorMessage()))  # what start-up raised
    process.start(install_signal_handlers=True)
    stats = dict(crawler.stats.get_stats()) if crawler.stats else {}
    if errors:
        stats["listening/errors"] = errors
    logging.getLogger(__name__).debug("stats: %s", stats)
    return stats


def _missed(count: int, failures: Sequence[tuple[str, str]], pages: int) -> str:
    """What could not be fetched: the host alone where nothing could, or else how many pages and one of them."""
    url, reason = failures[0] if failures else ("", "no answer")
    if pages < 1:
        return f"{urlsplit(url).hostname or 'its host'} could not be asked: {reason}"
    return f"{count} page{'s' * (count > 1)} could not be fetched, such as {url}: {reason}"


def verdict(stats: dict[str, Any]) -> Outcome:
    """Judge a crawl by its stats: Scrapy itself exits with 0 whatever happened."""
    pages = int(stats.get("response_received_count", 0)) - int(stats.get("robotstxt/response_count", 0))
    failures: list[Any] = list(stats.get("listening/failures", ()))
    failed, errors = int(stats.get("listening/failed", len(failures))), list(stats.get("listening/errors", ()))
    count = failed + len(errors)
    if stats.get("listening/store_error"):
        return Outcome(
            "failed", f"the database could not be written: {stats['listening/store_error']}", count + 1, pages
        )
    if stats.get("finish_reason") in ("shutdown", None) and not errors:
        return Outcome("interrupted", "stopped; run it again to go on", count, pages)
    reasons = [str(reason) for reason in stats.get("listening/degraded", ())]
    reasons += [f"an error of ours, please report it: {error}" for error in dict.fromkeys(errors)]
    if failed:
        reasons.append(_missed(failed, failures, pages))
    if not reasons:
        return Outcome("ok", "", 0, pages)
    read = int(stats.get("item_scraped_count", 0))
    return Outcome("degraded" if read else "failed", "; ".join(reasons[:3]), count, pages)
