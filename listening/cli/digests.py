"""What is mailed and what the team makes of it: `listening digest` and `listening scorecard`."""

from __future__ import annotations

import csv as table
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.markup import escape
from rich.table import Table

from listening.cli.common import console, filters, read_config, read_store
from listening.cli.mentions import printable, write_file
from listening.config import Config
from listening.config.digests import Digest
from listening.digest.mail import alone, message, pages
from listening.digest.mail import table as table_of
from listening.digest.send import sender
from listening.digest.slot import Slot, last_slot
from listening.digest.work import gathered, scope_of, send
from listening.errors import ListeningError
from listening.export import inert, write_csv
from listening.insight.scorecard import scorecard as counted
from listening.store import MentionFilter, MentionRow


@click.group(invoke_without_command=True)
@filters(default_since="7d")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="The file to write; standard output without it.")
def digest(config: Config, where: MentionFilter, output: str | None) -> None:
    """Write a period's mentions as CSV that any spreadsheet opens safely; or see and send the mailed digests.

    Copies are among them; columns tell how many a mention has and, of a copy, who was first.

    Those are the [[digest]] entries of listening.toml: `preview` shows one, `send` mails one now, `list` tells what was
    sent.
    """
    if click.get_current_context().invoked_subcommand is not None:
        return
    with read_store(config) as store:
        rows, copies = store.mentions(where), Counter[bool]()
        if output is None:
            write_csv(rows, sys.stdout.buffer)
            return
        count = write_file(_counted(rows, copies), Path(output))
    among = f", {copies[True]:,} of them copies, by the column copy_of" if copies[True] else ""
    click.echo(f"{count:,} mentions written to {output}{among}", err=True)


def _counted(rows: Iterable[MentionRow], copies: Counter[bool]) -> Iterator[MentionRow]:
    """The rows, with those that are copies counted on the way."""
    for row in rows:
        copies[row.copy_of is not None] += 1
        yield row


@digest.command()
@click.argument("name", default="")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="Write it there: .html, .eml (with pictures) or .txt."
)
@click.pass_context
def preview(ctx: click.Context, name: str, output: str | None) -> None:
    """Show a digest as it would be mailed for the period that ended last; as plain text, or as a file."""
    config = read_config(ctx)
    chosen = _named(config, name)
    with read_store(config) as store:
        slot, now = _slot(config, chosen), datetime.now(UTC)
        letter = gathered(config, store, chosen, slot, now)
        attached = table_of(store, letter, scope_of(config, chosen)) if chosen.csv else None
        html, text, pictures = pages(letter, config.settings.time_zone, attached)
        if output is None:
            click.echo(text)
            return
        if output.endswith(".eml"):
            mail = message(
                store, letter, config.settings.mail.sender or "listening@localhost", "reader@localhost", "preview",
                scope_of(config, chosen), csv=chosen.csv,
            )  # fmt: skip
            data = mail.as_bytes()
        elif output.endswith(".txt"):
            data = text.encode()
        else:
            data = alone(html, pictures).encode()
    _write(Path(output), data)
    click.echo(f"{letter.subject}\nwritten to {output}", err=True)


@digest.command("send")
@click.argument("name", default="")
@click.option("--to", metavar="ADDRESS", multiple=True, help="To these instead of its readers.")
@click.pass_context
def send_now(ctx: click.Context, name: str, to: tuple[str, ...]) -> None:
    """Mail a digest now, whenever it is due; the next one comes when it would have come anyway."""
    config = read_config(ctx)
    chosen = _named(config, name)
    readers = list(to) or list(chosen.to)
    if not readers:
        raise ListeningError(
            f'listening.toml, digest "{chosen.name}", key "to": is empty. Write addresses, or use --to.'
        )
    sender(config.settings.mail)
    with read_store(config) as store:
        slot = _slot(config, chosen)
        letter = gathered(config, store, chosen, slot, datetime.now(UTC))
        for reader in readers:
            send(config, store, chosen, letter, reader, f"{slot.key} by hand {datetime.now(UTC).isoformat()}")
            click.echo(f"{letter.subject}\nsent to {reader}")


@digest.command("list")
@click.pass_context
def list_digests(ctx: click.Context) -> None:
    """Show the digests there are, when each is due next, and what was sent or waits."""
    config = read_config(ctx)
    if not config.settings.digest:
        click.echo(
            'There is no digest yet: write a [[digest]] with name = "monday" and to = [...] into listening.toml.'
        )
        return
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("digest", "every", "at", "to", "last", "state"):
        shown.add_column(title, overflow="fold")
    sent = _sent(config)
    for each in config.settings.digest:
        mine = [row for row in sent if row[0] == each.name] or [(each.name, "", "nothing yet")]
        for at, (_, slot, state) in enumerate(mine[:5]):
            first = (each.name, each.every, each.at, ", ".join(each.to)) if at == 0 else ("",) * 4
            shown.add_row(*(escape(printable(cell)) for cell in (*first, slot, state)))
    console.print(shown)


def _sent(config: Config) -> list[tuple[str, str, str]]:
    if not config.database.exists():
        return []
    with read_store(config) as store:
        return [
            (each.digest, each.slot, f"{each.reader}: " + (f"sent {each.sent}" if each.sent else
             f"waits after {each.tries} tries: {each.error}" if each.tries else "waits")) for each in store.letters()
        ]  # fmt: skip


@click.command()
@click.option("--months", type=click.IntRange(1, 36), default=6, show_default=True, help="How many, with this one.")
@click.option("--csv", "as_csv", is_flag=True, help="As a table for spreadsheets.")
@click.pass_context
def scorecard(ctx: click.Context, months: int, as_csv: bool) -> None:
    """Show month by month what surveys find missing elsewhere: boards heard, complaints answered, advocates thanked."""
    config = read_config(ctx)
    with read_store(config) as store:
        found = counted(store, months, now=datetime.now(UTC))
    if as_csv:
        writer = table.writer(sys.stdout)
        writer.writerow(["", "of others, surveys say", *found.months])
        writer.writerows([inert(row.name), row.survey, *row.shown] for row in found.rows)
        return
    shown = Table(box=None, pad_edge=False, header_style="bold")
    shown.add_column("")
    for month in found.months:
        shown.add_column(month, justify="right", no_wrap=True)
    for row in found.rows:
        shown.add_row(f"{row.name}\n[dim]{row.survey}[/]" if row.survey else row.name, *row.shown)
    console.print(shown)
    notes = "[dim]Of our own brands' mentions by the month in which they were published"
    console.print(notes + ("; this month goes on.[/]" if found.unfinished else ".[/]"))


def _named(config: Config, name: str) -> Digest:
    for each in config.settings.digest:
        if each.name.casefold() == name.casefold() or not name:
            return each
    there = ", ".join(each.name for each in config.settings.digest)
    if not name:
        return Digest(name="digest")  # what it would look like
    raise click.BadParameter(f'there is no digest "{name}"; there are: {there or "none yet"}', param_hint="NAME")


def _slot(config: Config, chosen: Digest) -> Slot:
    return last_slot(chosen, datetime.now(UTC), ZoneInfo(config.settings.time_zone))


def _write(target: Path, data: bytes) -> None:
    try:
        target.write_bytes(data)
        target.chmod(0o600)
    except OSError as error:
        raise ListeningError(f"{target}: cannot be written ({error.strerror})") from None


COMMANDS = (digest, scorecard)
