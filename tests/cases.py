"""Fixture cases: a folder holds an input and the posts that must come out of it; adding a case is adding a folder."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import MISSING, asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from listening.post import Post

FIXTURES = Path(__file__).parent / "fixtures"
_DEFAULTS = {field.name: field.default for field in fields(Post) if field.default is not MISSING}


def cases(source: str) -> list[Path]:
    """The case folders of one source, such as `tests/fixtures/rss/atom-without-ids`."""
    return sorted(path for path in (FIXTURES / source).iterdir() if path.is_dir())


def as_json(posts: Iterable[Post]) -> list[dict[str, Any]]:
    """Posts as `expected.json` holds them: fields that differ from their default, times in ISO 8601."""
    return [
        json.loads(json.dumps({k: v for k, v in asdict(post).items() if v != _DEFAULTS.get(k, MISSING)}, default=_iso))
        for post in posts
    ]


def expected(case: Path) -> list[dict[str, Any]]:
    """What `expected.json` of a case says."""
    found: list[dict[str, Any]] = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    return found


def _iso(value: object) -> str:
    assert isinstance(value, datetime), value
    assert value.tzinfo is not None, f"{value!r} has no time zone"
    return value.isoformat()
