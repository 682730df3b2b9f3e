"""The API: what is declared is what is served, to whom it is due, and mistakes are told as problem objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from listening.people import RULES, advocates, at_risk
from listening.store.inbox_filter import KEYS
from listening.web.api.lists import FILTERS
from listening.web.api.routes import ENDPOINTS
from tests.desk import Installation, install

API = "/api/v1"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(tmp_path_factory.mktemp("api"), people=True)


@pytest.fixture(scope="module")
def admin(desk: Installation) -> Iterator[TestClient]:
    with desk.visitor("admin") as client:
        yield client


@pytest.fixture(scope="module")
def viewer(desk: Installation) -> Iterator[TestClient]:
    with desk.visitor("viewer") as client:
        yield client


def token(client: TestClient, role: str) -> dict[str, str]:
    made = client.post("/settings/people/tokens", data={"name": "program", "role": role, "days": "1"})
    secret = re.findall(r"listening_[\w-]+", made.text)[0]
    return {"authorization": f"Bearer {secret}"}


def problem(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    return str(told["detail"])


def every(client: TestClient, query: str = "") -> list[dict[str, Any]]:
    """All mentions of a list, page by page."""
    found, cursor = [], ""
    while True:
        answer = client.get(f"{API}/mentions?limit=7&{query}&cursor={cursor}")
        assert answer.status_code == 200, answer.text
        found += answer.json()["mentions"]
        cursor = answer.json()["next"]
        if cursor is None:
            return found


def test_the_document_tells_what_is_served(admin: TestClient) -> None:
    document = admin.get(f"{API}/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert {(path, method) for path, each in document["paths"].items() for method in each} == {
        (each.path, each.method.lower()) for each in ENDPOINTS
    }
    text = json.dumps(document)
    for name in re.findall(r'"\$ref": "#/components/schemas/(\w+)"', text):
        assert name in document["components"]["schemas"]
    names = [each["operationId"] for path in document["paths"].values() for each in path.values()]
    assert len(set(names)) == len(names)


def test_every_filter_of_the_inbox_is_declared() -> None:
    assert {param.name for param in FILTERS} == set(KEYS)


def test_the_page_for_people_lists_every_address(viewer: TestClient) -> None:
    page = viewer.get(API)
    assert page.headers["content-type"].startswith("text/html")
    for each in ENDPOINTS:
        assert f"{API}{each.path}" in page.text
    for path in re.findall(r'href="(/api/v1/[^"]*|/export[^"]*)"', page.text):
        assert viewer.get(path.replace("&amp;", "&")).status_code == 200, path


def test_pages_miss_nothing_and_repeat_nothing(admin: TestClient) -> None:
    for query in ("copies=1", "copies=1&order=urgent", "copies=1&order=negative", "brand=Acme&status=open"):
        found = [each["id"] for each in every(admin, query)]
        assert len(set(found)) == len(found)
        count = admin.get(f"{API}/mentions/count?{query}").json()
        if "negative" not in query:
            assert count == {"mentions": len(found), "more": False}


def test_one_mention_has_its_reasons_and_surroundings(admin: TestClient) -> None:
    first = every(admin, "q=cancelling&source=forum")[0]
    whole = admin.get(f"{API}/mentions/{first['id']}").json()
    assert whole["mention"] == first
    assert whole["why"]["sentiment"]
    assert [post["here"] for post in whole["thread"]["posts"]].count(True) == 1
    assert whole["history"] == whole["notes"] == []
    problem(admin.get(f"{API}/mentions/999999"), 404)
    problem(admin.get(f"{API}/mentions/one"), 404)


def test_private_sources_stay_hidden(admin: TestClient, viewer: TestClient) -> None:
    hidden = [each["id"] for each in every(admin, "source=mail")]
    assert hidden
    assert {each["source"] for each in every(viewer)} == {"forum"}
    assert every(viewer, "source=mail") == []
    assert viewer.get(f"{API}/mentions/count?source=mail").json()["mentions"] == 0
    for ident in hidden:
        problem(viewer.get(f"{API}/mentions/{ident}"), 404)
    for path in ("/sources", "/figures", "/health", "/views", "/brands"):
        assert '"mail"' not in viewer.get(f"{API}{path}").text
    assert '"mail"' in admin.get(f"{API}/sources").text


def test_work_is_done_and_undone(desk: Installation, admin: TestClient, viewer: TestClient) -> None:
    with desk.visitor("analyst") as analyst:
        bearer = token(analyst, "analyst")
    first, second = every(admin, "source=forum")[:2]
    task = {
        "mentions": [first["id"], second["id"]], "status": "closed", "add_tags": ["seen"], "note": "by a program",
        "expected": {str(first["id"]): first["version"], str(second["id"]): 99},
    }  # fmt: skip
    with desk.visitor("nobody") as program:
        done = program.post(f"{API}/triage", json=task, headers=bearer).json()
        assert (done["changed"], done["stale"]) == (1, [second["id"]])
        whole = program.get(f"{API}/mentions/{first['id']}", headers=bearer).json()
        assert (whole["mention"]["status"], whole["mention"]["tags"]) == ("closed", ["seen"])
        assert [note["who"] for note in whole["notes"]] == ["analyst"]
        assert whole["history"][0]["undo"] == done["undo"]
        undone = program.post(f"{API}/undo", json={"undo": done["undo"]}, headers=bearer).json()
        assert undone["changed"] == 1
        after = program.get(f"{API}/mentions/{first['id']}", headers=bearer).json()["mention"]
        assert after["status"] == "new"
        assert after["tags"] == []
        assert "undone" in problem(program.post(f"{API}/undo", json={"undo": done["undo"]}, headers=bearer), 400)
    problem(viewer.post(f"{API}/triage", json=task), 403)


def test_private_mentions_are_not_worked_on_by_others(desk: Installation, admin: TestClient) -> None:
    hidden = every(admin, "source=mail")[0]["id"]
    with desk.visitor("analyst") as analyst:
        done = analyst.post(f"{API}/triage", json={"mentions": [hidden], "status": "closed"}).json()
    assert (done["changed"], done["undo"]) == (0, "")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"mentions": []}, "/mentions"),
        ({"mentions": list(range(501))}, "/mentions"),
        ({"mentions": ["x"]}, "/mentions/0"),
        ({"mentions": [1], "status": "done"}, "/status"),
        ({"mentions": [1], "statuss": "closed"}, "/statuss"),
        ([], "/"),
    ],
)
def test_mistakes_in_a_body_are_pointed_at(admin: TestClient, body: Any, pointer: str) -> None:
    answer = admin.post(f"{API}/triage", json=body)
    problem(answer, 400)
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_bodies_are_json_and_of_bearable_size(admin: TestClient) -> None:
    problem(admin.post(f"{API}/triage", data={"mentions": "1"}), 415)
    json_type = {"content-type": "application/json"}
    problem(admin.post(f"{API}/triage", content=b"{" * 3_000_000, headers=json_type), 413)
    problem(admin.post(f"{API}/triage", content=b"{", headers=json_type), 400)
    problem(admin.post(f"{API}/triage", json={"mentions": [1], "reply": "javascript:alert(1)"}), 400)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "stat=open",
        "status=opn",
        "since=yesterdayish",
        "q=(",
        "cursor=abc",
        "person=x",
    ],
)
def test_mistakes_in_an_address_are_told(admin: TestClient, query: str) -> None:
    problem(admin.get(f"{API}/mentions?{query}"), 400)


@pytest.mark.parametrize(
    "query",
    ["period=3d", "since=2026-01-01", "until=2026-01-01", "since=x&until=y", "since=2026-02-01&until=2026-01-01"],
)
def test_figures_need_a_period_there_is(admin: TestClient, query: str) -> None:
    problem(admin.get(f"{API}/figures?{query}"), 400)


def test_figures_are_those_of_the_overview(admin: TestClient) -> None:
    found = admin.get(f"{API}/figures?brand=acme&period=90d").json()
    assert found["brand"] == "Acme"
    assert len(found["days"]) == 90
    figures = {each["name"]: each for each in found["figures"]}
    assert list(figures) == ["mentions", "net", "voice", "open", "wait"]
    assert figures["mentions"]["value"] == sum(day["count"]["mentions"] for day in found["days"])
    assert len(every(admin, figures["mentions"]["opens"])) == figures["mentions"]["value"]
    problem(admin.get(f"{API}/figures?brand=Nobody"), 404)


def test_people_are_those_of_the_screen(desk: Installation, admin: TestClient, viewer: TestClient) -> None:
    with desk.store() as store:
        now = datetime.now(UTC)
        year = (now - timedelta(days=365), now)
        told = {"advocate": advocates(store, "Acme", *year), "at risk": at_risk(store, "Acme", *year)}
        (someone,) = store.find_people("person1")[:1]
    for kind, standings in told.items():
        found = admin.get(f"{API}/people?brand=acme&period=365d&kind={kind}").json()
        assert (found["brand"], found["rule"]) == ("Acme", RULES[kind])
        assert [each["person"] for each in found["people"]] == [each.person_id for each in standings]
    one = admin.get(f"{API}/people/{someone.person_id}?period=90d").json()
    assert one["posts"] == sum(each["posts"] for each in one["handles"]) > 0
    assert one["attitudes"][0]["mentions"] > 0
    assert len(every(admin, f"person={someone.person_id}&copies=1")) >= one["attitudes"][0]["mentions"]
    problem(admin.get(f"{API}/people/99999999"), 404)
    problem(admin.get(f"{API}/people?kind=friend"), 400)
    problem(admin.get(f"{API}/people/{someone.person_id}?brand=Acme"), 400)
    with desk.store() as store:
        query = "SELECT author_id, count(DISTINCT source_id), max(source_id) FROM posts WHERE author_id > 0 GROUP BY 1"
        private = store.db.conn.execute("SELECT id FROM sources WHERE private").fetchone()[0]
        of_mail = [row[0] for row in store.db.conn.execute(query) if row[1:] == (1, private)]
    assert admin.get(f"{API}/people/{of_mail[0]}").status_code == 200
    problem(viewer.get(f"{API}/people/{of_mail[0]}"), 404)


def test_sources_views_and_health(desk: Installation, admin: TestClient, viewer: TestClient) -> None:
    sources = admin.get(f"{API}/sources?days=30").json()["sources"]
    assert [each["name"] for each in sources] == ["forum", "mail"]
    viewer.post("/inbox/views", data={"name": "mine", "filters": "status=open"})
    assert [each["name"] for each in viewer.get(f"{API}/views").json()["views"]] == ["mine"]
    assert admin.get(f"{API}/views").json()["views"] == []
    assert viewer.get(f"{API}/health").json()["status"] == "ok"
    path = desk.folder / "brands.toml"
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(f"{before}\n[[brand]]\nnam = 1\n", encoding="utf-8")
        told = [client.get(f"{API}/health").json() for client in (viewer, admin)]
    finally:
        path.write_text(before, encoding="utf-8")
    assert [each["status"] for each in told] == ["degraded"] * 2
    assert "nam" not in told[0]["config_error"]
    assert "nam" in told[1]["config_error"]


def test_strangers_are_told_how_to_say_who_they_are(desk: Installation) -> None:
    with desk.visitor("nobody") as client:
        answer = client.get(f"{API}/mentions")
        assert "Bearer" in problem(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"
        problem(client.get(f"{API}/mentions", headers={"authorization": "Bearer listening_wrong"}), 401)
        problem(client.post(f"{API}/triage", json={}, headers={"authorization": "Bearer x"}), 401)
        assert client.get(API).headers["location"].startswith("/login")


def test_other_sites_and_addresses_are_refused_as_problems(admin: TestClient) -> None:
    other = admin.post(f"{API}/triage", json={"mentions": [1]}, headers={"sec-fetch-site": "cross-site"})
    assert "another site" in problem(other, 403)
    problem(admin.get("/api/v2/mentions"), 404)
    problem(admin.get(f"{API}/nothing"), 404)
    problem(admin.post(f"{API}/mentions", json={}), 405)


def test_a_token_does_at_most_what_it_may(desk: Installation) -> None:
    with desk.visitor("analyst") as analyst:
        bearer = token(analyst, "viewer")
    with desk.visitor("nobody") as program:
        assert program.get(f"{API}/mentions", headers=bearer).status_code == 200
        problem(program.post(f"{API}/triage", json={"mentions": [1]}, headers=bearer), 403)


def test_the_first_brand_of_ours_is_meant_where_none_is_named(tmp_path: Path) -> None:
    desk = install(tmp_path)
    path = desk.folder / "brands.toml"
    path.write_text('[[brand]]\nname = "Zenith"\nours = false\n[[brand]]\nname = "Acme"\n', encoding="utf-8")
    with desk.visitor() as client:
        assert client.get(f"{API}/figures").json()["brand"] == "Acme"
        assert client.get(f"{API}/figures?brand=zenith").json()["brand"] == "Zenith"


def test_an_installation_without_brands_says_so(tmp_path: Path) -> None:
    desk = install(tmp_path, posts=1)
    (desk.folder / "brands.toml").write_text("", encoding="utf-8")
    with desk.visitor() as client:
        assert client.get(f"{API}/brands").json() == {"brands": []}
        problem(client.get(f"{API}/figures"), 404)
