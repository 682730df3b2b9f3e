"""Saying what is right, and learning from it: `listening label` and `listening train`."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from listening.cli.agreement import show_lessons
from listening.cli.ask import SENTIMENTS, Asking, person
from listening.cli.common import asked, console, known, read_config, read_store
from listening.config import Config
from listening.crawl import prepare
from listening.errors import ListeningError
from listening.evaluate import Row, read
from listening.export import inert, original
from listening.learn import Lesson, Team, due
from listening.learn.choice import by_uncertainty
from listening.store import Label, MentionFilter, Open, Store
from pipelines.intents import names as intents

_KEYS: Mapping[str, Mapping[str, str]] = {
    "y": {"relevance": "yes"},
    "n": {"relevance": "no"},
    **{key: {"sentiment": name, "relevance": "yes"} for key, name in SENTIMENTS.items()},
}
_HELP = "n not about the brand   y about it   - negative   0 neutral   + positive"
_COLUMNS = (
    "mention_id",
    "brand",
    "url",
    "title",
    "text",
    "relevant",
    "sentiment",
    "intents",
    "not_intents",
    "who",
    "made",
)


@click.command()
@click.option("--brand", default="", help="Only mentions of this brand.")
@click.option("--query", default="", help="Only mentions that match, in the query language.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Ask about so many at most.")
@click.option("--import", "source", type=click.Path(path_type=Path), help="Take labels from a CSV file instead.")
@click.option("--export", "target", type=click.Path(path_type=Path), help="Write all labels to a CSV file instead.")
@click.pass_context
def label(ctx: click.Context, brand: str, query: str, limit: int, source: Path | None, target: Path | None) -> None:
    """Go through mentions and say with one key what is right; those come first that listening is least sure of.

    What you say is shown from then on, whatever is computed, and is learnt from. A file to import names each mention
    by mention_id, or by url and brand, and has columns relevant, sentiment, intents and not_intents.
    """
    config = read_config(ctx)
    name = known(brand, "brand", [each.name for each in config.brands])
    read_store(config).close()
    with prepare(config) as store:
        if target is not None:
            click.echo(f"{target}: {_export(store.labels(name), target):,} labelled mentions.", err=True)
            return
        team, now = Team(store, config), datetime.now(UTC)
        given = (
            _import(team, source, now) if source is not None else _ask(team, _open(store, config, name, query), limit)
        )
        click.echo(f"{given:,} labelled.", err=True)
        learn_if_due(store, config)


def _open(store: Store, config: Config, brand: str, query: str) -> list[Open]:
    if not query.strip():
        return store.open_mentions(brand)
    where = [MentionFilter(brand=brand, query=asked(query, config), shelf=shelf) for shelf in (False, True)]
    return store.open_mentions(brand, among={row.mention_id for each in where for row in store.mentions(each)})


def _ask(team: Team, found: Sequence[Open], limit: int) -> int:
    if not found:
        raise ListeningError("there is nothing to label: all mentions that pass have labels, or there are none yet.")
    who = person()
    asking = Asking(
        _KEYS,
        lambda mention, values: team.say(mention, values, now=datetime.now(UTC), who=who),
        lambda mention, ids: team.take_back(mention, ids, datetime.now(UTC)),
    )
    return asking.ask(by_uncertainty(found)[:limit], _HELP)


def _import(team: Team, path: Path, now: datetime) -> int:
    """Say what a file says, all of it or, where a row cannot be used, nothing; what was said before is not repeated."""
    rows = read(path, stored=True, intents=intents(team.config.folder)).rows
    said = [(_mention(team.store, path, row), values) for row in rows if (values := _values(row))]
    last = {(each.mention_id, each.kind): each.value for each in team.store.labels()}
    who = person()
    for mention, values in said:
        new = {kind: value for kind, value in values.items() if last.get((mention.mention_id, kind)) != value}
        if new:
            team.say(mention, new, now=now, who=who)
    return len(said)


def _mention(store: Store, path: Path, row: Row) -> Open:
    url = original(row.url)
    if row.mention.isdecimal() and len(row.mention) < 19:
        mention_id: int | None = int(row.mention)
    else:
        mention_id = store.mention_at(url, original(row.brand)) if url else None
    found = store.open_mention(mention_id) if mention_id is not None else None
    if found is None or (url and found.url != url):
        raise ListeningError(
            f'{path}:{row.line}: no mention is at mention_id "{row.mention}", url "{url[:80]}". '
            "Nothing is labelled; name mentions as `listening label --export` or `listening mentions --csv` do."
        )
    return found


def _values(row: Row) -> dict[str, str]:
    """What a row says; an intent is denied only where the row says so."""
    said = {kind: value for kind, value in row.gold.items() if kind in ("relevance", "sentiment")}
    said |= {kind: value for kind, value in row.gold.items() if kind.startswith("intent:") and value == "yes"}
    return said | {f"intent:{name}": "no" for name in row.denied}


def _export(labels: Sequence[Label], path: Path) -> int:
    by_mention: defaultdict[tuple[int, str], list[Label]] = defaultdict(list)
    for one in labels:
        by_mention[one.post_id, one.brand].append(one)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # what customers write is nobody else's
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
            table = csv.writer(file)
            table.writerow(_COLUMNS)
            table.writerows(_exported(each) for each in by_mention.values())
    except OSError as error:
        raise ListeningError(f"{path}: cannot be written ({error.strerror})") from None
    return len(by_mention)


def _exported(labels: Sequence[Label]) -> list[str]:
    said = {one.kind: one.value for one in labels}
    last = labels[-1]
    intents: dict[str, list[str]] = {"yes": [], "no": []}
    for kind, value in said.items():
        if kind.startswith("intent:"):
            intents[value].append(kind.removeprefix("intent:"))
    return [
        str(last.mention_id or ""), inert(last.brand), inert(last.url), inert(last.title), inert(last.text),
        said.get("relevance", ""), said.get("sentiment", ""), ";".join(intents["yes"]), ";".join(intents["no"]),
        inert(last.who), last.made,
    ]  # fmt: skip


@click.command()
@click.argument("brand", default="")
@click.option("--forget", is_flag=True, help="Go back to the rules; the labels stay.")
@click.pass_context
def train(ctx: click.Context, brand: str, forget: bool) -> None:
    """Learn from all labels, or what is about BRAND from its own, show what that brings, and judge all mentions again.

    A model takes over where, and only where, it is better than the rules on labels that were held out. It learns and
    works on this machine alone. From 20 new labels on that happens without being asked, after `listening label`, a
    crawl and in `listening up`; beyond 1,000 labels in `listening up` alone, whenever a tenth of them is new.
    """
    config = read_config(ctx)
    name = known(brand, "brand", [each.name for each in config.brands])
    read_store(config).close()
    with prepare(config) as store:
        team = Team(store, config)
        if forget:
            team.forget(datetime.now(UTC), name)
            click.echo("Forgotten: the rules judge again.", err=True)
        elif not store.labels(name):
            raise ListeningError("there are no labels to learn from yet. Give some with `listening label`.")
        teach(team, name, forget=forget)


def teach(team: Team, brand: str = "", *, forget: bool = False) -> None:
    """Learn, show it, and judge all mentions again."""
    lessons: Sequence[Lesson] | None = None
    with _progress() as (say, judged):
        if not forget:
            lessons = team.learn(datetime.now(UTC), brand, say)
        team.judge_again(datetime.now(UTC), judged)
    if lessons is not None:
        show_lessons(lessons)


def learn_if_due(store: Store, config: Config) -> None:
    """Learn without being asked, where there are new labels enough and it is quick; end what was stopped before."""
    if not due(store) and due(store, waiting=False):
        console.print(
            f"[dim]{store.labels_since_training():,} new labels wait: learning from {store.count_labels():,} takes "
            "minutes. `listening up` does it on its own, `listening train` at once.[/]"
        )
    if not due(store) and not store.models_wait():
        return
    why = "There are new labels: learning from them." if due(store) else "Judging the mentions that were left before."
    console.print(f"[dim]{why}[/]")
    with _progress() as (say, judged):
        lessons = Team(store, config).learn_if_due(partial(datetime.now, UTC), say, judged)
    if lessons is not None:
        show_lessons(lessons)


@contextmanager
def _progress() -> Iterator[tuple[Callable[[str], None], Callable[[int, int], None]]]:
    """What hears of learning, and what hears of judging again."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("learning", total=None)
        yield (
            lambda what: progress.update(bar, description=what),
            lambda done, total: progress.update(bar, completed=done, total=total, description="judging again"),
        )


COMMANDS = (label, train)
