"""Mentions as JSON lines: one object a line, UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterable
from operator import attrgetter
from typing import BinaryIO

from listening.store import COLUMNS, MentionRow


def write_jsonl(rows: Iterable[MentionRow], target: BinaryIO) -> int:
    """Stream mentions as JSON lines. Returns how many."""
    values_of, count = attrgetter(*COLUMNS), 0
    for row in rows:
        line = json.dumps(dict(zip(COLUMNS, values_of(row), strict=True)), ensure_ascii=False)
        target.write(line.encode("utf-8") + b"\n")
        count += 1
    return count
