"""The errors a person can see. The command line prints them as one line, without a traceback.

ListeningError
├── ConfigError      a config file that cannot be used; holds every problem found
├── QueryError       a brand's query that cannot be parsed; points at the character
├── SourceError      a source that cannot be asked: unreachable, refused, unreadable
│   ├── CredentialError   a secret is missing, wrong or readable by others
│   └── AddressError      an address that may not be connected to
├── StoreError       a database that cannot be opened, is newer than this program, or is damaged
└── MissingExtra     an optional part that is not installed
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


class ListeningError(Exception):
    """Root of every error that is shown to a person as its message alone."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a config file, and how to mend it."""

    file: str
    line: int  # 1 is the first; 0 where no line can be named
    key: str  # 'source "acme-forum", key "every"'
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        key = f", {self.key}" if self.key else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{place}{key}: {self.message}{remedy}"


class ConfigError(ListeningError):
    """One or more mistakes in the configuration, all of them found in one go."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class QueryError(ListeningError):
    """A query that cannot be parsed: `position` is the 0-based index of the character at fault."""

    def __init__(self, query: str, position: int, message: str) -> None:
        self.query, self.position, self.message = query, position, message
        begin = query.rfind("\n", 0, position) + 1
        line = query[begin:].partition("\n")[0]
        super().__init__(f"{message}\n  {_pointed(line, position - begin)}")


_SHOWN, _BEFORE = 76, 50  # characters of a long line, and of these before the one at fault: a terminal wraps no caret


def _pointed(line: str, at: int) -> str:
    """A line, or of a long one what stands around a place, and a caret below that place."""
    start = max(0, min(at - _BEFORE, len(line) - _SHOWN))
    shown = line[start : start + _SHOWN]
    before, after = "…" if start else "", "…" if start + _SHOWN < len(line) else ""
    return f"{before}{shown}{after}\n  {' ' if start else ''}{''.join(map(_blank, line[start:at]))}^"


def _blank(character: str) -> str:
    """As much space as a terminal gives to a character."""
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return ""
    return character if character == "\t" else "  " if unicodedata.east_asian_width(character) in "WF" else " "


class SourceError(ListeningError):
    """A source that cannot be asked."""


class CredentialError(SourceError):
    """A secret that is missing, refused by the site, or readable by other people."""


class AddressError(SourceError):
    """An address on a private network that no `allow_private` entry names."""


class StoreError(ListeningError):
    """A database that cannot be used."""


class MissingExtra(ListeningError):
    """An optional part that is not installed."""

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs an optional part: pip install 'listening[{extra}]'")
