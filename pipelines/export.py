"""Feed exporters for `scrapy crawl -O`: one row per post, though spiders yield a page of them at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from scrapy.exporters import CsvItemExporter, JsonItemExporter, JsonLinesItemExporter

from listening.post import Batch, Post


def rows(item: Any) -> Iterator[dict[str, Any]]:
    """The posts of a batch as flat, exportable dicts."""
    for post in item.posts if isinstance(item, Batch) else ():
        yield _row(post)


def _row(post: Post) -> dict[str, Any]:
    row = asdict(post)
    author, thread = row.pop("author") or {}, row.pop("thread") or {}
    row["published"] = post.published.isoformat() if post.published else None
    row["edited"] = post.edited.isoformat() if post.edited else None
    row |= {f"author_{key}": author.get(key) for key in ("name", "id", "url")}
    return row | {f"thread_{key}": thread.get(key) for key in ("id", "title", "url")}


class JsonLines(JsonLinesItemExporter):
    """One JSON object a line, one line a post."""

    def export_item(self, item: Any) -> None:
        """Write every post of a batch."""
        for row in rows(item):
            super().export_item(row)


class Json(JsonItemExporter):
    """One JSON list of posts."""

    def export_item(self, item: Any) -> None:
        """Write every post of a batch."""
        for row in rows(item):
            super().export_item(row)


class Csv(CsvItemExporter):
    """One line a post."""

    def export_item(self, item: Any) -> None:
        """Write every post of a batch."""
        for row in rows(item):
            super().export_item(row)
