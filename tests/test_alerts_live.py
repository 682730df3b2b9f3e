"""Rules at work: each mention is looked at once, each incident told once, and what is sent gets through."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from listening.alerts import work
from listening.alerts.deliver import GIVE_UP, LEASE, Courier, _without, wait
from listening.alerts.health import breakdowns
from listening.alerts.message import clean
from listening.alerts.worker import Desk
from listening.cli import main
from listening.config import Config, load
from listening.post import Author, Entry, Intent, Mention
from listening.source import kinds
from listening.store import Incident, Store
from tests import alert_kills
from tests.alarmed import alarmed
from tests.clockwork import many
from tests.conftest import NOW
from tests.servers.http import HttpServer, Reply, Seen
from tests.servers.smtp import SmtpServer
from tests.test_alerts import entry, history, rule


def configured(folder: Path, *alerts: str, channels: str = "", settings: str = "", source: str = "") -> Config:
    config = folder / "config"
    config.mkdir(exist_ok=True)
    (config / "brands.toml").write_text('[[brand]]\nname = "Acme"\n')
    (config / "sources.toml").write_text(source)
    rows = "".join(f"[[alert]]\n{alert}\n" for alert in alerts)
    channels = channels or '[[channel]]\nname = "care"\nkind = "webhook"\nurl = "https://hook.example/"\n'
    (config / "listening.toml").write_text(f"{settings}\n{channels}\n{rows}")
    return load(config, {name: kind.Options for name, kind in kinds().items()})


def an_alert(kind: str, **options: object) -> str:
    rows = {"name": kind, "kind": kind, "channels": ["care"], **options}
    return "\n".join(f"{key} = {json.dumps(value)}" for key, value in rows.items())


def found(store: Store, rule: str = "") -> list[Incident]:
    return store.incidents(rule, limit=1000)[::-1]


def test_a_query_for_an_intent_that_there_is_not_is_told(tmp_path: Path) -> None:
    alert = '[[alert]]\nname = "angry"\nkind = "mention"\nquery = "intent:complain"\n'
    for name, text in (("brands", '[[brand]]\nname = "Acme"\n'), ("sources", ""), ("listening", alert)):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    checked = CliRunner().invoke(main, ["--config", str(tmp_path), "check", "--offline"])
    said = " ".join(checked.output.split())
    assert checked.exit_code == 1
    assert 'alert "angry", key "query"' in said
    assert "did you mean complaint" in said
    config = load(tmp_path, {})
    with Store(config.database) as store:
        desk = Desk(config, store)
        desk.tick(NOW)
        store.save("forum", [entry(1, NOW)], now=NOW)
        desk.tick(NOW)
        assert "did you mean complaint" in store.rule_states()["angry"].error


def test_each_mention_after_the_rule_began_is_told_once(store: Store, tmp_path: Path) -> None:
    config = configured(tmp_path, an_alert("mention", query="number -999"))
    desk = Desk(config, store)
    store.save("feed", [entry(1, NOW)], now=NOW)
    assert not desk.tick(NOW)  # what was there before the rule is not told
    store.save("feed", [entry(2, NOW), entry(3, NOW - timedelta(days=9)), entry(999, NOW)], now=NOW)
    assert desk.tick(NOW)
    assert not desk.tick(NOW)
    assert [each.data["mentions"] for each in found(store)] == [[2]]
    (message,) = store.messages()
    assert (message.channel, message.state, len(message.incidents)) == ("care", "waiting", 1)


def test_an_id_that_is_given_again_is_looked_at_again(store: Store, tmp_path: Path) -> None:
    desk = Desk(configured(tmp_path, an_alert("mention")), store)
    desk.tick(NOW)
    store.save("feed", [entry(1, NOW)], now=NOW)
    desk.tick(NOW)
    gone = Entry(entry(1, NOW).post, "en")
    store.save("feed", [gone], now=NOW)
    store.save("feed", [entry(2, NOW)], now=NOW)  # gets the id of the mention that went
    assert store.last_mention() == 1
    desk.tick(NOW)
    assert len(found(store)) == 2


def test_two_workers_tell_everything_once(store: Store, tmp_path: Path) -> None:
    config = configured(tmp_path, an_alert("mention"))
    with Store(store.path) as second:
        one, other = Desk(config, store), Desk(config, second)
        for number in range(1, 20):
            one.tick(NOW)
            other.tick(NOW)
            store.save("feed", [entry(number, NOW)], now=NOW)
            last, states = second.last_mention(), second.rule_states()
            late = other.watches[0].look(states["mention"], last, NOW)
            one.tick(NOW)
            assert late is not None
            assert second.take_step(late) is None  # the first was quicker
    assert len(found(store)) == 19
    assert len(store.messages()) == 19


def test_a_spike_is_one_incident_from_its_first_sign_to_its_end(store: Store, tmp_path: Path) -> None:
    config = configured(tmp_path, an_alert("spike", when_over=True, cool_down="0s"))
    desk = Desk(config, store)
    count = history(store)
    desk.tick(NOW)
    assert found(store) == []
    for minute in range(0, 50, 5):
        now = NOW + timedelta(minutes=minute)
        store.save("feed", [entry(count + minute + i, now) for i in range(4)], now=now)
        desk.tick(now)
        desk = Desk(config, store) if minute == 25 else desk  # a new process goes on
    (incident,) = found(store)
    assert incident.closed is None
    assert incident.data["best"]["count"] >= 36
    assert len(incident.data["mentions"]) > 3
    assert len(store.messages()) == 1
    for hour in range(1, 40):
        desk.tick(NOW + timedelta(hours=hour))
    (incident,) = found(store)
    assert incident.closed is not None
    assert [message.event for message in store.messages()] == ["over", "opened"]


def test_after_a_long_break_the_last_three_days_are_looked_at(store: Store, tmp_path: Path) -> None:
    config = configured(tmp_path, an_alert("spike"))
    count = history(store)
    Desk(config, store).tick(NOW - timedelta(days=12))
    for days in (9, 2):
        when = NOW - timedelta(days=days)
        store.save("feed", [entry(count + 100 * days + i, when) for i in range(60)], now=when)
    Desk(config, store).tick(NOW)
    (incident,) = found(store)
    assert incident.opened.startswith("2026-11-18")


def test_what_a_changed_rule_does_not_look_at_any_more_is_over(store: Store, tmp_path: Path) -> None:
    desk = Desk(configured(tmp_path, an_alert("spike")), store)
    count = history(store)
    desk.tick(NOW)
    store.save("feed", [entry(count + i, NOW) for i in range(60)], now=NOW)
    desk.tick(NOW + timedelta(seconds=10))
    assert [each.closed for each in found(store)] == [None]
    folder = configured(tmp_path, an_alert("spike")).folder
    (folder / "brands.toml").write_text('[[brand]]\nname = "Zenith"\n')
    config = load(folder, {name: kind.Options for name, kind in kinds().items()})
    Desk(config, store).tick(NOW + timedelta(minutes=1))
    assert [each.closed is None for each in found(store)] == [False]


def test_reach_new_sites_and_unanswered(store: Store, tmp_path: Path) -> None:
    kinds_asked = ("reach", "new-site", "unanswered")
    desk = Desk(configured(tmp_path, *(an_alert(kind) for kind in kinds_asked)), store)
    store.save("feed", [entry(1, NOW)], now=NOW)
    desk.tick(NOW)
    loud = Author("kim", followers=20_000)
    complaint = Mention("Acme", ("Acme",), intents=(Intent("complaint", 0.9),))
    rows = [entry(2, NOW, author=loud), entry(3, NOW, author=loud), entry(4, NOW, url="https://new.example/4"),
            Entry(entry(5, NOW - timedelta(hours=3)).post, "en", None, (complaint,)),
            Entry(entry(6, NOW - timedelta(days=20)).post, "en", None, (complaint,))]  # fmt: skip
    store.save("feed", rows, now=NOW)
    desk.tick(NOW)
    assert [each.data["mentions"] for each in found(store, "reach")] == [[2]]  # one person, told once
    assert [each.series for each in found(store, "new-site")] == ["Acme, new.example"]
    assert found(store, "unanswered") == []
    desk.tick(NOW + timedelta(hours=1, minutes=2))
    desk.tick(NOW + timedelta(hours=1, minutes=4))
    (waiting,) = found(store, "unanswered")
    assert waiting.closed is None
    with store.writing() as conn:
        conn.execute("UPDATE mentions SET status = 'answered' WHERE id = 5")
    desk.tick(NOW + timedelta(hours=2))
    assert found(store, "unanswered")[0].closed is not None


def test_sources_that_fail_go_quiet_or_are_not_asked(store: Store, tmp_path: Path) -> None:
    names = ("fails", "silent", "idle", "well")
    for name in names:
        store.save(name, [], now=NOW)
    with store.writing() as conn:
        conn.execute("UPDATE sources SET every = 3600")
        for name in names:
            ident = conn.execute("SELECT id FROM sources WHERE name = ?", [name]).fetchone()[0]
            for hour in range(200, 0, -1):
                if name == "idle" and hour < 12:
                    break
                bad = name == "fails" and hour < 8
                new = 0 if bad or (name == "silent" and hour < 40) else 3
                started = (NOW - timedelta(hours=hour)).isoformat()[:19] + "Z"
                verdict = "failed" if bad else "ok" if new else "quiet"
                conn.execute(
                    "INSERT INTO runs (source_id, started, finished, verdict, reason, expected, found, new) "
                    "VALUES (?, ?, ?, ?, 'the board answers 500', 20, 3, ?)", [ident, started, started, verdict, new],
                )  # fmt: skip
    desk = Desk(configured(tmp_path, an_alert("broken")), store)
    desk.tick(NOW)
    why = {each.series: each.data["why"] for each in found(store)}
    assert set(why) == {"fails", "silent", "idle"}
    assert "7 runs in a row failed, 3 of 20 posts found: the board answers 500" in why["fails"]
    assert "nothing new for 40 hours, though something came every" in why["silent"]
    assert "not asked for 12 hours" in why["idle"]
    assert len(store.messages()) == 1
    asked = {"fails": rule("broken", after="30m"), "idle": rule("broken", after="3h")}
    since = [each.since for each in breakdowns(store, asked["fails"], NOW - timedelta(days=1), NOW)]
    assert NOW - timedelta(hours=6) in since, "with the second run that fails, though half an hour was enough"
    assert NOW - timedelta(hours=9) in [
        each.since for each in breakdowns(store, asked["idle"], NOW - timedelta(days=1), NOW)
    ]
    store.finish_run(store.start_run("idle", NOW), "ok", "", errors=0, pages=1, now=NOW)
    desk.tick(NOW + timedelta(minutes=3))
    assert {each.series for each in found(store) if each.closed is None} == {"fails", "silent"}


def test_what_happens_in_the_pause_comes_as_one_message_after_it(store: Store, tmp_path: Path) -> None:
    config = configured(tmp_path, an_alert("mention", cool_down="1h"))
    desk = Desk(config, store)
    desk.tick(NOW)
    for minute in (0, 10, 20, 30):
        now = NOW + timedelta(minutes=minute)
        store.save("feed", [entry(minute + 1, now)], now=now)
        desk.tick(now)
    assert [message.state for message in store.messages()] == ["held", "held", "held", "waiting"]
    first = store.claim_message("care", NOW, LEASE)
    assert first is not None
    store.message_sent(first, NOW)
    assert store.claim_message("care", NOW + timedelta(minutes=59), LEASE) is None
    later = store.claim_message("care", NOW + timedelta(minutes=60), LEASE)
    assert later is not None
    assert len(later.incidents) == 3
    assert store.claim_message("care", NOW + timedelta(minutes=60), LEASE) is None


def test_a_claim_ends_with_its_lease_and_no_other_takes_it_before(store: Store, tmp_path: Path) -> None:
    desk = Desk(configured(tmp_path, an_alert("mention")), store)
    desk.tick(NOW)
    store.save("feed", [entry(1, NOW)], now=NOW)
    desk.tick(NOW)
    claimed = store.claim_message("care", NOW, LEASE)
    assert claimed is not None
    assert store.claim_message("care", NOW + LEASE / 2, LEASE) is None
    again = store.claim_message("care", NOW + LEASE, LEASE)
    assert again is not None
    assert (again.key, again.tries) == (claimed.key, 2)


def test_what_was_through_when_its_sender_died_is_not_sent_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(configured(tmp_path, an_alert("mention")), store)
    desk.tick(NOW)
    store.save("feed", [entry(1, NOW)], now=NOW)
    desk.tick(NOW)
    claimed = store.claim_message("care", NOW, LEASE)
    assert claimed is not None
    with monkeypatch.context() as dying:
        dying.setattr(store, "writing", lambda: sys.exit("killed while it waits for its turn to write"))
        with pytest.raises(SystemExit):
            store.message_sent(claimed, NOW)
    assert [message.state for message in store.messages()] == ["waiting"]
    assert store.claim_message("care", NOW + LEASE, LEASE) is None
    assert store.messages() == []
    assert list(Path(f"{store.path}.through").iterdir()) == []


def test_what_a_channel_says_never_tells_its_secrets() -> None:
    address = "json://kim:hush77x@hook.example/room55x?key=open88x"
    said = f"failed to post to {address}: kim:hush77x is wrong, room55x, key=open88x"
    told = _without(said, address)
    assert "***" in told
    assert not [each for each in ("hush77x", "room55x", "open88x") if each in told]


def test_waits_grow_and_differ() -> None:
    chance = random.Random(1)
    waits = [wait(tries, chance) for tries in range(1, 15)]
    assert 1 <= waits[0] <= 2
    assert all(waits[i] < waits[i + 2] for i in range(8))
    assert max(waits) <= 1800


def test_what_never_gets_through_is_given_up_visibly_and_can_be_tried_again(store: Store, tmp_path: Path) -> None:
    config = configured(tmp_path, an_alert("mention"), channels='[[channel]]\nname = "care"\n')
    desk = Desk(config, store)
    desk.tick(NOW)
    store.save("feed", [entry(1, NOW)], now=NOW)
    desk.tick(NOW)
    now = NOW
    courier = Courier(config, config.settings.channel[0], store, lambda: now, random.Random(1))
    assert courier.deliver()
    (message,) = store.messages()
    assert message.state == "waiting"
    assert "put its address into LISTENING_CHANNEL_CARE" in message.error
    now = NOW + GIVE_UP
    assert courier.deliver()
    assert store.messages()[0].state == "failed"
    assert not courier.deliver()
    assert store.retry_messages(now) == 1
    assert store.messages()[0].state == "waiting"


def test_a_webhook_is_signed_and_known_by_its_id(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTENING_CHANNEL_CARE_SECRET", "whsec_" + base64.b64encode(b"anvil").decode())
    answers = iter([503, 302, 200])
    with HttpServer({"/hook": lambda _: Reply(b"", status=next(answers))}) as server:
        config = configured(
            tmp_path, an_alert("mention"), settings=f'allow_private = ["127.0.0.1:{server.port}"]',
            channels=f'[[channel]]\nname = "care"\nkind = "webhook"\nurl = "{server.url("/hook")}"\n',
        )  # fmt: skip
        desk = Desk(config, store)
        desk.tick(NOW)
        store.save("feed", [entry(1, NOW, text="Acme <b>@everyone</b>\x1b[2J look")], now=NOW)
        desk.tick(NOW)
        now = NOW
        courier = Courier(config, config.settings.channel[0], store, lambda: now, random.Random(1))
        for error in ("answered 503", "answered 302", ""):
            assert courier.deliver()
            assert error in (store.messages(open_only=False)[0].error or "")
            now += timedelta(seconds=10)
    assert store.messages() == []
    assert len({seen.headers["webhook-id"] for seen in server.seen}) == 1
    last: Seen = server.seen[-1]
    signed = f"{last.headers['webhook-id']}.{last.headers['webhook-timestamp']}.{last.body}".encode()
    expected = base64.b64encode(hmac.new(b"anvil", signed, hashlib.sha256).digest()).decode()
    assert last.headers["webhook-signature"] == f"v1,{expected}"
    assert last.headers["idempotency-key"] == last.headers["webhook-id"]
    told = json.loads(last.body)
    assert told["title"] == "Acme: a mention on example.com"
    assert told["incidents"][0]["mention_ids"] == [1]
    assert "@\u200beveryone" in told["text"]
    assert "\x1b" not in told["text"]
    assert "https://example.com/1" in told["text"]


def test_a_webhook_never_reaches_the_private_network(store: Store, tmp_path: Path) -> None:
    with HttpServer() as server:
        channels = f'[[channel]]\nname = "care"\nkind = "webhook"\nurl = "{server.url("/hook")}"\n'
        config = configured(tmp_path, an_alert("mention"), channels=channels)
        desk = Desk(config, store)
        desk.tick(NOW)
        store.save("feed", [entry(1, NOW)], now=NOW)
        desk.tick(NOW)
        Courier(config, config.settings.channel[0], store, lambda: NOW).deliver()
        assert "not on the public internet" in store.messages()[0].error
        assert server.connections == 0


def test_mail_arrives_and_reads_well(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = iter([True, False])
    with SmtpServer(lambda: next(refused)) as server:
        monkeypatch.setenv(
            "LISTENING_CHANNEL_CARE",
            f"mailto://127.0.0.1:{server.port}?from=listening@example.com&to=care@example.com&mode=insecure",
        )
        config = configured(tmp_path, an_alert("spike"), channels='[[channel]]\nname = "care"\n')
        desk = Desk(config, store)
        count = history(store)
        desk.tick(NOW)
        burst = [entry(count + i, NOW) for i in range(39)]
        burst.append(entry(count + 39, NOW, title="<script>alert(1)</script>", author=Author("kim", followers=9)))
        store.save("feed", burst, now=NOW)
        now = NOW + timedelta(seconds=5)
        desk.tick(now)
        courier = Courier(config, config.settings.channel[0], store, lambda: now, random.Random(1))
        assert courier.deliver()
        assert "failed" in store.messages()[0].error
        now += timedelta(seconds=10)
        assert courier.deliver()
        assert store.messages() == []
    (mail,) = server.mails
    assert mail["subject"] == "Acme: 40 mentions in an hour, usually 1.0"
    assert mail["to"] == "care@example.com"
    body = mail.get_body(("plain", "html"))
    assert body is not None
    text = body.get_content()
    assert "Rule: spike (spike, at least 1.5 times the usual)" in text
    assert text.count("https://example.com/") == 3
    assert "“<script>alert(1)</script> Acme" in text  # as text, never as HTML
    assert body.get_content_type() == "text/plain"


def test_from_arrival_to_message_it_takes_less_than_the_pauses(tmp_path: Path) -> None:
    with HttpServer({"*": Reply(b"")}) as server:
        config = configured(
            tmp_path, an_alert("mention"), settings=f'allow_private = ["127.0.0.1:{server.port}"]',
            channels=f'[[channel]]\nname = "care"\nkind = "webhook"\nurl = "{server.url("/hook")}"\n',
        )  # fmt: skip
        stop = threading.Event()
        with Store(config.database) as store:
            Desk(config, store).tick(datetime.now(UTC))
            worker = threading.Thread(target=work, args=(config, stop), kwargs={"pause": 0.01})
            worker.start()
            try:
                store.save("feed", [entry(1, datetime.now(UTC))], now=datetime.now(UTC))
                end = time.monotonic() + 30
                while not server.seen and time.monotonic() < end:
                    time.sleep(0.005)
            finally:
                stop.set()
                worker.join()
            assert len(server.seen) == 1
            assert store.messages() == []


def test_killed_in_the_middle_nothing_is_lost(tmp_path: Path) -> None:
    trial = alert_kills.run(tmp_path, kills=2, each=15, seed=5)
    assert trial.lost == 0
    assert trial.repeated <= trial.kills  # one message is on its way at a time


def test_schedule_and_alerts_killed_together_lose_nothing(tmp_path: Path) -> None:
    with alarmed(tmp_path / "world", NOW, many(20), 0.05, 7) as world:
        world.run(timedelta(hours=2), kills=12)
        world.settle()
        assert world.kills > 3
        assert world.deaths > 3
        assert 0 < len(world.stored) == len(world.told)
        assert world.repeated <= world.deaths
        assert not world.doubled()


def test_what_calls_everybody_or_steers_is_taken_out() -> None:
    assert clean("a\x00b\u202e <!channel>  @here\n<@1> x<3") == "ab <\u200b!channel> @\u200bhere <\u200b@1> x<3"


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def say(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["--config", str(tmp_path / "config"), "alerts", *words])
        assert result.exit_code == code, result.output
        return result.output

    configured(tmp_path)
    assert "No alert yet" in say()
    with HttpServer({"*": Reply(b"")}) as server:
        config = configured(
            tmp_path, an_alert("spike"), an_alert("mention", name="each"),
            settings=f'allow_private = ["127.0.0.1:{server.port}"]',
            channels='[[channel]]\nname = "care"\nkind = "webhook"\n',
        )  # fmt: skip
        with Store(config.database) as store:
            count = history(store, until=datetime.now(UTC))
            now = datetime.now(UTC) - timedelta(days=2)
            store.save("feed", [entry(count + i, now) for i in range(40)], now=now)
            assert "spike" in say()
            said = say("replay", "--since", "20d", "--rule", "spike")
            assert "would have fired 1 times in 20 days" in said
            assert "usually" in said
            assert "LISTENING_CHANNEL_CARE" in say("test", "care", code=1)
            monkeypatch.setenv("LISTENING_CHANNEL_CARE", server.url("/hook"))
            assert "Sent" in say("test", "care")
            assert json.loads(server.seen[-1].body)["event"] == "test"
            assert "Nothing waits. 1 messages were sent." in say("outbox")
            desk = Desk(config, store)
            desk.tick(datetime.now(UTC))
            store.save("feed", [entry(count + 100, datetime.now(UTC))], now=datetime.now(UTC))
            desk.tick(datetime.now(UTC))
            assert "waiting" in say("outbox")
            assert "1 messages are tried again" in say("outbox", "--retry")
            assert "1 messages dropped" in say("outbox", "--drop", str(store.messages()[0].id))
