"""A Vanilla board that lives: its API and its pages, in the shapes of the real ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HOST = "https://vanilla.example/forum"
START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
PER_PAGE = 30
PLACES = {1: "Anvils", 2: "Hammers"}


class Board:
    """Discussions by id with their comments; `closed`: the API answers nobody."""

    def __init__(self, *, closed: bool = False) -> None:
        self.discussions: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.closed, self.made = closed, 0

    def topic(self, comments: int, place: int = 1) -> int:
        number = 10 + len(self.discussions)
        self.discussions[number] = self._said() | {
            "discussionID": number, "categoryID": place, "name": f"Topic &amp; {number}", "countViews": 7,
            "url": f"{HOST}/discussion/{number}/topic", "pinned": False, "type": "discussion",
        }  # fmt: skip
        self.comments[number] = []
        for _ in range(comments):
            self.reply(number)
        return number

    def reply(self, topic: int) -> str:
        said = self._said() | {"commentID": 900 + self.made, "discussionID": topic}
        self.comments[topic].append(said)
        return f"Comment_{said['commentID']}"

    @property
    def ids(self) -> set[str]:
        comments = (said for told in self.comments.values() for said in told)
        return {f"Discussion_{n}" for n in self.discussions} | {f"Comment_{said['commentID']}" for said in comments}

    def _said(self) -> dict[str, Any]:
        self.made += 1
        name = f"user{self.made % 7}"
        return {
            "dateInserted": (START + timedelta(minutes=self.made)).isoformat(), "dateUpdated": None, "score": 0,
            "body": f"<p>Post {self.made} by {name}.</p>",
            "insertUser": {"userID": self.made % 7, "name": name, "url": f"{HOST}/profile/{name}"},
        }  # fmt: skip

    def page(self, url: str) -> tuple[int, str]:
        """What the board answers."""
        parts = urlsplit(url)
        path, asked = parts.path.removeprefix("/forum/"), dict(parse_qsl(parts.query))
        if path.startswith("api/v2/"):
            return (403, '{"status": 403}') if self.closed else (200, json.dumps(self._api(path[7:], asked)))
        base, _, page = path.rpartition("/p") if path.rpartition("/p")[2].isdecimal() else (path, "", "1")
        if path.startswith("discussion/"):
            return 200, self._shown(int(path.split("/")[1]), int(page))
        if path == "categories":
            rows = (
                f'<li id="Category_{n}"><h3><a href="{HOST}/categories/{name.lower()}">{name}</a></h3></li>'
                for n, name in PLACES.items()
            )
            return 200, _html("".join(rows))
        places = [n for n, name in PLACES.items() if base == f"categories/{name.lower()}"]
        return 200, self._rows(places[0] if places else 0, base or "discussions", int(page))

    def _order(self, place: int) -> list[int]:
        order = [n for n, told in self.discussions.items() if place in (0, told["categoryID"])]
        return sorted(order, key=self._last, reverse=True)

    def _last(self, number: int) -> str:
        said = [self.discussions[number], *self.comments[number]]
        return str(said[-1]["dateInserted"])

    def _api(self, path: str, asked: dict[str, str]) -> Any:
        page, limit = int(asked.get("page", 1)), int(asked.get("limit", 30))
        assert limit <= 100
        if path == "categories":
            return [
                {"categoryID": n, "name": name, "urlcode": name.lower(), "parentCategoryID": None, "children": []}
                for n, name in PLACES.items()
            ]
        if path == "comments":
            return self.comments[int(asked["discussionID"])][(page - 1) * limit : page * limit]
        if path.startswith("discussions/"):
            return self._told(int(path.partition("/")[2]))
        assert asked["sort"] == "-dateLastComment"
        shown = self._order(int(asked.get("categoryID", 0)))[(page - 1) * limit : page * limit]
        return [self._told(number) for number in shown]

    def _told(self, number: int) -> dict[str, Any]:
        more = {"countComments": len(self.comments[number]), "dateLastComment": self._last(number)}
        return self.discussions[number] | more

    def _rows(self, place: int, base: str, page: int) -> str:
        order = self._order(place)
        rows = [
            f'<li id="Discussion_{n}" class="Item ItemDiscussion"><div class="Title">'
            f'<a href="{HOST}/discussion/{n}/topic">Topic &amp; {n}</a></div><span class="MItem CommentCount">'
            f'<span class="Number">{len(self.comments[n])}</span> comments</span>'
            f'<span class="LastCommentDate"><time datetime="{self._last(n)}">now</time></span></li>'
            for n in order[(page - 1) * PER_PAGE : page * PER_PAGE]
        ]
        return _html("".join(rows), f"{HOST}/{base}", page, len(order))

    def _shown(self, number: int, page: int) -> str:
        said, place = self.comments[number], PLACES[self.discussions[number]["categoryID"]]
        head = f'<span class="Breadcrumbs"><a href="{HOST}/categories/{place.lower()}">{place}</a></span>'
        opener = _block(f"Discussion_{number}", self.discussions[number], 0) if page == 1 else ""
        begin = (page - 1) * PER_PAGE
        comments = [
            _block(f"Comment_{told['commentID']}", told, at)
            for at, told in enumerate(said[begin : begin + PER_PAGE], begin + 1)
        ]
        url = f"{HOST}/discussion/{number}/topic"
        title = f'<div class="PageTitle"><h1>Topic &amp; {number}</h1></div>'
        return _html(f"{head}{title}{opener}<ul>{''.join(comments)}</ul>", url, page, len(said))


def _block(ident: str, told: dict[str, Any], at: int) -> str:
    name = told["insertUser"]["name"]
    return (
        f'<div id="{ident}" class="Item"><div class="Item-Header"><span class="Author"><a class="PhotoWrap"'
        f' title="{name}" href="{HOST}/profile/{name}"><img alt="{name}"></a>'
        f'<a class="Username" href="{HOST}/profile/{name}">{name}</a></span><span class="MItem DateCreated">'
        f'<a class="Permalink" name="Item_{at}" href="{HOST}/x#{ident}">'
        f'<time datetime="{told["dateInserted"]}">now</time></a></span></div>'
        f'<div class="Item-Body"><div class="Message">{told["body"]}</div></div></div>'
    )


def _html(rows: str, base: str = "", page: int = 1, count: int = 0) -> str:
    more = f'<div class="Pager"><a class="Next" rel="next" href="{base}/p{page + 1}">»</a></div>'
    script = '<script>gdn=window.gdn||{};gdn.meta={"WebRoot":"https:\\/\\/vanilla.example\\/forum"}</script>'
    pager = more if count > page * PER_PAGE else ""
    return f'<!doctype html><html><body id="vanilla_x" class="Vanilla">{script}{rows}{pager}</body></html>'
