"""How wrong are we? `listening audit` asks, and shows net sentiment with an interval that knows the answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
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
from listening.insight.audit import Audit, audited_net, ever
from listening.insight.audit import audit as audit_of
from listening.insight.net import LABELS
from listening.learn.choice import stratified
from listening.store import UNRELATED, Store

_KEYS = {"n": {"relevance": "no"}, **{key: {"sentiment": name} for key, name in SENTIMENTS.items()}}
_HELP = "How does the author feel about the brand?   - negative   0 neutral   + positive   n not about the brand"


@click.command()
@click.option("--brand", default="", help="Only mentions of this brand.")
@click.option("--count", type=click.IntRange(1, 5000), default=50, show_default=True, help="How many to ask about.")
@click.option("--report", is_flag=True, help="Show what audits found; ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object.")
@click.pass_context
def audit(ctx: click.Context, brand: str, count: int, report: bool, as_json: bool) -> None:
    """Ask about mentions drawn at random from each of our labels, and measure by the answers how often we are wrong.

    What listening thinks is not shown, and the answers correct and teach nothing: they measure alone. The report
    gives each brand's net sentiment with an interval that knows both how few mentions there are and our errors, from
    10 answers for each label on; with fewer the answers about all brands stand in, or labels count as right.
    """
    config = read_config(ctx)
    name = known(brand, "brand", [each.name for each in config.brands])
    names = [name] if name else [each.name for each in config.brands]
    read_store(config).close()
    with prepare(config) as store:
        if not report and not as_json:
            _ask(store, name, count)
        if as_json:
            click.echo(json.dumps({each: _data(store, each) for each in names}, ensure_ascii=False, indent=1))
        else:
            _show(store, names)


def _ask(store: Store, brand: str, count: int) -> None:
    drawn = stratified({label: store.drawn(brand, label, count) for label in LABELS}, count)
    chosen = [mention for each in drawn if (mention := store.open_mention(each)) is not None]
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


def _data(store: Store, brand: str) -> dict[str, Any]:
    known, count = audit_of(store, brand), ever(store, brand)
    figures = audited_net(store, known, count)
    return {
        "counts": count.feelings,
        "corrected": store.corrected(brand),
        "confusion": store.audited(brand),
        "audited": known.answers,
        "audited_of_other_brands": known.lent,
        "enough": known.rates is not None,
        "net": None if figures is None else asdict(figures),
    }


def _show(store: Store, brands: list[str]) -> None:
    found = [audit_of(store, brand) for brand in brands]
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
    for each in found:
        table.add_row(*_row(store, each))
    console.print(table)
    for each in found:
        _show_confusion(each.brand, store.audited(each.brand))
    _show_notes(found)


def _row(store: Store, known: Audit) -> list[str]:
    count = ever(store, known.brand)
    figures = audited_net(store, known, count)
    if figures is None:
        return [escape(known.brand), "0", "", "", "", "", ""]
    right = sum(row.get(said, 0) for said, row in store.audited(known.brand).items())
    return [
        escape(known.brand), f"{count.scored:,}", f"{known.answers:,}",
        f"{right / known.answers:.0%}" if known.answers else "?", f"{figures.counted:+.2f}",
        "?" if known.rates is None else f"{figures.estimate:+.2f}", f"{figures.low:+.2f} to {figures.high:+.2f}",
    ]  # fmt: skip


def _show_confusion(brand: str, confusion: dict[str, dict[str, int]]) -> None:
    if not confusion:
        return
    answers = [*LABELS, *[UNRELATED for row in confusion.values() if UNRELATED in row][:1]]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(f"{escape(brand)}: we said, people said:")
    for name in answers:
        table.add_column("not about it" if name == UNRELATED else name, justify="right")
    for said in LABELS:
        table.add_row(said, *(f"{confusion.get(said, {}).get(name, 0):,}" for name in answers))
    console.print()
    console.print(table)


def _show_notes(found: Sequence[Audit]) -> None:
    """What the figures rest on."""
    for each in found:
        if each.told and (each.rates is None or each.lent):
            console.print(f"{escape(each.brand)}: {escape(each.told)}")
    console.print(
        "[dim]Net sentiment is (positive - negative) / scored; copies count once, and what a person corrected is as "
        "that person said. Without answers enough our labels count as right, and the interval knows sampling alone.[/]"
    )


COMMANDS = (audit,)
