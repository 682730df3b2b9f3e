"""A brand's query written into brands.toml by the program, with everything else in the file left as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import tomlkit
from pydantic import BaseModel
from tomlkit.items import String, StringType

from listening.config.add import write
from listening.config.load import load


def set_query(folder: Path, option_types: Mapping[str, type[BaseModel]], brand: str, query: str) -> Path:
    """Write the query of a brand and return the file's path. Raises ConfigError; then it is as before."""
    load(folder, option_types)  # mistakes that are there already are told before anything is written
    path = folder / "brands.toml"
    before = path.read_text(encoding="utf-8-sig")
    document = tomlkit.parse(before)
    for table in document["brand"]:
        if str(table["name"]).strip() == brand:
            table["query"] = _string(query)
    write(path, tomlkit.dumps(document), before, option_types)
    return path


def _string(text: str) -> String:
    """A text as it stands in a TOML file: between apostrophes where it can, since queries hold quotes."""
    literal = "'" not in text and text.isprintable()
    return String.from_raw(text, StringType.SLL if literal else StringType.SLB)
