"""Runs a server that dies with whoever started it: `python leash.py COMMAND...` ends it when standard input closes.

Whatever ends the test (a failure, Ctrl-C, a kill), its end of the pipe closes, and the server goes with its children.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading


def main(command: list[str]) -> int:
    """Run a command in a process group of its own until it ends or standard input does."""
    os.setsid()  # Ctrl-C reaches the test alone, and the test ends us
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    threading.Thread(target=_kill_at_the_end, args=(server.pid,), daemon=True).start()
    return server.wait()


def _kill_at_the_end(group: int) -> None:
    while os.read(0, 1024):  # a buffered read would not let the interpreter end
        pass
    os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
