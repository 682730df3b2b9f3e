"""`listening up` as a unit of a systemd that was started for it, in process, file and cgroup namespaces of its own.

The unit is the one that `listening service systemd` prints; only the command, the user and where it
says things are those of this trial.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from click.testing import CliRunner

from listening.cli import main
from tests import rootfs
from tests.contained import only_child
from tests.uprunning import Up, wait_for

_DATA, _USER = "/srv/listening", 64321
_SYSTEMD = "/lib/systemd/systemd"
_BOOT = """mkdir -p run sys var etc/systemd/system old
mount -t sysfs -o ro sysfs sys
mountpoint -q sys/fs/cgroup || mount -t tmpfs tmpfs sys/fs/cgroup
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
cp -a /etc/ld.so.cache etc
: > etc/machine-id
printf 'root:x:0:0::/root:/bin/sh\\nlistening:x:{user}:{user}::/nonexistent:/bin/sh\\n' > etc/passwd
printf 'root:x:0:\\nlistening:x:{user}:\\n' > etc/group
ln -s /dev/null etc/systemd/system/systemd-journald.service
printf '[Unit]\\n' > etc/systemd/system/nothing.target
printf 'PYTHONPATH=/opt/project\\n' > etc/listening.env
chmod 600 etc/listening.env
printf %s {unit} > etc/systemd/system/listening.service
mkdir etc/systemd/system/listening.service.d
printf '[Service]\\nStandardOutput=append:/run/told\\n' > etc/systemd/system/listening.service.d/told.conf
pivot_root . old
umount -l old
mount --bind /proc/sys /proc/sys
mount -o remount,ro,bind /proc/sys
exec env -i container=listening PATH=/usr/sbin:/usr/bin:/sbin:/bin {systemd} --system --unit=nothing.target \\
  --log-target=null --show-status=no
"""


def unit() -> str:
    """The printed unit, with the command and the user that are there."""
    text = CliRunner().invoke(main, ["--config", f"{_DATA}/config", "service", "systemd"]).output
    text = re.sub("ExecStart=[^ ]+", f"ExecStart={rootfs.COMMAND}", text)
    return re.sub("User=.+", "User=listening", text).replace("--port 8000", "--port 0")


def refused(folder: Path) -> str:
    """Why no systemd can be started on this machine; "" where one can."""
    if os.getuid() != 0:
        return "only root can start a systemd of its own"
    for tool in (_SYSTEMD, "systemctl", "unshare", "nsenter", "pivot_root"):
        if shutil.which(tool) is None:
            return f"there is no {tool} here"
    try:
        with Systemd(folder) as systemd:
            return "" if systemd.ask("is-system-running") == "running" else systemd.ask("--failed")
    except (AssertionError, OSError) as error:
        return str(error)


@contextmanager
def ready(folder: Path) -> Iterator[Callable[[], Up]]:
    """Start a systemd; gives what starts the unit in it."""
    with Systemd(folder) as systemd:
        yield lambda: Unit(systemd, folder)


class Systemd:
    """A systemd and whatever it runs, in a cgroup of its own, as a context."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cgroup = _cgroups() / f"listening-{os.getpid()}"

    def __enter__(self) -> Self:
        root = self.folder.parent / f"{self.folder.name}-systemd"
        root.mkdir(exist_ok=True)
        for each in (self.folder, *self.folder.rglob("*")):
            os.chown(each, _USER, _USER)
        script = rootfs.made(root, self.folder, _DATA)
        script += _BOOT.format(user=_USER, unit=shlex.quote(unit()), systemd=_SYSTEMD)
        own = "unshare --cgroup --pid --fork --kill-child --mount --ipc --uts sh -c".split()
        self.cgroup.mkdir()
        enter = f"echo $$ > {self.cgroup}/cgroup.procs && exec {shlex.join([*own, script])}"
        self.process = subprocess.Popen(["sh", "-c", enter], start_new_session=True, stdout=subprocess.DEVNULL)
        wait_for("systemd", lambda: self.ask("is-system-running") in ("running", "degraded"), 20)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        wait_for("its processes to end", lambda: not self.pids())
        for each in sorted(self.cgroup.rglob("*/"), reverse=True):
            with suppress(OSError):
                each.rmdir()
        self.cgroup.rmdir()

    def inside(self, *command: str, tree: str = "--pid") -> list[str]:
        """The command that runs another one there; without its process tree it can be ended from here."""
        first = str(only_child(self.process.pid))
        return ["nsenter", "--target", first, "--mount", *filter(None, [tree]), "--root", "--wd", *command]

    def ask(self, *arguments: str) -> str:
        """What systemctl answers."""
        found = subprocess.run(self.inside("systemctl", *arguments), capture_output=True, text=True)
        return (found.stdout or found.stderr).strip()

    def pids(self, of: str = "") -> list[int]:
        """The processes of all of it, or of one unit, as they are numbered here."""
        lists = self.cgroup.glob(f"**/{of}/cgroup.procs" if of else "**/cgroup.procs")
        return [int(pid) for each in lists for pid in each.read_text().split()]


class Unit(Up):
    """The unit, from its start to its stop; what it says is read from a file."""

    def __init__(self, systemd: Systemd, folder: Path) -> None:
        super().__init__(folder / "config")
        self.systemd = systemd

    def __enter__(self) -> Self:
        self.command = self.systemd.inside("tail", "--lines=+1", "--follow", "--retry", "/run/told", tree="")
        subprocess.run(self.systemd.inside("rm", "-f", "/run/told"), check=True)
        said = self.systemd.ask("start", "listening")
        assert not said, said
        return super().__enter__()

    def stop(self, number: int = 0) -> float:  # the unit says which signal
        began = time.monotonic()
        said = self.systemd.ask("stop", "listening")
        assert not said, said
        return time.monotonic() - began

    def descendants(self) -> list[int]:
        return self.systemd.pids("listening.service")

    @property
    def main(self) -> int:
        """The process that the unit started."""
        return next(pid for pid in self.descendants() if b"up\0" in Path(f"/proc/{pid}/cmdline").read_bytes())

    def shown(self, name: str) -> str:
        """A property of the unit."""
        return self.systemd.ask("show", "--value", "-p", name, "listening")


def _cgroups() -> Path:
    """Where this machine's cgroups (version 2) are."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields, _, kind = line.partition(" - ")
        if kind.startswith("cgroup2 "):
            return Path(fields.split()[4])
    raise OSError("there are no cgroups of version 2 here")
