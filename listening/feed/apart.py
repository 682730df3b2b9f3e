"""Reading a feed in a process of its own, which can be ended: for large feeds, and where no alarm reaches."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from listening.feed.model import Feed

_START = 5.0  # seconds that a process may take to begin and to end
_PROGRAM = "from listening.feed.apart import serve; serve()"


@dataclass(frozen=True, slots=True)
class Question:
    """What `read` was asked, apart from the body."""

    url: str
    content_type: str
    fetched: datetime
    limit: int
    seconds: float
    platform: str
    shared: tuple[str, ...] = ()


class Ended(Exception):
    """The process brought no feed; the message is a clause that says why."""


_QUESTION, _FEED = TypeAdapter(Question), TypeAdapter(Feed)


def answer(body: bytes, asked: Question) -> Feed:
    """Read a feed elsewhere. Raises Ended if that takes too long, or comes to nothing."""
    question = _QUESTION.dump_json(asked)
    try:
        done = subprocess.run(  # noqa: S603  # our own program, no shell
            [sys.executable, "-c", _PROGRAM],
            input=len(question).to_bytes(4, "big") + question + body,
            capture_output=True,
            timeout=asked.seconds + _START,
            # Nothing else of the environment: it can hold secrets, and the reader of a stranger's feed needs none.
            env={"PYTHONPATH": os.pathsep.join(os.path.abspath(place) for place in sys.path)},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Ended("it takes too long to read") from None
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Ended(f"its reader failed: {lines[-1][:200] if lines else f'exit code {done.returncode}'}")
    return _FEED.validate_json(done.stdout)


def serve() -> None:
    """Read the feed on standard input, and write what was read to standard output."""
    from listening.feed.read import read_here  # which imports this module

    size = int.from_bytes(sys.stdin.buffer.read(4), "big")
    asked = _QUESTION.validate_json(sys.stdin.buffer.read(size))
    sys.stdout.buffer.write(_FEED.dump_json(read_here(sys.stdin.buffer.read(), asked)))
