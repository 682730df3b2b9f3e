"""The obvious way: a regular expression per brand, `polarity_scores`, an sqlite-utils upsert per post."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlite_utils
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from listening.config import Brand


class Obvious:
    """What a careful developer writes in an afternoon."""

    def __init__(self, brands: Iterable[Brand], path: Path) -> None:
        self.patterns = {b.name: re.compile(rf"\b{re.escape(b.name)}\b", re.IGNORECASE) for b in brands}
        self.analyzer = SentimentIntensityAnalyzer()
        self.db = sqlite_utils.Database(path)
        self.table: Any = self.db["posts"]
        self.table.create(
            {
                "id": str, "url": str, "title": str, "text": str, "author": str, "thread": str, "channel": str,
                "published": str, "brands": str, "neg": float, "neu": float, "pos": float, "compound": float,
            },
            pk="id",
        )  # fmt: skip
        self.table.enable_fts(["title", "text"], create_triggers=True)

    def add(self, post: dict[str, str]) -> None:
        """Match, score and store one post."""
        found = [name for name, pattern in self.patterns.items() if pattern.search(post["text"])]
        scores = self.analyzer.polarity_scores(post["text"])
        self.table.upsert({**post, "brands": ",".join(found), **scores}, pk="id")
