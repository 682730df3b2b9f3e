"""Digests on the desk: edited without losing a comment, seen as they are mailed, tried out, and tried again."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from listening.digest.mail import table
from listening.digest.slot import last_slot
from listening.digest.work import gathered, scope_of
from listening.store import EVERYTHING
from tests.desk import Installation, install
from tests.test_digest import Postbox, Server, read
from tests.test_insight import said

FORM = {"name": "monday", "brand": "Acme", "every": "weekly", "at": "07:30", "to": "kim@example.com", "csv": "1",
        "enabled": "1"}  # fmt: skip
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(1)">'


@pytest.fixture
def desk(tmp_path: Path) -> Installation:
    return install(tmp_path, people=True)


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    box = Postbox()
    controller = Server(box, hostname="127.0.0.1", port=0)
    controller.start()
    yield box, controller.port
    controller.stop()


def settings(desk: Installation) -> dict[str, object]:
    return tomllib.loads((desk.folder / "listening.toml").read_text(encoding="utf-8"))


def write(desk: Installation, text: str) -> None:
    path = desk.folder / "listening.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def hidden(page: str, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)[0]


def edit(client: TestClient, **values: str) -> dict[str, str]:
    page = client.get("/digests/edit?name=monday").text
    return {**FORM, "seen": hidden(page, "seen"), "was": "monday"} | values


def test_a_digest_is_made_changed_removed_and_comes_back(desk: Installation) -> None:
    write(desk, "\n# about mails\n")
    with desk.visitor("analyst") as client:
        assert "No digest yet" in client.get("/digests").text
        answer = client.post("/digests/save", data=FORM | {"to": "kim@example.com, lee@example.com"})
        assert answer.headers["location"] == "/digests/preview?name=monday"
        expected = {"name": "monday", "brand": "Acme", "to": ["kim@example.com", "lee@example.com"]}
        assert settings(desk)["digest"] == [expected], "defaults are left out"
        assert client.post("/digests/save", data=edit(client, every="daily", at="06:15")).status_code == 303
        assert settings(desk)["digest"] == [
            {"name": "monday", "brand": "Acme", "to": ["kim@example.com"], "every": "daily", "at": "06:15"}
        ]
        page = client.get("/digests").text
        assert "daily" in page
        assert "kim@example.com" in page
        assert "No mail server is set up" in page
        answer = client.post("/digests/remove", data=edit(client), headers={"hx-request": "true"})
        assert "digest" not in settings(desk)
        undo = re.findall(r'"undo": "([^"]+)"', answer.headers["hx-trigger"])[0]
        assert client.post(undo).status_code == 303
        assert len(settings(desk)["digest"]) == 1  # type: ignore[arg-type]
    assert "# about mails" in (desk.folder / "listening.toml").read_text(encoding="utf-8")


def test_a_saved_view_is_chosen_kept_by_others_and_missed_when_it_is_gone(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        made = {"filters": "intent=complaint", "name": "What hurts"}
        assert client.post("/inbox/views", data=made).status_code == 303
        page = client.get("/inbox?intent=complaint").text
        link = re.findall(r'href="(/digests/new\?view=\d+)">Mail “What hurts”', page)[0]
        assert f'value="{link.rpartition("=")[2]}" selected' in client.get(link).text
        client.post("/digests/save", data=FORM | {"view": link.rpartition("=")[2]})
        assert settings(desk)["digest"][0] | {"view": "What hurts", "owner": "analyst"} == settings(desk)["digest"][0]  # type: ignore[index]
        assert "view What hurts" in client.get("/digests").text
        assert "What hurts, " in client.get("/digests/preview?name=monday").text
    with desk.visitor("admin") as client:
        assert "What hurts (analyst)" in client.get("/digests/edit?name=monday").text
        client.post("/digests/save", data=edit(client, view="kept", every="daily"))
        assert settings(desk)["digest"][0]["owner"] == "analyst"  # type: ignore[index]
    with desk.visitor("analyst") as client:
        client.post("/inbox/views/drop", data={"view": link.rpartition("=")[2]})
        assert "analyst has no saved view" in client.get("/digests").text
        assert client.get("/digests/preview?name=monday").status_code == 400
        client.post("/digests/save", data=edit(client, view=""))
        assert "view" not in settings(desk)["digest"][0]  # type: ignore[index]


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"to": "not an address at all@"}, {"at": "25:00"}, {"every": "hourly"}, {"name": "x" * 101}]
)
def test_what_cannot_be_saved_is_shown_again(desk: Installation, wrong: dict[str, str]) -> None:
    before = settings(desk)
    with desk.visitor("analyst") as client:
        answer = client.post("/digests/save", data=FORM | wrong)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
    assert settings(desk) == before


def test_two_who_edit_one_digest(desk: Installation) -> None:
    with desk.visitor("analyst") as one, desk.visitor("admin") as other:
        one.post("/digests/save", data=FORM)
        first, second = edit(one, at="08:00"), edit(other, at="09:00")
        assert one.post("/digests/save", data=first).status_code == 303
        answer = other.post("/digests/save", data=second)
        assert answer.status_code == 400
        assert "changed by somebody else" in answer.text
        assert "09:00" in answer.text


def test_it_is_seen_as_it_is_mailed_and_runs_nothing(desk: Installation) -> None:
    write(desk, f"\n[[digest]]\nname = '''{HOSTILE}'''\n")
    with desk.visitor("viewer") as client:
        page = client.get("/digests/preview", params={"name": HOSTILE})
        assert page.status_code == 200
        assert 'sandbox=""' in page.text
        assert "frame-src 'self'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        mail = client.get("/digests/letter", params={"name": HOSTILE})
        policy = mail.headers["content-security-policy"]
        assert "sandbox" in policy
        assert "script-src" not in policy, "so that default-src 'none' holds"
        assert "frame-ancestors 'self'" in policy
        for text in (page.text, mail.text, client.get("/digests").text):
            assert "<script>alert" not in text
            assert "<img src=x" not in text
        assert not [each for each in re.findall(r'src="([^"]*)"', mail.text) if not each.startswith("data:image/png")]
        assert "cid:" not in mail.text
        assert client.get("/digests/letter").status_code == 303
        assert client.get("/digests/preview?name=none").status_code == 404
        assert "frame-src" not in client.get("/digests").headers["content-security-policy"]


def test_a_page_and_the_mail_in_it_tell_the_same(desk: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        at = datetime(2026, 11, 18, 12, 30, tzinfo=UTC)

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return cls.at.astimezone(tz)

    monkeypatch.setattr("listening.web.screens.letters.datetime", Clock)
    write(desk, '\n[[digest]]\nname = "monday"\nbrand = "Zenith"\n')
    with desk.visitor("analyst") as client:
        assert "Zenith is late" not in client.get("/digests/preview?name=monday").text
        with desk.store() as store:
            late = said(9001, Clock.at - timedelta(days=5), "Zenith is late", brand="Zenith", intents=("complaint",))
            store.save("forum", [late], now=Clock.at)
        assert "Zenith is late" not in client.get("/digests/letter?name=monday").text, "as the page around it"
        Clock.at += timedelta(days=1)
        assert "Zenith is late" in client.get("/digests/letter?name=monday").text


def test_what_private_sources_brought_is_for_those_who_may_see_it(desk: Installation) -> None:
    write(desk, '\n[[digest]]\nname = "all"\nevery = "daily"\nat = "00:00"\nprivate = true\nto = ["kim@example.com"]\n')
    with desk.store() as store:
        when = datetime.now(UTC).replace(hour=12, minute=0) - timedelta(days=1)
        store.save("mail", [said(9001, when, "Acme in confidence", intents=("complaint",))], now=when)
    for role, seen in (("analyst", False), ("admin", True)):
        with desk.visitor(role) as client:
            for path in ("/digests/letter?name=all", "/digests/preview?name=all"):
                assert ("in confidence" in client.get(path).text) is seen, path
    with desk.visitor("analyst") as client:
        page = client.get("/digests/preview?name=all").text
        assert "is left out here" in page
        seen = hidden(client.get("/digests/edit?name=all").text, "seen")
        to_me = FORM | {"name": "all", "was": "all", "seen": seen, "to": "me@example.com"}
        assert client.post("/digests/save", data=to_me).status_code == 403
        assert client.post("/digests/save", data=FORM | {"private": "1"}).status_code == 403
    assert "me@example.com" not in str(settings(desk))
    with desk.visitor("admin") as client:
        assert client.post("/digests/save", data=FORM | {"private": "1"}).status_code == 303


def test_the_mail_server_is_an_admins_and_shows_no_secret(
    desk: Installation, postbox: tuple[Postbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENING_MAIL_PASSWORD", "open sesame")
    form = {"host": "127.0.0.1", "port": str(postbox[1]), "security": "none", "sender": "desk@example.com", "user": ""}
    with desk.visitor("analyst") as client:
        assert client.get("/digests/mail").status_code == 403
        assert client.post("/digests/mail/save", data=form).status_code == 403
    with desk.visitor("admin") as client:
        assert "host" in client.post("/digests/mail/check").text
        assert client.post("/digests/mail/save", data=form).status_code == 303
        page = client.get("/digests/mail").text
        assert "LISTENING_MAIL_PASSWORD is set" in page
        assert "open sesame" not in page
        assert "127.0.0.1 answers" in client.post("/digests/mail/check").text
        again = form | {"seen": hidden(page, "seen"), "port": "many"}
        answer = client.post("/digests/mail/save", data=again)
        assert answer.status_code == 400
        assert "many" in answer.text
    assert "sesame" not in (desk.folder / "listening.toml").read_text(encoding="utf-8")


def test_a_test_goes_to_oneself_and_the_readers_get_theirs_later(
    desk: Installation, postbox: tuple[Postbox, int]
) -> None:
    box, port = postbox
    write(
        desk,
        f'\n[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "desk@example.com"\n'
        '[[digest]]\nname = "all"\nevery = "monthly"\nprivate = true\nto = ["team@example.com"]\n',
    )
    with desk.visitor("analyst") as client:
        answer = client.post("/digests/test", data={"name": "all", "to": "me@example.com"})
        assert "Sent to me@example.com" in answer.text
        assert client.post("/digests/test", data={"name": "all", "to": "nobody"}).status_code == 400
        assert client.post("/digests/test", data={"name": "all", "to": ""}).status_code == 400
    (one,) = box.mails
    assert one[0] == "me@example.com"
    assert b"(mail" not in one[1]
    _, html, _ = read(one[1])
    assert "table attached" in html
    with desk.store() as store:
        assert store.letters() == []
    with desk.visitor("viewer") as client:
        assert client.post("/digests/test", data={"name": "all", "to": "me@example.com"}).status_code == 403


def test_a_letter_that_failed_is_shown_and_tried_again(desk: Installation) -> None:
    write(desk, '\n[[digest]]\nname = "monday"\nto = ["kim@example.com"]\n')
    now = datetime.now(UTC)
    with desk.store() as store:
        store.queue_letters("monday", "weekly 2026-11-09", ["kim@example.com", "gone@example.com"], now, now)
        kim, _ = store.waiting_letters(now)
        store.letter_failed(kim.id, "smtp.example.com answered 451: <b>later</b>", now)
        assert store.waiting_letters(now + timedelta(seconds=5))[0].reader == "gone@example.com"
    with desk.visitor("analyst") as client:
        page = client.get("/digests").text
        assert "answered 451: &lt;b&gt;later" in page
        assert "held back" in page
        answer = client.post("/digests/retry", data={"letter": [str(kim.id), "999", "x"]})
        assert answer.status_code == 303
    with desk.store() as store:
        assert kim.id in [each.id for each in store.waiting_letters(now + timedelta(seconds=5))]
        store.letter_sent(kim.id, now)
        assert not store.retry_letter(kim.id, now)
    with desk.visitor("viewer") as client:
        assert "Try again now" not in client.get("/digests").text


def test_a_letter_that_was_given_up_is_tried_for_another_day(desk: Installation) -> None:
    now = datetime.now(UTC)
    with desk.store() as store:
        store.queue_letters("monday", "weekly 2026-11-09", ["kim@example.com"], now, now)
        later = now + timedelta(days=4)
        (letter,) = store.letters()
        assert letter.given_up(later)
        assert store.waiting_letters(later) == []
        assert store.retry_letter(letter.id, later)
        assert len(store.waiting_letters(later)) == 1


def test_a_table_that_is_cut_says_so(desk: Installation) -> None:
    write(desk, '\n[[digest]]\nname = "m"\nevery = "monthly"\nprivate = true\n')
    config, now = desk.config, datetime.now(UTC) + timedelta(days=31)
    digest = config.settings.digest[0]
    with desk.store() as store:
        slot = last_slot(digest, now, ZoneInfo("UTC"))
        letter = gathered(config, store, digest, slot, now, scope_of(config, digest))
        whole, cut = table(store, letter, EVERYTHING), table(store, letter, EVERYTHING, most=2)
    assert whole.rows == whole.total > 2
    assert whole.says.startswith(f"All {whole.total} mentions")
    assert (cut.rows, cut.total) == (2, whole.total)
    assert f"The newest 2 of {whole.total} mentions" in cut.says
