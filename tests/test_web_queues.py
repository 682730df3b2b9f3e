"""Complaints and opportunities on the desk: clocks against the targets, owners, and what became of people."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from listening.store import InboxFilter, MentionFilter
from listening.web.screens.queues import span
from tests.desk import Installation, install

HTMX = {"hx-request": "true"}


@pytest.fixture
def desk(tmp_path: Path) -> Installation:
    return install(tmp_path, people=True)


def shown(client: TestClient, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return re.findall(r'data-item="(\d+)"', answer.text)


def told(client: TestClient, path: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(path).text)))


def test_complaints_stand_by_urgency_with_clock_and_owner(desk: Installation) -> None:
    with desk.visitor("viewer") as client:
        page = told(client, "/complaints")
        assert "left: answer" in page
        assert "answer overdue by" in page
        assert "nobody's" in page
        assert 'name="do"' not in client.get("/complaints").text  # viewers read
        with desk.store() as store:
            scope = store.public_scope()
            items = store.queue("complaints", now=datetime.now(UTC), limit=25, scope=scope).items
        assert shown(client, "/complaints") == [str(item.card.mention_id) for item in items]
        assert "alternative to Acme" not in page
        assert "dark mode" in told(client, "/opportunities")


def test_overdue_ones_are_those_past_the_target(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        every, late = shown(client, "/complaints"), shown(client, "/complaints?show=late")
        assert set(late) < set(every)
        (desk.folder / "listening.toml").write_text(
            'database = "listening.db"\n[targets]\nanswer = "52w"\nresolve = "60w"\n', encoding="utf-8"
        )
        assert shown(client, "/complaints?show=late") == []
        assert "Nothing is overdue" in told(client, "/complaints?show=late")
        assert "364 days" in told(client, "/complaints")
        assert shown(client, "/complaints") == every


def test_owners_and_brands_filter(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        first = shown(client, "/complaints")[0]
        client.post("/inbox/act", data={"mention": first, "do": "assign:me"})
        assert shown(client, "/complaints?assignee=analyst") == [first]
        assert first not in shown(client, "/complaints?assignee=-")
        assert shown(client, "/complaints?brand=Zenith") == []
        assert "All brands and owners" in told(client, "/complaints?brand=Zenith")
        assert shown(client, "/complaints?brand=Acme") == shown(client, "/complaints")
        assert shown(client, "/complaints?show=nonsense&period=x&became=y") == shown(client, "/complaints")


def test_what_came_is_counted_where_it_is_open(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        first, *others = shown(client, "/complaints")
        assert f"{len(others) + 1} new" in told(client, "/complaints/new?mark=0")
        client.post("/inbox/act", data={"mention": first, "do": "status:answered"})
        assert f"{len(others)} new" in told(client, "/complaints/new?mark=0&show=answered")


def test_what_became_of_it_is_noted_and_counted(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        first, second, *_ = shown(client, "/complaints")
        for ident in (first, second):
            client.post("/inbox/act", data={"mention": ident, "do": "status:answered"})
        client.post("/inbox/act", data={"mention": first, "do": "outcome:sale", "outcome": ""})
        assert set(shown(client, "/complaints?show=answered")) == {first, second}
        assert shown(client, "/complaints?show=answered&became=sale") == [first]
        assert shown(client, "/complaints?show=answered&became=lost") == []
        assert len(shown(client, "/complaints?show=answered&became=silent")) <= 2
        clock = told(client, f"/queues/clock/{first}")
        assert "answered after" in clock
        assert "not heard of since" in clock
        assert re.search(r'value="outcome:"[^>]*aria-pressed="true"', client.get(f"/queues/clock/{first}").text)
        client.post("/inbox/act", data={"mention": first, "do": "outcome:", "outcome": ""})
        assert shown(client, "/complaints?show=answered&became=sale") == []
        page = told(client, "/complaints?show=answered")
        assert "Answered 2" in page
        assert "within 1 day" in page


def test_private_mentions_are_for_those_who_may(desk: Installation) -> None:
    with desk.store() as store:
        hidden = {row.mention_id for row in store.mentions(MentionFilter(source="mail"))}
    with desk.visitor("analyst") as client:
        for path in ("/complaints", "/opportunities", "/complaints?show=late"):
            assert "(mail" not in client.get(path).text
        for ident in (*hidden, 0, "x", "9" * 40):
            assert client.get(f"/queues/clock/{ident}").status_code == 404
    with desk.visitor("admin") as client:
        assert "(mail" in client.get("/complaints").text
        assert client.get(f"/queues/clock/{min(hidden)}").status_code == 200


@pytest.mark.parametrize("tab", ["open", "late", "answered"])
def test_pages_follow_without_gap_or_repetition(tmp_path: Path, tab: str) -> None:
    desk = install(tmp_path, posts=200)
    now = datetime.now(UTC)
    with desk.store() as store:
        if tab == "answered":
            every = [item.card.mention_id for item in store.queue("complaints", now=now, limit=500).items]
            store.triage(every, who="kim", now=now, status="answered")
        count = store.queue_figures("complaints", since=now - timedelta(1), until=now + timedelta(1), now=now)
        expected = {"open": count.unanswered.mentions, "late": count.late.mentions, "answered": count.answered}[tab]
    seen: list[str] = []
    with desk.visitor("machine") as client:
        page = client.get(f"/complaints?show={tab}").text
        while True:
            seen += re.findall(r'data-item="(\d+)"', page)
            more = re.findall(r'hx-get="(/complaints\?[^"]*after=[^"]+)"', page)
            if not more:
                break
            page = client.get(html.unescape(more[0]), headers=HTMX).text
    assert len(seen) == len(set(seen)) == expected > 25


def test_what_came_since_is_told(desk: Installation) -> None:
    with desk.visitor("viewer") as client:
        mark = int(re.findall(r"mark=(\d+)", client.get("/complaints").text)[0])
        assert client.get(f"/complaints/new?mark={mark}").text.strip() == ""
        assert "Show them" in client.get("/complaints/new?mark=0").text
        assert "Show them" in client.get("/complaints/new?mark=x").text


def test_empty_queues_say_what_they_hold(tmp_path: Path) -> None:
    desk = install(tmp_path, posts=0)
    with desk.store() as store:
        every = [card.mention_id for card in store.page(InboxFilter(), now=datetime.now(UTC)).cards]
        store.triage(every, who="", now=datetime.now(UTC), status="not relevant")
    with desk.visitor("machine") as client:
        assert "Nobody waits" in told(client, "/complaints")
        assert "leaving a competitor" in told(client, "/opportunities")
        assert "Nothing was answered" in told(client, "/opportunities?show=answered")


@pytest.mark.parametrize(
    ("length", "words"),
    [(timedelta(days=1), "1 day"), (timedelta(days=7), "7 days"), (timedelta(hours=4), "4 hours"),
     (timedelta(minutes=50), "50 min"), (timedelta(hours=30, minutes=6), "30.1 h"), (None, "–")],
)  # fmt: skip
def test_lengths_of_time_are_words(length: timedelta | None, words: str) -> None:
    assert span(length) == words


def test_lengths_of_time_are_read_in_the_unit_that_fits() -> None:
    lengths = [
        timedelta(days=2),
        timedelta(hours=1),
        timedelta(hours=30, minutes=6),
        timedelta(days=3, hours=12, minutes=1),
    ]
    assert [span(length) for length in lengths] == ["2 days", "1 hour", "30.1 h", "3.5 days"]


@pytest.mark.parametrize(
    "after", ["garbage", "2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z.²", f"2026-11-20T09:00:00Z.{'9' * 30}"]
)
@pytest.mark.parametrize("show", ["open", "answered"])
def test_a_page_that_never_was_is_refused_in_words(desk: Installation, show: str, after: str) -> None:
    with desk.visitor("viewer") as client:
        answer = client.get("/complaints", params={"show": show, "after": after})
        assert answer.status_code == 400
        assert "Go back to its first page" in answer.text
        assert (
            client.get("/complaints", params={"show": "answered", "after": "2026-11-20T09:00:00Z.7"}).status_code == 200
        )
