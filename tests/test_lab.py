"""The query lab and the looking back: what an edited query changes, measured; and nothing people typed is lost."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from listening.cli import main
from listening.config import Brand, load
from listening.config.edit import Editor
from listening.errors import ConfigError
from listening.lab import Comparison, Share, compare, telling
from listening.post import Author, Post
from listening.query import Or, parse
from listening.rematch import _Ready, rematch
from listening.source import kinds
from listening.store import Changed, MentionFilter, Question, Store
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding
from tests.conftest import NOW

APPLE = Brand(name="Apple", query="apple", aliases=[])
TEXTS = (
    "My new apple phone is great",
    "The apple store fixed my phone",
    "Baked an apple pie with cinnamon",
    "Our apple tree lost its leaves, no pie this year",
    "The apple phone battery died again",
    "Planted a tree, apple of course",
    "Globex phones are fine",
    "Mac users, what do you think?",
)


def posts(texts: Sequence[str] = TEXTS) -> list[Post]:
    return [
        Post("forum.example.com", str(number), f"https://forum.example.com/p/{number}", text,
             NOW - timedelta(days=number), Author("kim"))
        for number, text in enumerate(texts)
    ]  # fmt: skip


def keep(store: Store, brands: Sequence[Brand], found: Sequence[Post]) -> None:
    from listening.post import Batch

    Ingest(store, "forum", Understanding(brands), now=lambda: NOW).save([Batch(found)])


def lab(store: Store, saved: str, edited: str, labels: dict[int, bool] | None = None) -> Comparison:
    one, other = parse(saved), parse(edited)
    ids = store.candidates(Question(Or((one, other)), NOW))
    return compare(one, other, store.read(ids), labels or {})


def urls(store: Store, brand: str = "Apple") -> list[str]:
    return sorted(row.url[-1] for row in store.mentions(MentionFilter(brand=brand)))


def test_the_lab_counts_what_is_gained_and_lost(store: Store) -> None:
    keep(store, [APPLE], posts())
    found = lab(store, "apple -pie", "(apple OR mac) phone -store OR mac OR tree")
    assert (found.saved.posts, found.edited.posts) == (4, 5)
    assert (found.kept.posts, found.gained.posts, found.lost.posts) == (3, 2, 1)
    assert [sample.stored.post.text for sample in found.lost.samples(5)] == [TEXTS[1]]
    assert [sample.stored.post.text for sample in found.gained.samples(5)] == [TEXTS[3], TEXTS[7]], "newest first"
    marked = {s.stored.post.text[a:b] for s in found.gained.samples(5) for a, b in s.hit.text_spans}
    assert marked == {"tree", "Mac"}
    assert (found.days[0], found.days[-1]) == (("2026-11-13", 0, 1), ("2026-11-20", 1, 1))
    assert sum(saved for _, saved, _ in found.days) == 4


def test_samples_are_of_all_times_and_the_same_each_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listening.lab._CHOSEN", 20)
    keep(store, [APPLE], posts([f"apple {number}" for number in range(200)]))
    first, again = (lab(store, "apple", "apple OR x").kept for _ in range(2))
    assert (first.posts, len(first.chosen)) == (200, 20)
    shown = [int(sample.stored.post.id) for sample in first.samples(10)]
    assert shown == [int(sample.stored.post.id) for sample in again.samples(10)] == sorted(shown)
    assert min(shown) < 60
    assert max(shown) > 140


def test_labels_give_precision_and_recall(store: Store) -> None:
    keep(store, [APPLE], posts())
    with store.writing() as conn:
        for post, value in ((1, "yes"), (2, "yes"), (3, "yes"), (3, "no"), (4, "no"), (5, "yes"), (7, "yes")):
            conn.execute(
                "INSERT INTO labels (post_id, brand_id, kind, value, made) VALUES (?, 1, 'relevance', ?, '')",
                [post, value],
            )
        conn.execute("INSERT INTO labels (post_id, brand_id, kind, value, made) VALUES (6, 1, 'sentiment', 'no', '')")
    labels = store.relevance_labels("Apple")
    assert labels == {1: True, 2: True, 3: False, 4: False, 5: True, 7: True}, "the latest label counts"
    found = lab(store, "apple", "apple phone", labels)
    assert (found.saved.precision, found.saved.recall) == (Share(3, 5), Share(3, 4))
    assert (found.edited.precision, found.edited.recall) == (Share(3, 3), Share(3, 4))
    assert store.relevance_labels("Apple", NOW - timedelta(days=1)) == {1: True, 2: True}
    assert store.relevance_labels("Globex") == {}


def test_what_plurals_change_is_seen(store: Store) -> None:
    keep(store, [APPLE], posts(["one apple", "two apples"]))
    one, plurals = parse("apple"), {"saved": True, "edited": False}
    found = compare(one, one, store.read(store.candidates(Question(one, NOW))), {}, plurals=plurals)
    assert (found.kept.posts, found.gained.posts, found.lost.posts) == (1, 0, 1)


def test_labels_beside_the_posts_looked_at_count(store: Store) -> None:
    keep(store, [APPLE], posts())
    with store.writing() as conn:
        for post, value in ((1, "yes"), (3, "no"), (5, "yes"), (7, "yes")):
            conn.execute(
                "INSERT INTO labels (post_id, brand_id, kind, value, made) VALUES (?, 1, 'relevance', ?, '')",
                [post, value],
            )
    one, other, labels = parse("apple"), parse("apple phone"), store.relevance_labels("Apple")
    found = compare(one, other, store.read([1, 2]), labels, labelled=store.read([3, 5, 7]))
    assert (found.saved.posts, found.kept.posts) == (2, 2)
    assert (found.saved.precision, found.saved.recall) == (Share(2, 3), Share(2, 3))
    assert (found.edited.precision, found.edited.recall) == (Share(2, 2), Share(2, 3))


def test_labels_of_what_nobody_can_see_do_not_count(store: Store) -> None:
    keep(store, [APPLE], posts())
    with store.writing() as conn:
        for post in (1, 2):
            conn.execute(
                "INSERT INTO labels (post_id, brand_id, kind, value, made) VALUES (?, 1, 'relevance', 'yes', '')",
                [post],
            )
        conn.execute("UPDATE posts SET deleted = '2026-11-20T00:00:00Z' WHERE id = 1")
    assert store.relevance_labels("Apple") == {2: True}
    assert store.relevance_labels("Apple", hidden=["forum"]) == {}


def test_intervals_are_wilsons() -> None:
    # Newcombe (1998), table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29
    expected = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (hits, of), bounds in expected.items():
        assert Share(hits, of).interval == pytest.approx(bounds, abs=5e-5)
    assert Share(0, 0).interval == (0, 1)
    assert Share(0, 0).value is None


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_its_share(hits: int, more: int) -> None:
    share = Share(hits, hits + more)
    low, high = share.interval
    assert 0 <= low <= (share.value or 0) <= high <= 1 or share.value is None


def test_telling_words_are_those_that_surely_differ() -> None:
    gained = {"pie": 12, "tree": 9, "the": 30, "phone": 2, "once": 1}
    found = telling(gained, 40, {"pie": 2, "the": 150, "phone": 120}, 200)
    assert [(each.word, each.here, each.there) for each in found] == [("pie", 12, 2), ("tree", 9, 0)]
    assert [each.ratio for each in found] == pytest.approx([35.46, 34.11], abs=0.01)  # worked out by hand
    assert telling(gained, 40, {}, 0) == []
    assert telling({"pie": 3}, 3, {"pie": 3}, 3) == []


def test_words_that_come_with_gained_posts_are_told_and_those_asked_for_are_not(store: Store) -> None:
    texts = [f"my apple phone number{n}" for n in range(40)] + [f"apple pie recipe number{n}" for n in range(12)]
    keep(store, [APPLE], posts(texts))
    found = lab(store, "apple -pie", "apple")
    assert [each.word for each in found.gained_words][:2] == ["pie", "recipe"]
    assert "apple" not in {each.word for each in (*found.gained_words, *found.lost_words)}
    assert [each.word for each in lab(store, "apple", "apple -pie").lost_words][:2] == ["pie", "recipe"]


def applied(store: Store, *brands: Brand, everything: bool = False, since: datetime | None = None) -> Changed:
    return rematch(store, Understanding(brands), brands, now=NOW, everything=everything, since=since)


@pytest.mark.parametrize("everything", [False, True])
def test_a_changed_query_looks_back(store: Store, everything: bool) -> None:
    keep(store, [APPLE], posts())
    changed = Brand(name="Apple", query="apple phone OR ｍａｃ")
    done = applied(store, changed, everything=everything)
    assert (done.new, done.gone) == (1, 3)
    assert urls(store) == ["0", "1", "4", "7"]
    (new,) = [row for row in store.mentions(MentionFilter()) if row.url.endswith("7")]
    assert new.full_text == "Mac users, what do you think?"
    assert new.sentiment == "neutral", "with the full understanding"
    assert store.check() == []
    again = applied(store, changed, everything=everything)
    assert (again.new, again.gone) == (0, 0)


def test_what_people_worked_on_stays(store: Store) -> None:
    keep(store, [APPLE], posts())
    with store.writing() as conn:
        conn.execute("UPDATE mentions SET status = 'answered' WHERE post_id = 3")
        conn.execute("UPDATE mentions SET assignee = 'kim' WHERE post_id = 4")
        conn.execute("INSERT INTO mention_tags SELECT id, 'garden' FROM mentions WHERE post_id = 6")
        conn.execute("UPDATE mentions SET status = 'open', assignee = 'lee' WHERE post_id = 1")
        conn.execute(
            "INSERT INTO labels (post_id, brand_id, kind, value, made) VALUES (1, 1, 'sentiment', 'negative', '')"
        )
    keep(store, [APPLE], posts([*TEXTS, "one more apple pie"])[-1:])
    assert urls(store) == ["0", "1", "2", "3", "4", "5", "8"]
    applied(store, Brand(name="Apple", query="phone"))
    assert urls(store) == ["0", "1", "2", "3", "4", "5", "6"], "worked on, or matching"
    (first,) = [row for row in store.mentions(MentionFilter()) if row.url.endswith("0")]
    assert (first.status, first.assignee, first.sentiment) == ("open", "lee", "negative")
    assert store.check() == []


def test_other_brands_and_older_posts_are_left_alone(store: Store) -> None:
    globex = Brand(name="Globex")
    keep(store, [APPLE, globex], posts())
    applied(store, Brand(name="Apple", query="globex"), since=NOW - timedelta(days=6, hours=1))
    assert urls(store, "Globex") == ["6"]
    assert urls(store) == ["6"]
    keep(store, [APPLE, globex], posts())
    applied(store, Brand(name="Apple", query="nothing"), since=NOW - timedelta(days=2, hours=1))
    assert urls(store) == ["3", "4", "5"]


def test_a_query_may_ask_for_the_source(store: Store) -> None:
    keep(store, [APPLE], posts())
    assert applied(store, Brand(name="Apple", query="apple source:mail")).gone == 6
    assert applied(store, Brand(name="Apple", query="apple source:forum")).new == 6


def test_an_interrupted_application_is_completed_by_the_next(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listening.rematch._BATCH", 2)
    keep(store, [APPLE], posts())
    changed, heard = Brand(name="Apple", query="phone OR mac"), []

    def stop(done: Changed, total: int) -> None:
        heard.append((done.posts, total))
        if len(heard) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rematch(store, Understanding([changed]), [changed], now=NOW, progress=stop)
    assert heard == [(2, 8), (4, 8)]
    assert store.check() == []
    applied(store, changed)
    assert urls(store) == ["0", "1", "4", "6", "7"]
    assert store.check() == []


def test_a_post_that_is_edited_meanwhile_is_understood_as_it_is_then(store: Store) -> None:
    keep(store, [APPLE], posts())
    understanding = Understanding([APPLE])
    ready = _Ready(understanding, list(store.posts([1, 2]).values()))
    keep(store, [APPLE], [replace(posts()[0], text="Globex, not the fruit")])
    done = store.understand_again([1, 2], ready.entry, ["Apple"], NOW)
    assert (done.posts, done.new, done.gone) == (2, 0, 0)
    assert urls(store) == ["1", "2", "3", "4", "5"]


BRANDS = """# our brands
[[brand]]
name = "Apple"  # the maker
query = "apple"  # to be improved
aliases = []

# a competitor
[[brand]]
name = "Globex"
ours = false
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    for name, text in {"brands": BRANDS, "sources": "", "listening": ""}.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    with Store(tmp_path / "listening.db") as store:
        keep(store, [APPLE, Brand(name="Globex", ours=False)], posts())
    return folder


def ran(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--config", str(config), *arguments])


def test_saving_a_query_keeps_the_rest_of_the_file(config: Path) -> None:
    options = {name: kind.Options for name, kind in kinds().items()}
    queries = {"Apple": """apple NEAR/3 "it's" \t OR C++ 🎉""", "Globex": '"globex inc" OR globex'}
    for brand, query in queries.items():
        Editor(config, options).change("brand", brand, {"query": query})
    text = (config / "brands.toml").read_text(encoding="utf-8")
    assert {brand.name: brand.query for brand in load(config, options).brands} == queries
    for kept in ("# our brands", "# the maker", "# to be improved", "# a competitor", "ours = false"):
        assert kept in text
    with pytest.raises(ConfigError):
        Editor(config, options).change("brand", "Apple", {"query": "apple AND ("})
    assert (config / "brands.toml").read_text(encoding="utf-8") == text


def test_the_lab_on_the_command_line(config: Path) -> None:
    shown = ran(config, "query", "lab", "apple", "phone OR mac", "--since", "2026-11-01").output
    for part in ("saved", "edited", "kept: 3 posts", "gained: 2 posts", "lost: 3 posts", "Globex phones are fine"):
        assert part in shown, shown
    result = ran(config, "query", "lab", "apple", "phone OR mac", "--since", "2026-11-01", "--json")
    found = json.loads(result.output)
    assert (found["kept"], found["gained"]["posts"], found["lost"]["posts"]) == (3, 2, 3)
    assert found["gained"]["samples"][0]["text_spans"] == [[7, 13]]
    assert [day["edited"] for day in found["days"]] == [1, 1, 0, 0, 1, 0, 1, 1][::-1]
    assert ran(config, "query", "lab", "nobody").exit_code == 2
    assert ran(config, "query", "lab", "apple", "--save").exit_code == 2


def test_saving_in_the_lab_applies_the_query(config: Path) -> None:
    result = ran(config, "query", "lab", "apple", "phone OR mac", "--since", "2026-11-19", "--save")
    assert result.exit_code == 0, result.output
    assert "2 mentions new, 3 gone" in result.output, "to all that is stored, whatever --since says"
    assert 'query = "phone OR mac"  # to be improved' in (config / "brands.toml").read_text(encoding="utf-8")
    with Store(config.parent / "listening.db", read_only=True) as store:
        assert urls(store) == ["0", "1", "4", "6", "7"]
        assert urls(store, "Globex") == ["6"]


def test_applying_after_a_hand_edit(config: Path) -> None:
    path = config / "brands.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"apple"', '"mac"'), encoding="utf-8")
    assert "0 mentions new, 0 gone" in ran(config, "query", "apply", "globex").output
    assert "1 mentions new, 6 gone" in ran(config, "query", "apply").output
    assert "0 mentions new, 0 gone" in ran(config, "query", "apply").output


def test_stopping_an_application_says_what_was_done(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = config / "brands.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"apple"', '"mac"'), encoding="utf-8")
    monkeypatch.setattr("listening.rematch._BATCH", 3)
    real, batches = Store.understand_again, iter([False, True])

    def stopped(store: Store, *arguments: Any) -> Changed:
        if next(batches):
            signal.raise_signal(signal.SIGINT)
        return real(store, *arguments)

    monkeypatch.setattr(Store, "understand_again", stopped)
    result = ran(config, "query", "apply")
    assert result.exit_code == 130
    assert "Stopped after 3 posts looked at: 0 mentions new, 3 gone." in result.output
    monkeypatch.setattr(Store, "understand_again", real)
    assert "8 posts looked at: 1 mentions new, 3 gone." in ran(config, "query", "apply").output


def test_searching_on_the_command_line(config: Path) -> None:
    assert "Mac users" in ran(config, "search", "mac").output, "posts without a mention, too"
    first = json.loads(ran(config, "search", "phone NOT brand:apple", "--json").output)
    assert (first["text"], first["text_spans"]) == ("Globex phones are fine", [[7, 13]])
    assert ran(config, "search", "apple", "--limit", "2").output.count("apple") == 2
    assert "No stored post" in ran(config, "search", "unheard").output
    minus = [ran(config, *arguments).output for arguments in (
        ("search", "-globex apple", "--limit", "1"), ("search", "--limit", "1", "-globex apple"),
        ("search", "--limit", "1", "--", "-globex apple"), ("search", "apple -globex", "--limit", "1"),
    )]  # fmt: skip
    assert "apple" in minus[0]
    assert len(set(minus)) == 1, "a query may begin with a minus"
    assert "No such option" in ran(config, "search", "apple", "--limt", "1").output
    assert "gained" in ran(config, "query", "lab", "apple", "-pie apple").output
    shown = ran(config, "mentions", "--query", "brand:globex OR (apple pie)").output
    assert all(text in shown for text in ("Globex phones", "Baked an apple", "Our apple tree"))
    assert "Planted" not in shown
    digest = ran(config, "digest", "--since", "2026-01-01", "--query", "tree").output
    assert digest.count("forum.example.com/p/") == 2


@pytest.mark.parametrize(
    "command", [["search"], ["mentions", "--query"], ["digest", "--query"], ["query", "lab", "apple"]]
)
def test_mistakes_point_at_the_character(config: Path, command: list[str]) -> None:
    result = ran(config, *command, 'acme "open')
    assert result.exit_code == 1
    assert "never closed" in result.output
    assert '\n  acme "open\n       ^' in result.output
