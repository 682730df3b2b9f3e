"""The one way out to the network: Scrapy's aiohttp handler, with a turn, a checked address and limits for each request.

It fetches half as many pages again per cpu-second as Scrapy's default handler, keeps connections alive, and asks
before each socket is made, which is where the address that will be connected to is known for certain.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import aiohttp
import yarl
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.core.downloader.handlers._base_streaming import BaseStreamingDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Headers, Request, Response

from listening.errors import AddressError
from listening.fetch.address import check
from listening.fetch.body import ENCODINGS, DamagedBody, decoded
from listening.fetch.failure import Failed
from listening.fetch.pace import PACE
from listening.fetch.policy import Policy, place

_HEADER_SIZE = 64 * 1024  # bytes; aiohttp's own 8 KiB are less than some sites' cookies and policies
_AddrInfo = tuple[int, int, int, str, tuple[Any, ...]]


class _AddressRefused(OSError):
    """Makes aiohttp try a name's next address, if it has one, as any failed connection does."""


@dataclass(slots=True)
class _Target:
    """What the current task connects to, and what was refused of it."""

    host: str
    port: int
    refused: AddressError | None = None


_target: ContextVar[_Target] = ContextVar("_target")


class _Response(_ClientResponse):
    """Remembers when its request went out: connecting, if it had to, is over by then."""

    sent = 0.0

    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        self.sent = time.monotonic()
        return await super().start(connection)


class DownloadHandler(AiohttpDownloadHandler):
    """Fetches one page in its turn, within the time and the size that the settings allow, from a checked address."""

    experimental: ClassVar[bool] = False  # Scrapy warns at every start; its behaviour is pinned by our tests instead
    lazy = True  # most crawls need one of http and https
    supports_proxies: ClassVar[bool] = False  # a proxy connects where no address can be checked

    def __init__(self, crawler: Crawler) -> None:
        BaseStreamingDownloadHandler.__init__(self, crawler)  # the class between would open a session without checks
        self._policy = Policy(crawler.settings)
        self._timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._ssl_context = ssl.create_default_context()  # certificates are verified, whatever a setting says
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._pool_size_total, socket_factory=self._socket),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            response_class=_Response,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            max_line_size=_HEADER_SIZE,
            max_field_size=_HEADER_SIZE,
        )

    async def download_request(self, request: Request) -> Response:
        """Wait for the turn of the request's host, then fetch. Time spent waiting is not counted."""
        request.meta["download_timeout"] = min(request.meta.get("download_timeout", self._timeout), self._timeout)
        host = place(request)[0]
        async with PACE.turn(host, self._policy.delay(request), self._policy.concurrency, self._stopping):
            return await super().download_request(request)

    def _stopping(self) -> bool:
        engine = self.crawler.engine
        return engine is None or engine._slot is None or engine._slot.closing is not None

    @asynccontextmanager
    async def _make_request(  # Scrapy's signature
        self,
        request: Request,
        timeout: float,  # noqa: ASYNC109
    ) -> AsyncIterator[_ClientResponse]:
        target = _Target(*place(request))
        _target.set(target)
        try:
            async with self._session.request(
                request.method,
                yarl.URL(request.url, encoded=True),  # as robots.txt was asked about it
                data=request.body or None,
                headers=self._request_headers(request).to_tuple_list(),
                timeout=aiohttp.ClientTimeout(total=timeout),
                ssl=self._ssl_context,
                allow_redirects=False,
            ) as response:
                PACE.started(target.host, cast(_Response, response).sent)
                self._refuse_encoding(response)
                yield cast(_Response, response)
        except (aiohttp.ClientError, OSError, UnicodeError) as error:
            raise _translated(error, target) from error

    def _socket(self, info: _AddrInfo) -> socket.socket:
        """Make the socket for one connection, unless its address may not be connected to."""
        family, kind, protocol, _, address = info
        target = _target.get()
        try:
            check(target.host, target.port, str(address[0]), self._policy.allowed)
        except AddressError as error:
            target.refused = error
            raise _AddressRefused(str(error)) from error
        return socket.socket(family, kind, protocol)

    @staticmethod
    def _refuse_encoding(response: aiohttp.ClientResponse) -> None:
        encoding = _encoding(response)
        if encoding and encoding not in ENCODINGS:
            raise Failed(f"its content encoding is not understood: {encoding[:50]}")

    @staticmethod
    def _extract_headers(response: aiohttp.ClientResponse) -> Headers:
        headers = Headers(list(response.headers.items()))
        headers.pop("Content-Encoding", None)  # Scrapy takes an encoded body for binary data
        return headers

    @staticmethod
    def _iter_body_chunks(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        chunks = response.content.iter_any()
        encoding = _encoding(response)
        return decoded(chunks, encoding) if encoding else chunks

    @staticmethod
    def _is_dataloss_exception(exc: Exception) -> bool:
        return isinstance(exc, (aiohttp.ClientPayloadError, DamagedBody))


def _encoding(response: aiohttp.ClientResponse) -> str:
    encoding = ", ".join(response.headers.getall("Content-Encoding", ())).strip().lower()
    return "" if encoding == "identity" else encoding


_KINDS: tuple[tuple[type[Exception], type[Exception]], ...] = (
    (TimeoutError, DownloadTimeoutError),
    (aiohttp.ClientConnectorDNSError, CannotResolveHostError),
    (aiohttp.ClientConnectorError, DownloadConnectionRefusedError),
    (Exception, DownloadFailedError),
)


def _translated(error: Exception, target: _Target) -> Exception:
    """The same error in our words where trying again is idle, otherwise in Scrapy's."""
    if target.refused is not None:
        return Failed(str(target.refused))
    if isinstance(error, (aiohttp.InvalidURL, UnicodeError)):
        return Failed(f"the address cannot be used: {error}")
    if isinstance(error, aiohttp.ClientSSLError):
        return Failed(f"the connection to {target.host} is not secure: {error.os_error}")
    kind = next(ours for theirs, ours in _KINDS if isinstance(error, theirs))
    words = str(error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error)
    return kind(words or type(error).__name__)
