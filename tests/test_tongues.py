"""Sentiment in Spanish, German, French, Italian, Dutch and Portuguese: rules one by one, and how often people agree."""

from __future__ import annotations

import csv
import pickle
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from pipelines import tongues
from pipelines.sentiment import label
from pipelines.tongues import LANGUAGES, TongueScorer, tongue
from tests.growth import LINEAR, growth

SETS = Path(__file__).parent / "sets"
SHARED = Path(__file__).parents[2] / "shared" / "data" / "languages"
FOLDERS = {"de": "german", "es": "spanish", "fr": "french", "it": "italian", "pt": "portuguese"}
LABELS = ("negative", "neutral", "positive")

SAID = [
    # words, with accents and without, drawn out, shouted
    ("es", "El café está buenísimo", "positive"),
    ("es", "el cafe esta buenisimo", "positive"),
    ("es", "El café está BUENÍSIMOOOOO", "positive"),
    ("de", "Der Laden ist großartig", "positive"),
    ("de", "der laden ist grossartig", "positive"),
    ("de", "Ein schoener Laden", "positive"),
    ("pt", "o atendimento e pessimo", "negative"),
    # negation before, behind, and where it ends
    ("es", "No me gusta el café", "negative"),
    ("es", "No, me gusta el café", "positive"),
    ("de", "Der Kaffee gefällt mir nicht", "negative"),
    ("de", "Der Kaffee ist nicht gut", "negative"),
    ("de", "Der Kaffee ist gut, nicht der Tee", "positive"),
    ("fr", "Je n'aime pas ce café", "negative"),
    ("fr", "J'aime pas ce café", "negative"),
    ("fr", "Ce café n'est jamais bon", "negative"),
    ("it", "Questo caffè non è buono", "negative"),
    ("pt", "Não gostei do café", "negative"),
    ("nl", "De koffie is niet lekker", "negative"),
    ("nl", "Geen slechte koffie", "positive"),
    ("de", "Kein Problem mit dem Gerät", "positive"),
    # what customers expect
    ("es", "La aplicación no funciona", "negative"),
    ("es", "La aplicación funciona en Windows", "positive"),
    ("it", "Il telefono non si accende", "negative"),
    ("nl", "De app werkt niet", "negative"),
    ("nl", "De app werkt op Windows", "neutral"),
    ("fr", "Votre site ne marche pas", "negative"),
    # complaints without an angry word
    ("es", "Llevo dos semanas esperando el paquete", "negative"),
    ("de", "Ich warte seit drei Tagen auf das Paket", "negative"),
    ("fr", "Toujours pas reçu mon colis", "negative"),
    ("it", "Ancora niente, il pacco non si vede", "negative"),
    ("pt", "O pacote ainda não chegou", "negative"),
    ("nl", "Nog steeds niets ontvangen van het pakket", "negative"),
    # but, thanks that are none, faces, tags
    ("es", "El diseño es bonito, pero la batería es pésima", "negative"),
    ("de", "Schickes Design, aber der Akku ist eine Katastrophe", "negative"),
    ("nl", "Bedankt, weer een storing en niemand neemt op", "negative"),
    ("it", "Grazie, il pacco è arrivato", "positive"),
    ("fr", "Mon colis est arrivé 😡", "negative"),
    ("fr", "Mon colis est arrivé:))", "positive"),
    ("de", "Paket ist da #WasFürEinMist", "negative"),
    ("de", "Das Paket kommt um 10:30 (siehe https://acme.example/(1))", "neutral"),
    ("de", "Die Kundendienstkatastrophe geht weiter", "negative"),
    # nothing felt
    ("es", "¿A qué hora abre la tienda?", "neutral"),
    ("de", "@superladen wann macht ihr auf?", "neutral"),
    ("pt", "O pacote chega na terça", "neutral"),
]


@pytest.mark.parametrize(("language", "text", "named"), SAID)
def test_what_is_said(language: str, text: str, named: str) -> None:
    scorer = tongue(language)
    assert label(scorer.score(text).compound) == named, scorer.read(text).why()


def test_reasons_are_words_and_rules() -> None:
    strongest, other = tongue("de").read("Gut war das Essen, leider war es kalt und der Kellner ein Idiot").why()
    assert (strongest.rule, strongest.words) == ("bad in de", ("Idiot", "leider", "kalt"))
    assert (other.rule, other.words) == ("good in de", ("Gut",))
    assert sum(len(each.words) for each in tongue("fr").read("nul horrible moche " * 500).why()) == 3
    (bad,) = tongue("es").read("No me gusta el color").why()
    assert (bad.words, bad.rule) == (("No me gusta",), "bad in es")
    (good,) = tongue("nl").read("De koffie is niet lekker").why()
    assert (good.words, good.rule) == (("lekker",), "bad in nl, negated")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_has_two_valences(language: str) -> None:
    table = tomllib.loads((Path(tongues.__file__).parent / f"{language}.toml").read_text(encoding="utf-8"))
    words = [word for group in table["words"].values() for word in group.split()]
    phrases = [phrase for group in table["phrases"].values() for phrase in group]
    assert [each for each in {*words, *phrases} if (words + phrases).count(each) > 1] == []
    assert len(words) + len(phrases) > 1000
    assert [phrase for phrase in phrases if len(phrase.split()) < 2 or "*" in phrase.split()[0]] == []


def test_words_of_ones_own() -> None:
    own = TongueScorer("de", {"Zappelphilipp": -3, "voll auf Zack": 3, "🐌": -2, "geil": -1})
    assert label(own.score("Die sind voll auf Zack").compound) == "positive"
    assert label(own.score("Das Netz 🐌").compound) == "negative"
    assert label(own.score("Das ist geil").compound) == "negative"
    assert label(own.score("So ein zappelphilipp").compound) == "negative"
    assert label(pickle.loads(pickle.dumps(own)).score("So ein zappelphilipp").compound) == "negative"
    assert label(tongue("de").score("So ein zappelphilipp").compound) == "neutral"


def test_shares_add_up_as_vader_s_do() -> None:
    figures = tongue("it").score("Il servizio è pessimo e il prezzo buono")
    assert figures.neg + figures.neu + figures.pos == pytest.approx(1, abs=0.002)
    assert figures.neg > 0 < figures.pos
    assert tongue("it").score("...").compound == tongue("it").score("").neu == 0


PARTS = [
    ("de", "[Acme] ist super, aber {Globex} ist Schrott", "+-"),
    ("es", "[Acme] me encanta, {Globex} es una basura", "+-"),
    ("fr", "[Acme] est génial. {Globex}, toujours rien reçu !", "+-"),
    ("it", "{Globex} è ottimo mentre [Acme] è pessimo", "-+"),
    ("pt", "A [Acme] é horrível. Nunca mais. Já a {Globex} é maravilhosa", "-+"),
    ("nl", "[Acme] en {Globex} zijn allebei waardeloos", "--"),
    ("nl", "[Acme] is duur. {Globex} opent om negen uur.", "-0"),
]


@pytest.mark.parametrize(("language", "written", "signs"), PARTS)
def test_each_brand_gets_its_own_part(language: str, written: str, signs: str) -> None:
    text = written.translate(str.maketrans("", "", "[]{}"))
    own, others = ([(text.index(name), text.index(name) + len(name))] for name in ("Acme", "Globex"))
    scorer = tongue(language)
    scores = [scorer.score(scorer.about(text, *spans)).compound for spans in ((own, others), (others, own))]
    assert "".join({"negative": "-", "neutral": "0", "positive": "+"}[label(score)] for score in scores) == signs


def test_a_brand_that_is_alone_has_the_whole_text() -> None:
    assert tongue("de").about("Acme ist da. Gut so.", [(0, 4)], []) == "Acme ist da. Gut so."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    ["a" * 100_000, "no " * 30_000, ":)" * 50_000, "#" * 100_000, "#aB" * 30_000, "ja, aber " * 12_000, "\0\x1b" * 9],
)
def test_hostile_texts_take_no_time(language: str, text: str) -> None:
    scorer = tongue(language)
    assert -1 <= scorer.score(text).compound <= 1
    assert growth(scorer.score, text) < LINEAR


@given(st.sampled_from(LANGUAGES), st.text())
def test_any_text_has_a_score(language: str, text: str) -> None:
    figures = tongue(language).score(text)
    assert -1 <= figures.compound <= 1
    assert all(0 <= share <= 1 for share in (figures.neg, figures.neu, figures.pos))


def rows(language: str, part: str) -> Iterator[tuple[str, str]]:
    with (SETS / "tongues.csv").open(encoding="utf-8", newline="") as file:
        yield from (
            (row["text"], row["sentiment"])
            for row in csv.DictReader(file)
            if row["language"] == language and row["part"] == part
        )


def shared(language: str) -> list[tuple[str, str]]:
    """The half of the labelled tweets that was not read while the lexicons were written."""
    folder = SHARED / FOLDERS[language]
    if not folder.is_dir():
        pytest.skip("the shared data is not on this machine")
    texts = (folder / "train_text.txt").read_text(encoding="utf-8").split("\n")
    labels = (folder / "train_labels.txt").read_text(encoding="utf-8").split()
    return [(text, LABELS[int(number)]) for text, number in zip(texts, labels, strict=False)][1::2]


def macro_f1(truth: Sequence[str], found: Sequence[str]) -> float:
    pairs = list(zip(truth, found, strict=True))
    return sum(2 * pairs.count((name, name)) / (truth.count(name) + found.count(name) or 1) for name in LABELS) / 3


@pytest.mark.parametrize("part", ["tune", "held"])
@pytest.mark.parametrize(("languages", "floor"), [(("nl",), 0.8), (tuple(FOLDERS), 0.68)])
def test_what_customers_write(languages: Sequence[str], floor: float, part: str) -> None:
    """Only the part `held` was not read while the lexicons were written; what they were widened by is `tune`."""
    said = [(language, *row) for language in languages for row in rows(language, part)]
    found = [label(tongue(language).score(text).compound) for language, text, _ in said]
    assert len(said) >= 30
    assert macro_f1([truth for *_, truth in said], found) >= floor


# A floor each, below what was reached: raise them with the lexicons.
FLOORS = {"de": 0.59, "es": 0.56, "fr": 0.55, "it": 0.58, "pt": 0.57}


@pytest.mark.parametrize("language", FLOORS)
def test_tweets_are_read_better_than_by_vader_and_by_chance(language: str) -> None:
    texts, truth = zip(*shared(language), strict=True)
    ours = macro_f1(truth, [label(tongue(language).score(text).compound) for text in texts])
    vader = SentimentIntensityAnalyzer()
    theirs = macro_f1(truth, [label(vader.polarity_scores(text)["compound"]) for text in texts])
    assert ours >= FLOORS[language]
    assert ours > theirs + 0.05 > 1 / 6  # what calling all of them the same would reach
