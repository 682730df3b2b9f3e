"""A file within somebody else's: what closes it leaves the other one open."""

from __future__ import annotations

from typing import BinaryIO


class Unclosed:
    """Passes everything on to a file, but for being closed."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def close(self) -> None:
        """Leave it open; write what waits."""
        self._file.flush()

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)
