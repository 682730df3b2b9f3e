"""Where a crawl of a board goes next, and when a forum counts as read: decisions only, no requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from listening.post import Batch, Checkpoint
from spiders.boards.choice import Choice
from spiders.boards.engine import Engine, Forum, Listing, Mark, Topic
from spiders.boards.notes import Notes
from spiders.boards.options import Options
from spiders.boards.progress import ForumMark, Visit, Walk, Wish

_INDEX = 200  # pages of forums; no board has more
_BARREN = 3  # topics in a row without posts after which a forum's list is left: its topics are not for guests


@dataclass(frozen=True, slots=True)
class Ask:
    """An address to ask for next: a page of a forum, of a topic, or of the index."""

    url: str
    goal: Walk | Visit | None
    last: datetime | None = None  # the newest post known there: newer goes first


Steps = Iterator[Ask | Batch]


class Tour:
    """One crawl of one board. `checkpoints` are those stored before it; what is to be stored comes out as batches."""

    def __init__(self, engine: Engine, options: Options, checkpoints: Mapping[str, str], now: datetime) -> None:
        self.engine, self.options, self.checkpoints, self.now = engine, options, checkpoints, now
        self.choice = Choice(options.forums, options.leave_out)
        self.wish = Wish(options.oldest(now), self.choice.scope)
        self.notes = Notes()
        self.walks: dict[str, Walk] = {}  # by forum
        self.fresh: set[str] = set()  # forums in which nothing has changed
        self.seen: set[str] = set()  # topics
        self.visits = self.pages = self.entries = 0  # topics begun, pages of them asked for, pages of the index

    def enter(self, listing: Listing) -> Steps:
        """From the index into the forums, or into the one list that holds all topics."""
        for forum in listing.forums:
            self.choice.wants(forum)  # all of them first: then it is known whether a named one is still missing
        everything = listing.everything if not self.choice.some else None
        for forum in listing.forums if everything is None else [everything]:
            yield from self._consider(forum)
        self.entries += 1
        if listing.next and self.entries < _INDEX:
            yield Ask(listing.next, None, self.now)

    def browse(self, listing: Listing, walk: Walk, url: str) -> Steps:
        """From one page of a forum into its topics and the forums below, and on to its next page."""
        for forum in listing.forums:
            yield from self._consider(forum)
        if not walk.reading or walk.barren >= _BARREN:
            yield from self.close(walk, whole=walk.barren < _BARREN)
            return
        repeated = walk.repeats(listing)
        quiet: set[str] = set()
        for topic in listing.topics:
            yield from self._visit(topic, walk, quiet)
        walk.turn(listing)
        if not listing.next or repeated or walk.pages >= walk.limit:
            walk.to_the_end = True
            if listing.next and (listing.topics or walk.pages >= walk.limit):
                self.notes.add("endless", url)
            yield from self.close(walk)
        elif walk.below_floor(listing, quiet) or walk.too_old(listing):
            yield from self.close(walk)
        elif self._enough():
            yield from self.close(walk, whole=False)
        else:
            yield Ask(listing.next, walk, listing.topics[-1].last if listing.topics else None)

    def known(self, topic: Topic) -> bool:
        """Whether a topic was read in a run before."""
        return f"topic:{topic.id}" in self.checkpoints

    def turn(self, visit: Visit) -> Steps:
        """To the next page of a topic; where there is none, the visit is over."""
        if visit.ahead:
            self.pages += 1
            yield Ask(visit.ahead.pop(0), visit, visit.topic.last)
        else:
            yield from self.leave(visit)

    def leave(self, visit: Visit, *, whole: bool = True) -> Steps:
        """Out of a topic; not `whole` if some of it could not be read."""
        visit.walk.whole &= whole
        visit.walk.open -= 1
        yield from self._settle(visit.walk)

    def close(self, walk: Walk, *, whole: bool = True) -> Steps:
        """No further pages of a forum; not `whole` if there are some."""
        walk.whole &= whole
        walk.listing = False
        yield from self._settle(walk)

    def drop(self, ask: Ask) -> Steps:
        """Go on without an address that cannot be asked for."""
        if isinstance(ask.goal, Visit):
            yield from self.leave(ask.goal, whole=False)
        elif ask.goal is not None:
            yield from self.close(ask.goal, whole=False)

    def _consider(self, forum: Forum) -> Steps:
        """Walk through a forum, unless it is unwanted, empty, or unchanged since it was read."""
        wanted = self.choice.wants(forum)
        if forum.id in self.walks or forum.id in self.fresh or not forum.url:
            return
        known = ForumMark.of(self.checkpoints.get(f"forum:{forum.id}"))
        unchanged = known is not None and bool(forum.stamp) and forum.stamp == known.stamp
        if wanted and self.wish.met_by(known) and (unchanged or forum.parent in self.fresh):
            self.fresh.add(forum.id)
            return
        if (wanted and forum.topics == 0 and forum.posts == 0) or not (wanted or self.choice.missing):
            return
        walk = Walk(forum, self.wish, known, self.walks.get(forum.parent), wanted)
        if walk.above is not None:
            walk.above.open += 1
        self.walks[forum.id] = walk
        yield Ask(forum.url, walk, forum.last or self.now)

    def _visit(self, topic: Topic, walk: Walk, quiet: set[str]) -> Steps:
        """Ask for a topic, or for what is new in it. One that needs nothing is added to `quiet`."""
        if topic.moved or topic.id in self.seen:
            quiet.add(topic.id)
            return
        self.seen.add(topic.id)
        mark = Mark.of(self.checkpoints.get(f"topic:{topic.id}"))
        if (topic.forum and not self.choice.has(topic.forum)) or (mark is not None and mark.covers(topic)):
            quiet.add(topic.id)
        elif self.wish.since is not None and topic.last is not None and topic.last < self.wish.since:
            return
        elif self._enough():
            walk.whole = False
        else:
            self.visits, self.pages, walk.open = self.visits + 1, self.pages + 1, walk.open + 1
            visit = Visit(replace(topic, channel=topic.channel or walk.forum.path), walk, mark, mark is not None)
            yield Ask(self.engine.resume(topic, mark) if mark else topic.url, visit, topic.last)

    def _enough(self) -> bool:
        """Whether no further topic may be begun in this run; those begun are read to their end."""
        topics, pages = self.options.max_topics, self.options.max_pages
        return (topics is not None and self.visits >= topics) or (pages is not None and self.pages >= pages)

    def _settle(self, walk: Walk | None) -> Steps:
        """Remember a forum in which everything was read, and those above it."""
        while walk is not None and walk.ended:
            mark = walk.mark()
            if walk.whole and walk.reading:
                yield Batch(checkpoints=(Checkpoint(f"forum:{walk.forum.id}", mark.value()),))
            if walk.above is not None:
                walk.above.open -= 1
                walk.above.whole &= mark.whole
            walk = walk.above
