"""Following Reddit live: rounds, bursts, outages, and where the next run goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from listening.errors import CredentialError, SourceError
from listening.post import Post
from listening.source import Context
from spiders.reddit import Reddit
from tests.asking_reddit import SECOND, asking, ids, marks, read, reasons, source, tools
from tests.servers.reddit import UNAUTHORIZED, Said, comment, submission
from tests.servers.reddit import Reddit as Server


class Stop(Exception):
    """Ends a run that follows live: nothing else would."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def context() -> Context:
    return asking()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its own three tries prawcore rests for some seconds; here it does not."""
    clock = SimpleNamespace(sleep=lambda _: None, monotonic=time.monotonic)
    monkeypatch.setattr("prawcore.sessions.time", clock)


def nothing() -> None:
    """What happens in most moments."""


def follow(
    server: Server, context: Context, *rounds: Callable[[], Any], **options: Any
) -> tuple[list[Any], list[float]]:
    """Follow live; `rounds` happen one by one while the source rests, and then it ends. Nobody waits for real."""
    happens, rests = iter(rounds), list[float]()

    def rest(seconds: float) -> None:
        rests.append(seconds)
        happening = next(happens, None)
        if happening is None:
            raise Stop
        happening()

    found: list[Any] = []
    try:
        for item in source(server, replace(context, sleep=rest), stream=True, **options).collect():
            found.append(item)
    except Stop:
        return found, rests
    raise AssertionError("following live came to an end")


def test_following_live(server: Server, context: Context) -> None:
    server.things = tools(3)
    add = server.things.append
    posts, says = (lambda: add(submission(50, SECOND - 5))), (lambda: add(comment(60, SECOND - 4)))
    found, rests = follow(server, context, posts, says, nothing, comments=True)
    live = found[next(n for n, item in enumerate(found) if isinstance(item, Post) and item.id == "t3_1e") :]
    assert [item.id if isinstance(item, Post) else item.value for item in live] == [
        "t3_1e", f"t3_1e {SECOND - 5}", "t1_1o", f"t1_1o {SECOND - 4}",
    ]  # fmt: skip
    assert set(rests) == {Reddit.delay}
    assert not reasons(found)


def test_following_live_goes_on_where_it_stopped(server: Server, context: Context) -> None:
    server.things = tools(400)
    first, _ = follow(server, context)
    server.things += tools(150, SECOND - 1, first=1000)
    second, _ = follow(server, replace(context, checkpoints=marks(first)))
    assert {thing["name"] for thing in server.things} == set(ids(first + second))
    assert not reasons(second)


def test_a_burst_between_two_rounds_is_read_whole(server: Server, context: Context) -> None:
    server.things = tools(5, SECOND - 10_000)
    burst = tools(350, SECOND - 5, first=1000)
    found, _ = follow(server, context, nothing, lambda: server.things.extend(burst), nothing)
    assert {thing["name"] for thing in server.things} == set(ids(found))
    assert marks(found) == {"new:r/tools": f"{burst[-1]['name']} {SECOND - 5}"}
    assert not reasons(found)


def test_a_post_deleted_while_followed_stops_nothing(server: Server, context: Context) -> None:
    server.things = tools(5)
    add = server.things.append
    found, _ = follow(server, context, server.things.pop, nothing, lambda: add(submission(50, SECOND - 5)), nothing)
    assert "t3_1e" in ids(found)


def test_following_live_survives_an_outage(server: Server, context: Context, quick: None) -> None:
    server.things = tools(2)

    def fail() -> None:
        server.reply = lambda *_: Said("", 502)

    def mend() -> None:
        server.reply = lambda *_: None
        server.things.append(submission(50, SECOND - 5))

    found, rests = follow(server, context, fail, nothing, nothing, mend, nothing)
    assert rests == [2, 4, 8, 16, 2, 2]
    assert "t3_1e" in ids(found)
    assert not reasons(found)


def test_following_live_gives_up_in_the_end(server: Server, context: Context, quick: None) -> None:
    rests: list[float] = []
    server.reply = lambda kind, *_: Said("", 502) if kind == "listing" else None
    with pytest.raises(SourceError, match="HTTP 502"):
        read(server, replace(context, sleep=rests.append), stream=True)
    assert rests == [4, 8, 16, 32, 64, 128, 256, 300]


def test_following_live_without_what_was_closed(server: Server, context: Context) -> None:
    server.things = [*tools(2), submission(70, SECOND - 70, subreddit="Other")]
    close, add = server.closed.update, server.things.append
    closes, posts = (lambda: close({"other": "private"})), (lambda: add(submission(50, SECOND - 5)))
    found, _ = follow(server, context, closes, posts, nothing, subreddits=["Tools", "Other"])
    assert reasons(found) == ["r/Other: it is private, quarantined or closed to this app"]
    assert "t3_1e" in ids(found)
    with pytest.raises(SourceError, match="r/Tools: it does not exist"):  # as catching up, after it, finds too
        read(server, replace(context, sleep=lambda _: close({"tools": "banned"})), stream=True)


def test_keys_taken_back_end_following_live_at_once(server: Server, context: Context, quick: None) -> None:
    def revoke(_: float) -> None:
        server.reply = lambda *_: Said("{}", 401, UNAUTHORIZED)

    with pytest.raises(CredentialError):
        read(server, replace(context, sleep=revoke), stream=True)
