"""`listening board probe`: is this a message board, can it be listened to, and what would come of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
from pydantic import ValidationError
from rich.markup import escape
from rich.table import Table

from listening.cli.common import console, editor
from listening.cli.mentions import printable
from listening.config import Config, load
from listening.config.edit import free_name
from listening.config.sheet import written
from listening.errors import ConfigError, ListeningError
from listening.source import Context, find, kinds

if TYPE_CHECKING:
    from listening.board import Survey

_FORUMS = 12  # lines of forums that are shown


@click.group()
def board() -> None:
    """Message boards: look at one before you listen to it."""


@board.command("probe")
@click.argument("url")
@click.option("--add", is_flag=True, help="Write it into sources.toml.")
@click.option("--name", default="", help="What the source is to be called; by default the board's host.")
@click.option("--json", "as_json", is_flag=True, help="Everything found, as JSON.")
@click.option("--all", "everything", is_flag=True, help="Show every forum.")
@click.pass_context
def probe_board(ctx: click.Context, url: str, add: bool, name: str, as_json: bool, everything: bool) -> None:
    """Say which software the board at URL is, what it holds, what it asks for, and how it would be read.

    Asks for the index and a few topics only, at the pace of a crawl, and stores nothing.
    """
    from listening.board import probe  # with Scrapy, most of a second at every other command's start

    folder = Path(ctx.obj)
    config = _config(folder, needed=add)
    taken = {source.name for source in config.sources} if config else set()
    try:
        address = find("board").Options.model_validate({"url": url})
    except ValidationError as error:
        raise click.BadParameter(str(error.errors()[0]["msg"]), param_hint="URL") from None
    if add:
        _refuse_twice(folder, config, address.url)  # type: ignore[attr-defined]
    label = name or free_name((urlsplit(address.url).hostname or "board").removeprefix("www."), taken)  # type: ignore[attr-defined]
    settings = config.settings if config else None
    context = Context(
        label, contact=settings.contact if settings else "",
        allow_private=tuple(settings.allow_private) if settings else (),
    )  # fmt: skip
    if console.is_terminal and not as_json:
        console.print("[dim]Asking for the index and a few topics, a request a second …[/]")
    found = probe(url, context)
    values = {"name": label, "kind": "board", "url": found.url}
    if as_json:
        click.echo(json.dumps(asdict(found) | {"seconds": found.seconds}, ensure_ascii=False, indent=1, default=str))
    else:
        _show(found, everything)
        click.echo(f"\nFor sources.toml:\n\n{written('source', values)}")
    if add:
        _refuse_twice(folder, config, found.url)
        added = editor(ctx).add("source", values)
        click.echo(f"Added to {added.path}. Next: listening crawl {label}", err=as_json)
    elif not as_json:
        click.echo("Add --add to write it there.")


def _config(folder: Path, *, needed: bool) -> Config | None:
    """The config, whose contact and private hosts a probe uses, too; none is needed to look at a public board."""
    try:
        return load(folder, {name: kind.Options for name, kind in kinds().items()})
    except ConfigError:
        if needed or folder.is_dir():
            raise
        return None


def _refuse_twice(folder: Path, config: Config | None, url: str) -> None:
    for source in config.sources if config else ():
        if source.kind == "board" and getattr(source.options, "url", "").rstrip("/") == url.rstrip("/"):
            raise ListeningError(f'{folder / "sources.toml"} has this board already, as "{source.name}"')


def _show(found: Survey, everything: bool) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in _facts(found):
        table.add_row(label, escape(printable(text)))
    console.print(table)
    _show_forums(found, everything)
    if found.newest:
        console.print("\n[bold]Newest posts of the pages read, as they would be stored[/]")
    for post in found.newest:
        when = f"{post.published:%Y-%m-%d %H:%M}" if post.published else "no date"
        author = post.author.name if post.author else "nobody named"
        title = post.title or (post.thread.title if post.thread else "")
        console.print(f"\n[dim]{when}[/] [bold]{escape(printable(author))}[/] {escape(printable(title))}")
        words = " ".join(post.text.split())
        console.print(f"  {escape(printable(words[:240] + '…' * (len(words) > 240)))}", highlight=False)
        console.print(f"  [dim]{escape(printable(post.url))}[/]", soft_wrap=True)


def _facts(found: Survey) -> list[tuple[str, str]]:
    others = [f"{label} {share:.0%}" for label, share in found.sure.items() if label != found.software and share > 0.5]
    also = ["structured data (schema.org)"] * found.structured_data + [f"a feed at {url}" for url in found.feeds]
    facts = [
        ("board", found.url),
        ("software", f"{found.software}, {found.sure.get(found.software, 1.0):.0%} sure" + _listed("; or ", others)),
        ("read by", found.route or "nothing yet: no post could be read"),
        ("also there", ", ".join(also) or "no feed and no structured data on its first page"),
        ("robots.txt", _robots(found)),
        ("pace", _pace(found)),
        ("holds", _size(found)),
    ]
    return facts + [("beware", found.complaint)] * bool(found.complaint)


def _listed(before: str, names: list[str]) -> str:
    return before + ", ".join(names) if names else ""


def _robots(found: Survey) -> str:
    said = f"forbids {found.forbidden} of the pages asked for" if found.forbidden else "allows every page asked for"
    return said + (f", and asks for {found.crawl_delay:g} s between requests" if found.crawl_delay else "")


def _pace(found: Survey) -> str:
    pace = f"a request every {found.delay:g} s" if found.delay != 1 else "a request a second"
    if found.seconds is None:
        return f"{pace}; the board does not say how much it holds, so nobody knows how long a first crawl takes"
    return (
        f"{pace}: a first crawl takes about {_spell(found.seconds)} ({found.requests:,} requests), newest topics first"
    )


def _size(found: Survey) -> str:
    parts = [
        f"{number:,} {what}"
        for number, what in ((found.posts, "posts"), (found.topics, "topics"))
        if number is not None
    ]
    return " in ".join(parts) + f" in {len(found.forums)} forums" if parts else f"{len(found.forums)} forums"


def _spell(seconds: float) -> str:
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"


def _show_forums(found: Survey, everything: bool) -> None:
    if not found.forums:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("\nforum", overflow="fold")
    table.add_column("\ntopics", justify="right")
    table.add_column("\nposts", justify="right")
    shown = found.forums if everything else found.forums[:_FORUMS]
    for forum in shown:
        numbers = ("" if number is None else f"{number:,}" for number in (forum.topics, forum.posts))
        table.add_row(escape(printable(forum.path)), *numbers)
    console.print(table)
    if len(shown) < len(found.forums):
        console.print(f"[dim]and {len(found.forums) - len(shown)} more: --all shows them[/]")


COMMANDS = (board,)
