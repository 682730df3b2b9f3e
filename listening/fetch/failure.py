"""How a request ends without a page, in words for the person who reads `listening runs`."""

from __future__ import annotations

import logging

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Request
from scrapy.statscollectors import StatsCollector

from listening.fetch.redact import redact

SHOWN = 100  # failures kept with their address; the rest are only counted
_logger = logging.getLogger(__name__)


class Failed(IgnoreRequest):
    """No page came, for the reason given. Scrapy hands it to the request's errback and says no more about it."""

    def __init__(self, reason: str) -> None:
        self.reason = redact(reason)
        super().__init__(self.reason)


class TooManyRedirects(Failed):
    """More redirects than the five that are followed."""


class Interrupted(Failed):
    """The run was stopped before this page was asked for; the next run asks again, so it is no failure."""

    def __init__(self) -> None:
        super().__init__("the run was stopped before this page was asked for")


_REASONS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (DownloadTimeoutError, "no complete answer within {timeout:g} seconds"),
    (DownloadCancelledError, "the page is larger than the limit (DOWNLOAD_MAXSIZE)"),
    (ResponseDataLossError, "the answer broke off or is damaged ({error})"),
    (CannotResolveHostError, "there is no address for this name"),
    ((DownloadConnectionRefusedError, DownloadFailedError), "no connection ({error})"),
    ((UnsupportedURLSchemeError, NotSupported), "only http and https addresses are fetched"),
    (Exception, "{name}: {error}"),
)


def explain(error: BaseException, timeout: float) -> str:
    """One clause that says why nothing came; `timeout` in seconds is what the request was given."""
    if isinstance(error, Failed):
        return error.reason
    reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), "{name}")
    return reason.format(error=error, name=type(error).__name__, timeout=timeout)


def record(stats: StatsCollector, request: Request, reason: str) -> None:
    """Count a request that brought no page, and keep its address and the reason for the first hundred of a run."""
    stats.inc_value("listening/failed")
    failures: list[tuple[str, str]] = stats.get_value("listening/failures") or []
    if len(failures) < SHOWN:
        failures.append((redact(request.url), redact(reason)))
        stats.set_value("listening/failures", failures)
        _logger.warning("%s: %s", *failures[-1])
