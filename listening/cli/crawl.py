"""Gathering: `listening crawl` and `listening runs`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

import click
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from listening.cli.common import console, known, read_config, read_store
from listening.cli.label import learn_if_due
from listening.config import Config
from listening.crawl import crawl as crawl_sources
from listening.crawl import prepare
from listening.errors import ListeningError
from listening.run import Event
from listening.store import Run

COLOURS = {
    "ok": "green", "quiet": "green", "degraded": "yellow", "failed": "red", "interrupted": "yellow", "running": "cyan",
}  # fmt: skip


@click.command()
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
@click.option("--due", is_flag=True, help="Those whose time has come (`every` in sources.toml): for cron.")
@click.option("--all", "everything", is_flag=True, help="All that are enabled, due or not. The default.")
@click.pass_context
def crawl(ctx: click.Context, names: tuple[str, ...], due: bool, everything: bool) -> None:
    """Ask sources for what is new and store it. Stop it at any time: the next crawl goes on from there."""
    if sum((bool(names), due, everything)) > 1:
        raise click.UsageError("choose one: names of sources, --due, or --all")
    config = read_config(ctx)
    chosen = choose(config, names, due)
    if not chosen:
        click.echo("Nothing is due." if due else "No source to ask: add one to sources.toml.")
        return
    events = gather(config, chosen)
    if any(event.state == "interrupted" for event in events):
        ctx.exit(130)
    if all(event.state == "failed" for event in events):
        ctx.exit(1)


def choose(config: Config, names: Sequence[str], due: bool) -> list[str]:
    """The sources to crawl. Raises click.BadParameter for a name that is not configured."""
    if names:
        return [known(name, "source", [source.name for source in config.sources]) for name in names]
    if due:
        with prepare(config) as store:
            return store.due(datetime.now(UTC))
    return [source.name for source in config.sources if source.enabled]


def gather(config: Config, names: Sequence[str]) -> list[Event]:
    """Crawl with progress, then say how each source went."""
    if not config.brands:
        raise ListeningError(f"{config.folder / 'brands.toml'}: no brand yet. Add a [[brand]], or nothing will match.")
    with prepare(config) as store:
        with Progress(names) as progress:
            events = crawl_sources(config, names, progress.hear)
        now = datetime.now(UTC)
        store.sweep_runs(now)
        store.forget_unmatched(now)
        for event in events:
            console.print(sentence(event), soft_wrap=True)
        learn_if_due(store, config)
    return events


def sentence(event: Event) -> str:
    """How one source went, in a line."""
    colour = COLOURS.get(event.state, "white")
    if not event.posts and event.reason:
        return f"[{colour}]{event.state:<11}[/] [bold]{escape(event.source)}[/] {escape(event.reason)}"
    figures = f"{event.posts:,} posts read, {event.new:,} new, {event.mentions:,} mentions"
    kept_aside = f", {event.rejects:,} could not be read" if event.rejects else ""
    reason = f": {escape(event.reason)}" if event.reason else ""
    return f"[{colour}]{event.state:<11}[/] [bold]{escape(event.source)}[/] {figures}{kept_aside}{reason}"


class Progress:
    """A live table on a terminal; elsewhere a plain line a source, when it starts to bring something and each 10 s."""

    def __init__(self, names: Sequence[str]) -> None:
        self.events = {name: Event(name, "waiting") for name in names}
        self.started = time.monotonic()
        self.told: dict[str, float] = {}
        self.live = Live(self._table(), console=console, refresh_per_second=5, transient=True)

    def __enter__(self) -> Self:
        if console.is_terminal:
            self.live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if console.is_terminal:
            self.live.stop()

    def hear(self, event: Event) -> None:
        """Show one event."""
        self.events[event.source] = event
        if console.is_terminal:
            self.live.update(self._table())
        elif event.state == "running" and time.monotonic() - self.told.get(event.source, -10) >= 10:
            self.told[event.source] = time.monotonic()
            click.echo(f"running     {event.source} {event.posts:,} posts read, {event.mentions:,} mentions")

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("source")
        for title in ("pages", "posts", "new", "mentions", "posts/s", "errors"):
            table.add_column(title, justify="right")
        table.add_column("")
        seconds = max(time.monotonic() - self.started, 0.1)
        for e in self.events.values():
            figures = (e.pages, e.posts, e.new, e.mentions, f"{e.posts / seconds:,.0f}", e.errors + e.rejects)
            cells = (f"{figure:,}" if isinstance(figure, int) else figure for figure in figures)
            table.add_row(escape(e.source), *cells, f"[{COLOURS.get(e.state, 'dim')}]{e.state}[/]")
        return table


@click.command()
@click.argument("source", default="")
@click.option("--limit", type=click.IntRange(1), default=3, show_default=True, help="Runs of each source.")
@click.pass_context
def runs(ctx: click.Context, source: str, limit: int) -> None:
    """Show how the last crawls went: verdict, what was expected and found, the last error."""
    config = read_config(ctx)
    name = known(source, "source", [s.name for s in config.sources])
    with read_store(config) as store:
        found = store.runs(name, limit)
        states = {state.name: state for state in store.known_sources()}
    zone = ZoneInfo(config.settings.time_zone)
    if not found:
        click.echo("No run yet: `listening crawl` makes the first.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("source", no_wrap=True)
    table.add_column("started", no_wrap=True)
    for title in ("took", "pages", "expected", "found", "new", "mentions", "unread", "errors"):
        table.add_column(title, justify="right")
    table.add_column("verdict")
    for run in found:
        table.add_row(*_cells(run, zone))
    console.print(table)
    for run in found:
        if run.reason and run.verdict not in ("ok", "quiet"):
            console.print(
                f"[dim]{escape(run.source)}, {_local(run.started, zone)}:[/] {escape(run.reason)}", soft_wrap=True
            )
    for state in states.values():
        if state.errors_in_row > 1:
            console.print(
                f"[red]{escape(state.name)}[/] failed {state.errors_in_row} times in a row and is asked less often, "
                f"next at {_local(state.next_due, zone)}"
            )


def _cells(run: Run, zone: ZoneInfo) -> tuple[str, ...]:
    took = "-"
    if run.finished:
        took = f"{(datetime.fromisoformat(run.finished) - datetime.fromisoformat(run.started)).seconds:,} s"
    figures = (run.pages, run.expected, run.found, run.new, run.mentions, run.rejects, run.errors)
    shown = [f"{figure:,}" if figure or i != 1 else "-" for i, figure in enumerate(figures)]
    verdict = f"[{COLOURS.get(run.verdict, 'dim')}]{run.verdict}[/]"
    return escape(run.source), _local(run.started, zone), took, *shown, verdict


def _local(stamp: str | None, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(stamp).astimezone(zone).strftime("%Y-%m-%d %H:%M") if stamp else "-"


COMMANDS = (crawl, runs)
