"""The forums and topics of a page's lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from spiders.boards.engine import UNDER, Forum, Topic
from spiders.boards.mining.moments import Clock
from spiders.boards.mining.rows import Row
from spiders.boards.mining.sheet import Sheet

_YEAR = re.compile(r"(?:19|20)\d\d")


class Listings:
    """What one page lists, by a board's clock."""

    def __init__(self, sheet: Sheet, clock: Clock) -> None:
        self.sheet, self.clock = sheet, clock

    @cached_property
    def forums(self) -> list[Row]:
        """The rows of a page that show forums."""
        topics = [row for row in self.sheet.rows("topic") if row.told]
        rows = [row for row in self.sheet.rows("forum") if not _of_topics(row, topics)]
        told = [row for row in rows if row.told or (row.above is not None and row.above.told)]
        return told or (rows if len(rows) > 1 and not self.sheet.rows("topic") else [])

    @cached_property
    def topics(self) -> list[Row]:
        """The rows of a page that show topics; none that a forum's row names as its newest."""
        rows = [
            row for row in self.sheet.rows("topic")
            if not any(forum.start <= row.link.element < forum.end for forum in self.forums)
        ]  # fmt: skip
        return [row for row in rows if row.told] or rows

    def forum(self, row: Row, parent: Forum | None) -> Forum:
        """The forum of one row; `parent` is the one whose page this is."""
        last = self.newest(row)
        name = row.link.text
        over = parent.path if parent else ""
        above = parent.id if parent else ""
        if row.above is not None:
            over = UNDER.join(filter(None, (over, row.above.link.text)))
            above = row.above.link.place.id
        topics, posts = row.topics, row.posts if row.posts is not None else row.replies
        if topics is None and posts is None and len(row.figures) == 2:
            topics, posts = row.figures
        return Forum(
            row.link.place.id, name, row.link.url, f"{over}{UNDER}{name}" if over else name, above, topics, posts,
            self._stamp(row, f"{topics}/{posts}", last) or ("empty" if self._empty(row, topics, posts) else ""), last,
        )  # fmt: skip

    def _empty(self, row: Row, topics: int | None, posts: int | None) -> bool:
        """Whether nothing has been written in a forum, nor in one that stands below it in its row."""
        forums = {link.url for link in self.sheet.links_of(range(row.start, row.end)) if link.place.kind == "forum"}
        return topics == 0 and not posts and not row.moments and len(forums) == 1

    def topic(self, row: Row) -> Topic:
        """The topic of one row."""
        last = self.newest(row)
        figures = list(row.figures)
        replies, views = row.replies, row.views
        if replies is None and row.posts is None and figures:
            replies = figures.pop(0)
        posts = row.posts if row.posts is not None else None if replies is None else replies + 1
        return Topic(
            row.link.place.id, row.link.url, row.link.text, posts=posts,
            stamp=self._stamp(row, str(posts), last),
            last=last, views=views, pinned=row.pinned, moved=row.moved,
        )  # fmt: skip

    def newest(self, row: Row) -> datetime | None:
        """The latest time that a row tells."""
        now = self.sheet.page.at
        times = [self.clock.read(moment.text, now) for moment in row.moments]
        return max((when for when in times if when is not None and (when - now).days < 2), default=None)

    def _stamp(self, row: Row, counts: str, last: datetime | None) -> str:
        """What changes with a new post: how many there are, when the last was written, where it is."""
        firm = [moment for moment in row.moments if moment.stamp or _YEAR.search(moment.text)]
        newest = last.isoformat() if firm and last is not None else ""
        inside = range(row.start, row.end)
        outline = self.sheet.outline
        hrefs = [outline.value(n, "href") for n in inside if outline.tags[n] == "a"]
        posts = [found.id for found in map(self.sheet.leads, hrefs) if found.kind == "post"]
        return f"{counts}/{newest or ','.join(posts[-1:])}" if newest or posts or "None" not in counts else ""


def counts(row: Row) -> bool:
    """Whether a row says how many topics or posts there are."""
    return bool(row.figures) or (row.topics, row.posts, row.replies) != (None, None, None)


def _of_topics(forum: Row, topics: Sequence[Row]) -> bool:
    """Whether what looks like a forum's row is a label of a topic, or the frame of several."""
    inside = {row.link.place.id for row in topics if forum.start <= row.link.element < forum.end}
    return len(inside) > 1 or any(
        row.start <= forum.link.element < row.end and row.link.element < forum.link.element for row in topics
    )
