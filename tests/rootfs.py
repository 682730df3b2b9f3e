"""A file system like a container's, of what this machine has: the system, Python, and this checkout, to be read only.

Python with what is installed stands in /opt/venv, this checkout in /opt/project, and /opt/bin/listening is the command.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PYTHON = "/opt/venv/bin"
COMMAND = "/opt/bin/listening"
_DEVICES = ("null", "zero", "full", "random", "urandom")
_MAKE = """set -e
mount --make-rprivate /
mount -t tmpfs -o size=32m,mode=755 tmpfs {root}
cd {root}
mkdir -p proc dev/shm tmp opt/bin opt/venv opt/project .{data}
mount -t proc proc proc
mount -t tmpfs -o size=64m,mode=1777 tmpfs dev/shm
mount -t tmpfs -o size=16m,mode=1777 tmpfs tmp
mount --bind {folder} .{data}
mount --rbind -o ro {venv} opt/venv
mount --rbind -o ro {project} opt/project
for each in {devices}; do : > dev/$each; mount --bind /dev/$each dev/$each; done
printf '#!{python}/python\\nfrom listening.cli import run\\nrun()\\n' > .{command}
chmod 755 .{command}
"""


def made(root: Path, folder: Path, data: str) -> str:
    """Shell lines, for a mount namespace of its own, that build it at `root` and go there; `folder` is at `data`."""
    return _MAKE.format(
        root=shlex.quote(str(root)), folder=shlex.quote(str(folder)), data=data, venv=shlex.quote(sys.prefix),
        project=shlex.quote(str(PROJECT)), devices=" ".join(_DEVICES), python=PYTHON, command=COMMAND,
    ) + "".join(map(_shown, [*_system(), Path(sys.base_prefix).resolve()]))  # fmt: skip


def _system() -> list[Path]:
    return [path for path in map(Path, ("/usr", "/bin", "/sbin", "/lib", "/lib64")) if os.path.lexists(path)]


def _shown(place: Path) -> str:
    """Show a place that can be read where it is."""
    if place != Path("/usr") and place.is_relative_to("/usr"):
        return ""
    inside, whole = shlex.quote(str(place).lstrip("/")), shlex.quote(str(place))
    if place.is_symlink():
        return f"cp -a {whole} {inside}\n"
    return f"mkdir -p {inside}; mount --rbind -o ro {whole} {inside}\n"
