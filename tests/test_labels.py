"""A person's word wins, is learnt from, can be taken back and taken away; audits measure and do nothing else."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from listening.cli import main
from listening.config import Config, load
from listening.evaluate import read
from listening.insight.net import LABELS
from listening.learn import Team, due
from listening.learn.choice import by_uncertainty, stratified
from listening.post import Batch, Post
from listening.store import MentionFilter, MentionRow, Open, Store
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding
from tests.conftest import NOW

ORANGE = [row for row in read(Path(__file__).parent / "sets" / "relevance.csv").rows if row.brand == "Orange"]


def post(text: str, number: int = 1) -> Post:
    return Post("forum.example.com", str(number), f"https://forum.example.com/p/{number}", text, NOW)


def ingest(store: Store, config: Config) -> Ingest:
    return Ingest(store, "forum", Understanding.of(config, "forum", store.models()), now=lambda: NOW)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    path.mkdir()
    (path / "brands.toml").write_text('[[brand]]\nname = "Acme"\n[[brand]]\nname = "Orange"\n', encoding="utf-8")
    (path / "sources.toml").write_text("", encoding="utf-8")
    (path / "listening.toml").write_text("", encoding="utf-8")
    return path


@pytest.fixture
def config(folder: Path) -> Config:
    return load(folder, {})


@pytest.fixture
def filled(config: Config) -> Iterator[Store]:
    """Four mentions of Acme: praise, blame, and two that say nothing."""
    with Store(config.database) as store:
        texts = ("Acme is great, I love it", "Acme is awful, I hate it", "Acme opens at nine", "the Acme on Elm Street")
        ingest(store, config).save([Batch([post(text, i) for i, text in enumerate(texts, 1)])])
        yield store


def run(folder: Path, *words: str, keys: str = "") -> Result:
    return CliRunner().invoke(main, ["--config", str(folder), *words], input=keys)


def one(store: Store, text: str) -> Open:
    return next(each for each in store.open_mentions() if text in each.text)


def shown(store: Store, text: str, *, shelf: bool = False) -> MentionRow:
    return next(row for row in store.mentions(MentionFilter(shelf=shelf)) if text in row.full_text)


def test_what_a_person_says_is_shown_counted_and_survives_every_crawl(filled: Store, config: Config) -> None:
    team = Team(filled, config)
    team.say(one(filled, "love"), {"sentiment": "negative", "intent:complaint": "yes"}, now=NOW, who="kim")
    row = shown(filled, "love")
    assert row.sentiment == "negative"
    assert "complaint" in row.intents
    (figures,) = (each for each in filled.brand_figures() if each.brand == "Acme")
    assert (figures.negative, figures.positive) == (2, 0)
    ingest(filled, config).save([Batch([post("Acme is great, I love it even more", 1)])])
    assert shown(filled, "love").sentiment == "negative"


def test_taking_it_back_shows_what_was_computed(filled: Store, config: Config) -> None:
    team, mention = Team(filled, config), one(filled, "love")
    before = shown(filled, "love")
    ids = team.say(mention, {"sentiment": "negative", "relevance": "no"}, now=NOW)
    assert filled.count_mentions(MentionFilter()) == 3
    assert shown(filled, "love", shelf=True).sentiment == "negative"
    team.take_back(mention, ids, NOW)
    assert shown(filled, "love") == before
    assert filled.labels() == []


def test_the_last_word_counts(filled: Store, config: Config) -> None:
    team, mention = Team(filled, config), one(filled, "love")
    for value in ("neutral", "positive", "negative"):
        team.say(mention, {"sentiment": value}, now=NOW, who="kim")
    (label,) = filled.labels("Acme")
    assert (label.kind, label.value, label.who, label.mention_id) == (
        "sentiment",
        "negative",
        "kim",
        mention.mention_id,
    )


def test_one_key_a_mention_with_undo_and_skip(filled: Store, folder: Path) -> None:
    result = run(folder, "label", keys="n u + s - q")
    assert result.exit_code == 0, result.output
    assert "undone" in result.output
    labels = filled.labels()
    assert {label.value for label in labels if label.kind == "sentiment"} == {"positive", "negative"}
    assert all(label.value == "yes" for label in labels if label.kind == "relevance")
    assert len(filled.open_mentions()) == 2


def test_labelling_ends_with_the_pipe_and_says_when_there_is_nothing(filled: Store, folder: Path) -> None:
    assert run(folder, "label", keys="++").exit_code == 0
    assert run(folder, "label", keys="x?++").exit_code == 0
    result = run(folder, "label", keys="+")
    assert result.exit_code == 1
    assert "nothing to label" in result.output


def test_only_what_matches_is_asked_for(filled: Store, folder: Path) -> None:
    result = run(folder, "label", "--query", "elm NEAR/2 street", "--brand", "acme", keys="0+++")
    assert "1 of 1" in result.output
    (label, *_) = filled.labels()
    assert "Elm Street" in label.text


def test_what_matches_is_sought_among_all_mentions(filled: Store, config: Config) -> None:
    wanted = {one(filled, "Elm").mention_id}
    assert [each.mention_id for each in filled.open_mentions(limit=1, among=wanted)] == list(wanted)
    assert filled.open_mentions(among=()) == []


def test_labels_can_be_taken_away_and_come_back(filled: Store, config: Config, folder: Path, tmp_path: Path) -> None:
    team = Team(filled, config)
    team.say(one(filled, "love"), {"sentiment": "negative", "intent:praise": "no", "intent:idea": "yes"}, now=NOW)
    team.say(one(filled, "Elm"), {"relevance": "no"}, now=NOW)
    before = [(each.mention_id, each.kind, each.value) for each in filled.labels()]
    target = tmp_path / "labels.csv"
    assert run(folder, "label", "--export", str(target)).exit_code == 0
    assert target.stat().st_mode & 0o077 == 0
    with filled.writing() as conn:
        conn.execute("DELETE FROM labels")
    result = run(folder, "label", "--import", str(target))
    assert result.exit_code == 0, result.output
    after = [(each.mention_id, each.kind, each.value) for each in filled.labels()]
    assert sorted(after) == sorted(before)
    assert "praise" not in shown(filled, "love").intents
    assert "idea" in shown(filled, "love").intents


def test_an_address_is_no_formula_among_labels(filled: Store, config: Config, folder: Path, tmp_path: Path) -> None:
    address = '=HYPERLINK("https://evil.example/","see")'
    ingest(filled, config).save([Batch([replace(post("Acme sings", 9), url=address)])])
    Team(filled, config).say(one(filled, "sings"), {"sentiment": "negative"}, now=NOW)
    target = tmp_path / "labels.csv"
    assert run(folder, "label", "--export", str(target)).exit_code == 0
    assert f"'{address}".replace('"', '""') in target.read_text(encoding="utf-8-sig")
    result = run(folder, "label", "--import", str(target))
    assert result.exit_code == 0, result.output
    assert "1 labelled" in result.output


def test_labels_by_address(filled: Store, folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "ours.csv"
    source.write_text("url,brand,text,complaint\nhttps://forum.example.com/p/3,Acme,x,yes\n", encoding="utf-8")
    assert run(folder, "label", "--import", str(source)).exit_code == 0
    assert "complaint" in shown(filled, "nine").intents
    source.write_text("url,brand,text,complaint\nhttps://forum.example.com/p/9,Acme,x,yes\n", encoding="utf-8")
    result = run(folder, "label", "--import", str(source))
    assert result.exit_code == 1
    assert "ours.csv:2: no mention is at" in " ".join(result.output.split())


def test_a_file_names_mentions_without_their_text_and_is_taken_whole_or_not(
    filled: Store, folder: Path, tmp_path: Path
) -> None:
    source, first, second = tmp_path / "ours.csv", one(filled, "nine").mention_id, one(filled, "Elm").mention_id
    source.write_text(f"mention_id,relevant,intents\n{first},no,\n{second},yes,complaynt\n", encoding="utf-8")
    result = run(folder, "label", "--import", str(source))
    assert result.exit_code == 1
    assert 'ours.csv:3: there is no intent "complaynt". There are advocacy,' in " ".join(result.output.split())
    source.write_text(f"mention_id,relevant\n{first},no\n987654,yes\n", encoding="utf-8")
    assert "ours.csv:3: no mention is at" in " ".join(run(folder, "label", "--import", str(source)).output.split())
    assert filled.labels() == []
    source.write_text("brand,relevant\nAcme,no\n", encoding="utf-8")
    assert "no column names mentions" in " ".join(run(folder, "label", "--import", str(source)).output.split())
    source.write_text(f"mention_id,relevant,intents\n{first},no,\n{second},yes,complaint\n", encoding="utf-8")
    for _ in range(2):  # the second time says nothing new
        assert "2 labelled" in run(folder, "label", "--import", str(source)).output
    assert filled.labels_since_training() == 3


def test_what_is_not_about_the_brand_is_learnt_and_shelved_and_can_be_forgotten(folder: Path, config: Config) -> None:
    with Store(config.database) as store:
        ingest(store, config).save([Batch([post(row.text, row.line) for row in ORANGE])])
        team = Team(store, config)
        gold = {row.text: row.gold["relevance"] for row in ORANGE}
        for mention in by_uncertainty(store.open_mentions("Orange"))[:20]:
            team.say(mention, {"relevance": gold[mention.text]}, now=NOW)
        assert due(store)
        assert run(folder, "train").exit_code == 0
        assert not due(store)
        shelf = {row.mention_id: gold[row.full_text] for row in store.mentions(MentionFilter(shelf=True))}
        said = {label.mention_id for label in store.labels()}
        computed = [value for mention_id, value in shelf.items() if mention_id not in said]
        assert computed.count("no") > 2 * computed.count("yes")
        table = run(folder, "mentions").output
        assert f"{len(shelf)} more are probably not about their brand" in table
        ingest(store, config).save([Batch([post("peel an orange, squeeze the juice, zest for the cake", 9999)])])
        assert "squeeze the juice" in shown(store, "squeeze the juice", shelf=True).full_text
        assert run(folder, "train", "Orange", "--forget").exit_code == 0
        assert store.models() == []
        corrected = {label.mention_id for label in store.labels() if label.value == "no"}
        assert {row.mention_id for row in store.mentions(MentionFilter(shelf=True))} == corrected


def test_one_brand_learns_alone_and_keeps_what_others_learnt(filled: Store, config: Config) -> None:
    model = '{"format":1,"kind":"relevance","classes":["no","yes"],"labels":20,"bias":[0.5],"curves":[[1.0,0.0]],'
    model += '"words":{},"pairs":{},"facts":{}}'
    filled.keep_models([("Orange", "relevance", model)], NOW)
    team = Team(filled, config)
    team.say(one(filled, "love"), {"relevance": "yes"}, now=NOW)
    (lesson,) = team.learn(NOW, "Acme")
    assert (lesson.brand, lesson.model) == ("Acme", None)
    assert [brand for brand, _ in filled.models()] == ["Orange"]
    team.learn(NOW)
    assert filled.models() == []


def test_many_labels_are_learnt_from_in_the_background_when_a_tenth_is_new(
    filled: Store, config: Config, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listening.learn.team.CHEAP", 30)
    ident = one(filled, "love").mention_id
    filled.add_labels(ident, {f"intent:kind{i}": "yes" for i in range(300)}, now=NOW)
    assert filled.count_labels() == 300
    assert not due(filled)
    assert due(filled, waiting=False)
    told = " ".join(run(folder, "label", keys="q").output.split())
    assert "300 new labels wait: learning from 300 takes minutes. `listening up` does it on its own" in told
    Team(filled, config).learn_if_due(lambda: NOW)
    assert filled.labels_since_training() == 300  # nobody waits for it
    Team(filled, config).learn_if_due(lambda: NOW, waiting=False)
    assert filled.labels_since_training() == 0
    for added, enough in ((29, False), (5, True)):
        made = filled.labels_since_training()
        filled.add_labels(ident, {f"intent:more{made + i}": "yes" for i in range(added)}, now=NOW)
        assert due(filled, waiting=False) is enough


def test_judging_again_that_was_stopped_is_ended_later(filled: Store, config: Config) -> None:
    model = '{"format":1,"kind":"relevance","classes":["no","yes"],"labels":20,"bias":[-9.0],"curves":[[1.0,0.0]],'
    filled.keep_models([("Acme", "relevance", model + '"words":{},"pairs":{},"facts":{}}')], NOW)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Team(filled, config).learn_if_due(lambda: NOW, progress=stop)
    assert filled.models_wait()
    assert Team(filled, config).learn_if_due(lambda: NOW) is None
    assert not filled.models_wait()
    assert len(list(filled.mentions(MentionFilter(shelf=True)))) == 4
    Team(filled, config).learn(NOW, "Orange")  # changes nothing
    assert not filled.models_wait()


def test_what_one_brand_learns_leaves_the_labels_of_all_to_be_learnt_from(filled: Store, config: Config) -> None:
    team = Team(filled, config)
    team.say(one(filled, "love"), {"sentiment": "positive", "relevance": "yes"}, now=NOW)
    team.learn(NOW, "Acme")
    assert filled.labels_since_training() == 2
    team.learn(NOW)
    assert filled.labels_since_training() == 0


def test_a_damaged_model_is_left_out(filled: Store, config: Config) -> None:
    filled.keep_models([("Acme", "relevance", "{"), ("", "sentiment", "[" * 100_000)], NOW)
    assert not Understanding.of(config, models=filled.models()).learned


def test_there_is_nothing_to_train_without_labels(filled: Store, folder: Path) -> None:
    result = run(folder, "train")
    assert result.exit_code == 1
    assert "listening label" in result.output


def test_an_audit_is_blind_and_corrects_nothing(filled: Store, folder: Path) -> None:
    before = list(filled.mentions(MentionFilter()))
    result = run(folder, "audit", "--count", "4", keys="- - u 0 + -")
    assert result.exit_code == 0, result.output
    assert "VADER" not in result.output.partition("answered")[0]
    assert "positive +0" not in result.output
    assert list(filled.mentions(MentionFilter())) == before
    assert filled.labels() == []
    assert len(filled.labels(audit=True)) == 4
    found = json.loads(run(folder, "audit", "--json", "--brand", "Acme").output)["Acme"]
    assert sum(sum(row.values()) for row in found["confusion"].values()) == 4
    assert found["net"]["low"] <= found["net"]["estimate"] <= found["net"]["high"]
    assert found["audited"] == 4
    assert found["enough"]  # all there are
    assert "95 % sure" in run(folder, "audit", "--report").output


def test_an_audit_says_what_is_not_about_the_brand_and_when_it_knows_too_little(config: Config, folder: Path) -> None:
    with Store(config.database) as store:
        ingest(store, config).save([Batch([post(f"Acme is awful, I hate it {i}", i) for i in range(1, 30)])])
    assert run(folder, "audit", "--count", "2", keys="n -").exit_code == 0
    told = " ".join(run(folder, "audit", "--report").output.split())
    assert "not about it" in told
    assert "Acme: Too few answers in audits yet (2), so labels count as right" in told
    found = json.loads(run(folder, "audit", "--json").output)["Acme"]
    assert found["confusion"] == {"negative": {"negative": 1, "unrelated": 1}}
    assert not found["enough"]
    assert found["net"]["estimate"] == found["net"]["counted"] == -1


def test_audits_neither_teach_nor_are_asked_twice(filled: Store, folder: Path) -> None:
    run(folder, "audit", "--count", "4", keys="++++")
    assert filled.labels_since_training() == 0
    assert run(folder, "audit", keys="+").exit_code == 1


def mention(number: int, judged: str | None, **more: object) -> Open:
    base = Open(number, number, "Acme", ("Acme",), judged, 0.0, None, False, {}, "", "Acme", "", "")
    return replace(base, **more)  # type: ignore[arg-type]


def test_audits_are_stratified(config: Config) -> None:
    texts = {"is awful, I hate it": 9, "opens at nine": 6, "is great, I love it": 3}
    posts = [f"Acme {text} {i}" for text, count in texts.items() for i in range(count)]
    with Store(config.database) as store:
        ingest(store, config).save([Batch([post(text, i) for i, text in enumerate(posts, 1)])])
        drawn = {label: store.drawn("", label, 12) for label in LABELS}
        assert list(map(len, drawn.values())) == [9, 6, 3]
        assert len({tuple(store.drawn("", "negative", 2)) for _ in range(40)}) > 10  # at random
        assert store.drawn("Orange", "negative", 12) == []
        chosen = stratified(drawn, 12)
        assert [len(set(chosen) & set(ids)) for ids in drawn.values()] == [5, 4, 3]
        store.add_labels(drawn["positive"][0], {"relevance": "no"}, now=NOW, audit=True)
        store.add_labels(drawn["positive"][1], {"sentiment": "positive"}, now=NOW)
        assert store.drawn("Acme", "positive", 12) == drawn["positive"][2:]


def test_the_most_doubtful_are_asked_first() -> None:
    found = [mention(i, "neutral", relevance=i / 100) for i in range(100)]
    chosen = by_uncertainty(found)[:10]
    assert sum(0.4 <= (each.relevance or 0) <= 0.6 for each in chosen) >= 8
    assert len({each.mention_id for each in by_uncertainty(found)}) == 100


def test_labels_survive_a_mention_that_comes_and_goes(filled: Store, config: Config) -> None:
    team = Team(filled, config)
    team.say(one(filled, "nine"), {"sentiment": "positive"}, now=NOW)
    ingest(filled, config).save([Batch([post("it opens at nine", 3)])])
    ingest(filled, config).save([Batch([post("Acme opens at nine", 3)])])
    assert shown(filled, "nine").sentiment == "positive"


def test_exported_texts_are_inert_in_spreadsheets(config: Config, folder: Path, tmp_path: Path) -> None:
    with Store(config.database) as store:
        ingest(store, config).save([Batch([post('=HYPERLINK("http://evil.example","Acme")')])])
        Team(store, config).say(store.open_mentions()[0], {"sentiment": "negative"}, now=NOW)
        target = tmp_path / "labels.csv"
        run(folder, "label", "--export", str(target))
        with target.open(encoding="utf-8-sig", newline="") as file:
            assert next(csv.DictReader(file))["text"].startswith("'=")
