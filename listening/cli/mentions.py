"""Looking at what was found: `listening mentions`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import click
from rich.cells import cell_len, set_cell_size
from rich.markup import escape
from rich.table import Table

from listening.cli.common import console, filters, read_store
from listening.config import Config
from listening.errors import ListeningError
from listening.export import write_csv
from listening.store import MentionFilter, MentionRow

Write = Callable[[Iterable[MentionRow], BinaryIO], int]

_COLOURS = {"negative": "red", "positive": "green", "neutral": "dim", None: "dim"}


@click.command()
@filters(default_since=None)
@click.option("--shelf", is_flag=True, help="Those that are probably not about their brand, which are not counted.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many in the table.")
@click.option("--json", "as_json", is_flag=True, help="All of them, one JSON object a line.")
@click.option("--csv", "as_csv", is_flag=True, help="All of them, as the digest's CSV.")
@click.option("--copies", is_flag=True, help="In the table, copies as well as what they copy.")
def mentions(
    config: Config, where: MentionFilter, shelf: bool, limit: int, as_json: bool, as_csv: bool, copies: bool
) -> None:
    """Show mentions, newest first: a table, in which what was said several times stands once; --json; or --csv."""
    where = replace(where, shelf=shelf)
    if as_json and as_csv:
        raise click.UsageError("choose one of --json and --csv")
    with read_store(config) as store:
        if as_csv:
            write_csv(store.mentions(where), sys.stdout.buffer)
        elif as_json:
            for row in store.mentions(where):
                click.echo(json.dumps(asdict(row), ensure_ascii=False))
        else:
            rows = store.folded(where, limit=limit + 1)
            if copies:
                rows = ((row, 0) for row in store.mentions(where, limit=limit + 1))
            shown = list(rows)
            if where.query is not None:  # to count all, each would have to be looked at
                left_out, total = sum(repeated for _, repeated in shown[:limit]), ""
            else:
                left_out = 0 if copies else store.count_copies(where)
                total = f" of {store.count_mentions(where) - left_out:,}" if len(shown) > limit else ""
            _print_table(shown, limit, total, left_out, ZoneInfo(config.settings.time_zone))
            shelved = 0 if shelf or where.query else store.count_mentions(replace(where, shelf=True))
            if shelved:
                console.print(f"[dim]{shelved:,} more are probably not about their brand: --shelf shows them.[/]")


def _print_table(rows: Sequence[tuple[MentionRow, int]], limit: int, total: str, left_out: int, zone: ZoneInfo) -> None:
    if not rows:
        console.print("No mention passes these filters. `listening mentions` without options shows all there are.")
        return
    room = max(20, console.width - sum(_WIDTHS.values()) - 2 * len(_WIDTHS) - 2)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for title in (*_WIDTHS, "what they wrote"):
        table.add_column(title, no_wrap=True)
    for row, copies in rows[:limit]:
        text = f"{row.title} · {row.full_text}" if row.title else row.full_text
        if copies:
            text = f"(and {copies:,} {'copy' if copies == 1 else 'copies'}) {text}"
        when = datetime.fromisoformat(row.date).astimezone(zone).strftime("%Y-%m-%d %H:%M")
        cells = (when, row.brand, score(row), row.intents or "-", row.author or "-", row.source, text)
        shown = [_cut(cell, width) for cell, width in zip(cells, (*_WIDTHS.values(), room), strict=True)]
        shown[2] = f"[{_COLOURS[row.sentiment]}]{shown[2]}[/]"
        table.add_row(*shown)
    console.print(table)
    if any(score(row) == "?" for row, _ in rows[:limit]):
        console.print("\n[dim]? is not scored: in a language that cannot be, or too short to tell.[/]")
    besides = f", and {left_out:,} {'copy' if left_out == 1 else 'copies'} (--copies)" if left_out else ""
    said = "mention" if len(rows[:limit]) == 1 and not total else "mentions"
    if len(rows) > limit:
        console.print(
            f"\n[dim]The newest {limit}{total} {said}{besides}. --limit shows more, --csv and --json show all.[/]"
        )
    elif left_out:
        console.print(f"\n[dim]{len(rows):,} {said}{besides}. --csv and --json show all.[/]")


_LABELS = {"negative": "neg.", "neutral": "neut.", "positive": "pos."}
_WIDTHS = {
    "date": 16,
    "brand": 12,
    "feels": 5,
    "intents": 16,
    "author": 12,
    "source": 12,
}  # characters; the rest is the text's


def _cut(text: str, width: int) -> str:
    """One printable line of at most `width` terminal cells."""
    line = printable(text[: 4 * width])
    return escape(line if cell_len(line) <= width else set_cell_size(line, width - 1) + "…")


def score(row: MentionRow) -> str:
    """A mention's figure as people read it: "+0.64", what a person said where there is none, or "?"."""
    if row.sentiment_score is None:
        return _LABELS[row.sentiment] if row.sentiment else "?"
    return f"{row.sentiment_score:+.2f}"


def printable(text: str) -> str:
    """One line without control characters: outside text never moves the terminal's cursor."""
    return "".join(c if c.isprintable() else " " for c in text)


def write_file(rows: Iterable[MentionRow], target: Path, write: Write = write_csv) -> int:
    """Write rows beside their place and move them there when all are written. Returns how many."""
    partial = target.with_name(f"{target.name}.part")
    try:
        with _writable(partial) as file:
            count = write(rows, file)
        partial.rename(target)
    except OSError as error:
        raise ListeningError(f"{target}: cannot be written ({error.strerror})") from None
    finally:
        partial.unlink(missing_ok=True)
    return count


def _writable(path: Path) -> BinaryIO:
    """A new file that nobody else can read: it holds what customers wrote."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


COMMANDS = (mentions,)
