"""Listening without any set-up: `listening try "Your Brand"`."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from listening.cli.common import console
from listening.cli.crawl import gather
from listening.cli.mentions import write_file
from listening.cli.summary import print_summary
from listening.config import load
from listening.config.sheet import written
from listening.config.starter import shown
from listening.errors import ListeningError
from listening.source import kinds
from listening.store import MentionFilter, Store


@click.command("try")
@click.argument("brand")
@click.option("--alias", "aliases", multiple=True, help="Another name it goes by; may be given several times.")
@click.option(
    "--keep", type=click.Path(file_okay=False), help="Keep config and database in this folder, to go on with."
)
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False), help="Also write what was found as CSV.")
def trial(brand: str, aliases: tuple[str, ...], keep: str | None, csv_file: str | None) -> None:
    """Ask every source that needs no account for BRAND. No configuration; nothing is kept unless you say so."""
    if not brand.strip():
        raise click.BadParameter("name a brand", param_hint="BRAND")
    with ExitStack() as stack:
        home = Path(keep) if keep else Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="listening-")))
        folder = home / "config"
        write_config(folder, brand, aliases)
        config = load(folder, {name: kind.Options for name, kind in kinds().items()})
        console.print(
            f"Asking {len(config.sources)} sources for [bold]{brand}[/]. Each at its own pace; Ctrl-C ends it."
        )
        events = gather(config, [source.name for source in config.sources])
        if all(event.state == "failed" for event in events):
            raise ListeningError("no source could be asked: is this machine connected?")
        with Store(config.database, read_only=True) as store:
            print_summary(store)
            if csv_file:
                count = write_file(store.mentions(MentionFilter()), Path(csv_file))
                click.echo(f"\n{count:,} mentions written to {csv_file}")
    if keep:
        click.echo(f"\nKept in {home}: go on with  listening --config {folder} crawl")


def write_config(folder: Path, brand: str, aliases: tuple[str, ...]) -> None:
    """Config files for one brand and every source that can be tried without an account; those there already stay."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = [
        {"name": name, "kind": kind, **options} for kind, cls in kinds().items() for name, options in cls.trials.items()
    ]
    texts = {
        "brands.toml": f"[[brand]]\nname = {shown(brand)}\naliases = {shown(aliases)}\n",
        "sources.toml": "\n".join(written("source", source) for source in sources),
        "listening.toml": "",
    }
    for name, text in texts.items():
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8")


COMMANDS = (trial,)
