"""What the wording of posts says in other languages than English, by weights learnt from posts of our own."""

from __future__ import annotations

import pytest

from listening.config import Brand
from listening.post import Mention, Post
from pipelines.line import Line
from pipelines.tongues import LANGUAGES
from pipelines.understanding import Understanding
from pipelines.wording import WORDED, Said, Wording, stems
from tests.posts import Lesson, Table
from tests.tongue_posts import OUT, fingerprint, rows


def mention(text: str, language: str, **brands: dict[str, float]) -> Mention:
    understanding = Understanding([Brand(name=name, lexicon=words) for name, words in (brands or {"Acme": {}}).items()])
    return understanding.entry(Post("test", "1", "", text, language=language)).mentions[0]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_what_was_learnt_is_of_the_lessons_there_are(language: str) -> None:
    assert f"# Its lessons: {fingerprint(language)}" in (OUT / f"{language}.tsv").read_text("utf-8").splitlines()[:2], (
        f"learn them anew: python -m tests.tongue_posts {language}"
    )


def test_wording_was_learnt_for_all_languages_that_are_scored() -> None:
    assert {*LANGUAGES, "en"} == WORDED


def test_words_are_known_by_how_they_begin_and_end() -> None:
    assert list(stems("cobraron")) == ["cobr*", "*aron", "cobra*", "*raron", "cobrar*", "*braron"]
    assert list(stems("cobro")) == ["cobr*", "*obro"]
    assert not list(stems("14.30h"))
    wording = Wording(["\tbad", "cobra*\t70", "*braron\t20", "lento\t30", "muy_lento\t5"])
    said = Said(wording, ["muy", "lento", "cobraron"])
    assert said.margins == [1.25]
    assert said.telling("bad", 3) == ["cobraron", "lento"]
    assert Said(wording, ["de", "la"]).telling("bad", 3) == []


def test_beginnings_and_ends_are_learnt_with_words() -> None:
    lessons = [
        Lesson((word,), (), frozenset({"bad"} if right else ()), 1.0)
        for word, right in (("cobraron", True), ("cobrado", True), ("llegaba", False)) for _ in range(3)
    ]  # fmt: skip
    table = Table({}, stemmed=True)
    table.learn("bad", lessons, [])
    wording = Wording(table.lines("a.module", "0"))
    (unknown,), (known,), (other,) = (Said(wording, [word]).margins for word in ("cobraban", "cobraron", "llegaban"))
    assert known > unknown > other


def test_a_line_is_weighed_for_one_language_at_a_time() -> None:
    line = Line("no funciona nada", [])
    assert line.said("es") is line.said("es")
    assert line.said("en").language == "en"
    assert line.said("es").language == "es"


def test_where_brands_share_a_text_the_lexicon_judges_alone() -> None:
    text = "O app da Acme fecha sozinho toda vez que abro a câmera. Zenith abre."
    assert "wording" in [why.rule for why in mention(text, "pt").why]
    assert "wording" not in [why.rule for why in mention(text, "pt", Acme={}, Zenith={}).why]


def test_words_of_the_team_s_own_come_before_the_wording() -> None:
    for language in sorted(LANGUAGES):
        row = next(row for row in rows(language) if row["brand"] and row["sentiment"] == "negative")
        text = f"{row['text']} quux"
        plain = mention(text, language, **{row["brand"]: {}})
        taught = mention(text, language, **{row["brand"]: {"quux": 4.0}})
        assert "wording" not in [why.rule for why in taught.why], language
        assert (taught.score or 0) > (plain.score or 0), language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Mañana paso por Acme con mi hermana"),
        ("de", "Wir waren heute bei Acme"),
        ("fr", "J'habite en face de Acme"),
        ("it", "Ieri ho preso un Acme"),
        ("nl", "Gisteren een fiets van Acme gekocht"),
        ("pt", "Vou na Acme mais tarde"),
    ],
)
def test_plain_posts_stay_plain(language: str, text: str) -> None:
    found = mention(text, language)
    assert (found.label, found.intents) == ("neutral", ())


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "El de Acme vino, miró la caldera y se fue sin decir nada. Sigo con agua fría."),
        ("de", "Bei Acme geht seit gestern gar nix mehr"),
        ("fr", "Colis Acme livré chez le voisin, encore"),
        ("it", "Acme: terzo tecnico, terza scusa"),
        ("nl", "De bezorger van Acme gooide het pakket over de schutting"),
        ("pt", "O app da Acme fecha sozinho toda vez que abro a câmera"),
    ],
)
def test_trouble_is_heard_without_an_angry_word(language: str, text: str) -> None:
    found = mention(text, language)
    assert found.label == "negative"
    assert "complaint" in {intent.name for intent in found.intents}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_reasons_are_words_of_the_text(language: str) -> None:
    told = 0
    for row in rows(language):
        if not row["brand"] or row["sentiment"] == "neutral":
            continue
        found = mention(row["text"], language, **{row["brand"]: {}})
        for why in found.why:
            if why.rule == "wording":
                told += 1
                assert all(words in row["text"] for words in why.words), (row["text"], why.words)
        for intent in found.intents:
            assert intent.why, row["text"]
        if told > 30:
            break
    assert told
