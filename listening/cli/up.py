"""Everything at once: `listening up`, and what keeps it up: `listening service`."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from threading import Event

import click

from listening.cli.common import read_config
from listening.config import Config
from listening.crawl import prepare
from listening.errors import ConfigError, ListeningError
from listening.schedule import hold
from listening.schedule.work import Watched
from listening.store import Store
from listening.up import Service, Supervisor, offered
from listening.up.words import say

_STEP = 0.25  # seconds


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Where the page is served; others ask for accounts."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Of the page; 0: any.")
@click.option("--no-web", is_flag=True, help="Without the web page.")
@click.pass_context
def up(ctx: click.Context, host: str, port: int, no_web: bool) -> None:
    """Run everything until Ctrl-C: the web page, the schedule, alerts and digests.

    It can be stopped, or killed, at any moment; the next start goes on from there.
    """
    config = read_config(ctx)
    prepare(config).close()
    with ExitStack() as stack:
        store = stack.enter_context(Store(config.database))
        page = None if no_web else stack.enter_context(_listen(config, host, port))
        url = f"http://{host if ':' not in host else f'[{host}]'}:{page.getsockname()[1]}/" if page else ""
        held = hold(store, datetime.now(UTC), name="up", what="is up on it", at=url)
        stack.callback(lambda: held.release(datetime.now(UTC)))
        stack.enter_context(store.claim("listening up"))  # `listening restore` and `listening health` name it
        services = offered(web=page is not None)
        say("listening", f"{config.database}: " + ", ".join(service.what for service in services))
        for line in _to_do(config):
            say("listening", line)
        supervisor = Supervisor(services, lambda service: _start(config, service, page), time.monotonic, say)
        say("listening", f"is up{f' at {url}' if url else ''}  (Ctrl-C ends it)")
        stop = Event()
        try:
            changed = Watched(config)
            changed()
            while not stop.wait(_STEP):
                supervisor.step()
                if os.getpid() == 1:  # in a container
                    supervisor.bury()
                held.renew(datetime.now(UTC), time.monotonic())
                if _changed(changed):
                    supervisor.renew()
        except KeyboardInterrupt:
            say("listening", "ends: what is being read is saved first")
        finally:
            supervisor.stop()
    say("listening", "has ended; `listening up` goes on from here")
    os._exit(0)  # all is stored and closed: taking the interpreter apart takes a second that nobody has


def _changed(watched: Watched) -> bool:
    """Whether the configuration has changed, without a mistake in it: those are told by the schedule."""
    try:
        return watched() is not None
    except ConfigError:
        return False


def _listen(config: Config, host: str, port: int) -> socket.socket:
    from listening.web.app import listen  # with its templates, half a second at every other command's start

    return listen(config, host, port)


def _start(config: Config, service: Service, page: socket.socket | None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "listening.up.child", service.name, str(config.folder)]
    handles = (page.fileno(),) if service.listens and page is not None else ()
    return subprocess.Popen(  # noqa: S603  # our own program, no shell
        [*command, *map(str, handles)], stdin=subprocess.PIPE, pass_fds=handles,
        process_group=0,  # Ctrl-C reaches services through the supervisor alone
    )  # fmt: skip


def _to_do(config: Config) -> list[str]:
    """What keeps it from hearing anything."""
    found = []
    if not config.brands:
        found.append("no brand yet: add one on the page, or a [[brand]] to brands.toml")
    if not any(source.enabled for source in config.sources):
        found.append("no source yet: add one on the page, or a [[source]] to sources.toml")
    return found


@click.command()
@click.argument("kind", type=click.Choice(["systemd", "container"]))
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Of the web page.")
@click.pass_context
def service(ctx: click.Context, kind: str, port: int) -> None:
    r"""Print what keeps `listening up` running: a unit for systemd, or a file that builds a container.

    \b
    listening service systemd | sudo tee /etc/systemd/system/listening.service
    listening service container > Containerfile
    """
    folder = Path(ctx.obj).resolve()
    text = resources.files("listening.up").joinpath("templates", f"{kind}.txt").read_text(encoding="utf-8")
    values = {
        "{command}": _command(),
        "{config}": str(folder),
        "{home}": str(folder.parent),
        "{port}": str(port),
        "{user}": _user(),
    }
    if kind == "systemd" and set(str(folder)) & set(" %\"'\\"):
        raise ListeningError(f"{folder}: a unit cannot name a folder with spaces, quotes or % in it. Move it first.")
    for mark, value in values.items():
        text = text.replace(mark, value)
    click.echo(text, nl=False)


def _command() -> str:
    """The `listening` command beside the Python that runs now, or else the one that is found by its name."""
    beside = Path(sys.executable).with_name("listening")
    return str(beside) if beside.exists() else shutil.which("listening") or "/usr/local/bin/listening"


def _user() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


COMMANDS = (up, service)
