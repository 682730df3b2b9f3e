"""Erasing a person: from every table, index and file, for good; and what else the law lets people ask for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from listening.post import Author, Entry, Evidence, Intent, Mention, Post, Quote, Reject, Thread
from listening.store import Store
from listening.store.optouts import Guard, sentences, slug
from tests.conftest import NOW

NAME = "Zorblatt_77"
WORDS = ("quizzaciously", "flummadiddle", "snollygoster", "wabbitsome", "frobnicated", "xylographer")
FORUM = "forum.example.com"


def post(number: int, author: str, text: str, **more: object) -> Post:
    topic = Thread("7", "Quizzaciously broken anvil", f"https://{FORUM}/t/quizzaciously-broken-anvil/7")
    thread = more.pop("thread", topic)
    given: dict[str, object] = {
        "platform": FORUM, "id": str(number), "url": f"{topic.url if thread is topic else FORUM}/{number}",
        "published": NOW - timedelta(days=9 - number / 10), "author": Author(author, url=f"https://{FORUM}/u/{author}"),
        "thread": thread,
    }  # fmt: skip
    return Post(text=text, **{**given, **more})  # type: ignore[arg-type]


def entry(one: Post, *words: str) -> Entry:
    why = (Evidence("a rule", words),)
    mention = Mention("Acme", ("Acme",), -0.5, "negative", why=why, intents=(Intent("complaint", 0.9, why),))
    return Entry(one, "en", None, (mention,))


def world() -> list[Entry]:
    """Somebody, and others who name, quote and answer them."""
    said = "My Acme anvil flummadiddle broke when the snollygoster fell on it."
    return [
        entry(post(1, NAME, said, title="Quizzaciously broken anvil", position=1), "flummadiddle"),
        entry(post(2, "kim", "Same with my Acme.", reply_to="1", position=2, quotes=(Quote(said, NAME),),
                   title="Re: Quizzaciously broken anvil")),
        entry(post(3, "bo", f"@{NAME} did you ask Acme? As zorblatt_77 wrote, it broke.", position=3), "zorblatt_77"),
        entry(post(4, "eve", "Acme again?", position=4,
                   quotes=(Quote("…the snollygoster fell"), Quote(said), Quote("An Acme.", "kim")))),
        Entry(post(5, NAME, "Nothing about brands, wabbitsome though", position=5)),
        entry(post(6, "ann", "My Acme anvil is fine", thread=Thread("8", f"For {NAME}"), position=1)),
        entry(post(7, "new", "Tim and Acme", thread=Thread("9", "Other"), position=1)),
    ]  # fmt: skip


REJECTS = [
    Reject("no date", f"https://{FORUM}/t/1",
           "<p>Who: My Acme anvil flummadiddle broke when the snollygoster fell on it.</p>"),
    Reject(f"the page of {NAME} is empty", f"https://{FORUM}/u/{NAME}", "nothing"),
]  # fmt: skip


def crawl(store: Store) -> None:
    store.save("forum", world(), rejects=REJECTS, now=NOW)


def found_in(folder: Path, words: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """In which files which of their words stand, in any case."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        data = path.read_bytes().lower() if path.is_file() else b""
        for word in (NAME, "zorblatt", *(words or WORDS[:4])):
            if word.lower().encode() in data or word.encode("utf-16-le") in data:
                found.setdefault(path.name, []).append(word)
    return found


def rows(store: Store, sql: str, *values: object) -> list[tuple[object, ...]]:
    return list(store.db.conn.execute(sql, values).fetchall())


def erase(store: Store, name: str = NAME) -> None:
    store.erase(store.find_people(name)[0].person_id, now=NOW)
    assert store.scrub()


def test_no_byte_of_an_erased_person_is_left_and_no_crawl_brings_them_back(tmp_path: Path) -> None:
    with Store(tmp_path / "listening.db") as store:
        crawl(store)
        crawl(store)
        old = world()[0]
        edited = replace(old.post, text="It frobnicated xylographer before", edited=NOW)
        store.save("forum", [replace(old, post=edited)], now=NOW)
        crawl(store)
        run = store.start_run("forum", NOW)
        store.finish_run(run, "failed", f"https://{FORUM}/u/{NAME} did not answer", errors=1, pages=1, now=NOW)
        of_post = dict(rows(store, "SELECT post_id, id FROM mentions"))
        store.triage([int(str(of_post[1]))], who="ada", now=NOW, note="quizzaciously rude", add_tags=[NAME])
        store.triage([int(str(of_post[6]))], who="ada", now=NOW, note=f"call {NAME} first", add_tags=["for " + NAME])
        with store.writing() as conn:
            conn.execute("CREATE TABLE sent (what TEXT)")
            conn.execute("INSERT INTO sent VALUES (?)", [json.dumps({"text": [old.post.text, NAME, "kept"]})])
        assert found_in(tmp_path)
        erase(store)
        assert found_in(tmp_path, WORDS) == {}, "while it is open"
        assert store.check() == []
        assert [row[0] for row in rows(store, "SELECT native_id FROM posts ORDER BY id")] == ["2", "3", "4", "6", "7"]
        crawl(store)
        assert found_in(tmp_path, WORDS) == {}
        assert store.check() == []
        assert store.find_people(NAME) == []
        assert rows(store, "SELECT text FROM notes") == [("call [erased] first",)]
        assert json.loads(str(rows(store, "SELECT what FROM sent")[0][0])) == {
            "text": ["[erased].", "[erased]", "kept"]
        }
    assert found_in(tmp_path, WORDS) == {}, "after it was closed"


def test_what_others_wrote_stays_without_their_name_and_words(store: Store) -> None:
    crawl(store)
    erase(store)
    for _ in range(2):  # as it was cleaned, and as it is when it is crawled again
        texts = dict(rows(store, "SELECT native_id, text FROM posts"))
        assert texts["3"] == "@[erased] did you ask Acme? As [erased] wrote, it broke."
        assert texts["2"] == "Same with my Acme."
        quotes = dict(rows(store, "SELECT native_id, quotes FROM posts"))
        assert quotes["2"] is None
        assert [each["text"] for each in json.loads(str(quotes["4"]))] == ["An Acme."]
        assert rows(store, "SELECT title FROM posts WHERE native_id = '2'") == [("",)]
        titles = dict(rows(store, "SELECT native_id, title FROM threads"))
        assert titles == {"7": "", "8": "For [erased]", "9": "Other"}
        assert rows(store, "SELECT url FROM posts WHERE native_id = '2'") == [(f"https://{FORUM}/t/-/7/2",)]
        assert not any(NAME.lower() in str(row).lower() for row in rows(store, "SELECT why, words FROM mentions"))
        crawl(store)


def test_figures_copies_and_stances_stay_right(store: Store) -> None:
    crawl(store)
    again = [replace(e, post=replace(e.post, id=f"c{e.post.id}", author=Author("copycat"))) for e in world()[:3]]
    store.save("other", again, now=NOW)
    erase(store, "copycat")
    assert store.check() == []
    erase(store)
    assert store.check() == []
    assert sum(int(str(row[0])) for row in rows(store, "SELECT mentions FROM daily")) == 5


def test_others_of_the_same_name_on_another_platform_stay(store: Store) -> None:
    crawl(store)
    other = replace(world()[0].post, platform="reddit.com", text="Acme from elsewhere", title="", thread=None)
    store.save("reddit", [entry(other)], now=NOW)
    store.erase(store.find_people(NAME, FORUM)[0].person_id, now=NOW)
    store.save("reddit", [entry(replace(other, id="99"))], now=NOW)
    assert {handle.platform: handle.posts for handle in store.find_people(NAME)} == {"reddit.com": 2}


def test_a_common_name_is_masked_only_where_it_can_be_theirs(store: Store) -> None:
    there, elsewhere = Thread("1", "One"), Thread("2", "Two")
    said = [
        entry(post(1, "Tim", "Acme broke down on me", thread=there)),
        entry(post(2, "kim", "I agree with Tim about Acme", thread=there)),
        entry(post(3, "bo", "Tim of Acme is on TV, tell @tim, u/tim too", thread=elsewhere)),
    ]
    store.save("forum", said, now=NOW)
    erase(store, "Tim")
    for _ in range(2):
        assert rows(store, "SELECT text FROM posts ORDER BY id") == [
            ("I agree with [erased] about Acme",), ("Tim of Acme is on TV, tell @[erased], u/[erased] too",),
        ]  # fmt: skip
        store.save("forum", said, now=NOW)


def test_a_name_of_several_words_is_masked_whole(store: Store) -> None:
    other = entry(post(2, "bo", "Ask Jane Q. Miller or jane miller", thread=None))
    store.save("forum", [entry(post(1, "Jane Q Miller", "Acme!")), other], now=NOW)
    erase(store, "Jane Q Miller")
    store.save("forum", [entry(post(3, "bo", "JANE Q MILLER said so; Jane did not", thread=None))], now=NOW)
    assert rows(store, "SELECT text FROM posts ORDER BY id") == [
        ("Ask Jane Q. Miller or jane miller",), ("[erased] said so; Jane did not",),
    ]  # fmt: skip


def test_all_handles_of_a_merged_person_go(store: Store) -> None:
    crawl(store)
    other = replace(world()[0].post, platform="reddit.com", author=Author("zorb_two"), text="Acme from elsewhere")
    store.save("reddit", [entry(other)], now=NOW)
    ids = [store.find_people(name)[0].author_id for name in (NAME, "zorb_two")]
    store.merge(ids, now=NOW)
    plan = store.plan_erasure(ids[1])
    assert (len(plan.handles), plan.posts, plan.mentions, plan.worked_on) == (2, 3, 2, 0)
    done = store.erase(ids[1], now=NOW)
    assert (done.posts, done.others) == (3, 3)
    assert store.find_people(NAME) == store.find_people("zorb_two") == []


def test_a_learnt_model_forgets_the_words_that_only_they_used(store: Store) -> None:
    crawl(store)
    store.add_labels(1, {"relevance": "yes"}, now=NOW)
    data = {"words": {"flummadiddle": [1.0], "anvil": [0.5], "zorblatt_77": [2.0]}, "pairs": {"my flummadiddle": [1.0]}}
    store.keep_models([("Acme", "relevance", json.dumps(data))], NOW)
    erase(store)
    assert json.loads(store.models()[0][1]) == {"words": {"anvil": [0.5]}, "pairs": {}}
    assert store.labels() == []


def test_requests_are_logged_without_naming_anybody(store: Store) -> None:
    crawl(store)
    done = store.erase(store.find_people(NAME)[0].person_id, now=NOW, who="ada")
    request = store.requests()[0]
    assert (request.id, request.kind, request.who) == (done.request, "erase", "ada")
    assert (request.posts, request.others) == (2, 3)
    assert not request.scrubbed
    assert store.unscrubbed()
    assert store.scrub()
    assert store.requests()[0].scrubbed
    assert store.requests()[0].kept_out
    assert NAME.lower() not in str(store.requests()).lower()


def test_somebody_who_was_never_heard_can_opt_out_and_come_back(store: Store) -> None:
    request = store.opt_out(FORUM, NAME, now=NOW)
    crawl(store)
    assert store.find_people(NAME) == []
    assert store.allow(request, now=NOW)
    assert not store.allow(request, now=NOW)
    crawl(store)
    assert store.find_people(NAME)[0].posts == 2


def test_another_process_hears_of_an_erasure_at_its_next_save(tmp_path: Path) -> None:
    with Store(tmp_path / "x.db") as one, Store(tmp_path / "x.db") as other:
        crawl(one)
        one.erase(one.find_people(NAME)[0].person_id, now=NOW)
        crawl(other)
        assert other.find_people(NAME) == []


def test_scrubbing_waits_for_readers(tmp_path: Path) -> None:
    with Store(tmp_path / "x.db") as store:
        crawl(store)
        store.erase(store.find_people(NAME)[0].person_id, now=NOW)
        with Store(tmp_path / "x.db", read_only=True) as reader:
            reader.db.conn.execute("BEGIN")
            reader.db.conn.execute("SELECT count(*) FROM posts").fetchone()
            store.db.conn.execute("PRAGMA busy_timeout = 1")
            assert not store.scrub()
            assert store.unscrubbed()
            reader.db.conn.execute("ROLLBACK")
        assert store.scrub()
        assert found_in(tmp_path) == {}


def test_an_interrupted_erasure_is_completed_by_another(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    crawl(store)

    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "_clean_others", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.erase(store.find_people(NAME)[0].person_id, now=NOW)
    monkeypatch.undo()
    crawl(store)
    assert [handle.posts for handle in store.find_people(NAME)] == [0]
    erase(store)
    assert store.find_people(NAME) == []
    assert not any(NAME.lower() in str(row).lower() for row in rows(store, "SELECT text, quotes, url FROM posts"))


def test_all_that_is_held_about_a_person_is_found(store: Store) -> None:
    crawl(store)
    store.add_labels(1, {"relevance": "yes"}, now=NOW)
    with store.writing() as conn:
        conn.execute("INSERT INTO mention_tags VALUES (1, 'vip')")
    held = store.held_about(store.find_people(NAME)[0].person_id, now=NOW)
    assert {table: len(found) for table, found in held.items()} == {
        "authors": 1, "posts": 2, "mentions": 1, "labels": 1, "mention_tags": 1,
    }  # fmt: skip
    assert store.requests()[0].kind == "export"


def test_a_topic_is_known_in_addresses() -> None:
    pattern = slug("Broken again, and again!")
    assert pattern is not None
    assert pattern.sub("-", "https://x.example/t/broken-again-and-again/12") == "https://x.example/t/-/12"
    assert (
        pattern.sub("-", "https://x.example/r/a/comments/1/broken_again_and/") == "https://x.example/r/a/comments/1/-/"
    )
    assert pattern.sub("-", "https://x.example/threads/broken-again-and-again.9/") == "https://x.example/threads/-.9/"
    assert pattern.sub("-", "https://x.example/t/unbroken-again/12") == "https://x.example/t/unbroken-again/12"
    assert slug("Broken") is None


def test_short_words_do_not_tell_whose_they_are() -> None:
    assert list(sentences("Thanks! Me too.")) == ["thanks me too"]
    assert list(sentences("Yes.")) == []


def test_without_opt_outs_nothing_is_looked_at(store: Store) -> None:
    guard = Guard(store.db.conn, 0)
    assert not guard
    assert guard.mask(NAME) == NAME
