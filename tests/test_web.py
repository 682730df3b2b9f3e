"""The desk's walls: who may open what, from where, and what a browser may do with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Mount
from starlette.testclient import TestClient

from listening.errors import ListeningError
from listening.post import Post
from listening.schedule.work import Watched
from listening.web.access import Guarded, action, page
from listening.web.app import listen
from listening.web.desk import Desk
from listening.web.guard import POLICY
from listening.web.pages import local, marked, outside
from listening.web.visitor import RANKS
from tests.desk import PASSWORD, Installation, install

OPEN = {("GET", "/login"), ("POST", "/login"), ("GET", "/healthz")}
MOUNTED = {"/static", "/explore"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(tmp_path_factory.mktemp("desk"), people=True)


@pytest.fixture(scope="module")
def visitors(desk: Installation) -> Iterator[dict[str, TestClient]]:
    clients = {role: desk.visitor(role) for role in RANKS}
    yield {role: client.__enter__() for role, client in clients.items()}
    for client in clients.values():
        client.__exit__(None, None, None)


def routes(desk: Installation) -> list[Guarded]:
    assert {route.path for route in desk.app.routes if isinstance(route, Mount)} <= MOUNTED
    guarded = [route for route in desk.app.routes if not isinstance(route, Mount)]
    assert all(isinstance(route, Guarded) for route in guarded)  # there is no route without a role
    return guarded  # type: ignore[return-value]


def concrete(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "999999", path)


def test_every_route_is_closed_to_those_below_its_role(desk: Installation, visitors: dict[str, TestClient]) -> None:
    tried = 0
    for route in routes(desk):
        (method,) = route.methods - {"HEAD"}
        if route.role == "nobody":
            assert (method, route.path) in OPEN
            continue
        for role, rank in RANKS.items():
            if rank >= RANKS[route.role]:
                continue
            answer = visitors[role].request(method, concrete(route.path))
            fine = {303, 401} if role == "nobody" else {403}
            assert answer.status_code in fine, f"{method} {route.path} as {role}: {answer.status_code}"
            assert answer.headers.get("location", "/login").startswith("/login")
            tried += 1
    assert tried > 5


def test_who_may_is_let_through(desk: Installation, visitors: dict[str, TestClient]) -> None:
    for route in routes(desk):
        if "GET" not in (route.methods or ()) or "{" in route.path:
            continue
        for role, rank in RANKS.items():
            if rank >= RANKS[route.role] and role != "nobody":
                answer = visitors[role].get(route.path)
                assert answer.status_code in {200, 303}, f"{route.path} as {role}: {answer.text[:500]}"


def test_nothing_that_changes_comes_from_another_site(desk: Installation, visitors: dict[str, TestClient]) -> None:
    cross = [
        {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "none"},
        {"sec-fetch-site": "", "origin": "https://evil.example"},
    ]  # fmt: skip
    for route in routes(desk):
        if "POST" not in (route.methods or ()):
            continue
        for headers in cross:
            answer = visitors["admin"].post(concrete(route.path), headers=headers)
            assert answer.status_code == 403, route.path
            assert "another site" in answer.text
    bare = visitors["admin"]
    del bare.headers["sec-fetch-site"]
    try:
        assert bare.post("/logout").status_code == 403
        assert bare.post("/logout", headers={"origin": "https://evil.example"}).status_code == 403
        assert bare.post("/settings/people/remove", headers={"origin": "http://127.0.0.1"}).status_code == 400
    finally:
        bare.headers["sec-fetch-site"] = "same-origin"


def test_methods_that_are_not_there_change_nothing(visitors: dict[str, TestClient]) -> None:
    for method in ("PUT", "PATCH", "DELETE", "TRACE"):
        assert visitors["admin"].request(method, "/settings/people").status_code in {403, 404}


def test_every_answer_forbids_what_is_not_ours(visitors: dict[str, TestClient]) -> None:
    for role, path in [
        ("admin", "/settings/people"),
        ("nobody", "/login"),
        ("nobody", "/nowhere"),
        ("admin", "/static/desk.css"),
    ]:
        answer = visitors[role].get(path)
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "unsafe" not in POLICY
        assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|https?://(?!127|desk\.)", answer.text), path


def test_cookies_are_not_for_scripts(desk: Installation) -> None:
    with desk.visitor("nobody") as client:
        answer = client.post("/login", data={"name": "viewer", "password": PASSWORD, "next": "//evil.example"})
        assert answer.headers["location"] == "/"
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "secure" in cookie


def test_signing_in_makes_a_new_session_and_signing_out_ends_it(desk: Installation) -> None:
    with desk.visitor("viewer") as client:
        first = client.cookies["listening"]
        client.post("/login", data={"name": "viewer", "password": PASSWORD})
        second = client.cookies["listening"]
        assert first != second
        client.cookies.clear()
        assert client.get("/settings/people", headers={"cookie": f"listening={first}"}).status_code == 303
        client.cookies.set("listening", second)
        assert client.post("/logout").headers["location"] == "/login"
        client.cookies.set("listening", second)
        assert client.get("/settings/people").headers["location"].startswith("/login?next=/settings")


def test_a_wrong_password_is_told_and_ten_are_enough(tmp_path: Path) -> None:
    with install(tmp_path, posts=1, people=True).visitor("nobody") as client:
        answers = [client.post("/login", data={"name": "viewer", "password": "x" * 12}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert "Name or password is wrong." in answers[0].text
    assert "Too many tries" in answers[-1].text


def test_without_accounts_only_this_machine_gets_in(tmp_path: Path) -> None:
    desk = install(tmp_path, posts=1)
    with desk.visitor("machine") as client:
        assert client.get("/settings/people").status_code == 200
        for headers in (
            {"host": "evil.example"},  # a name of somebody else's that leads here
            {"x-forwarded-for": "203.0.113.9"}, {"forwarded": "for=203.0.113.9"},  # a proxy, and who knows who
            {"authorization": "Bearer listening_wrong"},
        ):  # fmt: skip
            assert client.get("/settings/people", headers=headers).headers["location"].startswith("/login")
        client.post("/settings/people", data={"name": "Anna", "password": PASSWORD})
        assert client.get("/settings/people").headers["location"].startswith("/login")  # from now on everybody signs in
    with desk.visitor("nobody") as client:
        assert client.get("/settings/people").status_code == 303


def test_other_addresses_ask_for_accounts_first(tmp_path: Path) -> None:
    desk = install(tmp_path, posts=1)
    with pytest.raises(ListeningError, match="listening user add"):
        listen(desk.config, "0.0.0.0", 0)
    listen(desk.config, "127.0.0.1", 0).close()


def test_a_token_opens_what_its_role_may(desk: Installation, visitors: dict[str, TestClient]) -> None:
    made = visitors["viewer"].post("/settings/people/tokens", data={"name": "report", "role": "viewer", "days": "1"})
    secret = re.findall(r"listening_[\w-]+", made.text)[0]
    assert secret not in visitors["viewer"].get("/settings/people").text  # shown once
    bearer = {"authorization": f"Bearer {secret}"}
    assert visitors["nobody"].get("/settings/people", headers=bearer).status_code == 200
    assert visitors["nobody"].post("/settings/people", headers=bearer).status_code == 403


@pytest.mark.parametrize("number", ["²", "٣" * 3, "-1", "9" * 25, "9" * 5000])
def test_a_number_that_is_none_is_refused_or_passed_over(
    desk: Installation, visitors: dict[str, TestClient], number: str
) -> None:
    admin = visitors["admin"]
    for path in (
        "/inbox/new?mark=", "/complaints/new?mark=", "/alerts/incidents?from=", "/sources/one?name=forum&before=",
        "/brands/label?name=Acme&given=", "/brands/label?name=Acme&skipped=", "/people/1/said?post=",
        "/scorecard?months=",
    ):  # fmt: skip
        assert admin.get(path + number).status_code == 200, path
    for route in routes(desk):
        if "GET" in (route.methods or ()) and "{" in route.path:
            answer = admin.get(re.sub(r"\{[^}]*\}", number, route.path))
            assert answer.status_code in {200, 404}, route.path
    for days in (number, "0", "3651", "30d"):
        made = admin.post("/settings/people/tokens", data={"name": "report", "role": "viewer", "days": days})
        assert made.status_code == 400, days
        assert "1 to 3,650 days" in made.text
    answer = {"name": "Acme", "mention": "1", "answer": "skip", "given": number}
    assert admin.post("/brands/label", data=answer).status_code == 303


def test_a_config_file_with_a_mistake_keeps_the_last_good(desk: Installation, visitors: dict[str, TestClient]) -> None:
    path = desk.folder / "brands.toml"
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(before + "\n[[brand]]\nnam = 1\n", encoding="utf-8")
        assert "brands.toml" in visitors["admin"].get("/settings/people").text
    finally:
        path.write_text(before, encoding="utf-8")
    assert "brands.toml" not in visitors["admin"].get("/settings/people").text


def test_files_of_intents_that_change_count_at_once_and_mistakes_keep_the_last_good(tmp_path: Path) -> None:
    folder = install(tmp_path).folder
    desk = Desk(folder)
    watched, path = Watched(desk.config), folder / "intents" / "warranty.toml"
    assert watched() is not None
    assert watched() is None

    def said() -> list[str]:
        with desk.team() as team:
            (mention,) = team.understanding.entry(Post("x", "1", "", "Acme, is this under warranty?")).mentions
            return [intent.name for intent in mention.intents]

    assert "warranty" not in said()
    path.parent.mkdir()
    path.write_text('[[rule]]\nname = "cover"\nconfidence = 0.9\nphrases = ["under warranty"]\n', encoding="utf-8")
    assert watched() is not None
    assert "warranty" in said()
    path.write_text('[[rule]]\nnam = "cover"\n', encoding="utf-8")
    assert "warranty" in said()
    assert "warranty.toml" in str(desk.mistake)
    path.unlink()
    assert "warranty" not in said()
    assert desk.mistake is None
    assert watched() is not None
    desk.close()


def test_routes_name_a_role_that_there_is() -> None:
    with pytest.raises(ValueError, match="no role"):
        page("/x", lambda request: None, "king")  # type: ignore[arg-type, return-value]
    assert action("/x", lambda request, form: None, "admin").role == "admin"  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "/a\nb", ""]
)
def test_going_on_never_leaves(path: str) -> None:
    assert local(path) == "/"


def test_links_and_marks_are_inert() -> None:
    assert outside("https://a.example/") == "https://a.example/"
    assert [outside(u) for u in ("javascript:alert(1)", "data:text/html,x", "//x", "http://[")] == [""] * 4
    assert marked("<b>Acme</b> &", [(3, 7)]) == '&lt;b&gt;<mark class="">Acme</mark>&lt;/b&gt; &amp;'


def test_exploring_reads_no_secret_and_no_other_file(tmp_path: Path) -> None:
    desk = install(tmp_path, people=True)
    ask = "/explore/listening.json?_shape=arrays&sql="
    with desk.visitor("admin") as client:
        page = client.get("/explore/listening/mention_list")
        assert page.status_code == 200
        assert not re.search(r"<script(?![^>]*\ssrc=)", page.text)
        assert "/explore/-/static" in page.text
        assert client.get(ask + "select count(*) from mentions").json()["rows"][0][0] > 10
        for sql in ("select password from accounts", "select digest from tokens", "select agent from sessions",
                    "select p from (select password as p from accounts)", "select name from tries"):  # fmt: skip
            assert {cell for row in client.get(ask + sql).json()["rows"] for cell in row} <= {None}, sql
        assert client.get(ask + "attach database '/etc/passwd' as x").status_code == 400
        assert client.get(ask + "delete from mentions").status_code == 400
        slow = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
        assert client.get(ask + slow).status_code == 400
    for role, status in (("viewer", 403), ("nobody", 303)):  # the mailbox is private
        with desk.visitor(role) as client:
            for path in ("/explore/", "/explore/listening/posts.json", ask + "select 1", "/explore/-/versions.json"):
                assert client.get(path).status_code == status
    (desk.folder / "sources.toml").write_text(
        (desk.folder / "sources.toml").read_text(encoding="utf-8").replace("private = true", ""), encoding="utf-8"
    )
    with desk.visitor("viewer") as client:
        assert client.get("/settings/people").status_code == 200  # the config is read again
        assert client.get("/explore/").status_code == 200


def test_what_has_no_end_is_not_begun(visitors: dict[str, TestClient]) -> None:
    def body() -> Iterator[bytes]:
        yield b"name=x"

    assert visitors["admin"].post("/settings/people", content=body()).status_code == 413
    large = {"name": "x" * (3 << 20)}
    assert visitors["admin"].post("/settings/people", data=large).status_code == 413
