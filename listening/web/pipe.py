"""What a thread writes and a browser reads, chunk by chunk: memory stays constant, and neither outlives the other."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

_CHUNK, _MOST = 64 * 1024, 1024 * 1024  # bytes written at a time, and held at most
_PATIENCE = 120.0  # seconds for which nobody takes anything before it is given up


class Left(Exception):
    """The reader has gone: there is no use in going on."""


class Pipe:
    """The writer's side is a binary file, the reader's an asynchronous iterator. Each chunk is handed over once."""

    closed = False

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._patience = patience
        self._chunks: deque[bytes] = deque()
        self._begun, self._held = bytearray(), 0
        self._turn = threading.Condition()
        self._ended, self.left = False, False
        self._error: BaseException | None = None
        self._wake: Callable[[], Any] = lambda: None

    def write(self, data: bytes) -> int:
        """Hand on; waits while the reader is behind. Raises Left where it has gone."""
        if self.left:
            raise Left
        self._begun += data
        if len(self._begun) >= _CHUNK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        """Hand on what was gathered."""
        with self._turn:
            if not self._turn.wait_for(lambda: self.left or self._held < _MOST, self._patience):
                self.left = True
            if self.left:
                raise Left
            self._put(bytes(self._begun))
        self._begun.clear()

    def end(self, error: BaseException | None = None) -> None:
        """Say that nothing more comes, or what went wrong."""
        with self._turn:
            if error is None:
                self._put(bytes(self._begun))
            self._ended, self._error = True, error
            self._turn.notify_all()
            self._wake()

    def _put(self, chunk: bytes) -> None:
        if chunk:
            self._chunks.append(chunk)
            self._held += len(chunk)
            self._turn.notify_all()
            self._wake()

    def begun(self, seconds: float) -> BaseException | None:
        """Wait a while for the first chunk or the end. Returns what went wrong before anything was written."""
        with self._turn:
            self._turn.wait_for(lambda: self._ended or self._chunks, seconds)
            return None if self._chunks else self._error

    def leave(self) -> None:
        """Let the writer know that nobody reads any longer."""
        with self._turn:
            self.left = True
            self._chunks.clear()
            self._turn.notify_all()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The chunks; raises what the writer raised, which breaks the answer off where it stands."""
        ready, loop = asyncio.Event(), asyncio.get_running_loop()
        with self._turn:
            self._wake = lambda: loop.call_soon_threadsafe(ready.set)
        try:
            while True:
                with self._turn:
                    ready.clear()
                    chunk = self._take()
                    if chunk is None and self._ended:
                        break
                if chunk is None:
                    await ready.wait()
                else:
                    yield chunk
            if self._error is not None:
                raise self._error
        finally:
            self._wake = lambda: None
            self.leave()

    def _take(self) -> bytes | None:
        if not self._chunks:
            return None
        chunk = self._chunks.popleft()
        self._held -= len(chunk)
        self._turn.notify_all()
        return chunk
