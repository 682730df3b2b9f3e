"""Ratings: those that texts give, and those that came with them."""

from __future__ import annotations

import pytest

from listening.config import Brand
from listening.post import Mention, Post
from listening.tabular.values import rating as cell
from pipelines.sentiment.ratings import ratings, sign_of
from pipelines.understanding import Understanding
from tests.growth import LINEAR, growth


def mention(text: str, rating: float | None = None, language: str = "en", *others: str) -> Mention:
    understanding = Understanding([Brand(name=name) for name in ("Acme", *others)])
    return understanding.entry(Post("test", "1", "", text, rating=rating, language=language)).mentions[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2 stars for Acme", [("2 stars", -1)]),
        ("Three stars. It is a kettle.", [("Three stars", 0)]),
        ("one-star service", [("one-star", -1)]),
        ("a solid 3/5, would have been 4 / 5", [("3/5", 0), ("4 / 5", 1)]),
        ("Acme 2 out of 10", [("2 out of 10", -1)]),
        ("4.5 out of 5, and 12/10 for the dog", [("4.5 out of 5", 1), ("12/10", 1)]),
        ("4,5 stars", [("4,5 stars", 1)]),
        ("2 stars out of 5", [("2 stars out of 5", -1)]),
        ("Ten out of ten!", [("Ten out of ten", 1)]),
        ("0/10 would not recommend", [("0/10", -1)]),
        ("8/10 as always", [("8/10", 1)]),
        ("\u2b50\ufe0f\u2b50\ufe0f\u2b50\ufe0f\u2b50\ufe0f\u2b50\ufe0f yes", [("\u2b50\ufe0f" * 5, 1)]),
        ("\u2605\u2606\u2606\u2606\u2606", [("\u2605\u2606\u2606\u2606\u2606", -1)]),
        ("\u2605\u2605\u2605\u2606\u2606", [("\u2605\u2605\u2605\u2606\u2606", 0)]),
        ("Updated from 2 stars to 5", [("from 2 stars to 5", 1)]),
        ("down from four to one star", [("from four to one star", -1)]),
        ("one star, then five stars", [("one star", -1), ("five stars", 1)]),
    ],
)
def test_ratings_are_found_in_their_places(text: str, found: list[tuple[str, int]]) -> None:
    assert [(text[start:end], sign_of(share)) for start, end, share in ratings(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "delivered on 3/5.", "by 4/10 at the latest", "3/5/2026", "9/10 orders arrive", "Four out of five flights late",
        "9 out of 10 times", "one out of ten of them", "4/5 days", "open 5/10 at 9", "a 4 star hotel",
        "a 5-star resort", "two stars off for the noise", "1 star less", "three stars away", "\u2b50 new \u2b50",
        "\u2b50\u2b50", "100/10", "20/10", "$4/5 more", "it costs 1/10th", "24/7", "starship 5", "1/5 of it",
    ],
)  # fmt: skip
def test_what_is_counted_or_dated_is_no_rating(text: str) -> None:
    assert ratings(text) == []


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Acme 2 out of 10", "negative"),
        ("0 stars Acme", "negative"),
        ("Acme: five stars", "positive"),
        ("I would give Acme zero stars if I could", "negative"),
        ("I can't give Acme 5 stars", "negative"),
        ("Acme three stars", "neutral"),
        ("9/10 orders from Acme arrive", "neutral"),
    ],
)
def test_a_rating_in_a_text_is_what_its_author_feels(text: str, label: str) -> None:
    assert mention(text).label == label


def test_that_somebody_cannot_give_zero_makes_it_no_better() -> None:
    assert "rating" in [why.rule for why in mention("You can't give Acme zero stars").why]


def test_a_rating_in_a_text_of_another_language_says_nothing_against_its_words() -> None:
    text = "Acme es excelente y maravilloso, me encanta. El aparcamiento 1/10"
    assert mention(text, language="es").label == "positive"


def test_each_brand_has_its_own_rating() -> None:
    understanding = Understanding([Brand(name="Acme"), Brand(name="Globex")])
    entry = understanding.entry(Post("test", "1", "", "Acme was on time. Globex: 1/10."))
    assert entry.mentions[1].label == "negative"
    assert entry.mentions[0].label != "negative"


@pytest.mark.parametrize(
    ("text", "stars", "label"),
    [
        ("My Acme parcel came on Tuesday.", 1.0, "negative"),
        ("My Acme parcel came on Tuesday.", 5.0, "positive"),
        ("My Acme parcel came on Tuesday.", 3.0, "neutral"),
        ("Great, another broken Acme. Love it, best purchase ever.", 1.0, "negative"),
        ("I hated my old one, awful thing. Then I bought an Acme.", 5.0, "positive"),
        ("Acme is terrible and rude", 3.0, "negative"),
        ("Acme is terrible and rude", 9.0, "negative"),  # of how many nobody knows
        ("My Acme parcel came on Tuesday.", 0.0, "neutral"),  # nobody gives none
    ],
)
def test_stars_that_came_with_a_text_are_its_author_s_own_judgement(text: str, stars: float, label: str) -> None:
    assert mention(text, stars).label == label


def test_a_rating_tells_in_languages_that_are_not_scored() -> None:
    text = "Acme to by\u0142a moja druga lod\u00f3wka w tym roku"
    assert mention(text, language="pl").label is None
    rated = mention(text, 1.0, "pl")
    assert (rated.label, rated.why[0].rule, rated.why[0].words) == ("negative", "rating", ("1 of 5 stars",))
    assert mention(f"{text}, 1/10", language="pl").label == "negative"
    assert mention(f"{text}, 1/10 i 5 stars", language="pl").label is None  # of what each is, nobody can tell


def test_stars_say_nothing_of_one_of_two_brands() -> None:
    assert mention("Acme and Globex deliver on Tuesday.", 1.0, "en", "Globex").label == "neutral"


@pytest.mark.parametrize(
    ("value", "stars"),
    [
        ("4", 4.0), ("4,5", 4.5), ("4.5 / 5", 4.5), ("8/10", 4.0), ("4 out of 10", 2.0), ("80 %", 4.0), ("70/100", 3.5),
        ("\u2605\u2605\u2605\u2605\u2606", 4.0), ("", None), ("-3", None), (9, 9.0), (True, None),
    ],
)  # fmt: skip
def test_cells_of_ratings_are_read(value: object, stars: float | None) -> None:
    assert cell(value) == stars


@pytest.mark.parametrize(("value", "stars"), [("9", 4.5), ("0", 0.0), ("4/5", 4.0), ("80 %", 4.0), ("★★★☆☆", 3.0)])
def test_a_bare_rating_is_of_as_many_as_the_source_says(value: str, stars: float) -> None:
    assert cell(value, 10) == stars


@pytest.mark.parametrize(
    "text", ["1/5 " * 20_000, "\u2605" * 60_000, "5 stars " * 9_000, "9 out of " * 9_000, "1" * 90_000]
)
def test_hostile_texts_take_no_time(text: str) -> None:
    assert growth(ratings, text) < LINEAR
