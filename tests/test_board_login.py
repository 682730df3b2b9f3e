"""Boards that ask for a login: their form filled in once, and never handed to anybody else."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr
from scrapy.downloadermiddlewares import cookies
from scrapy.http import HtmlResponse

from listening.errors import CredentialError
from spiders.board import Board
from spiders.boards import login
from spiders.boards.page import Page
from tests.servers.http import HttpServer, Reply, Seen
from tests.servers.phpbb import HOST
from tests.servers.phpbb import Board as Bulletin
from tests.servers.spider import Crawled, crawl

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRETS = {"name": SecretStr("mia"), "password": SecretStr("open sesame")}
FORM = (
    '<form method="post" action="./ucp.php?mode=login"><input name="username"><input type="password" name="password">'
    '<input type="hidden" name="form_token" value="f00"><input type="submit" name="login" value="Login"></form>'
)
GUEST = '<html><body id="phpbb"><a href="./ucp.php?mode=login">Login</a><a href="./faq.php">FAQ</a>{}</body></html>'


class Members(HttpServer):
    """A board that shows itself to members alone."""

    def __init__(self, password: str = "open sesame") -> None:
        super().__init__({"*": self._answer_to, "/robots.txt": Reply(status=404)})
        self.board, self.password = Bulletin(), password
        self.board.place("Members", 3, 7)

    def _answer_to(self, seen: Seen) -> Reply:
        if seen.path.startswith("/ucp.php"):
            if seen.method == "GET":
                return Reply(GUEST.format(FORM).encode())
            sent = {name: values[0] for name, values in parse_qs(seen.body).items()}
            right = {"username": "mia", "password": self.password, "form_token": "f00", "login": "Login"}
            if sent != right:
                return Reply(GUEST.format(FORM).encode())
            return Reply(status=302, headers={"Location": "/index.php", "Set-Cookie": "session=ok; path=/; HttpOnly"})
        if "session=ok" not in seen.headers.get("cookie", ""):
            return Reply(GUEST.format("<p>Only members may read.</p>").encode())
        status, html = self.board.page(HOST + seen.path)
        bye = '<a href="./ucp.php?mode=logout">Bye</a></body>'
        return Reply(html.replace(HOST, self.url("")).replace("</body>", bye).encode(), status)


@pytest.fixture
def members(monkeypatch: pytest.MonkeyPatch) -> Iterator[Members]:
    monkeypatch.setenv("ACME_NAME", "mia")
    monkeypatch.setenv("ACME_PASSWORD", "open sesame")
    with Members() as server:
        yield server


def _crawl(server: Members) -> Crawled:
    return crawl(Board, {"url": server.url(), "login": "ACME"}, now=NOW, LOG_LEVEL="DEBUG")


def test_a_member_reads_what_guests_do_not_see(members: Members) -> None:
    run = _crawl(members)
    assert {post.id for post in run.posts} == members.board.ids
    assert not run.degraded
    assert [seen.method for seen in members.seen].count("POST") == 1


def test_cookies_call_nobody(members: Members, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "TLDEXTRACT_CACHE"):
        monkeypatch.setenv(name, str(tmp_path))
    assert _crawl(members).posts
    assert not list(tmp_path.rglob("*suffix*")), "the list of public suffixes was looked for elsewhere"
    importlib.import_module("listening.fetch.cookies")
    assert cookies._split_domain.suffix_list_urls == ()


def test_a_login_that_is_refused_is_tried_once_and_told(members: Members) -> None:
    members.password = "another"
    run = _crawl(members)
    assert run.degraded == ["the board refused the login: are ACME_NAME and ACME_PASSWORD right?"]
    assert [seen.method for seen in members.seen].count("POST") == 1
    assert not run.posts


def test_without_a_login_form_nothing_is_sent(members: Members) -> None:
    members.routes["*"] = Reply(b"<html><body>Members only.</body></html>")
    run = _crawl(members)
    assert run.degraded == [f"{members.url()} has no login form that can be filled in safely"]
    assert {seen.method for seen in members.seen} == {"GET"}


def test_a_missing_secret_is_named(monkeypatch: pytest.MonkeyPatch, members: Members) -> None:
    monkeypatch.delenv("ACME_PASSWORD")
    spider = Board(url=members.url(), login="ACME")
    with pytest.raises(CredentialError, match="ACME_PASSWORD"):
        spider._account()


@pytest.mark.parametrize(
    ("url", "form", "trusted"),
    [
        ("https://b.example/", FORM, True),
        ("https://b.example/", FORM.replace("./ucp.php", "https://evil.example/ucp.php"), False),
        ("https://b.example/", FORM.replace("./ucp.php", "http://b.example/ucp.php"), False),
        ("http://b.example/", FORM.replace("./ucp.php", "https://b.example/ucp.php"), True),
        ("https://b.example/", FORM.replace('method="post"', 'method="get"'), False),
        ("https://b.example/", FORM.replace('method="post"', ""), False),
        ("https://b.example/", FORM.replace('name="username"', ""), False),
        ("https://b.example/", "<p>none</p>", False),
    ],
)
def test_a_password_is_only_sent_where_it_belongs(url: str, form: str, trusted: bool) -> None:
    response = HtmlResponse(url, body=GUEST.format(form).encode(), encoding="utf-8")
    request = login.filled(response, SECRETS, print)
    assert (request is not None) == trusted
    if request is not None:
        assert request.method == "POST"
        assert "open+sesame" in request.body.decode()


def test_the_login_page_is_found_and_nothing_else() -> None:
    for html, found in [
        (GUEST.format(""), "https://b.example/ucp.php?mode=login"),
        ('<a href="/member.php?action=logout">Log out</a><a href="/blog/logging-in/">Blog</a>', ""),
        ('<a href="https://sso.example/login">Log in</a><a href="/login/">Log in</a>', "https://b.example/login/"),
    ]:
        assert login.link(Page("https://b.example/", html.encode(), NOW)) == found
