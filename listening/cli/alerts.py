"""Being told at once: `listening alerts` lists the rules, replays, tests channels, runs, and shows the outbox."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click
from rich.markup import escape
from rich.table import Table

from listening.alerts import Firing, replay, rule_of, work
from listening.alerts.deliver import address_of
from listening.alerts.message import title
from listening.alerts.trial import send_test
from listening.cli.common import Moment, console, known, moment, read_config, read_store
from listening.config import Alert, Config
from listening.config.alerts import COUNTED
from listening.crawl import prepare
from listening.store import Message, Store

_NONE_YET = (
    "No alert yet: add an [[alert]] and a [[channel]] to listening.toml; the examples there are commented out. "
    "`listening alerts replay` then shows how often it would have fired."
)
_SHOWN = 20  # firings of one rule
_COLOURS = {"sent": "green", "waiting": "cyan", "held": "cyan", "failed": "red"}


@click.group(invoke_without_command=True)
@click.pass_context
def alerts(ctx: click.Context) -> None:
    """Be told at once of what is unusual or urgent. Without a command: the rules, and what they found last."""
    if ctx.invoked_subcommand is None:
        _list(read_config(ctx))


def _list(config: Config) -> None:
    if not config.settings.alert:
        click.echo(_NONE_YET)
        return
    with read_store(config) as store:
        states, counts = store.rule_states(), store.incident_counts()
        recent = store.incidents(limit=10)
        outbox = store.outbox_counts()
    zone = ZoneInfo(config.settings.time_zone)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("rule", "kind", "about", "channels", "incidents", "open", "last", "state"):
        table.add_column(name, justify="right" if name in ("incidents", "open") else "left")
    for alert in config.settings.alert:
        total, on, last = counts.get(alert.name, (0, 0, ""))
        state = states.get(alert.name)
        said = "paused" if not alert.enabled else "not started" if state is None else state.error or "looking"
        about = ", ".join(part for part in (alert.brand or "each of ours", alert.source, alert.query) if part)
        table.add_row(
            escape(alert.name), alert.kind, escape(about), escape(", ".join(alert.channels)) or "[yellow]none[/]",
            f"{total:,}", f"{on:,}", _local(last, zone), escape(said),
        )  # fmt: skip
    console.print(table)
    for incident in recent:
        over = "" if incident.closed is None else "[dim]"
        console.print(f"{over}{_local(incident.opened, zone)}  {escape(title(incident))}", soft_wrap=True)
    failed = sum(count for (_, state), count in outbox.items() if state == "failed")
    if failed:
        console.print(f"[red]{failed:,} messages could not be delivered[/]: listening alerts outbox")
    if not any(state for name, state in states.items() if name):
        click.echo("\nNothing looks yet: `listening alerts run` does until you stop it.")


@alerts.command("replay")
@click.option("--since", type=Moment(), default="90d", show_default=True, help="From then on: 90d, or a day.")
@click.option("--rule", default="", help="Only this rule; by default each.")
@click.pass_context
def replay_rules(ctx: click.Context, since: datetime | timedelta, rule: str) -> None:
    """Show how often rules would have fired on what is stored, when, and how early before the peak. Sends nothing."""
    config = read_config(ctx)
    chosen = _chosen(config, rule)
    if not chosen:
        click.echo(_NONE_YET)
        return
    now = datetime.now(UTC)
    begin = moment(since, config, now) or now
    with read_store(config) as store:
        for alert in chosen:
            started = time.perf_counter()
            found = replay(store, rule_of(alert, config), begin, now)
            _show(store, alert, found, now - begin, time.perf_counter() - started, ZoneInfo(config.settings.time_zone))


def _chosen(config: Config, rule: str) -> list[Alert]:
    name = known(rule, "alert", [alert.name for alert in config.settings.alert])
    return [alert for alert in config.settings.alert if not name or alert.name == name]


def _show(store: Store, alert: Alert, found: Sequence[Firing], span: timedelta, took: float, zone: ZoneInfo) -> None:
    days = max(1, span.days)
    console.print(
        f"[bold]{escape(alert.name)}[/] ({alert.kind}) would have fired {len(found):,} times in {days} days, "
        f"{30 * len(found) / days:.1f} a month [dim]({took:.1f} s)[/]"
    )
    early = sorted(e.total_seconds() / 3600 for f in found if (e := f.early) is not None and f.direction == "up")
    if early:
        console.print(f"  at the median {early[len(early) // 2]:.1f} hours before the end of the busiest hour")
    for firing in found[-_SHOWN:]:
        console.print(f"  {_local(firing.opened.isoformat(), zone)}  {escape(_said(firing))}", soft_wrap=True)
        for told in store.told(firing.mentions)[: 1 if alert.kind not in COUNTED else 3]:
            console.print(
                f"      [dim]{escape(' '.join((told.title or told.text).split())[:90])}  {told.url}[/]", soft_wrap=True
            )
    if len(found) > _SHOWN:
        console.print(f"  [dim]and {len(found) - _SHOWN:,} before these[/]")
    if not found and alert.kind in COUNTED:
        console.print("  [dim]Nothing was that unusual, or there are less than two weeks of history before it.[/]")


def _said(firing: Firing) -> str:
    if not firing.hours:
        return firing.series
    what = "negative" if firing.direction == "share" else "mentions"
    early = "" if firing.early is None else f", {firing.early.total_seconds() / 3600:+.1f} h before the peak"
    window = "an hour" if firing.hours == 1 else f"{firing.hours} hours"
    return f"{firing.series}: {firing.count:,} {what} in {window}, usually {firing.usual:.1f}{early}"


@alerts.command("test")
@click.argument("channel")
@click.pass_context
def test_channel(ctx: click.Context, channel: str) -> None:
    """Send a test to a channel, now, and say whether it got through."""
    config = read_config(ctx)
    name = known(channel, "channel", [each.name for each in config.settings.channel])
    chosen = next(each for each in config.settings.channel if each.name == name)
    with prepare(config) as store:
        send_test(config, chosen, store, datetime.now(UTC))
    click.echo(f'Sent: look whether it arrived at "{name}".')


@alerts.command("run")
@click.pass_context
def run_worker(ctx: click.Context) -> None:
    """Look at what is new and send what is found, until you stop it. `listening up` does this by itself."""
    config = read_config(ctx)
    if not config.settings.alert:
        click.echo(_NONE_YET)
        return
    for channel in config.settings.channel:
        if channel.enabled:
            address_of(channel)
    prepare(config).close()
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(config, stop), kwargs={"tell": _say})
    click.echo(f"{len(config.settings.alert)} rules, {len(config.settings.channel)} channels. Ctrl-C ends it.")
    worker.start()
    try:
        while worker.is_alive():
            worker.join(0.5)
    except KeyboardInterrupt:
        click.echo("Stopping.")
    finally:
        stop.set()
        worker.join()


def _say(line: str) -> None:
    click.echo(f"{datetime.now(UTC):%H:%M:%S} {line}")


@alerts.command("outbox")
@click.option("--all", "everything", is_flag=True, help="Those that were sent, too.")
@click.option("--retry", is_flag=True, help="Send all that waits or was given up now.")
@click.option("--drop", type=int, multiple=True, metavar="ID", help="Let go of a message; several may be named.")
@click.pass_context
def outbox(ctx: click.Context, everything: bool, retry: bool, drop: tuple[int, ...]) -> None:
    """Show messages that wait, are held back, or could not be delivered, and why."""
    config = read_config(ctx)
    if retry or drop:
        with prepare(config) as store:
            if drop:
                click.echo(f"{store.drop_messages(drop)} messages dropped.")
            if retry:
                count = store.retry_messages(datetime.now(UTC))
                click.echo(f"{count} messages are tried again: `listening alerts run`, or `listening up`, sends them.")
        return
    with read_store(config) as store:
        found = store.messages(open_only=not everything)
        counts = Counter[str]()
        for (_, state), count in store.outbox_counts().items():
            counts[state] += count
    if not found:
        click.echo(f"Nothing waits. {counts['sent']:,} messages were sent.")
        return
    _print_outbox(found, ZoneInfo(config.settings.time_zone))
    click.echo(", ".join(f"{count:,} {state}" for state, count in sorted(counts.items())))


def _print_outbox(found: Sequence[Message], zone: ZoneInfo) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("id", "state", "channel", "rule", "alerts", "made", "next try", "tries", "error"):
        table.add_column(name)
    for message in found:
        again = "" if message.sent or message.failed else _local(message.due, zone)
        table.add_row(
            str(message.id), f"[{_COLOURS[message.state]}]{message.state}[/]", escape(message.channel),
            escape(message.rule), str(len(message.incidents)), _local(message.created, zone), again,
            str(message.tries), escape(message.error),
        )  # fmt: skip
    console.print(table)


def _local(when: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(when).astimezone(zone):%Y-%m-%d %H:%M}" if when else ""


COMMANDS = (alerts,)
