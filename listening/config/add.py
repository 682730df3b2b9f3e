"""A source added to sources.toml by the program: at its end, with everything else in the file left as it is."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from listening.config.load import load
from listening.config.starter import shown
from listening.errors import ConfigError


def source_table(values: Mapping[str, Any]) -> str:
    """A [[source]] as it stands in sources.toml."""
    return "[[source]]\n" + "".join(f"{key} = {shown(value)}\n" for key, value in values.items())


def free_name(wanted: str, taken: set[str]) -> str:
    """A source name made from some text, with a number where it is taken."""
    name = re.sub(r"[^a-z0-9]+", "-", wanted.casefold()).strip("-") or "source"
    return next(
        candidate
        for candidate in (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
        if candidate not in {other.casefold() for other in taken}
    )


def add_source(folder: Path, option_types: Mapping[str, type[BaseModel]], values: Mapping[str, Any]) -> Path:
    """Append a source to sources.toml and return the file's path. Raises ConfigError; then the file is as before."""
    load(folder, option_types)  # mistakes that are there already are told before anything is written
    path = folder / "sources.toml"
    before = path.read_text(encoding="utf-8-sig")
    gap = "" if not before or before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"
    write(path, f"{before}{gap}{source_table(values)}", before, option_types)
    return path


def write(path: Path, text: str, before: str, option_types: Mapping[str, type[BaseModel]]) -> None:
    """Replace a config file, and put what was before back if it is a mistake now. Raises ConfigError then."""
    _replace(path, text)
    try:
        load(path.parent, option_types)
    except ConfigError:
        _replace(path, before)
        raise


def _replace(path: Path, text: str) -> None:
    """In one step, so that nobody ever reads half of it."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.chmod(path.stat().st_mode & 0o777)
    os.replace(draft, path)
