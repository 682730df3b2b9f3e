"""Looking at the database in the browser: `listening browse`."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from listening.cli.common import read_config, read_store
from listening.errors import ListeningError


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0: any free one.")
@click.pass_context
def browse(ctx: click.Context, port: int) -> None:
    """Serve the mentions in the browser, read-only, on this machine alone, until Ctrl-C."""
    config = read_config(ctx)
    read_store(config).close()
    show(config.database, port)


def show(database: Path, port: int) -> None:
    """Say where the page is, and serve it until Ctrl-C. Raises ListeningError where the port is taken."""
    from listening.browse import serve

    with listener(port) as socket_:
        url = f"http://127.0.0.1:{socket_.getsockname()[1]}/{database.stem}"
        click.echo(f"Browse your mentions at {url}  (Ctrl-C ends it)")
        serve(database, socket_)


def listener(port: int) -> socket.socket:
    """A socket that listens on loopback; port 0 takes a free one. Raises ListeningError where the port is taken."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        raise ListeningError(f"port {port} is taken by another program: choose one with --port, or 0 for any") from None


COMMANDS = (browse,)
