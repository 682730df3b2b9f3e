"""Working on mentions from a terminal: `listening triage` and `listening undo`."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from listening.cli.ask import SENTIMENTS, person
from listening.cli.common import read_config, read_store
from listening.crawl import prepare
from listening.errors import ListeningError
from listening.store import OUTCOMES, STATUSES, Done


@click.command()
@click.argument("ids", type=click.IntRange(1), nargs=-1, required=True, metavar="ID...")
@click.option("--status", type=click.Choice(STATUSES), help="Where it stands; not relevant also goes to the shelf.")
@click.option("--assign", "assignee", help="Who is to act on it; an empty name for nobody.")
@click.option("--tag", "tags", multiple=True, help="Give it this tag; can come several times.")
@click.option("--untag", "untags", multiple=True, help="Take this tag away.")
@click.option("--note", default="", help="A note for the team.")
@click.option("--reply", help="The address of your answer.")
@click.option("--outcome", type=click.Choice(["", *OUTCOMES]), help="What became of it: sale, kept, lost or used.")
@click.option("--sentiment", type=click.Choice(list(SENTIMENTS.values())), help="What the feeling really is.")
@click.pass_context
def triage(
    ctx: click.Context, ids: tuple[int, ...], status: str | None, assignee: str | None, tags: tuple[str, ...],
    untags: tuple[str, ...], note: str, reply: str | None, outcome: str | None, sentiment: str | None,
) -> None:  # fmt: skip
    """Work on mentions, by the mention_id that `listening mentions --csv` shows: their status, owner, tags, notes.

    What you type is lost by no crawl. `listening undo` takes it back.
    """
    config = read_config(ctx)
    read_store(config).close()
    with prepare(config) as store:
        done = store.triage(
            ids, who=person(), now=datetime.now(UTC), status=status, assignee=assignee, add_tags=tags,
            remove_tags=untags, note=note, reply=reply, outcome=outcome,
            correct={"sentiment": sentiment} if sentiment else None,
        )  # fmt: skip
        missing = sorted(set(ids) - {card.mention_id for card in store.cards(ids, datetime.now(UTC))})
    if missing:
        click.echo(f"There is no mention {', '.join(map(str, missing))}.", err=True)
    if not done.changed:
        raise ListeningError("nothing changed: it is as you say already, or you said nothing. See --help.")
    click.echo(f"{_mentions(done)} changed. `listening undo {done.undo}` takes it back.", err=True)


@click.command()
@click.argument("token", default="")
@click.pass_context
def undo(ctx: click.Context, token: str) -> None:
    """Take back what was done to mentions: the last thing you did, or what TOKEN names."""
    config = read_config(ctx)
    read_store(config).close()
    with prepare(config) as store:
        token = token or store.last_action(person())
        if not token:
            raise ListeningError("there is nothing of yours to undo.")
        done = store.undo(token, person(), now=datetime.now(UTC))
    for mention_id, who in done.conflicts:
        click.echo(f"Mention {mention_id} stays: {who or 'somebody'} changed it since.", err=True)
    again = f" `listening undo {done.undo}` does it again." if done.undo else ""
    click.echo(f"{_mentions(done)} as before.{again}", err=True)


def _mentions(done: Done) -> str:
    return f"{done.changed:,} {'mention' if done.changed == 1 else 'mentions'}"


COMMANDS = (triage, undo)
