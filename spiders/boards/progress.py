"""How far a board is read: forums being walked, topics being read, and the checkpoints that remember both."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import pairwise

from listening.post import Extent, Post
from spiders.boards.dates import iso
from spiders.boards.engine import Forum, Listing, Mark, Topic, TopicPage

_SLACK = 2  # pages more than announced that a topic or a list may have grown by while it was read
_ENDLESS = 20_000  # pages of a topic or a list whose length no page announces


@dataclass(frozen=True, slots=True)
class ForumMark:
    """What is known of a forum: the value of its checkpoint, saved when a walk through it has ended."""

    stamp: str = ""  # the forum's, when the walk began
    until: str = ""  # its newest post then: every topic that has none newer was read, with the forums below
    since: str = ""  # the walk left topics out that have no post after this time
    scope: str = ""  # which forums were wanted
    short: int = 0  # topics announced, but not listed
    whole: bool = True  # False: topics are missing, walk through it once more

    def value(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def of(cls, value: str | None) -> ForumMark | None:
        """From what is stored; None where nothing, or nothing readable, is."""
        try:
            return cls(**json.loads(value)) if value else None
        except (ValueError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class Wish:
    """What this run was asked for, as far as it decides whether an earlier walk is enough."""

    since: datetime | None = None
    scope: str = ""

    def met_by(self, mark: ForumMark | None) -> bool:
        """Whether an earlier walk read all that this run wants of what was there then."""
        if mark is None or not mark.whole or mark.scope != self.scope:
            return False
        before = iso(mark.since)
        return before is None or (self.since is not None and before <= self.since)


@dataclass(slots=True)
class Walk:
    """One forum in one run. It has ended when its list is through and nothing in it or below it is open."""

    forum: Forum
    wish: Wish
    known: ForumMark | None = None  # from an earlier run
    above: Walk | None = None
    reading: bool = True  # False: only its forums below are looked for
    listing: bool = True  # pages of its list are to come
    open: int = 0  # topics and forums below that are under way
    whole: bool = True  # nothing was left out, refused or lost
    barren: int = 0  # topics in a row without posts
    ids: set[str] = field(default_factory=set)  # of the topics listed
    pages: int = 0
    limit: int = _ENDLESS
    total: int | None = None
    to_the_end: bool = False  # the list was walked to its last page
    newest: datetime | None = None

    @property
    def floor(self) -> datetime | None:
        """Topics with no post after this time were all read before."""
        return iso(self.known.until) if self.known is not None and self.wish.met_by(self.known) else None

    @property
    def ended(self) -> bool:
        """Whether nothing is left to do."""
        return not self.listing and self.open == 0

    def turn(self, listing: Listing) -> None:
        """Take note of one page of the list."""
        regular = _regular(listing)
        self.pages += 1
        self.ids.update(topic.id for topic in listing.topics)
        times = [topic.last for topic in regular if topic.last is not None]
        self.newest = max([*times, *([self.newest] if self.newest else [])], default=None)
        if self.pages == 1:
            self.total = listing.total
            if listing.total is not None and regular:
                self.limit = -(-listing.total // len(regular)) + _SLACK

    def repeats(self, listing: Listing) -> bool:
        """Whether a page shows nothing that pages before it did not show: some lists never run out of pages."""
        return self.pages > 0 and all(topic.id in self.ids for topic in _regular(listing))

    def below_floor(self, listing: Listing, quiet: set[str]) -> bool:
        """Whether all pages after this one were read before: it ends in order with a topic that was, unchanged."""
        end = _end(listing)
        return end is not None and self.floor is not None and end[1] <= self.floor and end[0].id in quiet

    def too_old(self, listing: Listing) -> bool:
        """Whether all pages after this one hold nothing from the time that is asked for."""
        end = _end(listing)
        return end is not None and self.wish.since is not None and end[1] < self.wish.since

    def mark(self) -> ForumMark:
        """What to remember of a walk that has ended."""
        short = max(0, (self.total or 0) - len(self.ids)) if self.to_the_end else 0
        floor, since = self.floor, self.wish.since
        until = max([t for t in (self.newest, floor) if t is not None], default=None)
        if self.known is not None and floor is not None and (since is None or since <= floor):
            since = iso(self.known.since)  # what is older than the floor was left out then, if at all
        return ForumMark(
            self.forum.stamp,
            until.isoformat() if until else "",
            since.isoformat() if since else "",
            self.wish.scope,
            short,
            # Lists shift while they are read: one more look, unless the last one missed as many.
            self.whole and (short == 0 or (self.known is not None and self.known.short == short)),
        )


@dataclass(slots=True)
class Visit:
    """One topic in one run: its pages are read one after the other."""

    topic: Topic
    walk: Walk
    mark: Mark | None  # of the page read last, in this run or one before
    resumed: bool = False  # the next page to come was read in a run before
    ahead: list[str] = field(default_factory=list)  # addresses of the pages to come
    pages: int = 0
    limit: int = _ENDLESS
    total: int | None = None  # posts announced on the page before
    trapped: bool = False  # more pages were offered than there can be
    edge: tuple[int, datetime] | None = None  # id and time of the last post of the page before, read in this run
    handed: asyncio.Future[bool] | None = None  # whether the last batch was taken

    def shifted(self, read: TopicPage, page: str) -> bool:
        """Whether posts ahead of this page are gone, so that others slipped past: the topic is to be read again."""
        if self.resumed and self.mark is not None and self.mark.page == page and self.mark.first:
            return read.posts[0].id != self.mark.first
        return self.total is not None and read.total is not None and read.total < self.total

    def restart(self) -> None:
        """Begin again with the first page."""
        self.mark, self.resumed, self.ahead, self.total = None, False, [self.topic.url], None
        self.edge = None

    def take(self, read: TopicPage, page: str) -> Sequence[Post]:
        """The posts of a page; moves the mark past them, and the pages to come with it."""
        if self._repeats(read):
            self._cut()
            return ()
        posts = self._without_opener(read.posts)
        if self.pages == 0 and read.total is not None:
            left = read.total - (posts[0].position or 1) + 1
            self.limit = max(1, -(-left // len(posts))) + _SLACK
        self.pages += 1
        self.total = read.total
        self.ahead = ([*read.following] or self.ahead) if read.complete else []
        self.mark = self._moved(read, posts, page)
        self.resumed = False
        if self.ahead and self.pages >= self.limit:
            self._cut()
        return posts

    def extents(self, read: TopicPage, posts: Sequence[Post]) -> tuple[Extent, ...]:
        """The stretch of the topic that a page shows without a gap; none where that is not beyond doubt."""
        edge, self.edge = self.edge, None
        if not posts or posts[0].thread is None or read.rejects or not read.complete:
            return ()
        known = [(int(p.id), p.published) for p in posts if p.id.isdecimal() and p.published is not None]
        if len(known) < len(posts) or any(b[0] <= a[0] or b[1] < a[1] for a, b in pairwise(known)):
            return ()
        self.edge = known[-1]
        ended = not read.following and read.total is not None and read.total <= (posts[-1].position or 0)
        since = None if posts[0].position == 1 else edge or known[0]
        ids = frozenset(ident for ident, _ in known) | ({edge[0]} if edge else set())
        return (Extent(posts[0].platform, posts[0].thread.id, ids, since, None if ended else known[-1]),)

    def _repeats(self, read: TopicPage) -> bool:
        """Whether a page shows what the page before it showed: some boards never run out of pages."""
        mark = self.mark if self.pages else None
        return mark is not None and mark.first == read.posts[0].id and mark.last == read.posts[-1].id

    def _without_opener(self, posts: Sequence[Post]) -> Sequence[Post]:
        """Leave out the opener that some boards repeat on each page, and which moves the others on by one."""
        opener = self.mark.opener if self.mark is not None else ""
        if len(posts) < 2 or posts[0].id != opener or posts[0].position == 1:
            return posts
        return [replace(post, position=post.position - 1 if post.position else None) for post in posts[1:]]

    def _moved(self, read: TopicPage, posts: Sequence[Post], page: str) -> Mark:
        before, first, last = self.mark or Mark(), read.posts[0], posts[-1]
        opener = before.opener or (first.id if first.position in (1, None) else "")
        # Discourse begins with its first page again, whatever was read before.
        back = self.resumed and before.read > (last.position or 0)
        far, count = (before.last, before.read) if back else (last.id, last.position or 0)
        return Mark(self.topic.stamp, page, first.id, far, opener, count, bool(self.ahead) or not read.complete)

    def _cut(self) -> None:
        """Let no more pages come, in this run or the next."""
        self.trapped, self.ahead = True, []
        self.mark = replace(self.mark, stamp=self.topic.stamp, more=False) if self.mark is not None else None


def _regular(listing: Listing) -> list[Topic]:
    """The topics of a list that stand in its order."""
    return [topic for topic in listing.topics if not topic.pinned and not topic.moved]


def _end(listing: Listing) -> tuple[Topic, datetime] | None:
    """The last topic of a page and the time of its newest post; None where the page is not in the order of these."""
    regular = _regular(listing)
    times = [topic.last for topic in regular if topic.last is not None]
    if not times or len(times) < len(regular) or times != sorted(times, reverse=True):
        return None
    return regular[-1], times[-1]
