"""From a post's arrival to the message: a followed subreddit, `listening up`, and who is told, all on loopback."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.http import HttpServer, Reply
from tests.servers.reddit import KEYS, Reddit, submission
from tests.uprunning import Up, wait_for

_ENV = ("LISTENING_REDDIT_CLIENT_ID", "LISTENING_REDDIT_CLIENT_SECRET")


class Stream:
    """`listening up` that follows a subreddit and tells of each mention, as a context; `up` is the process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reddit, self.receiver = Reddit(), HttpServer({"*": Reply(b"{}")})
        self.published: dict[int, float] = {}  # the number of a post -> when it appeared, by the monotonic clock

    def __enter__(self) -> Self:
        os.environ.update(zip(_ENV, KEYS, strict=True))
        self.reddit.__enter__()
        self.receiver.__enter__()
        self.up = Up(self._config(), "--no-web")
        self.up.__enter__()
        self.up.until("followed: asked now")
        self._first()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.up.stop()
        self.up.__exit__(kind, error, trace)
        self.receiver.__exit__()
        self.reddit.__exit__()
        for name in _ENV:
            os.environ.pop(name)

    def publish(self) -> int:
        """Let a post appear that mentions the brand; returns its number."""
        number = 1000 + len(self.published)
        self.published[number] = time.monotonic()
        self.reddit.things.append(submission(number, time.time(), f"Baceba again, the {number}th time"))
        return number

    def told(self) -> dict[int, float]:
        """When who is told first heard of each post."""
        found: dict[int, float] = {}
        for seen in self.receiver.seen:
            said = json.dumps(json.loads(seen.body))
            for number in self.published:
                if f"the {number}th time" in said:
                    found.setdefault(number, seen.at)
        return found

    def _first(self) -> None:
        """Publish until one is told: what is there before a rule begins is none of its business."""
        wait_for("the first", lambda: self.told() or (self.publish() and time.sleep(0.5)))

    def _config(self) -> Path:
        config = self.folder / "config"
        config.mkdir(parents=True)
        (config / "brands.toml").write_text('[[brand]]\nname = "Baceba"\n')
        (config / "sources.toml").write_text(
            '[[source]]\nname = "followed"\nkind = "reddit"\nsubreddits = ["Tools"]\ncomments = false\nstream = true\n'
            f'url = "{self.reddit.base}"\noauth_url = "{self.reddit.base}"\n'
        )
        (config / "listening.toml").write_text(
            f'allow_private = ["127.0.0.1:{self.reddit.port}", "127.0.0.1:{self.receiver.port}"]\n'
            f'[[channel]]\nname = "hook"\nkind = "webhook"\nurl = "{self.receiver.url("/hook")}"\n'
            '[[alert]]\nname = "each"\nkind = "mention"\nchannels = ["hook"]\n'
        )
        return config
