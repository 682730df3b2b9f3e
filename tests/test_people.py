"""Persons: joined and taken apart, everything they said, and how they stand to a brand."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from listening.errors import StoreError
from listening.people import advocates, at_risk, helping, portrait
from listening.people.helping import thankful
from listening.post import Author, Entry, Intent, Label, Mention, Post, Thread
from listening.store import Scope, Store, stances
from listening.store.likely import telling
from tests.conftest import NOW
from tests.installed import command, installed


def said(
    number: int, author: str, text: str = "Acme!", *, label: Label | None = "neutral", score: float = 0.0,
    intents: tuple[str, ...] = (), brand: str = "Acme", platform: str = "forum.example.com", days: float = 1,
    reply_to: str = "", thread: str = "1", followers: int | None = None, kind: str = "post", ident: str = "",
    url: str = "", position: int | None = None, title: str = "",
) -> Entry:  # fmt: skip
    post = Post(
        platform=platform, id=str(number), url=f"https://{platform}/p/{number}", text=text, title=title,
        published=NOW - timedelta(days=days), author=Author(author, ident or author, url, followers), kind=kind,  # type: ignore[arg-type]
        thread=Thread(thread, "A topic"), reply_to=reply_to, position=position,
    )  # fmt: skip
    mention = Mention(brand, (brand,), score, label, intents=tuple(Intent(name, 0.9) for name in intents))
    return Entry(post, "en", None, (mention,) if brand else ())


def save(store: Store, *entries: Entry, source: str = "forum", now: datetime = NOW) -> None:
    store.save(source, entries, now=now)


def person(store: Store, name: str, platform: str = "") -> int:
    return store.find_people(name, platform)[0].person_id


def _own(author: str, number: int) -> str:
    """Words that nobody else has, or these would be copies of one text."""
    return " ".join(hashlib.sha256(f"{author} {number} {i}".encode()).hexdigest()[:7] for i in range(8))


def fond(author: str, start: int = 0, **more: Any) -> list[Entry]:
    """Three good words on three days, one of them a recommendation."""
    words = (("Love my Acme", ()), ("Acme is great", ("praise",)), ("Just go with Acme", ("advocacy",)))
    return [
        said(
            start + i, author, f"{text} {_own(author, i)}", label="positive", score=0.6 - i / 10, intents=intents,
            days=9 - 3 * i, **more,
        )
        for i, (text, intents) in enumerate(words)
    ]  # fmt: skip


def test_people_are_found_by_whatever_is_typed(store: Store) -> None:
    save(store, said(1, "Kim_Lathe", ident="77", url="https://forum.example.com/u/77"))
    save(store, said(2, "kim_lathe", platform="reddit.com"), source="reddit")
    both = {(h.platform, h.name) for h in store.find_people("@kim_lathe")}
    assert both == {("forum.example.com", "Kim_Lathe"), ("reddit.com", "kim_lathe")}
    assert [h.platform for h in store.find_people("u/KIM_LATHE", "reddit")] == ["reddit.com"]
    assert [h.platform for h in store.find_people("kim_lathe@forum")] == ["forum.example.com"]
    one = store.find_people("https://forum.example.com/u/77")[0]
    assert one == store.find_people("77")[0] == store.find_people(f"#{one.author_id}")[0]
    assert one == store.find_people("https://forum.example.com/p/1")[0]
    assert {h.name for h in store.find_people("kim", like=True)} == {"Kim_Lathe", "kim_lathe"}
    assert store.find_people("nobody") == store.find_people("") == []


def test_two_handles_become_one_person_and_two_again(store: Store) -> None:
    save(store, said(1, "kim_lathe"), said(2, "kim_lathe", platform="reddit.com"), said(3, "kimberly"))
    ids = [person(store, "kim_lathe", "forum"), person(store, "kim_lathe", "reddit"), person(store, "kimberly")]
    first = store.merge(ids[:2], now=NOW, who="ada")
    assert {person(store, "kim_lathe", where) for where in ("forum", "reddit")} == {ids[0]}
    second = store.merge([ids[1], ids[2]], now=NOW)
    for ident in ids:  # whichever handle is named
        found = store.person(ident)
        assert found is not None
        assert (found.id, found.posts, len(found.handles)) == (ids[0], 3, 3)
    with pytest.raises(StoreError, match="one person already"):
        store.merge(ids, now=NOW)
    assert not store.undo_person(first, now=NOW), "a later change builds on it"
    assert store.undo_person(second, now=NOW)
    assert not store.undo_person(second, now=NOW)
    assert [len(store.handles_of([ident])) for ident in ids] == [2, 2, 1]
    apart = store.unmerge(ids[0], now=NOW)
    assert [len(store.handles_of([ident])) for ident in ids] == [1, 1, 1]
    assert store.undo_person(apart, now=NOW)
    assert [len(store.handles_of([ident])) for ident in ids] == [2, 2, 1]
    with pytest.raises(StoreError, match="not joined"):
        store.unmerge(ids[2], now=NOW)


def test_a_merge_survives_another_crawl(store: Store) -> None:
    save(store, said(1, "kim_lathe"), said(2, "k_lathe"))
    store.merge([person(store, "kim_lathe"), person(store, "k_lathe")], now=NOW)
    save(store, said(1, "kim_lathe", "Acme again"), said(3, "k_lathe"))
    found = store.person(person(store, "k_lathe"))
    assert found is not None
    assert found.posts == 3


def test_likely_persons_are_suggested_with_evidence_and_never_joined(store: Store) -> None:
    save(
        store, said(1, "kim_lathe"), said(2, "KIM_lathe", platform="reddit.com"),
        said(3, "Tim"), said(4, "Tim", platform="reddit.com"),
        said(5, "Ann Other", ident="ann@example.com", platform="mail.example.com"),
        said(6, "ann", ident="ann@example.com", platform="list.example.com"),
        said(7, "bo", url="https://bo.example/"), said(8, "Bo B", platform="reddit.com", url="https://bo.example/"),
    )  # fmt: skip
    found = store.likely_same()
    assert [({each.one.name, each.other.name}, each.sure) for each in found] == [
        ({"Ann Other", "ann"}, True), ({"bo", "Bo B"}, True), ({"kim_lathe", "KIM_lathe"}, False),
    ]  # fmt: skip
    assert found[2].evidence == ("the same name on both platforms: kim_lathe",)
    assert all(len(store.handles_of([each.one.person_id])) == 1 for each in found)
    kim = found[2]
    assert [each.evidence for each in store.likely_of(kim.other.person_id)] == [kim.evidence]
    store.not_same(kim.one.author_id, kim.other.author_id, now=NOW)
    assert len(store.likely_same()) == 2
    assert store.likely_of(kim.one.person_id) == []
    store.maybe_same(kim.other.author_id, kim.one.author_id)
    store.merge([kim.one.author_id, kim.other.author_id], now=NOW)
    assert len(store.likely_same()) == 2


def test_two_handles_with_several_things_in_common_are_suggested_once(store: Store) -> None:
    link = {"url": "https://kim.example/"}
    save(store, said(1, "kim_lathe", **link), said(2, "Kim_Lathe", platform="reddit.com", **link))
    (found,) = store.likely_same()
    assert found.evidence == (
        "the same profile address on both platforms: https://kim.example/",
        "the same name on both platforms: kim_lathe",
    )


def test_what_one_platform_or_many_handles_share_tells_nothing(store: Store) -> None:
    save(store, said(1, "kim_lathe", ident="1"), said(2, "Kim_Lathe", ident="2"))
    assert store.likely_same() == []
    assert store.likely_of(person(store, "kim_lathe")) == []
    save(store, *(said(10 + i, "gearheadwendy", platform=f"{i}.example") for i in range(4)))
    wendy = person(store, "gearheadwendy", "0.example")
    assert [each.one.platform for each in store.likely_of(wendy)] == ["0.example"] * 3
    save(store, said(20, "gearheadwendy", platform="4.example"))
    assert store.likely_of(wendy) == store.likely_same() == []


@pytest.mark.parametrize("name", ["kim_lathe", "Kim77", "gearheadwendy", "Jane Miller"])
def test_a_rare_name_tells(name: str) -> None:
    assert telling(name)


@pytest.mark.parametrize("name", ["Kim", "Guest", "[deleted]", "anonymous", "Moderator", "x"])
def test_a_common_name_does_not_tell(name: str) -> None:
    assert not telling(name)


def test_a_person_is_everything_they_said_on_all_brands_and_sources(store: Store) -> None:
    save(
        store,
        said(1, "kim", "first", days=70, label="positive", score=0.8),
        said(2, "kim", "second", days=9, label="negative", score=-0.4),
        said(3, "kim", "about another", days=8, brand="Zenith", label="neutral"),
        said(4, "kim", "about nothing", days=7, brand="", followers=200),
    )
    save(store, said(9, "kim", "hidden", days=1, platform="mail.example.com", followers=30), source="mail")
    store.merge([person(store, "kim", "forum"), person(store, "kim", "mail")], now=NOW)
    found = store.person(person(store, "kim"))
    assert found is not None
    assert (found.posts, found.followers, found.sources) == (5, 230, ("forum", "mail"))
    assert found.first == "2026-09-11T12:00:00Z"
    acme = found.attitudes[0]
    assert (acme.brand, acme.all.mentions, acme.all.negative, acme.all.positive) == ("Acme", 3, 1, 1)
    assert [(m.month, m.mentions, m.score) for m in acme.months] == [("2026-09", 1, 0.8), ("2026-11", 2, -0.2)]
    newest = store.said_by(found.id, limit=2)
    assert [each.text for each in newest] == ["hidden", "about nothing"]
    before = (newest[-1].published, newest[-1].post_id)
    rest = store.said_by(found.id, before=before)
    assert [each.text for each in rest] == ["about another", "second", "first"]
    assert rest[1].mentions[0].label == "negative"
    assert [each.text for each in store.said_by(found.id, brand="Zenith")] == ["about another"]


def test_hidden_sources_hide_their_people(store: Store) -> None:
    save(store, said(1, "kim"), *fond("eve", 10))
    save(store, said(2, "kim", "secret", platform="mail.example.com"), *fond("bo", 20), source="mail")
    store.merge([person(store, "kim", "forum"), person(store, "kim", "mail")], now=NOW)
    scope = Scope(frozenset({"mail"}))
    found = store.person(person(store, "kim"), scope)
    assert found is not None
    assert (found.posts, len(found.handles), found.sources) == (1, 1, ("forum",))
    assert [each.text for each in store.said_by(found.id, scope)] == ["Acme!"]
    assert store.find_people("bo", scope=scope) == []
    assert store.person(person(store, "bo"), scope) is None
    assert portrait(store, person(store, "bo"), now=NOW, scope=scope) is None
    assert [each.name for each in advocates(store, "Acme", scope=scope)] == ["eve"]
    assert [each.name for each in advocates(store, "Acme")] == ["eve", "bo"]


def test_advocates_speak_well_again_and_again(store: Store) -> None:
    save(store, *fond("wendy", followers=50_000))
    save(store, *fond("eve", 10))
    save(store, said(20, "once", label="positive", score=0.9, intents=("advocacy",)))
    save(store, *fond("spammer", 30)[:2], said(33, "spammer", label="positive", intents=("advocacy", "promotion")))
    save(store, *fond("leaver", 40), said(45, "leaver", "Off to Zenith", label="negative", intents=("leaving",)))
    save(store, *fond("grump", 50), said(55, "grump", label="negative", score=-0.9))
    save(store, *fond("press", 60, kind="article"), *fond("Acme_Ida", 70))
    found = advocates(store, "Acme", NOW - timedelta(days=30), NOW)
    assert [each.name for each in found] == ["wendy", "eve"]
    assert [(reason.words, reason.points) for reason in found[0].reasons] == [
        ("recommends it or helps its customers (1 time)", 3), ("speaks well of it (2 times)", 2),
        ("50,000 followers", 2),
    ]  # fmt: skip
    assert found[0].points == sum(reason.points for reason in found[0].reasons) == 7
    assert found[0].telling.text.startswith("Just go with Acme")
    assert found[0].reasons[0].mentions == (found[0].telling.mention_id,)
    assert advocates(store, "Acme", NOW - timedelta(days=2), NOW) == advocates(store, "Zenith") == []


def test_all_that_a_person_said_on_both_handles_makes_an_advocate(store: Store) -> None:
    first, second, advice = fond("wendy")
    save(store, first, second, source="forum")
    other = replace(advice.post, platform="other.example.com", author=Author("wendy_b", "wendy_b"))
    calm = tuple(replace(mention, label="neutral", score=0.0) for mention in advice.mentions)  # alone it weighs little
    save(store, replace(advice, post=other, mentions=calm), source="other")
    period = (NOW - timedelta(days=30), NOW)
    assert advocates(store, "Acme", *period) == [], "neither handle alone is one"
    store.merge([person(store, "wendy"), person(store, "wendy_b")], now=NOW)
    (found,) = advocates(store, "Acme", *period)
    assert (len(found.handles), found.points) == (2, 5)


def test_customers_at_risk_complain_or_say_so(store: Store) -> None:
    save(store, said(1, "gone", "Cancelled today", label="negative", score=-0.6, intents=("complaint", "leaving")))
    bad, good = ("Broken again", "The handle came off"), ("Nice box", "It came early")
    sour = [
        said(10 + i, "sour", bad[i], label="negative", score=-0.6, intents=("complaint",), days=i + 1) for i in (0, 1)
    ]
    sour += [said(14 + i, "sour", good[i], label="positive", score=0.4, days=20 + i) for i in (0, 1)]
    save(store, *sour)
    save(store, said(20, "cross", "Meh", label="negative", score=-0.3, intents=("complaint",)))
    save(
        store, said(30, "won", "Broken", label="negative", score=-0.6, intents=("complaint",), days=9),
        said(31, "won", "Still broken", label="negative", score=-0.6, intents=("complaint",), days=8),
        said(32, "won", "They sent a new one, thanks!", label="positive", score=0.7, days=1),
    )  # fmt: skip
    found = {each.name: each for each in at_risk(store, "Acme", NOW - timedelta(days=30), NOW)}
    assert list(found) == ["sour", "gone"]
    assert [(reason.words, reason.points) for reason in found["gone"].reasons] == [
        ("says that they leave (1 time)", 40), ("complains (1 time)", 15), ("nobody answered yet (1 time)", 10),
    ]  # fmt: skip
    assert [(reason.words, reason.points) for reason in found["sour"].reasons] == [
        ("complains (2 times)", 30), ("nobody answered yet (2 times)", 20), ("tone fell from +0.40 to -0.60", 20),
    ]  # fmt: skip
    with store.writing() as conn:
        conn.execute("UPDATE mentions SET status = 'answered'")
    assert [each.points for each in at_risk(store, "Acme")] == [55, 50], "what was answered weighs less"


def test_merged_handles_are_judged_as_one(store: Store) -> None:
    entries = fond("kim_lathe")
    save(store, *entries[:2], said(3, "kim_lathe", label="positive", intents=("advocacy",), platform="reddit.com"))
    assert advocates(store, "Acme") == []
    store.merge([person(store, "kim_lathe", "forum"), person(store, "kim_lathe", "reddit")], now=NOW)
    assert [(each.name, each.mentions) for each in advocates(store, "Acme")] == [("kim_lathe", 3)]


def test_who_answers_and_is_thanked_helps_others(store: Store) -> None:
    save(
        store,
        said(1, "asker", "How do I reset it?", days=5, brand="", position=1, title="Reset?"),
        said(2, "wendy", "Hold the button for ten seconds", days=4, brand="", reply_to="1", position=2),
        said(3, "asker", "Thanks, that worked!", days=3, brand="", reply_to="2", position=3),
        said(4, "wendy", "You are welcome", days=2, brand="", reply_to="3", position=4),
        said(5, "wendy", "Anything else", days=2, brand="", thread="2", position=1),
    )
    found = helping(store, person(store, "wendy"), now=NOW)
    assert (found.score, found.answers, found.thanked) == (3, 1, 1)
    assert found.helps[0].thanks[0][2] == "Thanks, that worked!"
    assert helping(store, person(store, "asker"), now=NOW).score == 0
    assert helping(store, person(store, "wendy"), now=NOW, scope=Scope(frozenset({"forum"}))).score == 0


@pytest.mark.parametrize("text", ["thx!", "Vielen Dank", "It worked :)", "merci beaucoup"])
def test_thanks_are_heard(text: str) -> None:
    assert thankful(text)


@pytest.mark.parametrize("text", ["no thanks", "thanks for nothing", "That didn't work, thanks", "tank"])
def test_what_is_no_thanks(text: str) -> None:
    assert not thankful(text)


def test_a_portrait_joins_it_all(store: Store) -> None:
    save(store, *fond("wendy_w"), said(9, "Wendy_W", platform="reddit.com"))
    found = portrait(store, person(store, "wendy_w", "forum"), now=NOW)
    assert found is not None
    assert [(each.kind, each.brand) for each in found.standings] == [("advocate", "Acme")]
    assert [each.other.name for each in found.likely] == ["Wendy_W"]
    assert portrait(store, 999, now=NOW) is None


def test_stances_follow_whatever_happens_to_a_mention(store: Store) -> None:
    def heard() -> list[tuple[int, int]]:
        return store.db.conn.execute("SELECT author_id, said FROM stances ORDER BY mention_id").fetchall()

    save(store, said(1, "kim", label="positive"), said(2, "kim"), said(3, "bo", label="negative"))
    assert heard() == [(1, stances.POSITIVE | stances.WAITING), (2, stances.NEGATIVE | stances.WAITING)]
    save(store, said(1, "kim", label="negative", intents=("complaint",)), said(3, "bo", brand=""))
    assert heard() == [(1, stances.NEGATIVE | stances.COMPLAINT | stances.WAITING)]
    with store.writing() as conn:
        conn.execute("UPDATE mentions SET status = 'closed' WHERE id = 1")
    assert heard() == [(1, stances.NEGATIVE | stances.COMPLAINT)]
    save(store, said(1, "eve", label="negative"))
    assert heard() == [(3, stances.NEGATIVE)]
    with store.writing() as conn:
        conn.execute("DELETE FROM posts WHERE native_id = '1'")  # mentions go with their post
    assert heard() == []


def test_a_check_notices_stances_that_differ_and_vacuum_mends_them(store: Store) -> None:
    save(store, said(1, "kim", label="positive"))
    with store.writing() as conn:
        conn.execute("DELETE FROM stances")
    assert any("stances" in each for each in store.check())
    store.vacuum()
    assert store.check() == []


def test_the_lists_walk_their_indexes(store: Store) -> None:
    save(store, *fond("wendy"))
    asked: list[str] = []
    store.db.conn.set_trace_callback(asked.append)
    advocates(store, "Acme", NOW - timedelta(days=30), NOW)
    at_risk(store, "Acme", NOW - timedelta(days=30), NOW)
    store.said_by(1)
    store.find_people("wendy")
    store.db.conn.set_trace_callback(None)
    selects = [sql for sql in asked if sql.startswith("SELECT")]
    plans = [row[3] for sql in selects for row in store.db.conn.execute(f"EXPLAIN QUERY PLAN {sql}")]
    scans = [plan for plan in plans if plan.startswith("SCAN") and "json_each" not in plan and "CONSTANT" not in plan]
    assert [
        plan for plan in scans if plan.split()[1] in ("v", "p", "m", "posts", "mentions", "stances", "authors")
    ] == []


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation that heard an advocate, somebody at risk, and one person under two handles."""
    with Store(installed(tmp_path) / "listening.db") as store:
        save(store, *fond("wendy_w", 10), said(1, "Wendy_W", "Hello [red]there[/]", platform="reddit.com"))
        save(store, said(2, "gone", "Cancelled", label="negative", score=-0.6, intents=("leaving",)))
    return tmp_path


def test_people_are_listed_with_the_evidence_and_the_rule(home: Path) -> None:
    shown = command(home, "people", "--since", "2026-10-01")
    assert "Advocates of Acme" in shown
    assert "wendy_w" in shown
    assert "+40 says that they leave (1 time)" in shown
    assert "A customer is at risk from 40 points on" in shown
    assert "gone" not in command(home, "people", "--advocates", "--since", "2026-10-01")
    listed = json.loads(command(home, "people", "--at-risk", "--json", "--brand", "acme", "--since", "2026-10-01"))
    assert [(each["name"], each["points"]) for each in listed] == [("gone", 50)]
    assert "nobody in this period" in command(home, "people", "--since", "2026-11-20")


def test_a_person_is_shown_joined_and_taken_apart(home: Path) -> None:
    shown = command(home, "people", "--same")
    assert "maybe: wendy_w on forum.example.com (#1) and Wendy_W on reddit.com (#2)" in shown
    assert "could be 2 persons: #1 (wendy_w on forum.example.com), #2" in command(home, "person", "wendy_w", code=1)
    assert "One person now" in command(home, "merge", "wendy_w@forum", "wendy_w@reddit")
    shown = command(home, "person", "wendy_w")
    assert "4 posts" in shown
    assert "Hello [red]there[/]" in shown
    found = json.loads(command(home, "person", "wendy_w", "--json"))
    assert (len(found["person"]["handles"]), len(found["posts"])) == (2, 4)
    assert "one person already" in command(home, "merge", "#1", "#2", code=1)
    assert "stands alone again" in command(home, "unmerge", "wendy_w", "--platform", "reddit")
    assert "Did you mean wendy_w" in command(home, "person", "wendy", code=1)
