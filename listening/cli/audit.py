"""How wrong are we? `listening audit` asks, and shows net sentiment with an interval that knows the answer."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from listening.cli.ask import SENTIMENTS, Asking, person
from listening.cli.common import console, known, read_config, read_store
from listening.crawl import prepare
from listening.errors import ListeningError
from listening.insight.net import LABELS, net
from listening.learn.choice import stratified
from listening.store import Store

_KEYS = {key: {"sentiment": name} for key, name in SENTIMENTS.items()}
_HELP = "How does the author feel about the brand?   - negative   0 neutral   + positive"


@click.command()
@click.option("--brand", default="", help="Only mentions of this brand.")
@click.option("--count", type=click.IntRange(1, 5000), default=50, show_default=True, help="How many to ask about.")
@click.option("--report", is_flag=True, help="Show what audits found; ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
@click.pass_context
def audit(ctx: click.Context, brand: str, count: int, report: bool, as_json: bool) -> None:
    """Ask about mentions drawn at random from each of our labels, and measure by the answers how often we are wrong.

    What listening thinks is not shown, and the answers correct and teach nothing: they measure alone. The report
    gives each brand's net sentiment with an interval that knows both how few mentions there are and our errors.
    """
    config = read_config(ctx)
    name = known(brand, "brand", [each.name for each in config.brands])
    names = [name] if name else [each.name for each in config.brands]
    read_store(config).close()
    with prepare(config) as store:
        if not report and not as_json:
            _ask(store, name, count)
        if as_json:
            click.echo(json.dumps({each: _found(store, each) for each in names}, ensure_ascii=False, indent=1))
        else:
            _show(store, names)


def _ask(store: Store, brand: str, count: int) -> None:
    chosen = stratified(store.open_mentions(brand, limit=100_000), count, seed=len(store.labels(brand, audit=True)))
    if not chosen:
        raise ListeningError("there is nothing to ask about: no mention is scored, or all have labels.")
    who = person()
    asking = Asking(
        _KEYS,
        lambda mention, values: store.add_labels(
            mention.mention_id, values, now=datetime.now(UTC), who=who, audit=True
        ),
        lambda _, ids: store.drop_labels(ids),
        blind=True,
    )
    click.echo(f"{asking.ask(chosen, _HELP):,} answered.", err=True)


def _found(store: Store, brand: str) -> dict[str, Any]:
    counts, confusion = store.judged(brand), store.audited(brand)
    figures = net(counts, confusion)
    return {"counts": counts, "confusion": confusion, "net": None if figures is None else asdict(figures)}


def _show(store: Store, brands: list[str]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("\nbrand")
    for title in (
        "\nscored",
        "\naudited",
        "we were\nright",
        "net, as\ncounted",
        "net, as\naudited",
        "95 % sure\nbetween",
    ):
        table.add_column(title, justify="right", no_wrap=True)
    for brand in brands:
        counts, confusion = store.judged(brand), store.audited(brand)
        figures = net(counts, confusion)
        if figures is None:
            table.add_row(escape(brand), "0", "", "", "", "", "")
            continue
        right = sum(row.get(said, 0) for said, row in confusion.items())
        table.add_row(
            escape(brand), f"{sum(counts.values()):,}", f"{figures.audited:,}",
            f"{right / figures.audited:.0%}" if figures.audited else "?", f"{figures.counted:+.2f}",
            f"{figures.estimate:+.2f}" if figures.audited else "?", f"{figures.low:+.2f} to {figures.high:+.2f}",
        )  # fmt: skip
    console.print(table)
    for brand in brands:
        _show_confusion(brand, store.audited(brand))
    console.print(
        "[dim]Net sentiment is (positive - negative) / scored. Without an audit our labels count as right, and the "
        "interval knows sampling alone.[/]"
    )


def _show_confusion(brand: str, confusion: dict[str, dict[str, int]]) -> None:
    if not confusion:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(f"{escape(brand)}: we said, people said:")
    for name in LABELS:
        table.add_column(name, justify="right")
    for said in LABELS:
        table.add_row(said, *(f"{confusion.get(said, {}).get(name, 0):,}" for name in LABELS))
    console.print()
    console.print(table)


COMMANDS = (audit,)
