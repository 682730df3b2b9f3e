"""The whole of it on invented material: `listening demo`."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from listening.cli.common import console
from listening.cli.crawl import gather
from listening.cli.mentions import write_file
from listening.cli.summary import print_summary
from listening.config import Config, load
from listening.demo import story
from listening.demo.site import DemoSite
from listening.errors import ListeningError
from listening.source import kinds
from listening.store import MentionFilter, Store

_MARK = ".made-by-listening-demo"
_SOURCES = """\
# A message board, a news feed and a Reddit-shaped listing, all on this machine while the demo runs.
# delay = 0: they are ours, nobody is bothered. For anybody else's the default of one second stays.
[[source]]
name = "coffee-board"
kind = "board"
url = "{board}"
delay = 0

[[source]]
name = "coffee-news"
kind = "rss"
url = "{feed}"
delay = 0

[[source]]
name = "reddit-espresso"
kind = "reddit"
subreddits = {subreddits}
url = "{reddit}"
oauth_url = "{reddit}"
delay = 0
"""
_SETTINGS = """\
database = "demo.db"
contact = "https://example.com/listening-demo"
allow_private = ["{address}"]
"""


@click.command()
@click.option("--once", is_flag=True, help="Stop after the summary; serve nothing.")
@click.option("--folder", default="listening-demo", show_default=True, help="Where config, database and digest go.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Of the page; 0: any.")
def demo(once: bool, folder: str, port: int) -> None:
    """See all of it work: crawl a bundled board, feed and Reddit listing, then open the desk on what was found."""
    started = time.monotonic()
    home = _fresh(Path(folder))
    with DemoSite(now=datetime.now(UTC)) as site:
        _write_config(home / "config", site)
        config = load(home / "config", {name: kind.Options for name, kind in kinds().items()})
        page = None if once else _page(config, port)  # better told now than after the crawl
        console.print(f"A board, a feed and a Reddit listing are up at http://{site.address}; crawling them.")
        # The demo's own server takes any key: none of these opens anything.
        os.environ |= {"LISTENING_REDDIT_CLIENT_ID": "demo", "LISTENING_REDDIT_CLIENT_SECRET": "demo"}
        events = gather(config, [source.name for source in config.sources])
        if any(event.state in ("failed", "interrupted") for event in events):
            raise ListeningError("the demo could not be crawled whole; see the lines above")
        with Store(config.database, read_only=True) as store:
            print_summary(store)
            count = write_file(store.mentions(MentionFilter()), home / "digest.csv")
        console.print(
            f"\n{count:,} mentions written to [bold]{home / 'digest.csv'}[/]. All of it took "
            f"{time.monotonic() - started:.1f} s.\n"
            f"Try:  listening --config {home / 'config'} mentions --sentiment negative"
        )
        if page is not None:
            from listening.web import serve

            console.print(f"The desk is at http://127.0.0.1:{page.getsockname()[1]}/  (Ctrl-C ends it)")
            serve(config, page)


def _page(config: Config, port: int) -> socket.socket:
    from listening.web.app import listen

    return listen(config, "127.0.0.1", port)


def _fresh(home: Path) -> Path:
    """An empty folder for the demo; one that an earlier demo made is emptied, any other is left alone."""
    if home.exists() and any(home.iterdir()):
        if not (home / _MARK).exists():
            raise ListeningError(f"{home} is there already and not the demo's: name another with --folder")
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / _MARK).write_text("`listening demo` empties this folder each time it starts.\n", encoding="utf-8")
    return home


def _write_config(folder: Path, site: DemoSite) -> None:
    folder.mkdir()
    subreddits = sorted({each.subreddit for each in site.corpus.submissions})
    sources = _SOURCES.format(
        board=site.board_url, feed=site.feed_url, reddit=site.reddit_url, subreddits=json.dumps(subreddits)
    )
    texts = {
        "brands.toml": story.text("brands.toml"),
        "sources.toml": sources,
        "listening.toml": _SETTINGS.format(address=site.address),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


COMMANDS = (demo,)
