"""`listening up` as a service manager runs it: started, watched by its lines, stopped by signals."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.board import BoardServer

_PATIENCE = 90.0  # seconds; only a failure ever waits so long


def config(folder: Path, board: BoardServer, *, delay: float = 0, **more: str) -> Path:
    """An installation that crawls a board."""
    made = folder / "config"
    made.mkdir(parents=True)
    options = "".join(f"{key} = {value}\n" for key, value in more.items())
    (made / "brands.toml").write_text('[[brand]]\nname = "Baceba"\n')
    (made / "sources.toml").write_text(
        f'[[source]]\nname = "board"\nkind = "board"\nurl = "{board.url}"\ndelay = {delay}\n{options}'
    )
    (made / "listening.toml").write_text(f'allow_private = ["{board.address}"]\n')
    return made


class Up:
    """One `listening up`, in a session of its own."""

    def __init__(self, config: Path, *arguments: str, prefix: tuple[str, ...] = ()) -> None:
        self.command = [
            *prefix, sys.executable, "-c", "from listening.cli import run; run()",
            "--config", str(config), "up", "--port", "0", *arguments,
        ]  # fmt: skip
        self.lines: list[str] = []
        self._heard: queue.Queue[str] = queue.Queue()

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._heard.put(line.rstrip("\n"))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        for pid in self.descendants():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def until(self, pattern: str) -> str:
        """Wait for a line, and return it."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(queue.Empty):
                self.lines.append(self._heard.get(timeout=0.2))
                if re.search(pattern, self.lines[-1]):
                    return self.lines[-1]
        raise AssertionError(f"no line like {pattern!r} in:\n" + "\n".join(self.lines))

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Send a signal; returns how many seconds it took to end."""
        began = time.monotonic()
        self.signal(number)
        self.process.wait(_PATIENCE)
        return time.monotonic() - began

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def descendants(self) -> list[int]:
        """Processes that it started, and those they started, as long as they are in its session."""
        return [pid for pid, state in self.states().items() if state != "Z"]

    def states(self) -> dict[int, str]:
        """The state, a letter, of each of its session, those that have ended and are not taken note of too."""
        found = {}
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError, IndexError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.process.pid and int(entry.name) != self.process.pid:
                    found[int(entry.name)] = fields[0]
        return found

    def child(self, name: str) -> int:
        """The process of a service."""
        for pid in self.descendants():
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if b"listening.up.child" in words and name.encode() in words:
                    return pid
        raise AssertionError(f"no process of {name}")


def wait_for(what: str, true: object, patience: float = _PATIENCE) -> None:
    """Wait until a function returns something true."""
    assert callable(true)
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")
