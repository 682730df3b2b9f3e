"""From TOML files to checked models, with every mistake named by file, line, key and remedy."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from listening.config.lines import Place, lines_of
from listening.config.models import Brand, Config, Settings, SourceEntry
from listening.config.values import EntryError, row_of
from listening.errors import ConfigError, Problem, QueryError
from listening.query import parse

FILES = ("brands.toml", "sources.toml", "listening.toml")
_SYNTAX_PLACE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")


def folder(given: str | None = None) -> Path:
    """The config folder: the one given, or $LISTENING_CONFIG, or ./config."""
    return Path(given or os.environ.get("LISTENING_CONFIG") or "config")


def stamp(path: Path) -> tuple[tuple[str, int, int, int], ...]:
    """What tells whether any file of a config folder has changed: its three files, and those of intents."""
    return tuple(map(_state, [*(path / name for name in FILES), *sorted((path / "intents").glob("*.toml"))]))


def _state(path: Path) -> tuple[str, int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (path.name, 0, 0, 0)
    return (path.name, found.st_mtime_ns, found.st_size, found.st_ino)


def load(path: Path, option_types: Mapping[str, type[BaseModel]], drafts: Mapping[str, str] | None = None) -> Config:
    """Read the three files of a config folder; `option_types` maps each source kind to the model of its options.

    `drafts` are texts that are read in place of the files of these names. Raises ConfigError with every problem of
    every file at once.
    """
    return _Loader(path, option_types, drafts or {}).load()


class _Loader:
    def __init__(self, path: Path, option_types: Mapping[str, type[BaseModel]], drafts: Mapping[str, str]) -> None:
        self.path, self.option_types, self.drafts = path, option_types, drafts
        self.problems: list[Problem] = []
        self.lines: dict[str, dict[Place, int]] = {}

    def load(self) -> Config:
        if not self.path.is_dir():
            raise ConfigError(
                [Problem(str(self.path), 0, "", "there is no such folder.", "Run `listening init` to make one.")]
            )
        settings = self._model("listening.toml", "", 0, Settings, self._read("listening.toml")) or Settings()
        brands = [brand for brand in self._brands() if brand is not None]
        sources = [source for source in self._sources() if source is not None]
        self._check_alerts(settings, [brand.name for brand in brands], [source.name for source in sources])
        if self.problems:
            raise ConfigError(sorted(self.problems, key=lambda p: (FILES.index(Path(p.file).name), p.line)))
        return Config(folder=self.path.resolve(), settings=settings, brands=brands, sources=sources)

    def _read(self, file: str) -> dict[str, Any]:
        path = self.path / file
        try:
            text = self.drafts[file] if file in self.drafts else path.read_text(encoding="utf-8-sig")
            self.lines[file] = lines_of(text)
            return tomllib.loads(text)
        except FileNotFoundError:
            self._add(
                file, 0, "", "is missing.", "Run `listening init` to write it; files that are there stay as they are."
            )
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            self._add(file, line, "", "is not UTF-8 text.", "Save it as UTF-8.")
        except OSError as error:
            self._add(file, 0, "", f"cannot be read ({error.strerror}).", "")
        except tomllib.TOMLDecodeError as error:
            place = _SYNTAX_PLACE.search(str(error))
            line = int(place[1]) if place and place[1] else text.count("\n") + 1
            message = _SYNTAX_PLACE.sub("", str(error)).strip()
            self._add(file, line, "", f"is not valid TOML: {message}.", "Texts need quotes, lists need brackets.")
        return {}

    def _rows(self, file: str, table: str) -> list[Any]:
        data = self._read(file)
        for key in data:
            if key != table:
                self._unknown(file, ("", 0, key), key, [f"[[{table}]]"], f"[[{table}]]" if _alike(key, table) else None)
        rows = data.get(table, [])
        if isinstance(rows, list):
            return rows
        self._add(file, self._line(file, table, 0, ""), table, "is one table.", f"Write [[{table}]] with two brackets.")
        return []

    def _brands(self) -> list[Brand | None]:
        rows = self._rows("brands.toml", "brand")
        self._unique("brands.toml", "brand", rows)
        for i, row in enumerate(rows):
            self._check_query("brands.toml", "brand", i, row)
        return [self._model("brands.toml", "brand", i, Brand, row) for i, row in enumerate(rows)]

    def _sources(self) -> list[SourceEntry | None]:
        rows = self._rows("sources.toml", "source")
        self._unique("sources.toml", "source", rows)
        return [self._source(i, row) for i, row in enumerate(rows)]

    def _source(self, index: int, row: Any) -> SourceEntry | None:
        file = "sources.toml"
        row = row if isinstance(row, dict) else {}
        common = {key: value for key, value in row.items() if key in _COMMON}
        own = {key: value for key, value in row.items() if key not in _COMMON}
        kind = row.get("kind")
        options: Any = None
        if isinstance(kind, str) and kind not in self.option_types:
            near = difflib.get_close_matches(kind, self.option_types, 1)
            remedy = f'Did you mean "{near[0]}"?' if near else f"There are: {', '.join(self.option_types)}."
            self._add(file, self._line(file, "source", index, "kind"), self._key("source", row, "kind"),
                      f'there is no kind "{kind}".', remedy)  # fmt: skip
        elif isinstance(kind, str):
            options = self._model(file, "source", index, self.option_types[kind], own, sorted(_COMMON), row)
        entry: SourceEntry | None = self._model(file, "source", index, SourceEntry, common, named=row)
        return entry.model_copy(update={"options": options}) if entry else None

    def _model(
        self,
        file: str,
        table: str,
        index: int,
        model: type[BaseModel],
        row: Any,
        also: Sequence[str] = (),
        named: Any = None,
    ) -> Any:
        """Check one table; `also` are keys of its other half, `named` the whole table, for messages."""
        try:
            return model.model_validate(row)
        except ValidationError as error:
            nested = set()
            for e in error.errors():
                key = str(e["loc"][0]) if e["loc"] else ""
                if inner := _inner(model, e["loc"]):
                    which = e["loc"][1] if isinstance(e["loc"][1], int) else None
                    if (key, which) not in nested:
                        self._model(file, key, which or 0, inner, row[key] if which is None else row[key][which])
                    nested.add((key, which))
                    continue
                line = self._line(file, table, index, key, _entry(e))
                where = self._key(table, named or row, key)
                if e["type"] == "extra_forbidden":
                    self._unknown(file, (table, index, key), where, [*model.model_fields, *also])
                elif e["type"] == "missing":
                    self._add(file, line, where, "is missing.", _help(model, key))
                else:
                    self._add(file, line, where, f"{_said(e)}.", _help(model, key))
        return None

    def _unknown(self, file: str, place: Place, where: str, known: Sequence[str], remedy: str | None = None) -> None:
        known = [name for name in known if name != "options"]
        near = difflib.get_close_matches(place[2], known, 1, 0.5)
        guess = remedy or (near[0] if near else None)
        text = f'Did you mean "{guess}"?' if guess else f"Known are: {', '.join(sorted(known))}."
        self._add(file, self._line(file, *place), where, "is not a key that is known here.", text)

    def _unique(self, file: str, table: str, rows: Sequence[Any]) -> None:
        seen: set[str] = set()
        for i, row in enumerate(rows):
            name = row.get("name") if isinstance(row, dict) else None
            if isinstance(name, str) and name and name.casefold() in seen:
                line = self._line(file, table, i, "name")
                self._add(file, line, f'{table} "{name}", key "name"', "is taken already.", "Names must differ.")
            seen.add(name.casefold() if isinstance(name, str) else "")

    def _check_query(self, file: str, table: str, index: int, row: Any, *, stored: bool = False) -> None:
        query = row.get("query") if isinstance(row, dict) else None
        if not isinstance(query, str) or not query.strip():
            return
        try:
            parse(query, stored=stored)
        except QueryError as error:
            self._add(file, self._line(file, table, index, "query"), self._key(table, row, "query"), str(error), "")

    def _check_alerts(self, settings: Settings, brands: Sequence[str], sources: Sequence[str]) -> None:
        """What alerts and channels name must be there, and their queries must be right."""
        file = "listening.toml"
        for table, rows in (("channel", settings.channel), ("alert", settings.alert)):
            self._unique(file, table, [row.model_dump() for row in rows])
        channels = [channel.name for channel in settings.channel]
        for i, alert in enumerate(settings.alert):
            row = {"name": alert.name}
            named = [("brand", alert.brand, brands), ("source", alert.source, sources)]
            named += [("channels", name, channels) for name in alert.channels]
            for key, name, known in named:
                if name and name not in known:
                    near = difflib.get_close_matches(name, known, 1)
                    remedy = f'Did you mean "{near[0]}"?' if near else f"There are: {', '.join(known) or 'none yet'}."
                    what = key.rstrip("s")
                    self._add(file, self._line(file, "alert", i, key), self._key("alert", row, key),
                              f'there is no {what} "{name}".', remedy)  # fmt: skip
            self._check_query(file, "alert", i, {"name": alert.name, "query": alert.query}, stored=True)

    def _line(self, file: str, table: str, index: int, key: str, entry: str = "") -> int:
        lines = self.lines.get(file, {})
        inner = f"{table}.{key}" if table else key
        inside = ((inner, index, entry), (inner, index, ""))
        places = (*inside, (table, index, key), (table, index, ""), (key, 0, ""), ("", 0, table))
        return next((lines[place] for place in places if place in lines), 0)

    def _key(self, table: str, row: Any, key: str) -> str:
        name = row.get("name") if isinstance(row, dict) else None
        owner = f'{table} "{name}", ' if table and isinstance(name, str) else f"{table}, " if table else ""
        return f'{owner}key "{key}"' if key else owner.rstrip(", ")

    def _add(self, file: str, line: int, key: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(str(self.path / file), line, key, message, remedy))


_COMMON = frozenset(SourceEntry.model_fields) - {"options"}


def _inner(model: type[BaseModel], place: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model of a table inside a table in which a mistake is, if it is in one."""
    field = model.model_fields.get(str(place[0])) if len(place) > 1 else None
    inner = field.annotation if field else None
    if len(place) > 1 and isinstance(place[1], int):
        return row_of(inner)
    return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None


def _alike(key: str, table: str) -> bool:
    return key.rstrip("s") == table or bool(difflib.get_close_matches(key, [table], 1, 0.6))


def _entry(error: Any) -> str:
    """The entry of a table in which a mistake is; empty where it is the table itself."""
    cause = error.get("ctx", {}).get("error")
    return cause.entry if isinstance(cause, EntryError) else ""


def _said(error: Any) -> str:
    """Pydantic's message in the words of somebody who edits a file."""
    message = str(error["msg"]).removeprefix("Value error, ")
    if _entry(error):
        return message
    shown = repr(error.get("input"))
    return f"{message[:1].lower()}{message[1:]} (it is {shown if len(shown) < 60 else shown[:57] + '...'})"


def _help(model: type[BaseModel], key: str) -> str:
    field = model.model_fields.get(key)
    return f"{field.description}" if field and field.description else ""
