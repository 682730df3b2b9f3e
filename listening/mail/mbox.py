"""mbox: one message after the other, each under a line that begins with "From "."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from listening.post import Post
from listening.tabular.lines import LIMIT
from listening.tabular.record import Record

KEPT = 2 * 1024 * 1024  # bytes of one message; what follows are attachments
# A line of the text may begin with "From " too. A separator names a day and a time after an empty line, which is only
# missing where the date is exactly as it should be.
_DAY = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_SEPARATOR = re.compile(rb"From \S.*\b" + _DAY + rb"\b.*\b\d{1,2}:\d\d")
_EXACT = re.compile(rb"From \S+ +" + _DAY + rb" [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d \d{4}\s*")
_LINE = 300  # bytes; no separator is longer
_ESCAPED = re.compile(rb"\n>(>*From )")


class Mbox:
    """Reads an mbox file of any size. `build` makes a post of one message's bytes, or raises ValueError."""

    def __init__(self, file: BinaryIO, build: Callable[[bytes], Post]) -> None:
        self._file, self._build = file, build
        head = file.readline(LIMIT)
        while head and not head.strip():
            head = file.readline(LIMIT)
        if head and not head.startswith(b"From "):
            raise ValueError('line 1: it does not begin with "From ", as an mbox file does')

    def records(self, position: int = 0, number: int = 0) -> Iterator[Record]:
        """The file's messages from a byte position on, which stands after line `number`."""
        self._file.seek(position)
        start = end = position
        first, size, blank = number + 1, 0, True
        kept: list[bytes] = []
        while line := self._file.readline(LIMIT):
            if line.startswith(b"From ") and (not size or _separates(line[:_LINE], blank)):
                if kept:
                    yield self._record(start, end, first, number, kept, finished=True)
                start, first, size, kept = end, number + 1, 0, []
            size += len(line)
            if size <= KEPT or not kept:
                kept.append(line[:KEPT])
            end += len(line)
            number += line.endswith(b"\n")
            blank = line in (b"\n", b"\r\n")
        if any(line.strip() for line in kept):
            yield self._record(start, end, first, number, kept, finished=False)

    def describe(self) -> str:
        """What was recognised, for a person."""
        return "mbox"

    def _record(self, start: int, end: int, first: int, last: int, kept: list[bytes], *, finished: bool) -> Record:
        raw = b"".join(kept)
        try:
            found: Post | str = self._build(_ESCAPED.sub(rb"\n\1", raw.split(b"\n", 1)[-1]))
        except ValueError as error:
            found = str(error)
        return Record(start, end, first, last, raw, found, finished)


def _separates(line: bytes, blank: bool) -> bool:
    return _EXACT.fullmatch(line) is not None or (blank and _SEPARATOR.match(line) is not None)
