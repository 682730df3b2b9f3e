"""When sources are asked: `listening schedule`."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.markup import escape
from rich.table import Table

from listening.cli.common import console, editor, known, read_config, read_store
from listening.cli.crawl import COLOURS
from listening.config import Config, duration, spell
from listening.crawl import prepare
from listening.errors import ListeningError
from listening.run import timetable
from listening.store import Lease, Scheduled
from listening.timetable import Timetable

_MOST = 500  # coming slots that are listed
_FOR = {
    "first": "for the first time", "resume": "to go on where it stopped", "again": "to try again",
    "asked": "because you asked for it",
}  # fmt: skip


class Span(click.ParamType):  # type: ignore[type-arg]  # generic only for type checkers of newer click
    """A length of time such as 24h."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse; fails with the forms there are."""
        try:
            return duration(value)
        except ValueError as error:
            self.fail(f'"{value}" {error}', param, ctx)


@click.group(invoke_without_command=True)
@click.option("--next", "span", type=Span(), metavar="TIME", help="List what comes within this time, such as 24h.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object a source.")
@click.pass_context
def schedule(ctx: click.Context, span: timedelta | None, as_json: bool) -> None:
    """Show when each source was asked and is asked next. `listening up` is what follows the schedule."""
    if ctx.invoked_subcommand is not None:
        return
    config = read_config(ctx)
    if not config.sources:
        click.echo("No source yet: add one to sources.toml.")
        return
    tables = {entry.name: timetable(config, entry) for entry in config.sources}
    rows, lease = _stored(config)
    if as_json:
        for entry in config.sources:
            click.echo(json.dumps(_object(tables[entry.name], rows.get(entry.name), paused=not entry.enabled)))
    elif span is not None:
        _print_coming(config, tables, rows, span)
    else:
        _print_table(config, tables, rows)
        _print_holder(config, lease)


def _stored(config: Config) -> tuple[dict[str, Scheduled], Lease | None]:
    if not config.database.exists():
        return {}, None
    with read_store(config) as store:
        return {row.source: row for row in store.schedule()}, store.lease("schedule")


def _print_table(config: Config, tables: dict[str, Timetable], rows: dict[str, Scheduled]) -> None:
    zone = ZoneInfo(config.settings.time_zone)
    shown = Table(box=None, pad_edge=False, header_style="bold")
    shown.add_column("source", no_wrap=True)
    shown.add_column("asked")
    for title in ("last", "verdict", "next"):
        shown.add_column(title, no_wrap=True)
    shown.add_column("")
    for entry in config.sources:
        row, table = rows.get(entry.name), tables[entry.name]
        verdict = row.verdict if row else ""
        shown.add_row(
            escape(entry.name),
            str(table),
            _local(row.started if row else None, zone) or "never",
            f"[{COLOURS.get(verdict, 'dim')}]{verdict}[/]" if verdict else "",
            _next(row, zone) if entry.enabled else "paused",
            escape(_note(row, table)) if entry.enabled else "",
        )
    console.print(shown)
    for entry in config.sources:
        if entry.enabled and (row := rows.get(entry.name)) and row.failures:
            times = f"{row.failures} times in a row" if row.failures > 1 else "once"
            told = f"failed {times}, so it is asked less often: {row.last_error}"
            console.print(f"[red]{escape(entry.name)}[/] {escape(told)}", soft_wrap=True)


def _next(row: Scheduled | None, zone: ZoneInfo) -> str:
    if row is None or row.next_due is None:
        return "at once"
    if row.running:
        return "runs now"
    return "at once" if row.next_due <= f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}" else _local(row.next_due, zone)


def _note(row: Scheduled | None, table: Timetable) -> str:
    """Why it is asked at another pace than its own, or for something else."""
    if row is None:
        return ""
    if row.failures:
        return "backs off"
    if row.due_for in _FOR and not row.running:
        return _FOR[row.due_for]
    pace = table.interval(row.level)
    if pace == table.every or table.at or table.endless:
        return ""
    return f"now every {spell(pace)}: " + ("it brings news" if pace < table.every else "it is quiet")


def _print_holder(config: Config, lease: Lease | None) -> None:
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if lease is not None and lease.expires > now:
        since = _local(lease.taken, ZoneInfo(config.settings.time_zone))
        console.print(f"\n[dim]Followed by process {lease.pid} on {lease.host.split()[0]} since {since}.[/]")
    else:
        console.print("\nNobody follows this schedule now: `listening up` does.")


def _print_coming(config: Config, tables: dict[str, Timetable], rows: dict[str, Scheduled], span: timedelta) -> None:
    zone, now = ZoneInfo(config.settings.time_zone), datetime.now(UTC)
    coming = heapq.merge(*(
        _slots(tables[entry.name], rows.get(entry.name), now) for entry in config.sources if entry.enabled
    ))  # fmt: skip
    found = list(islice(takewhile(lambda each: each[0] <= now + span, coming), _MOST + 1))
    for moment, name in found[:_MOST]:
        console.print(f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M:%S %Z}  {escape(name)}")
    if len(found) > _MOST:
        console.print(f"[dim]and more: a shorter time than {spell(span)} shows the end[/]")
    if not found:
        click.echo(f"Nothing comes within {spell(span)}.")


def _slots(table: Timetable, row: Scheduled | None, now: datetime) -> Iterator[tuple[datetime, str]]:
    level = row.level if row else 0
    first = datetime.fromisoformat(row.next_due) if row and row.next_due else now
    yield max(first, now), table.name
    slot = table.next(max(first, now), level)
    while not table.endless:
        yield table.due(slot, level), table.name
        slot = table.next(slot, level)


def _object(table: Timetable, row: Scheduled | None, *, paused: bool) -> dict[str, Any]:
    return {
        "source": table.name, "asked": str(table), "paused": paused, "next": row.next_due if row else None,
        "next_for": row.due_for if row else "first", "running": bool(row and row.running),
        "pace": spell(table.interval(row.level if row else 0)), "failures": row.failures if row else 0,
        "last_error": row.last_error if row else "", "started": row.started if row else None,
        "finished": row.finished if row else None, "verdict": row.verdict if row else "",
        "reason": row.reason if row else "",
    }  # fmt: skip


def _local(stamp: str | None, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(stamp).astimezone(zone).strftime("%Y-%m-%d %H:%M") if stamp else ""


def _named(ctx: click.Context, source: str) -> tuple[Config, str]:
    config = read_config(ctx)
    return config, known(source, "source", [entry.name for entry in config.sources])


@schedule.command()
@click.argument("source")
@click.pass_context
def pause(ctx: click.Context, source: str) -> None:
    """Ask SOURCE no more until it is resumed; sources.toml says so. What is stored stays."""
    _, name = _named(ctx, source)
    editor(ctx).change("source", name, {"enabled": False})
    click.echo(f"{name} is paused: `listening schedule resume {name}` goes on.")


@schedule.command()
@click.argument("source")
@click.pass_context
def resume(ctx: click.Context, source: str) -> None:
    """Ask SOURCE again, from where it stopped."""
    config, name = _named(ctx, source)
    entry = next(each for each in config.sources if each.name == name)
    if not entry.enabled:
        editor(ctx).change("source", name, {"enabled": True})
    click.echo(f"{name} is asked again: {timetable(config, entry)}.")


@schedule.command()
@click.argument("source")
@click.pass_context
def now(ctx: click.Context, source: str) -> None:
    """Have SOURCE asked as soon as there is a place, whatever its timetable says."""
    config, name = _named(ctx, source)
    if not next(each for each in config.sources if each.name == name).enabled:
        raise ListeningError(f'source "{name}" is paused: `listening schedule resume {name}` goes on')
    with prepare(config) as store:
        store.ask(name, datetime.now(UTC))
        lease = store.lease("schedule")
    click.echo(f"{name} is asked next.")
    if lease is None or lease.expires <= f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}":
        click.echo(
            f"But nobody follows the schedule now: `listening up` does, and `listening crawl {name}` asks at once."
        )


COMMANDS = (schedule,)
