"""Learning from labels: a few help, reasons are words, data is no code, and what is not better is not used."""

from __future__ import annotations

import json
import pickle
import random
import re
from collections import defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.config import Brand
from listening.evaluate import Judge, Row, measured, read
from listening.learn import Example, Lesson, learn
from listening.post import Author, Entry, Mention, Post
from pipelines.learned import Learned, Model, Sample, cross_validate, relevance_sample, train
from pipelines.learned.features import BRAND, tokens
from pipelines.understanding import Understanding
from tests.growth import LINEAR, growth

SETS = Path(__file__).parent / "sets"


@cache
def examples() -> dict[str, list[Example]]:
    found: defaultdict[str, list[Example]] = defaultdict(list)
    for example in Judge((), Understanding).examples(read(SETS / "relevance.csv").rows):
        found[example.mention.brand].append(example)
    return found


def sample(example: Example) -> Sample:
    return relevance_sample(example.entry.post, example.entry.language, example.mention)


@pytest.fixture
def by_brand() -> dict[str, list[Example]]:
    return examples()


@cache
def model_of(brand: str) -> Model:
    model = lesson(examples()[brand]).model
    assert model is not None
    return model


def lesson(found: list[Example]) -> Lesson:
    (one,) = learn(found)
    return one


def entry(text: str, brand: str = "Acorn", **more: object) -> Entry:
    written = next((word for word in text.split() if word.casefold() == brand.casefold()), brand)
    return Entry(Post("forum.example.com", "1", "https://forum.example.com/1", text, **more), "en", None,
                 (Mention(brand, (written,), 0.0, "neutral"),))  # fmt: skip


def test_twenty_labels_help_to_tell_what_is_about_the_brand(by_brand: dict[str, list[Example]]) -> None:
    shares = []
    for found in by_brand.values():
        for seed in range(3):
            mixed = list(found)
            random.Random(seed).shuffle(mixed)
            few, rest = mixed[:20], mixed[20:]
            model = train(
                "relevance", [sample(one) for one in few], [one.labels["relevance"] for one in few], ("no", "yes")
            )
            said = [(one.labels["relevance"], model.judge(sample(one)).label) for one in rest]
            shares.append(measured(said).macro_f1)
    mean = sum(shares) / len(shares)
    assert mean >= 0.8, f"{mean:.3f}"  # all of them about the brand, as the name alone has it: 0.33


def test_what_is_learnt_is_measured_on_labels_held_out_and_explained_in_words(
    by_brand: dict[str, list[Example]],
) -> None:
    found = lesson(by_brand["Orange"])
    assert found.better
    assert found.rules is not None
    assert found.learnt is not None
    assert found.rules.macro_f1 < 0.4 < 0.6 < found.learnt.macro_f1
    assert found.model is not None
    about = next(one for one in by_brand["Orange"] if "juice beats" in one.entry.post.text)
    reasons = found.model.reasons(sample(about), "no")
    assert reasons.words
    assert all(word in tokens(sample(about)) or " " in word for word in reasons.words)


def test_what_the_shelf_leaves_is_measured_on_labels_held_out(by_brand: dict[str, list[Example]]) -> None:
    (bold,) = learn(by_brand["Orange"], floors=lambda _: 0.5)
    (none,) = learn(by_brand["Orange"], floors=lambda _: 0.0)
    fewer = sorted(by_brand["Orange"], key=lambda one: one.labels["relevance"])[6:]
    (mad,) = learn(fewer, floors=lambda _: 1.0)
    assert bold.shelf is not None
    assert bold.shelf.classes == bold.learnt.classes  # type: ignore[union-attr]
    assert re.search(r"of what is kept, \d+% \(\d+% to \d+%\) is about Orange \(by its query alone \d+%\)", bold.kept())
    assert "of what is about Orange, 100% (" in none.kept()
    assert none.better
    assert not mad.better  # it would shelve everything


def test_what_is_probably_about_something_else_is_shelved_with_its_reasons(by_brand: dict[str, list[Example]]) -> None:
    model = model_of("Orange")
    learned = Learned([("Orange", model)], floor=0.4)
    (peel,) = learned.judge(entry("peel an orange and squeeze the juice on the cake", "Orange")).mentions
    (fibre,) = learned.judge(entry("Orange cut my fibre line again and support hung up", "Orange")).mentions
    (other,) = learned.judge(entry("an orange cat", "Acme")).mentions
    assert peel.shelved
    assert peel.relevance is not None
    assert peel.relevance < 0.4
    assert peel.why[-1].rule.startswith("probably not about Orange: learnt from 52 labels")
    assert peel.why[-1].words
    assert not fibre.shelved
    assert fibre.relevance is not None
    assert fibre.relevance > 0.6
    assert (other.relevance, other.shelved) == (None, False)
    bold = Learned([("Orange", model)], floor=0.4, floors={"Orange": 0.0})
    assert not bold.judge(entry("peel an orange and squeeze the juice", "Orange")).mentions[0].shelved


def test_a_model_that_is_no_better_is_not_used() -> None:
    chance = random.Random(1)
    words = "the of and to a in is it you that he was for on are with as his they be".split()
    noise = [
        Example(entry(" ".join(chance.choices(words, k=12))), Mention("Acorn", ("Acorn",), 0.5, "positive"),
                {"sentiment": "positive" if i % 3 else "negative"})
        for i in range(60)
    ]  # fmt: skip
    assert not lesson(noise).better


def test_too_few_labels_teach_nothing() -> None:
    few = [
        Example(entry(f"Acorn {i}"), Mention("Acorn", ("Acorn",)), {"relevance": "yes" if i % 2 else "no"})
        for i in range(19)
    ]
    assert lesson(few).model is None
    same = [Example(entry(f"Acorn {i}"), Mention("Acorn", ("Acorn",)), {"relevance": "yes"}) for i in range(50)]
    assert lesson(same).model is None


def test_corrected_feelings_are_learnt_when_the_rules_are_wrong_in_a_field_of_its_own() -> None:
    good, bad = "this trick is sick", "this trick is plain"
    found = [
        Example(entry(f"{good if i % 2 else bad} number {i}"), Mention("Acorn", ("Acorn",), -0.5, "negative"),
                {"sentiment": "positive" if i % 2 else "negative"})
        for i in range(40)
    ]  # fmt: skip
    one = lesson(found)
    assert one.better
    assert one.model is not None
    (mention,) = (
        Learned([("", one.model)])
        .judge(Entry(entry("such a sick trick").post, "en", None, (Mention("Acorn", (), -0.5, "negative"),)))
        .mentions
    )
    assert mention.label == "positive"
    assert mention.score is not None
    assert mention.score >= 0.05
    assert mention.why[0].rule == "learnt from 40 labels"
    assert "sick" in mention.why[0].words


def test_a_language_that_is_not_scored_stays_unscored() -> None:
    model = Model("sentiment", ("negative", "neutral", "positive"), {}, {}, {}, (1.0, 0.0, 0.0), [(1.0, 0.0)] * 3)
    (mention,) = Learned([("", model)]).judge(Entry(entry("x").post, "fi", None, (Mention("Acorn", ()),))).mentions
    assert mention.label is None


def test_a_model_survives_json_and_another_process(by_brand: dict[str, list[Example]]) -> None:
    found = by_brand["Mint"]
    model = model_of("Mint")
    again = Model.of(json.loads(model.json()))
    there = pickle.loads(pickle.dumps(Learned([("Mint", model)])))
    for example in found[:20]:
        assert again.judge(sample(example)) == model.judge(sample(example))
        assert there.judge(example.entry) == Learned([("Mint", model)]).judge(example.entry)


@pytest.mark.parametrize(
    "change",
    [{"format": 9}, {"bias": [float("nan")]}, {"words": {"a": [1, 2]}}, {"words": []}, {"pairs": {"a": [1]}},
     {"classes": ["a", "b", "c"]}, {"curves": []}, {"facts": {"x": "y"}}],
)  # fmt: skip
def test_data_that_is_no_model_is_refused(change: dict[str, object]) -> None:
    good = Model("relevance", ("no", "yes"), {"a": (1.0,)}, {("a", "b"): (1.0,)}, {}, (0.0,), [(1.0, 0.0)], 20).data()
    Model.of(json.loads(json.dumps(good)))
    with pytest.raises(ValueError, match="not a model"):
        Model.of(good | change)


def test_the_same_labels_make_the_same_model(by_brand: dict[str, list[Example]]) -> None:
    first, second = (lesson(by_brand["Shell"]) for _ in range(2))
    assert first.model is not None
    assert second.model is not None
    assert first.model.json() == second.model.json()


def test_training_and_applying_see_the_same(by_brand: dict[str, list[Example]]) -> None:
    """Sums of cached words give what the solver's rows give."""
    found = by_brand["Target"]
    samples = [sample(one) for one in found]
    labels = [one.labels["relevance"] for one in found]
    model = train("relevance", samples, labels, ("no", "yes"))
    plain = Model.of(model.data())
    for one in samples:
        names = tokens(one)
        own = sum(w[0] for token in names for w in [plain._weigh_token(token) or (0.0,)])
        pairs = sum(plain.pairs.get(two, (0.0,))[0] for two in pairwise(names))
        facts = sum(plain.facts.get(name, (0.0,))[0] * value for name, value in one.facts.items())
        expected = (own + pairs) / len(names) ** 0.5 + facts + plain.bias[0]
        assert model.margins(one)[0] == pytest.approx(expected, abs=1e-6)


def test_names_are_told_from_what_stands_around_them() -> None:
    found = tokens(Sample("Mint's @mint and #MINT: mint-fresh, 42 https://a.example/x", "Hot", ("Mint", "@mint")))
    assert found[:4] == ["hot", BRAND, BRAND, "and"]
    assert found.count(BRAND) == 4
    assert "<number>" in found
    assert "<link>" in found


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "a " * 50_000, "@" * 100_000, "\x00\x01" * 50_000, "'a" * 50_000, "!?" * 50_000]
)
def test_hostile_texts_are_quick(text: str, by_brand: dict[str, list[Example]]) -> None:
    model = model_of("Mint")
    learned = Learned([("Mint", model)])
    assert growth(lambda part: learned.judge(entry(part, "Mint", author=Author("x"))), text) < LINEAR


@given(st.text(), st.text(max_size=20))
def test_any_text_is_a_sample(text: str, word: str) -> None:
    model = Model("relevance", ("no", "yes"), {"a": (1.0,)}, {("a", "b"): (1.0,)}, {}, (0.0,), [(1.0, 0.0)])
    verdict = model.judge(Sample(text, word, (word,)))
    assert 0.5 <= verdict.confidence <= 1


def test_every_label_is_held_out_once() -> None:
    samples = [Sample(f"{'good' if i % 2 else 'bad'} thing {i}") for i in range(30)]
    held = cross_validate(samples, ["yes" if i % 2 else "no" for i in range(30)], ("no", "yes"))
    assert len(held) == 30
    assert sum(verdict.label == ("yes" if i % 2 else "no") for i, verdict in enumerate(held)) >= 27


def test_airline_tweets_are_learnt_as_well_as_by_libraries() -> None:
    tweets = Path(__file__).parents[2] / "shared" / "data" / "airline_tweets.csv"
    if not tweets.exists():
        pytest.skip("the shared data is not here")
    rows = list(read(tweets).rows)
    random.Random(7).shuffle(rows)
    found = list(Judge((), Understanding).examples(rows[:500]))
    model = lesson(found).model
    assert model is not None

    def understand(brands: object) -> Understanding:
        return Understanding(brands, learned=Learned([("", model)]))  # type: ignore[arg-type]

    judged = Judge((), understand).judge(rows[500:1300], ["sentiment"])
    assert measured([(one.gold, one.said) for one in judged], ["negative", "neutral", "positive"]).macro_f1 >= 0.64


def test_rows_without_a_brand_can_be_learnt_from() -> None:
    rows = [
        Row(i, f"{'please add' if i % 2 else 'it broke'} thing {i}", {"intent:idea": "yes" if i % 2 else "no"})
        for i in range(40)
    ]
    (one,) = learn(list(Judge((), Understanding).examples(rows)))
    assert (one.kind, one.brand) == ("intent:idea", "")
    assert one.model is not None
    (mention,) = Learned([("", one.model)]).judge(entry("please add a thing")).mentions
    assert [intent.name for intent in mention.intents] == ["idea"]
    assert mention.intents[0].confidence > 0.5


def test_urgency_follows_what_was_learnt() -> None:
    always = Model("intent:safety", ("no", "yes"), {}, {}, {}, (5.0,), [(1.0, 0.0)], 20)
    said = Post("forum.example.com", "1", "", "Acme opens at nine")
    brands = [Brand(name="Acme")]
    (before,) = Understanding(brands).entry(said).mentions
    (after,) = Understanding(brands, learned=Learned([("", always)])).entry(said).mentions
    assert before.urgency.total == 0
    assert dict(after.urgency.parts)["safety"] >= 60


def test_a_text_that_is_known_by_heart_is_no_proof() -> None:
    """Retweets of one text, in the part that is held out as well as in the others, would make any model look good."""
    words = "lorem ipsum dolor sit amet consetetur sadipscing elitr sed diam nonumy eirmod tempor invidunt".split()
    chance = random.Random(1)
    drawn = [" ".join(chance.choices(words, k=8)) for _ in range(24)]
    copied = [f"RT @kim{i}: the Acme on Elm Street moves https://t.co/{i}" for i in range(20)]
    found = [
        Example(entry(text, "Acme"), entry(text, "Acme").mentions[0], {"relevance": "no" if text in copied else "yes"})
        for text in (*drawn, *copied)
    ]
    assert not lesson(found).better
    alike = [
        Example(one.entry, one.mention, {"relevance": "yes" if i % 2 else "no"}) for i, one in enumerate(found[24:])
    ]
    assert not lesson(alike).better
