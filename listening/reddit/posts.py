"""Reddit's posts and comments, from the rows that its API gives."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from listening.post import Author, Post, Quote, Thread
from listening.reddit.markdown import own_words
from listening.text import Words, tidy

PLATFORM = "reddit.com"
_FULLNAME = re.compile(r"t[13]_[0-9a-z]{1,13}")  # t1 is a comment, t3 a submission
PLACE = re.compile(
    r"/(r|u|user)/([\w-]{1,40})/comments/([0-9a-z]{1,13})(?:/[^/?#]*(?:/([0-9a-z]{1,13}))?)?/?(?:[?#]|$)"
)
_GONE = frozenset(("[deleted]", "[removed]", "[ removed by reddit ]", "[removed by reddit]", "[deleted by user]"))
_IN_PATHS = "/%:=&+~,;@!$'()*"
_END_OF_TIME = 253_402_300_800  # the year 10000, which no datetime can hold
_BIGGEST = 2**63  # what a database's integer holds


def from_row(row: object, site: str) -> Post:
    """A post from one row ("thing") of an API listing; `site` is the address that its links begin with.

    Raises ValueError with a sentence for a person if the row is neither a submission nor a comment, or lacks its
    identity or its time. Fields: https://www.reddit.com/dev/api and https://github.com/reddit-archive/reddit/wiki/JSON
    """
    data = _data(row)
    name = _fullname(row, data)
    published = _time(data.get("created_utc"))
    if published is None:
        raise ValueError(f"{name} has no readable time")
    comment = name.startswith("t1_")
    source = _text(data, "body" if comment else "selftext")
    title = tidy(html.unescape(_text(data, "title")))
    gone = is_gone(source, title) or isinstance(data.get("removed_by_category"), str)
    said = Words("") if gone else own_words(source)
    parent = _text(data, "parent_id")
    return Post(
        platform=PLATFORM,
        id=name,
        url=url_of(_text(data, "permalink") or f"comments/{name[3:]}/", site),
        text=said.text,
        published=published,
        author=author_of(_text(data, "author"), _text(data, "author_fullname"), site),
        kind="comment" if comment else "post",
        title="" if comment or gone else title,
        thread=_thread(data, name, title, gone, site),
        reply_to=parent if comment and _FULLNAME.fullmatch(parent) else "",
        position=None if comment else 1,
        channel=_text(data, "subreddit_name_prefixed") or f"r/{_text(data, 'subreddit')}".removesuffix("r/"),
        quotes=() if gone else (*said.quotes, *_crossposted(data)),
        edited=_time(data.get("edited")),
        likes=None if data.get("score_hidden") is True else _count(data.get("score")),
        replies=_count(data.get("num_comments")),
        route="reddit api",
        deleted=gone,
    )


def fullname(row: object) -> str:
    """A row's identity on Reddit; for one that has none, words that tell it from others."""
    try:
        return _fullname(row, _data(row))
    except ValueError:
        return repr(row)[:200]


def _data(row: object) -> Mapping[str, Any]:
    data = row.get("data") if isinstance(row, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _fullname(row: object, data: Mapping[str, Any]) -> str:
    name = _text(data, "name") or f"{row.get('kind') if isinstance(row, Mapping) else ''}_{data.get('id')}"
    if not _FULLNAME.fullmatch(name):
        raise ValueError("a row of Reddit's answer is neither a post nor a comment")
    return name


def _thread(data: Mapping[str, Any], name: str, title: str, gone: bool, site: str) -> Thread | None:
    permalink = _text(data, "permalink")
    if name.startswith("t3_"):
        return Thread(name, "" if gone else title, url_of(permalink or f"comments/{name[3:]}/", site))
    place = PLACE.search(permalink)
    link = f"t3_{place[3]}" if place else _text(data, "link_id")
    if not _FULLNAME.fullmatch(link):
        return None
    above = permalink[: place.start(4)] if place and place[4] else f"comments/{link[3:]}/"
    return Thread(link, tidy(html.unescape(_text(data, "link_title"))), url_of(above, site))


def url_of(path: str, site: str) -> str:
    """A path of Reddit's as a whole address, without characters that an address may not have."""
    return f"{site}/{quote(path.lstrip('/'), safe=_IN_PATHS)}"


def author_of(name: str, identity: str, site: str) -> Author | None:
    """Who wrote a post; None where the account or the post is deleted."""
    if not name or name.lower() in _GONE:
        return None
    return Author(name, identity, f"{site}/user/{quote(name, safe='')}")


def _crossposted(data: Mapping[str, Any]) -> tuple[Quote, ...]:
    """A crosspost repeats another submission: its text is somebody else's."""
    parents = data.get("crosspost_parent_list")
    parent = parents[0] if isinstance(parents, list) and parents else None
    if not isinstance(parent, Mapping) or is_gone(_text(parent, "selftext")):
        return ()
    author = _text(parent, "author")
    text = own_words(_text(parent, "selftext")).text
    return (Quote(text, "" if author.lower() in _GONE else author),) if text else ()


def is_gone(*texts: str) -> bool:
    """Whether Reddit put one of its marks in place of what was deleted or removed."""
    return any(text.strip().lower() in _GONE for text in texts)


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _BIGGEST else None


def _time(value: object) -> datetime | None:
    """Seconds since 1970 as a time; None for `false`, which says "never edited", and for anything impossible."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _END_OF_TIME:
        return None
    return datetime.fromtimestamp(int(value), UTC)
