"""Reddit on loopback: tokens, listings of 100 rows that end at 1,000, subreddits one may not read, and Atom feeds."""

from __future__ import annotations

import base64
import copy
import html
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

KEYS = ("an-id", "a-secret")
UNAUTHORIZED = {"www-authenticate": 'Bearer realm="reddit", error="invalid_token"'}
DEPTH = 1000  # rows of a listing
_ROBOTS = "# Welcome to Reddit's robots.txt\nUser-agent: *\nDisallow: /\n"
_STATUS = {"private": 403, "quarantined": 403, "banned": 404}
_NAMES = "0123456789abcdefghijklmnopqrstuvwxyz"


def submission(number: int, second: float, text: str = "", **fields: Any) -> dict[str, Any]:
    """A submission's data, with the fields that the real API gives and others of ours read."""
    name, subreddit = _base36(number), fields.get("subreddit", "Tools")
    author = fields.get("author", f"user{number % 7}")
    return {
        "approved_at_utc": None, "author": author, "author_fullname": f"t2_{number % 7}", "created": second,
        "created_utc": second, "crosspost_parent_list": None, "edited": False, "id": name, "is_self": True,
        "link_flair_text": None, "name": f"t3_{name}", "num_comments": 2, "over_18": False,
        "permalink": f"/r/{subreddit}/comments/{name}/a_title/", "removed_by_category": None, "score": 5,
        "selftext": text, "stickied": False, "subreddit": subreddit, "subreddit_name_prefixed": f"r/{subreddit}",
        "title": f"A title, {number}", "upvote_ratio": 0.9, "url": "https://example.com/", "view_count": None,
    } | fields  # fmt: skip


def comment(number: int, second: float, text: str = "", **fields: Any) -> dict[str, Any]:
    """A comment's data."""
    name, subreddit = _base36(number), fields.get("subreddit", "Tools")
    author = fields.get("author", f"user{number % 7}")
    where = f"/r/{subreddit}/comments/zz/a_title/"
    return {
        "author": author, "author_fullname": f"t2_{number % 7}", "body": text, "created": second,
        "created_utc": second, "edited": False, "id": name, "link_author": "op", "link_id": "t3_zz",
        "link_permalink": f"https://www.reddit.com{where}", "link_title": "A title", "name": f"t1_{name}",
        "over_18": False, "parent_id": "t3_zz", "permalink": f"{where}{name}/", "score": 1, "score_hidden": False,
        "subreddit": subreddit, "subreddit_name_prefixed": f"r/{subreddit}",
    } | fields  # fmt: skip


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _NAMES[digit] + digits
    return digits or "0"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """One answer."""

    body: str | bytes = "{}"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    type: str = "application/json; charset=UTF-8"


class Reddit:
    """Serves `things` (the data of submissions and comments) until its `with` block ends.

    `closed` names subreddits and why one may not read them; `reply`, while set, may answer instead, by the number of
    the request among those of its kind ("token", "listing", "feed"), from 1.
    """

    def __init__(self, things: Iterable[Any] = ()) -> None:
        self.things = list(things)
        self.closed: dict[str, str] = {}
        self.reply: Callable[[str, int, Asked], Said | None] = lambda *_: None
        self.asked: list[Asked] = []
        self._counts = dict.fromkeys(("token", "listing", "feed", "other"), 0)
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                said = server.answer(Asked(self.command, parts.path, query, headers))
                body = said.body if isinstance(said.body, bytes) else said.body.encode()
                self.send_response(said.status)
                for name, value in {"Content-Type": said.type, "Content-Length": len(body), **said.headers}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815  # the name is the library's

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def paths(self) -> list[str]:
        """What was asked for, in order, without queries."""
        return [asked.path for asked in self.asked]

    def answer(self, asked: Asked) -> Said:
        """What Reddit says to one request."""
        self.asked.append(asked)
        kind = {"access_token": "token", ".rss": "feed"}.get(asked.path.rpartition("/")[2], "listing")
        kind = "feed" if asked.path == "/search.rss" else "other" if asked.path == "/robots.txt" else kind
        self._counts[kind] += 1
        if (instead := self.reply(kind, self._counts[kind], asked)) is not None:
            return instead
        if kind == "other":
            return Said(_ROBOTS, type="text/plain")
        if len(asked.headers.get("user-agent", "")) < 8:
            return Said("whoa there, pardner!", 403, type="text/html")
        return {"token": self._token, "feed": self._feed, "listing": self._listing}[kind](asked)

    def _token(self, asked: Asked) -> Said:
        keys = base64.b64decode(asked.headers.get("authorization", "").removeprefix("Basic ")).decode()
        if asked.method != "POST" or keys != ":".join(KEYS):
            return Said('{"message": "Unauthorized", "error": 401}', 401)
        return Said('{"access_token": "a-token", "token_type": "bearer", "expires_in": 86400, "scope": "*"}')

    def _listing(self, asked: Asked) -> Said:
        limits = {"x-ratelimit-used": "1", "x-ratelimit-remaining": "99.0", "x-ratelimit-reset": "1"}
        if asked.headers.get("authorization", "").lower() != "bearer a-token":
            return Said('{"message": "Unauthorized", "error": 401}', 401, limits | UNAUTHORIZED)
        if (refusal := self._refusal(asked)) is not None:
            return refusal
        rows, after, before = _page(self._rows(asked), asked.query)
        if asked.query.get("raw_json") != "1":
            rows = json.loads(json.dumps(rows), object_hook=_escaped)
        data = {
            "after": after,
            "before": before,
            "children": rows,
            "dist": len(rows),
            "geo_filter": "",
            "modhash": None,
        }
        return Said(json.dumps({"kind": "Listing", "data": data}), headers=limits)

    def _refusal(self, asked: Asked) -> Said | None:
        name = asked.path.split("/")[2] if asked.path.startswith("/r/") else ""
        why = self.closed.get(name.lower())
        if why is None:
            return None
        if why == "missing":
            return Said("", 302, {"Location": f"{self.base}/subreddits/search?q={name}"})
        return Said(json.dumps({"reason": why, "message": "No", "error": _STATUS[why]}), _STATUS[why])

    def _rows(self, asked: Asked) -> list[Any]:
        """The rows of a listing, newest first; what is no dictionary stays where it was put, at the front."""
        odd = [thing for thing in self.things if not isinstance(thing, dict) or "name" not in thing]
        rows = [
            {"kind": thing["name"][:2], "data": copy.deepcopy(thing)}
            for thing in self.things
            if thing not in odd and _belongs(thing, asked)
        ]
        rows.sort(key=lambda row: row["data"].get("created_utc") or 0, reverse=True)
        return [*(odd if "/search" not in asked.path else ()), *rows][:DEPTH]

    def _feed(self, asked: Asked) -> Said:
        if (refusal := self._refusal(asked)) is not None:
            return refusal
        rows, *_ = _page(self._rows(asked), asked.query)
        entries = "".join(self._entry(row["data"]) for row in rows)
        feed = f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'
        return Said(feed, type="application/atom+xml; charset=UTF-8")

    def _entry(self, data: Mapping[str, Any]) -> str:
        link, author = f"https://www.reddit.com{data['permalink']}", f"/u/{data['author']}"
        profile = f"https://www.reddit.com/user/{data['author']}"
        own = data.get("body") or data.get("selftext") or ""
        body = "".join(f"<p>{html.escape(part)}</p>\n" for part in own.split("\n\n") if part)
        said = f'<!-- SC_OFF --><div class="md">{body}</div><!-- SC_ON -->' if body else ""
        title, trailer = data.get("title"), ""
        if title is None:
            title = f"{author} on {data['link_title']}"
        else:
            trailer = (
                f' &#32; submitted by &#32; <a href="{profile}"> {author} </a> <br/> '
                f'<span><a href="{data["url"]}">[link]</a></span> &#32; <span><a href="{link}">[comments]</a></span>'
            )
        moment = datetime.fromtimestamp(data["created_utc"], UTC).isoformat()
        return (
            f"<entry><author><name>{author}</name><uri>{profile}</uri></author>"
            f'<category term="{data["subreddit"]}" label="r/{data["subreddit"]}"/>'
            f'<content type="html">{html.escape(said + trailer)}</content><id>{data["name"]}</id><link href="{link}" />'
            f"<updated>{moment}</updated><published>{moment}</published><title>{html.escape(title)}</title></entry>"
        )


def _belongs(thing: Mapping[str, Any], asked: Asked) -> bool:
    if "search" in asked.path:
        phrase = asked.query["q"].strip('"').lower()
        return thing["name"].startswith("t3_") and phrase in f"{thing['title']} {thing['selftext']}".lower()
    _, _, subreddit, what, *_ = asked.path.split("/")
    kind = {"new": "t3_", "comments": "t1_"}[what]
    return bool(thing["name"].startswith(kind)) and str(thing["subreddit"]).lower() == subreddit.lower()


def _page(rows: list[Any], query: Mapping[str, str]) -> tuple[list[Any], str | None, str | None]:
    """A page after, or just before, a row that is still there; an anchor that is gone leads nowhere."""
    names = [row["data"].get("name") if isinstance(row, dict) and row.get("data") else None for row in rows]
    limit = max(1, min(100, int(query.get("limit", 25))))
    start, end = 0, limit
    if after := query.get("after"):
        start = names.index(after) + 1 if after in names else len(rows)
        end = start + limit
    elif before := query.get("before"):
        end = names.index(before) if before in names else 0
        start = max(0, end - limit)
    page = rows[start:end]
    more = names[end - 1] if page and end < len(rows) else None
    return page, more, names[start] if page and start > 0 else None


def _escaped(data: dict[str, Any]) -> dict[str, Any]:
    """As Reddit writes texts for those who do not ask for `raw_json`."""
    return {
        name: value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") if isinstance(value, str) else value
        for name, value in data.items()
    }
