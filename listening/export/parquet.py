"""Mentions as Parquet, for those who go on in pandas, DuckDB or Spark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import Any, BinaryIO

from listening.errors import MissingExtra
from listening.export.inside import Unclosed
from listening.store import COLUMNS, MentionRow

_GROUP = 20_000  # rows held at a time
_TIMES = ("date", "collected_at")
_INTEGERS, _FLOATS = ("mention_id", "thread_id", "copies", "copy_of"), ("sentiment_score",)


def write_parquet(rows: Iterable[MentionRow], target: BinaryIO) -> int:
    """Write mentions in groups of rows: memory stays constant. Times are timestamps in UTC. Returns how many rows.

    Raises MissingExtra where pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise MissingExtra("parquet", "writing Parquet files") from None
    kinds = dict.fromkeys(_TIMES, pa.timestamp("s", tz="UTC")) | dict.fromkeys(_INTEGERS, pa.int64())
    kinds |= dict.fromkeys(_FLOATS, pa.float64())
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in COLUMNS])
    count = 0
    with parquet.ParquetWriter(Unclosed(target), schema, compression="zstd") as writer:
        for group in _groups(rows):
            columns = [pa.array(values, field.type) for values, field in zip(group, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            count += len(columns[0])
    return count


def _groups(rows: Iterable[MentionRow]) -> Iterator[list[list[Any]]]:
    """The columns of so many rows at a time."""
    values_of, remaining = attrgetter(*COLUMNS), iter(rows)
    while chunk := [values_of(row) for row in islice(remaining, _GROUP)]:
        yield [
            [datetime.fromisoformat(value) for value in values] if name in _TIMES else list(values)
            for name, values in zip(COLUMNS, zip(*chunk, strict=True), strict=True)
        ]
