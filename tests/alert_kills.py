"""`python -m tests.alert_kills --times 20`: kill -9 the worker at random moments while 30 % of messages are refused.

While posts arrive, one process after the other looks and sends, and is killed in the middle of it. In the end every
mention that was to be told is told, and few messages come twice: those that were through when the sender died before it
could note so. Receivers know these by their id.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from listening.config import load
from listening.crawl import prepare
from listening.post import Entry, Mention, Post
from listening.source import kinds
from listening.store import Store
from tests.servers.http import HttpServer, Reply, Seen

_WORK = """
import sys, threading
from datetime import timedelta
from pathlib import Path
from listening.alerts import deliver, work
from listening.config import load
from listening.source import kinds
deliver.LEASE = timedelta(seconds=2)   # a trial is shorter than a day
deliver._LONGEST = 1.0
work(load(Path(sys.argv[1]), {n: k.Options for n, k in kinds().items()}), threading.Event(), pause=0.02)
"""


@dataclass(slots=True)
class Trial:
    """How a trial went."""

    mentions: int
    lost: int
    messages: int
    repeated: int
    refused: int
    kills: int


def main(arguments: list[str] | None = None) -> int:
    """Run one long trial. Returns 1 if an alert was lost or more than 1 % came twice."""
    parser = argparse.ArgumentParser(prog="python -m tests.alert_kills", description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--each", type=int, default=150, help="mentions between two kills")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        trial = run(Path(folder), given.times, given.each, given.seed)
    print(
        f"{trial.kills} kills, {trial.mentions:,} mentions, {trial.messages:,} messages, {trial.refused:,} refused: "
        f"{trial.lost} lost, {trial.repeated} came twice ({trial.repeated / max(1, trial.messages):.2%})"
    )
    return 1 if trial.lost or trial.repeated > 0.01 * trial.messages else 0


def run(folder: Path, kills: int, each: int, seed: int) -> Trial:
    """Let mentions arrive, kill the worker again and again, then let it finish."""
    chance = random.Random(seed)
    refused = Counter[bool]()

    def answer(_: Seen) -> Reply:
        refused[no := chance.random() < 0.3] += 1
        return Reply(b"{}", status=503 if no else 200)

    taken: list[Seen] = []

    def hook(seen: Seen) -> Reply:
        reply = answer(seen)
        if reply.status == 200:
            taken.append(seen)
        return reply

    with HttpServer({"*": hook}) as server:
        config = _config(folder, server.port)
        stored = 0
        with Store(folder / "listening.db") as store:
            _one_tick(config)
            for _ in range(kills):
                worker = subprocess.Popen([sys.executable, "-c", _WORK, str(config)], stderr=subprocess.DEVNULL)
                stored += 1
                store.save("feed", [_entry(stored)], now=datetime.now(UTC))
                _started(store, stored)
                end = time.monotonic() + chance.uniform(0.2, 1.0)
                for number in range(each):
                    stored += 1
                    store.save("feed", [_entry(stored)], now=datetime.now(UTC))
                    time.sleep(max(0.0, (end - time.monotonic()) / (each - number)))
                worker.kill()
                worker.wait()
            worker = subprocess.Popen([sys.executable, "-c", _WORK, str(config)])
            last = time.monotonic() + 120
            while time.monotonic() < last and (store.messages() or _behind(store, stored)):
                time.sleep(0.05)
            worker.kill()
            worker.wait()
    told = Counter(
        ident for seen in taken for row in json.loads(seen.body)["incidents"] for ident in row["mention_ids"]
    )
    keys = Counter(seen.headers["webhook-id"] for seen in taken)
    repeated = sum(count - 1 for count in keys.values())
    return Trial(stored, stored - len(told), len(taken), repeated, refused[True], kills)


def _behind(store: Store, stored: int) -> bool:
    return len(store.known_series("all", datetime.now(UTC) - timedelta(days=1))) < stored


def _started(store: Store, stored: int) -> None:
    """Wait until a worker has taken up what is there: it takes most of its time to start."""
    end = time.monotonic() + 60
    while time.monotonic() < end and _behind(store, stored):
        time.sleep(0.02)


def _one_tick(config: Path) -> None:
    """Let the rule begin before the first mention: it tells what comes after it."""
    from listening.alerts.worker import Desk

    loaded = load(config, {name: kind.Options for name, kind in kinds().items()})
    with Store(loaded.database) as store:
        Desk(loaded, store).tick(datetime.now(UTC))


def _config(folder: Path, port: int) -> Path:
    config = folder / "config"
    config.mkdir(parents=True)
    (config / "brands.toml").write_text('[[brand]]\nname = "Acme"\n')
    (config / "sources.toml").write_text("")
    (config / "listening.toml").write_text(
        f'allow_private = ["127.0.0.1:{port}"]\n'
        f'[[channel]]\nname = "hook"\nkind = "webhook"\nurl = "http://127.0.0.1:{port}/hook"\n'
        '[[alert]]\nname = "all"\nkind = "mention"\nchannels = ["hook"]\n'
    )
    prepare(load(config, {name: kind.Options for name, kind in kinds().items()})).close()
    return config


def _entry(number: int) -> Entry:
    post = Post("example.com", str(number), f"https://example.com/{number}", f"Acme says {number} {number * 7919}",
                datetime.now(UTC))  # fmt: skip
    return Entry(post, "en", None, (Mention("Acme", ("Acme",)),))


if __name__ == "__main__":
    sys.exit(main())
