"""A search by date as Algolia runs it for Hacker News: 1,000 hits for a query and no more, ties in any order."""

from __future__ import annotations

import json
import math
import operator
import random
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from tests.servers.http import HttpServer, Reply, Seen

LIMIT = 1000  # "paginationLimitedTo", as the real index leaves it
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, "=": operator.eq, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_FILTER = re.compile(r"(\w+)(<=|>=|<|>|=)(-?\d+)")


def comment(number: int, second: int, text: str, **fields: Any) -> dict[str, Any]:
    """A comment's record, with the fields that the real index has."""
    story = fields.pop("story_id", 1)
    author = fields.pop("author", f"user{number % 7}")
    return {
        "_tags": ["comment", f"author_{author}", f"story_{story}"], "author": author, "comment_text": text,
        "created_at": "2026-11-20T12:00:00Z", "created_at_i": second, "objectID": str(number), "parent_id": story,
        "story_id": story, "story_title": "Anvils", "story_url": "https://example.com/",
    } | fields  # fmt: skip


def story(number: int, second: int, title: str, **fields: Any) -> dict[str, Any]:
    """A story's record."""
    author = fields.pop("author", f"user{number % 7}")
    return {
        "_tags": ["story", f"author_{author}", f"story_{number}"], "author": author, "children": [], "num_comments": 3,
        "created_at": "2026-11-20T12:00:00Z", "created_at_i": second, "objectID": str(number), "points": 7,
        "story_id": number, "title": title, "updated_at": "2026-11-20T12:00:01Z", "url": "https://example.com/",
    } | fields  # fmt: skip


class Algolia(HttpServer):
    """Answers `/api/v1/search_by_date` from `records`; `reply`, while set, is what it answers instead."""

    def __init__(self, records: Iterable[dict[str, Any]] = ()) -> None:
        super().__init__({"/api/v1/search_by_date": self._search})
        self.records = list(records)
        self.reply: Callable[[int], Reply | None] = lambda _: None  # by the number of the request, from 1
        self.estimate: Callable[[int], int] = lambda hits: hits  # nbHits is one where exhaustiveNbHits is false
        self._chance = random.Random(7)

    @property
    def base(self) -> str:
        """What a source's `url` names."""
        return self.url("/api/v1/")

    def _search(self, seen: Seen) -> Reply:
        if (instead := self.reply(len(self.seen))) is not None:
            return instead
        asked = {name: values[0] for name, values in parse_qs(seen.path.partition("?")[2]).items()}
        found = [record for record in self.records if _matches(record, asked)]
        self._chance.shuffle(found)
        found.sort(key=lambda record: -record.get("created_at_i", 0))
        return Reply(json.dumps(self._page(found, asked)).encode(), type="application/json; charset=utf-8")

    def _page(self, found: list[dict[str, Any]], asked: Mapping[str, str]) -> dict[str, Any]:
        page, size = int(asked.get("page", 0)), min(LIMIT, int(asked.get("hitsPerPage", 20)))
        common = {"page": page, "hitsPerPage": size, "processingTimeMS": 1, "serverTimeMS": 2}
        if page and page * size >= LIMIT:
            message = f"you can only fetch the {LIMIT} hits for this query. contact us to increase the limit"
            return common | {"hits": [], "nbHits": 0, "nbPages": 0, "exhaustiveNbHits": True, "message": message}
        hits = [
            record | {"_highlightResult": {"author": {"value": record.get("author"), "matchLevel": "none"}}}
            for record in found[page * size : min(LIMIT, (page + 1) * size)]
        ]
        announced = self.estimate(len(found))
        return common | {
            "hits": hits, "nbHits": announced, "nbPages": math.ceil(min(announced, LIMIT) / size),
            "exhaustiveNbHits": announced == len(found), "query": asked.get("query", ""),
        }  # fmt: skip


def _matches(record: dict[str, Any], asked: Mapping[str, str]) -> bool:
    said = " ".join(str(record.get(name) or "") for name in ("title", "story_text", "comment_text", "url")).lower()
    phrases = [phrase or word for phrase, word in re.findall(r'"([^"]*)"|(\S+)', asked.get("query", "").lower())]
    if not all(phrase in said for phrase in phrases):
        return False
    for group in re.findall(r"\([^)]*\)|[^,()]+", asked.get("tags", "")):
        if not set(group.strip("()").split(",")) & set(record.get("_tags", ())):
            return False
    filters = _FILTER.findall(asked.get("numericFilters", ""))
    return all(_OPERATORS[sign](record.get(name, 0), int(value)) for name, sign, value in filters)
