"""People on the desk: who is shown and why, handles that are joined and let go, and erasing, by admins alone."""

from __future__ import annotations

import hashlib
import html
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from listening.post import Author, Entry, Intent, Mention, Post
from listening.store import MentionFilter, Scope, Store
from listening.web.screens.person import course
from tests.desk import Installation, install

HTMX = {"hx-request": "true"}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "\u202egnirts\u202c",
    "{{ 7 * 7 }}",
    "=cmd|' /C calc'!A0",
    "</title><svg/onload=alert(1)>",
)


@pytest.fixture
def desk(tmp_path: Path) -> Installation:
    return install(tmp_path, people=True)


def handle(desk: Installation, name: str, platform: str) -> int:
    with desk.store() as store:
        (found,) = store.find_people(name, platform)
        return found.author_id


def say(
    desk: Installation, source: str, texts: list[str], name: str, ident: str, url: str = "", label: str = "neutral",
    score: float = 0.0, intents: tuple[str, ...] = (),
) -> int:  # fmt: skip
    """Let somebody say something of Acme, a day apart; each in words of their own, or these would be copies."""
    now = datetime.now(UTC).replace(microsecond=0)
    entries = []
    for number, text in enumerate(texts):
        own = " ".join(hashlib.sha256(f"{ident} {number} {i}".encode()).hexdigest()[:7] for i in range(8))
        post = Post(
            f"{source}.example", f"{ident}-{number}", f"https://{source}.example/{ident}/{number}", f"{text} {own}",
            now - timedelta(days=number, hours=1), Author(name, ident, url),
        )  # fmt: skip
        mention = Mention("Acme", ("Acme",), score, label, intents=tuple(Intent(each, 0.9) for each in intents))  # type: ignore[arg-type]
        entries.append(Entry(post, "en", None, (mention,)))
    with desk.store() as store:
        store.save(source, entries, now=now)
    return handle(desk, ident, f"{source}.example")


def told(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def test_a_person_is_found_by_what_people_type(desk: Installation) -> None:
    with desk.visitor("viewer") as client:
        for typed in ("person3", "@person3", "person3@forum", "https://forum.example/u/person3", "perso"):
            assert "person3" in told(client, f"/people?q={typed}"), typed
        assert "Nobody of that name was heard" in told(client, "/people?q=nobody-at-all")
        assert "Keep somebody out" not in told(client, "/people?q=nobody-at-all")


def test_a_page_shows_all_that_somebody_said(desk: Installation) -> None:
    ident = handle(desk, "person3", "forum")
    with desk.visitor("viewer") as client:
        page = told(client, f"/people/{ident}")
        assert "(forum 3)" in page
        assert "(forum 27)" in page
        assert "Merge" not in page
        assert "Erase" not in page
        assert f"/inbox?person={ident}" in client.get(f"/people/{ident}").text
        only = told(client, f"/people/{ident}?brand=Zenith")
        assert "(forum 4)" not in only


def test_long_lives_are_read_page_by_page(desk: Installation) -> None:
    ident = say(desk, "forum", [f"Acme, day {number}." for number in range(47)], "Long", "long1")
    with desk.visitor("viewer") as client:
        page, seen = client.get(f"/people/{ident}").text, []
        while True:
            seen += re.findall(r"</mark>, day (\d+)\.", page)
            more = re.findall(r'hx-get="(/people/\d+/said[^"]+)"', page)
            if not more:
                break
            page = client.get(html.unescape(more[0]), headers=HTMX).text
        assert seen == [str(number) for number in range(47)]
        assert client.get(f"/people/{ident}/said?before=nonsense&post=x").status_code == 200


def test_advocates_and_those_at_risk_come_with_evidence_and_rule(desk: Installation) -> None:
    say(desk, "forum", ["Get Acme!", "Love Acme.", "Acme again!"], "Ada", "ada1", label="positive", score=0.8,
        intents=("advocacy",))  # fmt: skip
    say(desk, "forum", ["Done with Acme."], "Rex", "rex1", label="negative", score=-0.8, intents=("leaving",))
    with desk.visitor("viewer") as client:
        page = told(client, "/people?brand=Acme")
        assert "recommends it or helps its customers (3 times)" in page
        assert "An advocate spoke well of the brand at least 3 times" in page
        assert "says that they leave (1 time)" in page
        assert "Ada" in told(client, "/overview/below?brand=Acme")
        assert "At risk of leaving Acme" in told(client, f"/people/{handle(desk, 'rex1', 'forum')}")


def test_private_sources_hide_people(desk: Installation) -> None:
    hidden = say(desk, "mail", ["Acme, why?"] * 3, "Mel", "mel1", label="negative", intents=("leaving",), score=-0.7)
    with desk.store() as store:
        assert store.person(hidden, Scope(frozenset({"mail"}))) is None
    known = handle(desk, "person1", "forum")
    with desk.visitor("analyst") as client:
        for path in (f"/people/{hidden}", f"/people/{hidden}/said", "/people/0", "/people/x", f"/people/{'9' * 40}"):
            assert client.get(path).status_code == 404, path
        for path in ("/people", "/people?q=Mel", "/people/likely", f"/people/{known}?find=Mel"):
            assert "Mel<" not in client.get(path).text, path
        for path in ("merge", "not-same"):
            answer = client.post(f"/people/{path}", data={"author": [str(known), str(hidden)]})
            assert answer.status_code == 404, path
        assert client.post("/people/unmerge", data={"author": str(hidden)}).status_code == 404
    with desk.visitor("admin") as client:
        assert "Mel" in told(client, f"/people/{hidden}")
        client.post("/people/merge", data={"author": [str(known), str(hidden)]})
    with desk.visitor("analyst") as client:
        page = told(client, f"/people/{known}")
        assert "Mel" not in page
        assert "why?" not in page
        assert client.post("/people/undo/1").status_code == 404  # nor can what they cannot see be taken apart


def test_two_handles_are_joined_and_taken_apart_again(desk: Installation) -> None:
    one, other = handle(desk, "person1", "forum"), say(desk, "forum", ["Acme at last."], "Pia", "pia1")
    with desk.visitor("viewer") as client:
        assert client.post("/people/merge", data={"author": [str(one), str(other)]}).status_code == 403
    with desk.visitor("analyst") as client:
        assert "Pia" in told(client, f"/people/{one}?find=Pia")
        answer = client.post("/people/merge", data={"author": [str(one), str(other)]})
        path = answer.headers["location"]
        assert "data-undo" in client.get(path).text
        page = told(client, f"/people/{other}")
        assert "Acme at last." in page
        assert "(forum 1)" in page
        assert "person1" in told(client, "/people?q=Pia")
        undo = re.findall(r'data-undo="([^"]+)"', client.get(path).text)[0]
        assert client.post(undo).status_code == 303
        assert "(forum 1)" not in told(client, f"/people/{other}")
        assert client.post(undo).status_code == 404
        client.post("/people/merge", data={"author": [str(one), str(other)]})
        assert client.post("/people/unmerge", data={"author": str(other)}).status_code == 303
        assert "(forum 1)" not in told(client, f"/people/{other}")
        first = re.findall(r'action="(/people/undo/\d+)"', client.get(f"/people/{one}").text)
        assert len(first) == 1  # the separation; the joining under it comes after


@pytest.mark.parametrize("data", [{}, {"author": "1"}, {"author": ["1", "1"]}, {"author": ["1", "999999"]}])
def test_what_cannot_be_joined_is_refused(desk: Installation, data: dict[str, str]) -> None:
    with desk.visitor("analyst") as client:
        assert client.post("/people/merge", data=data).status_code in {400, 404}


def test_likely_ones_are_joined_or_turned_down_at_a_glance(desk: Installation) -> None:
    one = say(desk, "forum", ["Acme here."], "Wendy", "w1", url="https://wendy.example/")
    other = say(desk, "mail", ["Acme there."], "gearheadwendy", "w2", url="https://wendy.example/")
    pair = {"author": [str(one), str(other)], "from": "list"}
    with desk.visitor("admin") as client:
        previews = desk.app.state.desk.previews
        with previews._one:  # something else is being worked out
            assert "Looking for handles" in told(client, "/people/likely")
        previews.wait()
        assert "profile address" in told(client, "/people/likely")
        with previews._one:
            assert "profile address" in told(client, "/people/likely"), "what was found is kept"
        say(desk, "forum", ["Acme anew."], "Newcomer", "w3", url="https://newcomer.example/")
        say(desk, "mail", ["Acme again."], "gearheadnew", "w4", url="https://newcomer.example/")
        client.get("/people/likely")
        previews.wait()
        assert "Newcomer" in told(client, "/people/likely"), "with more handles it is looked for anew"
        answer = client.post("/people/not-same", data=pair, headers=HTMX)
        assert "gearheadwendy" not in answer.text
        undo = re.findall(r'"undo": "([^"]+)"', answer.headers["hx-trigger"])[0]
        client.post(undo)
        assert "profile address" in told(client, f"/people/{one}")
        answer = client.post("/people/merge", data=pair, headers=HTMX)
        assert "/people/undo/" in answer.headers["hx-trigger"]
        assert "Acme there." in told(client, f"/people/{one}")
    with desk.visitor("analyst") as client:
        assert "Wendy" not in told(client, "/people/likely")


def test_erasing_shows_what_goes_and_asks_for_the_name(desk: Installation) -> None:
    ident = handle(desk, "person2", "forum")
    with desk.visitor("analyst") as client:
        assert client.get(f"/people/{ident}/erase").status_code == 403
        assert client.post(f"/people/{ident}/erase", data={"confirm": "person2"}).status_code == 403
    with desk.visitor("admin") as client:
        assert "4 posts with" in told(client, f"/people/{ident}/erase")
        wrong = client.post(f"/people/{ident}/erase", data={"confirm": "person3"})
        assert wrong.status_code == 400
        assert "nothing was erased" in wrong.text
        assert client.post(f"/people/{ident}/erase", data={"confirm": "Person2"}).status_code == 303
        desk.app.state.desk.jobs.wait("erase")
        page = client.get("/settings/privacy").text
        assert "4 posts are gone" in page
        assert "person2" not in page
        assert client.get(f"/people/{ident}").status_code == 404
        assert client.get(f"/people/{ident}/erase").status_code == 404
        with desk.store() as store:
            (request,) = store.requests()
            assert (request.kind, request.who, request.kept_out) == ("erase", "admin", True)
            assert store.check() == []
        allow = {"request": str(request.id)}
        assert client.post("/settings/privacy/allow", data=allow).status_code == 303
        assert client.post("/settings/privacy/allow", data=allow).status_code == 400
    with desk.store() as store:
        assert not store.find_people("person2", "forum")
        assert not [row for row in store.mentions(MentionFilter()) if "(forum 2)" in row.full_text]


def test_an_admin_who_may_not_see_all_of_somebody_does_not_erase_them(desk: Installation) -> None:
    one, other = handle(desk, "person1", "forum"), handle(desk, "person1", "mail")
    with desk.visitor("admin") as client:
        client.post("/people/merge", data={"author": [str(one), str(other)]})
    with desk.store() as store:
        store.change_account("admin", private=False)
    with desk.visitor("admin") as client:
        assert client.get(f"/people/{one}/erase").status_code == 403
        assert client.post(f"/people/{one}/erase", data={"confirm": "person1"}).status_code in {403, 404}
        assert client.get(f"/people/{other}/erase").status_code in {403, 404}


def test_who_was_never_heard_is_kept_out(desk: Installation) -> None:
    with desk.visitor("admin") as client:
        assert "Keep somebody out" in told(client, "/people?q=never-heard-of")
        bare = client.post("/settings/privacy/keep-out", data={"name": "never-heard-of", "platform": "forum"})
        assert bare.status_code == 400
        known = {"name": "zoe77x", "platform": "forum.example"}
        assert client.post("/settings/privacy/keep-out", data=known).status_code == 303
    with desk.store() as store:
        assert [request.kind for request in store.requests()] == ["opt-out"]
        post = Post("forum.example", "z", "https://forum.example/z", "Acme", datetime.now(UTC), Author("zoe77x"))
        store.save(
            "forum", [Entry(post, "en", None, (Mention("Acme", ("Acme",), 0.0, "neutral"),))], now=post.published
        )
        assert not store.find_people("zoe77x")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text(desk: Installation, name: str) -> None:
    ident = say(desk, "forum", [f"Acme {name}"], name, "h1", url="javascript:alert(1)", label="negative", score=-0.9,
                intents=("leaving",))  # fmt: skip
    with desk.visitor("admin") as client:
        shown = [f"/people/{ident}", f"/people/{ident}/erase", "/people", f"/people/{ident}?find=h1", "/complaints"]
        for path in shown:
            page = client.get(path)
            assert page.status_code == 200
            assert name in told(client, path) or "<" in name
            assert not re.search(r"<script>|<img src=x|<svg/|href=\"javascript|>49<", page.text), path
        found = client.get("/people", params={"q": name})
        assert found.status_code == 200
        assert not re.search(r"<script>|<img src=x|<svg/|href=\"javascript|>49<", found.text)


def test_a_course_leaves_months_without_a_mention_empty(desk: Installation) -> None:
    with desk.store() as store:
        _save_months(store)
        (ident,) = {found.author_id for found in store.find_people("Mo", "forum.example")}
        known = store.person(ident)
    assert known is not None
    drawn = course(known.attitudes[0])
    assert [bar.felt.month for bar in drawn.bars] == ["2025-11", "2026-02"]
    assert [bar.x for bar in drawn.bars] == [0, 36]
    assert [(bar.negative, bar.positive, bar.score) for bar in drawn.bars] == [(40, 0, 66), (0, 40, 44)]


def _save_months(store: Store) -> None:
    for month, score in (("2025-11", -1.0), ("2026-02", 1.0)):
        at = datetime.fromisoformat(f"{month}-10T10:00:00+00:00")
        post = Post("forum.example", month, f"https://forum.example/{month}", f"Acme in {month}", at, Author("Mo"))
        mention = Mention("Acme", ("Acme",), score, "negative" if score < 0 else "positive")
        store.save("forum", [Entry(post, "en", None, (mention,))], now=datetime.now(UTC))
