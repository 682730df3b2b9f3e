"""Tables of how well we agree with people, before and after learning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.markup import escape
from rich.table import Table

from listening.cli.common import console
from listening.cli.mentions import printable
from listening.evaluate import OURS, Figures, Judged, Point, Report, reports
from listening.learn import Lesson


def show_reports(found: Sequence[Report]) -> None:
    """Print what an evaluation found, task by task, and the worst mistakes at the end."""
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
    console.print(_beside({OURS: ours, **report.others}))
    console.print(_classes(ours))
    if len(ours.classes) <= 10:
        console.print(_confusion(ours))
    if report.shared and report.shared[OURS].n < ours.n:
        console.print(f"texts that brands share, {report.shared[OURS].n:,} rows")
        console.print(_beside(report.shared))
    _show_calibration(report)
    if report.unnamed:
        console.print(
            f"[dim]{report.unnamed:,} texts do not name their brand: judged as if their thread was about it.[/]"
        )


def _beside(figures: Mapping[str, Figures]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for title in ("accuracy", "macro-F1"):
        table.add_column(title, justify="right")
    for name, one in figures.items():
        table.add_row(name, f"{one.accuracy:.1%}", f"{one.macro_f1:.3f}")
    return table


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


def show_lessons(lessons: Sequence[Lesson]) -> None:
    """Print what was learnt: the rules and the model on held-out labels, and which of them is used."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("\nlearnt", "\nbrand"):
        table.add_column(title)
    for title in ("\nlabels", "macro-F1\nof rules", "\nlearnt", "90 % sure:\ngain"):
        table.add_column(title, justify="right")
    table.add_column("\nused")
    for one in lessons:
        if one.model is None or one.rules is None or one.learnt is None:
            table.add_row(escape(one.kind), escape(one.brand), f"{one.labels:,}", "", "", "", "rules: too few labels")
            continue
        table.add_row(
            escape(one.kind), escape(one.brand), f"{one.labels:,}", f"{one.rules.macro_f1:.3f}",
            f"{one.learnt.macro_f1:.3f}", f"{one.gain[1]:+.3f} to {one.gain[2]:+.3f}",
            "[green]learnt[/]" if one.better else "rules: not surely better",
        )  # fmt: skip
    console.print("\n[bold]learnt[/], measured on labels that were held out")
    console.print(table)
    for said in filter(None, (one.kept() for one in lessons)):
        console.print(escape(f"{said[0].upper()}{said[1:]}."))


def show_curve(points: Sequence[Point]) -> None:
    """Print how good each task is after so many labels."""
    console.print("\n[bold]by labels[/], macro-F1")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("task")
    for point in points:
        table.add_column(f"{point.labels:,}", justify="right")
    by_task = [{one.task: one for one in reports(point.judged, 0)} for point in points]
    for task in by_task[0]:
        table.add_row(escape(task), *(f"{each[task].ours.macro_f1:.3f}" for each in by_task))
    console.print(table)
