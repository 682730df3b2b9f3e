"""From a batch to the store: matching, language and sentiment of matches, and what is kept aside."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from listening.config import Brand
from listening.post import Batch, Checkpoint, Post, Quote, Reject
from listening.store import MentionFilter, Store
from pipelines.ingest import Ingest
from pipelines.language import detect
from pipelines.understanding import Understanding
from tests.conftest import NOW

BRANDS = [Brand(name="Acme", aliases=["Acme Anvil"]), Brand(name="Zenith"), Brand(name="Zörbig Müsli")]


def post(text: str, number: int = 1, title: str = "", **changes: object) -> Post:
    base = Post("forum.example.com", str(number), f"https://forum.example.com/p/{number}", text, NOW, title=title)
    return replace(base, **changes)


@pytest.fixture
def ingest(store: Store) -> Ingest:
    return Ingest(store, "forum", Understanding(BRANDS), now=lambda: NOW)


def test_a_match_is_scored_and_shows_its_words(ingest: Ingest, store: Store) -> None:
    saved = ingest.save([Batch([post("The ACME anvil is great, I love it")], [Checkpoint("page", "1")], expected=1)])
    assert (saved.new, saved.mentions) == (1, 1)
    (mention,) = store.mentions(MentionFilter())
    assert (mention.brand, mention.sentiment, mention.language) == ("Acme", "positive", "en")
    assert store.checkpoints("forum") == {"page": "1"}
    words = store.db.conn.execute("SELECT words FROM mentions").fetchone()[0]
    assert "ACME" in words


def test_two_brands_in_one_post_are_scored_apart(ingest: Ingest, store: Store) -> None:
    ingest.save([Batch([post("Acme was awful, a terrible mess. Zenith is wonderful and I love it.")])])
    scores = {m.brand: m.sentiment for m in store.mentions(MentionFilter())}
    assert scores == {"Acme": "negative", "Zenith": "positive"}


def test_a_language_that_cannot_be_scored_is_not_neutral(ingest: Ingest, store: Store) -> None:
    ingest.save([Batch([post("To urządzenie firmy Acme jest naprawdę okropne i zaraz je odeślę do sklepu.")])])
    (mention,) = store.mentions(MentionFilter())
    assert (mention.language, mention.sentiment, mention.sentiment_score) == ("pl", None, None)
    assert store.count_mentions(MentionFilter(sentiment="unscored")) == 1


def test_the_team_s_words_count_in_german_too() -> None:
    told = Understanding(BRANDS, lexicon={"krass": 3.0}).entry(
        post("Die Leute bei Acme finde ich wirklich krass, sag ich euch.")
    )
    (mention,) = told.mentions
    assert (told.language, mention.label) == ("de", "positive")
    assert mention.why[0].words == ("krass",)


def test_two_brands_in_a_german_post_get_each_their_own(ingest: Ingest, store: Store) -> None:
    ingest.save([Batch([post("Zörbig Müsli schmeckt super, aber Acme ist seit Wochen kaputt und niemand hilft mir.")])])
    found = {m.brand: (m.language, m.sentiment) for m in store.mentions(MentionFilter())}
    assert found == {"Zörbig Müsli": ("de", "positive"), "Acme": ("de", "negative")}
    assert store.count_mentions(MentionFilter(sentiment="neutral")) == 0


def test_what_somebody_quotes_is_not_what_they_say(ingest: Ingest, store: Store) -> None:
    ingest.save([Batch([post("I agree with this.", quotes=(Quote("Acme is a fraud", "kim"),))])])
    assert store.count_mentions(MentionFilter()) == 0
    assert store.totals()["posts"] == 1


def test_unmatched_posts_are_kept_or_not_as_the_source_says(ingest: Ingest, store: Store) -> None:
    ingest.keep_unmatched = False
    ingest.save([Batch([post("nothing of interest", 1), post("Acme is here", 2)])])
    assert store.totals()["posts"] == 1


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (post(""), "it is empty"),
        (post("  \n "), "it is empty"),
        (post("Acme", id=""), "it has no identity"),
        (post("Acme", published=datetime(2026, 1, 1)), "has no time zone"),  # noqa: DTZ001
        (post("Acme", published=datetime(1, 1, 1, tzinfo=UTC)), "cannot be right"),
        (post("Acme", published=datetime(9999, 12, 31, tzinfo=UTC)), "cannot be right"),
        (post("Acme", published=NOW + timedelta(days=2)), "cannot be right"),
        (post("Acme", edited=NOW + timedelta(days=400)), "edited date"),
    ],
)
def test_bad_posts_are_kept_aside_with_a_reason_and_the_rest_goes_on(
    ingest: Ingest, store: Store, bad: Post, reason: str
) -> None:
    ingest.save([Batch([bad, post("Acme is fine", 2)], rejects=[Reject("a broken row", "x.csv:3")])])
    assert store.totals()["posts"] == 1
    assert any(reason in row["reason"] for row in store.quarantine())
    assert store.totals()["quarantine"] == 2


def test_a_missing_author_and_a_missing_date_are_fine(ingest: Ingest, store: Store) -> None:
    ingest.save([Batch([post("Acme is fine", author=None, published=None)])])
    (mention,) = store.mentions(MentionFilter())
    assert (mention.author, mention.date) == (None, "2026-11-20T12:00:00Z")


def test_characters_that_no_encoding_allows_do_not_stop_a_batch(ingest: Ingest, store: Store) -> None:
    ingest.save([Batch([post("Acme \ud83d is broken", title="\udfff")])])
    (mention,) = store.mentions(MentionFilter())
    assert mention.full_text == "Acme ? is broken"


def test_a_new_query_finds_what_is_said_in_titles_too(ingest: Ingest, store: Store) -> None:
    ingest.save([Batch([post("Where do I find its manual?", title="Zorbig Musli")])])
    assert [m.brand for m in store.mentions(MentionFilter())] == ["Zörbig Müsli"]


def test_a_deleted_post_has_no_mentions(ingest: Ingest, store: Store) -> None:
    ingest.save([Batch([post("Acme is great")])])
    ingest.save([Batch([post("", deleted=True)])])
    assert store.count_mentions(MentionFilter()) == 0
    assert store.check() == []


@pytest.mark.parametrize(
    ("text", "hint", "code"),
    [
        ("The battery died and they would not give me my money back", "", "en"),
        ("Das Gerät ist nach zwei Wochen kaputt gegangen und niemand hilft mir", "en", "de"),
        ("Le produit est arrivé cassé et le service client ne répond pas", "", "fr"),
        ("El producto llegó roto y nadie contesta en atención al cliente", "", "es"),
        ("ok", "de-DE", "de"),
        ("!!!", "", ""),
        ("https://example.com/a @kim #tag", "fr", "fr"),
        ("これは本当に素晴らしい製品です。とても気に入りました。", "", "ja"),
    ],
)
def test_languages(text: str, hint: str, code: str) -> None:
    assert detect(text, hint) == code


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("@acme so sweet! :)", "positive"),
        ("Acme OK. Thanks!", "positive"),
        ("Acme. So annoyed", "negative"),
        ("@acme :'( :'(", "negative"),
        ("Acme nej", None),
        ("Acme kisa zamanda cikar gibi geliyor ama bilmiyorum tam olarak nasil olacak", None),
    ],
)
def test_a_text_too_short_for_a_language_is_scored_where_a_word_or_face_feels(text: str, label: str | None) -> None:
    post = Post("forum.example.com", "1", "https://forum.example.com/1", text)
    (mention,) = Understanding(BRANDS).entry(post).mentions
    assert mention.label == label
