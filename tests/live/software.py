"""A board software in a folder outside the checkout: installed once, then filled and served anew each time."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urljoin

from tests.live.corpus import ABOVE, GONE, PEOPLE, Said, Talk

HERE = Path(__file__).parent
STARTING = 60  # seconds a server may take until it answers


@dataclass(frozen=True, slots=True)
class Known:
    """One post as it was put in."""

    talk: Talk
    said: Said
    id: str
    path: str  # of its permalink, from the board's address on
    position: int


def cache() -> Path:
    """Where installed software is kept."""
    chosen = os.environ.get("LISTENING_LIVE", "")
    return Path(chosen).expanduser() if "/" in chosen else Path.home() / ".cache" / "listening-live"


class Software:
    """One software. A subclass names what to install, and how it is filled and served.

    `inside/fill_<name>.py` runs in the software's own environment: it fills the board with the posts on its standard
    input, and prints the id and the permalink's path of each.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    requirements: ClassVar[Sequence[str]]  # as pip takes them
    alone: ClassVar[Sequence[str]] = ()  # to be installed without what they say they need: it is long gone
    options: ClassVar[dict[str, str]] = {}  # of the source that reads it, beside the address
    home: ClassVar[str] = "/"  # the path of the board's address
    again: ClassVar[int]  # requests that a crawl may make when nothing is new

    def __init__(self) -> None:
        self.folder = cache() / f"{self.name}-{self.version}"
        self.data = Path()
        self.port = 0

    @property
    def python(self) -> Path:
        """The interpreter that has the software."""
        return self.folder / "bin" / "python"

    @property
    def url(self) -> str:
        """The board's address."""
        return urljoin(f"http://127.0.0.1:{self.port}/", self.home)

    def install(self) -> None:
        """Into a virtual environment, if that is not there."""
        ready, wanted = self.folder / "ready", "\n".join([*self.requirements, *self.alone])
        if ready.exists() and ready.read_text() == wanted:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(self.folder)], check=True)
        pip = [str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *self.requirements], check=True)
        if self.alone:
            subprocess.run([*pip, "--no-deps", *self.alone], check=True)
        ready.write_text(wanted)

    def command(self) -> list[str]:
        """What serves the board."""
        return [str(self.python), self._script, "serve", str(self.port)]

    def written(self, said: Said) -> str:
        """A post's words as somebody would type them in this software."""
        raise NotImplementedError

    def own(self, said: Said) -> str:
        """The author's own words as they are to be found."""
        return said.own

    def quotes(self, said: Said) -> list[str]:
        """Whom a post quotes, as it is to be found."""
        return said.quotes

    def channel(self, talk: Talk) -> str:
        """The path of a topic's forum."""
        return f"{ABOVE} › {talk.forum}"

    @contextmanager
    def running(self, talks: Sequence[Talk]) -> Iterator[list[Known]]:
        """The board, filled and serving; yields what is in it."""
        with tempfile.TemporaryDirectory(prefix=f"listening-{self.name}-") as folder:
            self.data, self.port = Path(folder), _free_port()
            known = self.fill(talks)
            with (self.data / "server.log").open("w") as log:
                leash = [sys.executable, str(HERE / "leash.py"), *self.command()]
                server = subprocess.Popen(
                    leash, stdin=subprocess.PIPE, stdout=log, stderr=log, env=self._environment, cwd=self.data
                )
            assert server.stdin is not None
            try:
                self._await(server)
                yield known
            finally:
                server.stdin.close()
                server.wait(10)

    def fill(self, talks: Sequence[Talk]) -> list[Known]:
        """Make the board anew, with these topics."""
        return self._put("fill", talks)

    def add(self, talk: Talk, said: Said) -> Known:
        """One post more in a topic."""
        (known,) = self._put("add", [Talk(talk.forum, talk.title, [said])])
        return Known(talk, said, known.id, known.path, len(talk.posts) + 1)

    def _put(self, verb: str, talks: Sequence[Talk]) -> list[Known]:
        told = [
            {
                "forum": talk.forum, "title": talk.title, "pinned": talk.pinned, "closed": talk.closed,
                "posts": [
                    {
                        "author": said.author, "at": said.at.isoformat(), "text": self.written(said),
                        "edited": said.edited.isoformat() if said.edited else None,
                    }
                    for said in talk.posts
                ],
            }
            for talk in talks
        ]  # fmt: skip
        done = subprocess.run(
            [str(self.python), self._script, verb], input=json.dumps(told), capture_output=True, text=True,
            env=self._environment, cwd=self.data, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        rows: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
        posts = [(talk, said, place) for talk in talks for place, said in enumerate(talk.posts, 1)]
        return [
            Known(talk, said, str(row["id"]), row["path"], place)
            for (talk, said, place), row in zip(posts, rows, strict=True)
        ]

    @property
    def _script(self) -> str:
        return str(HERE / "inside" / f"fill_{self.name}.py")

    @property
    def _environment(self) -> dict[str, str]:
        told = {"people": PEOPLE, "gone": GONE, "above": ABOVE}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return kept | {"LIVE_DATA": str(self.data), "LIVE_TOLD": json.dumps(told), "PYTHONDONTWRITEBYTECODE": "1"}

    def _await(self, server: subprocess.Popen[bytes]) -> None:
        """Until the port answers."""
        for _ in range(STARTING * 10):
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            with suppress(subprocess.TimeoutExpired):
                server.wait(0.1)
                break
        raise AssertionError(f"{self.name} does not answer: {(self.data / 'server.log').read_text()[-3000:]}")


def _free_port() -> int:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        port: int = asking.getsockname()[1]
        return port
