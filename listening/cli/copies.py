"""Looking at what was said several times: `listening copies`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

import click
from rich.markup import escape
from rich.table import Table

from listening.cli.common import console, filters, read_store
from listening.cli.mentions import printable
from listening.config import Config
from listening.errors import ListeningError
from listening.store import Cluster, Copy, MentionFilter, Store


@click.command()
@click.argument("number", type=int, required=False)
@filters(default_since=None)
@click.option("--campaigns", is_flag=True, help="Only those that look made to order, with the reasons.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many.")
@click.option("--seek", is_flag=True, help="First look for copies in all that is stored: once, after an upgrade.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with all posts.")
def copies(
    config: Config, where: MentionFilter, number: int | None, campaigns: bool, limit: int, seek: bool, as_json: bool
) -> None:
    """Show what was said several times: who said it first, where it went, and whether it looks like a campaign.

    With the NUMBER of one, all of its posts, where it passes the filters.
    """
    if seek:
        with read_store(config), Store(config.database) as writable:
            click.echo(f"Looked for copies of {writable.seek_copies():,} posts.", err=True)
    with read_store(config) as store:
        if number is None:
            found = store.clusters(where, limit=limit, campaigns=campaigns)
        else:
            found = _numbered(store, number, where, campaigns=campaigns)
    zone = ZoneInfo(config.settings.time_zone)
    if as_json:
        for cluster in found:
            click.echo(json.dumps(asdict(cluster), ensure_ascii=False))
    elif not found:
        what, no = ("Nothing", "") if number is None else (f"Number {number}", "not ")
        looks = f"{'does not look' if no else 'looks'} like a campaign"
        console.print(f"{what} {looks if campaigns else f'was {no}said twice'} within these filters.")
    elif number is not None:
        _print_posts(found[0], zone)
    else:
        for cluster in found:
            _print_cluster(cluster, zone)
        console.print("\n[dim]`listening copies NUMBER` shows all posts of one.[/]")


def _numbered(store: Store, number: int, where: MentionFilter, *, campaigns: bool) -> list[Cluster]:
    """The one of this number, where it passes the filters. Raises ListeningError where there is none."""
    one = store.cluster(number)
    if one is None:
        raise ListeningError(f"there is nothing numbered {number}; `listening copies` shows what there is")
    if where != MentionFilter():
        return store.clusters(where, campaigns=campaigns, number=number)
    return [one] if one.campaign or not campaigns else []


def _print_cluster(cluster: Cluster, zone: ZoneInfo) -> None:
    first = cluster.first
    span = f"{_when(first.published, zone)} to {_when(cluster.last, zone)}"
    own = f", {len(cluster.own)} with words of their own" if cluster.own else ""
    console.print(
        f"\n[bold]{cluster.id}[/]  {_told(len(cluster.copies))}{own}  "
        f"[dim]{escape(', '.join(cluster.brands))} · {escape(', '.join(cluster.sources))} · {span}[/]"
    )
    console.print(f"  {escape(_line(first.text, 180))} [dim]{escape(_who(first))}[/]", soft_wrap=False)
    if cluster.campaign:
        console.print(f"  [red]possible campaign:[/] {escape('; '.join(cluster.campaign))}", soft_wrap=False)


def _print_posts(cluster: Cluster, zone: ZoneInfo) -> None:
    _print_cluster(cluster, zone)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("published", "author", "source", "alike", "what they wrote"):
        table.add_column(title, no_wrap=True)
    for posts, own in (((cluster.first, *cluster.copies), False), (cluster.own, True)):
        for copy in posts:
            alike = "adds words" if own else "first" if copy is cluster.first else f"{copy.alike:.0%}"
            cells = (_when(copy.published, zone), copy.author or "-", copy.source, alike, copy.text)
            table.add_row(*(escape(_line(cell, 60)) for cell in cells))
    console.print(table)


def _told(count: int) -> str:
    """How many copies something has, in words."""
    return "no copies" if count == 0 else "1 copy" if count == 1 else f"{count:,} copies"


def _who(copy: Copy) -> str:
    return printable(f"{copy.author or 'somebody'}, {copy.source}, {copy.url}")


def _when(published: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(published).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _line(text: str, width: int) -> str:
    line = printable(text[: 4 * width])
    return line if len(line) <= width else f"{line[: width - 1]}…"


COMMANDS = (copies,)
