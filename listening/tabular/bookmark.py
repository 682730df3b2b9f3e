"""Where reading a file stopped, and whether what is there now is still that file."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, replace
from typing import BinaryIO, Self

from listening.tabular.record import Record

_TRACE = 4096  # bytes at either end of what was read that must still be there


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A place in a file. As a checkpoint it is JSON, so that a person can read it.

    A file that has grown is read on from `at`; one that was replaced, shortened or changed at the same size is read
    again from its beginning, and so is one whose source has new options.
    """

    at: int = 0  # bytes
    line: int = 0  # lines before that
    size: int = 0  # of the file when it was opened
    mtime: int = 0
    trace: str = ""  # hash of the bytes at the beginning and before `at`
    options: str = ""  # hash of what decides how rows are read
    last: str = ""  # hash of the record after `at`, which was read although the file may go on with it
    done: bool = False  # the whole file, as it was, is read

    @classmethod
    def find(cls, value: str, file: BinaryIO, options: str) -> Self:
        """The place where reading `file` goes on, given its last checkpoint; `done` if nothing is new."""
        stat = os.fstat(file.fileno())
        fresh = cls(size=stat.st_size, mtime=stat.st_mtime_ns, options=options)
        try:
            mark = cls(**json.loads(value))
        except (ValueError, TypeError):
            return fresh
        same = (mark.size, mark.mtime) == (fresh.size, fresh.mtime)
        if mark.options != options or not (same or mark.size < fresh.size) or mark.trace != _trace(file, mark.at):
            return fresh
        return replace(mark, size=fresh.size, mtime=fresh.mtime, done=mark.done and same)

    def after(self, record: Record) -> Self:
        """The place behind a record."""
        return replace(self, at=record.end, line=record.last_line, last="")

    def reread(self, record: Record) -> Self:
        """The same place, before a record that was read and may not have its end yet."""
        return replace(self, last=self.hash(record))

    def value(self, file: BinaryIO, *, done: bool = False) -> str:
        """What a checkpoint holds."""
        return json.dumps(asdict(replace(self, trace=_trace(file, self.at), done=done)), separators=(",", ":"))

    @staticmethod
    def hash(record: Record) -> str:
        """What tells a record apart, whether or not its line has ended yet."""
        return _hash(record.raw.rstrip(b"\r\n\0"))


def _trace(file: BinaryIO, at: int) -> str:
    place = file.tell()
    file.seek(0)
    first = file.read(min(_TRACE, at))
    file.seek(max(0, at - _TRACE))
    before = file.read(min(_TRACE, at))
    file.seek(place)
    return _hash(first + before)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
