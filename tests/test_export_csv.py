"""The digest: what goes into a spreadsheet stays text there, and comes back exactly."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.export import inert, original, write_csv
from listening.store import MentionRow

ROW = MentionRow(
    mention_id=1, date="2026-11-20T12:00:00Z", collected_at="2026-11-20T12:05:00Z", brand="Acme", source="forum",
    domain="forum.example.com", url="https://forum.example.com/p/1", title="A topic", full_text="Acme is great",
    author="kim", language="en", sentiment="positive", sentiment_score=-0.6249, intents="", status="new", assignee="",
    thread_id=None,
)  # fmt: skip


def written(*rows: MentionRow) -> bytes:
    target = io.BytesIO()
    write_csv(rows, target)
    return target.getvalue()


def test_header_is_line_one_after_the_byte_order_mark() -> None:
    data = written(ROW)
    assert data.startswith(b"\xef\xbb\xbf")
    assert (
        next(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        == (
            "mention_id date collected_at brand source domain url title full_text author language sentiment "
            "sentiment_score intents status assignee thread_id copies copy_of first_author first_url"
        ).split()
    )


def test_an_empty_digest_is_its_header() -> None:
    assert written().decode("utf-8-sig").count("\r\n") == 1


def test_figures_stay_numbers() -> None:
    row = next(csv.DictReader(io.StringIO(written(ROW).decode("utf-8-sig"))))
    assert (row["mention_id"], row["sentiment_score"], row["thread_id"]) == ("1", "-0.6249", "")


HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "＝1+1", '";=1+1', "x;=1", "x\n=1", "x\t@y",
    "' =1", "'=1", " =1", "a|=1", '=HYPERLINK("https://evil.example","x")',
    "\x00=1+1", "\x1b=1", "\u200b=1", "x;\x00=1", "x\n\x00=1", "\x00'=1", "\ufeff-1", "\U000e0001=1",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_runs_whatever_the_spreadsheet_takes_for_a_border(text: str, delimiter: str) -> None:
    data = written(replace(ROW, title=text, full_text=text, author=text))
    lines = io.StringIO(data.decode("utf-8-sig"), newline="")
    for cells in csv.reader(lines, delimiter=delimiter, quotechar='"' if delimiter == "," else "\x00"):
        for cell in cells:
            bare = "".join(c for c in cell if c.isprintable() or c in "\t\r").strip(' "\u00a0')
            assert not bare.startswith(("=", "+", "@", "＝", "\t", "\r")), cell
            assert not bare.startswith("-") or bare.removeprefix("-").replace(".", "").isdigit(), cell


@given(
    st.text(
        alphabet=st.one_of(st.sampled_from("=+-@'; \t\n\r|＝ab\x00\u200b\ufeff"), st.characters(codec="utf-8")),
        max_size=40,
    )
)
def test_what_was_made_inert_reads_back_exactly(text: str) -> None:
    assert original(inert(text)) == text


@given(st.text(max_size=200))
def test_a_whole_row_reads_back_exactly(text: str) -> None:
    row = replace(ROW, full_text=text)
    try:
        data = written(row)
    except UnicodeEncodeError:
        return  # lone surrogates never get into the store
    (found,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert original(found["full_text"]) == text


def test_it_streams() -> None:
    def many() -> Iterator[MentionRow]:
        for _ in range(8_000):
            yield ROW

    class Sink(io.RawIOBase):
        def write(self, data: object) -> int:
            return len(data)  # type: ignore[arg-type]

    tracemalloc.start()
    try:
        assert write_csv(many(), Sink()) == 8_000  # type: ignore[arg-type]
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()
