"""A small HTTP/1.1 server on loopback that answers as it is told and remembers who asked for what, and when."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise
from typing import Self


@dataclass(frozen=True, slots=True)
class Seen:
    """One request, as it arrived."""

    path: str  # with its query
    headers: Mapping[str, str]  # names in lower case
    at: float  # seconds of the monotonic clock, which all processes of a machine share
    host: str = ""  # the Host header, without its port
    method: str = "GET"
    body: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `delay` seconds go by before it is sent."""

    body: bytes = b"<html><body>a page</body></html>"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    type: str = "text/html; charset=utf-8"

    def encode(self) -> bytes:
        headers = {"Content-Type": self.type, "Content-Length": str(len(self.body)), **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\n{lines}\r\n".encode("latin-1") + self.body


Send = Callable[[Seen, asyncio.StreamWriter], Awaitable[None]]
Answer = Reply | Send | Callable[[Seen], Reply]


class HttpServer:
    """Serves `routes` (path without query -> answer; "*" is all others) until its `with` block ends.

    An answer is a Reply, a function that returns one, or a coroutine function that writes to the connection itself
    and has it closed afterwards. Where no route fits, robots.txt is a 404 and everything else a small page.
    """

    def __init__(self, routes: Mapping[str, Answer] | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.routes: dict[str, Answer] = dict(routes or {})
        self.seen: list[Seen] = []
        self.connections = 0
        self.port = 0
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The address of a path here, under any name that leads to loopback."""
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [seen.path for seen in self.seen]

    def times(self, path: str | None = None, host: str = "") -> list[float]:
        """When requests arrived: all of them, or those for one path or one host."""
        return [s.at for s in self.seen if path in (None, s.path) and host in ("", s.host)]

    def gaps(self, path: str | None = None, host: str = "") -> list[float]:
        """Seconds between one arrival and the next."""
        return [b - a for a, b in pairwise(self.times(path, host))]

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=self._tls, limit=1 << 20)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._end.wait()
        server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._answer(reader, writer):
                await writer.drain()
        except (OSError, EOFError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (text.partition(":") for text in lines)}
        body = (await reader.readexactly(int(headers.get("content-length", 0)))).decode()
        method, path, _ = line.split(" ")
        seen = Seen(path, headers, time.monotonic(), headers.get("host", "").rpartition(":")[0], method, body)
        self.seen.append(seen)
        answer = self._route(seen.path.partition("?")[0])
        if asyncio.iscoroutinefunction(answer):
            await answer(seen, writer)
            return False
        reply = answer if isinstance(answer, Reply) else answer(seen)
        await asyncio.sleep(reply.delay)
        writer.write(reply.encode())
        return True

    def _route(self, path: str) -> Answer:
        if path in self.routes:
            return self.routes[path]
        return self.routes.get("*", Reply(status=404) if path == "/robots.txt" else Reply())
