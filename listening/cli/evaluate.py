"""How good it is on your own texts: `listening evaluate FILE`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from listening.cli.agreement import show_curve, show_lessons, show_reports
from listening.cli.common import read_config
from listening.config import Config
from listening.errors import ListeningError
from listening.evaluate import Labelled, Point, Row, after, apart, curve, mixed, parted, read, reports

Hear = tuple[Callable[[int, int], None], Callable[[str], None]]


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--task", "tasks", multiple=True, help="Only this task, such as sentiment or intent:idea.")
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
    "--train",
    "train_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Learn from this file of labels first, and show what that changes.",
)
@click.option(
    "--curve",
    "sizes",
    default="",
    metavar="N,N,...",
    help="Learn from so many labels, of --train or drawn from FILE at random, and measure on the rest.",
)
@click.option(
    "--worst", type=click.IntRange(0), default=5, show_default=True, help="Examples of mistakes for each task."
)
@click.option("--json", "as_json", is_flag=True, help="All figures as one JSON object.")
@click.pass_context
def evaluate(
    ctx: click.Context, file: Path, tasks: tuple[str, ...], part: str, brand: str, columns: tuple[str, ...],
    labels: str, train_file: Path | None, sizes: str, worst: int, as_json: bool,
) -> None:  # fmt: skip
    """Compare what listening says of the texts in FILE, a CSV, with what people said of them.

    Its columns: text and title; brand; and labels: sentiment, relevant (yes or no), intents (parted by ; or spaces)
    or a column for each intent, language, query and matches, cluster.

    Texts are judged as a crawl does, by your lexicon, intents, scorer and floors, but without what your team's
    labels taught: their texts may be in FILE, and nothing is measured on what it was learnt from. `listening train`
    shows what they bring, on labels held out; --train what a file of labels brings, on the texts that are only in FILE.
    """
    fields, meaning = _pairs("--column", columns), _pairs("--labels", labels.split(","))
    labelled = read(file, columns=fields, values=meaning, brand=brand)
    lessons = read(train_file, columns=fields, values=meaning, brand=brand) if train_file else None
    rows, chosen = _rows(labelled, part), _tasks(labelled, tasks)
    pool = None if lessons is None else mixed(apart(lessons.rows, rows))
    _say_left_out([labelled, *([lessons] if lessons else [])], None if pool is None else len(pool))
    with _progress() as hear:
        points = _points(_configured(ctx), pool, rows, chosen, _sizes(sizes), hear)
    found = reports(points[-1].judged, worst)
    if as_json:
        click.echo(json.dumps(_data(labelled, part, points, worst), ensure_ascii=False, indent=1))
        return
    show_reports(found)
    if len(points) > 1:
        show_lessons(points[-1].lessons)
        show_curve(points)


def _say_left_out(files: Sequence[Labelled], learnt: int | None) -> None:
    """Which rows are neither measured nor learnt from, and why."""
    for one in files:
        if one.textless:
            click.echo(f"{one.file}: {one.textless:,} rows without a text are left out.", err=True)
    if learnt is not None and learnt < len(files[-1].rows):
        click.echo(
            f"{files[-1].file}: {len(files[-1].rows) - learnt:,} of {len(files[-1].rows):,} rows are not learnt from, "
            "as their texts are measured.",
            err=True,
        )


@contextmanager
def _progress() -> Iterator[Hear]:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("judging", total=None)
        yield (
            lambda done, total: progress.update(bar, completed=done, total=total, description="judging"),
            lambda what: progress.update(bar, total=None, description=what),
        )


def _points(
    config: Config, pool: Sequence[Row] | None, rows: Sequence[Row], tasks: Sequence[str],
    sizes: Sequence[int], hear: Hear,
) -> list[Point]:  # fmt: skip
    if sizes:
        pool, rows = (pool, rows) if pool is not None else parted(rows, max(sizes))
        return list(curve(config, pool, rows, tasks, sizes, *hear))
    steps: list[Sequence[Row]] = [()] if pool is None else [(), pool]
    return [after(config, step, rows, tasks, *hear) for step in steps]


def _data(labelled: Labelled, part: str, points: Sequence[Point], worst: int) -> dict[str, Any]:
    learning = [{"labels": one.labels, "tasks": _tasks_data(one, 0)} for one in points]
    return {
        "file": labelled.file,
        "part": part,
        "rows_without_text": labelled.textless,
        "rows": len({one.row.line for one in points[-1].judged}),
        "tasks": _tasks_data(points[-1], worst),
        "learning": learning if len(points) > 1 else [],
    }


def _tasks_data(point: Point, worst: int) -> dict[str, Any]:
    return {one.task: one.data() for one in reports(point.judged, worst)}


def _sizes(given: str) -> list[int]:
    try:
        found = [int(one) for one in given.split(",") if given]
    except ValueError:
        found = [0]
    if found and min(found) < 1:
        raise click.BadParameter(f'"{given}" should be numbers of labels such as 50,500', param_hint="--curve")
    return found


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


def _configured(ctx: click.Context) -> Config:
    """The config folder; where there is none, one without brands."""
    folder = Path(ctx.obj)
    return read_config(ctx) if folder.is_dir() else Config(folder=folder, brands=[])


COMMANDS = (evaluate,)
