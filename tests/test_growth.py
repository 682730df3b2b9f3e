"""The measure of how work grows: by a clock of its own here, so that nothing is timed."""

from __future__ import annotations

import time

import pytest

from tests.growth import LINEAR, growth


@pytest.mark.parametrize(("power", "told"), [(0.5, False), (1, False), (2, True), (3, True)])
def test_only_what_grows_faster_than_its_text_is_told(
    power: float, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent = [0.0]

    def work(text: str) -> None:
        spent[0] += 0.02 * (len(text) / 1000) ** power

    monkeypatch.setattr(time, "process_time", lambda: spent[0])
    assert (growth(work, "x" * 4000) >= LINEAR) is told


def test_no_text_is_worked_on_twice() -> None:
    seen: list[str] = []

    def work(text: str) -> None:
        seen.append(text)

    growth(work, "x" * 4000)
    assert len(set(seen)) == len(seen) >= 2
