"""The labelled set of hard cases of matching: every one of them must be right."""

from __future__ import annotations

import csv
from pathlib import Path

from listening.query import compile as compile_queries
from listening.query import parse

SET = Path(__file__).parent / "sets" / "matching.csv"


def rows() -> list[dict[str, str]]:
    with SET.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_set_is_large_and_even() -> None:
    cases = rows()
    assert len(cases) >= 300
    assert len({(row["query"], row["title"], row["text"]) for row in cases}) == len(cases)
    assert 0.3 < sum(row["matches"] == "yes" for row in cases) / len(cases) < 0.7


def test_each_case_is_right() -> None:
    wrong = [
        (row["query"], row["title"], row["text"])
        for row in rows()
        if bool(compile_queries({"q": parse(row["query"])}).match(row["title"], row["text"]))
        is not (row["matches"] == "yes")
    ]
    assert wrong == []


def test_each_case_is_right_among_all_the_others() -> None:
    cases = rows()
    matcher = compile_queries({query: parse(query) for query in dict.fromkeys(row["query"] for row in cases)})
    wrong = []
    for row in cases:
        names = {hit.name for hit in matcher.match(row["title"], row["text"])}
        if (row["query"] in names) is not (row["matches"] == "yes"):
            wrong.append((row["query"], row["title"], row["text"]))
    assert wrong == []
