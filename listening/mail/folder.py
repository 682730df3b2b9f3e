"""A folder with one mail in each file, a Maildir or saved .eml files: which of them are new."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Seen:
    """Which files of a folder have been read, told by when they came there.

    The time is that of the last change of the file's entry, which no copying program can set back: a mail with an old
    date that is put there later is new. Of several files of one moment the names are kept.
    """

    time: int = 0  # nanoseconds
    names: frozenset[str] = frozenset()  # hashes
    options: str = ""  # hash of what decides how mails are read

    @classmethod
    def find(cls, value: str, options: str) -> Seen:
        """What the folder's last checkpoint says; nothing if the source has new options."""
        try:
            found = json.loads(value)
            seen = cls(int(found["time"]), frozenset(found["names"]), str(found["options"]))
        except (ValueError, TypeError, KeyError):
            return cls(options=options)
        return seen if seen.options == options else cls(options=options)

    def new(self, paths: Iterable[Path]) -> Sequence[tuple[int, Path]]:
        """The files that came since, oldest first, each with its time."""
        return sorted(
            (time, path)
            for time, path in _dated(paths)
            if time > self.time or (time == self.time and _hash(path) not in self.names)
        )

    def after(self, time: int, path: Path) -> Seen:
        """What has been read once this file is."""
        names = self.names if time == self.time else frozenset()
        return Seen(time, names | {_hash(path)}, self.options)

    @property
    def value(self) -> str:
        """What a checkpoint holds."""
        return json.dumps({"time": self.time, "names": sorted(self.names), "options": self.options})


def is_maildir(folder: Path) -> bool:
    """Whether a folder is a Maildir."""
    return (folder / "cur").is_dir() and (folder / "new").is_dir()


def maildir(folder: Path) -> list[Path]:
    """The mails of a Maildir."""
    return [path for part in ("cur", "new") for path in (folder / part).iterdir() if path.is_file()]


def _dated(paths: Iterable[Path]) -> Iterator[tuple[int, Path]]:
    for path in paths:
        try:
            yield os.stat(path).st_ctime_ns, path
        except FileNotFoundError:
            continue  # a mail program gave it another name meanwhile: it comes again under that


def _hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.name)).hexdigest()[:12]
