"""The inbox: what is shown, what is done, that it can be undone, and that private mentions stay hidden."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from listening.store import MentionFilter, Scope
from tests.conftest import NOW
from tests.desk import Installation, install
from tests.test_copies import entry
from tests.test_copies_shown import PUSHED

HTMX = {"hx-request": "true"}


@pytest.fixture
def desk(tmp_path: Path) -> Installation:
    return install(tmp_path, people=True)


def first(client: TestClient, filters: str = "status=open") -> dict[str, str]:
    page = client.get(f"/inbox?{filters}").text
    ident = re.findall(r'data-item="(\d+)"', page)[0]
    version = re.findall(r'name="version" value="(\d+)"', page)[0]
    return {"mention": ident, "version": version}


def said(answer: object) -> dict[str, object]:
    return json.loads(answer.headers["hx-trigger"])["said"]  # type: ignore[attr-defined, no-any-return]


def row(desk: Installation, ident: str) -> tuple[str, str, str | None]:
    query = "SELECT status, assignee, label FROM mentions WHERE id = ?"
    with desk.store() as store:
        return tuple(store.db.conn.execute(query, [int(ident)]).fetchone())


def test_cards_show_what_was_said_and_mark_the_brand(desk: Installation) -> None:
    with desk.visitor("viewer") as client:
        page = client.get("/inbox?brand=Acme&sentiment=negative&order=urgent").text
        assert '<mark class="">Acme</mark>' in page
        assert "complaint" in page
        assert "(mail" not in page
        assert 'name="do"' not in page  # viewers read


def test_private_mentions_are_for_those_who_may(desk: Installation) -> None:
    with desk.store() as store:
        ident = next(store.mentions(MentionFilter(source="mail"))).mention_id
    with desk.visitor("analyst") as client:
        assert "mail" not in re.findall(r'name="source".*?</select>', client.get("/inbox").text, re.S)[0]
        for path in (f"/mentions/{ident}", "/mentions/0", "/mentions/x", f"/mentions/{'9' * 40}"):
            assert client.get(path).status_code == 404
        client.post("/inbox/act", data={"mention": str(ident), "do": "status:closed"})
        assert row(desk, str(ident))[0] == "new"
    with desk.visitor("admin") as client:
        assert "(mail" in client.get(f"/mentions/{ident}").text


@pytest.mark.parametrize(
    ("do", "expected"),
    [("status:closed", ("closed", "", None)), ("status:in progress", ("in progress", "", None)),
     ("assign:me", ("new", "analyst", None)), ("correct:sentiment=positive", ("new", "", "positive")),
     ("status:not relevant", ("not relevant", "", None))],
)  # fmt: skip
def test_each_thing_that_is_done_is_undone(desk: Installation, do: str, expected: tuple[str, str, str | None]) -> None:
    with desk.visitor("analyst") as client:
        card = first(client, "sentiment=negative")
        before = row(desk, card["mention"])
        answer = client.post("/inbox/act", data=card | {"do": do, "detail": "1"}, headers=HTMX)
        assert 'hx-swap-oob="outerHTML"' in answer.text
        now = row(desk, card["mention"])
        assert now == (*expected[:2], expected[2] or before[2])
        undone = client.post(str(said(answer)["undo"]), headers=HTMX)
        assert str(said(undone)["text"]).startswith("Undone.")
        assert f'id="m-{card["mention"]}"' in undone.text
        assert row(desk, card["mention"]) == before


def test_notes_tags_and_answers_show_on_the_card(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        card = first(client)
        for more in (
            {"do": "note", "note": "called <b>them</b>"}, {"do": "tag", "tag": "router, late"},
            {"do": "reply", "reply": "https://forum.example/t/1#p9"}, {"do": "outcome", "outcome": "kept"},
        ):  # fmt: skip
            assert client.post("/inbox/act", data={"mention": card["mention"], **more}).status_code == 303
        page = client.get(f"/mentions/{card['mention']}").text
        assert "called &lt;b&gt;them&lt;/b&gt;" in page
        assert "#router" in page
        assert row(desk, card["mention"])[0] == "answered"
        assert "the customer stayed" in page
        page = client.get("/inbox?tag=late").text
        assert f'id="m-{card["mention"]}"' in page


def test_what_somebody_else_changed_is_left_alone(desk: Installation) -> None:
    with desk.visitor("analyst") as one, desk.visitor("admin") as other:
        card = first(one)
        other.post("/inbox/act", data=card | {"do": "assign:me"}, headers=HTMX)
        answer = one.post("/inbox/act", data=card | {"do": "status:closed"}, headers=HTMX)
        assert "changed by somebody else" in str(said(answer)["text"])
        assert row(desk, card["mention"])[:2] == ("new", "admin")


def test_two_on_one_card_see_each_other(desk: Installation) -> None:
    with desk.visitor("analyst") as one, desk.visitor("admin") as other:
        ident = first(one)["mention"]
        one.get(f"/mentions/{ident}", headers=HTMX)
        assert "analyst is looking at this" in other.get(f"/mentions/{ident}", headers=HTMX).text
        assert "admin is looking at this" in one.get(f"/mentions/{ident}/looking").text


def test_many_at_once_and_back(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        idents = re.findall(r'data-item="(\d+)"', client.get("/inbox").text)[:20]
        answer = client.post("/inbox/act", data={"mention": idents, "do": "status:closed"}, headers=HTMX)
        assert said(answer)["text"] == "20 mentions changed."
        assert all(row(desk, each)[0] == "closed" for each in idents)
        client.post("/inbox/undo/last", headers=HTMX)
        assert all(row(desk, each)[0] == "new" for each in idents)


def test_new_mentions_are_told_and_nothing_moves(desk: Installation) -> None:
    with desk.visitor("viewer") as client:
        page = client.get("/inbox?status=open").text
        mark = re.findall(r"mark=(\d+)", page)[0]
        assert client.get(f"/inbox/new?status=open&mark={mark}").text.strip() == ""
        assert "Show them" in client.get(f"/inbox/new?status=open&mark={int(mark) - 5}").text


@pytest.mark.parametrize(
    "filters", ["q=(open", "status=gone", "since=yesterday-ish", "person=x", "sentiment=cross", "after=nonsense"]
)
def test_filters_that_cannot_be_read_are_told(desk: Installation, filters: str) -> None:
    with desk.visitor("viewer") as client:
        answer = client.get(f"/inbox?{filters}")
        assert answer.status_code in {200, 400}
        assert 'role="alert"' in answer.text or answer.status_code == 400


def test_several_values_of_a_filter_stay_when_the_form_is_sent(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        page = client.get("/inbox?person=1&person=2&status=new&status=answered&brand=Acme").text
        form = page.partition('aria-label="Filter mentions"')[2].partition("</form>")[0]
        assert re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form) == [
            ("person", "1"), ("person", "2"), ("status", "new"),
        ]  # fmt: skip
        assert 'value="answered" selected' in form
        without = re.findall(r'href="/inbox\?([^"]+)">person: 1', form)
        assert without == ["person=2&amp;status=new&amp;status=answered&amp;brand=Acme"]


def test_chosen_days_stay_when_another_brand_is_chosen(desk: Installation) -> None:
    with desk.visitor("viewer") as client:
        page = client.get("/overview?brand=Acme&since=2026-11-01&until=2026-11-12").text
        form = page.partition('id="brand"')[2].partition("</form>")[0]
        assert re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', form) == [
            ("since", "2026-11-01"), ("until", "2026-11-12"),
        ]  # fmt: skip


def test_pages_follow_without_gap_or_repetition(tmp_path: Path) -> None:
    desk = install(tmp_path, posts=100)
    seen: list[str] = []
    with desk.visitor("machine") as client:
        page = client.get("/inbox?order=newest").text
        while True:
            seen += re.findall(r'data-item="(\d+)"', page)
            more = re.findall(r'hx-get="(/inbox\?[^"]*after=[^"]+)"', page)
            if not more:
                break
            page = client.get(more[0].replace("&amp;", "&"), headers=HTMX).text
    with desk.store() as store:
        assert len(seen) == len(set(seen)) == store.count_mentions(MentionFilter())


def test_a_view_is_saved_shared_and_dropped(desk: Installation) -> None:
    with desk.visitor("analyst") as client, desk.visitor("viewer") as other:
        form = {"name": "Angry", "filters": "sentiment=negative&since=30d", "shared": "1"}
        assert client.post("/inbox/views", data=form).headers["location"] == "/inbox?sentiment=negative&since=30d"
        assert "Angry" in other.get("/inbox").text
        number = re.findall(r'name="view" value="(\d+)"', client.get("/inbox?sentiment=negative&since=30d").text)[0]
        assert other.post("/inbox/views/drop", data={"view": number}).status_code == 400  # not theirs
        assert client.post("/inbox/views/drop", data={"view": number}).status_code == 303
        assert "Angry" not in other.get("/inbox").text


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"mention": "x", "do": "tag"},
        {"mention": "1", "do": "explode"},
        {"mention": "1", "do": "reply", "reply": "javascript:alert(1)"},
        {"mention": "1", "do": "status:gone"},
        {"mention": "1", "do": "correct:x"},
    ],
)
def test_what_nobody_offers_is_refused(desk: Installation, form: dict[str, str]) -> None:
    with desk.visitor("analyst") as client:
        assert client.post("/inbox/act", data=form).status_code == 400


def test_what_was_done_says_which_way_it_was_corrected(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        mention = first(client, "status=open&intent=complaint")
        client.post("/inbox/act", data={**mention, "do": "correct:intent:complaint=no"})
        page = client.get(f"/mentions/{mention['mention']}").text
        assert "intent:complaint → no" in page
        assert "intent:complaint → yes" not in page


def test_what_looks_like_a_campaign_is_flagged_with_its_reasons_and_who_was_first(desk: Installation) -> None:
    with desk.store() as store:
        old = entry(0, "Acme has opened another shop in the old town, with a workshop", minutes=-90 * 24 * 60)
        store.save("forum", [old, *(entry(i, PUSHED, minutes=i) for i in range(10, 22))], now=NOW)
        mine = next(row for row in store.mentions(MentionFilter()) if row.author == "member15")
        first = next(row for row in store.mentions(MentionFilter()) if row.author == "member10")
    with desk.visitor("viewer") as client:
        cards = client.get("/inbox?q=workshop+quiet").text
        assert "and 11 copies" in cards
        assert cards.count("possible campaign") == 1
        page = client.get(f"/mentions/{mine.mention_id}").text
        for said in (
            "Said 12 times",
            "Possible campaign",
            "by 12 different authors",
            "First published by <strong>member10",
        ):
            assert said in page
        assert "First published here" in client.get(f"/mentions/{first.mention_id}").text
        assert "possible campaign" not in client.get("/complaints").text
        (listed,) = client.get("/api/v1/mentions?q=workshop+quiet").json()["mentions"]
        assert "by 12 different authors" in listed["campaign"]
        assert client.get(f"/api/v1/mentions/{mine.mention_id}").json()["mention"]["campaign"] == listed["campaign"]
        assert not any(each["campaign"] for each in client.get("/api/v1/mentions?q=-workshop").json()["mentions"])
    with desk.visitor("analyst") as client:
        form = {"mention": str(first.mention_id), "do": "correct:intent:complaint=yes"}
        assert client.post("/inbox/act", data=form).status_code == 303
        assert client.get("/complaints").text.count("possible campaign") == 1
        assert client.get(f"/api/v1/mentions/{first.mention_id}").json()["why"]["confidence"] == {"complaint": 1.0}
    with desk.store() as store:
        post = store.db.conn.execute("SELECT post_id FROM mentions WHERE id = ?", [mine.mention_id]).fetchone()[0]
        assert store.cluster_with(post, Scope(frozenset({"forum"}))) is None  # who may not see them is told nothing


def test_why_says_how_sure_it_is_and_what_people_said(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        mention = first(client, "status=open&intent=complaint&sentiment=negative")
        page = client.get(f"/mentions/{mention['mention']}").text
        assert re.search(r"<dt>complaint <span[^>]*>\d+ %</span>", page)
        assert "by itself" not in page
        client.post("/inbox/act", data={**mention, "do": "correct:sentiment=positive"})
        assert "by itself)" in client.get(f"/mentions/{mention['mention']}").text
