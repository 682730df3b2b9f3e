"""Setting up: `listening init`, `listening check` and `listening sources`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from listening.cli.common import console, read_config
from listening.config import Config
from listening.config.starter import files, shown
from listening.crawl import crawl
from listening.errors import ConfigError, ListeningError, Problem, QueryError
from listening.query import doubts
from listening.run import Event
from listening.source import find, kinds
from pipelines.aspects import check as check_aspects
from pipelines.intents import load as load_intents
from pipelines.match import tree
from pipelines.transformer import Transformer


@click.command()
@click.option("--brand", default="Acme", show_default=True, help="The first brand to listen for.")
@click.pass_context
def init(ctx: click.Context, brand: str) -> None:
    """Write commented config files. Files that are there already stay as they are."""
    folder = Path(ctx.obj)
    options = {name: kind.Options for name, kind in kinds().items()}
    try:
        for path, text in files(options, {name: kind.summary for name, kind in kinds().items()}, brand).items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists() and path.suffix == ".toml":
                click.echo(f"kept     {target}")
                continue
            target.write_text(text, encoding="utf-8")
            click.echo(f"written  {target}")
    except OSError as error:
        raise ListeningError(f"{error.filename}: {error.strerror}") from None
    click.echo("\nNext: put your brand into brands.toml, your places into sources.toml, then run `listening check`.")


@click.command()
@click.option("--offline", is_flag=True, help="Only the files; ask no source.")
@click.pass_context
def check(ctx: click.Context, offline: bool) -> None:
    """Find every mistake in the config files, then ask each source whether it answers."""
    config = read_config(ctx)
    load_intents(config.folder)
    _check_alerts(config)
    check_aspects(config)
    if model := Transformer.of(config):
        model.load()
    click.echo(f"{config.folder}: {len(config.brands)} brands, {len(config.sources)} sources, no mistakes.")
    if not config.brands:
        click.echo("No brand yet: add a [[brand]] to brands.toml, or nothing will ever match.")
    for brand in config.brands:
        for note in doubts(tree(brand)):
            click.echo(f'Brand "{brand.name}": {note}.')
    if not config.settings.contact:
        click.echo("No contact yet: set `contact` in listening.toml, so that site owners can reach you.")
    if offline or not config.sources:
        return
    failed = [event for event in crawl(config, [s.name for s in config.sources], _tell, check=True) if _bad(event)]
    if failed:
        raise ListeningError(f"{len(failed)} of {len(config.sources)} sources cannot be asked")


def _check_alerts(config: Config) -> None:
    """Raise ConfigError for alerts whose queries ask for intents that there are not: the config does not know these."""
    from listening.alerts import rules  # with all that alerts need, a tenth of a second at other commands' start

    problems = []
    for rule in rules(config):
        try:
            rule.question(datetime.now(UTC))
        except QueryError as error:
            where = f'alert "{rule.name}", key "query"'
            problems.append(Problem(str(config.folder / "listening.toml"), 0, where, str(error), ""))
    if problems:
        raise ConfigError(problems)


def _bad(event: Event) -> bool:
    return event.state not in ("ok", "degraded")


def _tell(event: Event) -> None:
    mark = "[red]no [/]" if _bad(event) else "[green]yes[/]"
    console.print(f"{mark}  [bold]{escape(event.source)}[/]: {escape(event.reason)}", soft_wrap=True)


@click.command()
@click.argument("kind", required=False)
def sources(kind: str | None) -> None:
    """List the kinds of sources; with KIND, its options and credentials."""
    if kind is not None:
        _print_kind(kind)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("kind", no_wrap=True)
    table.add_column("what it reads")
    table.add_column("needs")
    for name, source in kinds().items():
        needs = ", ".join(c.env + ("" if c.required else " (optional)") for c in source.credentials)
        table.add_row(f"[bold]{name}[/]", escape(source.summary), needs or "nothing")
    console.print(table)
    console.print("\n[dim]listening sources KIND shows a kind's options.[/]")


def _print_kind(kind: str) -> None:
    source = find(kind)
    console.print(f"[bold]{kind}[/]: {escape(source.summary)}\n")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("option", "default", "what it does"):
        table.add_column(title)
    for name, field in source.Options.model_fields.items():
        default = "required" if field.is_required() else shown(field.get_default(call_default_factory=True)) or "-"
        table.add_row(f"[bold]{name}[/]", escape(default), escape(field.description or ""))
    console.print(table)
    for credential in source.credentials:
        need = "needed" if credential.required else "optional"
        console.print(f"\n[bold]{credential.env}[/] (or {credential.env}_FILE), {need}: {escape(credential.help)}")


COMMANDS = (init, check, sources)
