"""One record of a file: where it stands, and the post that it holds or the reason why it holds none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from listening.post import Post, Reject
from listening.text import tidy

_EXCERPT = 300  # characters of what could not be read

Build = Callable[[Mapping[str, object]], Post]  # from field -> value; raises ValueError with a reason


@dataclass(frozen=True, slots=True)
class Record:
    """A row, an object or a message."""

    start: int  # byte offsets in the file
    end: int
    line: int  # of its beginning; 1 is the file's first
    last_line: int
    raw: bytes
    found: Post | str | None  # a text is the reason of a reject; None: not all of it has been written yet
    finished: bool = True  # False where the file ends with it, and may go on with the rest of it

    def shown(self, file: str) -> Post | Reject:
        """The post, or what is kept aside of the record of a file that is called `file`."""
        if isinstance(self.found, Post):
            return self.found
        return Reject(self.found or "the file ends within this row", f"{file}:{self.line}", excerpt(self.raw))


def excerpt(raw: bytes) -> str:
    """What helps to see what was there."""
    return tidy(raw[: _EXCERPT * 4].replace(b"\0", b"").decode("utf-8", "replace"))[:_EXCERPT]
