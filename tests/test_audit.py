"""Audits move a figure once they know enough, and only what they know of."""

from __future__ import annotations

import random

import pytest

from listening.insight.audit import ever
from listening.insight.compare import compare
from listening.insight.overview import overview
from listening.insight.period import last_days
from listening.post import Author, Entry, Label, Mention, Post
from listening.store import Store
from listening.store.tally import counted
from tests.conftest import NOW

WORDS = "quiet plain weather garden bench kettle window ladder basket corner candle hammer".split()


def judged(store: Store, brand: str, label: Label, count: int, begin: int) -> list[int]:
    """So many mentions of a brand with one label; returns their ids."""
    when = NOW.replace(hour=8)
    texts = (" ".join(random.Random(begin + i).choices(WORDS, k=30)) for i in range(count))
    posts = [
        Post("forum.example", str(begin + i), "", f"{brand} {text}", when, Author(f"member{begin + i}"))
        for i, text in enumerate(texts)
    ]
    entries = [Entry(post, "en", None, (Mention(brand, (brand,), 0.0, label),)) for post in posts]
    store.save("forum", entries, now=NOW)
    return store.drawn(brand, label, count)


def answer(store: Store, ids: list[int], sentiment: str, *, audit: bool = True) -> None:
    for each in ids:
        store.add_labels(each, {"sentiment": sentiment}, now=NOW, audit=audit)


def figures(store: Store, brand: str = "Acme") -> tuple[float | None, float, str]:
    """Net sentiment on the overview and in Compare, and what the rule says."""
    since, until = last_days(store, 7, NOW)
    figure = overview(store, brand, since, until, now=NOW).figures["net"]
    (side,) = compare(store, [brand], since, until, now=NOW).sides
    assert side.net is not None
    assert figure.why.rule.rpartition("1970).")[2].strip() in side.why.rule
    return figure.value, side.net.estimate, figure.why.rule


def test_a_few_answers_of_an_audit_move_nothing(store: Store) -> None:
    positive, negative = judged(store, "Acme", "positive", 40, 1), judged(store, "Acme", "negative", 20, 100)
    counted = pytest.approx(20 / 60)
    answer(store, positive[:1], "negative")
    value, side, rule = figures(store)
    assert value == side == counted
    assert "Too few answers in audits yet (1)" in rule
    answer(store, positive[1:20], "negative")  # of one label alone
    assert figures(store)[0] == counted
    answer(store, negative[:10], "negative")
    value, side, rule = figures(store)
    assert value is not None
    assert value == side < -0.8
    assert "30 answers in audits of Acme" in rule


def test_a_brand_with_few_answers_borrows_those_about_others(store: Store) -> None:
    for brand, begin in (("Acme", 1), ("Zenith", 1000)):
        positive = judged(store, brand, "positive", 60, begin)
        negative = judged(store, brand, "negative", 30, begin + 500)
        if brand == "Zenith":
            answer(store, positive[:40], "negative")
            answer(store, negative[:30], "negative")
        else:
            answer(store, positive[:2], "positive")
    value, _, rule = figures(store)
    assert "Too few answers about Acme yet (2): 70 about other brands stand in" in rule
    borrowed = (2.5 - 10.25) / 13  # of what we call positive, with ten of the forty
    assert value == pytest.approx(2 / 3 * borrowed + 1 / 3 * (0.25 - 10.5) / 11)
    assert "70 answers in audits of Zenith" in figures(store, "Zenith")[2]


def test_what_was_corrected_is_no_error_any_more(store: Store) -> None:
    """All that we call positive is negative, but not what people called so."""
    wrong, negative = judged(store, "Acme", "positive", 40, 1), judged(store, "Acme", "negative", 40, 100)
    answer(store, [*wrong[:10], *negative[:10]], "negative")
    assert figures(store)[0] == pytest.approx((0.25 - 10.25) / 11, abs=0.03)
    with store.writing() as conn, counted(conn, negative[20:]):
        conn.executemany("UPDATE mentions SET label = 'positive' WHERE id = ?", [(each,) for each in negative[20:]])
    answer(store, negative[20:], "positive", audit=False)
    assert store.corrected("Acme") == {"positive": 20}
    assert ever(store, "Acme").feelings == {"negative": 20, "neutral": 0, "positive": 60}
    assert figures(store)[0] == pytest.approx(0.75 * (0.25 - 10.25) / 11 + 0.25, abs=0.03)
    answer(store, wrong[:5], "negative", audit=False)  # they are no sample of what nobody corrected any more
    assert store.audited("Acme")["positive"] == {"negative": 5}


def test_a_copy_counts_once_and_is_not_asked_about(store: Store) -> None:
    text = "Acme took my parcel to the wrong door and nobody there can say where it went, so I am without it again"
    posts = [Post("forum.example", str(i), "", text, NOW, Author(f"member{i}")) for i in range(5)]
    store.save(
        "forum", [Entry(post, "en", None, (Mention("Acme", ("Acme",), -0.5, "negative"),)) for post in posts], now=NOW
    )
    assert ever(store, "Acme").feelings == {"negative": 1, "neutral": 0, "positive": 0}
    (shown,) = store.drawn("Acme", "negative", 10)
    copies = {mention.mention_id for mention in store.open_mentions("Acme")} - {shown}
    answer(store, [shown, *copies], "negative")
    assert store.audited("Acme") == {"negative": {"negative": 1}}
