"""Files: what help desks, surveys, review sites and mail programs export, as CSV, JSONL, mbox, .eml or Maildir."""

from __future__ import annotations

import codecs
import glob
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from pydantic import Field, field_validator

from listening.config import TimeZone
from listening.dates import Dates
from listening.errors import SourceError
from listening.mail import read_mail
from listening.mail.folder import Seen, is_maildir, maildir
from listening.mail.mbox import KEPT, Mbox
from listening.post import Checkpoint, Post, PostKind, Reject
from listening.source import Collector, SourceOptions
from listening.tabular.bookmark import Bookmark
from listening.tabular.columns import NAMES, Columns
from listening.tabular.format import Format, by_ending, recognise
from listening.tabular.lines import SAMPLE, Encoding
from listening.tabular.objects import Objects
from listening.tabular.record import Record, excerpt
from listening.tabular.rows import Rows
from listening.tabular.table import Table

_EVERY = 200  # records between two checkpoints
_REST = 3600  # seconds without a change after which an incomplete last line is a broken one
_READING = 1  # counted up when files shall be read again because this program reads them better
_KINDS: dict[str, PostKind] = {"csv": "review", "jsonl": "post"}


class FileOptions(SourceOptions):
    """Which files, and how they are read."""

    path: str = Field(
        min_length=1,
        description="A file, a pattern such as exports/*.csv, a folder of such files or of .eml mails, or a Maildir; "
        "relative to the config folder.",
    )
    format: Literal["auto", Format] = Field(
        default="auto", description="auto: by the file's ending, or else by what is in it."
    )
    columns: dict[str, str] = Field(
        default={},
        description='Which column holds what, where its name does not tell: { text = "Review", date = "Day" }. In '
        'JSONL a path such as "user.name" is a column. An empty name hides a field. The fields: ' + ", ".join(NAMES),
    )
    header: bool = Field(
        default=True, description="false: a CSV file has no header, and its columns are called 1, 2, 3, ..."
    )
    delimiter: str = Field(
        default="", description="Between the cells of a CSV file; by default comma, semicolon, tab or bar."
    )
    encoding: str = Field(
        default="auto", description="auto: UTF-8 or UTF-16, or else cp1252; or a name such as shift_jis."
    )
    date_format: str = Field(
        default="", description="How dates are written, where they are not understood: %d.%m.%Y %H:%M"
    )
    day_first: bool | None = Field(default=None, description="Whether 03/04/2026 is 3 April (true) or 4 March (false).")
    time_zone: TimeZone = Field(
        default="UTC", min_length=1, description="Of dates that name none, such as Europe/Berlin."
    )
    rating_of: Literal[5, 10, 100] = Field(
        default=5, description="Of how many a rating tells where its cell does not; ratings are kept in stars of 5."
    )
    platform: str = Field(default="", description="Who issued the ids; by default the source's name.")
    post_kind: Literal["", PostKind] = Field(
        default="", description="By default review in CSV, post in JSONL, email in mails."
    )

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, value: dict[str, str]) -> dict[str, str]:
        if unknown := [field for field in value if field not in NAMES]:
            raise ValueError(f'"{unknown[0]}" is no field of a post')
        return value

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str) -> str:
        value = "\t" if value in ("tab", "\\t") else value
        if len(value) > 1 or value in ('"', "\n", "\r"):
            raise ValueError('must be one character, such as ";", or "tab"')
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        try:
            "a\n".encode("utf-8" if value == "auto" else value)
            codecs.lookup("utf-8" if value == "auto" else value)
        except (LookupError, ValueError):
            raise ValueError(f'"{value}" is not a known encoding: write a name such as utf-8 or cp1252') from None
        return value


class _Reader(Protocol):
    def records(self, position: int = 0, number: int = 0) -> Iterator[Record]: ...
    def describe(self) -> str: ...


class File(Collector):
    """Reads files row by row, goes on where they have grown, and keeps aside what cannot be read.

    Checkpoints: `file:NAME` for each file, whose value is a `Bookmark`; for mails in files of their own
    `file:PATH`, whose value is what was `Seen`.
    """

    kind = "file"
    summary = "Exports of help desks, surveys, reviews and mailboxes: CSV, JSONL, mbox, .eml, Maildir"
    Options = FileOptions
    options: FileOptions
    delay = 0

    def collect(self) -> Iterator[Post | Checkpoint | Reject]:
        """Yield what is new in each file, in the order of names. One bad file stops no other."""
        streams, mails = self._files()
        failed: list[SourceError] = []
        for path in streams:
            try:
                yield from self._stream(path)
            except SourceError as error:
                failed.append(error)
                if len(streams) > 1:
                    yield Reject(str(error), self._name(path))
        yield from self._mails(mails)
        if failed and len(failed) == len(streams) and not mails:
            raise failed[0]

    def check(self) -> str:
        """What was recognised, and how the first row is read."""
        streams, mails = self._files()
        if not streams and not mails:
            raise SourceError(f"{self.options.path}: no file is there that can be read; correct the source's path")
        if not streams:
            return f"{self.options.path}: {len(mails):,} mails"
        name, more = self._name(streams[0]), len(streams) - 1
        with _opened(streams[0], name) as file:
            if not os.fstat(file.fileno()).st_size:
                return f"{name} is empty"
            reader = self._reader(file, name)
            first = next((record.found for record in islice(reader.records(), 1)), None)
            return f"{name}: {reader.describe()}; {_sentence(first)}" + (f" There are {more:,} more." if more else "")

    def _files(self) -> tuple[list[Path], list[Path]]:
        """The files to be read as streams of records, in the order of their names, and those that are one mail each."""
        pattern = os.path.expanduser(self.options.path)
        path = self.context.folder / pattern
        try:
            if path.is_dir() and is_maildir(path):
                return [], maildir(path)
            if path.is_dir():
                found = [one for one in sorted(path.iterdir()) if self._belongs(one)]
            elif path.exists():
                found = [path]
            elif glob.has_magic(pattern):
                folder = "" if os.path.isabs(pattern) else glob.escape(f"{self.context.folder}{os.sep}")
                found = [Path(one) for one in sorted(glob.glob(folder + pattern, recursive=True))]
            else:
                raise SourceError(f"{path}: there is no such file; put it there, or correct the source's path")
            files = [one for one in found if one.is_file()]
        except OSError as error:
            raise SourceError(f"{path}: cannot be read ({error.strerror}); correct its permissions") from None
        if found == [path] and not files:
            raise SourceError(f"{path}: is no regular file; correct the source's path")
        mails = [one for one in files if "eml" in (self.options.format, by_ending(one))]
        return sorted(set(files) - set(mails)), mails

    def _belongs(self, path: Path) -> bool:
        """Whether a file in a folder is one to read: those of other programs lie there too."""
        return not path.name.startswith(".") and (self.options.format != "auto" or by_ending(path) is not None)

    def _name(self, path: Path) -> str:
        """A file's name for people and for checkpoints: as short as it is unique."""
        folder = self.context.folder
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)

    def _stream(self, path: Path) -> Iterator[Post | Checkpoint | Reject]:
        name = self._name(path)
        key = f"file:{name}"
        with _opened(path, name) as file:
            mark = Bookmark.find(self.context.checkpoints.get(key, ""), file, self._rules)
            if mark.done or not mark.size:
                return
            rested = self.context.now().timestamp() - mark.mtime / 1e9 > _REST
            yield from self._records(self._reader(file, name), file, key, mark, rested=rested)

    def _records(
        self, reader: _Reader, file: BinaryIO, key: str, mark: Bookmark, *, rested: bool
    ) -> Iterator[Post | Checkpoint | Reject]:
        """What follows a bookmark, and the bookmarks after it: none is behind a record that may not have its end."""
        read, last, moving, waiting = 0, mark.last, True, False
        for record in reader.records(mark.at, mark.line):
            if record.found is None and not rested:
                waiting = True
                continue
            if not (last and last == Bookmark.hash(record)):
                yield record.shown(key.removeprefix("file:"))
            last, read = "", read + 1
            if moving and not record.finished:
                mark, moving = mark.reread(record), False
            elif moving:
                mark = mark.after(record)
                if read % _EVERY == 0:
                    yield Checkpoint(key, mark.value(file))
        yield Checkpoint(key, mark.value(file, done=not waiting))

    def _mails(self, paths: list[Path]) -> Iterator[Post | Checkpoint | Reject]:
        key = f"file:{self.options.path}"
        seen = Seen.find(self.context.checkpoints.get(key, ""), self._rules)
        new = seen.new(paths)
        for read, (time, path) in enumerate(new, 1):
            yield self._mail(path)
            seen = seen.after(time, path)
            if read % _EVERY == 0 or read == len(new):
                yield Checkpoint(key, seen.value)

    def _mail(self, path: Path) -> Post | Reject:
        raw = b""
        try:
            with path.open("rb") as file:
                raw = file.read(KEPT)
            return self._post(raw, "eml file")
        except OSError as error:
            return Reject(f"it cannot be read ({error.strerror})", self._name(path))
        except ValueError as error:
            return Reject(str(error), self._name(path), excerpt(raw))

    def _reader(self, file: BinaryIO, name: str) -> _Reader:
        """The reader for a file's format, its header read. Raises SourceError where that cannot be."""
        sample = file.read(SAMPLE)
        file.seek(0)
        try:
            format_ = recognise(Path(name), sample) if self.options.format == "auto" else self.options.format
            if format_ == "mbox":
                return Mbox(file, lambda raw: self._post(raw, "mbox file"))
            encoding, columns = Encoding.of(sample, self.options.encoding), Columns(self.options.columns)
            dates = Dates(self.options.time_zone, self.options.day_first, self.options.date_format)
            rows = Rows(
                self._platform,
                self.options.post_kind or _KINDS[format_],
                f"{format_} file",
                dates,
                self.options.rating_of,
            )
            if format_ == "jsonl":
                return Objects(file, encoding, columns, rows.post)
            return Table(
                file, encoding, columns, rows.post, delimiter=self.options.delimiter, header=self.options.header
            )
        except ValueError as error:
            raise SourceError(f"{name}, {error}") from None

    def _post(self, raw: bytes, route: str) -> Post:
        return read_mail(raw, self._platform, route, self.options.post_kind or "email")

    @property
    def _platform(self) -> str:
        return self.options.platform or self.context.source

    @property
    def _rules(self) -> str:
        """A hash of what decides how rows are read: once it changes, files are read again."""
        rules = f"{_READING} {self._platform} {self.options.model_dump_json(exclude={'path'})}"
        return hashlib.sha256(rules.encode()).hexdigest()[:16]


@contextmanager
def _opened(path: Path, name: str) -> Iterator[BinaryIO]:
    """A file open for reading; whatever the disk refuses meanwhile is a SourceError."""
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise SourceError(f"{name}: cannot be read ({error.strerror}); correct the path or its permissions") from None


def _sentence(first: Post | str | None) -> str:
    """How the first record is understood."""
    if not isinstance(first, Post):
        return f"the first row cannot be used: {first}." if first else "there is no complete row yet."
    when = f"{first.published.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if first.published else "no date"
    stars = f", rated {first.rating:g} of 5" if first.rating is not None else ""
    text = " ".join(first.text.split())
    who = first.author.name if first.author else "no author"
    return f'the first: {who}, {when}{stars}, "{text[:80]}{"…" if len(text) > 80 else ""}".'
