"""CSV: rows under a header, whatever stands between their cells."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, BinaryIO

from listening.post import Post
from listening.tabular.columns import Columns, listed, unique
from listening.tabular.format import SEPARATOR
from listening.tabular.lines import LIMIT, Encoding, Line, Lines
from listening.tabular.objects import DAMAGED, TOO_LONG
from listening.tabular.record import Build, Record

_CELL = 1024 * 1024  # characters
_WIDTH = 5000  # columns
_FIRST = 20  # rows that tell the delimiter
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
# How a record is read that the strict rules cannot read: quotes inside marked by a backslash, or not at all.
_SECOND_READINGS: tuple[dict[str, Any], ...] = ({"escapechar": "\\", "strict": True}, {"strict": False})
# A hostile file opens quotes on all lines: lines are read again up to so many times, and then passed over.
_PATIENCE, _PATIENCE_PER_LINE = 100_000, 4
_OPEN = 'a quote (") opens here and is not closed'


class _Feed:
    """A file's lines for `csv.reader`, which knows nothing of bytes; what one record spans is kept in `taken`."""

    def __init__(self, lines: Lines, encoding: Encoding) -> None:
        self._lines, self._encoding = lines, encoding
        self.begin()

    def begin(self) -> None:
        """Forget the last record."""
        self.taken: list[Line] = []
        self.damaged = False  # some bytes are no text
        self.ended = False  # the file ended within the record
        self.full = False  # the record is longer than LIMIT
        self.open = False  # the record may go on when the file has grown
        self._size = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._lines.next()
        if line is None:
            self.ended = True
            raise StopIteration
        self.taken.append(line)
        self._size += len(line.raw)
        if line.long or self._size > LIMIT:
            self.full = True
            raise csv.Error(TOO_LONG)
        return self.text(line)

    def text(self, line: Line) -> str:
        """The text of a line; what is wrong with it is kept."""
        text, damaged = self._encoding.decode(line)
        self.damaged |= damaged
        return text


class Table:
    """Reads a CSV file. `delimiter` is one character, or empty where the file shall tell it.

    Raises ValueError where the header cannot be used.
    """

    def __init__(
        self,
        file: BinaryIO,
        encoding: Encoding,
        columns: Columns,
        build: Build,
        delimiter: str = "",
        header: bool = True,
    ) -> None:
        csv.field_size_limit(_CELL)
        self._lines, self._build = Lines(file, encoding), build
        self._feed = _Feed(self._lines, encoding)
        self._reread = 0  # lines
        self._body = (0, 0)  # the byte and the line after which the rows begin
        self._delimiter = delimiter or self._excel() or self._likely(columns)
        self._written = head = self._head(self._delimiter)
        self.names = unique(head) if header else [str(number) for number in range(1, len(head) + 1)]
        self._fields = self._known(columns, header)
        if header:
            self._body = (self._feed.taken[-1].end, self._feed.taken[-1].number)

    def records(self, position: int = 0, number: int = 0) -> Iterator[Record]:
        """The file's records from a byte position on, which stands after line `number`."""
        self._lines.seek(*max(self._body, (position, number)))
        reader = self._reader(self._delimiter, strict=True)
        while True:
            self._feed.begin()
            try:
                row: list[str] | str = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                row = self._second_reading(error)
            if isinstance(row, str) or (any(cell.strip() for cell in row) and not self._repeats_header(row)):
                yield self._record(row)

    def _repeats_header(self, row: list[str]) -> bool:
        """Whether a row is the header again, as in exports that were joined."""
        return row == self._written and self._body != (0, 0)

    def describe(self) -> str:
        """What was recognised, for a person."""
        shown = ", ".join(f'{field} = "{self.names[index][:40]}"' for field, index in self._fields.items())
        return f"CSV with {_DELIMITERS.get(self._delimiter, repr(self._delimiter))}, {shown}"

    def _reader(self, delimiter: str, **rules: Any) -> Iterator[list[str]]:
        return csv.reader(self._feed, delimiter=delimiter, skipinitialspace=delimiter != " ", **rules)

    def _excel(self) -> str:
        line = self._lines.next()
        match = SEPARATOR.fullmatch(self._feed.text(line)) if line else None
        if line and match:
            self._body = (line.end, line.number)
        return match[1] if match else ""

    def _likely(self, columns: Columns) -> str:
        """The delimiter that makes most columns known; among equals, the one that makes most columns in all rows."""
        scores = {}
        for delimiter in _DELIMITERS:
            rows = self._first(delimiter)
            head = next(rows, [])
            widths = [len(row) for row in islice(rows, _FIRST)]
            scores[delimiter] = (columns.known(head), min([len(head), *widths]))
        return max(scores, key=lambda delimiter: scores[delimiter])

    def _first(self, delimiter: str) -> Iterator[list[str]]:
        """The rows from the header on, as well as they can be read."""
        self._lines.seek(*self._body)
        self._feed.begin()
        try:
            for row in self._reader(delimiter):
                if any(cell.strip() for cell in row):
                    yield row
                    self._feed.begin()
        except csv.Error:
            return

    def _head(self, delimiter: str) -> list[str]:
        head = next(self._first(delimiter), None)
        if head is None:
            raise ValueError("line 1: it has no header that can be read as CSV")
        if len(head) > _WIDTH:
            raise ValueError(f"line 1: it has {len(head):,} columns; more than {_WIDTH:,} are not read")
        return head

    def _known(self, columns: Columns, header: bool) -> dict[str, int]:
        """Field -> index of its column."""
        fields = columns.of_header(self.names)
        if "text" in fields:
            return fields
        remedy = f'name it: columns = {{ text = "{self.names[-1][:40]}" }}'
        if header:
            remedy += '; if the first line is no header: header = false and columns = { text = "1" }'
        raise ValueError(f"line 1: no column is known to hold the text; there are {listed(self.names)}; {remedy}")

    def _second_reading(self, error: csv.Error) -> list[str] | str:
        """A record that breaks the strict rules, read in another way, or the reason why its first line is passed over.

        A quote that is never closed would swallow all lines after it: those are read on their own.
        """
        taken, ended, full = self._feed.taken, self._feed.ended, self._feed.full
        first, reason = taken[0], _OPEN if ended or len(taken) > 1 else f"it cannot be read as CSV: {error}"
        if self._reread > _PATIENCE + _PATIENCE_PER_LINE * first.number:
            return f"{reason}, as many times before: {len(taken):,} lines are passed over"
        for rules in () if ended or full else _SECOND_READINGS:
            if row := self._read_again(first, rules):
                return row
        self._reread += len(taken)
        self._lines.seek(first.end, first.number)
        self._feed.taken, self._feed.open = [first], ended
        return TOO_LONG if first.long else reason

    def _read_again(self, first: Line, rules: dict[str, Any]) -> list[str]:
        """A record from its first line on, if it has as many cells as it should have by these rules."""
        self._lines.seek(first.start, first.number - 1)
        self._feed.begin()
        row: list[str] = []
        with suppress(csv.Error):
            row = next(self._reader(self._delimiter, **rules), [])
        self._reread += len(self._feed.taken)
        return row if len(row) == len(self.names) and not self._feed.ended else []

    def _record(self, row: list[str] | str) -> Record:
        first, last = self._feed.taken[0], self._feed.taken[-1]
        raw = b"".join(line.raw for line in self._feed.taken)
        finished = last.ended and not self._feed.open
        return Record(first.start, last.end, first.number, last.number, raw, self._found(row), finished)

    def _found(self, row: list[str] | str) -> Post | str:
        if isinstance(row, str):
            return row
        if self._feed.damaged:
            return DAMAGED
        if any(cell.strip() for cell in row[len(self.names) :]):
            return (
                f"it has {len(row):,} cells where the header has {len(self.names):,}: "
                f"a text that holds {self._delimiter!r} needs quotes around it"
            )
        try:
            return self._build({field: row[index] if index < len(row) else "" for field, index in self._fields.items()})
        except ValueError as error:
            return str(error)
