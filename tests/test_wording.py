"""What the wording around two brands leans to, and which names are only near or used."""

from __future__ import annotations

import tomllib

import pytest

from listening.config import Brand
from listening.post import Entry, Post
from pipelines.sentiment.wording import telling
from pipelines.understanding import Understanding
from tests.bench.corpus import NOW
from tests.wording import OUT, Told, fingerprint, learn, written

ACME_AND_GLOBEX = Understanding((Brand(name="Acme"), Brand(name="Globex")))


def entry(text: str) -> Entry:
    """What is understood of a post with this text."""
    post = Post(platform="a", id="1", url="https://a.example/1", text=text, published=NOW)
    return ACME_AND_GLOBEX.entry(post)


def labels(text: str) -> tuple[str | None, ...]:
    """Toward Acme and toward Globex."""
    mentions = {mention.brand: mention for mention in entry(text).mentions}
    return mentions["Acme"].label, mentions["Globex"].label


@pytest.mark.parametrize(
    "text",
    [
        "Parked outside Acme waiting for a Globex cab that was due half an hour ago. This is ridiculous.",
        "The Globex app on my Acme watch crashes every morning.",
        "I paid Globex with my Acme card and Globex lost the parcel.",
        "Bought a Globex kettle from Acme and it leaks, useless thing.",
    ],
)
def test_a_brand_that_is_only_near_or_used_is_not_judged(text: str) -> None:
    assert labels(text) == ("neutral", "negative")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Acme lost our bags and Globex lost them too. Avoid the pair of them.", "negative"),
        ("I asked Acme in May and Globex in June for a quote. Nobody answers.", "negative"),
        ("Use Acme for notes and Globex for the calendar, love them, both a joy.", "positive"),
    ],
)
def test_what_is_said_of_both_counts_for_both(text: str, label: str) -> None:
    assert labels(text) == (label, label)


def test_wording_tells_two_brands_apart_where_rules_hear_nothing_and_says_by_which_words() -> None:
    text = "Ordered the shelves at Acme, three boards short. Globex put theirs up while I made tea."
    mentions = entry(text).mentions
    assert [mention.label for mention in mentions] == ["negative", "positive"]
    reasons = {reason.rule: reason.words for mention in mentions for reason in mention.why}
    assert set(reasons["wording"]) <= {word.strip(".,") for word in text.split()}


def test_the_words_shown_are_those_said_of_the_brand_or_else_the_opposite_said_of_the_other() -> None:
    words = ["A ", "love ", "it ", "B ", "awful "]
    own = telling(words, [(0, 3)], [(3, 5)], "positive")
    assert own[0] == 1
    assert max(own) < 3
    assert telling(words, [(0, 3)], [(3, 5)], "positive", opposite=True) == [4]
    assert telling(words, [(3, 5)], [(0, 3)], "negative") == [4]
    assert telling(["A ", "it ", "B ", "awful "], [(0, 2)], [(2, 4)], "positive") == []


def test_what_is_told_by_the_words_of_another_brand_says_so() -> None:
    text = "Globex litter actually controls the smell, unlike Acme, which just adds fake lavender on top of it."
    reasons = {mention.brand: mention.why[0].rule for mention in entry(text).mentions}
    assert labels(text) == ("negative", "positive")
    assert reasons == {"Acme": "wording of another brand", "Globex": "wording"}


def test_where_rules_hear_nothing_the_wording_has_to_be_clear() -> None:
    assert labels("Globex washers use Acme motors these days.") == ("neutral", "neutral")


@pytest.mark.parametrize(("words", "label"), [("excellent ", "positive"), ("worst horrible ", "negative")])
def test_what_is_said_a_thousand_times_is_said(words: str, label: str) -> None:
    assert labels(f"Acme {words * 500}. Globex is next door.")[0] == label


def test_weights_are_learnt_from_lessons_and_written_as_a_file() -> None:
    lessons = [
        Told(("A ", f"{word} ", "it "), [(0, 3)], [], label, 1.0)
        for word, label in (("mends", "positive"), ("loses", "negative"), ("lists", "neutral"))
        for _ in range(5)
    ]
    learnt = learn(lessons, {})
    assert learnt.leans["X_mends"] > 0 > learnt.leans["X_loses"]
    assert learnt.plain["lists"] > 0 > learnt.plain["mends"]
    tables = tomllib.loads(written(learnt, {"neutral": [0.5]}))
    assert tables["weigh"] == {"neutral": [0.5]}
    assert any("mends" in words.split() for weight, words in tables["leans"].items() if float(weight) > 0)


def test_words_like_those_learnt_count_too() -> None:
    lessons = [
        Told(("A ", f"{word} "), [(0, 2)], [], label, 1.0)
        for word, label in (("mends", "positive"), ("loses", "negative"))
        for _ in range(5)
    ]
    vectors = {"mends": [1.0, 0.0], "fixes": [0.9, 0.1], "loses": [0.0, 1.0], "mislays": [0.1, 0.9]}
    leans = learn(lessons, vectors).leans
    assert leans["mends"] > leans["fixes"] > 0 > leans["mislays"] > leans["loses"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Bought my kettle at Acme last Friday. The Globex lid snapped off on Sunday, rubbish.",
            ("neutral", "negative"),
        ),
        ("Acme and Globex both open at nine on Mondays.", ("neutral", "neutral")),
        ("I paid at Acme with my Globex card and the lady at Acme was lovely.", ("positive", "neutral")),
    ],
)
def test_a_brand_of_which_nothing_is_said_is_not_judged(text: str, wanted: tuple[str, str]) -> None:
    assert labels(text) == wanted


def test_what_is_said_of_two_brands_by_the_teams_own_words_is_not_turned_round() -> None:
    understood = Understanding((Brand(name="Acme"), Brand(name="Globex")), lexicon={"crisp": 4.0})
    post = Post(platform="a", id="1", url="https://a.example/1", text="Acme is crisp, Globex is soggy.", published=NOW)
    mention = understood.entry(post).mentions[0]
    assert (mention.label, [why.rule for why in mention.why]) == ("positive", ["your lexicon"])


def test_what_was_learnt_is_of_the_lessons_there_are() -> None:
    said = f"# Its lessons: {fingerprint()}\n"
    assert said in OUT.read_text("utf-8"), "learn them anew: python -m tests.wording"
