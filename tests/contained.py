"""`listening up` under a container's rules, made of what the kernel has: no container tool is needed.

The first process of its own process tree, in a file system of which only /data and a small /tmp can be written, as a
user whom no list of users knows and who has no home, without capabilities and without ways to gain any. What is started
there, where, with which signal and health check, is read from what `listening service container` prints.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from listening.cli import main
from tests import rootfs
from tests.uprunning import Up, wait_for

_USER = 64321  # nobody's: a container may be started as any user
_PATH = f"{Path(rootfs.COMMAND).parent}:{rootfs.PYTHON}:/usr/bin:/bin"
_ENTER = """mkdir etc
cp -a /etc/ld.so.cache etc
mount -o remount,ro,bind {root}
exec chroot {root} env -i {environment} setpriv {user} --inh-caps=-all --bounding-set=-all --no-new-privs \\
  sh -c 'cd {workdir} && exec "$@"' sh {command}
"""


@dataclass(frozen=True, slots=True)
class Image:
    """What a container file says of how it is run."""

    environment: dict[str, str]
    workdir: str
    command: list[str]
    health: list[str]
    signal: int


def image() -> Image:
    """The printed container file, for a port that is free."""
    text = CliRunner().invoke(main, ["service", "container", "--port", str(_free())]).output.replace("\\\n", "")
    said = dict(re.findall(r"^(WORKDIR|ENTRYPOINT|CMD|STOPSIGNAL) (.+)$", text, re.M))
    environment = dict(word.split("=", 1) for line in re.findall(r"^ENV (.+)$", text, re.M) for word in line.split())
    health = re.findall(r"^HEALTHCHECK .*?CMD (\[.+\])$", text, re.M)[0]
    command = [*json.loads(said["ENTRYPOINT"]), *json.loads(said["CMD"])]
    return Image(environment, said["WORKDIR"], command, json.loads(health), signal.Signals[said["STOPSIGNAL"]])


def _free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def started(made: Image, folder: Path, *command: str) -> list[str]:
    """The command that runs another one in a container, with `folder` as its volume. Who is not root is so inside."""
    root = folder.parent / f"{folder.name}-root"
    root.mkdir(exist_ok=True)
    ours = os.getuid() == 0
    for each in (folder, *folder.rglob("*")) if ours else ():
        os.chown(each, _USER, _USER)
    environment = {"PATH": _PATH, "PYTHONPATH": "/opt/project", "HOME": "/", **made.environment}
    script = rootfs.made(root, folder, made.workdir) + _ENTER.format(
        root=shlex.quote(str(root)), workdir=made.workdir, command=shlex.join(command),
        environment=" ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items()),
        user=f"--reuid={_USER} --regid={_USER} --clear-groups" if ours else "",
    )  # fmt: skip
    own = [] if ours else ["--user", "--map-root-user"]
    return ["unshare", *own, "--pid", "--fork", "--kill-child", "--mount", "--ipc", "--uts", "sh", "-c", script]


def refused(folder: Path) -> str:
    """Why no container can be made on this machine; "" where one can."""
    for tool in ("unshare", "setpriv", "nsenter", "chroot"):
        if shutil.which(tool) is None:
            return f"there is no {tool} here"
    done = run(image(), folder, "python", "-c", "import listening")
    return (done.stderr.strip() or "it cannot be started").splitlines()[-1] if done.returncode else ""


def run(made: Image, folder: Path, *command: str, said: str = "") -> subprocess.CompletedProcess[str]:
    """Run one command in a container of its own, to its end."""
    return subprocess.run(started(made, folder, *command), input=said, capture_output=True, text=True)


@contextmanager
def ready(folder: Path) -> Iterator[Callable[[], Up]]:
    """Prepare the volume as the container file says; gives what starts a container."""
    done = run(image(), folder, "listening", "user", "add", "anna", said="correct horse battery staple\n")
    assert done.returncode == 0, done.stderr
    yield lambda: Contained(folder)


class Contained(Up):
    """One container that does what its file says."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "config")
        self.made = image()
        self.command = started(self.made, folder, *self.made.command)

    @property
    def first(self) -> int:
        """The first process of the container, as it is numbered outside."""
        return only_child(self.process.pid)

    def healthy(self) -> bool:
        """What the health check says."""
        own = ["--user", "--preserve-credentials"] if os.getuid() else []
        inside = [*own, "--target", str(self.first), "--mount", "--pid", "--root", "--wd"]
        checked = ["nsenter", *inside, "env", "-i", f"PATH={_PATH}", *self.made.health]
        return subprocess.run(checked, capture_output=True).returncode == 0

    def signal(self, number: int) -> None:
        os.kill(self.first, number)

    def zombies(self) -> list[int]:
        """Processes that have ended and that nobody has taken note of."""
        return [pid for pid, state in self.states().items() if state == "Z"]


def only_child(pid: int) -> int:
    """The process that one has started; waits for it."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    wait_for("a process", lambda: listed.read_text().strip())
    return int(listed.read_text().split()[0])
