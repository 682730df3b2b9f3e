"""Exports: everything comes out as it is, streams, and nothing in it runs, in a sheet, a feed or a terminal."""

from __future__ import annotations

import csv
import io
import json
import sys
import tracemalloc
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import click
import feedparser
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.cli import main
from listening.cli.common import filters
from listening.errors import MissingExtra
from listening.export import FORMATS, original
from listening.store import InboxFilter, MentionRow, Store
from tests.conftest import NOW
from tests.test_export_csv import HOSTILE, ROW
from tests.test_inbox import entry

NASTY = [
    *HOSTILE,
    "<script>alert(1)</script>",
    "]]>",
    "&amp;",
    "\x00\x0b\ud7ff\ufffe",
    "_x000D_",
    "\u202egnp.exe",
    "a" * 40_000,
]


def written(form: str, *rows: MentionRow) -> bytes:
    target = io.BytesIO()
    assert FORMATS[form].write(rows, target) == len(rows)
    return target.getvalue()


def nasty(text: str) -> MentionRow:
    return replace(
        ROW, title=text, full_text=text, author=text, brand=text, intents=text, url=text, domain=text, source=text,
        assignee=text, status=text, first_author=text, first_url=text,
    )  # fmt: skip


def test_no_cell_of_a_workbook_is_a_formula_or_a_link() -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", *map(nasty, NASTY))))
    (sheet,) = book.worksheets
    assert [cell.value for cell in sheet[1]] == list(asdict(ROW))
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            assert cell.data_type != "f"
            assert cell.hyperlink is None
    found = dict(zip(asdict(ROW), next(sheet.iter_rows(min_row=2, values_only=True)), strict=True))
    assert (found["title"], found["mention_id"], found["sentiment_score"]) == ("=1+1", 1, -0.6249)
    assert found["date"] == NOW.replace(tzinfo=None)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_a_workbook_holds_any_text(text: str) -> None:
    import openpyxl

    if not text.isprintable():
        return
    sheet = openpyxl.load_workbook(io.BytesIO(written("xlsx", replace(ROW, full_text=text)))).worksheets[0]
    assert (sheet["I2"].value or "") == text


def test_a_workbook_goes_on_on_another_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    import openpyxl

    monkeypatch.setattr("listening.export.sheet.MOST", 2)
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", *[replace(ROW, mention_id=i) for i in range(5)])))
    assert [sheet.title for sheet in book.worksheets] == ["Mentions", "Mentions 2", "Mentions 3"]
    assert [sheet["A2"].value for sheet in book.worksheets] == [0, 2, 4]


def test_what_looks_like_an_escape_is_escaped_once() -> None:
    book = zipfile.ZipFile(io.BytesIO(written("xlsx", replace(ROW, title="_x000D_=1+1"))))
    sheet = book.read("xl/worksheets/sheet1.xml")
    assert b"<t>_x005F_x000D_=1+1</t>" in sheet


def test_parquet_comes_back_as_it_was() -> None:
    from pyarrow import parquet

    rows = [replace(ROW, mention_id=i, full_text=text, sentiment_score=None) for i, text in enumerate(NASTY)]
    table = parquet.read_table(io.BytesIO(written("parquet", *rows)))
    found = table.to_pylist()
    assert [row["full_text"] for row in found] == NASTY
    assert (found[0]["date"], found[0]["sentiment_score"], found[0]["thread_id"]) == (NOW, None, None)
    assert parquet.read_table(io.BytesIO(written("parquet"))).num_rows == 0


def test_parquet_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"listening\[parquet\]"):
        written("parquet", ROW)


def test_json_lines_come_back_as_they_were() -> None:
    rows = [nasty(text) for text in NASTY]
    lines = written("jsonl", *rows).decode().split("\n")
    assert lines.pop() == ""
    assert [MentionRow(**json.loads(line)) for line in lines] == rows


def test_brandwatch_names_and_forms() -> None:
    (found,) = csv.DictReader(io.StringIO(written("brandwatch", ROW).decode("utf-8-sig"), newline=""))
    assert (found["Query Name"], found["Date"], found["Full Text"], found["Url"], found["Sentiment"]) == (
        "Acme", "2026-11-20 12:00:00.0", "Acme is great", "https://forum.example.com/p/1", "positive",
    )  # fmt: skip
    assert (found["Status"], found["Resource Id"], found["Author"]) == ("open", "1", "kim")
    rows = csv.DictReader(io.StringIO(written("brandwatch", *map(nasty, NASTY)).decode("utf-8-sig"), newline=""))
    assert [original(row["Full Text"]) for row in rows] == NASTY


@pytest.mark.parametrize("text", NASTY)
def test_a_feed_holds_whatever_people_wrote_as_text(text: str) -> None:
    root = ET.fromstring(written("atom", nasty(text), ROW))
    space = "{http://www.w3.org/2005/Atom}"
    first, second = root.iter(f"{space}entry")
    assert [child.tag.removeprefix(space) for child in first if len(child)] == ["author"], "no markup of theirs"
    assert first.find(f"{space}link") is None, "only web addresses are links"
    link = second.find(f"{space}link")
    assert link is not None
    assert link.get("href") == ROW.url


def test_a_feed_is_one_that_readers_read() -> None:
    found = feedparser.parse(written("atom", ROW, replace(ROW, mention_id=2, title="", full_text="b" * 500)))
    assert not found.bozo
    assert [e.id for e in found.entries] == ["urn:listening:mentions:1", "urn:listening:mentions:2"]
    assert found.entries[0].title == "Acme: A topic"
    assert len(found.entries[1].title) < 130
    assert not feedparser.parse(written("atom")).bozo


@pytest.mark.parametrize("form", FORMATS)
def test_each_streams(form: str) -> None:
    def many(count: int) -> Iterator[MentionRow]:
        for number in range(count):
            yield replace(ROW, mention_id=number, full_text=f"{ROW.full_text} {number}")

    class Sink(io.BytesIO):
        def write(self, data: object) -> int:
            return len(data)  # type: ignore[arg-type]

    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            FORMATS[form].write(many(count), Sink())
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    limit = 20e6 if form == "parquet" else 3e6  # a group of rows is held
    assert peak(4_000) < limit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    path.mkdir()
    (path / "brands.toml").write_text('[[brand]]\nname = "Acme"\n[[brand]]\nname = "Globex"\n', encoding="utf-8")
    (path / "sources.toml").write_text("", encoding="utf-8")
    (path / "listening.toml").write_text("", encoding="utf-8")
    with Store(tmp_path / "listening.db") as store:
        store.save("forum", [entry(i, brand=("Acme", "Globex")[i % 2]) for i in range(1, 11)], now=NOW)
        store.save_view("all of Acme", "brand=Acme", who="", now=NOW, shared=True)
    return path


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--config", str(folder), *words])


def test_the_command_writes_views_and_filters_as_the_files_name_says(folder: Path, tmp_path: Path) -> None:
    import openpyxl

    target = tmp_path / "out.xlsx"
    result = run(folder, "export", "all of acme", "-o", str(target))
    assert result.exit_code == 0, result.output
    assert "5 mentions written" in result.output
    assert openpyxl.load_workbook(target).worksheets[0].max_row == 6
    assert target.stat().st_mode & 0o777 == 0o600
    lines = run(folder, "export", "brand=Globex&order=urgent", "--format", "jsonl", "--limit", "2").output.splitlines()
    assert [json.loads(line)["brand"] for line in lines] == ["Globex", "Globex"]
    assert "Query Name" in run(folder, "export", "--format", "brandwatch").output


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("nothing", "all of Acme"),
        ("statsu=new", 'did you mean "status"'),
        ("q=%28", "^"),
        ("q=intent:complain", "did you mean complaint"),
    ],
)
def test_the_command_says_what_there_is(folder: Path, tmp_path: Path, what: str, said: str) -> None:
    result = run(folder, "export", what, "-o", str(tmp_path / "out.csv"))
    assert result.exit_code == 1
    assert said in result.output
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("option", "given", "said"),
    [
        ("--intent", "nonsense", 'there is no intent "nonsense"; there are: advocacy, buying, complaint'),
        ("--status", "knew", "'knew' is not one of 'new', 'in progress'"),
    ],
)
def test_a_filter_that_is_mistyped_is_told_and_not_an_empty_table(
    folder: Path, option: str, given: str, said: str
) -> None:
    result = run(folder, "mentions", option, given)
    assert (result.exit_code, said in " ".join(result.output.replace("│", " ").split())) == (2, True), result.output


def test_an_intent_is_known_in_any_case_by_its_beginning(tmp_path: Path) -> None:
    seen: list[str] = []
    command = click.command()(filters(None)(lambda config, where: seen.append(where.intent)))
    for name, text in (("brands", '[[brand]]\nname = "Acme"\n'), ("sources", ""), ("listening", "")):
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    for typed in ("Compl", "complaint"):
        CliRunner().invoke(command, ["--intent", typed], obj=tmp_path, catch_exceptions=False)
    assert seen == ["complaint", "complaint"]


def test_triage_and_undo_from_a_terminal(folder: Path, tmp_path: Path) -> None:
    result = run(
        folder, "triage", "1", "2", "77", "--status", "answered", "--assign", "anna", "--note", "done", "--tag", "x"
    )
    assert result.exit_code == 0, result.output
    assert "2 mentions changed" in result.output
    assert "no mention 77" in result.output
    with Store(tmp_path / "listening.db") as store:
        card = store.page(InboxFilter(assignee="anna"), now=NOW).cards[0]
        assert (card.status, card.tags, card.notes) == ("answered", ("x",), 1)
    assert run(folder, "triage", "1", "--status", "answered").exit_code == 1
    assert "2 mentions as before" in run(folder, "undo").output
    with Store(tmp_path / "listening.db") as store:
        assert store.count(InboxFilter(statuses=("new",))).mentions == 10
    assert run(folder, "undo").exit_code == 1
