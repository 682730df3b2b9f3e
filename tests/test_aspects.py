"""Sides of a brand that texts name, and the feeling toward each."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.cli import main
from listening.config import Brand
from listening.post import Aspect, Post
from pipelines.aspects import Aspects, lists_of
from pipelines.line import Line
from pipelines.understanding import Understanding
from tests.growth import LINEAR, growth

OWN = {"battery": ["battery", "charg*"], "price": ["...", "toll"], "staff": []}


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return Understanding([Brand(name="Acme"), Brand(name="Zenith"), Brand(name="Globex", aspects=OWN)])


def aspects(understanding: Understanding, text: str, brand: str = "Acme", title: str = "") -> dict[str, Aspect]:
    entry = understanding.entry(Post("test", "1", "", text, title=title))
    found = next(mention for mention in entry.mentions if mention.brand == brand)
    return {aspect.name: aspect for aspect in found.aspects}


def test_each_aspect_has_its_words_and_its_own_feeling(understanding: Understanding) -> None:
    text = "I love the price of the Acme vice, but the delivery was awful and the support is great."
    found = aspects(understanding, text)
    assert {name: aspect.label for name, aspect in found.items()} == {
        "price": "positive", "delivery": "negative", "support": "positive",
    }  # fmt: skip
    assert found["price"].words == ("price",)
    assert found["delivery"].words == ("delivery",)


def test_a_clause_that_names_one_aspect_is_not_parted(understanding: Understanding) -> None:
    found = aspects(understanding, "The Acme delivery, which took three weeks, and two calls, was terrible.")
    assert found["delivery"].label == "negative"
    found = aspects(understanding, "It came late and it was awful.", title="Acme delivery was lovely")
    assert found["delivery"].label == "positive"


def test_a_clause_ends_before_the_next_word(understanding: Understanding) -> None:
    for text, score in (
        ("Acme any update?It's three hours delayed. Thanks a lot.", -0.4588),  # it begins inside a word
        ("Zenith was quick. Acme came delayed. Kudos.", -0.128),
    ):
        assert aspects(understanding, text)["reliability"].score == score


def test_other_brands_aspects_do_not_count(understanding: Understanding) -> None:
    text = "Acme is far too expensive. Zenith has a great app."
    assert set(aspects(understanding, text)) == {"price"}
    assert set(aspects(understanding, text, "Zenith")) == {"app"}


def test_brands_change_the_list(understanding: Understanding) -> None:
    found = aspects(
        understanding, "The Globex battery stopped charging. The toll and the price are fine. Staff?", "Globex"
    )
    assert found["battery"].words == ("battery", "charging")
    assert found["price"].words == ("toll", "price")
    assert "staff" not in found
    assert "battery" not in aspects(understanding, "The Acme battery stopped.")
    assert "staff" in aspects(understanding, "The Acme staff left.")


def test_lists_keep_what_is_not_named() -> None:
    assert lists_of({"price": ["toll"]})["price"] == ["toll"]
    assert lists_of({"price": ["...", "toll"]})["price"] == [*lists_of({})["price"], "toll"]
    assert "price" not in lists_of({"price": []})
    assert {"price", "quality", "delivery", "support", "app"} <= set(lists_of({}))
    with pytest.raises(ValueError, match="no word"):
        Brand(name="Acme", aspects={"odd": ["?!"]})


def test_no_feeling_where_the_language_is_not_scored() -> None:
    line = Line("la consegna Acme era in ritardo", [(12, 16)])
    one, *_ = Aspects([Brand(name="Acme")]).find("Acme", line, None)
    assert (one.name, one.score, one.label, one.words) == ("delivery", None, None, ("consegna",))


def test_titles_name_aspects_too(understanding: Understanding) -> None:
    found = aspects(understanding, "It came late and it was awful.", title="Acme delivery")
    assert found["delivery"].words == ("delivery",)
    assert found["delivery"].label == "negative"


def test_they_pickle() -> None:
    one = Aspects([Brand(name="Acme", aspects={"battery": ["battery"]})])
    copy = pickle.loads(pickle.dumps(one))
    line = Line("the battery and the price")
    assert copy.find("Acme", line, None) == one.find("Acme", line, None) != ()


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from("price app's bill, but and delivery . ! ? acme's \n support staff—x".split(" ")), max_size=30
    )
)
def test_words_are_in_the_text_and_clauses_hold_them(words: list[str]) -> None:
    text = " ".join(words)
    clauses: list[str] = []

    def feeling(start: int, end: int) -> tuple[float, str]:
        clauses.append(text[start:end])
        return 0.0, "neutral"

    for aspect in Aspects([Brand(name="Acme")]).find("Acme", Line(text), feeling):  # type: ignore[arg-type]
        assert all(word in " ".join(text.split()) for word in aspect.words)
        assert any(word in " ".join(clause.split()) for clause in clauses for word in aspect.words)


@pytest.mark.parametrize("text", ["price " * 17_000, "price, and " * 9_000, "x" * 100_000, "price. " * 14_000])
def test_hostile_texts_take_no_time(text: str) -> None:
    one = Aspects([Brand(name="Acme")])
    assert growth(lambda part: one.find("Acme", Line(part), lambda _start, _end: (0.0, "neutral")), text) < LINEAR


def test_aspects_are_found_in_a_title_that_is_the_author_s(understanding: Understanding) -> None:
    def found(text: str, title: str) -> list[str]:
        return list(aspects(understanding, text, title=title))

    assert found("where is it?", "My Acme app") == ["app"]
    assert found("My Acme app opened", "My Acme app open\u2026") == ["app"]
    assert found("where is it, Acme?", "Re: your Acme app") == []


def test_behind_a_title_the_feeling_is_that_of_the_same_words(understanding: Understanding) -> None:
    text = "Acme has an awful app. The delivery was lovely."
    alone, behind = (
        aspects(understanding, text, title=title) for title in ("", "Six weeks with the big parcel people")
    )
    assert [(alone[name].label, behind[name].label) for name in ("app", "delivery")] == [
        ("negative", "negative"),
        ("positive", "positive"),
    ]
    assert (alone["app"].score, alone["delivery"].score) == (behind["app"].score, behind["delivery"].score)


def test_words_of_scripts_without_spaces_are_found_inside_others() -> None:
    one = Understanding([Brand(name="Acme", aspects={"battery": ["\u96fb\u6c60"]})])
    assert list(aspects(one, "Acme\u306e\u96fb\u6c60\u304c\u6700\u60aa")) == ["battery"]


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("suport = []", "There are: price, quality"),
        ('prices = ["...", "toll"]', "There are: price, quality"),
        ('Price = ["toll"]', 'Write "price"'),
        ('battery = ["battery"]', ""),
        ('price = ["...", "toll"]', ""),
        ("support = []", ""),
    ],
)
def test_check_tells_of_aspects_that_do_not_come_along(tmp_path: Path, written: str, remedy: str) -> None:
    for name, text in (("brands", f'[[brand]]\nname = "Acme"\n[brand.aspects]\n{written}\n'), ("sources", "")):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    (tmp_path / "listening.toml").write_text("", encoding="utf-8")
    found = CliRunner().invoke(main, ["--config", str(tmp_path), "check", "--offline"])
    assert (found.exit_code, remedy in found.output) == (int(bool(remedy)), True)
