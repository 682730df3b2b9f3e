"""What `listening init` writes: commented files and an editor's schema, all made from the options' own declarations."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from listening.config.models import Brand, Settings, SourceEntry
from listening.config.values import row_of, spell

_WIDTH = 100

_BRANDS = """\
#:schema ./schema/brands.json
# Brands to listen for, ours and competitors': one [[brand]] each. `listening check` finds every mistake.
#
# A query holds words, "phrases", AND, OR, NOT, parentheses and NEAR/5 (within five words), and
# fields such as title:acme -site:acme.com lang:en. `listening query explain` shows what it finds, and why.
#   query = '"acme anvil" OR acme NEAR/5 (anvil OR tools) NOT "acme of"'

[[brand]]
name = {name}
aliases = []          # other names and handles, such as ["Acme Anvil", "@acmeanvil"]
ours = true           # false: a competitor
# query = ''          # without one: the name and its aliases as phrases
# owner = "care@example.com"
# plurals = false     # its query's words do not find their plurals
"""

_SOURCES = """\
#:schema ./schema/sources.json
# Places to listen, one [[source]] each. Every option of every kind stands below, as a comment with its default.

[[source]]
name = "news"
kind = "rss"
url = "https://news.google.com/rss/search?q={query}"   # {query}: each brand's name and aliases in turn
every = "1h"

[[source]]
name = "hacker-news"
kind = "hackernews"
every = "1h"

# A message board needs its address alone:
# [[source]]
# name = "anvil-forum"
# kind = "board"
# url = "https://forum.example.com/"
# every = "30m"

"""

_SETTINGS = """\
#:schema ./schema/listening.json
# Settings of this installation. What is commented out has the value shown.

"""


def files(kinds: Mapping[str, type[BaseModel]], summaries: Mapping[str, str], brand: str = "Acme") -> dict[Path, str]:
    """The starter files by path inside the config folder; `kinds` maps each source kind to its options."""
    schemas = {
        "brands": _table_schema("brand", Brand.model_json_schema()),
        "sources": _sources_schema(kinds),
        "listening": Settings.model_json_schema(),
    }
    found = {
        Path("brands.toml"): _BRANDS.replace("{name}", json.dumps(brand, ensure_ascii=False)),
        Path("sources.toml"): _SOURCES + _reference(kinds, summaries),
        Path("listening.toml"): _SETTINGS + "\n".join(_settings()),
    }
    for name, schema in schemas.items():
        found[Path("schema") / f"{name}.json"] = json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
    return found


def _settings() -> Iterator[str]:
    """The options of listening.toml; its tables, which must come last in a file, are the last in the model too."""
    for name, field in Settings.model_fields.items():
        table = type(field.default) if isinstance(field.default, BaseModel) else row_of(field.annotation)
        if table is None:
            yield _option(Settings, name)
            continue
        header = f"[{name}]" if isinstance(field.default, BaseModel) else f"[[{name}]]"
        yield f"# {field.description}\n# {header}\n" + "".join(_option(table, each) for each in table.model_fields)


def _reference(kinds: Mapping[str, type[BaseModel]], summaries: Mapping[str, str]) -> str:
    common = [name for name in SourceEntry.model_fields if name not in ("name", "kind", "options")]
    parts = ["# ---- options of every source\n#", *(_option(SourceEntry, name) for name in common)]
    for kind, options in kinds.items():
        parts.append(f'\n# ---- kind = "{kind}": {summaries[kind]}\n#')
        parts += [_option(options, name) for name in options.model_fields]
    return "\n".join(parts)


def _option(model: type[BaseModel], name: str) -> str:
    field = model.model_fields[name]
    help_lines = textwrap.wrap(field.description or "", _WIDTH, initial_indent="# ", subsequent_indent="# ")
    value = "...   # required" if field.is_required() else shown(field.get_default(call_default_factory=True)) or "..."
    if field.examples:
        value = shown(field.examples[0])
    return "\n".join([*help_lines, f"# {name} = {value}"]) + "\n"


def shown(value: Any) -> str:
    """A default as TOML writes it; empty for none."""
    if value is None or value is PydanticUndefined or isinstance(value, BaseModel):
        return ""
    if hasattr(value, "total_seconds"):
        return f'"{spell(value)}"'
    if isinstance(value, tuple):
        value = list(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _table_schema(table: str, item: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "additionalProperties": False,
        "$defs": item.pop("$defs", {}), "properties": {table: {"type": "array", "items": item}},
    }  # fmt: skip


def _sources_schema(kinds: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    common = SourceEntry.model_json_schema()["properties"]
    common.pop("options", None)
    variants = []
    definitions: dict[str, Any] = {}
    for kind, options in kinds.items():
        own = options.model_json_schema()
        definitions |= own.get("$defs", {})
        variants.append(
            {
                "title": kind, "type": "object", "additionalProperties": False,
                "required": ["name", "kind", *own.get("required", [])],
                "properties": {**common, "kind": {"const": kind}, **own.get("properties", {})},
            }
        )  # fmt: skip
    return _table_schema("source", {"oneOf": variants, "$defs": definitions})
