"""Compressed bodies, taken apart piece by piece, so that a limit on what comes out holds while it comes out."""

from __future__ import annotations

import sys
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # it ships no types

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PIECE = 64 * 1024  # bytes that are taken out at once
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32  # whichever the header says
_GZIP_START = 0x1F


class DamagedBody(Exception):
    """A compressed body that cannot be read, or that ends before its end."""


class _Decoder(Protocol):
    @property
    def done(self) -> bool:
        """Whether the body's own end has been reached."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` holds, at most about PIECE bytes at a time."""


class _Deflate:
    """gzip (RFC 1952) in one or more members, deflate (RFC 1950), and the bare RFC 1951 that some send for it."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(_GZIP_OR_ZLIB)
        self._begun = False

    @property
    def done(self) -> bool:
        return self._stream.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self.done:
                if data[0] != _GZIP_START:
                    return  # padding
                self._stream = zlib.decompressobj(_GZIP_OR_ZLIB)
            yield from self._member(data)
            data = self._stream.unused_data

    def _member(self, data: bytes) -> Iterator[bytes]:
        piece = self._stream.decompress(data, PIECE) if self._begun else self._begin(data)
        while True:
            yield piece
            tail = self._stream.unconsumed_tail
            if self.done or not (piece or tail):
                return
            piece = self._stream.decompress(tail, PIECE)

    def _begin(self, data: bytes) -> bytes:
        self._begun = True
        try:
            return self._stream.decompress(data, PIECE)
        except zlib.error:
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            return self._stream.decompress(data, PIECE)


class _Brotli:
    """RFC 7932."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    @property
    def done(self) -> bool:
        return bool(self._stream.is_finished())

    def feed(self, data: bytes) -> Iterator[bytes]:
        piece: bytes = self._stream.process(data, output_buffer_limit=PIECE)
        while piece:
            yield piece
            piece = b"" if self.done else self._stream.process(b"", output_buffer_limit=PIECE)


class _Zstandard:
    """RFC 8878, its first frame."""

    def __init__(self) -> None:
        self._stream = zstd.ZstdDecompressor()

    @property
    def done(self) -> bool:
        return self._stream.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self.done:
            return
        yield self._stream.decompress(data, PIECE)
        while not self._stream.needs_input and not self.done:
            yield self._stream.decompress(b"", PIECE)


_DECODERS: dict[str, Callable[[], _Decoder]] = {
    "gzip": _Deflate,
    "x-gzip": _Deflate,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstandard,
}
ENCODINGS = frozenset(_DECODERS)  # the content codings (RFC 9110, 8.4.1) that can be read, one at a time


async def decoded(chunks: AsyncIterable[bytes], encoding: str) -> AsyncIterator[bytes]:
    """Yield a compressed body's content in pieces of about 64 KiB, taking no more from `chunks` than is asked for.

    `encoding` is one of ENCODINGS. Raises DamagedBody for what cannot be read, or breaks off.
    """
    decoder = _DECODERS[encoding]()
    empty = True
    async for chunk in chunks:
        empty = empty and not chunk
        try:
            for piece in decoder.feed(chunk):
                yield piece
        except (zlib.error, brotli.error, zstd.ZstdError) as error:
            raise DamagedBody(f"its {encoding} data is damaged: {error}") from None
    if not decoder.done and not empty:
        raise DamagedBody(f"its {encoding} data breaks off")
