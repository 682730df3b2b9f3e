"""Mentions as CSV: UTF-8 with a byte order mark, header on line 1, no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import BinaryIO

from listening.store import COLUMNS, MentionRow

# A spreadsheet runs a cell that begins with one of these (OWASP, "CSV Injection"); one that takes ";", tab or a line
# break for the border of a cell also runs what follows those. An apostrophe before it makes it text.
_FIRST = r"(?='*[=+\-@＝＋－＠\t\r])"
# What a program may skip before it: blanks, controls (LibreOffice does) and signs without a width.
_BLANK = (
    r"[\x00-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    r"\u3000\ufe00-\ufe0f\ufeff\ufff9-\uffff\U000e0000-\U000e0fff]*"
)
_RUNS_FIRST, _RUNS_LATER = re.compile(rf"{_BLANK}{_FIRST}"), re.compile(rf"([;|\t\r\n]{_BLANK}){_FIRST}")
_INERT_FIRST, _INERT_LATER = re.compile(rf"({_BLANK})'{_FIRST}"), re.compile(rf"([;|\t\r\n]{_BLANK})'{_FIRST}")
_SHORT = 40  # characters of texts that are worth remembering
Cell = str | float | None

_CHUNK = 500  # rows encoded at a time: memory stays constant however long the digest is


def inert(text: str) -> str:
    """The text as a spreadsheet can hold it without running it; `original` gives it back exactly."""
    if _RUNS_LATER.search(text) is not None:  # a substitution costs more even where it finds nothing
        text = _RUNS_LATER.sub(r"\1'", text)
    start = _RUNS_FIRST.match(text)
    return text if start is None else f"{start[0]}'{text[start.end() :]}"


def original(cell: str) -> str:
    """The text that `inert` was given."""
    start = _INERT_FIRST.match(cell)
    if start is not None:
        cell = start[1] + cell[start.end() :]
    return _INERT_LATER.sub(r"\1", cell)


def write_csv(rows: Iterable[MentionRow], target: BinaryIO) -> int:
    """Stream mentions as CSV. Returns how many rows were written, the header not counted."""
    values_of = attrgetter(*COLUMNS)
    return write_table(COLUMNS, map(values_of, rows), target)


def write_table(columns: Sequence[str], rows: Iterable[Iterable[Cell]], target: BinaryIO) -> int:
    """Stream rows under any columns, every cell inert. Returns how many."""
    target.write("\ufeff".encode())
    count = 0
    for chunk, size in _chunks(columns, rows):
        target.write(chunk.encode("utf-8"))
        count += size
    return count


def _chunks(columns: Sequence[str], rows: Iterable[Iterable[Cell]]) -> Iterator[tuple[str, int]]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(columns)
    size = 0
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        size += 1
        if size == _CHUNK:
            yield buffer.getvalue(), size
            buffer.seek(0)
            buffer.truncate()
            size = 0
    yield buffer.getvalue(), size


def _cell(value: Cell) -> str | float:
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    return _known(value) if len(value) < _SHORT else inert(value)


_known = lru_cache(maxsize=4096)(inert)  # brands, sites, languages and the like come again and again
