"""Taking mentions away: `listening export`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from listening.cli.ask import person
from listening.cli.common import read_config, read_store
from listening.cli.mentions import write_file
from listening.config import Config
from listening.errors import ListeningError
from listening.export import FORMATS
from listening.store import InboxFilter, MentionRow, Store, read_filters
from pipelines.intents import names as intents
from pipelines.language import detect

_EVERY = 1000  # rows after which the progress is drawn anew


@click.command()
@click.argument("what", default="", metavar="[VIEW OR FILTERS]")
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), help="The kind of file; by the name of -o, else csv."
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="The file to write; standard output without it.")
@click.option("--limit", type=click.IntRange(1), help="The first so many.")
@click.option("--copies", is_flag=True, help="Also copies, which only repeat another mention; among filters: copies=1.")
@click.pass_context
def export(
    ctx: click.Context, what: str, form: str | None, output: str | None, limit: int | None, copies: bool
) -> None:
    """Write mentions to a file: all, those of a saved VIEW, or those that pass filters; each thing said once.

    Filters are written as in the addresses of the inbox: "brand=Acme&status=open&since=7d&q=refund*&order=urgent".
    What only repeats another mention is left out, and its number told; --copies writes it, too. Columns tell how many
    copies a mention has and, of a copy, who was first. brandwatch is a CSV with the column names of Brandwatch's
    exports, atom a feed for any reader.
    """
    config = read_config(ctx)
    name = form or _by_name(output)
    with read_store(config) as store:
        where, order = wanted(store, config, what)
        where = replace(where, fold=where.fold and not copies)
        rows = store.rows(where, now=datetime.now(UTC), order=order, limit=limit)
        if output is None:
            FORMATS[name].write(rows, sys.stdout.buffer)
            if left_out := store.left_out(where):
                click.echo(_left_out(left_out), err=True)
            return
        with Progress(
            SpinnerColumn(), TextColumn("{task.completed:,} mentions"), TimeElapsedColumn(),
            console=Console(stderr=True), transient=True,
        ) as progress:  # fmt: skip
            count = write_file(_told(rows, progress), Path(output), FORMATS[name].write)
        left_out = store.left_out(where)
    click.echo(f"{count:,} mentions written to {output}", err=True)
    if left_out:
        click.echo(_left_out(left_out), err=True)


def _left_out(copies: int) -> str:
    what = "1 copy that only repeats another mention was" if copies == 1 else (
        f"{copies:,} copies that only repeat other mentions were"
    )  # fmt: skip
    return f"{what} left out: --copies writes {'it' if copies == 1 else 'them'}, too."


def wanted(store: Store, config: Config, what: str) -> tuple[InboxFilter, str]:
    """The filter and order that a person names: a view by its name or number, or filters. Raises ListeningError."""
    filters = what
    if what and "=" not in what:
        view = store.view(what, person())
        if view is None:
            names = ", ".join(each.name for each in store.views(person())) or "none yet"
            raise ListeningError(f'there is no view "{what[:80]}"; there are: {names}. Filters look like "brand=Acme".')
        filters = view.filters
    zone = ZoneInfo(config.settings.time_zone)
    return read_filters(filters, datetime.now(UTC), zone, detect, intents(config.folder))


def _by_name(output: str | None) -> str:
    suffix = Path(output or "").suffix.lower()
    return next((name for name, each in FORMATS.items() if each.suffix == suffix), "csv")


def _told(rows: Iterator[MentionRow], progress: Progress) -> Iterator[MentionRow]:
    task = progress.add_task("", total=None)
    for number, row in enumerate(rows, start=1):
        yield row
        if number % _EVERY == 0:
            progress.update(task, completed=number)


COMMANDS = (export,)
