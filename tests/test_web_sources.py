"""Sources on the desk: added by address, asked now, edited, removed, undone; private ones are as if not there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from listening.config import Config
from listening.store import Store
from tests.desk import Installation, install
from tests.servers.board import BoardServer
from tests.servers.http import HttpServer, Reply

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>http://x.example/</link>
<item><title>Acme &lt;script&gt;alert(1)&lt;/script&gt;</title><guid>a1</guid><link>javascript:alert(1)</link>
<description>Acme was here. &lt;img src=x onerror=alert(1)&gt;</description>
<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>"""


@pytest.fixture
def desk(tmp_path: Path) -> Installation:
    return install(tmp_path, people=True)


@pytest.fixture
def board(desk: Installation) -> Iterator[BoardServer]:
    with BoardServer(2, 3) as server:
        allow(desk, server.address)
        yield server


def allow(desk: Installation, *addresses: str) -> None:
    text = f'database = "listening.db"\nallow_private = {json.dumps(addresses)}\n'
    (desk.folder / "listening.toml").write_text(text, encoding="utf-8")


def settle(desk: Installation, role: str = "analyst") -> None:
    for kind in ("run", f"look:{role}"):
        desk.app.state.desk.jobs.wait(kind)


def toml(desk: Installation) -> str:
    return (desk.folder / "sources.toml").read_text(encoding="utf-8")


def hidden(page: str, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)[0]


def look(desk: Installation, client: TestClient, url: str, role: str = "analyst") -> str:
    """What the page says once the look at an address has ended."""
    assert client.post("/sources/look", data={"url": url}).status_code == 303
    settle(desk, role)
    return client.get("/sources/add").text


def scheduled(store: Store, config: Config) -> None:
    """A process that follows the schedule."""
    assert config.sources
    assert store.take_lease("schedule", "tests", datetime.now(UTC), "here") is not None


def test_a_board_is_added_by_its_address_and_asked_at_once(desk: Installation, board: BoardServer) -> None:
    before = toml(desk)
    with desk.visitor("analyst") as client:
        page = look(desk, client, board.url)
        for words in (
            "phpBB 3, 100% sure", "phpbb page", "allows every page asked for", "a request a second", "Workbench",
            "6 posts in 2 topics in 1 forum", "Newest posts, as they would be stored", "viewtopic.php?p=", "about",
        ):  # fmt: skip
            assert words in page, words
        assert "Nobody follows the schedule now" in page
        added = client.post("/sources/adopt", data={"url": board.url, "name": "anvils", "every": "30m", "private": "1"})
        shown = client.get(added.headers["location"])
        assert "Written to sources.toml." in shown.text
        assert "It was never asked." in shown.text
        entry = f'[[source]]\nname = "anvils"\nkind = "board"\nurl = "{board.url}"\nevery = "30m"\n'
        assert entry in toml(desk)  # and not private: an analyst would never see it again
        assert client.post("/sources/ask?from=anvils", data={"name": "anvils"}).status_code == 303
        settle(desk)
        log = client.get("/sources/one?name=anvils").text
        assert "anvils: ok, 6 posts read, 6 new" in log
        assert "Everything that came could be read." in log
        assert "anvils" in client.get("/coverage").text
        again = client.post("/sources/look", data={"url": board.url})
        assert again.status_code == 400
        assert "“anvils” listens there already." in again.text
        undo = re.findall(r'action="(/sources/undo/[^"]+)"', shown.text)[0]
        assert client.post(undo).headers["location"] == "/sources"
    assert toml(desk) == before
    with desk.store() as store:
        assert store.run_log("anvils", 1)[0].found == 6


def test_a_feed_is_found_from_its_page_and_its_texts_are_inert(desk: Installation) -> None:
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/news.xml"></head><body></body></html>'
    feed = Reply(FEED, type="application/rss+xml")
    with HttpServer({"/": Reply(page), "/news.xml": feed}) as site:
        allow(desk, site.url().removeprefix("http://").rstrip("/"))
        with desk.visitor("analyst") as client:
            found = look(desk, client, site.url())
            assert "a feed" in found
            assert "/news.xml" in found
            assert "Acme was here." in found
            assert "javascript:" not in found
            assert not re.search(r"<img src=x|<script(?![^>]*\ssrc=)", found)
            data = {"url": hidden(found, "url"), "name": "news", "every": "1h"}
            assert client.post("/sources/adopt", data=data).status_code == 303
    assert f'name = "news"\nkind = "rss"\nurl = "{site.url("/news.xml")}"' in toml(desk)


@pytest.mark.parametrize("url", ["", "ftp://forum.example/", "two words", "http://", "http://me:secret@forum.example/"])
def test_what_is_no_address_is_said_at_once(desk: Installation, url: str) -> None:
    with desk.visitor("analyst") as client:
        answer = client.post("/sources/look", data={"url": url})
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
        assert "look:analyst" not in desk.app.state.desk.jobs._jobs


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:9/", "is not on the public internet"),
        ("http://[::1]:9/", "is not on the public internet"),
        ("http://169.254.169.254/latest/", "is not on the public internet"),
        ("http://nowhere.invalid/", "there is no address for this name"),
    ],
)
def test_private_and_unreachable_hosts_are_refused(desk: Installation, url: str, reason: str) -> None:
    with desk.visitor("analyst") as client:
        page = look(desk, client, url)
        assert reason in page
        assert "Add it" not in page
        answer = client.post("/sources/adopt", data={"url": url, "name": "x"})
        assert answer.status_code == 404


def test_what_is_neither_says_why(desk: Installation) -> None:
    with HttpServer({"*": Reply(b"<html><body><h1>A shop</h1></body></html>")}) as shop:
        allow(desk, shop.url().removeprefix("http://").rstrip("/"))
        with desk.visitor("analyst") as client:
            page = look(desk, client, shop.url())
    assert "nothing here can be listened to" in page.lower()
    assert "is not of a board software" in page
    assert "no feed was found" in page


def test_a_look_is_stopped_and_is_nobody_elses(desk: Installation) -> None:
    with HttpServer({"*": Reply(delay=60)}) as slow:
        allow(desk, slow.url().removeprefix("http://").rstrip("/"))
        with desk.visitor("analyst") as client, desk.visitor("admin") as other:
            assert client.post("/sources/look", data={"url": slow.url()}).status_code == 303
            assert "Stop looking" in client.get("/sources/look").text
            assert slow.url() not in other.get("/sources/add").text
            client.post("/sources/look/stop")
            assert "nothing was added" in client.get("/sources/add").text


def test_run_now_asks_the_schedule_where_somebody_follows_it(desk: Installation) -> None:
    with desk.store() as store:
        scheduled(store, desk.config)
    with desk.visitor("analyst") as client:
        assert "Nobody follows the schedule" not in client.get("/sources").text
        headers = {"hx-request": "true", "hx-target": "div#rows"}
        answer = client.post("/sources/ask", data={"name": "forum"}, headers=headers)
        assert "forum is asked next." in answer.headers["hx-trigger"]
        assert "next in turn" in answer.text
        assert 'hx-trigger="every 2s"' in answer.text
    with desk.store() as store:
        assert next(row for row in store.schedule() if row.source == "forum").due_for == "asked"


def test_without_a_scheduler_the_page_says_how_to_start_one(desk: Installation) -> None:
    with desk.visitor("viewer") as client:
        page = client.get("/sources").text
        assert "Nobody follows the schedule now" in page
        assert "listening up" in page
        assert "Run now</button>" not in page


def test_pausing_is_undone(desk: Installation) -> None:
    before = toml(desk)
    with desk.visitor("analyst") as client:
        headers = {"hx-request": "true", "hx-target": "div#rows"}
        answer = client.post("/sources/pause", data={"name": "forum", "to": "off"}, headers=headers)
        assert "enabled = false" in toml(desk)
        assert ">paused</span>" in answer.text
        assert client.post("/sources/ask", data={"name": "forum"}).status_code == 303
        assert "resume it first" in client.get("/sources").text
        assert desk.app.state.desk.jobs.find("run") is None
        undo = re.findall(r'"undo": "([^"]+)"', answer.headers["hx-trigger"])[0]
        assert client.post(undo).status_code == 303
        assert toml(desk) == before
        client.post("/sources/pause", data={"name": "forum", "to": "off"})
        client.post("/sources/pause", data={"name": "forum", "to": "on"})
        assert toml(desk) == before


def test_editing_changes_what_was_changed_and_keeps_comments(desk: Installation) -> None:
    path = desk.folder / "sources.toml"
    text = "# places\n" + toml(desk).replace('kind = "board"', 'kind = "board"  # ours\nat = "07:30"', 1)
    path.write_text(text, encoding="utf-8")
    with desk.visitor("analyst") as client:
        page = client.get("/sources/edit?name=forum").text
        assert "A run of the schedule ends after so long" in page
        assert "ACME_NAME" in page  # secrets are names of variables
        form = {"was": "forum", "seen": hidden(page, "seen"), "url": "https://forum.example/", "at": "07:30"}
        ticks = {"adaptive": "1", "enabled": "1"}
        same = client.post("/sources/save", data=form | ticks)
        assert same.headers["location"].endswith("edit=kept")
        assert toml(desk) == text
        more = {"forums": "Anvils\nHammers", "max_topics": "20", "delay": "2.5", "redact": "yes", "login": "ACME"}
        assert client.post("/sources/save", data=form | {"enabled": "1"} | more).status_code == 303
    added = ('forums = ["Anvils", "Hammers"]', "max_topics = 20", "delay = 2.5", "redact = true", "adaptive = false")
    for line in added:
        assert line in toml(desk)
    assert "login" not in toml(desk)  # where secrets go is for admins
    assert [line for line in toml(desk).splitlines() if line not in added] == text.splitlines()


@pytest.mark.parametrize(
    "change", [{"every": "soon"}, {"max_topics": "many"}, {"url": "x y"}, {"window": "08:00"}, {"engine": "nope"}]
)
def test_what_cannot_be_saved_is_shown_again(desk: Installation, change: dict[str, str]) -> None:
    before = toml(desk)
    with desk.visitor("analyst") as client:
        page = client.get("/sources/edit?name=forum").text
        form = {"was": "forum", "seen": hidden(page, "seen"), "url": "https://forum.example/", "forums": "Kept\nTyped"}
        answer = client.post("/sources/save", data=form | {"adaptive": "1", "enabled": "1"} | change)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "Kept\nTyped" in answer.text
    assert f"{next(iter(change.values()))}" in answer.text
    assert toml(desk) == before


def test_two_who_edit_one_source(desk: Installation) -> None:
    with desk.visitor("analyst") as one, desk.visitor("admin") as other:
        form = {"was": "forum", "url": "https://forum.example/", "adaptive": "1", "enabled": "1"}
        form["seen"] = hidden(one.get("/sources/edit?name=forum").text, "seen")
        assert one.post("/sources/save", data=form | {"every": "2h"}).status_code == 303
        answer = other.post("/sources/save", data=form | {"every": "3h"})
        assert answer.status_code == 400
        assert "changed by somebody else" in answer.text


def test_every_kind_has_a_form_with_its_options(desk: Installation) -> None:
    with desk.visitor("admin") as client:
        add = client.get("/sources/add").text
        for name, options in desk.app.state.desk.options.items():
            assert f"kind={name}" in add
            page = client.get(f"/sources/new?kind={name}").text
            for option in options.model_fields:
                assert f'name="{option}"' in page, option
            assert 'name="keep_unmatched"' in page
        assert "LISTENING_REDDIT_CLIENT_SECRET" in client.get("/sources/new?kind=reddit").text
        reddit = {"kind": "reddit", "name": "tools", "subreddits": "r/Tools\nDIY", "comments": "1", "limit": "50"}
        assert client.post("/sources/save", data=reddit | {"adaptive": "1", "enabled": "1"}).status_code == 303
        assert '\nname = "tools"\nkind = "reddit"\nsubreddits = ["r/Tools", "DIY"]\nlimit = 50\n' in toml(desk)
        file = {"kind": "file", "name": "csv", "path": "x.csv", "columns": "text = Review\ndate = Day", "header": "1"}
        assert client.post("/sources/save", data=file | {"adaptive": "1", "enabled": "1"}).status_code == 303
        assert 'columns = {text = "Review", date = "Day"}' in toml(desk)
        assert client.post("/sources/save", data=reddit).status_code == 400  # the name is taken


def test_analysts_name_no_files_of_the_machine_and_send_its_secrets_nowhere(desk: Installation) -> None:
    before = toml(desk)
    with desk.visitor("analyst") as client:
        assert (
            client.post("/sources/save", data={"kind": "file", "name": "x", "path": "/etc/passwd"}).status_code == 403
        )
        form = {"kind": "reddit", "name": "x", "search": "1", "oauth_url": "https://evil.example", "adaptive": "1"}
        assert toml(desk) == before
        assert client.post("/sources/save", data=form | {"comments": "1", "enabled": "1"}).status_code == 303
    assert "evil" not in toml(desk)


def test_removing_is_undone(desk: Installation) -> None:
    before = toml(desk)
    with desk.visitor("analyst") as client:
        seen = hidden(client.get("/sources/edit?name=forum").text, "seen")
        answer = client.post("/sources/remove", data={"name": "forum", "seen": seen})
        assert '"forum"' not in toml(desk)
        page = client.get(answer.headers["location"]).text
        assert client.post(re.findall(r'action="(/sources/undo/[^"]+)"', page)[0]).status_code == 303
        assert client.post("/sources/undo/listening.toml.000001-000000000000").status_code == 400
    assert toml(desk) == before


def test_private_sources_are_as_if_they_were_not_there(desk: Installation) -> None:
    with desk.store() as store:
        run = store.start_run("mail", datetime.now(UTC))
        store.finish_run(run, "failed", "mail.mbox is not there", errors=1, pages=0, now=datetime.now(UTC))
    seen = toml(desk)
    for role in ("viewer", "analyst"):
        with desk.visitor(role) as client:
            for path in ("/sources", "/sources/rows", "/coverage", "/coverage?period=365d", "/sources/one?name=forum"):
                assert "mail" not in client.get(path).text.lower(), path
            pages = ["/sources/one?name=mail", "/sources/one?name=MAIL"]
            pages += ["/sources/edit?name=mail"] * (role == "analyst")
            for path in pages:
                assert client.get(path).status_code == 404
            if role == "analyst":
                for path in ("ask", "pause", "remove"):
                    assert client.post(f"/sources/{path}", data={"name": "mail", "to": "off"}).status_code == 404
                assert client.post("/sources/save", data={"was": "mail", "path": "x"}).status_code == 404
                assert 'name="private"' not in client.get("/sources/edit?name=forum").text
    with desk.visitor("admin") as client:
        page = client.get("/sources").text
        assert "private</span>" in page
        assert "Mail.mbox is not there" in page
        assert client.get("/sources/one?name=mail").status_code == 200
        assert "mail" in client.get("/coverage").text
    assert toml(desk) == seen


def test_a_private_address_taken_is_told_without_its_name(desk: Installation) -> None:
    club = '\n[[source]]\nname = "secret-club"\nkind = "board"\nurl = "https://club.example/"\nprivate = true\n'
    (desk.folder / "sources.toml").write_text(toml(desk) + club, encoding="utf-8")
    with desk.visitor("analyst") as client:
        page = client.post("/sources/look", data={"url": "club.example"})
        assert page.status_code == 400
        assert "that you may not see" in page.text
        assert "secret-club" not in page.text


def test_failures_back_off_and_pace_are_told_in_words(desk: Installation) -> None:
    now = datetime.now(UTC)
    with desk.visitor("viewer") as client, desk.store() as store:
        for _ in range(3):
            run = store.start_run("forum", now)
            store.finish_run(run, "failed", "forum.example could not be asked", errors=1, pages=0, now=now)
        for path in ("/sources", "/sources/one?name=forum"):
            page = client.get(path).text
            assert "Failed 3 times in a row, so it is asked less often" in page
            assert "Forum.example could not be asked" in page
        assert "failing" in page
        assert page.count("<li><time") == 12  # coming slots


def test_earlier_runs_are_a_page_further(desk: Installation) -> None:
    now = datetime.now(UTC)
    with desk.visitor("viewer") as client, desk.store() as store:
        for number in range(53):
            store.finish_run(store.start_run("forum", now), "ok", f"run {number}.", errors=0, pages=1, now=now)
        page = client.get("/sources/one?name=forum").text
        assert "run 52." in page
        assert "run 2." not in page
        (before,) = re.findall(r'href="/sources/one\?name=forum&amp;before=(\d+)"', page)
        further = client.get(f"/sources/one?name=forum&before={before}")
        assert "run 2." in further.text
        assert "run 3." not in further.text
