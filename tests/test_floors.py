"""Quality has a floor: what people labelled, judged by what is here, may not fall below tests/floors.toml."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from listening.evaluate import Judge, Report, Row, read, reports
from pipelines.understanding import Understanding
from tests.gold import vader_gold

HERE = Path(__file__).parent
SHARED = HERE.parents[1] / "shared" / "data"
FILE = tomllib.loads((HERE / "floors.toml").read_text(encoding="utf-8"))
FLOORS = FILE["floor"]
FEWEST = 300  # rows of a set of our own


def found(file: str) -> Path:
    return SHARED / file.removeprefix("shared/") if file.startswith("shared/") else HERE / "sets" / file


def tweets_of_a_language(path: Path) -> list[Row]:
    """A text a line, and beside it a file of labels 0, 1, 2."""
    texts = path.read_text(encoding="utf-8").splitlines()
    labels = path.with_name("train_labels.txt").read_text(encoding="utf-8").splitlines()
    names = {"0": "negative", "1": "neutral", "2": "positive"}
    found = [Row(i, t, {"sentiment": names[v]}) for i, (t, v) in enumerate(zip(texts, labels, strict=True), 1)]
    return found[::4]  # enough to tell, in a quarter of the time


def rows_of(path: Path) -> Sequence[Row]:
    if path.suffix == ".csv":
        return read(path).rows
    return vader_gold(path) if "vader_gold" in path.parts else tweets_of_a_language(path)


@cache
def measured(file: str, part: str) -> dict[str, Report]:
    rows = [row for row in rows_of(found(file)) if not part or row.part == part]
    tasks = list(dict.fromkeys(task for row in rows for task in row.gold))
    return {report.task: report for report in reports(Judge((), Understanding).judge(rows, tasks))}


def figure(by_task: dict[str, Report], name: str) -> float:
    task, *steps = name.split("/")
    if task == "intents":
        each = [report.ours.classes["yes"].f1 for one, report in by_task.items() if one.startswith("intent:")]
        return sum(each) / len(each)
    report = by_task[task]
    if steps[0].startswith("over "):
        return report.ours.macro_f1 - report.others[steps[0].removeprefix("over ")].macro_f1
    data = report.data()
    value: Any = {**data, **data["classes"]}
    for step in steps:
        value = value[step]
    return float(value)


CASES = [
    pytest.param(one["file"], one.get("part", ""), name, least, id=f"{one['file']} {one.get('part', '')} {name}")
    for one in FLOORS
    for name, least in one["figures"].items()
]


@pytest.mark.parametrize(("file", "part", "name", "least"), CASES)
def test_no_figure_is_below_its_floor(file: str, part: str, name: str, least: float) -> None:
    if not found(file).exists():
        pytest.skip(f"{file} is not here")
    is_now = figure(measured(file, part), name)
    assert is_now >= least, f"{file} {part} {name}: {is_now:.3f}, and the floor is {least}"


@pytest.mark.parametrize("path", sorted((HERE / "sets").glob("*.csv")), ids=lambda path: path.name)
def test_a_set_of_ours_is_large_said_once_and_has_a_floor(path: Path) -> None:
    rows = read(path).rows
    assert len(rows) >= FEWEST
    said = [(row.title, row.text, row.brand, row.query) for row in rows]
    copies = any("duplicates" in row.gold for row in rows)  # which are what that set is about
    assert copies or len(set(said)) == len(said), [one for one in said if said.count(one) > 1][:3]
    parts = {row.part for row in rows}
    assert parts <= {"tune", "held"} or parts == {""}
    part = "held" if "held" in parts else ""
    floors = [(one["file"], one.get("part", "")) for one in FLOORS]
    assert (path.name, part) in floors or path.stem in FILE, "it has no floor"


def test_no_set_holds_a_text_of_the_shared_data() -> None:
    tweets = SHARED / "airline_tweets.csv"
    if not tweets.exists():
        pytest.skip("the shared data is not here")
    with tweets.open(encoding="utf-8", newline="") as file:
        theirs = {row["text"].strip() for row in csv.DictReader(file)}
    for path in (HERE / "sets").glob("*.csv"):
        assert theirs.isdisjoint(row.text.strip() for row in read(path).rows), path.name
