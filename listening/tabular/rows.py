"""From the values of one row, each known by its field, to a post."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime

from listening.dates import Dates
from listening.post import Author, Post, PostKind, Thread
from listening.tabular import values as cell
from listening.tabular.identity import identity, key

_NAME, _TITLE = 200, 500  # characters
_ADDRESSES = 10_000  # of the latest rows, to notice an address that does not tell posts apart
_FROM = re.compile(r"([^<>]*)<([^<>@\s]+@[^<>@\s]+)>")


class Rows:
    """Makes posts of one file's rows.

    A post's id is its id column; without one its address; without that a hash of author, date, title and text, so
    that the same rows exported again are the same posts. Two rows that say the same at the same time are one post.
    """

    def __init__(self, platform: str, kind: PostKind, route: str, dates: Dates, rating_of: float = 5.0) -> None:
        self._platform, self._kind, self._route, self._dates = platform, kind, route, dates
        self._rating_of = rating_of
        self._texts: OrderedDict[str, int] = OrderedDict()

    def post(self, values: Mapping[str, object]) -> Post:
        """The post of a row. Raises ValueError with the reason why it is none."""
        said = cell.own_words(values.get("text"), "text")
        if not said.text:
            known = "" if "text" in values else ': no key is known to hold it; name one: columns = { text = "..." }'
            raise ValueError(f"it has no text{known}")
        title = cell.one_line(values.get("title"), "title", _TITLE)
        author, published = _author(values), self._dates.read(values.get("date"))
        url, thread = cell.address(values.get("url")), _id(values.get("thread"), "thread")
        own_id = _id(values.get("id"), "id")
        if url and not own_id:
            self._tell_apart(url, hash((author, title, said.text)))
        return Post(
            platform=self._platform,
            id=own_id or url or identity(author, published, title, said.text),
            url=url,
            text=said.text,
            published=published,
            author=author,
            kind=self._kind,
            title=title,
            thread=Thread(thread) if thread else None,
            reply_to=_id(values.get("reply_to"), "reply_to"),
            channel=cell.one_line(values.get("channel"), "channel", _NAME),
            quotes=said.quotes,
            language=cell.language(values.get("language")),
            edited=self._edited(values.get("edited")),
            likes=cell.count(values.get("likes"), "likes"),
            replies=cell.count(values.get("replies"), "replies"),
            views=cell.count(values.get("views"), "views"),
            rating=cell.rating(values.get("rating"), self._rating_of),
            route=self._route,
        )

    def _tell_apart(self, url: str, said: int) -> None:
        """Refuse another text at the address of an earlier row, which it would overwrite."""
        if self._texts.setdefault(url, said) != said:
            raise ValueError(
                f"an earlier row has the same address ({url[:100]}) and says something else: name the column that "
                'tells posts apart, columns = { id = "..." }, or hide the address, columns = { url = "" }'
            )
        if len(self._texts) > _ADDRESSES:
            self._texts.popitem(last=False)

    def _edited(self, value: object) -> datetime | None:
        try:
            return self._dates.read(value)
        except ValueError:
            return None  # a post is worth more than the time of its last change


def _author(values: Mapping[str, object]) -> Author | None:
    name = cell.one_line(values.get("author"), "author", _NAME)
    own_id = cell.one_line(values.get("author_id"), "author_id", _NAME)
    if match := _FROM.fullmatch(name):
        name, own_id = match[1].strip(" \"'"), own_id or match[2]
    if "@" in own_id:
        own_id = own_id.lower()
    followers = cell.count(values.get("followers"), "followers")
    return Author(name or own_id, own_id, followers=followers) if name or own_id else None


def _id(value: object, field: str) -> str:
    return key(cell.one_line(value, field, cell.LONGEST))
