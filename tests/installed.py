"""An installation without a desk: a folder with a configuration, and commands run in it."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

from click.testing import CliRunner

from listening.cli import main


def installed(folder: Path) -> Path:
    """The folder, with a configuration that listens for Acme and has no source yet; its store is listening.db."""
    (folder / "config").mkdir()
    for name, text in (("brands", '[[brand]]\nname = "Acme"\n'), ("sources", ""), ("listening", "")):
        (folder / "config" / f"{name}.toml").write_text(text)
    return folder


def command(folder: Path, *arguments: str, code: int = 0, answer: str = "") -> str:
    """What a command says that is run there and ends with `code`; `answer` is typed in."""
    return said_by("--config", str(folder / "config"), *arguments, code=code, answer=answer)


def said_by(*arguments: str, cwd: Path | None = None, code: int = 0, answer: str = "", **environ: str) -> str:
    """What a command says in this process, where most of what it would load is loaded already."""
    with chdir(cwd or Path.cwd()):
        result = CliRunner().invoke(main, arguments, input=answer, env=environ)
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.output
