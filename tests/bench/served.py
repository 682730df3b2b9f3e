"""The desk as it is served, in a process of its own on loopback, with a stopwatch before it and its clock set back."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from tests.bench.corpus import NOW
from tests.bench.drawn import BRANDS, PRIVATE, SOURCES

_STOPPED = "/stopwatch"  # where the stopwatch tells of the request before
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and how long the server took: `cpu` without what others on the machine do, both in seconds."""

    status: int
    body: bytes  # only the beginning of what is long
    size: int
    cpu: float
    wall: float
    location: str


class Served:
    """A browser at the desk, on one connection."""

    def __init__(self, port: int, pid: int) -> None:
        self.pid, self.host = pid, f"127.0.0.1:{port}"
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=300)

    def get(self, path: str) -> Answer:
        """A page."""
        return self._ask("GET", path, None)

    def post(self, path: str, form: list[tuple[str, str]]) -> Answer:
        """Something done, as the page's script sends it."""
        return self._ask("POST", path, urlencode(form))

    def peak(self, *, anew: bool = False) -> int:
        """The most memory that the server held at once, in bytes, or what it holds now and counts from `anew`."""
        if anew:
            Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        headers = {"Origin": f"http://{self.host}"}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
        self._line.request(method, path, body, headers)
        answer = self._line.getresponse()
        first, size = answer.read(_CHUNK), 0
        size = len(first)
        while chunk := answer.read(_CHUNK):
            size += len(chunk)
            first = first + chunk if size < 32 * _CHUNK else first
        took = self._took()
        return Answer(answer.status, first, size, took["cpu"], took["wall"], answer.getheader("location") or "")

    def _took(self) -> dict[str, float]:
        for last in (False, True):
            try:
                self._line.request("GET", _STOPPED)
                return dict(json.loads(self._line.getresponse().read()))
            except (http.client.RemoteDisconnected, ConnectionError):
                self._line.close()  # after a failure the server hangs up; the next request calls anew
                if last:
                    raise
        raise AssertionError

    def close(self) -> None:
        """Hang up."""
        self._line.close()


@contextmanager
def serving(database: Path, folder: Path) -> Iterator[Served]:
    """The desk over a file that `filled` filled, with config files in `folder`, until the block ends."""
    write_config(database, folder)
    command = [sys.executable, "-m", "tests.bench.served", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line.strip().isdigit():
                raise RuntimeError("the desk did not start")
            served = Served(int(line), process.pid)
            yield served
            served.close()
        finally:
            process.terminate()


def write_config(database: Path, folder: Path) -> None:
    """The brands and sources of such a file as a team's config files would name them."""
    folder.mkdir(parents=True, exist_ok=True)
    brands = [f'[[brand]]\nname = "{name}"\nours = {str(ours).lower()}\n' for name, _, ours in BRANDS]
    sources = [
        f'[[source]]\nname = "{name}"\nkind = "rss"\nurl = "https://{name}.example.com/feed"\n'
        f"private = {str(name == PRIVATE).lower()}\n"
        for name in SOURCES
    ]
    (folder / "brands.toml").write_text("\n".join(brands))
    (folder / "sources.toml").write_text("\n".join(sources))
    (folder / "listening.toml").write_text(f"database = {json.dumps(str(database.resolve()))}\n")


class _Stopwatch:
    """ASGI middleware: how long the request before took, until the last of its answer was handed over.

    It tells when what is worked out beside the pages is done, so that it counts for no other page.
    """

    def __init__(self, app: Any) -> None:
        self.app, self.took = app, (0.0, 0.0)
        self.previews = app.state.desk.previews

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == _STOPPED:
            await run_in_threadpool(self.previews.wait)
            answer = JSONResponse(dict(zip(("cpu", "wall"), self.took, strict=True)))
            await answer(scope, receive, send)
            return
        cpu, wall = time.process_time(), time.perf_counter()
        await self.app(scope, receive, send)
        self.took = time.process_time() - cpu, time.perf_counter() - wall


class _SetBack(type(datetime)):  # type: ignore[misc]
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class _Then(datetime, metaclass=_SetBack):
    """`datetime` whose now is where the file ends, and goes on from there."""

    begun = time.monotonic()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        gone = time.monotonic() - cls.begun
        return datetime.fromtimestamp(NOW.timestamp() + gone, tz)


def _serve(folder: Path) -> None:
    import uvicorn

    from listening.web import application

    for name, module in list(sys.modules.items()):
        if name.startswith("listening.web") and getattr(module, "datetime", None) is datetime:
            module.datetime = _Then  # type: ignore[attr-defined]
    app = _Stopwatch(application(folder))
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listener])


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
