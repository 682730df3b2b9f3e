"""Keeping the database well: `listening db` and `listening quarantine`."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from rich.markup import escape
from rich.table import Table

from listening.cli.common import console, read_config, read_store
from listening.cli.mentions import printable
from listening.errors import StoreError
from listening.privacy import tidy
from listening.store import Store


@click.group()
def db() -> None:
    """Check, tidy and shrink the database."""


@db.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Look for damage, upgrade an older file, and compare index and figures with the posts."""
    config = read_config(ctx)
    if not config.database.exists():
        raise StoreError(f"{config.database}: there is no database yet. Run `listening crawl` first.")
    with Store(config.database) as store:
        found = store.check()
        totals = store.totals()
    if found:
        raise StoreError(f"{config.database}:\n  " + "\n  ".join(found))
    click.echo(f"{config.database}: well. " + ", ".join(f"{count:,} {name}" for name, count in totals.items()))


@db.command()
@click.pass_context
def vacuum(ctx: click.Context) -> None:
    """Let go of old posts that match no brand, build index and figures anew, give free space back."""
    config = read_config(ctx)
    read_store(config).close()
    with Store(config.database) as store, console.status("working"):
        forgotten = store.forget_unmatched(datetime.now(UTC))
        before, after = store.vacuum()
    click.echo(
        f"{forgotten:,} posts without a mention let go; {before / 1e6:,.1f} MB before, {after / 1e6:,.1f} MB now."
    )


@db.command("tidy")
@click.pass_context
def tidy_up(ctx: click.Context) -> None:
    """Let go of what is older than listening.toml keeps, and finish erasures. Short steps: nobody waits for it."""
    config = read_config(ctx)
    read_store(config).close()
    with Store(config.database) as store, console.status("working"):
        done = tidy(store, config, datetime.now(UTC))
    kept = " (keep_mentions keeps them for ever)" if config.settings.keep_mentions == "for ever" else ""
    click.echo(
        f"Let go: {done.unmatched:,} posts without a mention, {done.mentions:,} with old mentions{kept}, "
        f"{done.people:,} people of whom nothing is left."
    )
    if not done.scrubbed:
        raise StoreError("traces of erased people are left, because somebody is reading: do it again in a moment")


@click.command()
@click.argument("source", default="")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many.")
@click.option("--raw", is_flag=True, help="Show what was there, too.")
@click.pass_context
def quarantine(ctx: click.Context, source: str, limit: int, raw: bool) -> None:
    """Show what could not be read, with place and reason: of all sources or of one."""
    config = read_config(ctx)
    with read_store(config) as store:
        rows = store.quarantine(source, limit)
    if not rows:
        click.echo("Nothing: all that was fetched could be read.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("last seen", "source", "times", "reason", "where"):
        table.add_column(title, overflow="fold")
    for row in rows:
        cells = (row["last_seen"], row["source"], str(row["times"]), row["reason"], row["url"])
        table.add_row(*(escape(printable(cell)) for cell in cells))
        if raw:
            table.add_row("", "", "", f"[dim]{escape(printable(row['raw'])[:400])}[/]", "")
    console.print(table)


COMMANDS = (db, quarantine)
