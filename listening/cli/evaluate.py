"""How good it is on your own texts: `listening evaluate FILE`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from listening.cli.common import console, read_config
from listening.cli.mentions import printable
from listening.config import Brand
from listening.errors import ListeningError
from listening.evaluate import Figures, Judge, Judged, Labelled, Report, Row, read, reports
from pipelines.understanding import Understanding


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--task", "tasks", multiple=True, metavar="TASK", help="Only this task, such as sentiment or intent:idea."
)
@click.option("--part", default="", help="Only rows whose column part says so, such as held.")
@click.option("--brand", default="", help="Whom rows are about that do not say so themselves.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=NAME",
    help="The column of a field, where its name does not tell: text=Tweet.",
)
@click.option(
    "--labels", default="", metavar="VALUE=LABEL,...", help="What values mean: 0=negative,1=neutral,2=positive."
)
@click.option(
    "--worst", type=click.IntRange(0), default=5, show_default=True, help="Examples of mistakes for each task."
)
@click.option("--json", "as_json", is_flag=True, help="All figures as one JSON object.")
@click.pass_context
def evaluate(
    ctx: click.Context,
    file: Path,
    tasks: tuple[str, ...],
    part: str,
    brand: str,
    columns: tuple[str, ...],
    labels: str,
    worst: int,
    as_json: bool,
) -> None:
    """Compare what listening says of the texts in FILE, a CSV, with what people said of them.

    Its columns: text and title; brand; and labels: sentiment, relevant (yes or no), intents (joined by ;) or a
    column for each intent, language, query and matches, cluster.
    """  # fmt: skip
    labelled = read(
        file, columns=_pairs("--column", columns), values=_pairs("--labels", labels.split(",")), brand=brand
    )
    rows, chosen = _rows(labelled, part), _tasks(labelled, tasks)
    judge = Judge(_configured(ctx), Understanding)
    with Progress(console=console, transient=True, disable=as_json) as progress:
        bar = progress.add_task("judging", total=len(rows))
        judged = judge.judge(rows, chosen, lambda done, _: progress.update(bar, completed=done))
    found = reports(judged, worst)
    if as_json:
        data = {
            "file": labelled.file,
            "part": part,
            "rows": len(rows),
            "tasks": {one.task: one.data() for one in found},
        }
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        _show(found)


def _pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for one in given:
        name, equals, value = one.rpartition("=")
        if one.strip() and not (equals and name.strip() and value.strip()):
            raise click.BadParameter(f'"{one}" should be NAME=VALUE', param_hint=option)
        if one.strip():
            pairs[name.strip()] = value.strip()
    return pairs


def _rows(labelled: Labelled, part: str) -> Sequence[Row]:
    if not part:
        return labelled.rows
    rows = [row for row in labelled.rows if row.part.casefold() == part.casefold()]
    if not rows:
        there = ", ".join(sorted({row.part for row in labelled.rows} - {""})) or "none: it has no column part"
        raise ListeningError(f'{labelled.file}: no row is of part "{part}". There are: {there}.')
    return rows


def _tasks(labelled: Labelled, wanted: Sequence[str]) -> Sequence[str]:
    if not wanted:
        return labelled.tasks
    found = [t for t in labelled.tasks if any(t == one or t.startswith(f"{one.removesuffix('s')}:") for one in wanted)]
    if not found:
        raise ListeningError(
            f"{labelled.file}: has no labels for {', '.join(wanted)}. It has: {', '.join(labelled.tasks)}."
        )
    return found


def _configured(ctx: click.Context) -> Sequence[Brand]:
    """The brands of the config folder; none where there is no folder."""
    return read_config(ctx).brands if Path(ctx.obj).is_dir() else ()


def _show(found: Sequence[Report]) -> None:
    intents = [one for one in found if one.task.startswith("intent:")]
    if intents:
        _show_intents(intents)
    for report in found:
        if report not in intents:
            _show_task(report)
    for report in found:
        _show_worst(report)


def _show_task(report: Report) -> None:
    ours = report.ours
    console.print(f"\n[bold]{report.task}[/], {ours.n:,} rows")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for title in ("accuracy", "macro-F1"):
        table.add_column(title, justify="right")
    for name, figures in {"listening": ours, **report.others}.items():
        table.add_row(name, f"{figures.accuracy:.1%}", f"{figures.macro_f1:.3f}")
    console.print(table)
    console.print(_classes(ours))
    if len(ours.classes) <= 10:
        console.print(_confusion(ours))
    _show_calibration(report)
    if report.unnamed:
        console.print(
            f"[dim]{report.unnamed:,} texts do not name their brand: judged as if their thread was about it.[/]"
        )


def _classes(figures: Figures) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("label")
    for title in ("rows", "precision", "recall", "F1"):
        table.add_column(title, justify="right")
    for label, one in figures.classes.items():
        table.add_row(escape(label), f"{one.people:,}", f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}")
    return table


def _confusion(figures: Figures) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("people said, we said:")
    said = list(next(iter(figures.confusion.values()), {}))
    for label in said:
        table.add_column(escape(label), justify="right")
    for label, row in figures.confusion.items():
        table.add_row(escape(label), *(f"{row[one]:,}" for one in said))
    return table


def _show_intents(found: Sequence[Report]) -> None:
    console.print(f"\n[bold]intents[/], {found[0].ours.n:,} rows")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("intent")
    for title in ("rows", "precision", "recall", "F1", "calibration error"):
        table.add_column(title, justify="right")
    for report in found:
        one = report.ours.classes["yes"]
        error = "-" if report.error is None else f"{report.error:.3f}"
        table.add_row(
            escape(report.task.removeprefix("intent:")), f"{one.people:,}",
            f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}", error,
        )  # fmt: skip
    console.print(table)
    mean = sum(report.ours.classes["yes"].f1 for report in found) / len(found)
    console.print(f"macro-F1 {mean:.3f}")


def _show_calibration(report: Report) -> None:
    if report.error is None:
        return
    console.print(f"calibration error {report.error:.3f}: " + ", ".join(
        f"{one.claimed:.2f} claimed, {one.right:.2f} right ({one.n:,})" for one in report.bins
    ))  # fmt: skip


def _show_worst(report: Report) -> None:
    if report.worst:
        console.print(f"\n[bold]worst of {escape(report.task)}[/]")
    for one in report.worst:
        console.print(f"  line {one.row.line}: people {escape(one.gold)}, we [red]{escape(one.said)}[/]{_why(one)}")
        console.print(f"    {escape(printable(one.row.text or one.row.title)[:300])}")


def _why(one: Judged) -> str:
    shown = "; ".join(f"{why.rule}: {', '.join(why.words)}" if why.words else why.rule for why in one.why[:4])
    return f" [dim]({escape(printable(shown)[:160])})[/]" if shown else ""


COMMANDS = (evaluate,)
