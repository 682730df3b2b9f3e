"""Mentions as an Excel workbook: a frozen header, a filter on each column, and no cell that is a formula or a link."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any, BinaryIO

from listening.export.inside import Unclosed
from listening.store import COLUMNS, MentionRow

MOST = 1_048_575  # rows of a sheet below its header: more begin another sheet
_LONGEST = 32_767  # characters of a cell
_WIDTHS = {"title": 40, "full_text": 80, "url": 40, "date": 19, "collected_at": 19, "first_url": 40}
# XML 1.0 has no place for these. (What looks like an escape of Excel's, _x000D_, is escaped by xlsxwriter.)
_BANNED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_xlsx(rows: Iterable[MentionRow], target: BinaryIO) -> int:
    """Write mentions as a workbook, row by row to a temporary file, so that memory stays constant. Returns how many.

    Texts are written as texts, whatever they look like. Times are Excel's own, in UTC.
    """
    import xlsxwriter

    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "in_memory": False,
    }  # fmt: skip
    count = 0
    with xlsxwriter.Workbook(Unclosed(target), options) as book:
        time, values_of = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}), attrgetter(*COLUMNS)
        sheet, at = _sheet(book, 1), 0
        for row in rows:
            if at == MOST:
                sheet, at = _sheet(book, count // MOST + 1), 0
            at += 1
            count += 1
            for column, (name, value) in enumerate(zip(COLUMNS, values_of(row), strict=True)):
                if name in ("date", "collected_at"):
                    sheet.write_datetime(at, column, datetime.fromisoformat(value).replace(tzinfo=None), time)
                elif isinstance(value, str):
                    sheet.write_string(at, column, cell(value))
                elif value is not None:
                    sheet.write_number(at, column, value)
    return count


def cell(text: str) -> str:
    """The text as a cell can hold it."""
    return _BANNED.sub("\ufffd", text)[:_LONGEST]


def _sheet(book: Any, number: int) -> Any:
    sheet = book.add_worksheet("Mentions" if number == 1 else f"Mentions {number}")
    for column, name in enumerate(COLUMNS):
        sheet.set_column(column, column, _WIDTHS.get(name, 14))
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, name, bold)
    return sheet
