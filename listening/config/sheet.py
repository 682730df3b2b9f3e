"""A TOML file's text, in which one entry is added, changed or removed and every other character stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import tomlkit
from tomlkit.items import String, StringType

from listening.config.lines import structure
from listening.config.models import spell


@dataclass(frozen=True, slots=True)
class Passage:
    """The lines of one entry, 0-based and half-open.

    `first` its comments, `start` its header, `end` after its keys, `last` after comments that follow without a gap.
    """

    table: str  # empty for the settings above all tables
    first: int
    start: int
    end: int
    last: int


class Sheet:
    """The text of one file."""

    def __init__(self, text: str) -> None:
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.lines = _lines(text)
        self._marks = [(number - 1, mark, name) for number, mark, name in structure(text)]

    def __str__(self) -> str:
        return "".join(self.lines)

    def passages(self, table: str) -> list[Passage]:
        """Every entry of a table, in order; of "" the one passage above the first header."""
        if not table:
            headers = [line for line, mark, _ in self._marks if mark != "="]
            end = self._above(headers[0], 1) if headers else len(self.lines)
            return [Passage("", 0, 0, end, end)]
        inner = f"{table}."
        headers = [i for i, mark, name in self._marks if mark != "=" and not name.startswith(inner)]
        headers.append(len(self.lines))
        starts = [line for line, mark, name in self._marks if mark != "=" and name == table]
        return [self._passage(table, start, next(i for i in headers if i > start)) for start in starts]

    def _passage(self, table: str, start: int, limit: int) -> Passage:
        end = limit
        while end > start + 1 and self._empty(end - 1):
            end -= 1
        last = end
        while last < limit and self.lines[last].strip():
            last += 1
        if last == limit < len(self.lines):  # nothing between these comments and the next header: they are its own
            last = end
        return Passage(table, self._above(start, 1), start, end, last)

    def _above(self, start: int, top: int) -> int:
        """Where the comments right above a header begin; those at the very top of a file are the file's."""
        first = start
        while first > 0 and self.lines[first - 1].lstrip().startswith("#"):
            first -= 1
        return first if first >= top else start

    def _empty(self, line: int) -> bool:
        text = self.lines[line].strip()
        return not text or text.startswith("#")

    def text(self, passage: Passage) -> str:
        """What a person takes for the entry: its header, its keys and their comments."""
        return "".join(self.lines[passage.start : passage.end])

    def number(self, passage: Passage) -> int:
        """The line of the entry's header, 1 is the first."""
        return passage.start + 1

    def added(self, table: str, values: Mapping[str, Any], *, several: bool = True) -> str:
        """The file with a new entry after the last of its kind, or at the end."""
        before = self.passages(table)
        place = before[-1].last if before else len(self.lines)
        text = written(table, values, several=several).replace("\n", self.newline)
        above = "".join(self.lines[:place])
        gap = self.newline * (0 if not above else 2 - _ends(above))
        below = "".join(self.lines[place:])
        return (
            above + gap + text + (self.newline if below.strip() and not below.startswith(("\n", "\r")) else "") + below
        )

    def changed(self, passage: Passage, values: Mapping[str, Any]) -> str:
        """The file with other values in an entry; None takes a key away."""
        document = tomlkit.parse(self.text(passage))
        held: Any = document[passage.table] if passage.table else document
        table = held[0] if isinstance(held, list) else held
        fresh = {key: value for key, value in values.items() if value is not None and key not in table}
        for key, value in values.items():
            if key in table:
                _put(table, key, value)
        text = tomlkit.dumps(document) + "".join(self.lines[passage.end : passage.last])
        lines = _lines(text)
        for key, value in fresh.items():
            if lines and not lines[-1].endswith("\n"):
                lines[-1] += self.newline
            lines.insert(_place(lines, key), f"{_key(key)} = {item(value).as_string()}{self.newline}")
        return "".join([*self.lines[: passage.start], *lines, *self.lines[passage.last :]])

    def removed(self, passage: Passage) -> str:
        """The file without an entry, its comments and the gap after it."""
        last = passage.last
        while last < len(self.lines) and not self.lines[last].strip():
            last += 1
        above, below = "".join(self.lines[: passage.first]), "".join(self.lines[last:])
        return above + below if below else above.rstrip("\r\n") + self.newline * bool(above.strip())


def written(table: str, values: Mapping[str, Any], *, several: bool = True) -> str:
    """An entry as it stands in a file; `several`: with two brackets, as one of its kind."""
    header = f"[[{table}]]\n" if several else f"[{table}]\n"
    rows = (f"{_key(key)} = {item(value).as_string()}\n" for key, value in values.items() if value is not None)
    return header + "".join(rows)


def plain(value: Any) -> Any:
    """A value as TOML reads it back."""
    if isinstance(value, timedelta):
        return spell(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return value


def item(value: Any) -> Any:
    """A value as it stands in a TOML file: texts between apostrophes where that is plainer: queries hold quotes."""
    value = plain(value)
    if isinstance(value, str):
        literal = ('"' in value or "\\" in value) and "'" not in value and value.isprintable()
        return String.from_raw(value, StringType.SLL if literal else StringType.SLB)
    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        inline.update({key: item(each) for key, each in value.items()})
        return inline
    if isinstance(value, list):
        array = tomlkit.array()
        array.extend(item(each) for each in value)
        return array
    return tomlkit.item(value)


def _lines(text: str) -> list[str]:
    """A text's lines with their ends; only a line feed ends one, in TOML."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _put(table: Any, key: str, value: Any) -> None:
    """Set or (None) take away what is there; a table of its own keeps its lines, and so its comments."""
    if value is None:
        del table[key]
    elif isinstance(table[key], tomlkit.items.Table) and isinstance(value, Mapping):
        for old in [old for old in table[key] if old not in value]:
            del table[key][old]
        for each, inner in value.items():
            if each not in table[key]:
                table[key][each] = item(inner)
            else:
                _put(table[key], each, inner)
    elif not _equal(table[key], plain(value)):
        table[key] = item(value)


def _equal(old: Any, new: Any) -> bool:
    old = old.unwrap() if hasattr(old, "unwrap") else old
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def _place(lines: list[str], key: str) -> int:
    """Where a new key belongs: below its commented line, or else below the last key, before any table inside."""
    marks = [(number - 1, mark) for number, mark, _ in structure("".join(lines))]
    head = next((line for line, mark in marks if mark != "=" and line > 0), len(lines))
    commented = re.compile(rf"\s*#\s*{re.escape(key)}\s*=")
    for number, line in enumerate(lines[:head]):
        if commented.match(line):
            return number + 1
    if not any(line < head for line, _ in marks):  # comments alone: below the first block of them
        return next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    while head > 1 and (not lines[head - 1].strip() or lines[head - 1].lstrip().startswith("#")):
        head -= 1
    return head


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else String.from_raw(name, StringType.SLB).as_string()


def _ends(text: str) -> int:
    """How many line ends a text closes with, two at most."""
    return 2 if re.search(r"\n\r?\n$", text) else int(text.endswith("\n"))
