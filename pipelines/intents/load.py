"""Intents from their files: those that come along, and the user's own beside or over them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from listening.config.lines import lines_of
from listening.errors import ConfigError, Problem
from pipelines.intents.engine import Intents
from pipelines.intents.models import IntentRules, Lists, Rule

_LISTS = "lists"  # the file of shared lists
_LIST_OF_TEXTS = 'A list has texts: colour = ["red", "dark blue"].'
_NAME = re.compile(r"[\w-]{1,60}")  # others cannot be asked for in queries, or fall apart in tables
_TAKEN = frozenset({"feeling", "reach", "wait"})  # other parts of urgency


def load(folder: Path | None = None) -> Intents:
    """The intents of the package, with those of `folder`/intents/*.toml, if there are any, added to them.

    A user's file of a known name adds its rules to that intent, and its other keys replace those; a rule with the name
    and language of one that is there replaces it. Raises ConfigError with every mistake of every file.
    """
    rules, lists = _packaged()
    problems: list[Problem] = []
    if folder is not None and (folder / "intents").is_dir():
        rules, lists = dict(rules), dict(lists)
        for path in sorted((folder / "intents").glob("*.toml")):
            _add(path, rules, lists, problems)
    if problems:
        raise ConfigError(problems)
    intents = Intents(rules, lists)
    if folder is not None:
        _check(folder, intents)
    return intents


def names(folder: Path) -> list[str]:
    """The names of all intents that `load` would give, without reading their rules."""
    found = [file.name for file in files("pipelines.intents").iterdir()]
    found += [path.name for path in (folder / "intents").glob("*.toml")]
    return sorted({name.removesuffix(".toml") for name in found if name.endswith(".toml")} - {_LISTS})


@cache
def _packaged() -> tuple[Mapping[str, IntentRules], Mapping[str, list[str]]]:
    rules, lists = {}, {}
    for file in sorted(files("pipelines.intents").iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        name = file.name.removesuffix(".toml")
        if name == _LISTS:
            lists = data
        else:
            rules[name] = IntentRules.model_validate(data)
    return rules, lists


def _add(path: Path, rules: dict[str, IntentRules], lists: dict[str, list[str]], problems: list[Problem]) -> None:
    """Join one user's file to what there is."""
    name = path.stem
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
        if name == _LISTS:
            lists |= Lists.model_validate(data).root
            return
        own = IntentRules.model_validate(data)
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(str(path), 0, "", f"cannot be read ({error}).", "Save it as UTF-8."))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+)", str(error))
        message = f"is not valid TOML: {error}."
        problems.append(Problem(str(path), int(place[1]) if place else 0, "", message, "Texts need quotes."))
    except ValidationError as error:
        problems += _mistakes(path, text, data, error)
    else:
        problems += _named_badly(path, text, own)
        rules[name] = _joined(rules[name], own) if name in rules else own


def _named_badly(path: Path, text: str, own: IntentRules) -> Iterator[Problem]:
    """An intent whose name stands for something else, and rules of one name, of which only the last would count."""
    if not _NAME.fullmatch(path.stem) or path.stem in _TAKEN:
        remedy = "Rename it: letters, digits, - and _, as in warranty-claims.toml."
        yield Problem(str(path), 0, "", f'cannot be an intent\'s name: "{path.stem}".', remedy)
    lines, met = lines_of(text), set[tuple[str, str]]()
    for index, rule in enumerate(own.rule):
        if (rule.name, rule.language) in met:
            line = lines.get(("rule", index, "name"), 0)
            message = f'stands twice for the language "{rule.language}".'
            yield Problem(str(path), line, f'rule "{rule.name}"', message, "Give each a name of its own.")
        met.add((rule.name, rule.language))


def _joined(known: IntentRules, own: IntentRules) -> IntentRules:
    named = {(rule.name, rule.language): rule for rule in known.rule} | {(r.name, r.language): r for r in own.rule}
    changes: dict[str, Any] = {key: getattr(own, key) for key in own.model_fields_set if key not in {"rule", "lists"}}
    return known.model_copy(update={**changes, "rule": list(named.values()), "lists": {**known.lists, **own.lists}})


def _mistakes(path: Path, text: str, data: Mapping[str, Any], error: ValidationError) -> Iterator[Problem]:
    """Each mistake with its line, its key and what would be right."""
    lines, listed = lines_of(text), path.stem == _LISTS
    for each in error.errors():
        place = list(each["loc"])
        ruled = len(place) > 1 and place[0] == "rule"
        index = int(place[1]) if ruled else 0
        key = str(place[2] if ruled and len(place) > 2 else "rule" if ruled or not place else place[0])
        table = "rule" if ruled else ""
        line = lines.get((table, index, key)) or lines.get((table, index, "")) or lines.get((key, 0, ""), 0)
        model: type[BaseModel] = Rule if ruled else IntentRules
        field = model.model_fields.get(key)
        remedy = field.description or "" if field else f"Known are: {', '.join(sorted(model.model_fields))}."
        if listed or key == "rule":
            remedy = _LIST_OF_TEXTS if listed else "Each rule stands under a line [[rule]]."
        where = f'rule {_name(data, index)}, key "{key}"' if ruled else f'key "{key}"'
        yield Problem(str(path), line, where, f"{str(each['msg']).removeprefix('Value error, ')}.", remedy)


def _name(data: Mapping[str, Any], index: int) -> str:
    rows = data.get("rule")
    row = rows[index] if isinstance(rows, list) and index < len(rows) else None
    name = row.get("name") if isinstance(row, dict) else None
    return f'"{name}"' if isinstance(name, str) else str(index + 1)


def _check(folder: Path, intents: Intents) -> None:
    """Compile the rules of the user's files once, so that a phrase that cannot be looked for is told by its place."""
    problems: list[Problem] = []
    for path in sorted((folder / "intents").glob("*.toml")):
        if path.stem in intents.rules:
            problems += _unsound(path, intents)
    if problems:
        raise ConfigError(problems)


def _unsound(path: Path, intents: Intents) -> Iterator[Problem]:
    """What is wrong with a user's intent among all others."""
    text, own = path.read_text(encoding="utf-8-sig"), intents.rules[path.stem]
    rows, lines = tomllib.loads(text).get("rule", []), lines_of(text)
    for other in own.implies:
        if other not in intents.rules:
            known = f"There are: {', '.join(sorted(intents.rules))}."
            yield Problem(
                str(path), lines.get(("", 0, "implies"), 0), 'key "implies"', f'there is no intent "{other}".', known
            )
    for rule in own.rule:
        try:
            intents.check(path.stem, rule)
        except ValueError as error:
            this = (rule.name, rule.language)
            at = [index for index, row in enumerate(rows) if (row.get("name"), row.get("language", "en")) == this]
            line = lines.get(("rule", at[0], "name"), 0) if at else 0
            yield Problem(str(path), line, f'rule "{rule.name}"', f"{error}" + "." * ("\n" not in str(error)), "")
