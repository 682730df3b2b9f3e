"""`listening understand` and the filter of mentions by intent."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from listening.cli import main
from listening.config import Brand
from listening.post import Batch, Post
from listening.store import MentionFilter, Store
from pipelines.ingest import Ingest
from pipelines.understanding import Understanding

NOW = datetime(2026, 11, 20, tzinfo=UTC)
TEXT = "Acme's delivery was awful. Cancel my account! Zenith is great."


def run(*arguments: str, folder: str = "/nowhere/at/all") -> str:
    result = CliRunner().invoke(main, ["--config", folder, "understand", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_everything_is_shown_with_its_evidence() -> None:
    shown = run(TEXT, "--brand", "Acme", "--brand", "Zenith", "--followers", "100000")
    acme, zenith = shown.split("\nZenith", 1)
    assert "language   en" in acme
    assert "negative" in acme
    assert 'leaving/cancels "Cancel my account"' in acme
    assert "about    delivery" in acme
    assert "reach 15" in acme
    assert "positive" in zenith
    assert "leaving" not in zenith


def test_json_holds_all_figures() -> None:
    shown = json.loads(run(TEXT, "--brand", "Acme", "--json"))
    (mention,) = shown["mentions"]
    assert shown["language"] == "en"
    assert {"complaint", "leaving"} <= {intent["name"] for intent in mention["intents"]}
    assert mention["urgency"]["total"] == sum(mention["urgency"]["parts"].values()) > 30
    assert mention["aspects"][0]["name"] == "delivery"


def test_a_text_without_a_brand_says_what_was_listened_for() -> None:
    assert "listened for: Acme" in run("nothing here", "--brand", "Acme")


def test_without_config_and_brand_it_asks_for_one() -> None:
    result = CliRunner().invoke(main, ["--config", "/nowhere/at/all", "understand", "text"])
    assert result.exit_code == 2
    assert "--brand NAME" in result.output


def test_hostile_text_moves_no_cursor() -> None:
    shown = run("Acme \x1b[2J[bold]worst[/bold] \u202e service ever", "--brand", "Acme")
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown


def test_the_config_folders_own_intents_are_used_and_checked(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    CliRunner().invoke(main, ["--config", str(folder), "init", "--brand", "Acme"])
    (folder / "intents").mkdir()
    rules = folder / "intents" / "warranty.toml"
    rules.write_text('[[rule]]\nname = "word"\nconfidence = 0.9\nphrases = ["under warranty"]\n')
    assert 'warranty/word "under warranty"' in run("My Acme vice is under warranty.", folder=str(folder))
    rules.write_text('[[rule]]\nname = "word"\nconfidence = 9\nphrases = ["under warranty"]\n')
    result = CliRunner().invoke(main, ["--config", str(folder), "understand", "My Acme vice"])
    assert result.exit_code == 1
    assert 'warranty.toml:3, rule "word", key "confidence"' in result.output
    checked = CliRunner().invoke(main, ["--config", str(folder), "check", "--offline"])
    assert checked.exit_code == 1
    assert "warranty.toml:3" in checked.output


@pytest.mark.parametrize(("intent", "count"), [("complaint", 2), ("question", 1), ("plaint", 0), ("", 3)])
def test_mentions_are_filtered_by_intent(tmp_path: Path, intent: str, count: int) -> None:
    texts = (
        "Acme lost my parcel, the worst.",
        "Does the Acme vice fit a 9 inch bench?",
        "Third day without Acme, awful.",
    )
    with Store(tmp_path / "test.db") as store:
        store.know([{"name": "forum", "kind": "board"}], [{"name": "Acme"}])
        posts = [
            Post("test", str(number), f"https://example.com/{number}", text, published=NOW, language="en")
            for number, text in enumerate(texts)
        ]
        Ingest(store, "forum", Understanding([Brand(name="Acme")]), now=lambda: NOW).save([Batch(posts)])
        assert store.count_mentions(MentionFilter(intent=intent)) == count


@pytest.mark.parametrize(
    ("name", "said"), [("", "a brand needs a name"), (" ", "a brand needs a name"), ("!!!", "!!!")]
)
def test_a_brand_without_a_name_is_refused_in_words(name: str, said: str) -> None:
    result = CliRunner().invoke(main, ["--config", "/nowhere/at/all", "understand", "acme", "--brand", name])
    assert result.exit_code != 0
    assert said in f"{result.output}{result.exception}"


def test_a_brand_without_a_name_is_refused_beside_brands_that_have_one(tmp_path: Path) -> None:
    for name, text in (("brands", '[[brand]]\nname = "Acme"\n'), ("sources", ""), ("listening", "")):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    command = ["--config", str(tmp_path), "understand", "acme is late", "--brand"]
    assert "a brand needs a name" in CliRunner().invoke(main, [*command, ""]).output
    assert "Acme" in CliRunner().invoke(main, [*command, "acme"]).output


def test_words_that_other_languages_share_make_no_text_english() -> None:
    result = CliRunner().invoke(
        main, ["--config", "/nowhere/at/all", "understand", "my hond het die hoender gevang, Acme", "--brand", "Acme"]
    )
    assert "not scored in this language" in result.output


def test_an_urgency_whose_parts_are_more_than_there_is_says_so() -> None:
    words = "My Acme heater caught fire, kids hurt"
    command = ["--config", "/nowhere/at/all", "understand", words, "--brand", "Acme", "--followers", "50000"]
    assert "100 of 100 = safety" in (shown := CliRunner().invoke(main, command).output)
    assert "of which 100 at most count" in shown


def judged(text: str, title: str = "", **brands: dict[str, float]) -> dict[str, tuple[str | None, float | None]]:
    """The label and score of a text for each brand, which may have words of its own."""
    known = Understanding([Brand(name=name, lexicon=words) for name, words in (brands or {"Acme": {}}).items()])
    entry = known.entry(Post("test", "1", "", text, title=title))
    return {mention.brand: (mention.label, mention.score) for mention in entry.mentions}


@pytest.mark.parametrize(
    "text", ["Acme slut i lager igen", "Acme er gift for miljøet", "Acme do dupy 😂", "Acme 最高 ❤️", "Acme супер ❤"]
)
def test_no_english_word_or_emoji_scores_a_text_in_a_language_that_is_not_scored(text: str) -> None:
    assert judged(text) == {"Acme": (None, None)}


@pytest.mark.parametrize(
    ("text", "label"),
    [("Acme 😡", "negative"), ("🤮 #Acme", "negative"), ("Acme ❤️", "positive"), ("@acme 👍👍", "positive")],
)
def test_faces_alone_need_no_language(text: str, label: str) -> None:
    ((found, _),) = judged(text).values()
    assert found == label


def test_a_brands_own_words_count_in_every_language_that_is_scored() -> None:
    text = "Acme ist lahm, ich habe die Lieferung schon gesehen. Zenith ist lahm."
    plain, own = judged(text, Acme={}, Zenith={}), judged(text, Acme={"lahm": -4.0}, Zenith={})
    assert own["Zenith"] == plain["Zenith"]
    assert (own["Acme"][1] or 0.0) < (plain["Acme"][1] or 0.0)


@pytest.mark.parametrize("text", ["", "??", "https://example.com/story"])
def test_a_title_is_judged_where_the_text_says_nothing(text: str) -> None:
    found = judged(text, "Left Acme's awful billing for Zenith, love it", Acme={}, Zenith={})
    assert [label for label, _ in found.values()] == ["negative", "positive"]


@pytest.mark.parametrize(
    ("title", "text", "label"),
    [
        ("Acme support is the worst", "Has anyone else had this?", "negative"),
        ("Acme", "They lost my bag and nobody answers.", "negative"),
        ("A lovely week", "We stayed at Acme.", "positive"),
        ("Re: Acme support is the worst", "Acme moved to Leeds.", "neutral"),  # somebody else's words
        ("AW: Acme support is the worst", "Acme moved to Leeds.", "neutral"),
        ("I moved from Acme, the wor\u2026", "I moved from Acme, the worst shop, to Leeds.", "negative"),
    ],
)
def test_a_title_of_the_author_s_is_judged_with_the_text(title: str, text: str, label: str) -> None:
    ((found, _),) = judged(text, title).values()
    assert found == label


def test_a_title_that_repeats_the_text_counts_once() -> None:
    text = "Acme is the worst shop in town."
    known = Understanding([Brand(name="Acme")])
    alone, *again = (
        known.entry(Post("test", "1", "", text, title=title)) for title in ("", text, "Acme is the worst\u2026")
    )
    assert [entry.sentiment for entry in again] == [alone.sentiment] * 2


def test_over_a_reply_stands_somebody_else_s_title() -> None:
    post = Post("test", "2", "", "Acme moved to Leeds.", title="Acme support is the worst", reply_to="1")
    (mention,) = Understanding([Brand(name="Acme")]).entry(post).mentions
    assert (mention.label, mention.intents) == ("neutral", ())


def test_each_brand_is_judged_by_its_own_words_in_title_and_text() -> None:
    found = judged("Globex is lovely.", "Acme is awful", Acme={}, Globex={})
    assert {brand: label for brand, (label, _) in found.items()} == {"Acme": "negative", "Globex": "positive"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Acme is great", "vaderSentiment's compound of the whole text"),
        ("Acme: no funciona la app, llevo tres días esperando", "the compound of the lexicon for es of the whole text"),
        ("Acme harika", "not scored, as nobody could tell the language"),
        ("Acme to najgorsza firma, nigdy więcej", "not scored in this language"),
    ],
)
def test_whose_figure_it_is_and_why_there_is_none_is_told(text: str, said: str) -> None:
    assert said in run(text, "--brand", "Acme")


def test_mentions_say_that_they_are_not_scored(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    CliRunner().invoke(main, ["--config", str(folder), "init", "--brand", "Acme"])
    with Store(tmp_path / "listening.db") as store:
        store.know([{"name": "forum", "kind": "board"}], [{"name": "Acme"}])
        post = Post("test", "1", "https://example.com/1", "Acme to najgorsza firma", published=NOW, language="pl")
        Ingest(store, "forum", Understanding([Brand(name="Acme")]), now=lambda: NOW).save([Batch([post])])
    assert "? is not scored" in CliRunner().invoke(main, ["--config", str(folder), "mentions"]).output
    CliRunner().invoke(main, ["--config", str(folder), "triage", "1", "--sentiment", "negative"])
    shown = CliRunner().invoke(main, ["--config", str(folder), "mentions"]).output
    assert "neg." in shown
    assert "not scored" not in shown


@pytest.mark.parametrize(
    ("text", "lexicon", "words"),
    [
        ("The new Acme is \U0001f525", {"\U0001f525": 3.0}, ["\U0001f525"]),
        ("Great Acme \U0001f44d thanks", {}, ["Great", "\U0001f44d", "thanks"]),
        ("\U0001f600\U0001f600 I hate Acme", {}, ["hate"]),
    ],
)
def test_reasons_show_the_emoji_and_not_words_for_it(text: str, lexicon: dict[str, float], words: list[str]) -> None:
    entry = Understanding([Brand(name="Acme")], lexicon=lexicon).entry(Post("test", "1", "", text))
    shown = [word for each in entry.mentions[0].why for word in each.words]
    assert set(words) <= {word for each in shown for word in each.split()}
    assert all(word in text for word in shown)
