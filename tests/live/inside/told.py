"""What the scripts beside this one are given; they run in the environment of the software they fill."""

import json
import os
import sys
from datetime import datetime
from pathlib import Path

DATA = Path(os.environ["LIVE_DATA"])  # where the board keeps everything
_told = json.loads(os.environ["LIVE_TOLD"])
PEOPLE, GONE, ABOVE = _told["people"], _told["gone"], _told["above"]


def topics():
    """The topics on standard input, their times as times."""
    found = json.load(sys.stdin)
    for topic in found:
        for post in topic["posts"]:
            post["at"] = datetime.fromisoformat(post["at"])
            post["edited"] = datetime.fromisoformat(post["edited"]) if post["edited"] else None
    return found


def answer(rows):
    """Say what became of the posts: (id, path of the permalink) of each, in order."""
    print(json.dumps([{"id": ident, "path": path} for ident, path in rows]))


def main(**verbs):
    """Do what the first argument says; `serve` gets the port."""
    verb, *rest = sys.argv[1:]
    verbs[verb](*map(int, rest))
