"""One service in its own process: `python -m listening.up.child NAME CONFIG [SOCKET]`.

It ends on SIGTERM, on SIGINT, and when whoever started it is gone.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path

from listening.config import load
from listening.errors import ListeningError
from listening.source import kinds
from listening.up.services import SERVICES
from listening.up.words import say


def main(argv: list[str]) -> int:
    """Do the service's work. Returns 1 where it cannot, after saying why in one line."""
    name, folder, *rest = argv
    service = next(each for each in SERVICES if each.name == name)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the service can stop by itself
    threading.Thread(target=_orphaned, daemon=True).start()
    try:
        function = service.function()
        config = load(Path(folder), {kind: cls.Options for kind, cls in kinds().items()})
        if service.listens:
            with socket.socket(fileno=int(rest[0])) as listener:
                function(config, listener)
        elif service.name == "schedule":
            function(config, _told_to_stop(), lambda line: say(name, line))
        else:
            function(config, _told_to_stop())
    except ListeningError as error:
        say(name, str(error))
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _told_to_stop() -> threading.Event:
    """An event that SIGTERM and SIGINT set from now on."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _orphaned() -> None:
    """Wait until the other end of standard input is gone, and with it whoever would end this process."""
    with suppress(OSError):
        while os.read(sys.stdin.fileno(), 64):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # all is stored and closed: taking the interpreter apart takes a second that nobody has
