"""What an API's JSON holds, in the shape that is asked for, whatever a board has put there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def record(value: object, *path: str) -> dict[str, Any]:
    """The object at a path of keys; an empty one where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def records(value: object, *path: str) -> Iterator[dict[str, Any]]:
    """The objects of the list at a path of keys; whatever else it holds is left out."""
    *parents, key = path
    for item in items(record(value, *parents).get(key)):
        if isinstance(item, dict):
            yield item


def items(value: object) -> list[Any]:
    """A list, or an empty one."""
    return value if isinstance(value, list) else []


def words(value: object) -> str:
    """A text; numbers as text, anything else as an empty one."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def whole(value: object) -> int | None:
    """A whole number, also from its text; None for anything else."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 16:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
