"""Whether all is well: `listening health`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime

import click
from rich.markup import escape

from listening.cli.common import console, read_config, read_store
from listening.cli.mentions import printable
from listening.health import Health
from listening.health import health as look


@click.command()
@click.option("--json", "as_json", is_flag=True, help="All of it, as JSON.")
@click.pass_context
def health(ctx: click.Context, as_json: bool) -> None:
    """Show how file, disk, sources and versions are doing, and what to do; ends with 1 where something is wrong."""
    config = read_config(ctx)
    with read_store(config) as store:
        found = look(store, datetime.now(UTC))
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=1))
    else:
        _print_health(found)
    if not found.well:
        ctx.exit(1)


def _print_health(found: Health) -> None:
    signs = found.signs
    sizes = (f"{size / 1e6:,.1f} MB" for size in (signs.database, signs.wal, signs.free))
    file = "{}, log of writes {}, free within {}".format(*sizes)
    disk = f"{signs.disk_free / 1e9:,.1f} of {signs.disk / 1e9:,.1f} GB free"
    console.print(f"{escape(signs.path)} ({signs.schema}): {file}; disk: {disk}", soft_wrap=True)
    lag = "no source was asked yet" if found.lag is None else f"last asked a source {_ago(found.lag)} ago"
    failing = sum(1 for each in found.sources if each.errors_in_row)
    console.print(f"{len(found.sources):,} sources, {failing:,} failing; {lag}")
    for what, names in (("running", signs.running), ("writing now", signs.writing)):
        if names:
            console.print(f"{what}: {escape(', '.join(names))}", soft_wrap=True)
    console.print(f"[dim]{', '.join(f'{name} {version}' for name, version in found.versions)}[/]", soft_wrap=True)
    for remark in found.remarks:
        colour, sign = ("red", "wrong") if remark.serious else ("yellow", "note")
        console.print(f"[{colour}]{sign}[/] {escape(printable(remark.what))}: {escape(remark.remedy)}", soft_wrap=True)
    if found.well:
        console.print("[green]All is well.[/]")


def _ago(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{max(0, seconds):,.0f} s"


COMMANDS = (health,)
