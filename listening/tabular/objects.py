"""JSONL: one JSON object on each line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO

from listening.post import Post
from listening.tabular.columns import Columns
from listening.tabular.lines import LIMIT, Encoding, Line, Lines
from listening.tabular.record import Build, Record

TOO_LONG = f"it is longer than {LIMIT // 1024**2} MiB"
DAMAGED = 'it holds bytes that are no text; if it is in another encoding, name it: encoding = "cp1252"'


class Objects:
    """Reads a JSONL file. A last line that is not complete is left for later."""

    def __init__(self, file: BinaryIO, encoding: Encoding, columns: Columns, build: Build) -> None:
        self._lines = Lines(file, encoding)
        self._encoding, self._columns, self._build = encoding, columns, build
        self._refuse_document()

    def records(self, position: int = 0, number: int = 0) -> Iterator[Record]:
        """The file's records from a byte position on, which stands after line `number`."""
        self._lines.seek(position, number)
        while line := self._lines.next():
            text, damaged = self._encoding.decode(line)
            if line.long or text.strip():
                found = self._found(line, text, damaged)
                yield Record(line.start, line.end, line.number, line.number, line.raw, found, line.ended)

    def describe(self) -> str:
        """What was recognised, for a person."""
        return "JSONL"

    def _refuse_document(self) -> None:
        while (line := self._lines.next()) and not line.long:
            if text := self._encoding.decode(line)[0].strip():
                if text.startswith("[") or text == "{":
                    raise ValueError(
                        "it is one JSON document, not one object on each line: convert it with "
                        "`jq -c '.[]' FILE.json > FILE.jsonl`"
                    )
                return

    def _found(self, line: Line, text: str, damaged: bool) -> Post | str | None:
        if line.long:
            return TOO_LONG
        try:
            row = json.loads(text, strict=False, parse_constant=_no_number)
        except RecursionError:
            return "its JSON is nested too deep"
        except ValueError as error:
            return (DAMAGED if damaged else f"broken JSON: {_reason(error)}") if line.ended else None
        if damaged or not isinstance(row, dict):
            return DAMAGED if damaged else "it is no JSON object"
        try:
            return self._build(self._columns.of_object(row))
        except ValueError as error:
            return str(error)


def _no_number(name: str) -> None:
    """NaN and Infinity, which no JSON has, are nothing."""


def _reason(error: ValueError) -> str:
    return f"{error.msg} at character {error.colno}" if isinstance(error, json.JSONDecodeError) else "a number too long"
