"""Charts as small PNG pictures, drawn without a library: mails show no other charts."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from listening.store import Count

WIDTH, HEIGHT = 1104, 280  # twice what is shown, for screens of high density
_GROUND, _GRID = (255, 255, 255), (226, 229, 233)
_NEGATIVE, _NEUTRAL, _POSITIVE, _UNSCORED = (196, 68, 58), (176, 184, 193), (46, 139, 87), (218, 222, 227)
Colour = tuple[int, int, int]


class _Canvas:
    """Rows of pixels, three bytes each."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.rows = [bytearray(bytes(_GROUND) * width) for _ in range(height)]

    def fill(self, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        left, right = max(0, left), min(self.width, right)
        piece = bytes(colour) * max(0, right - left)
        for row in self.rows[max(0, top) : min(self.height, bottom)]:
            row[3 * left : 3 * right] = piece

    def png(self) -> bytes:
        """The picture as a PNG file (ISO/IEC 15948): eight bits a colour, no filter."""
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        pixels = zlib.compress(b"".join(b"\0" + row for row in self.rows), 9)
        chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
            for name, data in chunks
        )


def volume(days: Sequence[Count], unfinished: int = -1) -> bytes:
    """Mentions by day as columns: negative below, then neutral, positive and unscored; one day may be unfinished."""
    canvas = _Canvas(WIDTH, HEIGHT)
    top = max((day.mentions for day in days), default=0) or 1
    for quarter in range(1, 5):
        at = HEIGHT - 4 - (HEIGHT - 12) * quarter // 4
        canvas.fill(0, at, WIDTH, at + 2, _GRID)
    step = WIDTH / max(1, len(days))
    gap = 2 if step > 8 else 0
    for place, day in enumerate(days):
        base = HEIGHT - 4
        for count, colour in ((day.negative, _NEGATIVE), (day.neutral, _NEUTRAL), (day.positive, _POSITIVE),
                              (day.unscored, _UNSCORED)):  # fmt: skip
            height = round((HEIGHT - 12) * count / top)
            shown = _paler(colour) if place == unfinished else colour
            canvas.fill(round(place * step) + gap, base - height, round((place + 1) * step) - gap, base, shown)
            base -= height
    canvas.fill(0, HEIGHT - 4, WIDTH, HEIGHT - 2, (120, 128, 137))
    return canvas.png()


def feelings(counts: Count, width: int = 360, height: int = 20) -> bytes:
    """One bar: the shares of negative, neutral and positive."""
    canvas = _Canvas(width, height)
    left, total = 0.0, counts.scored or 1
    for count, colour in ((counts.negative, _NEGATIVE), (counts.neutral, _NEUTRAL), (counts.positive, _POSITIVE)):
        right = left + width * count / total
        canvas.fill(round(left), 0, round(right), height, colour)
        left = right
    return canvas.png()


def _paler(colour: Colour) -> Colour:
    red, green, blue = ((2 * part + 3 * 255) // 5 for part in colour)
    return red, green, blue
