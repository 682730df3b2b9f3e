"""Brands on the desk: a query is seen before it is saved, what was typed is never lost, twenty labels teach."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from listening.post import Batch, Post
from listening.query import parse
from listening.store import MentionFilter, Question
from listening.web.pages import excerpt
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding
from tests.conftest import NOW
from tests.desk import Installation, install


@pytest.fixture
def desk(tmp_path: Path) -> Installation:
    return install(tmp_path, people=True)


def settle(desk: Installation) -> None:
    """Wait for the work that goes on behind the pages."""
    for kind in ("apply", "learn"):
        desk.app.state.desk.jobs.wait(kind)


def hidden(page: str, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)[0]


def edit(client: TestClient, **values: str) -> dict[str, str]:
    page = client.get("/brands/edit?name=Acme").text
    return {"name": "Acme", "seen": hidden(page, "seen"), "was": "Acme", "ours": "1", "plurals": "1"} | values


def test_a_query_shows_what_it_gains_and_loses(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        page = client.get(
            "/brands/preview", params={"name": "Acme", "was": "Acme", "query": "acme NOT app", "plurals": "1"}
        )
        assert "Lost: 9" in page.text
        assert "Gained: 0" in page.text
        assert '<mark class="">Acme</mark>' in page.text
        assert "mail" not in re.sub(r"Lost.*", "", page.text)


def test_a_preview_points_out_operators_in_small_letters(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        page = client.get("/brands/preview", params={"name": "Acme", "was": "", "query": "acme or app"}).text
        assert "write OR for either of two" in page


def test_a_preview_shows_what_plurals_change(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        assert client.post("/brands/save", data=edit(client, query="cost")).status_code == 303
        settle(desk)
        form = {"name": "Acme", "was": "Acme", "query": "cost"}
        assert "It finds the same" in client.get("/brands/preview", params=form | {"plurals": "1"}).text
        page = client.get("/brands/preview", params=form).text
        assert "Gained: 0" in page
        assert "Lost: 0" not in page


def test_a_preview_of_some_posts_judges_by_all_labels(desk: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk.store() as store:
        found = list(store.mentions(MentionFilter(brand="Acme", source="forum")))[:8]
        with store.writing() as conn:
            for row in found:
                conn.execute(
                    "INSERT INTO labels (post_id, brand_id, kind, value, made) "
                    "SELECT post_id, brand_id, 'relevance', 'yes', '' FROM mentions WHERE id = ?",
                    [row.mention_id],
                )
    monkeypatch.setattr("listening.web.screens.brands._LOOKED_AT", 4)
    with desk.visitor("analyst") as client:
        form = {"name": "Acme & Sons", "was": "Acme", "query": "acme", "plurals": "1"}
        page = client.get("/brands/preview", params=form).text
    assert "the newest 4 posts" in page
    assert set(re.findall(r"(\d+) labels", page)) == {"8"}


def test_a_mistake_is_pointed_at(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        page = client.get("/brands/preview", params={"name": "Acme", "query": 'acme AND ("open'})
        assert "Not a query yet" in page.text
        assert "<p>this quote is never closed" in page.text
        assert re.search(r"\n *\^", page.text)


def test_a_preview_draws_every_day(desk: Installation) -> None:
    with desk.store() as store, store.writing() as conn:
        conn.execute("UPDATE posts SET published = strftime('%Y-%m-%dT12:00:00Z', 'now', '-60 days') WHERE id = 1")
    with desk.visitor("analyst") as client:
        page = client.get("/brands/preview", params={"name": "New", "query": "acme"}).text
    days = [date.fromisoformat(day) for day in re.findall(r"<title>(\S+): \d+ saved", page)]
    assert len(days) == (days[-1] - days[0]).days + 1
    assert ": 0 saved" in page


def test_a_sample_shows_where_the_query_found_it(desk: Installation) -> None:
    text = "long and dull " * 60 + "then an anvilette fell " + "and more of it " * 60
    found = Post("forum", "x1", "https://forum.example/x1", text, datetime.now(UTC), title="Of <anvilettes>")
    with desk.store() as store:
        Ingest(store, "forum", Understanding(desk.config.brands)).save([Batch([found])])
    with desk.visitor("analyst") as client:
        page = client.get("/brands/preview", params={"name": "New", "query": "text:anvilette", "plurals": "1"}).text
        assert 'then an <mark class="">anvilette</mark> fell' in page
        page = client.get("/brands/preview", params={"name": "New", "query": "title:anvilette", "plurals": "1"}).text
        assert 'Of &lt;<mark class="">anvilettes</mark>&gt;' in page


def test_excerpts_hold_the_first_span() -> None:
    text = "a" * 500 + "<hit>" + "b" * 500
    shown = excerpt(text, [(500, 505)], 40)
    assert re.fullmatch(r"…a{10}<mark class=\"\">&lt;hit&gt;</mark>b{25}…", str(shown))
    assert str(excerpt("short", [], 40)) == "short"
    assert str(excerpt("x" * 41, [(0, 1)], 40)).endswith("…")


def test_a_preview_never_shows_private_posts(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        page = client.get("/brands/preview", params={"name": "Acme", "query": '"mail 0"'})
        assert "(mail" not in page.text
    with desk.visitor("admin") as client:
        assert "(<mark" in client.get("/brands/preview", params={"name": "Acme", "query": '"mail 0"'}).text


def test_saving_keeps_comments_and_looks_back(desk: Installation) -> None:
    path = desk.folder / "brands.toml"
    path.write_text("# ours first\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with desk.visitor("analyst") as client:
        assert client.post("/brands/save", data=edit(client, query="acme NOT app")).status_code == 303
        settle(desk)
        assert "Looking back for Acme" in client.get("/brands").text
        assert "9 gone" in client.get("/jobs/apply").text
    assert path.read_text(encoding="utf-8").startswith("# ours first\n")
    assert desk.config.brands[0].query == "acme NOT app"
    with desk.store() as store:
        assert not [row for row in store.mentions(MentionFilter(brand="Acme")) if " app " in row.full_text]


def test_a_new_brand_finds_what_is_stored(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        form = {"name": "Anvil", "query": "anvil", "plurals": "1"}
        assert client.post("/brands/save", data=form).status_code == 303
        settle(desk)
    with desk.store() as store:
        assert store.count_mentions(MentionFilter(brand="Anvil")) == 4  # three and one in a private mail
    assert not desk.config.brands[-1].ours


@pytest.mark.parametrize("form", [{"name": "Acme"}, {"name": ""}, {"name": "X", "query": "(a"}, {"name": "X" * 300}])
def test_what_cannot_be_saved_is_shown_again(desk: Installation, form: dict[str, str]) -> None:
    before = (desk.folder / "brands.toml").read_text(encoding="utf-8")
    with desk.visitor("analyst") as client:
        answer = client.post("/brands/save", data=form)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
        if form.get("query"):
            assert form["query"] in answer.text
    assert (desk.folder / "brands.toml").read_text(encoding="utf-8") == before


def test_two_who_edit_one_brand(desk: Installation) -> None:
    with desk.visitor("analyst") as one, desk.visitor("admin") as other:
        first, second = edit(one, query="acme app"), edit(other, query="acme shop")
        assert one.post("/brands/save", data=first).status_code == 303
        answer = other.post("/brands/save", data=second)
        assert answer.status_code == 400
        assert "changed by somebody else" in answer.text
        assert "acme shop" in answer.text  # what was typed is still there
        settle(desk)


def test_removing_is_undone(desk: Installation) -> None:
    before = (desk.folder / "brands.toml").read_text(encoding="utf-8")
    with desk.visitor("analyst") as client:
        answer = client.post("/brands/remove", data=edit(client), headers={"hx-request": "true"})
        assert "Acme" not in [brand.name for brand in desk.config.brands]
        undo = re.findall(r'"undo": "([^"]+)"', answer.headers["hx-trigger"])[0]
        assert client.post(undo).status_code == 303
    assert (desk.folder / "brands.toml").read_text(encoding="utf-8") == before


def test_a_new_name_takes_everything_with_it_and_back(desk: Installation) -> None:
    with desk.store() as store:
        before = store.count_mentions(MentionFilter())
        mention = next(iter(store.mentions(MentionFilter(brand="Acme")))).mention_id
        store.triage([mention], who="kim", now=NOW, add_tags=["vip"])
        store.save_view("Ours", "brand=Acme&since=7d", who="analyst", now=NOW)
    with desk.visitor("analyst") as client:
        answer = client.post("/brands/save", data=edit(client, name="Acme & Sons", aliases="Acme", query="acme"))
        assert answer.status_code == 303
        settle(desk)
        with desk.store() as store:
            assert store.count_mentions(MentionFilter()) == before
            assert store.count_mentions(MentionFilter(brand="Acme")) == 0
            asked = Question(parse("tag:vip", stored=True), NOW)
            assert [row.brand for row in store.mentions(MentionFilter(query=asked))] == ["Acme & Sons"]
            assert [view.filters for view in store.views("analyst")] == ["brand=Acme+%26+Sons&since=7d"]
        page = client.get(answer.headers["location"]).text
        assert client.post(re.findall(r'action="(/brands/undo/[^"]+)"', page)[0]).status_code == 303
        settle(desk)
    assert desk.config.brands[0].name == "Acme"
    with desk.store() as store:
        assert store.count_mentions(MentionFilter(brand="Acme", query=asked)) == 1
        assert store.count_mentions(MentionFilter()) == before


def test_a_saved_query_is_undone_with_what_it_found(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        with desk.store() as store:
            before = store.count_mentions(MentionFilter(brand="Acme"))
        answer = client.post("/brands/save", data=edit(client, query="acme NOT app"))
        settle(desk)
        page = client.get(answer.headers["location"]).text
        client.post(re.findall(r'action="(/brands/undo/[^"]+)"', page)[0])
        settle(desk)
        with desk.store() as store:
            assert store.count_mentions(MentionFilter(brand="Acme")) == before
        assert "/brands/undo" not in client.get("/brands?edit=brands.toml./../../brands/remove").text


def test_labels_by_key_taken_back_and_learnt_from(desk: Installation) -> None:
    with desk.visitor("analyst") as client:
        page = client.get("/brands/label?name=Acme").text
        for number in range(22):
            assert "(mail" not in page
            form = {name: hidden(page, name) for name in ("name", "mention", "skipped", "given")}
            answer = client.post("/brands/label", data=form | {"answer": "no" if number % 3 == 0 else "yes"})
            page = client.get(answer.headers["location"]).text
        assert "22 labelled" in page
        last = re.findall(r'name="mention" value="(\d+)"', page)[-1]
        answer = client.post("/brands/label/back", data={"name": "Acme", "mention": last, "given": "22", "skipped": ""})
        assert "21 labelled" in client.get(answer.headers["location"]).text
        form = {name: hidden(page, name) for name in ("name", "mention", "skipped", "given")}
        skipped = client.post("/brands/label", data=form | {"answer": "skip"}).headers["location"]
        assert f"skipped={form['mention']}" in skipped
        assert client.post("/brands/train", data={"name": "Acme"}).status_code == 303
        settle(desk)
        assert "questions are answered by what was learnt" in client.get("/brands").text
    with desk.store() as store:
        assert {label.who for label in store.labels("Acme")} == {"analyst"}


def test_a_private_mention_is_not_labelled_by_guessing_its_number(desk: Installation) -> None:
    with desk.store() as store:
        (private,) = [row.mention_id for row in store.mentions(MentionFilter(source="mail"))][:1]
    with desk.visitor("analyst") as client:
        form = {"name": "Acme", "mention": str(private), "answer": "no", "given": "0"}
        assert client.post("/brands/label", data=form).status_code == 404
    with desk.store() as store:
        assert store.labels() == []
