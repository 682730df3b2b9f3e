"""Which brands a post speaks of: the promise to a marketer, case by case."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from listening.config import Brand
from listening.errors import QueryError
from listening.post import Post
from listening.query import compile as compile_queries
from listening.query import parse
from pipelines.match import Names

SHARED = Path(__file__).parents[2] / "shared" / "boards"
BRANDS = [
    Brand(name="Acme", query='"acme anvil" OR acme NEAR/5 (anvil OR tools) NOT "acme of"'),
    Brand(name="Globex"),
    Brand(name="Soylent Cola", aliases=["@soylentcola", "#soylent"]),
    Brand(name="Zörbig Müsli"),
    Brand(name="AT&T"),
]
NAMES = Names(BRANDS)


def found(text: str, title: str = "") -> list[str]:
    return [hit.brand for hit in NAMES.find(Post("p", "1", "", text, title=title))]


@pytest.mark.parametrize(
    ("text", "brands"),
    [
        ("I love my ACME Anvil", ["Acme"]),
        ("the tools that acme sells", ["Acme"]),
        ("the acme of his career, an anvil of sorts", []),
        ("acme is nice", []),
        ("globexpress delivers", []),
        ("Globex's service", ["Globex"]),
        ("(globex)", ["Globex"]),
        ("ＧＬＯＢＥＸ rules", ["Globex"]),
        ("glo\u200bbex rules", ["Globex"]),
        ("gl\u043ebex rules", ["Globex"]),  # a Cyrillic o
        ("Soylent Green is people", []),
        ("a can of soylent  cola", ["Soylent Cola"]),
        ("soylent\ncola", ["Soylent Cola"]),
        ("thanks @SoylentCola", ["Soylent Cola"]),
        ("#soylent again", ["Soylent Cola"]),
        ("soylent again", []),
        ("Zorbig Musli or zörbig müsli", ["Zörbig Müsli"]),
        ("at&t is down", ["AT&T"]),
        ("at t is down", []),
        ("Globex and AT&T", ["Globex", "AT&T"]),
        ("", []),
    ],
)
def test_brands_are_heard_as_people_write_them(text: str, brands: list[str]) -> None:
    assert found(text) == brands


def test_title_and_text_are_one_document_but_no_phrase_crosses() -> None:
    assert found("and it fell", title="My Globex") == ["Globex"]
    assert found("cola for all", title="soylent") == []


def test_the_words_are_shown_as_they_were_written() -> None:
    (hit,) = NAMES.find(Post("p", "1", "", "A zorbig  MÜSLI a day"))
    assert [text for start, end in hit.spans for text in ["A zorbig  MÜSLI a day"[start:end]]] == list(hit.words)
    assert "zorbig" in " ".join(hit.words)


@pytest.mark.parametrize("text", ["a", "a b", "a c", "b c", f"a {'x ' * 600}c", ""])
def test_a_query_is_asked_by_itself_as_among_others(text: str) -> None:
    queries = {"alone": '"a b" OR a', "either": '"a b" OR "a c"', "both": "a (b OR c)", "other": "c"}
    together = compile_queries({name: parse(query) for name, query in queries.items()}).match("", text)
    by_itself = [name for name, query in queries.items() if compile_queries({name: parse(query)}).match("", text)]
    assert [hit.name for hit in together] == by_itself


@pytest.mark.parametrize(
    ("query", "text", "holds"),
    [
        ("a b", "b then a", True),
        ("a AND b", "a", False),
        ("a OR b c", "b", False),
        ("a OR b c", "a", True),
        ("(a OR b) c", "b c", True),
        ("a -b", "a", True),
        ("a -b", "a b", False),
        ("a NOT (b OR c)", "a c", False),
        ('"a b c"', "a b x c", False),
        ("a NEAR/2 b", "a x b", True),
        ("a NEAR/1 b", "a x y b", False),
        ("a ONEAR/3 b", "b a", False),
        ("C++", "we use C++ daily", True),
        ("C++", "we use C daily", False),
        ("acme.com", "see acme.com for more", True),
        ("7-Eleven", "the 7-eleven there", True),
        ("東京", "私は東京に住む", True),
        ('"a b" OR a', "a", True),
        ('"a b" OR "a c"', "a c", True),
        ('"a b" OR "a c"', "a d", False),
        ('"a b" OR "a c" OR "d e"', "a x b d", False),
        ('"a price"', "a price's b", True),
        ('"a b" OR #c', "a c", False),
        ('"a b" OR #c', "a #c", True),
    ],
)
def test_the_query_language(query: str, text: str, holds: bool) -> None:
    assert bool(compile_queries({"q": parse(query)}).match("", text)) is holds


@pytest.mark.parametrize(
    "query", ["", "(a", "a)", '"a', "NOT a", "-a", "a OR", "AND a", "()", "titel:a", "a NEAR/ b", "*"]
)
def test_a_query_that_cannot_be_points_at_the_place(query: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert 0 <= caught.value.position <= len(query)
    assert "^" in str(caught.value)


@pytest.mark.parametrize(
    "query", ["(" * 5000 + "a" + ")" * 5000, "a " * 6000, "NOT " * 3000 + "a", '"' + "a " * 4000 + '"']
)
def test_no_query_hangs_or_overflows(query: str) -> None:
    try:
        matcher = compile_queries({"q": parse(query)})
    except QueryError:
        return
    matcher.match("", "a " * 20_000)


@pytest.mark.skipif(not SHARED.exists(), reason="no recorded boards beside this checkout")
@pytest.mark.parametrize("board", ["phpbb", "nodebb"])
def test_recorded_boards(board: str) -> None:
    names = Names([Brand(name=n) for n in ("Acme Anvil", "Globex", "Initech", "Soylent Cola", "Zörbig Müsli")])
    right = heard = true = 0
    with lzma.open(SHARED / board / "truth.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            got = {hit.brand for hit in names.find(Post("p", "1", "", row["text_own"]))}
            right, heard, true = (
                right + len(got & {*row["brands_own"]}),
                heard + len(got),
                true + len(row["brands_own"]),
            )
    assert right == true, "recall"
    assert right >= 0.9 * heard, "precision; the truth leaves out names that stand between Japanese letters"
