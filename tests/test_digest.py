"""Digests: due once, said plainly, mailed through a real server, shown alike by browsers, and inert."""

from __future__ import annotations

import email
import random
import shutil
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from listening.config import Brand, Config, Settings
from listening.config.digests import Digest, Mail
from listening.digest.extract import extract
from listening.digest.picture import volume
from listening.digest.slot import last_slot, slot_of
from listening.digest.work import send_due
from listening.insight.changes import Series, named
from listening.insight.scorecard import scorecard
from listening.store import Count, Days, InboxFilter, MentionFilter, Scope, Store, heard
from tests.bench.changes import alarms, found
from tests.conftest import NOW
from tests.test_insight import fill, said

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(1)">{{ 7*7 }} =cmd|calc \u202eevil'


class Postbox:
    """Takes mail, but for the first `refuse` tries."""

    def __init__(self, refuse: int = 0) -> None:
        self.refuse, self.tries = refuse, 0
        self.mails: list[tuple[str, bytes]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.tries += 1
        if self.tries <= self.refuse:
            return "451 try again later"
        self.mails.append((envelope.rcpt_tos[0], bytes(envelope.content or b"")))
        return "250 OK"


class Server(Controller):
    """On a port that is free."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    box = Postbox()
    controller = Server(box, hostname="127.0.0.1", port=0)
    controller.start()
    yield box, controller.port
    controller.stop()


def config(store: Store, port: int, **more: object) -> Config:
    given: dict[str, object] = {"name": "monday", "to": ["kim@example.com", "lee@example.com"], **more}
    mail = Mail(host="127.0.0.1", port=port, security="none", sender="listening@example.com")
    settings = Settings(database=store.path.name, digest=[Digest.model_validate(given)], mail=mail)
    return Config(folder=store.path.parent / "config", settings=settings, brands=[Brand(name="Acme")])


def week(store: Store) -> None:
    """Nine plain weeks, then one in which a hinge breaks."""
    last = fill(store, days=75, a_day=12)
    rnd = random.Random(3)
    entries = [
        said(last + i, datetime(2026, 11, 18, 9, tzinfo=UTC) + timedelta(minutes=13 * i),
             f"the Acme hinge snapped after {i} days, what a {rnd.choice(('mess', 'shame', 'pity'))} {HOSTILE}",
             label="negative", intents=("complaint",), aspects=(("quality", "negative"),), author=f"Bo <b>{i}</b>")
        for i in range(1, 90)
    ]  # fmt: skip
    entries += [
        said(last + 200 + i, datetime(2026, 11, 17, 9 + i, tzinfo=UTC), f"get the Acme, friends, it is a joy {i}",
             label="positive", intents=("advocacy", "praise"), author="kim") for i in range(3)
    ]  # fmt: skip
    entries.append(
        said(last + 300, datetime(2026, 11, 19, 9, tzinfo=UTC), "Acme should sell a blue one", intents=("idea",))
    )
    store.save("forum", entries, now=NOW)


def read(raw: bytes) -> tuple[EmailMessage, str, str]:
    mail = email.message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    html, text = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert text is not None
    return mail, html.get_content(), text.get_content()


def test_a_digest_goes_through_a_real_server_once(store: Store, postbox: tuple[Postbox, int]) -> None:
    box, port = postbox
    week(store)
    settings = config(store, port)
    assert send_due(settings, store, MONDAY) == 2
    assert send_due(settings, store, MONDAY + timedelta(hours=5)) == 0
    assert [reader for reader, _ in box.mails] == ["kim@example.com", "lee@example.com"]
    mail, html, text = read(box.mails[0][1])
    assert "Acme" in mail["Subject"]
    assert "rose by" in mail["Subject"]
    for part in (html, text):
        assert "hinge" in part
        assert "kim" in part
        assert "blue one" in part
        assert "rose by" in part
    assert "<script" not in html
    assert "<img src=x" not in html
    assert "49" not in html.split("hinge", 1)[1][:120]
    pictures = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    for part in pictures:
        assert f"cid:{part['Content-ID'][1:-1]}" in html
        assert part.get_content().startswith(b"\x89PNG")
    (table,) = [part for part in mail.iter_attachments() if part.get_content_type() == "text/csv"]
    assert table.get_content().count("hinge") == 89
    assert "http-equiv" not in html
    assert not [address for address in html.split('src="')[1:] if not address.startswith("cid:")], "nothing is loaded"


def test_a_saved_view_is_mailed_with_what_it_shows(store: Store, postbox: tuple[Postbox, int]) -> None:
    box, port = postbox
    week(store)
    filters = "since=2d&sentiment=negative&intent=complaint&order=urgent"
    store.save_view("What hurts", filters, who="kim", now=NOW)
    settings = config(store, port, view="what hurts", owner="kim", to=["kim@example.com"])
    assert send_due(settings, store, MONDAY) == 1
    mail, html, text = read(box.mails[0][1])
    assert mail["Subject"].strip() == "What hurts, 16 Nov to 22 Nov 2026: 89 mentions, more than the 0 before"
    for part in (html, text):
        assert "89 mentions, where 0 came in the period before" in part
        assert part.count("hinge snapped") == 12
        assert "blue one" not in part
    assert "<img src=x" not in html
    (table,) = [part for part in mail.iter_attachments() if part.get_content_type() == "text/csv"]
    assert table.get_content().count("hinge") == 89
    assert html.count("cid:") == 1


def test_still_open_are_those_of_the_view_that_are(store: Store) -> None:
    week(store)
    for name, filters, still in (
        ("What hurts", "intent=complaint", 89),
        ("Done", "intent=complaint&status=answered", 0),
    ):
        store.save_view(name, filters, who="kim", now=NOW)
        digest = Digest(name="d", view=name, owner="kim")
        days = Days(date(2026, 11, 16), date(2026, 11, 22))
        assert extract(store, digest, days, Scope(), MONDAY).open == still


def test_a_view_that_asks_for_an_intent_there_is_not_is_told_and_not_mailed_empty(
    store: Store, postbox: tuple[Postbox, int]
) -> None:
    box, port = postbox
    week(store)
    store.save_view("Wrong by now", "q=intent%3Acomplain", who="kim", now=NOW)
    settings = config(store, port, view="wrong by now", owner="kim", to=["kim@example.com"])
    assert send_due(settings, store, MONDAY) == 0
    assert box.mails == []
    (letter,) = store.letters()
    assert "did you mean complaint" in letter.error


def test_a_view_in_which_nothing_changed_or_that_is_gone(store: Store, postbox: tuple[Postbox, int]) -> None:
    box, port = postbox
    fill(store, days=75, a_day=12)
    _, token = store.save_view("All", "", who="kim", now=NOW, shared=True)
    settings = config(store, port, view="All", to=["kim@example.com"], csv=False)
    assert send_due(settings, store, MONDAY) == 1
    _, html, text = read(box.mails[0][1])
    assert "Nothing changed" in html
    assert "Nothing changed" in text
    store.undo(token, "kim", now=NOW)
    assert send_due(settings, store, MONDAY + timedelta(days=7)) == 0
    waits = next(each for each in store.letters() if each.sent is None)
    assert 'there is no saved view for everybody called "All"' in waits.error


def test_a_digest_of_one_day_has_no_chart_of_days(store: Store, postbox: tuple[Postbox, int]) -> None:
    box, port = postbox
    week(store)
    assert send_due(config(store, port, every="daily", at="00:00", to=["kim@example.com"]), store, MONDAY) == 1
    mail, html, _ = read(box.mails[0][1])
    assert "Mentions by day" not in html
    named = {part["Content-ID"][1:-1] for part in mail.walk() if part.get_content_type() == "image/png"}
    assert {address.partition('"')[0] for address in html.split("cid:")[1:]} == named, "no picture is left over"


def test_each_day_of_a_list_is_counted_in_the_teams_zone(store: Store) -> None:
    store.use_zone("Europe/Berlin")
    late = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)
    store.save(
        "forum", [said(1, late, "the Acme is bad", label="negative"), said(2, late, "an Acme", label=None)], now=NOW
    )
    assert store.by_day(InboxFilter(), now=NOW) == {"2026-11-18": Count(2, 1, 0, 0)}
    assert store.by_day(InboxFilter(sentiment="positive"), now=NOW) == {}


def test_a_failing_server_is_tried_again_and_nobody_gets_it_twice(store: Store, postbox: tuple[Postbox, int]) -> None:
    box, port = postbox
    fill(store)
    settings, box.refuse = config(store, port), 3
    assert send_due(settings, store, MONDAY) == 0
    assert "451" in store.letters()[0].error
    assert send_due(settings, store, MONDAY + timedelta(seconds=30)) == 0, "not at once"
    sent = sum(send_due(settings, store, MONDAY + timedelta(minutes=minutes)) for minutes in range(2, 60, 2))
    assert sent == 2
    assert sorted(reader for reader, _ in box.mails) == ["kim@example.com", "lee@example.com"]


def test_who_is_taken_off_a_digest_gets_no_letter_that_waits(store: Store, postbox: tuple[Postbox, int]) -> None:
    box, port = postbox
    fill(store)
    settings, box.refuse = config(store, port), 9
    assert send_due(settings, store, MONDAY) == 0
    box.refuse = 0
    one = config(store, port, to=["kim@example.com"])
    assert sum(send_due(one, store, MONDAY + timedelta(minutes=minutes)) for minutes in range(2, 60, 2)) == 1
    assert [reader for reader, _ in box.mails] == ["kim@example.com"]


def test_being_killed_between_sending_and_noting_it_repeats_the_same_message_id(
    store: Store, postbox: tuple[Postbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, port = postbox
    fill(store)
    settings = config(store, port, to=["kim@example.com"])
    with monkeypatch.context() as patch:
        patch.setattr(store, "letter_sent", _killed)
        with pytest.raises(KeyboardInterrupt):
            send_due(settings, store, MONDAY)
    assert send_due(settings, store, MONDAY) == 1
    first, second = (read(raw)[0]["Message-ID"] for _, raw in box.mails)
    assert first == second


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_nothing_changed_is_what_it_says(store: Store, postbox: tuple[Postbox, int]) -> None:
    box, port = postbox
    fill(store, days=80, a_day=12)
    send_due(config(store, port), store, MONDAY - timedelta(days=7))
    mail, html, text = read(box.mails[0][1])
    assert mail["Subject"].endswith("nothing changed")
    assert "<b>Nothing changed.</b>" in html
    assert "Nothing changed." in text


def test_an_empty_store_sends_an_honest_digest(store: Store, postbox: tuple[Postbox, int]) -> None:
    box, port = postbox
    assert send_due(config(store, port, every="monthly"), store, datetime(2026, 12, 1, 9, tzinfo=UTC)) == 2
    _, html, text = read(box.mails[0][1])
    assert "nothing to compare with yet" in html
    assert "Message boards monitored" in text


@pytest.mark.parametrize(
    ("every", "now", "first", "last"),
    [
        ("daily", "2026-11-20T08:00+01:00", "2026-11-19", "2026-11-19"),
        ("daily", "2026-11-20T07:00+01:00", "2026-11-18", "2026-11-18"),
        ("weekly", "2026-11-23T07:30+01:00", "2026-11-16", "2026-11-22"),
        ("weekly", "2026-11-23T07:29+01:00", "2026-11-09", "2026-11-15"),
        ("weekly", "2026-11-29T23:00+01:00", "2026-11-16", "2026-11-22"),
        ("monthly", "2026-12-01T08:00+01:00", "2026-11-01", "2026-11-30"),
        ("monthly", "2026-12-01T07:00+01:00", "2026-10-01", "2026-10-31"),
        ("daily", "2026-03-29T12:00+02:00", "2026-03-28", "2026-03-28"),
    ],
)
def test_slots(every: str, now: str, first: str, last: str) -> None:
    digest, zone = Digest.model_validate({"name": "d", "every": every}), ZoneInfo("Europe/Berlin")
    slot = last_slot(digest, datetime.fromisoformat(now), zone)
    assert (slot.days.first.isoformat(), slot.days.last.isoformat()) == (first, last)
    assert slot_of(digest, first, zone) == slot


def test_a_skipped_hour_is_no_trap() -> None:
    digest = Digest(name="d", every="daily", at="02:30")
    zone = ZoneInfo("Europe/Berlin")
    keys = {
        last_slot(digest, datetime(2026, 3, 28, 12, tzinfo=UTC) + timedelta(minutes=10 * i), zone).key
        for i in range(300)
    }
    assert sorted(keys) == ["daily 2026-03-27", "daily 2026-03-28", "daily 2026-03-29"]


def test_pictures_are_whole() -> None:
    data = volume([Count(5, 1, 2, 2), Count(), Count(9, 9)], 2)
    width, height = struct.unpack(">II", data[16:24])
    at, pixels = 8, b""
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert zlib.crc32(name + body) == struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0]
        pixels += body if name == b"IDAT" else b""
        at += 12 + size
    assert len(zlib.decompress(pixels)) == height * (3 * width + 1)


def test_changes_are_seldom_false_and_mostly_found() -> None:
    assert alarms(200, 8, 1.5, seed=5) <= 0.07
    assert found(15, "volume", 1.3, 8, seed=5) >= 0.7
    assert found(15, "feeling", 0.7, 8, seed=5) >= 0.6
    assert found(15, "aspect", 1.3, 8, seed=5) >= 0.6, "among many small ones"


def test_what_changed_a_period_ago_is_no_news() -> None:
    days = [f"2026-{month:02}-{day:02}" for month in (9, 10) for day in range(1, 29)]
    counts = {day: 40 if at < 42 else 80 for at, day in enumerate(days)}
    assert named([Series("volume", "mentions", counts)], days[49:], days[42:49], days[:42]) == []
    assert named([Series("volume", "mentions", counts)], days[42:49], days[35:42], days[:35])


def test_the_scorecard_counts_what_the_team_did(store: Store) -> None:
    store.know([{"name": "forum", "kind": "board"}], [{"name": "Acme", "ours": 1}, {"name": "Globex", "ours": 0}])
    when = NOW - timedelta(days=3)
    entries = [said(i, when, f"Acme broke {i}", label="negative", intents=("complaint",)) for i in range(1, 5)]
    entries += [said(8, when, "Acme should be blue", intents=("idea",))]
    entries += [said(9, when, "get Acme", label="positive", intents=("advocacy",))]
    entries += [said(10, when, "Globex broke", brand="Globex", intents=("complaint",))]
    entries += [said(11, when, "get Acme if you like it broken", label="negative", intents=("advocacy",))]
    story = "the handle of the acme anvil came off on the very first day and nobody there would hear of it"
    entries += [said(at, when, story, label="negative", intents=("complaint",)) for at in (12, 13)]
    entries += [said(14, when, "acme is a mountain, broke", label="negative", intents=("complaint",))]
    store.save("forum", entries, now=NOW)
    ids = {row.title + row.full_text: row.mention_id for row in store.mentions(MentionFilter())}
    store.triage([ids["Acme broke 1"], ids["Acme broke 2"]], who="kim", now=NOW, status="answered")
    store.triage([ids["Acme broke 2"]], who="kim", now=NOW, status="closed", outcome="sale")
    store.triage([ids["get Acme"]], who="kim", now=NOW, reply="https://forum.example.com/thanks")
    store.triage([ids["Acme should be blue"]], who="kim", now=NOW, outcome="used")
    store.triage([ids["acme is a mountain, broke"]], who="kim", now=NOW, status="answered")
    store.triage([ids["acme is a mountain, broke"]], who="kim", now=NOW, status="not relevant")
    (copy,) = store.db.conn.execute("SELECT id FROM mentions WHERE copy").fetchone()
    store.triage([copy], who="kim", now=NOW, status="answered")
    card = scorecard(store, 2, now=NOW)
    last = {row.name: row.shown[-1] for row in card.rows}
    assert card.months == ("2026-10", "2026-11")
    assert last["Message boards monitored"] == "1"
    assert last["Complaints answered"] == "2 of 5 (40%)"
    assert last["Complaints resolved"] == "1 of 5 (20%)"
    assert last["Advocates found"] == "1"
    assert last["Advocates thanked"] == "1 of 1 (100%)"
    assert last["Problems turned into sales"] == "1 of 5 (20%)"
    assert last["Ideas passed on"] == "1 of 1 (100%)"


def test_what_was_heard_is_remembered_when_posts_are_let_go(store: Store) -> None:
    store.know([{"name": "forum", "kind": "board", "keep_unmatched": 0}], [{"name": "Acme", "ours": 1}])
    plain = said(1, NOW - timedelta(days=3), "nothing of anybody")
    mail = said(2, NOW - timedelta(days=3), "Acme?")
    entries = [replace(plain, mentions=()), replace(mail, post=replace(mail.post, kind="email", url=""))]
    store.save("forum", entries, now=NOW)
    store.save("forum", entries, now=NOW)  # once is enough
    rows = {row.name: row.shown for row in scorecard(store, 2, now=NOW).rows}
    assert rows["Sites heard"] == ("0", "1")
    assert rows["Message boards monitored"] == ("0", "1")
    assert rows["Customer mails tracked"] == ("0", "1")
    assert store.forget_unmatched(NOW + timedelta(days=1)) == 1
    assert {row.name: row.shown for row in scorecard(store, 2, now=NOW).rows} == rows
    assert not scorecard(store, 2, now=NOW, scope=Scope(frozenset({"forum"}))).rows[0].values[-1][0]


def test_what_was_heard_is_counted_anew_as_it_was_counted_when_it_came(store: Store) -> None:
    store.use_zone("Asia/Tokyo")
    late = datetime(2026, 10, 31, 16, tzinfo=UTC)  # November in Tokyo
    mail = said(3, late, "Acme, by mail")
    store.save("forum", [said(1, late, "Acme one"), said(2, late - timedelta(hours=2), "Acme two")], now=NOW)
    store.save("forum", [replace(mail, post=replace(mail.post, kind="email")), said(4, late, "Acme four")], now=NOW)
    query = "SELECT month, kind, posts FROM heard ORDER BY 1, 2"
    counted = [("2026-10", "post", 1), ("2026-11", "email", 1), ("2026-11", "post", 2)]
    assert store.db.conn.execute(query).fetchall() == counted
    with store.writing() as conn:
        conn.execute("DELETE FROM heard")
        heard.count_all(conn)
    assert store.db.conn.execute(query).fetchall() == counted


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium")
def test_a_browser_shows_it_at_600_pixels_and_runs_nothing(
    store: Store, postbox: tuple[Postbox, int], tmp_path: Path
) -> None:
    from playwright.sync_api import sync_playwright

    box, port = postbox
    week(store)
    send_due(config(store, port, to=["kim@example.com"]), store, MONDAY)
    mail, html, _ = read(box.mails[0][1])
    for part in mail.walk():
        if part.get_content_type() == "image/png":
            name = f"{part.get_filename()}"
            (tmp_path / name).write_bytes(part.get_content())
            html = html.replace(f"cid:{part['Content-ID'][1:-1]}", name)
    (tmp_path / "mail.html").write_text(html)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport={"width": 600, "height": 900}, color_scheme=scheme)
            heard: list[str] = []
            page.on("dialog", lambda dialog, heard=heard: heard.append(dialog.message))
            page.on("console", lambda message, heard=heard: heard.append(message.text))
            page.goto((tmp_path / "mail.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= 600
            assert page.evaluate("[...document.images].every(each => each.naturalWidth > 0)")
            assert heard == []
            page.screenshot(path=tmp_path / f"{scheme}.png", full_page=True)
        browser.close()
