"""What the data of a config file must be after an edit: the proof that the text was changed as it was meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from listening.config.sheet import plain

Wanted = Callable[[dict[str, Any]], dict[str, Any] | None]  # the data before -> after; None: whatever it is


def appended(table: str, values: Mapping[str, Any], *, several: bool) -> Wanted:
    """One more entry at the end of its kind; or (not `several`) a table where there was none."""

    def wanted(data: dict[str, Any]) -> dict[str, Any]:
        return data | {table: [*data.get(table, []), _given(values)] if several else _given(values)}

    return wanted


def merged(table: str, entry: Mapping[str, Any], values: Mapping[str, Any]) -> Wanted:
    """One entry with some values replaced, added, or (None) gone."""

    def changed(row: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in {**row, **_given(values)}.items() if values.get(key, 0) is not None}

    def wanted(data: dict[str, Any]) -> dict[str, Any]:
        if not table:
            return changed(data)
        if isinstance(data[table], dict):
            return data | {table: changed(entry)}
        return data | {table: [changed(row) if row == entry else row for row in data[table]]}

    return wanted


def without(table: str, entry: Mapping[str, Any]) -> Wanted:
    """One entry gone."""

    def wanted(data: dict[str, Any]) -> dict[str, Any]:
        rest = {key: value for key, value in data.items() if key != table}
        if isinstance(data[table], dict):
            return rest
        rows = [row for row in data[table] if row != entry]
        return rest | ({table: rows} if rows else {})

    return wanted


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: plain(value) for key, value in values.items() if value is not None}
