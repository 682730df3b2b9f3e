"""A Discourse board that lives: its JSON is made when asked for, in the shapes of the real one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HOST = "http://talk.example"
START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
PER_LIST = 4
HOME = '<html><head><meta name="generator" content="Discourse 3.5.0 - https://github.com/discourse/discourse"></head></html>'


class Board:
    """Topics by id, each a list of posts; post ids grow over the whole board, as they do there."""

    def __init__(self) -> None:
        self.topics: dict[int, list[dict[str, Any]]] = {}
        self.places: dict[int, int] = {}  # topic -> category
        self.made = 0

    def topic(self, posts: int, place: int = 4) -> int:
        """Add a topic."""
        number = 10 + len(self.topics)
        self.topics[number], self.places[number] = [], place
        for _ in range(posts):
            self.reply(number)
        return number

    def reply(self, topic: int, **more: Any) -> dict[str, Any]:
        """Add a post, later than every other."""
        self.made += 1
        name, at = f"user{self.made % 7}", START + timedelta(minutes=self.made)
        post = {
            "id": 5000 + self.made, "username": name, "user_id": 1 + self.made % 7, "created_at": _at(at),
            "updated_at": _at(at), "cooked": f"<p>Post {self.made} by {name}.</p>", "post_type": 1, "version": 1,
            "post_number": len(self.topics[topic]) + 1, "topic_id": topic, "topic_slug": f"topic-{topic}",
            "reply_to_post_number": None, "actions_summary": [], "hidden": False, "user_deleted": False,
        } | more  # fmt: skip
        self.topics[topic].append(post)
        return post

    @property
    def ids(self) -> set[str]:
        """The ids of every post that people wrote."""
        return {str(post["id"]) for posts in self.topics.values() for post in posts if post["post_type"] == 1}

    def page(self, url: str) -> tuple[int, str]:
        """What the board answers."""
        parts = urlsplit(url)
        asked = parse_qsl(parts.query)
        if parts.path == "/":
            return 200, HOME
        if parts.path == "/categories.json":
            return 200, json.dumps({"category_list": {"categories": [_category(4, "General"), _category(5, "Tools")]}})
        if parts.path == "/latest.json" or parts.path.startswith("/c/"):
            place = int(parts.path.split("/")[-1].removesuffix(".json")) if parts.path.startswith("/c/") else None
            return 200, json.dumps(self._list(int(dict(asked).get("page", 0)), place, parts.path))
        topic = int(parts.path.split("/")[2].removesuffix(".json"))
        posts = self.topics[topic]
        if parts.path.endswith("/posts.json"):
            wanted = {int(value) for name, value in asked if name == "post_ids[]"}
            assert len(wanted) <= 20, "asked for too much"
            return 200, json.dumps({"post_stream": {"posts": [p for p in posts if p["id"] in wanted]}, "id": topic})
        stream = {"posts": posts[:20], "stream": [post["id"] for post in posts]}
        return 200, json.dumps({"post_stream": stream, **self._row(topic), "chunk_size": 20})

    def _list(self, page: int, place: int | None, path: str) -> dict[str, Any]:
        order = sorted(self.topics, key=lambda topic: self.topics[topic][-1]["created_at"], reverse=True)
        order = [topic for topic in order if place in (None, self.places[topic])]
        shown = order[page * PER_LIST : (page + 1) * PER_LIST]
        more = {"more_topics_url": f"{path.removesuffix('.json')}?no_definitions=true&page={page + 1}"}
        return {"topic_list": {"topics": list(map(self._row, shown))} | (more if len(shown) == PER_LIST else {})}

    def _row(self, topic: int) -> dict[str, Any]:
        posts = self.topics[topic]
        return {
            "id": topic, "title": f"Topic & {topic}", "slug": f"topic-{topic}", "posts_count": len(posts),
            "highest_post_number": posts[-1]["post_number"], "bumped_at": posts[-1]["created_at"], "views": 9,
            "category_id": self.places[topic], "archetype": "regular", "pinned": False, "visible": True,
        }  # fmt: skip


def _category(number: int, name: str) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "slug": name.lower(),
        "topic_count": 1,
        "post_count": 1,
        "subcategory_list": None,
    }


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
