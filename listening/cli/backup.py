"""Copies of the database: `listening backup` and `listening restore`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.progress import Progress

from listening.cli.common import console, read_config, read_store
from listening.privacy import restore as put_back
from listening.store import Store


@click.command()
@click.argument("target", metavar="[FILE]", type=click.Path(dir_okay=False), required=False)
@click.pass_context
def backup(ctx: click.Context, target: str | None) -> None:
    """Copy the database to FILE while it is in use, and check the copy. Without FILE it is put beside the database."""
    config = read_config(ctx)
    read_store(config).close()
    now = datetime.now(UTC)
    path = Path(target) if target else config.database.with_name(f"{config.database.stem}-{now:%Y%m%d-%H%M%S}.db")
    with Store(config.database) as store, Progress(console=console, transient=True) as progress:
        task = progress.add_task("copying", total=None)
        store.backup(path, lambda left, total: progress.update(task, completed=total - left, total=total), now=now)
    click.echo(f"{path}: {path.stat().st_size / 1e6:,.1f} MB, whole.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask before.")
@click.pass_context
def restore(ctx: click.Context, file: str, yes: bool) -> None:
    """Put the backup in FILE in the place of the database, while nothing runs; the old one is kept aside.

    Who was erased since the backup was made is erased from it, too.
    """
    config = read_config(ctx)
    if not yes:
        click.confirm(f"Put {file} in the place of {config.database}?", abort=True)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("copying", total=None)
        done = put_back(
            config.database, Path(file), now=datetime.now(UTC),
            progress=lambda left, total: progress.update(task, completed=total - left, total=total),
        )  # fmt: skip
    again = f" {done.erased:,} people who were erased since were erased again." if done.erased else ""
    click.echo(f"{config.database}: restored.{f' The one of before is {done.aside}.' if done.aside else ''}{again}")


COMMANDS = (backup, restore)
