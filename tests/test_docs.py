"""What exists is documented, and what is documented exists."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from listening.cli import main
from listening.config import Alert, Brand, Channel, Settings, SourceEntry
from listening.query.fields import FIELDS, WORDS
from listening.source import kinds
from tests import reference

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


NAMES = [command.name for command in reference.commands(main)]


def test_the_reference_names_every_field_of_a_query() -> None:
    page = reference.PAGE.read_text(encoding="utf-8")
    assert [name for name in (*WORDS, *FIELDS) if f"| `{name}:` |" not in page] == []


def test_the_reference_is_what_the_declarations_say() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.text(), "run `python -m tests.reference`"


def test_the_readme_links_the_reference_and_names_every_command() -> None:
    assert "(docs/reference.md)" in README
    missing = [name for name in NAMES if f"listening {name}" not in README]
    assert missing == []


def test_the_readme_names_every_kind() -> None:
    assert [name for name in kinds() if f"`{name}`" not in README] == []


def _undescribed(model: type[BaseModel]) -> list[str]:
    return [name for name, field in model.model_fields.items() if not field.description and name != "options"]


@pytest.mark.parametrize(
    "model", [Brand, SourceEntry, Settings, Channel, Alert, *(kind.Options for kind in kinds().values())]
)
def test_every_option_has_a_description(model: type[BaseModel]) -> None:
    assert _undescribed(model) == []


def _all(group: click.Group) -> list[click.Command]:
    found: list[click.Command] = []
    for command in reference.commands(group):
        found += _all(command) if isinstance(command, click.Group) else [command]
    return found


@pytest.mark.parametrize("command", _all(main), ids=lambda command: str(command.name))
def test_every_command_and_option_has_help(command: click.Command) -> None:
    assert command.help
    assert [option.name for option in command.params if isinstance(option, click.Option) and not option.help] == []


def test_commands_in_the_readme_exist() -> None:
    named = set(re.findall(r"^\s*(?:\.venv/bin/)?listening (?:--config \S+ )?([a-z]+)", README, re.M))
    assert named <= set(NAMES)


def test_the_changelog_names_this_version() -> None:
    from listening import __version__

    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "docs/understanding.md"])
def test_every_link_to_a_file_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", (ROOT / page).read_text(encoding="utf-8")):
        assert (ROOT / page).parent.joinpath(target).exists(), target
