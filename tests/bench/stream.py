"""From a post's arrival to the message: seconds from its appearing in a followed subreddit to the webhook's call."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.streaming import Stream
from tests.uprunning import wait_for

_ENOUGH = 5.0  # seconds


def main(arguments: list[str] | None = None) -> int:
    """Let posts appear at random moments, and print how long they took. Returns 1 above 5 s, or if one is lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench stream", description=__doc__)
    parser.add_argument("--posts", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder, Stream(Path(folder)) as stream:
        numbers = []
        for _ in range(given.posts):
            time.sleep(chance.uniform(0.2, 3.0))
            numbers.append(stream.publish())
        wait_for("all to be told", lambda: set(numbers) <= set(stream.told()))
        heard, messages = stream.told(), len(stream.receiver.seen)
    took = sorted(heard[number] - stream.published[number] for number in numbers)
    print(f"{len(took)} posts, {messages} messages: median {median(took):.1f} s, worst {took[-1]:.1f} s")
    return 0 if took[-1] <= _ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
