"""Customers as people: `listening people`, `person`, `merge` and `unmerge`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click
from rich.markup import escape
from rich.table import Table

from listening.cli.common import Moment, console, known, moment, read_config, read_store
from listening.cli.mentions import printable
from listening.errors import ListeningError
from listening.people import RULES, Portrait, Standing, advocates, at_risk, portrait
from listening.people.helping import RULE
from listening.store import Handle, Likely, Said, Store

_PLATFORM = click.option("--platform", default="", help="Only there, such as reddit or forum.example.com.")
_JSON = click.option("--json", "as_json", is_flag=True, help="All of it, as JSON.")


@click.command()
@click.option("--brand", default="", help="Only this brand; by default each of yours.")
@click.option("--advocates", "wanted", flag_value="advocate", help="Only those who speak up for it.")
@click.option("--at-risk", "wanted", flag_value="at risk", help="Only those who are about to leave it.")
@click.option("--same", is_flag=True, help="Instead: handles that are likely one person, and why.")
@click.option("--since", type=Moment(), default="90d", show_default=True, help="From then on: 7d, 12h, or a day.")
@click.option("--until", type=Moment(), help="Before then.")
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="At most so many of each.")
@_JSON
@click.pass_context
def people(
    ctx: click.Context, brand: str, wanted: str | None, same: bool, since: datetime | timedelta,
    until: datetime | timedelta | None, limit: int, as_json: bool,
) -> None:  # fmt: skip
    """Show who speaks up for a brand and who is about to leave it, with the evidence."""
    config = read_config(ctx)
    name = known(brand, "brand", [each.name for each in config.brands])
    begin, end = moment(since, config), moment(until, config)
    with read_store(config) as store:
        if same:
            _show_likely(store.likely_same(limit), as_json)
            return
        found: list[tuple[str, str, list[Standing]]] = []
        for each in [name] if name else [one.name for one in config.brands if one.ours]:
            for kind, find in (("advocate", advocates), ("at risk", at_risk)):
                if wanted in (None, kind):
                    found.append((each, kind, find(store, each, begin, end, limit=limit)))
    if as_json:
        click.echo(json.dumps([asdict(one) for *_, many in found for one in many], ensure_ascii=False, indent=1))
        return
    for each, kind, many in found:
        _show_standings(each, kind, many)


def _show_standings(brand: str, kind: str, found: Sequence[Standing]) -> None:
    title = "Advocates of" if kind == "advocate" else "At risk of leaving"
    console.print(f"[bold]{title} {escape(brand)}[/]")
    if not found:
        console.print("  nobody in this period; a longer one is --since 365d\n")
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("points", "who", "where", "why", "what they wrote"):
        table.add_column(column, justify="right" if column == "points" else "left", overflow="fold")
    for one in found:
        why = "\n".join(f"{reason.points:+d} {reason.words}" for reason in one.reasons)
        where = ", ".join(dict.fromkeys(handle.platform for handle in one.handles))
        cells = (one.name, where, why, printable(one.telling.text)[:120])
        table.add_row(str(one.points), *(escape("\n".join(map(printable, cell.split("\n")))) for cell in cells))
    console.print(table)
    console.print(f"[dim]{RULES[found[0].kind]}[/]\n")


def _show_likely(found: Sequence[Likely], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
        return
    if not found:
        console.print("No two handles look like one person.")
        return
    for each in found:
        sure = "likely" if each.sure else "maybe"
        console.print(f"{sure}: {called(each.one)} and {called(each.other)}: {escape('; '.join(each.evidence))}")
    first = found[0]
    console.print(f"[dim]`listening merge '#{first.one.author_id}' '#{first.other.author_id}'` joins the first two.[/]")


def called(handle: Handle) -> str:
    """A handle as people read it."""
    return escape(printable(f"{handle.name} on {handle.platform} (#{handle.author_id})"))


@click.command()
@click.argument("handle")
@_PLATFORM
@click.option("--limit", type=click.IntRange(0), default=10, show_default=True, help="The newest posts to show.")
@_JSON
@click.pass_context
def person(ctx: click.Context, handle: str, platform: str, limit: int, as_json: bool) -> None:
    """Show everything one person said, on all brands and sources: HANDLE is a name, an address or #number."""
    config = read_config(ctx)
    with read_store(config) as store:
        ident = only(store, handle, platform).person_id
        found = portrait(store, ident, now=datetime.now(UTC))
        posts = store.said_by(ident, limit=limit)
    if found is None:
        raise ListeningError(f"{handle}: there is no such person")
    if as_json:
        click.echo(
            json.dumps({**asdict(found), "posts": [asdict(each) for each in posts]}, ensure_ascii=False, indent=1)
        )
        return
    zone = ZoneInfo(config.settings.time_zone)
    _show_person(found, zone)
    _show_posts(posts, found.person.posts, zone)


def _show_person(found: Portrait, zone: ZoneInfo) -> None:
    who = found.person
    heard = f"{who.posts:,} posts, {day(who.first, zone)} to {day(who.last, zone)}"
    console.print(f"[bold]{escape(printable(who.name))}[/]: {heard}")
    for handle in who.handles:
        reach = f", {handle.followers:,} followers" if handle.followers is not None else ""
        where = escape(printable(handle.url))
        console.print(f"  {called(handle)}: {handle.posts:,} posts{reach} {where}", soft_wrap=True)
    for attitude in who.attitudes:
        felt, months = attitude.all, attitude.months[-6:]
        line = "  ".join(f"{each.month} {_score(each.score)}" for each in months)
        console.print(
            f"{escape(attitude.brand)}: {felt.mentions:,} mentions, {felt.negative} negative, "
            f"{felt.positive} positive, mean {_score(felt.score)}; by month: {line}"
        )
    for standing in found.standings:
        why = "; ".join(f"{reason.points:+d} {reason.words}" for reason in standing.reasons)
        what = "advocate of" if standing.kind == "advocate" else "at risk of leaving"
        console.print(f"[bold]{what} {escape(standing.brand)}[/], {standing.points} points: {escape(why)}")
    helps = found.helping
    console.print(f"helps others: {helps.score} ({helps.answers} answers, thanked for {helps.thanked}) [dim]{RULE}[/]")
    for likely in found.likely:
        other = likely.other if likely.one.person_id == who.id else likely.one
        console.print(f"maybe also {called(other)}: {escape('; '.join(likely.evidence))}")


def _show_posts(posts: Sequence[Said], total: int, zone: ZoneInfo) -> None:
    if not posts:
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("when", "source", "brands", "what they wrote"):
        table.add_column(column, overflow="fold")
    for each in posts:
        brands = ", ".join(f"{one.brand} {_score(one.score)}" for one in each.mentions) or "-"
        text = printable(f"{each.title} · {each.text}" if each.title else each.text)
        table.add_row(day(each.published, zone), *map(escape, (each.source, brands, text[:160])))
    console.print(table)
    if len(posts) < total:
        console.print(f"[dim]The newest {len(posts)} of {total:,}; --limit shows more.[/]")


def day(stamp: str | None, zone: ZoneInfo) -> str:
    """The day of a time that the store holds, where the team works."""
    return datetime.fromisoformat(stamp).astimezone(zone).strftime("%Y-%m-%d") if stamp else "-"


def _score(score: float | None) -> str:
    return "not scored" if score is None else f"{score:+.2f}"


def only(store: Store, typed: str, platform: str = "") -> Handle:
    """The one person that is meant, by their busiest handle. Raises ListeningError naming all that it could be."""
    found = store.find_people(typed, platform)
    persons = list(dict.fromkeys(handle.person_id for handle in found))
    if not persons:
        near = store.find_people(typed, platform, like=True)[:5]
        hint = f" Did you mean {', '.join(handle.name for handle in near)}?" if near else ""
        raise ListeningError(f'"{typed}" is nobody who was heard{f" on {platform}" if platform else ""}.{hint}')
    if len(persons) > 1:
        names = ", ".join(f"#{handle.author_id} ({handle.name} on {handle.platform})" for handle in found)
        raise ListeningError(
            f'"{typed}" could be {len(persons)} persons: {names}. Name one by its number or --platform.'
        )
    return found[0]


@click.command()
@click.argument("handles", metavar="HANDLE HANDLE...", nargs=-1, required=True)
@click.pass_context
def merge(ctx: click.Context, handles: tuple[str, ...]) -> None:
    """Say that two or more handles are one person; `listening unmerge` takes it back."""
    config = read_config(ctx)
    read_store(config).close()
    with Store(config.database) as store:
        found = [only(store, each) for each in handles]
        store.merge([handle.author_id for handle in found], now=datetime.now(UTC))
        joined = store.handles_of([found[0].author_id])
    console.print(f"One person now: {', '.join(map(called, joined))}.", soft_wrap=True)


@click.command()
@click.argument("handle")
@_PLATFORM
@click.pass_context
def unmerge(ctx: click.Context, handle: str, platform: str) -> None:
    """Say that a handle is a person of its own after all."""
    config = read_config(ctx)
    read_store(config).close()
    with Store(config.database) as store:
        found = store.typed_handle(handle, platform)
        if found is None:
            raise ListeningError(f'"{handle}" is not one handle: name it by its #number or add --platform.')
        store.unmerge(found, now=datetime.now(UTC))
        rest = store.handles_of([found])
    console.print(f"{', '.join(map(called, rest))} stands alone again.", soft_wrap=True)


COMMANDS = (people, person, merge, unmerge)
