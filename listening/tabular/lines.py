"""The lines of a file of any size, each with its place in bytes, none of them too long to hold."""

from __future__ import annotations

import codecs
from collections import deque
from dataclasses import dataclass
from typing import BinaryIO

LIMIT = 10 * 1024 * 1024  # bytes of one line; what is longer is passed over
SAMPLE = 64 * 1024  # bytes that tell an encoding and a format
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_TOO_WIDE = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its line end, or the beginning of one that is longer than LIMIT."""

    raw: bytes
    start: int  # byte offsets in the file
    end: int
    number: int  # 1 is the first
    long: bool = False  # cut at LIMIT
    ended: bool = True  # False where the file ends before the line does


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file's bytes are text. "auto" is UTF-8, and cp1252 for each line that cannot be UTF-8."""

    name: str = "auto"

    @classmethod
    def of(cls, sample: bytes, wanted: str = "auto") -> Encoding:
        """The encoding of a file that begins with `sample`. Raises ValueError where it cannot be read here."""
        if sample.startswith(_TOO_WIDE) or wanted.replace("-", "").replace("_", "").lower().startswith("utf32"):
            raise ValueError("it is UTF-32; save it as UTF-8")
        if wanted == "auto" or codecs.lookup(wanted).name == "utf-16":
            if name := _WIDE.get(sample[:2]):
                return cls(name)
            zeros = sample[0::2].count(0), sample[1::2].count(0)
            if max(zeros) > len(sample) * 0.2 and min(zeros) * 8 < max(zeros):
                return cls("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le")  # Latin letters, no mark before them
            return cls("auto" if wanted == "auto" else "utf-16-le")
        return cls(codecs.lookup(wanted).name)

    @property
    def line_end(self) -> bytes:
        """LF in this encoding: two bytes in UTF-16."""
        return {"utf-16-le": b"\n\0", "utf-16-be": b"\0\n"}.get(self.name, b"\n")

    @property
    def codec(self) -> str:
        """The codec that most lines are in."""
        return "utf-8" if self.name == "auto" else self.name

    def decode(self, line: Line) -> tuple[str, bool]:
        """The text of a line, and whether some of its bytes are none in this encoding."""
        text, damaged = self._decode(line.raw)
        return text.replace("\0", "").removeprefix("\ufeff" if line.start == 0 else ""), damaged

    def _decode(self, raw: bytes) -> tuple[str, bool]:
        try:
            return raw.decode(self.codec), False
        except UnicodeDecodeError:
            text = raw.decode(self.codec, "replace")
        if self.name != "auto" or not text.replace("\ufffd", "").isascii():
            return text, True  # other letters of the line are UTF-8: it is damaged, not of another encoding
        try:
            return raw.decode("cp1252"), False
        except UnicodeDecodeError:
            return text, True


class Lines:
    """Reads a file line by line from any place. Lines end at LF, CR LF or, as on old Macs, at CR."""

    def __init__(self, file: BinaryIO, encoding: Encoding) -> None:
        self._file, self._encoding = file, encoding
        self._parts: deque[Line] = deque()
        self.seek(0, 0)

    def seek(self, position: int, number: int) -> None:
        """Go on at byte `position`, after line `number`."""
        self._file.seek(position)
        self._position, self._number = position, number
        self._parts.clear()

    def next(self) -> Line | None:
        """The next line, or None at the end of the file."""
        if not self._parts:
            self._read()
        return self._parts.popleft() if self._parts else None

    def _read(self) -> None:
        raw, end = self._line(), self._encoding.line_end
        length, ended = len(raw), raw.endswith(end)
        long = length >= LIMIT and not ended
        if len(end) == 1 and raw.count(b"\r") > raw.endswith(b"\r\n"):
            if long:
                raw = raw[: raw.rfind(b"\r") + 1]  # an old Mac's file is one line to `readline`
                self._file.seek(self._position + len(raw))
            for part in raw.splitlines(keepends=True):
                self._append(part, len(part), ended=part.endswith((b"\r", b"\n")))
            return
        while long and not ended and (passed := self._line()):
            length, ended = length + len(passed), passed.endswith(end)
        if raw:
            self._append(raw, length, long=long, ended=ended)

    def _append(self, raw: bytes, length: int, *, ended: bool, long: bool = False) -> None:
        start = self._position
        self._position, self._number = start + length, self._number + 1
        self._parts.append(Line(raw, start, self._position, self._number, long, ended))

    def _line(self) -> bytes:
        end = self._encoding.line_end
        if len(end) == 1:
            return self._file.readline(LIMIT)
        raw = bytearray()
        while len(raw) < LIMIT and (part := self._file.readline(LIMIT - len(raw))):
            raw += part
            if end[0] and len(raw) % 2:
                raw += self._file.read(1)  # `readline` stopped between the two bytes
            if len(raw) % 2 == 0 and raw.endswith(end):
                break  # any other 0x0A is half of another character
        return bytes(raw)
