"""A board like Lobsters that lives: JSON and pages in the shapes of the real one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

HOST = "https://links.example"
START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
PER_LIST = 25
TAGS = ("iron", "steel")


class Board:
    """Stories by id with their comments; `closed`: no JSON for anybody."""

    def __init__(self, *, closed: bool = False) -> None:
        self.stories: dict[str, dict[str, Any]] = {}
        self.closed, self.made = closed, 0

    def story(self, comments: int, tag: str = TAGS[0]) -> str:
        self.made += 1
        ident = f"st{len(self.stories):04}"
        self.stories[ident] = {
            "short_id": ident, "created_at": self._now().isoformat(), "title": f"Story {ident}", "url": "", "score": 3,
            "description": f"<p>Post {self.made} by user{self.made % 7}.</p>", "submitter_user": f"user{self.made % 7}",
            "tags": [tag], "comments_url": f"{HOST}/s/{ident}/story", "comments": [], "at": self.made,
        }  # fmt: skip
        for _ in range(comments):
            self.reply(ident)
        return ident

    def reply(self, story: str, above: str | None = None, **more: Any) -> dict[str, Any]:
        self.made += 1
        comment = {
            "short_id": f"co{self.made:04}", "created_at": self._now().isoformat(), "is_deleted": False, "score": 1,
            "last_edited_at": self._now().isoformat(), "is_moderated": False, "parent_comment": above, "depth": 0,
            "comment": f"<p>Post {self.made} by user{self.made % 7}.</p>\n", "commenting_user": f"user{self.made % 7}",
            "url": f"{HOST}/s/{story}/story#c_co{self.made:04}", "at": self.made,
        } | more  # fmt: skip
        self.stories[story]["comments"].insert(0, comment)  # the best stands above the oldest
        return comment

    @property
    def ids(self) -> set[str]:
        return {*self.stories} | {f"c_{c['short_id']}" for story in self.stories.values() for c in story["comments"]}

    def _now(self) -> datetime:
        return START + timedelta(minutes=self.made)

    def page(self, url: str) -> tuple[int, str]:
        """What the board answers."""
        path = urlsplit(url).path
        if path.endswith(".json"):
            return (403, "no") if self.closed else (200, json.dumps(self._json(path.removesuffix(".json")[1:])))
        if path.startswith("/s/"):
            return 200, self._shown(self.stories[path.split("/")[2]])
        return 200, _html("".join(map(_row, self._list(path.strip("/") or "newest"))), "list")

    def _json(self, path: str) -> Any:
        if path == "tags":
            return [{"id": at, "tag": tag, "description": ""} for at, tag in enumerate(TAGS)]
        if path.startswith("s/"):
            story = self.stories[path[2:]]
            return story | {"comment_count": len(story["comments"])}
        return [s | {"comment_count": len(s["comments"]), "comments": None} for s in self._list(path)]

    def _list(self, path: str) -> list[dict[str, Any]]:
        name, _, page = path.partition("/page/")
        stories = [*reversed(self.stories.values())]
        if name == "active":
            stories.sort(key=lambda story: max((c["at"] for c in story["comments"]), default=0), reverse=True)
        elif name.startswith("t/"):
            stories = [story for story in stories if name[2:] in story["tags"]]
        at = (int(page or 1) - 1) * PER_LIST
        return stories[at : at + PER_LIST]

    def _shown(self, story: dict[str, Any]) -> str:
        comments = "".join(
            f'<li class="comments_subtree"><div id="c_{c["short_id"]}" data-shortid="{c["short_id"]}" class="comment">'
            f'<div class="details">{_byline(c, c["commenting_user"])}<div class="comment_text">{c["comment"]}</div>'
            '</div></div><ol class="comments"></ol></li>'
            for c in story["comments"]
        )
        text = f'<div class="story_content"><div class="story_text">{story["description"]}</div></div>'
        return _html(_row(story), "", f'{text}<ol class="comments">{comments}</ol>')


def _row(story: dict[str, Any]) -> str:
    return (
        f'<li id="story_{story["short_id"]}" data-shortid="{story["short_id"]}" class="story"><span class="link">'
        f'<a class="u-url" href="https://acme.example/">{story["title"]}</a></span><a class="tag tag_x" href="/t/x">'
        f"{story['tags'][0]}</a>{_byline(story, story['submitter_user'])}"
        f'<span class="comments_label"><a href="/s/x">{len(story["comments"]) or "no"} comments</a></span></li>'
    )


def _byline(said: dict[str, Any], user: str) -> str:
    at = datetime.fromisoformat(said["created_at"])
    return (
        f'<div class="byline"><a href="/~{user}"><img class="avatar" alt="{user} avatar"></a> <a class="u-author"'
        f' href="/~{user}">{user}</a> <time title="{at:%F %T}" data-at-unix="{at:%s}">then</time></div>'
    ).replace(f"{at:%s}", str(int(at.timestamp())))


def _html(rows: str, kind: str, more: str = "") -> str:
    meta = '<meta name="story-flags" content="{}">'
    return f'<!doctype html><html><head>{meta}</head><body><ol class="stories {kind}">{rows}</ol>{more}</body></html>'
