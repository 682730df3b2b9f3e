"""`python -m tests.reference` writes docs/reference.md from the options' own declarations."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import click
from pydantic import BaseModel

from listening.cli import main
from listening.config import Alert, Brand, Channel, ScorerModel, Settings, SourceEntry, Targets
from listening.config.digests import Digest, Mail
from listening.config.starter import shown
from listening.query import parse
from listening.query.fields import FIELDS
from listening.source import kinds
from listening.store import ABOUT_COLUMNS
from pipelines.aspects import lists_of
from pipelines.intents.models import IntentRules, Rule

STORED = " (only in searches of what is stored, not in a brand's query)"
_INTENTS = """One file for each intent: its name is what `--intent` and the inbox ask for. A file with the name of an
intent that comes along (advocacy, buying, complaint, idea, job, leaving, legal, praise, press, promotion, question,
safety, spam) adds its rules to those, replaces one of the same name, and changes what else it says; any other makes a
new intent. `intents/lists.toml` holds lists for all of them. `listening check` names every mistake, and
`listening query apply` judges by the new rules what is stored.

```toml
# config/intents/warranty.toml
urgency = 20

[lists]
cover = ["warranty", "guarantee"]

[[rule]]
name = "asks for cover"
confidence = 0.8
phrases = ["under {cover}", "out of {cover}"]
queries = ["claim* NEAR/4 (warranty OR guarantee)"]
unless = ["extended ONEAR/1 warranty"]
```"""
_EXPORTS = """CSV, Excel, Parquet and JSON lines, those of digests, too, have these columns, in this order; new ones
come last. Copies only repeat another mention: `listening export` leaves them out unless `--copies` is given, as the
inbox does; digests hold them. Times are UTC. In CSV a cell that a spreadsheet would run begins with an apostrophe."""
PAGE = Path(__file__).parents[1] / "docs" / "reference.md"


def text() -> str:
    """The whole page."""
    parts = ["# Reference", "Written by `python -m tests.reference` from the declarations; a test compares."]
    parts += ["## Commands", *_commands(main, "listening")]
    parts += ["## Queries", *_queries()]
    parts += ["## Exports", _EXPORTS, _columns()]
    parts += ["## brands.toml", "One `[[brand]]` each.", _options(Brand)]
    parts += [
        f"The aspects that come along: {', '.join(lists_of({}))}. `[brand.aspects]` names a brand's own beside them."
    ]
    parts += ["## sources.toml", "One `[[source]]` each. Every kind takes these:", _options(SourceEntry)]
    for name, kind in kinds().items():
        parts += [f'### kind = "{name}"', f"{kind.summary}", _options(kind.Options)]
        parts += [
            f"`{c.env}` or `{c.env}_FILE` ({'needed' if c.required else 'optional'}): {c.help}"
            for c in kind.credentials
        ]
        parts += [f"Pace: {kind.delay:g} s between requests to a host, unless `delay` says otherwise."]
    parts += ["## listening.toml", _options(Settings)]
    parts += ["### [mail]", "The server that digests are sent by.", _options(Mail)]
    parts += ["### [[digest]]", "A mail that says what changed; as many as you like.", _options(Digest)]
    parts += ["### [targets]", "How soon complaints and opportunities are to be dealt with.", _options(Targets)]
    parts += ["### [scorer]", "A model of your own in place of the lexicons.", _options(ScorerModel)]
    parts += ["### [[channel]]", "Where alerts go.", _options(Channel)]
    parts += ["### [[alert]]", "What to be told of at once.", _options(Alert)]
    parts += ["## intents/NAME.toml", _INTENTS, _options(IntentRules)]
    parts += ["### [[rule]]", "One reason to think that a text was written for it.", _options(Rule)]
    return "\n\n".join(parts) + "\n"


def commands(group: click.Group) -> list[click.Command]:
    """Those of a group, in its order."""
    context = click.Context(group)
    there = (group.get_command(context, name) for name in group.list_commands(context))
    return [command for command in there if command is not None]


def _commands(group: click.Group, name: str) -> list[str]:
    parts: list[str] = []
    for command in commands(group):
        path = f"{name} {command.name}"
        if isinstance(command, click.Group):
            parts += [f"### {path}", command.help or "", *_commands(command, path)]
            continue
        arguments = [a.make_metavar(click.Context(command)) for a in command.params if isinstance(a, click.Argument)]
        parts += [f"### {path} {' '.join(arguments)}".rstrip(), (command.help or "").replace("\b\n", "")]
        rows = [_row(option) for option in command.params if isinstance(option, click.Option)]
        if rows:
            parts.append("\n".join(["| option | default | what it does |", "| --- | --- | --- |", *rows]))
    return parts


def _queries() -> list[str]:
    """The language as its parser describes it, and its fields."""
    _, forms, rest = (sys.modules[parse.__module__].__doc__ or "").split("\n\n", 2)
    rows = ["| field | what it asks for |", "| --- | --- |"]
    rows += [f"| `{name}:` | words: in the {name} alone |" for name in ("title", "text")]
    rows += ["| `raw:` | words: in exactly this case and with these accents |"]
    rows += [f"| `{name}:` | {field.help}{STORED if field.stored else ''} |" for name, field in FIELDS.items()]
    several = "Several values stand in parentheses: `type:(post OR review)`, `-site:(a.com OR b.com)`."
    return [f"```text\n{textwrap.dedent(forms)}\n```", rest.strip(), several, "\n".join(rows)]


def _columns() -> str:
    rows = [f"| `{name}` | {about} |" for name, about in ABOUT_COLUMNS.items()]
    return "\n".join(["| column | what it holds |", "| --- | --- |", *rows])


def _row(option: click.Option) -> str:
    default = "" if option.is_flag or option.default in (None, "", ()) else str(option.default)
    default = "" if default.startswith("Sentinel") else default
    return f"| `{', '.join(option.opts)}` | {default} | {option.help} |"


def _options(model: type[BaseModel]) -> str:
    rows = ["| key | default | what it does |", "| --- | --- | --- |"]
    for name, field in model.model_fields.items():
        if name == "options":
            continue
        default = "required" if field.is_required() else shown(field.get_default(call_default_factory=True))
        rows.append(f"| `{name}` | {f'`{default}`' if default else ''} | {field.description or ''} |")
    return "\n".join(rows) if len(rows) > 2 else "No options of its own."


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text(), encoding="utf-8")
