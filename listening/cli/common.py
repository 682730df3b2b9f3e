"""What several commands share: reading the config, opening the store, filters, times."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from listening.config import Config, duration, load
from listening.config.edit import Editor
from listening.query import parse
from listening.source import kinds
from listening.store import STATUSES, MentionFilter, Question, Store
from pipelines.intents import names as intents
from pipelines.language import detect

console = Console(highlight=False)
if not console.is_terminal:
    console = Console(highlight=False, width=120)  # a log or a pipe has no edge


def read_config(ctx: click.Context) -> Config:
    """The configuration of the folder given by --config. Raises ConfigError with all its problems."""
    return load(Path(ctx.obj), {name: kind.Options for name, kind in kinds().items()})


def editor(ctx: click.Context) -> Editor:
    """What changes the files of the folder given by --config."""
    return Editor(Path(ctx.obj), {name: kind.Options for name, kind in kinds().items()})


def read_store(config: Config) -> Store:
    """The config's database, for reading. Raises StoreError where there is none yet."""
    return Store(config.database, read_only=True)


class Moment(click.ParamType):  # type: ignore[type-arg]  # generic only for type checkers of newer click
    """A point in time: "7d" ago, a day "2026-11-01" or a time "2026-11-01T09:30", in the config's time zone."""

    name = "WHEN"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse; fails with the forms there are."""
        if isinstance(value, datetime | timedelta):
            return value
        try:
            return duration(value)
        except ValueError:
            pass
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            self.fail(f'"{value}" is neither a length of time such as 7d nor a day such as 2026-11-01', param, ctx)


class Asking(click.Command):
    """A command that takes a query, which may begin with a minus: -pie acme."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep such a query from being read as an option."""
        options = [each for each in self.params if isinstance(each, click.Option) and not each.is_flag]
        valued = {name for option in options for name in option.opts}
        asked = [
            place for place, (before, arg) in enumerate(pairwise(["", *args]))
            if len(arg) > 2 and arg.startswith("-") and not arg.startswith("--") and before not in valued
        ]  # fmt: skip
        if asked and "--" not in args:
            args = [*(arg for place, arg in enumerate(args) if place not in asked), "--", *(args[i] for i in asked)]
        return super().parse_args(ctx, args)


def moment(value: datetime | timedelta | None, config: Config, now: datetime | None = None) -> datetime | None:
    """A --since or --until as aware time: a length of time counts back from now, a day is one of the team's zone."""
    if value is None:
        return None
    if isinstance(value, timedelta):
        return (now or datetime.now(UTC)) - value
    return value if value.tzinfo else value.replace(tzinfo=ZoneInfo(config.settings.time_zone))


def filters(default_since: str | None) -> Callable[[Callable[..., None]], Callable[..., Any]]:
    """The options that choose mentions; the command gets them as `where`, with `config` before it."""

    def decorate(command: Callable[..., None]) -> Callable[..., Any]:
        @click.option("--brand", default="", help="Only this brand.")
        @click.option("--source", default="", help="Only this source.")
        @click.option(
            "--since", type=Moment(), default=default_since, show_default=True, help="From then on: 7d, 12h, or a day."
        )
        @click.option("--until", type=Moment(), help="Before then.")
        @click.option(
            "--sentiment",
            type=click.Choice(["negative", "neutral", "positive", "unscored"]),
            default=None,
            help="Only those; unscored: in a language that cannot be scored.",
        )
        @click.option(
            "--query", "--search", "query", default="",
            help="What must be in them, in the query language: refund* NOT (acme NEAR/5 pie) status:new.",
        )  # fmt: skip
        @click.option("--status", type=click.Choice(STATUSES), help=f"Only those in this state: {', '.join(STATUSES)}.")
        @click.option("--intent", default="", help="Only those written for this reason, such as complaint or buying.")
        @functools.wraps(command)
        def wrapper(**given: Any) -> None:
            ctx = click.get_current_context()
            config = read_config(ctx)
            where = MentionFilter(
                brand=known(given.pop("brand"), "brand", [brand.name for brand in config.brands]),
                source=known(given.pop("source"), "source", [source.name for source in config.sources]),
                since=moment(given.pop("since"), config),
                until=moment(given.pop("until"), config),
                sentiment=given.pop("sentiment") or "",
                query=asked(given.pop("query"), config),
                status=given.pop("status") or "",
                intent=known(given.pop("intent").strip(), "intent", intents(config.folder)),
            )
            command(config=config, where=where, **given)

        return wrapper

    return decorate


def asked(query: str, config: Config) -> Question | None:
    """A query for what is stored, as typed; None for none. Raises QueryError, which points at the character."""
    if not query.strip():
        return None
    node = parse(query, stored=True, intents=intents(config.folder))
    return Question(node, datetime.now(UTC), ZoneInfo(config.settings.time_zone), detect)


def known(given: str, what: str, names: list[str]) -> str:
    """A brand's or source's name as configured, whatever its case. Raises click.BadParameter naming those there are."""
    if not given:
        return ""
    folded = re.sub(r"\s+", " ", given).casefold()
    for name in names:
        if name.casefold() == folded:
            return name
    starts = [name for name in names if name.casefold().startswith(folded)]
    if len(starts) == 1:
        return starts[0]
    raise click.BadParameter(f'there is no {what} "{given}"; there are: {", ".join(names) or "none yet"}')
