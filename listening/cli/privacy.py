"""What people may ask of whoever holds their words: `listening erase` and `listening privacy`."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from listening.cli.common import console, read_config, read_store
from listening.cli.mentions import printable
from listening.cli.people import called, day, only
from listening.errors import ListeningError
from listening.privacy import Erased, Plan, forget, plan
from listening.privacy import erase as erase_person
from listening.store import Store

_PLATFORM = click.option("--platform", default="", help="Only there, such as reddit.com or forum.example.com.")


@click.command()
@click.argument("handle")
@_PLATFORM
@click.option("--dry-run", is_flag=True, help="Only show what would go.")
@click.option("--yes", is_flag=True, help="Do not ask before.")
@click.pass_context
def erase(ctx: click.Context, handle: str, platform: str, dry_run: bool, yes: bool) -> None:
    """Erase a person for good, and keep them out: HANDLE is a name, an address of theirs or #number.

    Everything they wrote goes, under all handles that are joined to it, with what the team typed on it, and their name
    and words in what others wrote. No crawl brings them back. Somebody who was never heard is only kept out.
    """
    config = read_config(ctx)
    read_store(config).close()
    now = datetime.now(UTC)
    with Store(config.database) as store:
        if not store.find_people(handle, platform):
            _keep_out(store, handle, platform, dry_run, now)
            return
        person = only(store, handle, platform).person_id
        _show_plan(plan(store, person))
        if dry_run:
            console.print("Nothing was changed: this was a dry run.")
            return
        if not yes:
            click.confirm("Erase all of it? It cannot be undone", abort=True)
        with Progress(console=console, transient=True) as progress:
            bars = {name: progress.add_task(name, total=None) for name in ("their posts", "posts of others")}

            def tell(what: str, done: int, total: int) -> None:
                if what not in bars:
                    bars[what] = progress.add_task(what, total=None)
                progress.update(bars[what], completed=done, total=total or None)

            _show_erased(erase_person(store, person, now=now, progress=tell))


def _keep_out(store: Store, handle: str, platform: str, dry_run: bool, now: datetime) -> None:
    if not platform or "." not in platform:
        raise ListeningError(
            f'"{handle}" is nobody who was heard. To keep them out from now on, name the whole --platform, such as '
            "reddit.com."
        )
    if dry_run:
        console.print(f"{escape(handle)} on {escape(platform)} was never heard, and would be kept out from now on.")
        return
    request = forget(store, platform, handle, now=now)
    console.print(
        f"{escape(handle)} on {escape(platform)} was never heard, and is kept out from now on (request {request})."
    )


def _show_plan(found: Plan) -> None:
    erasure = found.erasure
    console.print(f"{', '.join(map(called, erasure.handles))}:", soft_wrap=True)
    console.print(
        f"  {erasure.posts:,} posts with {erasure.mentions:,} mentions, of which the team worked on "
        f"{erasure.worked_on:,}; and their name and words in what others wrote"
    )
    _show_backups(found.backups)


def _show_erased(done: Erased) -> None:
    erasure = done.erasure
    console.print(
        f"Erased: {erasure.posts:,} posts; {erasure.others:,} posts of others no longer name or quote them. They are "
        f"kept out from now on (request {erasure.request})."
    )
    if not done.scrubbed:
        console.print(
            "[yellow]Somebody was reading, so that traces are left in free pages of the file: `listening db tidy` "
            "takes them out.[/]"
        )
    console.print("[dim]Files that were exported earlier, such as digests, are not known here: look through them.[/]")


def _show_backups(backups: tuple[str, ...]) -> None:
    if backups:
        console.print(
            f"  These backups hold them, too, and are not changed: {escape(', '.join(backups))}. Whoever comes back "
            "with one is erased again.", soft_wrap=True,
        )  # fmt: skip


@click.group()
def privacy() -> None:
    """Answer people who ask what is held of them, and show what was asked."""


@privacy.command()
@click.argument("handle")
@_PLATFORM
@click.option("-o", "--output", type=click.Path(dir_okay=False), required=True, help="The file to write, mode 0600.")
@click.pass_context
def export(ctx: click.Context, handle: str, platform: str, output: str) -> None:
    """Write everything that is held about a person as JSON, for whoever asks for access to it."""
    config = read_config(ctx)
    read_store(config).close()
    target = Path(output)
    with Store(config.database) as store:
        who = only(store, handle, platform)
        if target.exists():
            raise ListeningError(f"{target}: is there already. Name another file.")
        held = store.held_about(who.person_id, now=datetime.now(UTC))
        try:
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                json.dump(held, file, ensure_ascii=False, indent=1, default=str)
        except OSError as error:
            raise ListeningError(f"{target}: cannot be written ({error.strerror})") from None
    counts = ", ".join(f"{len(rows):,} {table}" for table, rows in held.items())
    console.print(f"{escape(str(target))}: {counts}. Make sure that it reaches nobody else.", soft_wrap=True)


@privacy.command()
@click.option("--json", "as_json", is_flag=True, help="All of them, as JSON.")
@click.pass_context
def requests(ctx: click.Context, as_json: bool) -> None:
    """Show what was asked and when it was done, without any name."""
    config = read_config(ctx)
    with read_store(config) as store:
        found = store.requests()
    if as_json:
        click.echo(json.dumps([{name: getattr(each, name) for name in each.__slots__} for each in found], indent=1))
        return
    if not found:
        click.echo("No request yet. `listening erase` and `listening privacy export` log what they do.")
        return
    zone = ZoneInfo(config.settings.time_zone)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title in ("request", "asked", "done", "what", "by", "handles", "posts", "of others", "kept out"):
        table.add_column(title, justify="right" if title in ("handles", "posts", "of others") else "left")
    for each in found:
        done = day(each.done, zone) if each.done else "interrupted: do it again"
        done += "" if each.scrubbed else ", traces left: listening db tidy"
        cells = (each.id, day(each.asked, zone), done, each.kind, printable(each.who) or "-", each.handles, each.posts)
        table.add_row(*(escape(str(cell)) for cell in cells), str(each.others), "yes" if each.kept_out else "-")
    console.print(table)


@privacy.command()
@click.argument("request", type=int)
@click.pass_context
def allow(ctx: click.Context, request: int) -> None:
    """Let the person of a REQUEST be heard again, because they said so; what was erased stays so."""
    config = read_config(ctx)
    read_store(config).close()
    with Store(config.database) as store:
        if not store.allow(request, now=datetime.now(UTC)):
            raise ListeningError(f"request {request} keeps nobody out; `listening privacy requests` shows which do")
    console.print(f"Whoever request {request} was about is heard again from the next crawl on.")


COMMANDS = (erase, privacy)
