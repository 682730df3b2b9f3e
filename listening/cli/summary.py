"""What was found, on one screen: the same summary for the demo, a trial and every day."""

from __future__ import annotations

from datetime import date

from rich.markup import escape
from rich.table import Table

from listening.cli.common import console
from listening.cli.mentions import printable, score
from listening.store import BrandFigures, MentionFilter, Store

_BLOCKS = " ▁▂▃▄▅▆▇█"


def print_summary(store: Store) -> None:
    """Brands with volume, feeling and share of voice; sources; the sharpest words for and against."""
    brands = store.brand_figures()
    total, copies = sum(figures.mentions for figures in brands), sum(figures.copies for figures in brands)
    totals = store.totals()
    console.print(
        f"\n[bold]{total:,} mentions[/] in {totals['posts']:,} posts by {totals['authors']:,} authors"
        + (f", and {copies:,} that only repeat one of them (`listening copies`)" if copies else "")
        + (
            f"; {totals['quarantine']:,} things could not be read (`listening quarantine`)"
            if totals["quarantine"]
            else ""
        )
    )
    if not total:
        console.print("Nobody was heard speaking of it: try another spelling or an alias, or add sources.")
        return
    console.print(_brand_table(store, brands, total))
    if shelved := store.count_mentions(MentionFilter(shelf=True)):
        console.print(f"[dim]{shelved:,} more are probably not about their brand (`listening mentions --shelf`).[/]")
    console.print(_source_table(store))
    for figures in brands:
        _print_voices(store, figures)


def _brand_table(store: Store, brands: list[BrandFigures], total: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("\nbrand")
    for title in ("\nmentions", "\nneg.", "\nneutral", "\npos.", "un-\nscored", "net sen-\ntiment", "share of\nvoice"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("volume\nby week", no_wrap=True)
    for b in brands:
        net = "-" if b.net is None else f"[{'red' if b.net < 0 else 'green'}]{b.net:+.2f}[/]"
        table.add_row(
            f"[{'bold' if b.ours else 'dim'}]{escape(b.brand)}[/]", f"{b.mentions:,}",
            f"{b.negative:,}", f"{b.neutral:,}", f"{b.positive:,}", f"{b.unscored:,}", net,
            f"{b.mentions / total:.0%}", _weeks(store.timeline(b.brand)),
        )  # fmt: skip
    return table


def _weeks(days: list[tuple[str, int, int, int, int]]) -> str:
    """A line of bars, one per ISO week with mentions, at most the last 26."""
    weeks: dict[tuple[int, int], int] = {}
    for day, count, *_ in days:
        week = date.fromisoformat(day).isocalendar()[:2]
        weeks[week] = weeks.get(week, 0) + count
    counts = [weeks[week] for week in sorted(weeks)][-26:]
    top = max(counts, default=1)
    return "".join(_BLOCKS[max(1, round(count / top * 8))] for count in counts)


def _source_table(store: Store) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("\nsource")
    table.add_column("\nposts", justify="right")
    table.add_column("\nmentions", justify="right")
    table.add_column("\nlast run")
    last = {run.source: run for run in store.runs(limit=1)}
    for source in store.source_figures():
        run = last.get(source.source)
        verdict = (
            "-" if run is None else run.verdict if run.verdict in ("ok", "quiet") else f"{run.verdict}: {run.reason}"
        )
        table.add_row(
            escape(source.source), f"{source.posts:,}", f"{source.mentions:,}", escape(printable(verdict))[:90]
        )
    return table


def _print_voices(store: Store, figures: BrandFigures) -> None:
    if not figures.mentions:
        return
    where = MentionFilter(brand=figures.brand)
    console.print(f"\n[bold]{escape(figures.brand)}[/]")
    for order, colour, side in (("negative", "red", -1), ("positive", "green", 1)):
        for row in store.mentions(where, limit=2, order=order):
            if (row.sentiment_score or 0) * side > 0:
                text = printable(row.full_text)
                console.print(
                    f"  [{colour}]{score(row)}[/] {escape(text[:150])}{'…' if len(text) > 150 else ''} "
                    f"[dim]{escape(printable(row.author or ''))}, {escape(row.source)}[/]",
                    soft_wrap=False,
                )
