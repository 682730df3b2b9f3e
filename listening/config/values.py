"""The values that options share: lengths of time, time zones, times of a day; and the table they stand in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, get_args, get_origin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

_DURATION = re.compile(r"(\d+)\s*([smhdwy])", re.I)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31_536_000}


def duration(value: Any) -> timedelta:
    """A length of time from "90s", "30m", "12h", "7d", "2w", "1y" (365 days) or 0. Raises ValueError naming these."""
    if isinstance(value, timedelta):
        return value
    if value == 0 and not isinstance(value, bool):
        return timedelta(0)
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or len(match[1]) > 9:
        raise ValueError('is not a length of time: write "90s", "30m", "12h", "7d", "2w" or "1y"')
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2].lower()])


def spell(value: timedelta) -> str:
    """A length of time as the config writes it."""
    seconds = int(value.total_seconds())
    for unit in "ywdhm":
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"


Duration = Annotated[
    timedelta,
    BeforeValidator(duration),
    PlainSerializer(spell, return_type=str),
    WithJsonSchema({"type": ["string", "integer"], "pattern": r"^\d+\s*[smhdwy]$", "maximum": 0}),
]


def _zone(value: str) -> str:
    try:
        if value:
            ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'"{value}" is not a time zone: write a name such as Europe/Berlin') from None
    return value


TimeZone = Annotated[str, AfterValidator(_zone)]


class Table(BaseModel):
    """Base of every table: no unknown keys, and nothing changes it."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class EntryError(ValueError):
    """A mistake in one entry of a table of the user's own words, such as a lexicon."""

    def __init__(self, entry: str, message: str) -> None:
        self.entry = entry
        super().__init__(message)


def row_of(annotation: Any) -> type[BaseModel] | None:
    """The model of the rows of an array of tables, if an option is one."""
    inner = get_args(annotation)[0] if get_origin(annotation) is list else None
    return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None
