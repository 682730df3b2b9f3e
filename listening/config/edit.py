"""Config files edited by the program: one entry at a time, checked before it is written, nothing else touched."""

from __future__ import annotations

import fcntl
import os
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from listening.config.history import History, fingerprint
from listening.config.load import load
from listening.config.sheet import Passage, Sheet
from listening.config.wanted import Wanted, appended, merged, without
from listening.errors import ConfigError, Problem

_FILES = {"brand": "brands.toml", "source": "sources.toml"}  # every other table stands in listening.toml


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands in its file."""

    table: str  # brand, source, alert, ...; empty for the settings of listening.toml
    name: str  # empty for settings
    values: Mapping[str, Any]  # as TOML reads them
    text: str  # as it is written
    version: str  # changes with the text: what an edit names to say which text it was made from


@dataclass(frozen=True, slots=True)
class Edited:
    """One edit that was made."""

    path: Path
    undo: str  # what `Editor.undo` takes; empty where nothing changed, or the version before is not kept


class Editor:
    """Adds, changes and removes entries of a config folder.

    All editors of all processes take turns. The whole configuration is checked with the edit in it, and only then
    is the file replaced, in one step. `seen` is the version that a person was shown: where the entry is another by now,
    nothing is written. Every method raises ConfigError; then all files are as before.
    """

    def __init__(self, folder: Path, option_types: Mapping[str, type[BaseModel]]) -> None:
        self.folder, self.option_types = folder, option_types
        self.history = History(folder)

    def entry(self, table: str, name: str = "") -> Entry:
        """One entry, such as ("source", "acme-forum"), ("scorer", "") or ("", "") for the settings above all tables."""
        text = self._read(_file(table))
        return self._entry(_file(table), text, table, name)[1]

    def add(self, table: str, values: Mapping[str, Any]) -> Edited:
        """Add a [[table]] after the last of its kind. Raises ConfigError where its name is taken."""
        several = "name" in values
        return self._edit(
            _file(table), table, str(values.get("name", "")),
            lambda sheet: (sheet.added(table, values, several=several), appended(table, values, several=several)),
        )  # fmt: skip

    def change(self, table: str, name: str, values: Mapping[str, Any], *, seen: str = "") -> Edited:
        """Give an entry other values; None takes a key away. Keys that are not named stay as they are."""
        file = _file(table)

        def changed(sheet: Sheet) -> tuple[str, Wanted]:
            if not name and table and not sheet.passages(table):
                return sheet.added(table, values, several=False), appended(table, values, several=False)
            passage, entry = self._entry(file, str(sheet), table, name, seen)
            return sheet.changed(passage, values), merged(table, entry.values, values)

        return self._edit(file, table, name, changed)

    def remove(self, table: str, name: str, *, seen: str = "") -> Edited:
        """Take an entry out of its file, with the comments right above it."""
        file = _file(table)

        def removed(sheet: Sheet) -> tuple[str, Wanted]:
            passage, entry = self._entry(file, str(sheet), table, name, seen)
            return sheet.removed(passage), without(table, entry.values)

        return self._edit(file, table, name, removed)

    def undo(self, edit: str, *, file: str = "", only: Collection[str] = ()) -> Edited:
        """Put back what was before an edit, unless the file has changed since. The undoing can be undone, too.

        With `file` an edit of another file is not known, and with `only` one that touched other tables than these: who
        may edit some tables cannot undo what others did to the rest.
        """
        found = self.history.before(edit)
        if found is None or (file and found[0] != file):
            raise self._error("", "", "", "this edit is not kept any more.", "Edit the file by hand.")
        file, before, after = found

        def undone(sheet: Sheet) -> tuple[str, Wanted]:
            if fingerprint(str(sheet)) != after:
                raise self._error(
                    file, "", "", "has changed since, and undoing this would lose that.", "Undo the later edits first."
                )
            if only and _apart(before, only) != _apart(str(sheet), only):
                raise self._error(file, "", "", "this edit touched more than can be undone here.", "Ask an admin.")
            return before, lambda _: None

        return self._edit(file, "", "", undone)

    def _edit(self, file: str, table: str, name: str, make: Callable[[Sheet], tuple[str, Wanted]]) -> Edited:
        path = self.folder / file
        with self._turn():
            before = self._read(file)
            after, expected = make(Sheet(before))
            if after == before:
                return Edited(path, "")
            self._check(file, table, name, before, after, expected)
            undo = self.history.keep(file, before, after)
            self._replace(path, after)
        return Edited(path, undo)

    def _check(self, file: str, table: str, name: str, before: str, after: str, expected: Wanted) -> None:
        """Whether the draft means what was wanted, and is a configuration without a mistake."""
        try:
            wanted = expected(tomllib.loads(before))
            exact = wanted is None or tomllib.loads(after) == wanted
        except tomllib.TOMLDecodeError:
            exact = _broken(before)  # a mistake that was there before is told with its line, below
        if not exact:
            raise self._error(file, table, name, "is written in a form that only a person can edit.", "Edit the file.")
        try:
            load(self.folder, self.option_types, {file: after})
        except ConfigError as error:
            raise self._without_lines(error, file) from None

    def _without_lines(self, error: ConfigError, file: str) -> ConfigError:
        """The draft's mistakes: lines are named only for those that the files on disk have, too."""
        try:
            load(self.folder, self.option_types)
            old: tuple[Problem, ...] = ()
        except ConfigError as before:
            old = before.problems
        lines = {(p.file, p.key, p.message): p.line for p in old}
        mine = str(self.folder / file)
        return ConfigError([
            replace(p, line=lines.get((p.file, p.key, p.message), 0)) if p.file == mine else p for p in error.problems
        ])  # fmt: skip

    def _entry(self, file: str, text: str, table: str, name: str, seen: str = "") -> tuple[Passage, Entry]:
        sheet = Sheet(text)
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            load(self.folder, self.option_types)  # says where
            raise
        rows = data.get(table, []) if table else [{k: v for k, v in data.items() if not _table(v)}]
        rows = rows if isinstance(rows, list) else [rows]
        passages = sheet.passages(table)
        found = [i for i, row in enumerate(rows) if not name or _same(str(row.get("name", "")), name)]
        if not found:
            known = ", ".join(str(row.get("name", "")) for row in rows) or "none yet"
            raise self._error(file, table, name, "is not there (any more).", f"There are: {known}.")
        if len(passages) != len(rows):
            raise self._error(
                file, table, name, "is written in a form that only a person can edit.",
                f"Write [[{table}]] on a line of its own." if name else "Edit the file.",
            )  # fmt: skip
        passage, values = passages[found[0]], rows[found[0]]
        entry = Entry(table, name, values, shown := sheet.text(passage), fingerprint(shown))
        if seen and seen != entry.version:
            raise self._error(
                file, table, name, "was changed by somebody else meanwhile.",
                "Look at it as it is now, and make your change again.",
            )  # fmt: skip
        return passage, entry

    def _read(self, file: str) -> str:
        try:
            with (self.folder / file).open(encoding="utf-8-sig", newline="") as opened:
                return opened.read()
        except (OSError, UnicodeDecodeError):
            load(self.folder, self.option_types)  # says what is wrong and what to do
            raise

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold this editor's turn, across threads and processes; a killed one lets go."""
        if not self.folder.is_dir():
            load(self.folder, self.option_types)  # says so
        try:
            handle = self.history.open()
        except OSError as error:
            raise self._unwritable(self.folder, error) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _replace(self, path: Path, text: str) -> None:
        """In one step, so that nobody ever reads half of it. Mode, owner and a link to another place stay."""
        target = path.resolve()
        draft = target.with_name(f".{target.name}.new")
        try:
            state = target.stat()
            mark = "\ufeff" if target.read_bytes().startswith(b"\xef\xbb\xbf") else ""
            draft.unlink(missing_ok=True)
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(mark + text)
                file.flush()
                os.fsync(handle)
            if (state.st_uid, state.st_gid) != (os.geteuid(), os.getegid()) and os.geteuid() == 0:
                os.chown(draft, state.st_uid, state.st_gid)
            draft.chmod(state.st_mode & 0o7777)
            os.replace(draft, target)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise self._unwritable(path, error) from None

    def _unwritable(self, path: Path, error: OSError) -> ConfigError:
        remedy = "The program needs the whole folder writable, not a file of it alone."
        return ConfigError([Problem(str(path), 0, "", f"cannot be written ({error.strerror}).", remedy)])

    def _error(self, file: str, table: str, name: str, message: str, remedy: str) -> ConfigError:
        key = f'{table} "{name}"' if name else f"[{table}]" if table else ""
        return ConfigError([Problem(str(self.folder / file), 0, key, message, remedy)])


def free_name(wanted: str, taken: set[str]) -> str:
    """An entry's name made from some text, with a number where it is taken."""
    name = re.sub(r"[^a-z0-9]+", "-", wanted.casefold()).strip("-") or "source"
    return next(
        candidate
        for candidate in (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
        if candidate not in {other.casefold() for other in taken}
    )


def _file(table: str) -> str:
    return _FILES.get(table, "listening.toml")


def _same(name: str, other: str) -> bool:
    return name.strip().casefold() == other.strip().casefold()


def _table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(each, dict) for each in value))


def _apart(text: str, tables: Collection[str]) -> dict[str, Any]:
    """A file without some of its tables."""
    return {key: value for key, value in tomllib.loads(text).items() if key not in tables}


def _broken(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return True
    return False
