"""The query lab and the looking back: `listening query lab` and `listening query apply`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import click
from rich.markup import escape
from rich.progress import Progress, track
from rich.table import Table

from listening.cli.common import Asking, Moment, console, editor, known, moment, read_config, read_store
from listening.cli.query import query
from listening.cli.search import as_object, excerpt
from listening.config import Brand, Config
from listening.crawl import prepare
from listening.lab import Comparison, Quality, Share, Side, Telling, compare
from listening.query import Or, parse
from listening.rematch import rematch
from listening.store import Changed, Question
from pipelines.match import tree
from pipelines.understanding import Understanding

_BARS = " ▁▂▃▄▅▆▇█"
_WORDS = 12  # of those that tell sides apart
_WIDEST = 60  # bars in a row


@query.command(cls=Asking)
@click.argument("brand")
@click.argument("edited", metavar="[QUERY]", default="")
@click.option("--since", type=Moment(), default="90d", show_default=True, help="Over posts from then on: 7d, or a day.")
@click.option("--samples", type=click.IntRange(0, 1000), default=5, show_default=True, help="Posts shown of each side.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.option("--save", is_flag=True, help="Write the query into brands.toml and apply it to all that is stored.")
@click.pass_context
def lab(
    ctx: click.Context, brand: str, edited: str, since: datetime | timedelta, samples: int, as_json: bool, save: bool
) -> None:
    """Show what QUERY would gain and lose for BRAND over the stored posts; without QUERY, how good the saved one is."""
    if save and not edited.strip():
        raise click.UsageError("--save needs the QUERY to save")
    config = read_config(ctx)
    name = known(brand, "brand", [each.name for each in config.brands])
    chosen = next(each for each in config.brands if each.name == name)
    result = _compared(config, chosen, edited, moment(since, config))
    if as_json:
        click.echo(json.dumps(_object(chosen, edited, result, samples), ensure_ascii=False))
    else:
        _show(chosen, result, samples)
    if save:
        saved = editor(ctx).change("brand", name, {"query": edited})
        click.echo(f"{saved.path}: saved." + (f" Before: {tree(chosen)}" if saved.undo else ""), err=True)
        _apply(read_config(ctx), [name], None)


@query.command("apply")
@click.argument("names", metavar="[BRAND]...", nargs=-1)
@click.option("--since", type=Moment(), help="Only to posts from then on: 7d, or a day. By default to all.")
@click.pass_context
def apply_query(ctx: click.Context, names: tuple[str, ...], since: datetime | timedelta | None) -> None:
    """Apply the queries in brands.toml to what is stored: those of BRAND, or all. Stop and repeat it as you like."""
    config = read_config(ctx)
    every = [each.name for each in config.brands]
    _apply(config, [known(name, "brand", every) for name in names], moment(since, config))


def _compared(config: Config, brand: Brand, edited: str, since: datetime | None) -> Comparison:
    saved = tree(brand)
    changed = parse(edited) if edited.strip() else saved
    with read_store(config) as store:
        ids = store.candidates(Question(Or((saved, changed)), datetime.now(UTC)), since)
        labels = store.relevance_labels(brand.name, since)
        posts = track(
            store.read(ids), "comparing", len(ids), console=console, transient=True, disable=not console.is_terminal
        )
        return compare(saved, changed, posts, labels, plurals=brand.plurals)


def _apply(config: Config, names: Sequence[str], since: datetime | None) -> None:
    brands = [brand for brand in config.brands if not names or brand.name in names]
    if not brands:
        click.echo("There is no brand to apply: add one to brands.toml.")
        return
    read_store(config).close()
    with prepare(config) as store, Progress(console=console, transient=True, disable=not console.is_terminal) as shown:
        task, done = shown.add_task("applying", total=None), Changed()

        def hear(so_far: Changed, total: int) -> None:
            nonlocal done
            done = so_far
            shown.update(task, completed=so_far.posts, total=total)

        try:
            rematch(
                store, Understanding.of(config, models=store.models()), brands, now=datetime.now(UTC),
                everything=not names, since=since, progress=hear,
            )  # fmt: skip
        except KeyboardInterrupt:
            click.echo(f"Stopped after {_sentence(done)} Apply again to look at the rest.", err=True)
            raise SystemExit(130) from None
    click.echo(_sentence(done), err=True)


def _sentence(done: Changed) -> str:
    return f"{done.posts:,} posts looked at: {done.new:,} mentions new, {done.gone:,} gone."


def _show(brand: Brand, found: Comparison, samples: int) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in (escape(brand.name), "posts", "precision", "recall of what was labelled"):
        table.add_column(title, justify="right" if title == "posts" else "left")
    for name, quality in (("saved", found.saved), ("edited", found.edited)):
        table.add_row(name, f"{quality.posts:,}", _share(quality.precision), _share(quality.recall))
    console.print(table)
    if not found.labelled:
        console.print("[dim]No label yet: `listening label` asks whether mentions are relevant.[/]")
    _show_days(found.days)
    console.print(f"\n[bold]kept: {found.kept.posts:,} posts[/]")
    _show_side("gained", found.gained, found.gained_words, samples)
    _show_side("lost", found.lost, found.lost_words, samples)


def _share(share: Share) -> str:
    if share.value is None:
        return "[dim]not labelled[/]"
    low, high = share.interval
    return f"{share.value:.0%} ({low:.0%} to {high:.0%}) [dim]{share.hits:,} of {share.of:,}[/]"


def _show_side(name: str, side: Side, words: Sequence[Telling], samples: int) -> None:
    console.print(f"\n[bold]{name}: {side.posts:,} posts[/]")
    for sample in side.samples(samples):
        console.print(excerpt(sample.stored, sample.hit.title_spans, sample.hit.text_spans), soft_wrap=True)
    if words:
        kind = "probably noise, if these are not about the brand" if name == "gained" else "words that go with them"
        shown = ", ".join(f"[bold]{escape(word.word)}[/] {word.here:,}" for word in words[:_WORDS])
        console.print(f"{kind}: {shown}", soft_wrap=True)


def _show_days(days: Sequence[tuple[str, int, int]]) -> None:
    if not days:
        return
    rows, width = _filled(days)
    most = max(max(saved, edited) for _, saved, edited in rows)
    console.print(f"saved  {''.join(_bar(saved, most) for _, saved, _ in rows)}")
    console.print(f"edited {''.join(_bar(edited, most) for _, _, edited in rows)}")
    unit = "day" if width == 1 else f"{width} days"
    console.print(f"[dim]posts per {unit}, {rows[0][0]} to {days[-1][0]}, at most {most:,}[/]")


def _filled(days: Sequence[tuple[str, int, int]]) -> tuple[list[tuple[str, int, int]], int]:
    """The days between first and last, those without posts too, in as many rows as there is room for."""
    first, last = date.fromisoformat(days[0][0]), date.fromisoformat(days[-1][0])
    width = (last - first).days // _WIDEST + 1
    rows = [(str(first + timedelta(days=start)), 0, 0) for start in range(0, (last - first).days + 1, width)]
    for day, saved, edited in days:
        place = (date.fromisoformat(day) - first).days // width
        rows[place] = (rows[place][0], rows[place][1] + saved, rows[place][2] + edited)
    return rows, width


def _bar(count: int, most: int) -> str:
    return _BARS[-(-count * (len(_BARS) - 1) // most)]


def _object(brand: Brand, edited: str, found: Comparison, samples: int) -> dict[str, Any]:
    return {
        "brand": brand.name,
        "saved": {"query": str(tree(brand)), **_quality(found.saved)},
        "edited": {"query": edited or str(tree(brand)), **_quality(found.edited)},
        "labelled": found.labelled,
        "kept": found.kept.posts,
        "gained": _side(found.gained, found.gained_words, samples),
        "lost": _side(found.lost, found.lost_words, samples),
        "days": [{"day": day, "saved": saved, "edited": changed} for day, saved, changed in found.days],
    }


def _quality(quality: Quality) -> dict[str, Any]:
    shares = {"precision": quality.precision, "recall": quality.recall}
    return {"posts": quality.posts} | {
        name: {"value": share.value, "interval": share.interval, "hits": share.hits, "of": share.of}
        for name, share in shares.items()
    }


def _side(side: Side, words: Sequence[Telling], samples: int) -> dict[str, Any]:
    return {
        "posts": side.posts,
        "samples": [
            as_object(each.stored, each.hit.title_spans, each.hit.text_spans) for each in side.samples(samples)
        ],
        "words": [
            {"word": w.word, "posts": w.here, "kept": w.there, "ratio": round(w.ratio, 2)} for w in words[:_WORDS]
        ],
    }


COMMANDS = (query,)  # with the commands that stand here
