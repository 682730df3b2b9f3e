"""What everything says while it runs: plain lines on standard output, for people and for journals."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import datetime


def say(who: str, what: str) -> None:
    """One line: the time here, who says it, and what."""
    with suppress(OSError):  # nobody listens any more
        sys.stdout.write(f"{datetime.now().astimezone():%H:%M:%S} {who:<9} {what}\n")
        sys.stdout.flush()
