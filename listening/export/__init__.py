"""Taking mentions away: whatever a view shows, as files that other programs read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from listening.export.atom import write_atom
from listening.export.brandwatch import write_brandwatch
from listening.export.lines import write_jsonl
from listening.export.parquet import write_parquet
from listening.export.rss import write_rss
from listening.export.sheet import write_xlsx
from listening.export.table import inert, original, write_csv
from listening.store import MentionRow


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: how it is written, what it is called, and what a browser is told it is."""

    write: Callable[[Iterable[MentionRow], BinaryIO], int]
    suffix: str
    media: str


FORMATS: Mapping[str, Format] = {
    "csv": Format(write_csv, ".csv", "text/csv; charset=utf-8"),
    "xlsx": Format(write_xlsx, ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "parquet": Format(write_parquet, ".parquet", "application/vnd.apache.parquet"),
    "brandwatch": Format(write_brandwatch, ".csv", "text/csv; charset=utf-8"),
    "jsonl": Format(write_jsonl, ".jsonl", "application/x-ndjson; charset=utf-8"),
    "atom": Format(write_atom, ".atom", "application/atom+xml; charset=utf-8"),
    "rss": Format(write_rss, ".rss", "application/rss+xml; charset=utf-8"),
}

__all__ = ["FORMATS", "Format", "inert", "original", "write_atom", "write_csv", "write_rss"]
