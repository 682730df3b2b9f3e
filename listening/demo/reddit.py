"""The demo's Reddit: the listings of its OAuth API, its public feeds, and pages to follow a link to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from markupsafe import Markup

from listening.demo.corpus import Comment, Corpus, Submission
from listening.demo.exchange import ATOM, JSON, Answer, Request, render
from listening.demo.search import found
from listening.demo.thing import (
    Data,
    Thing,
    comment_thing,
    fenced,
    html,
    permalink,
    submission_thing,
    subreddit_thing,
)

MOST = 100  # things a page, as on Reddit
USUAL = 25
WINDOW = 600  # requests of one count

_GRANTS = ("grant_type=client_credentials", "grant_type=https%3A%2F%2Foauth.reddit.com%2Fgrants%2Finstalled_client")
_TOKEN = "demo-token"  # noqa: S105
_PATHS = {  # in this order, without ".json" and the last slash
    "token": re.compile(r"/api/v1/access_token"),
    "info": re.compile(r"/api/info"),
    "feed": re.compile(r"(?:/r/([\w+]+))?(?:/(new|comments|search))?/?\.rss"),
    "about": re.compile(r"/r/(\w+)/about"),
    "listing": re.compile(r"(?:/r/([\w+]+))?/(new|comments|search)"),
    "thread": re.compile(r"(?:/r/\w+)?/comments/(\w+)(?:/\w*(?:/\w+)?)?"),
    "front": re.compile(r"/r/(\w+)"),
}


class Reddit:
    """Answers what Reddit is asked: at the root of the site, where PRAW expects its paths."""

    def __init__(self, corpus: Corpus, address: str) -> None:
        """Make the Reddit of a corpus, at an address such as "127.0.0.1:8000"."""
        self._root = f"http://{address}"
        self._submissions = corpus.submissions
        self._comments = corpus.comments
        self._parents = {comment.name: each for each in corpus.submissions for comment in each.comments}
        self._things: dict[str, Thing] = {each.name: each for each in corpus.submissions}
        self._things.update((each.name, each) for each in corpus.comments)
        self._names = {each.subreddit.lower(): each.subreddit for each in corpus.submissions}
        self._used = 0
        self._answers: dict[str, Callable[[Request, re.Match[str]], Answer]] = {
            "token": self._token,
            "info": self._info,
            "feed": self._feed,
            "about": self._about,
            "listing": self._listing,
            "thread": self._thread,
            "front": self._front,
        }

    def answer(self, request: Request) -> Answer | None:
        """Return the page, or None where the path is none of Reddit's."""
        path = request.path.removesuffix(".json").rstrip("/")
        for name, pattern in _PATHS.items():
            if match := pattern.fullmatch(path):
                # Reddit turns away who does not say who they are
                return self._answers[name](request, match) if request.headers.get("user-agent") else _error(403)
        return None

    def _token(self, request: Request, _: re.Match[str]) -> Answer:
        """Return an application-only token to whoever brings a client id."""
        if request.method != "POST" or not request.headers.get("authorization", "").lower().startswith("basic "):
            return _error(401)
        if not any(grant in request.body.decode("ascii", "replace") for grant in _GRANTS):
            return _json({"error": "unsupported_grant_type"}, 400)
        return _json({"access_token": _TOKEN, "token_type": "bearer", "expires_in": 86400, "scope": "*"})

    def _info(self, request: Request, _: re.Match[str]) -> Answer:
        names = request.query.get("id", "").split(",")
        return self._api(request, lambda: _envelope([self._data(self._things[n]) for n in names if n in self._things]))

    def _about(self, request: Request, match: re.Match[str]) -> Answer:
        name = self._names.get(match[1].lower())
        return self._api(request, lambda: subreddit_thing(name)) if name else _error(404)

    def _listing(self, request: Request, match: re.Match[str]) -> Answer:
        things = self._select(match[1] or "all", match[2], request)
        return self._api(request, lambda: self._page(things, request)) if things is not None else _error(404)

    def _select(self, where: str, what: str, request: Request) -> Sequence[Thing] | None:
        """Return the things of some subreddits, newest first; None where there is no such subreddit."""
        if what == "search" and request.query.get("restrict_sr", "").lower() not in ("1", "on", "true"):
            where = "all"
        names = {self._names.get(name.lower()) for name in where.split("+")} - {None}
        if where.lower() == "all":
            names = set(self._names.values())
        if not names:
            return None
        if what == "comments":
            return [comment for comment in self._comments if self._parents[comment.name].subreddit in names]
        things = [each for each in self._submissions if each.subreddit in names]
        if what == "search":
            wanted = found(request.query.get("q", ""))
            things = [each for each in things if wanted(f"{each.title}\n{each.text}")]
        return things

    def _page(self, things: Sequence[Thing], request: Request) -> Data:
        """Return a page of a listing with the names to go on from."""
        page, newer, older = _cut(things, request)
        return _envelope(
            [self._data(thing) for thing in page], page[-1].name if older else None, page[0].name if newer else None
        )

    def _thread(self, request: Request, match: re.Match[str]) -> Answer:
        """Return a submission and its comments: as JSON to who has a token, as a page to everybody else."""
        submission = self._things.get(f"t3_{match[1]}")
        if not isinstance(submission, Submission):
            return _error(404)
        if "authorization" not in request.headers:
            context = {"submission": submission, "permalink": permalink, "html": lambda each: Markup(html(each))}  # noqa: S704
            return Answer(render("reddit/thread.html", **context))
        replies = self._replies(submission.name, submission)
        return self._api(request, lambda: [_envelope([self._data(submission)]), _envelope(replies)])

    def _replies(self, parent: str, submission: Submission) -> list[Data]:
        """Return the tree of comments below a parent."""
        things = []
        for comment in submission.comments:
            if comment.parent == parent:
                thing = comment_thing(comment, submission, self._root)
                below = self._replies(comment.name, submission)
                thing["data"]["replies"] = _envelope(below) if below else ""
                things.append(thing)
        return things

    def _front(self, _: Request, match: re.Match[str]) -> Answer:
        name = self._names.get(match[1].lower())
        every = [each for each in self._submissions if each.subreddit == name]
        if not every:
            return _error(404)
        return Answer(render("reddit/front.html", name=name, submissions=every, permalink=permalink))

    def _feed(self, request: Request, match: re.Match[str]) -> Answer:
        where, what = match[1] or "all", match[2] or "new"
        things = self._select(where, what, request)
        if things is None:
            return _error(404)
        page, _, _ = _cut(things, request)
        text = render(
            "reddit/feed.xml",
            root=self._root,
            path=request.path,
            where=where,
            what=what,
            things=[(thing, self._parents.get(thing.name)) for thing in page],
            permalink=permalink,
            fenced=lambda each: Markup(fenced(each)),  # noqa: S704
        )
        return Answer(text, ATOM, headers=self._rate())

    def _data(self, thing: Thing) -> Data:
        if isinstance(thing, Comment):
            return comment_thing(thing, self._parents[thing.name], self._root)
        return submission_thing(thing, self._root)

    def _api(self, request: Request, answer: Callable[[], Any]) -> Answer:
        """Return the answer as JSON to who has the token."""
        if request.headers.get("authorization", "").lower() != f"bearer {_TOKEN}":
            refused = {"WWW-Authenticate": 'Bearer realm="reddit", error="invalid_token"'}
            return _error(401, refused)
        data = answer()
        raw = request.query.get("raw_json") == "1"
        return _json(data if raw else _escaped(data), headers=self._rate())

    def _rate(self) -> dict[str, str]:
        """Return the quota; a window that is almost over never makes PRAW wait."""
        self._used = self._used % WINDOW + 1
        return {
            "x-ratelimit-remaining": f"{1000 - self._used:.1f}",
            "x-ratelimit-used": str(self._used),
            "x-ratelimit-reset": "30",
        }


def _cut(things: Sequence[Thing], request: Request) -> tuple[Sequence[Thing], bool, bool]:
    """Return the things that `limit`, `after` and `before` ask for, and whether there are newer and older ones."""
    limit = min(max(request.number("limit", USUAL), 1), MOST)
    names = [thing.name for thing in things]
    after, before = request.query.get("after"), request.query.get("before")
    start = 0
    if after:
        start = names.index(after) + 1 if after in names else len(names)
    elif before:
        end = names.index(before) if before in names else 0
        start, limit = max(0, end - limit), min(limit, end)
    page = things[start : start + limit]
    return page, bool(page) and start > 0, bool(page) and start + limit < len(things)


def _envelope(children: list[Data], after: str | None = None, before: str | None = None) -> Data:
    data = {"modhash": "", "dist": len(children), "geo_filter": "", "children": children}
    return {"kind": "Listing", "data": {**data, "after": after, "before": before}}


def _escaped(data: Any) -> Any:
    """Return what Reddit sends to who does not ask for `raw_json`: the old escapes in every string."""
    if isinstance(data, str):
        return data.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if isinstance(data, dict):
        return {name: _escaped(value) for name, value in data.items()}
    return [_escaped(value) for value in data] if isinstance(data, list) else data


def _json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return Answer(json.dumps(data), JSON, status, headers or {})


def _error(status: int, headers: dict[str, str] | None = None) -> Answer:
    return _json({"message": HTTPStatus(status).phrase, "error": status}, status, headers)
