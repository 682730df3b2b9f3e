"""Texts that people have rated, as vaderSentiment's authors publish them."""

from __future__ import annotations

from pathlib import Path

from listening.evaluate import Row
from pipelines.sentiment import label


def vader_gold(path: Path) -> list[Row]:
    """id, mean of the raters from -4 to 4, text; labelled by the thresholds customary for VADER."""
    lines = [line.split("\t", 2) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Row(i, text, {"sentiment": label(float(mean) / 4)}) for i, (_, mean, text) in enumerate(lines, 1)]
