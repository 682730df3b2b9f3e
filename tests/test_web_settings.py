"""Settings on the desk: forms that write listening.toml, privacy, backups and health, each for whom it is meant."""

from __future__ import annotations

import json
import re
import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from listening.health import health
from listening.store import Scope
from listening.web.desk import Desk
from listening.web.screens.backup import BACKUP
from listening.web.screens.privacy import TIDY
from tests.desk import Installation, install

HX = {"hx-request": "true"}


@pytest.fixture
def desk(tmp_path: Path) -> Installation:
    return install(tmp_path, people=True)


def toml(desk: Installation) -> str:
    return (desk.folder / "listening.toml").read_text(encoding="utf-8")


def shown_version(text: str, table: str = "") -> str:
    found = re.search(rf'name="table" value="{table}"><input type="hidden" name="seen" value="(\w*)"', text)
    assert found
    return found[1]


def wait(desk: Installation, kind: str) -> str:
    jobs = desk.app.state.desk.jobs
    jobs.wait(kind)
    assert jobs.find(kind).state == "done", jobs.find(kind)
    return str(jobs.find(kind).says)


def save(client: TestClient, table: str = "", **values: str) -> tuple[int, str]:
    """Fill in the form as a browser does, with some values changed, and send it."""
    page = client.get("/settings/general").text
    answer = client.post(
        "/settings/general", data={"table": table, "seen": shown_version(page, table), **values}, headers=HX
    )
    return answer.status_code, answer.headers.get("hx-trigger", "") + answer.text


def test_each_tab_is_for_those_it_is_meant_for(desk: Installation) -> None:
    tabs = {"general": "admin", "people": "viewer", "privacy": "admin", "backup": "admin", "health": "analyst"}
    ranks = ["viewer", "analyst", "admin"]
    for role in ranks:
        with desk.visitor(role) as client:
            text = client.get("/settings/people").text
            for tab, least in tabs.items():
                may = ranks.index(role) >= ranks.index(least)
                assert (f'href="/settings/{tab}"' in text) is may
                assert client.get(f"/settings/{tab}").status_code == (200 if may else 403)
            home = client.get("/settings").headers["location"]
            assert home == ("/settings/general" if role == "admin" else "/settings/people")
    with desk.visitor("nobody") as client:
        assert client.get("/settings/health").headers["location"].startswith("/login")
        answer = client.get("/healthz")
        assert (answer.status_code, answer.text) == (200, "ok\n")


def test_settings_are_written_with_their_comments_and_undone(desk: Installation) -> None:
    path = desk.folder / "listening.toml"
    path.write_text('# Ours.\ndatabase = "listening.db"  # here\n\n[[channel]]\nname = "care"\n', encoding="utf-8")
    with desk.visitor("admin") as client:
        status, text = save(client, time_zone="Europe/Berlin", jobs="8", redact="1", keep_mentions="2y",
                            allow_private="127.0.0.1:8100\n\nwiki.local", relevance_floor="0.2")  # fmt: skip
        assert status == 200, text
        settings = desk.config.settings
        assert (settings.time_zone, settings.jobs, settings.redact) == ("Europe/Berlin", 8, True)
        assert settings.keep_mentions == timedelta(days=730)
        assert settings.allow_private == ["127.0.0.1:8100", "wiki.local"]
        assert "# Ours." in toml(desk)
        assert "# here" in toml(desk)
        assert '[[channel]]\nname = "care"\n' in toml(desk)
        undo = re.findall(r'"undo": "([^"]+)"', text)[0]
        assert client.post(undo).status_code == 303
        assert "jobs" not in toml(desk)
        status, text = save(client, jobs="8")
        status, text = save(client, jobs="", redact="")
        assert desk.config.settings.jobs == 4
        assert "jobs" not in toml(desk), "what is left out has its default"


def test_parts_of_the_file_have_forms_of_their_own(desk: Installation) -> None:
    with desk.visitor("admin") as client:
        assert save(client, "mail", host="smtp.example.com", port="465", security="tls")[0] == 200
        mail = desk.config.settings.mail
        assert (mail.host, mail.port, mail.security) == ("smtp.example.com", 465, "tls")
        assert save(client, "mail", host="smtp.example.com", port="587", security="starttls")[0] == 200
        assert desk.config.settings.mail.port == 587
        assert client.post("/settings/general", data={"table": "channel"}).status_code == 400


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"time_zone": "Mars/Base"}, "is not a time zone"),
        ({"jobs": "many"}, "jobs"),
        ({"jobs": "0"}, "jobs"),
        ({"keep_mentions": "long"}, "is not a length of time"),
        ({"relevance_floor": "7"}, "relevance_floor"),
        ({"contact": '"<script>alert(1)</script>', "stuck_after": "?"}, "is not a length of time"),
    ],
)
def test_bad_input_is_told_and_writes_nothing(desk: Installation, values: dict[str, str], said: str) -> None:
    before = toml(desk)
    with desk.visitor("admin") as client:
        status, text = save(client, **values)
        assert status == 400
        assert said in text
        assert "<script>alert" not in text
        assert 'aria-invalid="true"' in text
        for typed in values.values():
            assert typed in text or "&lt;script&gt;" in text, "what was typed is still there"
        answer = client.post("/settings/general", data={"table": "", "seen": "0" * 12, "jobs": "9"}, headers=HX)
        assert answer.status_code == 400
        assert "changed by somebody else" in answer.text
    assert toml(desk) == before


def test_the_lexicon_is_edited_word_by_word(desk: Installation) -> None:
    def send(path: str, **values: str) -> int:
        page = client.get("/settings/general").text
        seen = re.findall(r'action="/settings/lexicon"[^>]*>\s*<input type="hidden" name="seen" value="(\w*)"', page)
        return client.post(path, data={"seen": seen[-1], **values}, headers=HX).status_code

    with desk.visitor("admin") as client:
        assert "No word of your own yet" in client.get("/settings/general").text
        for inline in (False, True):
            if inline:
                (desk.folder / "listening.toml").write_text("lexicon = { sick = 1.0 } # ours\n", encoding="utf-8")
            for word, valence in (("Sick", "2,5"), ('so "called" 💀', "-3"), ("#fail", "−4")):
                assert send("/settings/lexicon", word=word, valence=valence) == 200
            assert desk.config.settings.lexicon == {"sick": 2.5, 'so "called" 💀': -3, "#fail": -4}
            for word in ("sick", "#fail", 'so "called" 💀'):
                assert send("/settings/lexicon/remove", word=word) == 200
            assert desk.config.settings.lexicon == {}
            for word, valence in (("sick", "9"), ("sick", "much"), ("", "1"), ("x" * 101, "1"), ("sick", "nan")):
                assert send("/settings/lexicon", word=word, valence=valence) == 400
            assert send("/settings/lexicon/remove", word="never there") == 400
        assert "# ours" in toml(desk)
        assert client.post("/settings/undo/brands.toml.000001-0123456789ab").status_code == 400
        assert client.post("/settings/undo/listening.toml.000777-0123456789ab").status_code == 400


def test_who_asks_is_given_all_that_is_held_and_it_is_logged_without_a_name(desk: Installation) -> None:
    with desk.visitor("admin") as client:
        page = client.get("/settings/privacy?who=person3").text
        person = re.findall(r'name="person" value="(\d+)"', page)[0]
        answer = client.post("/settings/privacy/access", data={"person": person})
        assert answer.headers["content-disposition"] == f'attachment; filename="held-{person}.json"'
        held = json.loads(answer.content)
        with desk.store() as store:
            posts = store.handles_of([int(person)])[0].posts
            (request,) = store.requests()
        assert len(held["posts"]) == posts
        assert (request.kind, request.who, request.posts) == ("export", "admin", posts)
        log = client.get("/settings/privacy").text
        assert "given access" in log
        assert "person3" not in log
        assert client.post("/settings/privacy/access", data={"person": "424242"}).status_code == 404
        assert client.post("/settings/privacy/access").status_code == 404


def test_an_admin_who_may_not_see_private_sources_leaves_them_alone(desk: Installation) -> None:
    with desk.store() as store:
        store.change_account("admin", role="admin", private=False, active=True)
        hidden = next(h for h in store.find_people("person1") if h.platform == "mail")
    with desk.visitor("admin") as client:
        page = client.get("/settings/privacy?who=person1").text
        assert f'value="{hidden.person_id}"' not in page
        data = {"person": str(hidden.person_id), "confirm": "person1"}
        assert client.post("/settings/privacy/access", data=data).status_code == 403
    with desk.store() as store:
        assert store.requests() == []


def test_who_was_never_heard_is_kept_out(desk: Installation) -> None:
    with desk.visitor("admin") as client:
        assert "Nobody of that name was heard" in client.get("/settings/privacy?who=kim_lathe").text
        for data in ({"name": "kim_lathe", "platform": "reddit"}, {"name": "", "platform": "reddit.com"}):
            assert client.post("/settings/privacy/keep-out", data=data).status_code == 400
        data = {"name": "kim_lathe", "platform": "reddit.com"}
        assert client.post("/settings/privacy/keep-out", data=data).status_code == 303
        assert "kept out" in client.get("/settings/privacy").text


def _foreseen(desk: Installation, client: TestClient, asked: str) -> str:
    """What tidying would take, when it has been counted."""
    previews, address = desk.app.state.desk.previews, f"/settings/privacy/foreseen?asked={asked}"
    with previews._one:  # another one is being worked out
        counting = client.get(address, headers=HX).text
        assert "Counting" in counting
        assert f'hx-get="{address}"' in counting
    previews.wait()
    with previews._one:  # it is not counted again
        return client.get(address, headers=HX).text


def test_what_tidying_would_take_is_what_it_takes(desk: Installation) -> None:
    (desk.folder / "listening.toml").write_text('keep_mentions = "3d"\n', encoding="utf-8")
    with desk.visitor("admin") as client:
        with desk.store() as store:
            old = store.count_old_mentions(datetime.now(UTC) - timedelta(days=3), None)
        assert old > 5
        assert f"{old} with old mentions" in _foreseen(desk, client, "before")
        assert client.get("/settings/privacy/foreseen").status_code == 200
        assert client.post("/settings/privacy/tidy").status_code == 303
        assert f"{old} posts with old mentions" in wait(desk, TIDY)
        assert "Nothing is older" in _foreseen(desk, client, "after")
        assert "posts with old mentions" in client.get("/jobs/tidy").text
        assert client.get("/jobs/apply").status_code == 404
        assert client.post("/jobs/apply/stop").status_code == 404
    with desk.visitor("analyst") as client:
        assert client.get("/jobs/tidy").status_code == 404  # an admin's


def test_a_backup_is_made_checked_downloaded_and_deleted(desk: Installation) -> None:
    with desk.visitor("admin") as client:
        assert "No copy yet" in client.get("/settings/backup").text
        assert client.post("/settings/backup").status_code == 303
        assert "is made and checked" in wait(desk, BACKUP)
        page = client.get("/settings/backup").text
        ident = re.findall(r'href="/settings/backup/(\w+)"', page)[0]
        (path,) = (desk.folder.parent / "backups").iterdir()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert f"listening restore {path}" in page
        answer = client.get(f"/settings/backup/{ident}")
        assert answer.content == path.read_bytes()
        assert path.name in answer.headers["content-disposition"]
        assert answer.headers["cache-control"] == "no-store"
        assert client.post("/settings/backup/check", data={"copy": ident}).status_code == 303
        assert "is whole" in wait(desk, BACKUP)
        with sqlite3.connect(path) as damaged:
            damaged.execute("DROP TABLE _sqlite_migrations")
        damaged.close()
        client.post("/settings/backup/check", data={"copy": ident})
        jobs = desk.app.state.desk.jobs
        jobs.wait(BACKUP)
        assert (jobs.find(BACKUP).state, "not a database" in jobs.find(BACKUP).says) == ("failed", True)
        for unknown in ("0" * 16, "..%2F..%2Fetc%2Fpasswd", "listening.db"):
            assert client.get(f"/settings/backup/{unknown}").status_code == 404
            assert client.post("/settings/backup/check", data={"copy": unknown}).status_code == 404
        assert client.post("/settings/backup/remove", data={"copy": ident}).status_code == 303
        assert not path.exists()
        assert client.get(f"/settings/backup/{ident}").status_code == 404
    for role, status in (("viewer", 403), ("analyst", 403), ("nobody", 303)):
        with desk.visitor(role) as client:
            assert client.get(f"/settings/backup/{ident}").status_code == status


def test_a_copy_that_somebody_put_elsewhere_is_not_deleted_from_here(desk: Installation, tmp_path: Path) -> None:
    with desk.store() as store:
        store.backup(tmp_path / "mine.db")
    with desk.visitor("admin") as client:
        ident = re.findall(r'href="/settings/backup/(\w+)"', client.get("/settings/backup").text)[0]
        assert client.post("/settings/backup/remove", data={"copy": ident}).status_code == 400
    assert (tmp_path / "mine.db").exists()


def test_a_full_disk_is_told_before_anything_is_copied(desk: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(total=10**9, used=10**9, free=1000))
    with desk.visitor("admin") as client:
        client.post("/settings/backup")
        assert "no%20room" in client.cookies["said"]
    assert not (desk.folder.parent / "backups").exists()


def test_health_names_what_to_do_and_no_private_source(desk: Installation) -> None:
    with desk.store() as store, store.claim("mail"), store.claim("listening up"):
        with desk.visitor("analyst") as client:
            text = client.get("/settings/health").text
        assert "forum" in text
        assert "there is no backup" in text
        assert "listening up" in text
        assert not re.search(r"\bmail\b", text)
        found = health(store, datetime.now(UTC), Scope(frozenset({"mail"})))
        assert found.signs.running == ("listening up",)
        with desk.visitor("admin") as client:
            assert re.search(r"\bmail\b", client.get("/settings/health").text)


def test_a_database_that_does_not_answer_is_told_in_one_word(
    desk: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listening.store.health.Vitals.answers", lambda _: False)
    with desk.visitor("nobody") as client:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "not ok\n")


def test_nothing_secret_is_shown(desk: Installation) -> None:
    with desk.store() as store:
        secrets = [row[0] for row in store.db.conn.execute("SELECT password FROM accounts")]
        secrets += [row[0] for row in store.db.conn.execute("SELECT digest FROM sessions")]
    with desk.visitor("admin") as client:
        for tab in ("general", "people", "privacy", "backup", "health"):
            text = client.get(f"/settings/{tab}").text
            assert not any(secret in text for secret in secrets), tab
            assert "$argon2" not in text


def test_jobs_are_ended_in_time(tmp_path: Path) -> None:
    desk = install(tmp_path, posts=1)
    served: Desk = desk.app.state.desk
    job = served.jobs.start("x", "X", "", lambda job: "" if job.stop.wait(30) else "never")
    served.close()
    assert job.stop.is_set()
    assert job.state == "done"
