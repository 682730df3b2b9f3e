"""A Flarum board that lives: JSON:API, and pages that start with the same JSON, in the shapes of the real one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

HOST = "https://flarum.example/talk"
START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
TAGS = {"1": ("General", ""), "2": ("Tools", ""), "3": ("Anvils", "2")}


class Board:
    """Discussions by id, each a list of posts; `closed`: the API answers nobody."""

    def __init__(self, *, closed: bool = False) -> None:
        self.discussions: dict[int, list[dict[str, Any]]] = {}
        self.tags: dict[int, list[str]] = {}
        self.closed, self.made = closed, 0

    def topic(self, posts: int, *tags: str) -> int:
        number = 10 + len(self.discussions)
        self.discussions[number], self.tags[number] = [], list(tags or ("1",))
        for _ in range(posts):
            self.reply(number)
        return number

    def reply(self, topic: int, **more: Any) -> dict[str, Any]:
        self.made += 1
        at, ident = START + timedelta(minutes=self.made), str(700 + self.made)
        told = {
            "number": len(self.discussions[topic]) + 1, "createdAt": at.isoformat(), "contentType": "comment",
            "contentHtml": f"<p>Post {self.made} by user{self.made % 7}.</p>", "renderFailed": False, "likesCount": 0,
        } | more  # fmt: skip
        related = {
            "discussion": {"data": {"type": "discussions", "id": str(topic)}},
            "user": {"data": {"type": "users", "id": str(self.made % 7)}},
        }
        self.discussions[topic].append(
            {"type": "posts", "id": ident, "attributes": told, "relationships": related}
        )  # fmt: skip
        return self.discussions[topic][-1]

    @property
    def ids(self) -> set[str]:
        posts = (post for posts in self.discussions.values() for post in posts)
        return {post["id"] for post in posts if post["attributes"]["contentType"] == "comment"}

    def page(self, url: str) -> tuple[int, str]:
        """What the board answers."""
        parts = urlsplit(url)
        path, asked = parts.path.removeprefix("/talk/"), dict(parse_qsl(parts.query))
        if path.startswith("api/"):
            return (403, "<h1>Forbidden</h1>") if self.closed else (200, json.dumps(self._api(path, asked)))
        page = int(asked.get("page", 1))
        if path.startswith("d/"):
            document = self._shown(int(path[2:].partition("-")[0]), page)
        else:
            document = self._list(path[2:] if path.startswith("t/") else "", (page - 1) * 20, 20, asked)
        return 200, self._html(document)

    def _html(self, document: dict[str, Any]) -> str:
        forum = {
            "type": "forums",
            "id": "1",
            "attributes": {"title": "Smiths", "baseUrl": HOST, "apiUrl": f"{HOST}/api"},
        }
        payload = {"resources": [forum, *self._tags()[:2]], "session": {"userId": 0}, "apiDocument": document}
        text = json.dumps(payload).replace("<", "\\u003C").replace(">", "\\u003E")
        return (
            '<!doctype html><html><body><div id="flarum-loading">Loading</div><noscript id="flarum-content"></noscript>'
            f'<script id="flarum-json-payload" type="application/json">{text}</script></body></html>'
        )

    def _api(self, path: str, asked: dict[str, str]) -> dict[str, Any]:
        if path == "api/tags":
            return {"data": self._tags()}
        offset, limit = int(asked.get("page[offset]", 0)), int(asked["page[limit]"])
        assert limit <= 50
        if path == "api/discussions":
            return self._list(asked.get("filter[tag]", ""), offset, limit, asked)
        assert path == "api/posts"
        assert asked["sort"] == "number"
        posts = self.discussions[int(asked["filter[discussion]"])]
        shown = posts[offset : offset + limit]
        included = [*self._users(), self._discussion(int(asked["filter[discussion]"]))]
        return {"data": shown, "included": included, "links": _links(path, asked, offset, limit, len(posts))}

    def _list(self, tag: str, offset: int, limit: int, asked: dict[str, str]) -> dict[str, Any]:
        order = sorted(self.discussions, key=lambda d: self.discussions[d][-1]["attributes"]["createdAt"], reverse=True)
        named = {name.lower(): ident for ident, (name, _) in TAGS.items()}
        order = [topic for topic in order if not tag or named[tag] in self.tags[topic]]
        data = [self._discussion(topic) for topic in order[offset : offset + limit]]
        links = _links("api/discussions", asked, offset, limit, len(order))
        return {"data": data, "included": [*self._users(), *self._tags()], "links": links}

    def _shown(self, topic: int, page: int) -> dict[str, Any]:
        posts = self.discussions[topic]
        data = self._discussion(topic)
        data["relationships"]["posts"] = {"data": [{"type": "posts", "id": post["id"]} for post in posts]}
        return {"data": data, "included": [*posts[(page - 1) * 20 : page * 20], *self._users()]}

    def _discussion(self, topic: int) -> dict[str, Any]:
        posts = self.discussions[topic]
        told = {
            "title": f"Topic {topic}", "slug": f"{topic}-topic", "lastPostNumber": posts[-1]["attributes"]["number"],
            "commentCount": sum(post["attributes"]["contentType"] == "comment" for post in posts),
            "lastPostedAt": posts[-1]["attributes"]["createdAt"], "isSticky": False,
        }  # fmt: skip
        tags = {"data": [{"type": "tags", "id": tag} for tag in self.tags[topic]]}
        return {"type": "discussions", "id": str(topic), "attributes": told, "relationships": {"tags": tags}}

    def _users(self) -> list[dict[str, Any]]:
        names = {str(n): f"user{n}" for n in range(7)}
        return [
            {"type": "users", "id": ident, "attributes": {"username": name, "displayName": name.title(), "slug": name}}
            for ident, name in names.items()
        ]

    def _tags(self) -> list[dict[str, Any]]:
        found = []
        for ident, (name, above) in TAGS.items():
            told = {"name": name, "slug": name.lower(), "position": 0, "isChild": bool(above), "discussionCount": 9}
            related = {"parent": {"data": {"type": "tags", "id": above}}} if above else {}
            found.append({"type": "tags", "id": ident, "attributes": told, "relationships": related})
        return found


def _links(path: str, asked: dict[str, str], offset: int, limit: int, count: int) -> dict[str, str]:
    further = asked | {"page[offset]": str(offset + limit)}
    link = "&".join(f"{quote(name)}={quote(value)}" for name, value in further.items())
    return {"first": f"{HOST}/{path}", **({"next": f"{HOST}/{path}?{link}"} if offset + limit < count else {})}
