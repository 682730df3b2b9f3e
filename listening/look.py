"""A look at any address before it becomes a source: a board, or a feed; in processes of their own.

`python -m listening.look` reads what to look at from standard input, and writes what it found as its last JSON line:
a reactor starts only once in a process, and whoever asks may want to end it.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from listening.config import Config, SourceEntry
from listening.errors import ListeningError, SourceError
from listening.post import Batch, Post
from listening.source import Context, find
from pipelines.redact import Redaction

_NEWEST = 5
_LONGEST = 300.0  # seconds, after which whoever does not answer is not waited for
_BEAT = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """One post, as it would be stored."""

    published: str  # ISO, UTC; empty where nobody says
    author: str
    title: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Found:
    """What there is at an address. Figures are None where nobody says."""

    kind: str  # board or rss: the kind of source that reads it
    url: str
    software: str
    certainty: float  # from 0 to 1
    route: str  # how posts were read, such as "phpbb page"; empty where none could be
    newest: Sequence[Sample]
    forums: Sequence[tuple[str, int | None, int | None]] = ()  # path, topics, posts
    topics: int | None = None
    posts: int | None = None
    feeds: Sequence[str] = ()
    structured_data: bool = False
    forbidden: int = 0  # requests that robots.txt did not allow
    crawl_delay: float = 0.0  # what robots.txt asks for, in seconds
    delay: float = 1.0  # seconds between requests as they would be made
    requests: int | None = None  # of a first crawl, roughly
    seconds: float | None = None
    complaint: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a look is told of the world."""

    url: str
    kind: str
    contact: str = ""
    allow_private: Sequence[str] = ()
    terms: Sequence[str] = ()
    redact: bool = False


@dataclass(slots=True)
class _Heard:
    """The last words of the process that looked."""

    found: Found | None = None
    reason: str = ""
    reached: bool = True


def address(text: str) -> str:
    """A web address from what somebody pasted. Raises SourceError where it is none."""
    text = text.strip()
    url = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and parts.hostname and not any(c.isspace() for c in url)
        held = parts.username is not None or parts.password is not None
        _ = parts.port
    except ValueError:
        fine, held = False, False
    if not text or not fine or len(url) > 2000:
        raise SourceError(f'"{text[:200]}" is not a web address: write https://forum.example.com/')
    if held:
        raise SourceError("leave out the password: boards with a login take it from the environment")
    return f"{url}/" if not parts.path and not parts.query else url


def look(url: str, config: Config, tell: Callable[[str, int], None]) -> Found:
    """Find out what is at an address, as a board or else as a feed, by all the rules of a crawl; nothing is stored.

    `tell` is called about twice a second with what is being done and how many pages held posts; what it raises ends
    the look. Raises SourceError where nothing there can be listened to, with the reason.
    """
    kinds = ("rss", "board") if _looks_like_a_feed(url) else ("board", "rss")
    reasons: list[str] = []
    for kind in kinds:
        settings = config.settings
        asked = Asked(
            url, kind, settings.contact, tuple(settings.allow_private), config.terms[:1], redact=settings.redact
        )
        heard = _ask(asked, tell)
        if heard.found is not None:
            return heard.found
        reasons.append(f"as a {'message board' if kind == 'board' else 'feed'}: {heard.reason}")
        if not heard.reached:
            raise SourceError(heard.reason)
    raise SourceError(f"nothing here can be listened to. {'; '.join(reasons)}".strip())


def _looks_like_a_feed(url: str) -> bool:
    parts = urlsplit(url)
    last = parts.path.rstrip("/").rpartition("/")[2].lower()
    return last.endswith((".xml", ".rss", ".atom", ".rdf", ".json")) or last in ("feed", "rss", "atom") or "{" in url


def _ask(asked: Asked, tell: Callable[[str, int], None]) -> _Heard:
    """Let a process of its own look, and end it whatever happens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "listening.look"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, errors="replace", process_group=0,
    )  # fmt: skip
    lines: queue.Queue[str | None] = queue.Queue()
    listener = threading.Thread(target=_listen, args=(process, lines), daemon=True)
    try:
        assert process.stdin is not None  # noqa: S101  # piped, above
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(asdict(asked)))
            process.stdin.close()
        listener.start()
        return _hear(asked, lines, tell)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if listener.ident is not None:
            listener.join()
        if process.stdout is not None:
            process.stdout.close()


def _listen(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    for line in process.stdout or ():
        lines.put(line)
    lines.put(None)


def _hear(asked: Asked, lines: queue.Queue[str | None], tell: Callable[[str, int], None]) -> _Heard:
    heard, pages, begun = _Heard(reason="the look ended without a word; try it again"), 0, time.monotonic()
    saying = f"Asking {urlsplit(asked.url).hostname} whether it is a {'board' if asked.kind == 'board' else 'feed'}"
    while True:
        tell(saying, pages)
        if time.monotonic() - begun > _LONGEST:
            return _Heard(reason=f"no end after {_LONGEST:.0f} seconds: it answers too slowly", reached=False)
        with suppress(queue.Empty):
            line = lines.get(timeout=_BEAT)
            if line is None:
                return heard
            said = json.loads(line)
            pages = said.get("pages", pages)
            if "reason" in said:
                heard = _Heard(reason=said["reason"], reached=said["reached"])
            elif "found" in said:
                heard = _Heard(_read(said["found"]))


def _read(values: dict[str, Any]) -> Found:
    forums = tuple((path, topics, posts) for path, topics, posts in values["forums"])
    return Found(**{**values, "forums": forums, "newest": tuple(Sample(**each) for each in values["newest"])})


# -- in the process that looks


def _look(asked: Asked, hear: Callable[[Batch], None]) -> Found:
    context = Context("look", contact=asked.contact, allow_private=tuple(asked.allow_private), terms=tuple(asked.terms))
    return _board(asked, context, hear) if asked.kind == "board" else _feed(asked, context, hear)


def _board(asked: Asked, context: Context, hear: Callable[[Batch], None]) -> Found:
    from listening.board import probe

    seen = probe(asked.url, context, hear=hear)
    return Found(
        "board", seen.url, seen.software, seen.sure.get(seen.software, 1.0), seen.route,
        [_sample(post, asked) for post in seen.newest], [(each.path, each.topics, each.posts) for each in seen.forums],
        seen.topics, seen.posts, seen.feeds, seen.structured_data, seen.forbidden, seen.crawl_delay, seen.delay,
        seen.requests, seen.seconds, seen.complaint,
    )  # fmt: skip


def _feed(asked: Asked, context: Context, hear: Callable[[Batch], None]) -> Found:
    from listening.board import Unread
    from listening.crawler import crawl_stats, verdict

    kind, batches = find("rss"), list[Batch]()
    entry = SourceEntry(name="look", kind="rss", options=kind.Options.model_validate({"url": asked.url}))
    extra = {"ITEM_PIPELINES": {}, "LOG_LEVEL": "CRITICAL"}

    def take(batch: Batch) -> None:
        batches.append(batch)
        hear(batch)

    stats = crawl_stats(kind, entry, context, extra, take)
    outcome = verdict(stats | {"finish_reason": "finished"})
    posts = [post for batch in batches for post in batch.posts]
    marks = [mark.key.removeprefix("feed:") for batch in batches for mark in batch.checkpoints if "feed:" in mark.key]
    if not posts and not marks:
        reason = outcome.reason or f"{asked.url} holds no feed"
        raise Unread(reason) if outcome.pages > 0 else SourceError(reason)
    dated = sorted((post for post in posts if post.published), key=lambda post: str(post.published), reverse=True)
    wait = max(kind.delay, float(stats.get("listening/crawl_delay", 0.0)))
    asks = max(1, outcome.pages)
    return Found(
        "rss", asked.url if "{" in asked.url or not marks else marks[0], "a feed", 1.0, posts[0].route if posts else "",
        [_sample(post, asked) for post in (dated or posts)[:_NEWEST]], posts=len(posts),
        forbidden=int(stats.get("robotstxt/forbidden", 0)), crawl_delay=float(stats.get("listening/crawl_delay", 0.0)),
        delay=wait, requests=asks, seconds=asks * wait, complaint=outcome.reason,
    )  # fmt: skip


def _sample(post: Post, asked: Asked) -> Sample:
    post = Redaction(personal=asked.redact).post(post)
    title = post.title or (post.thread.title if post.thread else "")
    published = post.published.isoformat() if post.published else ""
    return Sample(published, post.author.name if post.author else "", title, post.text[:1000], post.url)


def main() -> int:
    """Look at what standard input names, and say what came of it."""
    asked, pages = Asked(**json.load(sys.stdin)), 0

    def hear(batch: Batch) -> None:
        nonlocal pages
        pages += bool(batch.posts)
        _tell({"pages": pages})

    from listening.board import Unread

    try:
        _tell({"found": asdict(_look(asked, hear))})
    except ListeningError as error:
        _tell({"reason": str(error), "reached": isinstance(error, Unread)})
    except ValueError as error:  # an option that this kind does not take, such as its address
        _tell({"reason": str(error).splitlines()[0], "reached": True})
    return 0


def _tell(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
