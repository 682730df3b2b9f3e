"""When a page is asked for again: after what the host asked for (Retry-After), or after a growing rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Request, Response

from listening.fetch.failure import Failed
from listening.fetch.pace import LONGEST_WAIT, PACE
from listening.fetch.policy import Policy, place

REFUSALS = 6  # times that a host may refuse the same page without saying when to come back
_BUSY = (429, 503)  # RFC 6585, 4 and RFC 9110, 15.6.4: both may carry a Retry-After
_PASSING = (
    CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError, DownloadTimeoutError,
    ResponseDataLossError,
)  # fmt: skip
_PATIENCE = 5.0  # seconds
_YEAR = 366 * 86400  # seconds
_SECONDS = re.compile(r"\d+(?:\.\d+)?")


def retry_after(value: str, date: str = "", now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3): a number of them, or a date.

    A date is compared with the answer's own Date header, since clocks differ, and with `now` where it has none.
    Returns None for whatever does not name a moment to come, and infinity for numbers beyond measure.
    """
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return float(value) or None
    moment = _moment(value)
    if moment is None:
        return None
    seconds = (moment - (_moment(date) or now())).total_seconds()
    return seconds if seconds > 0 else None


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class RetryMiddleware:
    """Asks again for what a host could not give now; the whole host rests meanwhile, other hosts go on.

    429 and 503 are retried after their Retry-After, for up to an hour in all; without one after 1, 2, 4, ... times
    the delay, six times. Other passing errors are tried RETRY_TIMES more, with the same growing rest.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._policy = Policy(crawler.settings)
        self._times = crawler.settings.getint("RETRY_TIMES")
        self._statuses = {int(code) for code in crawler.settings.getlist("RETRY_HTTP_CODES")} - set(_BUSY)
        self._stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware, as Scrapy asks."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the request once more for a passing refusal; raise Failed once the host is left alone."""
        if response.status in _BUSY:
            return self._wait(request, response)
        if response.status in self._statuses:
            return self._again(request) or response
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Return the request once more for a passing error; None lets the error take its way."""
        if isinstance(exception, CannotResolveHostError) and self._policy.delay(request) > _PATIENCE:
            return None  # minutes of waiting would not make a name known
        return self._again(request) if isinstance(exception, _PASSING) else None

    def _again(self, request: Request) -> Request | None:
        tries: int = request.meta.get("retry_times", 0) + 1
        if tries > self._times:
            return None
        PACE.pause(place(request)[0], self._rest(request, tries))
        return self._copy(request, retry_times=tries)

    def _wait(self, request: Request, response: Response) -> Request:
        asked = retry_after(_header(response, "Retry-After"), _header(response, "Date"))
        tries: int = request.meta.get("listening_refusals", 0) + 1
        seconds = max(asked or 0.0, self._rest(request, tries))
        waited: float = request.meta.get("listening_waited", 0.0) + seconds
        host = place(request)[0]
        if waited > LONGEST_WAIT or (asked is None and tries > REFUSALS):
            reason = _refusal(host, response.status, asked, tries)
            PACE.stop(host, max(seconds, LONGEST_WAIT), reason)
            raise Failed(reason)
        PACE.pause(host, seconds)
        return self._copy(request, listening_refusals=tries, listening_waited=waited)

    def _rest(self, request: Request, tries: int) -> float:
        return min((self._policy.delay(request) or 1.0) * 2.0 ** (tries - 1), LONGEST_WAIT)

    def _copy(self, request: Request, **meta: float) -> Request:
        self._stats.inc_value("retry/count")
        return request.replace(dont_filter=True, meta=request.meta | meta)


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")


def _refusal(host: str, status: int, asked: float | None, tries: int) -> str:
    if asked is None:
        return f"{host} answered HTTP {status} {tries} times in a row; it is left alone for the rest of this run"
    wish = f"{asked:.0f} seconds" if asked < _YEAR else "longer than a year"
    return f"{host} answered HTTP {status} and asks to wait {wish}; it is left alone for the rest of this run"
