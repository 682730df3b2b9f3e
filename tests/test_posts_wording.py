"""What the wording of posts about one brand says beside rules: intents and feeling, by weights learnt from posts."""

from __future__ import annotations

import math
import pickle
from collections.abc import Iterator
from dataclasses import replace

import pytest

from listening.config import Brand
from listening.post import Entry, Mention, Post
from pipelines.intents import load
from pipelines.intents.case import Case
from pipelines.line import Line
from pipelines.sentiment import Feeling, whole
from pipelines.sentiment.whole import FACTS, facts
from pipelines.understanding import Understanding
from pipelines.wording import UNIT, Said, Wording, counted, two, weights
from tests.bench.corpus import NOW
from tests.posts import OUT, Lesson, Table, fingerprint, posts

LINES = (
    "# a comment",
    "\tone\ttwo",
    "=start\t-100\t50",
    "<ask>\t-7\t",
    "late\t120\t-30",
    "so\t\t-5",
    "so_late\t40\t",
    "^_so\t3\t1",
)
UNDERSTANDING = Understanding([Brand(name="Acme"), Brand(name="Zenith", lexicon={"soggy": 3.0})])


def mention(text: str, brand: str = "Acme", **facts: object) -> Mention:
    post = Post(platform="a", id="1", url="https://a.example/", text=text, published=NOW, language="en")
    entry: Entry = UNDERSTANDING.entry(replace(post, **facts))
    return next(one for one in entry.mentions if one.brand == brand)


def test_all_columns_are_summed_at_once_each_word_counting_once() -> None:
    wording = Wording(LINES)
    late = Said(wording, ["so", "late", "late", "unknown"])
    assert late.margins == pytest.approx([(120 + 40 + 3 - 100) / UNIT, (-30 - 5 + 1 + 50) / UNIT])
    assert Said(wording, []).margins == [-1.0, 0.5]
    assert Said(wording, ["late", "\x06"]).margins == pytest.approx([0.13, 0.2])
    assert wording.columns(("two", "three", "one"), ("start", "none")) == [(1, "two", 0.5, 0.0), (0, "one", -1.0, 0.0)]


def test_the_shorter_a_text_the_more_its_shortness_counts() -> None:
    wording = Wording(["\tone", "=start\t0", "=short\t40"])
    assert [Said(wording, ["x"] * words).margins for words in (0, 10, 40, 50)] == [[0.4], [0.3], [0.0], [0.0]]


def test_a_long_text_says_as_much_of_an_intent_as_a_post() -> None:
    wording = Wording(["\tone", "late\t10", "=start\t-100"])
    short, long = (Said(wording, ["late", *["x"] * more]) for more in (49, 99))
    assert short.averaged() == short.margins == pytest.approx([-0.9])
    assert long.margins == pytest.approx([-0.9])
    assert long.averaged() == pytest.approx([-0.95])


def test_numbers_are_all_one_word() -> None:
    for text, said in (
        (" paid $1,200.50 for 2 of the 10th at 12:30 x ", "paid $0 for 0 of the 0th at 0 x"),
        (" no numbers ", "no numbers"),
        (" 2 cafés, kilo nº 7 ", "0 cafés, kilo nº 0"),
    ):
        assert counted(text.split(), text) == said.split()
    said = [line.said().margins for line in (Line("It took 14 days."), Line("It took 0 days."))]
    assert said[0] == said[1]


def test_weights_below_nothing_do_not_leak_into_their_neighbours() -> None:
    wording = Wording(["\ta\tb\tc", *(f"w{number}\t-999999\t1\t-999999" for number in range(200))])
    assert Said(wording, [f"w{number}" for number in range(200)]).margins == [-1999998.0, 2.0, -1999998.0]


def test_the_strongest_words_are_told_and_never_what_ends_a_sentence() -> None:
    wording = Wording([*LINES, "<end>\t900\t", "<end>_so\t900\t"])
    assert Said(wording, ["\x05", "so", "late"]).telling("one", 2) == ["late", "so late"]
    assert Said(wording, ["so", "late"]).telling("two", 2) == []


def test_reasons_are_the_strongest_words_and_no_numbers_small_words_or_hints() -> None:
    wording = Wording(
        ["\tone", "drab\t20", "bleak\t90", "meh\t50", "dull\t14", "00\t900", "the\t900", "0_days\t900", "of_the\t900"]
    )
    assert Said(wording, ["meh", "bleak", "dull", "00", "the", "drab"]).telling("one", 9) == ["bleak", "meh", "drab"]
    assert Said(wording, ["0", "days", "of", "the"]).telling("one", 9) == []


def test_what_was_looked_up_is_forgotten_when_it_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "_MOST_KEPT", 3)
    wording = Wording(LINES)
    for word in ("one", "two", "three", "four", "late"):
        assert Said(wording, [word]).margins == pytest.approx(
            [0.2 if word == "late" else -1.0, 0.2 if word == "late" else 0.5]
        )
    assert len(wording._words) <= 3


def test_two_words_in_a_row_are_named_as_files_have_them() -> None:
    assert two(["so", "late", "\x06", "a_b"]) == {"^_so", "so_late", "late_<ask>"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("We are moving all our seats off Acme at the end of the quarter, renewals arrive 30 percent up.", "leaving"),
        ("Pet insurance for a nine year old lab? Quotes from Acme and one other are 20 quid apart.", "buying"),
        ("I am writing a piece on the toaster recall for Saturday. Would Acme like to comment?", "press"),
        ("Join Acme with my referral and we both get a month for nothing.", "promotion"),
    ],
)
def test_reasons_that_no_rule_knows_are_heard_in_the_wording(text: str, name: str) -> None:
    intents = {intent.name: intent for intent in mention(text).intents}
    assert name in intents, intents.keys()
    assert 0.5 <= intents[name].confidence <= 0.99
    for why in intents[name].why:
        if why.rule == f"{name}/wording":
            assert 1 <= len(why.words) <= 2
            assert all(words.lower() in text.lower() for words in why.words)


@pytest.mark.parametrize(
    "text",
    ["Acme opens at nine.", "I bought an Acme kettle yesterday.", "My phone is from Acme", "We use Acme at work"],
)
def test_plain_posts_stay_plain(text: str) -> None:
    found = mention(text)
    assert (found.label, found.intents) == ("neutral", ())


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The Acme app is ugly as sin. It also does what I want and hasn't crashed in two years.", "positive"),
        ("Does the Acme free plan cover two users, or is there a fee for the second one?", "neutral"),
    ],
)  # fmt: skip
def test_strong_words_about_something_else_are_outweighed(text: str, label: str) -> None:
    found = mention(text)
    assert found.label == label
    assert found.why[0].rule == "wording"


def test_rules_alone_judge_where_stars_tell_and_the_teams_words() -> None:
    text = "Join Acme with my referral and we both get a month for nothing."
    assert "promotion" in {intent.name for intent in mention(text).intents}
    assert "promotion" not in {intent.name for intent in mention(text, rating=5.0).intents}
    judged = mention("Zenith: soggy boxes, and nobody answers", "Zenith")
    assert "wording" not in [why.rule for why in judged.why]


def test_a_long_article_is_left_to_rules() -> None:
    feeling = Feeling()
    short = "Acme is ugly as sin. It also does what I want and hasn't crashed in two years. "
    long = short + "It opens a map of the town. " * 40
    for text, differs in ((short, True), (long, False)):
        read, line = feeling.read(text, [(0, 4)]), Line(text, [(0, 4)])
        by_rules = feeling.judge(read, "Acme", [(0, 4)])
        assert (feeling.judge(read, "Acme", [(0, 4)], (), line) != by_rules) is differs
        assert line.is_long is not differs


@pytest.fixture
def of_few_words(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Weights of four words in place of those that were learnt."""
    few = Wording(["\tnegative\tneutral\tpositive", "meh\t70", "bleak\t110", "drab\t50", "grey\t40"])
    monkeypatch.setattr(Wording, "learnt", lambda _language: few)
    whole._columns.cache_clear()
    yield
    whole._columns.cache_clear()


def test_no_intent_is_told_by_words_that_say_nothing_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    few = Wording(["\tcomplaint\tpraise", "the\t\t900", "bleak\t900\t"])
    monkeypatch.setattr(Wording, "learnt", lambda _language: few)
    assert [intent.name for intent in load().find(Line("the door"), "en", 0.0)] == []
    assert [intent.name for intent in load().find(Line("the bleak door"), "en", -0.5)] == ["complaint"]


def test_words_say_less_of_an_intent_in_what_is_addressed_to_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    few = Wording(["\tcomplaint", "bleak\t25"])
    monkeypatch.setattr(Wording, "learnt", lambda _language: few)
    assert [intent.name for intent in load().find(Line("bleak doors"), "en", -0.06)] == ["complaint"]
    assert [intent.name for intent in load().find(Line("@acme bleak doors"), "en", -0.06)] == []


def test_the_wording_is_no_reason_where_rules_are_enough() -> None:
    (complaint,) = [
        one for one in mention("Acme still hasn't refunded me, worst service ever").intents if one.name == "complaint"
    ]
    assert complaint.why
    assert "complaint/wording" not in [why.rule for why in complaint.why]


def test_what_rules_say_of_an_intent_is_bounded_beside_the_wording() -> None:
    case = Case()
    assert case.evidence == 0.0
    case.add(0.5)
    assert case.evidence == pytest.approx(math.log(2))
    for _ in range(20):
        case.add(0.9)
    assert case.evidence == 3.0
    case = Case()
    for _ in range(20):
        case.add(-0.9)
    assert case.evidence == -2.0


@pytest.mark.usefixtures("of_few_words")
@pytest.mark.parametrize(
    ("text", "score", "words"),
    [
        ("It is Drab", 0.0, None),  # 0.5 is not clear enough
        ("It is MEH", 0.0, ("MEH",)),
        ("It is Meh, bleak, drab and grey", 0.0, ("bleak", "Meh", "drab")),
        ("It is bleak", 0.4, None),  # the opposite takes three times what rules say
        ("It is bleak", 0.3, ("bleak",)),
        ("It is bleak", -0.5, None),  # as rules say
        ("@acme it is MEH", 0.0, None),  # what is addressed to somebody takes more
        ("@acme it is Meh, bleak, drab and grey", 0.0, ("bleak", "Meh", "drab")),
        ("@acme it is bleak", 0.3, None),
        ("@acme it is bleak", 0.1, ("bleak",)),
        ("It is MEH, me@acme.example", 0.0, ("MEH",)),
    ],
)
def test_the_wording_overrules_rules_where_it_is_surer(text: str, score: float, words: tuple[str, ...] | None) -> None:
    found = whole.worded(Line(text), score)
    assert (found and found.words) == words
    assert found is None or found.score <= -0.05


def test_a_post_without_words_to_show_is_judged_by_rules() -> None:
    assert "wording" not in [why.rule for why in mention("Acme \U0001f4a9").why]
    assert whole.worded(Line("Acme", [(0, 4)]), 0.5) is None


def test_where_only_a_reply_s_title_names_the_brand_rules_judge() -> None:
    text = "It is ugly as sin. It also does what I want and hasn't crashed in two years."
    assert "wording" not in [why.rule for why in mention(text, title="Re: the Acme app").why]
    assert "wording" in [why.rule for why in mention(text, title="The Acme app").why]


def test_what_rules_say_is_bounded_and_surer_in_short_texts() -> None:
    known = dict(zip(FACTS, facts(Line("x " * 8 + "?!"), -1.0), strict=True))
    assert known == pytest.approx({
        "good": 0.0, "bad": 2.0, "positive": 0.0, "negative": 1.0, "good, short": 0.0, "bad, short": 1.45, "asks": 1.0,
        "exclaims": 1.0,
    })  # fmt: skip
    assert facts(Line("x " * 40), 0.8) == (pytest.approx(2.0), 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_intents_that_are_switched_off_or_unknown_are_not_heard() -> None:
    shipped = pickle.loads(pickle.dumps(load()))
    line = Line("Join Acme with my referral and we both get a month for nothing.", [(5, 9)])
    assert "promotion" in {intent.name for intent in shipped.find(line, "en", 0.0)}
    off = {name: rules.model_copy(update={"enabled": name != "promotion"}) for name, rules in shipped.rules.items()}
    less = type(shipped)(off, shipped.lists)
    assert "promotion" not in {intent.name for intent in less.find(line, "en", 0.0)}
    assert less.find(line, "de", 0.0) == ()


def test_a_column_is_learnt_from_lessons_and_their_likes() -> None:
    vectors = {"late": [1.0, 0.0], "delayed": [0.9, 0.1], "lovely": [0.0, 1.0]}
    lessons = [
        Lesson((word, "it"), (float(right),), frozenset({"bad"} if right else ()), 1.0)
        for word, right in (("late", True), ("lovely", False)) for _ in range(5)
    ]  # fmt: skip
    table = Table(vectors)
    table.learn("bad", lessons, ["rules"])
    wording = Wording(table.lines("a.module", "0"))
    (late,), (delayed,), (lovely,) = (Said(wording, [word]).margins for word in vectors)
    assert late > delayed > 0 > lovely
    assert wording.facts["rules"][0] > 0


def test_what_was_learnt_is_of_the_lessons_there_are() -> None:
    assert f"# Its lessons: {fingerprint()}" in OUT.read_text("utf-8").splitlines()[:2], (
        "learn them anew: python -m tests.posts VECTORS"
    )


def test_nothing_is_told_without_a_reason_or_against_the_feeling() -> None:
    rows = [row for row in posts() if row["brand"]][:400]
    for row in rows:
        understanding = Understanding([Brand(name=row["brand"])])
        post = Post("a", "1", "https://a.example/", row["text"], published=NOW, language="en")
        for found in understanding.entry(post).mentions:
            for intent in found.intents:
                assert intent.why, row["text"]
                rules = [why.rule for why in intent.why]
                if intent.name == "complaint" and rules == ["complaint/wording"]:
                    assert (found.score or 0) < 0.05, row["text"]
            for why in found.why:
                if why.rule == "wording":
                    assert not {"a", "the", "?", "."} & set(why.words)
