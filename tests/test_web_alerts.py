"""Alerts on the desk: a rule shows what it would have told, edits are undone, secrets and private posts stay hidden."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from listening.alerts.worker import Desk
from listening.store import Outgoing
from tests.desk import Installation, install
from tests.servers.http import HttpServer, Reply
from tests.test_alerts import entry, history

CHANNEL = '\n[[channel]]\nname = "care"\n'
RULE = '\n# for the care team\n[[alert]]\nname = "Refunds"\nkind = "mention"\nquery = "refund*"\n'
MAIL = '\n[[alert]]\nname = "By mail"\nkind = "mention"\nsource = "mail"\n'


@pytest.fixture
def desk(tmp_path: Path) -> Installation:
    return install(tmp_path, posts=3, people=True)


def configure(desk: Installation, text: str) -> str:
    path = desk.folder / "listening.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return path.read_text(encoding="utf-8")


def written(desk: Installation) -> str:
    return (desk.folder / "listening.toml").read_text(encoding="utf-8")


def hidden(page: str, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)[0]


def undo(answer: object) -> str:
    return re.findall(r'"undo": "([^"]+)"', answer.headers["hx-trigger"])[0]  # type: ignore[attr-defined]


def looked(desk: Installation, client: TestClient, **typed: str) -> str:
    """What a preview shows in the end."""
    given = {"kind": "spike", "name": "x", "draft": "one"} | typed
    client.get("/alerts/preview", params=given)
    desk.app.state.desk.previews.wait()
    return client.get("/alerts/preview", params=given).text


def plant(desk: Installation) -> datetime:
    """Two months of one mention an hour, and ten days ago an hour with forty more."""
    now = datetime.now(UTC).replace(microsecond=0)
    when = (now - timedelta(days=10)).replace(minute=5, second=0)
    with desk.store() as store:
        count = history(store, until=now)
        store.save(
            "feed", [entry(count + i, when + timedelta(minutes=i), label="negative") for i in range(40)], now=now
        )
    return when


def test_a_preview_tells_of_the_planted_spike_and_of_nothing_else(desk: Installation) -> None:
    when = plant(desk)
    with desk.visitor("analyst") as client:
        page = looked(desk, client)
        assert re.search(r"Would have fired 1 time\b", page)
        assert re.search(r"Acme: 4\d mentions in an hour, usually \d", page)
        assert f"{when:%-d %b}" in page
        assert len(re.findall(r'href="/mentions/\d+"', page)) == 3
        assert page.count('class="fired"') == 1
        assert "Would have fired 1 time" in looked(desk, client, kind="negative")
        assert "Would not have fired" in looked(desk, client, times="60")
        assert "Would not have fired" in looked(desk, client, query="nowhere")
        assert "Would not have fired" in looked(desk, client, brand="Zenith")


def test_a_preview_waits_beside_the_page_and_ends_when_it_is_not_wanted(desk: Installation) -> None:
    previews = desk.app.state.desk.previews
    with desk.visitor("analyst") as client, previews._one:  # another one is being worked out
        page = client.get("/alerts/preview", params={"kind": "spike", "name": "x", "draft": "one"}).text
        assert "Looking back over 90 days" in page
        assert 'hx-trigger="every 1s"' in page
        (first,) = previews._of.values()
        client.get("/alerts/preview", params={"kind": "lull", "name": "x", "draft": "one"})
        assert first.job.stop.is_set()
    previews.wait()
    assert first.job.state == "stopped"


def test_what_one_form_looked_for_is_there_at_once_in_another(desk: Installation) -> None:
    typed = {"kind": "mention", "query": "anvil"}
    with desk.visitor("analyst") as client:
        found = looked(desk, client, **typed)
        assert "Would have fired" in found
        with desk.app.state.desk.previews._one:  # nothing can be worked out
            other = {"name": "another name", "draft": "two"} | typed
            assert client.get("/alerts/preview", params=other).text == found
            assert "Looking back" in client.get("/alerts/preview", params=other | {"query": "parcel"}).text
    with desk.visitor("admin") as client, desk.app.state.desk.previews._one:
        assert "Looking back" in client.get("/alerts/preview", params=typed | {"name": "x", "draft": "one"}).text


def test_what_another_form_does_not_want_any_more_goes_on_here(desk: Installation) -> None:
    previews, typed = desk.app.state.desk.previews, {"kind": "mention", "query": "anvil", "name": "x"}
    with desk.visitor("analyst") as client:
        with previews._one:  # another one is being worked out
            for form, query in (("one", "anvil"), ("two", "anvil"), ("one", "parcel")):
                client.get("/alerts/preview", params=typed | {"draft": form, "query": query})
        previews.wait()
        with previews._one:
            assert "Would have fired" in client.get("/alerts/preview", params=typed | {"draft": "two"}).text


def test_previews_of_forms_that_nobody_looks_at_are_let_go(desk: Installation) -> None:
    previews = desk.app.state.desk.previews
    with desk.visitor("analyst") as client:
        for draft in range(22):
            client.get("/alerts/preview", params={"kind": "mention", "query": f"x{draft}", "name": "x", "draft": draft})
        previews.wait()
        with previews._one:  # nothing can be worked out
            for draft, told in ((0, "Looking back"), (21, "Would not have fired")):
                asked = {"kind": "mention", "query": f"x{draft}", "name": "x", "draft": draft}
                assert told in client.get("/alerts/preview", params=asked).text


def test_a_preview_shows_the_newest(desk: Installation) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    with desk.store() as store:
        store.save("forum", [entry(9000 + i, now - timedelta(hours=i + 1)) for i in range(20)], now=now)
    with desk.visitor("analyst") as client:
        page = looked(desk, client, kind="mention", query='"Acme number"')
        assert "Would have fired 20 times" in page
        assert re.findall(r"Acme number (\d+)", page) == [str(9000 + i) for i in range(12)]


def test_with_little_history_a_preview_says_so(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        assert "two weeks are needed" in looked(desk, client)


def test_private_sources_stay_hidden_in_previews(desk: Installation) -> None:
    typed = {"kind": "mention", "query": '"mail 0"'}
    with desk.visitor("analyst") as client:
        assert "Would not have fired" in looked(desk, client, **typed)
        page = looked(desk, client, kind="mention", source="mail")
        assert "There is no source" in page
        assert 'value="mail"' not in client.get("/alerts/new").text
        answer = client.post("/alerts/save", data={"name": "x", "kind": "mention", "source": "mail"})
        assert answer.status_code == 400
    with desk.visitor("admin") as client:
        assert "Would have fired 1 time" in looked(desk, client, **typed)
        assert ">mail</option>" in client.get("/alerts/new").text


def test_private_sources_stay_hidden_in_lists_and_history(desk: Installation) -> None:
    mail = MAIL + 'channels = ["care"]\n'
    configure(desk, CHANNEL + RULE.replace('query = "refund*"', 'channels = ["care"]') + mail)
    now = datetime.now(UTC).replace(microsecond=0)
    with desk.store() as store:
        worker = Desk(desk.config, store)
        worker.tick(now)
        store.save("forum", [entry(9001, now, title="In the open")], now=now)
        store.save("mail", [entry(9002, now, title="In confidence")], now=now)
        worker.tick(now)
        ids = {each.data["source"]: each.id for each in store.incidents()}
        assert len(store.incidents()) == 3  # one by both rules
    for role in ("viewer", "analyst"):
        with desk.visitor(role) as client:
            page = client.get("/alerts").text + client.get("/alerts/incidents").text + client.get("/alerts/outbox").text
            assert "In the open" in page
            assert "In confidence" not in page
            assert "By mail" not in page
            assert client.get(f"/alerts/incidents/{ids['forum']}").status_code == 200
            assert client.get(f"/alerts/incidents/{ids['mail']}").status_code == 404
    with desk.visitor("analyst") as client:
        assert client.get("/alerts/edit?name=By+mail").status_code == 404
        assert client.post("/alerts/switch", data={"name": "By mail"}).status_code == 404
    with desk.visitor("admin") as client:
        assert "In confidence" in client.get("/alerts/incidents").text
        assert "By mail" in client.get("/alerts").text
        assert "By mail" in client.get("/alerts/outbox").text
        page = client.get(f"/alerts/incidents/{ids['mail']}").text
        assert "In confidence" in page


def test_a_rule_is_added_and_changed_and_comments_stay(desk: Installation) -> None:
    configure(desk, CHANNEL + RULE)
    with desk.visitor("analyst") as client:
        form = {"name": "Spikes", "kind": "spike", "channels": "care", "times": "2", "enabled": "1", "cool_down": "2h"}
        assert client.post("/alerts/save", data=form).status_code == 303
        page = client.get("/alerts/edit?name=Refunds").text
        changed = {"name": "Refunds", "kind": "mention", "query": "refund* OR broken", "enabled": "1",
                   "quiet_hours": "22:00-07:00", "quiet_days": ["sat", "sun"], "newest": "3d", "mentions": "5",
                   "seen": hidden(page, "seen"), "was": "Refunds"}  # fmt: skip
        assert client.post("/alerts/save", data=changed).headers["location"] == "/alerts"
        assert "quiet 22:00-07:00, sat sun" in client.get("/alerts").text
    spikes, refunds = desk.config.settings.alert[1], desk.config.settings.alert[0]
    assert (spikes.channels, spikes.times, spikes.pause) == (["care"], 2.0, timedelta(hours=2))
    assert refunds.query == "refund* OR broken"
    assert "# for the care team" in written(desk)
    assert "newest" not in written(desk)  # what is as by default is not written
    assert written(desk).count("enabled") == 0


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"name": ""}, "name", "is needed"),
        ({"times": "much"}, "times", "valid number"),
        ({"times": "1"}, "times", "greater than or equal to 1.05"),
        ({"mentions": "2.5"}, "mentions", "integer"),
        ({"query": "(a"}, "query", "^"),
        ({"query": "intent:complain"}, "query", "did you mean complaint"),
        ({"quiet_hours": "late"}, "quiet_hours", "not a time of the day"),
        ({"time_zone": "Mars/Base"}, "time_zone", "not a time zone"),
        ({"cool_down": "soon"}, "cool_down", "not a length of time"),
        ({"channels": "nowhere"}, "channels", "there is no channel"),
        ({"brand": "Nobody"}, "brand", "there is no brand"),
        ({"name": "refunds"}, "name", "is taken already"),
        ({"kind": "rumour"}, "kind", "Input should be"),
    ],
)
def test_mistakes_are_shown_beside_the_form_and_nothing_is_lost(
    desk: Installation, typed: dict[str, str], field: str, said: str
) -> None:
    before = configure(desk, RULE)
    with desk.visitor("analyst") as client:
        form = {"name": "New one", "kind": "spike", "after": "17h", "enabled": "1"} | typed
        answer = client.post("/alerts/save", data=form)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert re.search(rf'class="wrong"[^>]*>[^<]*{re.escape(said)}', answer.text, re.I), field
    assert 'value="17h"' in answer.text
    assert written(desk) == before


def test_two_who_edit_one_rule(desk: Installation) -> None:
    configure(desk, RULE)
    with desk.visitor("analyst") as one, desk.visitor("admin") as other:
        seen = hidden(one.get("/alerts/edit?name=Refunds").text, "seen")
        form = {"name": "Refunds", "kind": "mention", "seen": seen, "was": "Refunds", "enabled": "1"}
        assert one.post("/alerts/save", data=form | {"query": "refund"}).status_code == 303
        answer = other.post("/alerts/save", data=form | {"query": "money back"})
        assert answer.status_code == 400
        assert "changed by somebody else" in answer.text
        assert "money back" in answer.text


def test_removing_and_pausing_are_undone(desk: Installation) -> None:
    before = configure(desk, RULE)
    with desk.visitor("analyst") as client:
        seen = hidden(client.get("/alerts/edit?name=Refunds").text, "seen")
        removed = client.post("/alerts/remove", data={"name": "Refunds", "seen": seen}, headers={"hx-request": "true"})
        assert desk.config.settings.alert == []
        assert "No rule yet" in client.get("/alerts").text
        assert client.post(undo(removed)).status_code == 303
        assert written(desk) == before
        paused = client.post("/alerts/switch", data={"name": "Refunds", "on": ""}, headers={"hx-request": "true"})
        assert "Turn on" in paused.text
        assert not desk.config.settings.alert[0].enabled
        client.post("/alerts/switch", data={"name": "Refunds", "on": "1"})
        assert written(desk) == before


def test_secrets_are_named_and_never_shown(desk: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    configure(desk, CHANNEL)
    with desk.visitor("analyst") as client:
        page = client.get("/alerts/channels").text
        assert "LISTENING_CHANNEL_CARE" in page
        assert "not set" in page
        monkeypatch.setenv("LISTENING_CHANNEL_CARE", "slack://hush/hush/hush")
        both = client.get("/alerts/channels").text + client.get("/alerts/channels/edit?name=care").text
        assert "not set" not in both.split("How addresses look", 1)[0].replace(hidden_part(both), "")
        assert "hush" not in both
        monkeypatch.delenv("LISTENING_CHANNEL_CARE")
        (tmp_path / "secret").write_text("slack://hush/hush/hush", encoding="utf-8")
        (tmp_path / "secret").chmod(0o644)
        monkeypatch.setenv("LISTENING_CHANNEL_CARE_FILE", str(tmp_path / "secret"))
        page = client.get("/alerts/channels").text
        assert "unreadable" in page
        assert "chmod 600" in page
        for typed in (
            {"kind": "apprise", "url": "slack://hush/a/b"},
            {"kind": "webhook", "url": "https://me:hush@example.com/"},
            {"kind": "apprise", "url_env": "slack://hush/a/b"},
        ):
            answer = client.post("/alerts/channels/save", data={"name": "new", **typed})
            assert answer.status_code == 400
            assert 'class="wrong"' in answer.text
    assert "hush" not in written(desk)


def hidden_part(page: str) -> str:
    """The line about a webhook's signature, which a channel of another kind does not need."""
    return (re.findall(r'<li data-for="webhook".*?</li>', page, re.S) or [""])[0]


def test_a_channel_is_added_used_and_only_then_removed(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        assert "No channel yet" in client.get("/alerts/channels").text
        form = {"name": "ops", "kind": "webhook", "url": "https://hooks.example.com/a", "enabled": "1"}
        assert client.post("/alerts/channels/save", data=form).headers["location"] == "/alerts/channels"
        client.post("/alerts/save", data={"name": "Each", "kind": "mention", "channels": "ops", "enabled": "1"})
        page = client.get("/alerts/channels/edit?name=ops").text
        seen = hidden(page, "seen")
        assert "Rules that go here: Each" in page
        assert client.post("/alerts/channels/remove", data={"name": "ops", "seen": seen}).status_code == 400
        edited = form | {"seen": seen, "was": "ops", "url": "https://hooks.example.com/b", "enabled": ""}
        assert client.post("/alerts/channels/save", data=edited).status_code == 303
        (channel,) = desk.config.settings.channel
        assert (channel.url, channel.enabled) == ("https://hooks.example.com/b", False)


def test_a_test_arrives_and_its_result_is_shown(desk: Installation) -> None:
    answers = iter([500, 200])
    with HttpServer({"/hook": lambda _: Reply(b"", status=next(answers))}) as server:
        configure(desk, f'\n[[channel]]\nname = "ops"\nkind = "webhook"\nurl = "{server.url("/hook")}"\n')

        def test() -> str:
            assert client.post("/alerts/channels/test", data={"name": "ops"}).status_code == 303
            desk.app.state.desk.jobs.wait("test of ops")
            page = client.get("/alerts/channels").text
            assert "every 1s" not in page
            return page

        with desk.visitor("analyst") as client:
            assert "not on the public internet" in test()
            assert server.connections == 0
            allowed = f'allow_private = ["127.0.0.1:{server.port}"]\n' + written(desk)
            (desk.folder / "listening.toml").write_text(allowed, encoding="utf-8")
            assert "answered 500" in test()
            assert "The test is sent" in test()
            assert client.post("/alerts/channels/test", data={"name": "nobody"}).status_code == 404
        with desk.visitor("viewer") as client:
            assert "Send a test" not in client.get("/alerts/channels").text
    assert '"event":"test"' in server.seen[-1].body
    with desk.store() as store:
        assert store.messages() == []


def test_the_outbox_says_why_and_tries_again(desk: Installation) -> None:
    configure(desk, CHANNEL + RULE)
    now = datetime.now(UTC).replace(microsecond=0)
    with desk.store() as store:
        for key in ("one", "two"):
            store.put_message(Outgoing(key, "care", "Refunds", "opened", now, now))
        first = store.messages()[-1].id
        store.message_failed(first, "care.example: connection refused", now, None)
    with desk.visitor("viewer") as client:
        page = client.get("/alerts/outbox").text
        assert "connection refused" in page
        assert "Send now" not in page
        assert "1 message could not be delivered" in re.sub(r"\s+", " ", client.get("/alerts").text)
    with desk.visitor("analyst") as client:
        with desk.store() as store:
            second = store.messages()[0].id
            store.message_failed(second, "care.example: no answer", now, None)
        assert client.post("/alerts/outbox/retry", data={"message": str(first)}).status_code == 303
        with desk.store() as store:
            assert {each.id: each.state for each in store.messages()} == {first: "waiting", second: "failed"}
        assert client.post("/alerts/outbox/retry", data={"rule": "Refunds"}).status_code == 303
        with desk.store() as store:
            assert [message.state for message in store.messages()] == ["waiting", "waiting"]
        client.post("/alerts/outbox/drop", data={"message": str(first)})
        with desk.store() as store:
            assert len(store.messages()) == 1
            assert store.outbox_by_rule() == {"Refunds": {"waiting": 1}}
        assert client.post("/alerts/outbox/retry", data={"rule": "nothing"}).status_code == 303


def test_what_was_found_says_why_and_by_which_messages_it_was_told(desk: Installation) -> None:
    configure(desk, CHANNEL + '\n[[alert]]\nname = "Spikes"\nkind = "spike"\nchannels = ["care"]\n')
    now = datetime.now(UTC).replace(microsecond=0)
    with desk.store() as store:
        count = history(store, until=now)
        worker = Desk(desk.config, store)
        worker.tick(now)
        store.save("feed", [entry(count + i, now, title="<b>Bold</b>") for i in range(60)], now=now)
        worker.tick(now + timedelta(seconds=10))  # on a slow machine a rule waits a while between two looks
        (found,) = store.incidents()
    with desk.visitor("viewer") as client:
        page = client.get("/alerts/incidents").text
        assert "times the usual of the same hours and weekday" in page
        assert "still on" in page
        assert "&lt;b&gt;Bold&lt;/b&gt;" in page
        assert "<b>Bold" not in page
        one = client.get(f"/alerts/incidents/{found.id}").text
        assert "for care" in one
        assert "data-said" not in one
        assert len(re.findall(r'href="/mentions/\d+"', one)) == 20
        assert "Nothing of that kind" in client.get("/alerts/incidents?rule=other").text
        assert client.get("/alerts/incidents?from=x&on=1").status_code == 200
        assert "1 on" in client.get("/alerts").text


def test_empty_pages_say_what_to_do(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        page = client.get("/alerts").text
        assert page.count('href="/alerts/new?kind=') == 10
        assert "/alerts/new" in client.get("/alerts/incidents").text
        assert "/alerts/channels/new" in client.get("/alerts/channels").text
        assert "Nothing waits" in client.get("/alerts/outbox").text
    with desk.visitor("viewer") as client:
        assert "An analyst adds the first one" in client.get("/alerts").text
        assert "/alerts/new" not in client.get("/alerts").text
