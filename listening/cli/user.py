"""Who may sign in to the web page: `listening user`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click
from rich.table import Table

from listening import accounts
from listening.cli.common import console, read_config
from listening.crawl import prepare
from listening.errors import ListeningError


@click.group()
def user() -> None:
    """People who may sign in to the web page, their roles and passwords."""


@user.command("add")
@click.argument("name")
@click.option(
    "--role", type=click.Choice(accounts.ROLES), default="viewer", show_default=True, help="What they may do."
)
@click.option("--private", is_flag=True, help="They see private sources, too.")
@click.pass_context
def add(ctx: click.Context, name: str, role: str, private: bool) -> None:
    """Add somebody. The first is an admin; from then on everybody signs in.

    The password is asked for, or read from a pipe.
    """
    with prepare(read_config(ctx)) as store:
        first = not store.accounts()
        accounts.add(store, name, _password(), role, private=private, now=datetime.now(UTC))
    click.echo(f"{name} can sign in as {'admin: somebody has to be' if first and role != 'admin' else role}.")


@user.command("list")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """Everybody who may sign in."""
    with prepare(read_config(ctx)) as store:
        known = store.accounts()
    if not known:
        click.echo("Nobody: the web page is for this machine alone, without a password. `listening user add NAME`")
        return
    table = Table("name", "role", "private sources", "last here", "state", box=None, header_style="bold")
    for a in known:
        seen = (a.last_seen or "never").replace("T", " ").removesuffix("Z")
        table.add_row(a.name, a.role, "sees them" if a.private else "", seen, "" if a.active else "switched off")
    console.print(table)


@user.command("change")
@click.argument("name")
@click.option("--role", type=click.Choice(accounts.ROLES), help="What they may do from now on.")
@click.option("--private/--no-private", default=None, help="Whether they see private sources.")
@click.option("--on/--off", "active", default=None, help="Whether they may sign in.")
@click.pass_context
def change(ctx: click.Context, name: str, role: str | None, private: bool | None, active: bool | None) -> None:
    """Change what somebody may. They sign in anew."""
    if role is None and private is None and active is None:
        raise click.UsageError("say what to change: --role, --private, --no-private, --on or --off")
    with prepare(read_config(ctx)) as store:
        store.change_account(name, role=role, private=private, active=active)
    click.echo(f"{name} is changed.")


@user.command("password")
@click.argument("name")
@click.pass_context
def password(ctx: click.Context, name: str) -> None:
    """Give somebody a new password; they are signed out everywhere."""
    with prepare(read_config(ctx)) as store:
        if store.account(name) is None:
            raise ListeningError(f'there is no account "{name}"')
        accounts.change_password(store, name, _password())
        store.forgive(name)
    click.echo(f"{name} has a new password.")


@user.command("remove")
@click.argument("name")
@click.pass_context
def remove(ctx: click.Context, name: str) -> None:
    """Remove somebody; what they did stays under their name."""
    with prepare(read_config(ctx)) as store:
        store.remove_account(name)
    click.echo(f"{name} is removed.")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


COMMANDS = (user,)
