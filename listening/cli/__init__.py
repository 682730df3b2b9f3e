"""The command line: the top floor, where errors become one line and numbers become tables."""

from __future__ import annotations

import importlib
import signal
import sys
from typing import Any

import click

from listening import __version__
from listening.errors import ConfigError, ListeningError

_MODULES = {  # where each command stands, in the order in which people need them: only the one that is used is loaded
    "demo": "demo", "try": "trial", "init": "setup", "check": "setup", "sources": "setup", "board": "board",
    "crawl": "crawl", "runs": "crawl", "schedule": "schedule", "up": "up", "service": "up", "mentions": "mentions",
    "digest": "digests", "scorecard": "digests", "export": "export", "triage": "triage", "undo": "triage",
    "copies": "copies", "people": "people", "person": "people", "merge": "people", "unmerge": "people",
    "search": "search", "query": "lab", "understand": "understand", "label": "label", "train": "label",
    "audit": "audit", "evaluate": "evaluate", "alerts": "alerts", "browse": "browse", "erase": "privacy",
    "privacy": "privacy", "backup": "backup", "restore": "backup", "health": "health", "user": "user",
    "db": "database", "quarantine": "database",
}  # fmt: skip


class _Listening(click.Group):
    """Shows our errors without a traceback and every interruption without noise."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            raise _Shown(_several(error)) from None
        except ListeningError as error:
            raise _Shown(str(error)) from None

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _MODULES:
            return None
        there: tuple[click.Command, ...] = importlib.import_module(f"listening.cli.{_MODULES[cmd_name]}").COMMANDS
        return next(command for command in there if command.name == cmd_name)


class _Shown(click.ClickException):
    exit_code = 1


def _several(error: ConfigError) -> str:
    if len(error.problems) == 1:
        return str(error)
    return f"{len(error.problems)} mistakes in the configuration:\n" + "\n".join(f"  {p}" for p in error.problems)


_HELP = """Hear what people say about a brand: gather it, understand it, act on it. All on this machine.

\b
New here?           listening demo
Without set-up:     listening try "Your Brand"
For good:           listening init, then edit config/, then listening crawl
"""


@click.group(
    cls=_Listening, help=_HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.option(
    "--config",
    metavar="FOLDER",
    envvar="LISTENING_CONFIG",
    default="config",
    show_default=True,
    help="The folder of brands.toml, sources.toml and listening.toml.",
)
@click.version_option(__version__, prog_name="listening")
@click.pass_context
def main(ctx: click.Context, config: str) -> None:
    """Hand the config folder to the commands."""
    ctx.obj = config
    if hasattr(signal, "SIGTERM"):
        signal.signal(signal.SIGTERM, _end)


def _end(*_: object) -> None:
    """End as by Ctrl-C; also where that is ignored, as it is behind `&` in a script."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)


def run() -> None:
    """Entry point of the `listening` command."""
    try:
        main(standalone_mode=True)
    except BrokenPipeError:  # `listening mentions | head`
        sys.stderr.close()
        sys.exit(141)
