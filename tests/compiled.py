"""What understands posts, compiled in a copy of the checkout, and a module run there: `bench understand` or its tests.

Needs a C compiler, and about a minute to build. The checkout itself stays as it is.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_COPIED = ("listening", "spiders", "pipelines", "tests", "config", "docs", "pyproject.toml", "README.md", "LICENSE")
_TESTS = (
    "sentiment",
    "understand",
    "intents",
    "aspects",
    "urgency",
    "evaluate",
    "transformer",
    "tongue_wording",
    "worker",
)


def build(folder: Path, *, optimised: bool = True) -> None:
    """Copy the checkout into this empty folder, and compile what pyproject.toml names.

    Not `optimised`, it is built in half the time, and does the same.

    Raises RuntimeError with what the compiler said.
    """
    for name in _COPIED:
        source = _ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
        elif source.exists():
            shutil.copy(source, folder)
    if not optimised:
        project = folder / "pyproject.toml"
        project.write_text(re.sub(r'(?m)^opt_level = "\d"', 'opt_level = "0"', project.read_text("utf-8")), "utf-8")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "wheel")]
    environment = {**os.environ, "HATCH_BUILD_HOOK_ENABLE_MYPYC": "1"}
    ended = subprocess.run(
        command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if ended.returncode:
        raise RuntimeError(ended.stdout)


def run(module: list[str], *, optimised: bool = True) -> int:
    """`python -m` with these arguments in a compiled copy that is made for it; its exit code.

    Raises RuntimeError with what the compiler said.
    """
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), optimised=optimised)
        return subprocess.run(
            [sys.executable, "-m", *module], cwd=folder, env={**os.environ, "PYTHONPATH": folder}
        ).returncode


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.compiled", description=__doc__)
    parser.add_argument(
        "module", nargs="*", help="to run there, with its arguments; `pytest` alone runs the tests of what is compiled"
    )
    module: list[str] = parser.parse_args(sys.argv[1:2]).module + sys.argv[2:] or ["tests.bench", "understand"]
    testing = module == ["pytest"]
    if testing:
        module += ["-n", "auto", *(f"tests/test_{name}.py" for name in _TESTS)]
    return run(module, optimised=not testing)


if __name__ == "__main__":
    sys.exit(main())
