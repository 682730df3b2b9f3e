"""Copies as people see them: `listening copies`, lists that fold them, campaigns."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from listening.alerts.message import words
from listening.cli import main
from listening.config.digests import Digest
from listening.digest.extract import extract
from listening.digest.mail import pages
from listening.query import parse
from listening.store import Days, MentionFilter, Opened, Question, Scope, Step, Store, read_filters
from listening.store.outbox import Outgoing
from listening.store.recent import recent
from tests.conftest import NOW
from tests.test_copies import OTHER, RETWEET, entry

PUSHED = "I switched from Acme to Zenith Tools last month and my workshop has never been so quiet and so clean"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "brands.toml").write_text('[[brand]]\nname = "Acme"\n')
    (folder / "sources.toml").write_text('[[source]]\nname = "forum"\nkind = "rss"\nurl = "https://example.com/feed"\n')
    (folder / "listening.toml").write_text('database = "listening.db"\n')
    return folder


@pytest.fixture
def filled(config: Path) -> Iterator[Store]:
    with Store(config.parent / "listening.db") as store:
        store.save("forum", [entry(0, OTHER, minutes=-90 * 24 * 60), entry(1), entry(2), entry(3, RETWEET)], now=NOW)
        pushed = [entry(i, PUSHED + "!" * (i % 4), minutes=i) for i in range(10, 22)]
        store.save("forum", pushed, now=NOW)
        yield store


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--config", str(config), *arguments])


def test_copies_show_who_was_first_and_why_it_looks_like_a_campaign(config: Path, filled: Store) -> None:
    printed = " ".join(run(config, "copies").output.split())
    assert "11 copies Acme · forum · 2026-11-20 12:10 to 2026-11-20 12:21" in printed
    assert "member10, forum, https://forum.example.com/p/10" in printed
    assert "possible campaign: 12 posts that say the same within 11 minutes; by 12 different authors" in printed
    assert "1 copy, 1 with words of their own" in printed
    assert "1 copy" not in run(config, "copies", "--campaigns").output


def test_one_cluster_shows_all_its_posts(config: Path, filled: Store) -> None:
    story = next(c for c in filled.clusters(MentionFilter()) if c.own)
    printed = run(config, "copies", str(story.id)).output
    assert printed.count("member") == 4
    assert "adds words" in printed
    assert "there is nothing numbered 99" in run(config, "copies", "99").output
    assert run(config, "copies", "99").exit_code == 1


def test_filters_hold_for_a_numbered_one_too(config: Path, filled: Store) -> None:
    pushed, story = (str(each.id) for each in filled.clusters(MentionFilter()))
    assert run(config, "copies", pushed, "--campaigns").output.count("member") == 13
    said = run(config, "copies", story, "--campaigns").output
    assert said.strip() == f"Number {story} does not look like a campaign within these filters."
    assert run(config, "copies", story, "--campaigns", "--json").output == ""
    said = run(config, "copies", story, "--query", "zenith").output
    assert said.strip() == f"Number {story} was not said twice within these filters."
    assert run(config, "copies", pushed, "--query", "zenith").output.count("member") == 13
    assert run(config, "copies", story, "--since", "2030-01-01", "--json").output == ""
    assert run(config, "copies", "99", "--campaigns").exit_code == 1


def test_copies_come_as_json_with_all_their_posts(config: Path, filled: Store) -> None:
    found = [json.loads(line) for line in run(config, "copies", "--json").output.splitlines()]
    assert [len(each["copies"]) for each in found] == [11, 1]
    assert found[1]["first"]["author"] == "member1"
    assert len(found[0]["campaign"]) == 4


def test_filters_choose_clusters_by_their_mentions(config: Path, filled: Store) -> None:
    assert [c.first.author for c in filled.clusters(MentionFilter(since=NOW + timedelta(minutes=5)))] == ["member10"]
    assert filled.clusters(MentionFilter(brand="Globex")) == []
    assert "Nothing was said twice" in run(config, "copies", "--since", "2030-01-01").output


def test_mentions_fold_copies_and_unfold_them(config: Path, filled: Store) -> None:
    folded = run(config, "mentions").output
    assert "(and 11 copies) I switched" in folded
    assert "(and 1 copy) Acme has raised" in folded
    assert "4 mentions, and 12 copies (--copies)" in folded
    unfolded = run(config, "mentions", "--copies").output
    assert unfolded.count("I switched") == 12
    assert len(run(config, "mentions", "--json").output.splitlines()) == 16, "what is taken away is whole"


def test_a_query_folds_copies_too_and_says_so(config: Path, filled: Store) -> None:
    folded = run(config, "mentions", "--query", "zenith").output
    assert folded.count("I switched") == 1
    assert "(and 11 copies) I switched" in folded
    assert "1 mention, and 11 copies (--copies)" in folded
    assert run(config, "mentions", "--query", "zenith", "--copies").output.count("I switched") == 12
    limited = run(config, "mentions", "--query", "acme", "--limit", "1").output
    assert "The newest 1 mention, and 11 copies" in limited, limited
    of_one = run(config, "mentions", "--query", "author:member15").output
    assert of_one.count("I switched") == 1, "the first that is asked for stands for the others"
    assert "copies" not in of_one


def test_what_somebody_works_on_stands_for_itself_with_a_query(config: Path, filled: Store) -> None:
    asked = MentionFilter(query=Question(parse("zenith"), NOW))
    worked_on = next(row for row in filled.mentions(asked) if row.author == "member15")
    filled.triage([worked_on.mention_id], who="anna", now=NOW, assignee="anna")
    plain = [(row, copies) for row, copies in filled.folded(MentionFilter()) if "Zenith" in row.full_text]
    found = list(filled.folded(asked))
    assert found == plain
    assert [(row.author, copies) for row, copies in found] == [("member15", 0), ("member10", 10)]
    assert list(filled.folded(asked, limit=1)) == plain[:1]


def test_a_limit_counts_what_is_shown(config: Path, filled: Store) -> None:
    assert "The newest 2 of 4 mentions, and 12 copies" in run(config, "mentions", "--limit", "2").output


def test_accounts_known_for_long_are_no_campaign(config: Path) -> None:
    with Store(config.parent / "listening.db") as store:
        long_ago = [entry(100 + i, f"hello number {i}", minutes=-90 * 24 * 60) for i in range(12)]
        authors = [each.post.author for each in long_ago]
        store.save("forum", long_ago, now=NOW)
        store.save("forum", [entry(i, PUSHED, author=author) for i, author in enumerate(authors)], now=NOW)
        (cluster,) = store.clusters(MentionFilter())
        assert (len(cluster.copies), cluster.campaign) == (11, ())


def test_alerts_and_digests_say_what_looks_like_a_campaign(filled: Store) -> None:
    first = next(row for row in filled.mentions(MentionFilter()) if row.author == "member10")
    opened = Opened("Acme", "mention", "Acme", NOW, {"mentions": [first.mention_id], "site": first.domain})
    outgoing = Outgoing("one", "care", "pushed", "opened", NOW, NOW, series=("Acme",))
    step = Step("pushed", -1, first.mention_id, NOW, opened=[opened], outgoing=[outgoing])
    filled.take_step(step)
    told = words(filled, filled.messages()[0], None, UTC)
    assert "Possible campaign: 12 posts that say the same within 11 minutes; by 12 different authors" in told.body
    assert "by 12 different authors" in told.data["incidents"][0]["mentions"][0]["campaign"]
    filled.save_view("all", "", who="kim", now=NOW)
    days, digest = Days(NOW.date(), NOW.date()), Digest(name="d", view="all", owner="kim")
    for page in pages(extract(filled, digest, days, Scope(), NOW), "UTC")[:2]:
        assert page.count("Possible campaign: 12 posts that say the same within 11 minutes") == 1


def test_what_was_stored_before_copies_were_sought_can_be_looked_through(config: Path, filled: Store) -> None:
    before = [(c.first, len(c.copies)) for c in filled.clusters(MentionFilter())]
    with filled.writing() as conn:
        recent(conn).place_all(conn)
        for table in ("copies", "copy_keys"):
            conn.execute(f"DELETE FROM {table}")
        conn.execute("UPDATE mentions SET cluster = NULL, copy = 0")
    assert "Looked for copies of 16 posts." in run(config, "copies", "--seek").output
    assert [(c.first, len(c.copies)) for c in filled.clusters(MentionFilter())] == before
    assert filled.check() == []


def exported(config: Path, *arguments: str) -> tuple[list[dict[str, str]], str]:
    target = config.parent / "out.csv"
    result = run(config, *arguments, "-o", str(target))
    assert result.exit_code == 0, result.output
    with target.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file)), " ".join(result.output.split())


def test_exports_say_how_many_copies_they_leave_out_and_write_them_when_asked(config: Path, filled: Store) -> None:
    rows, said = exported(config, "export")
    assert len(rows) == 4
    assert "12 copies that only repeat other mentions were left out: --copies writes them, too." in said
    rows, said = exported(config, "export", "q=zenith", "--limit", "1")
    assert (len(rows), "11 copies that only" in said) == (1, True), said
    rows, said = exported(config, "export", "--copies")
    assert (len(rows), "left out" in said) == (16, False)
    filled.save_view("all", "status=open", who="", now=NOW, shared=True)
    assert len(exported(config, "export", "all", "--copies")[0]) == 16
    assert "copies that only repeat" in run(config, "export", "status=open").stderr


@pytest.mark.parametrize("command", [("export", "--copies"), ("digest", "--since", "2026-01-01")])
def test_tables_tell_how_many_copies_a_mention_has_and_who_was_first(
    config: Path, filled: Store, command: tuple[str, ...]
) -> None:
    rows, said = exported(config, *command)
    pushed = {row["author"]: row for row in rows if "Zenith" in row["full_text"]}
    first = pushed.pop("member10")
    told = ("copies", "copy_of", "first_author", "first_url")
    assert [first[name] for name in told] == ["11", "", "", ""]
    copy = ["11", first["mention_id"], "member10", "https://forum.example.com/p/10"]
    assert [[row[name] for name in told] for row in pushed.values()] == [copy] * 11
    other = next(row for row in rows if row["full_text"] == OTHER)
    assert [other[name] for name in told] == ["0", "", "", ""]
    assert "digest" not in command or "16 mentions written" in said
    assert "digest" not in command or "12 of them copies, by the column copy_of" in said


def test_a_source_that_one_may_not_see_is_not_told_as_the_first(filled: Store) -> None:
    filled.save("secret", [entry(99, PUSHED, minutes=-5)], now=NOW)
    where = read_filters("copies=1&q=zenith", NOW)[0]
    (whole,) = {row.copy_of for row in filled.rows(where, now=NOW) if row.copy_of}
    seen = list(filled.rows(where, now=NOW, scope=Scope(frozenset({"secret"}))))
    (first,) = [row for row in seen if row.copy_of is None]
    assert (first.author, {row.copies for row in seen}) == ("member10", {11})
    assert {row.copy_of for row in seen} == {None, first.mention_id} != {None, whole}
