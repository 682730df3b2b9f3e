"""Reddit's API when it refuses, asks to wait, breaks, or is somewhere else."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from listening.errors import AddressError, CredentialError, SourceError
from listening.source import Context
from tests.asking_reddit import NOW, asking, ids, read, source, tools
from tests.servers.reddit import UNAUTHORIZED, Said
from tests.servers.reddit import Reddit as Server


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


def test_check(server: Server, context: Context) -> None:
    assert source(server, context).check() == "read-only access works"
    assert server.asked[-1].query["limit"] == "1"
    server.closed = {"tools": "banned"}
    with pytest.raises(SourceError, match="r/Tools: it does not exist"):
        source(server, context).check()


@pytest.mark.parametrize("reply", [None, Said('{"error": "unsupported_grant_type"}'), Said("{}", 403)])
def test_wrong_keys(server: Server, context: Context, reply: Said | None) -> None:
    server.reply = lambda kind, *_: reply if kind == "token" else None
    wrong = replace(context, secrets={"client_id": SecretStr("an-id"), "client_secret": SecretStr("hunter2")})
    with pytest.raises(
        CredentialError, match="LISTENING_REDDIT_CLIENT_ID and LISTENING_REDDIT_CLIENT_SECRET"
    ) as caught:
        source(server, wrong).check()
    assert "hunter2" not in str(caught.value)


def test_a_token_that_expires_is_renewed(server: Server, context: Context) -> None:
    server.things = tools(250)
    server.reply = lambda kind, number, _: Said("{}", 401, UNAUTHORIZED) if (kind, number) == ("listing", 2) else None
    assert len(ids(read(server, context))) == 250
    assert server.paths().count("/api/v1/access_token") == 2


def test_keys_that_are_taken_back(server: Server, context: Context, quick: None) -> None:
    server.reply = lambda kind, *_: Said("{}", 401, UNAUTHORIZED) if kind == "listing" else None
    with pytest.raises(CredentialError):
        read(server, context)


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("7", 7),
        ("0", 0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (None, 60),
        ("soon", 60),
        ("-5", 60),
    ],
)
def test_reddit_is_waited_for(server: Server, context: Context, asked: str | None, waited: int) -> None:
    server.things, slept = tools(3), list[float]()
    busy = Said("busy", 429, {} if asked is None else {"Retry-After": asked})
    server.reply = lambda kind, number, _: busy if (kind, number) == ("listing", 1) else None
    assert len(ids(read(server, replace(context, sleep=slept.append)))) == 3
    assert slept == [waited]


@pytest.mark.parametrize(("asked", "slept"), [("86400", 0), ("1", 3), ("9" * 400, 0)])
def test_reddit_is_not_waited_for_for_ever(server: Server, context: Context, asked: str, slept: int) -> None:
    waits: list[float] = []
    server.reply = lambda *_: Said("busy", 429, {"Retry-After": asked})
    with pytest.raises(SourceError, match="wait"):
        read(server, replace(context, sleep=waits.append))
    assert len(waits) == slept


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Said("<html>", 503), "answered with HTTP 503"),
        (Said("<html>blocked</html>"), "did not answer with a listing"),
        (Said("[]"), "did not answer with a listing"),
        (Said('{"data": {"children": 7}}'), "did not answer with a listing"),
        (Said('{"kind": "Listing"}'), "did not answer with a listing"),
        (Said("{}", headers={"x-ratelimit-remaining": "many"}), "answered in a way that PRAW cannot read"),
        (Said('{"fields": ["x"], "explanation": "no", "reason": "BAD"}', 400), "answered in a way that PRAW cannot"),
        (Said('{"fields": ["x", "y"]}', 400), "answered in a way that PRAW cannot read"),
        (Said("[1]", 400), "answered in a way that PRAW cannot read"),
        (Said("", 401), "answered in a way that PRAW cannot read"),
        (Said("", 302), "answered in a way that PRAW cannot read"),
        (Said("", 418), "answered with HTTP 418"),
    ],
)
def test_an_answer_that_is_none(server: Server, context: Context, reply: Said, said: str, quick: None) -> None:
    server.reply = lambda kind, *_: reply if kind == "listing" else None
    with pytest.raises(SourceError, match=f"127.0.0.1:{server.port} {said}"):
        read(server, context)


def test_nobody_there(server: Server, context: Context, quick: None) -> None:
    with pytest.raises(SourceError, match=r"127\.0\.0\.1:9 cannot be reached: Connection refused"):
        read(server, context, oauth_url="http://127.0.0.1:9")


def test_no_redirect_is_followed_with_the_keys(server: Server, context: Context) -> None:
    server.reply = lambda kind, *_: Said("", 307, {"Location": f"{server.base}/elsewhere"}) if kind == "token" else None
    with pytest.raises(SourceError, match="HTTP 307"):
        read(server, context)
    assert server.paths() == ["/api/v1/access_token"]


@pytest.mark.parametrize("allowed", [(), ("localhost",), ("127.0.0.1:1",)])
def test_a_private_address_only_where_it_is_allowed(server: Server, context: Context, allowed: tuple[str, ...]) -> None:
    with pytest.raises(AddressError, match="allow_private"):
        read(server, replace(context, allow_private=allowed))
    assert not server.asked


def test_a_praw_ini_changes_nothing(
    server: Server, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "praw.ini").write_text(
        "[DEFAULT]\noauth_url=http://127.0.0.1:9\nusername=x\npassword=y\ncomment_kind=t9\n["
    )
    monkeypatch.chdir(tmp_path)
    for name, value in {"XDG_CONFIG_HOME": str(tmp_path), "praw_site": "none", "praw_refresh_token": "r"}.items():
        monkeypatch.setitem(os.environ, name, value)
    assert source(server, context).check() == "read-only access works"
