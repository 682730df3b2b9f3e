"""One list of posts on Reddit, newest first, and how far it was read toward the run before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from listening.post import Checkpoint, Post

PAGE = 100  # rows; the most that one request brings
DEEPEST = 1000  # rows; about where each of Reddit's lists ends


class Refused(Exception):
    """A listing that Reddit does not give to us: private, banned, or never there. Others may still be read."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a list of posts is, in the API and among the feeds."""

    key: str  # of its checkpoint
    name: str  # for a person
    path: str  # in the API
    feed: str
    params: dict[str, str] = field(default_factory=dict)


def listings(subreddits: Iterable[str], terms: Iterable[str], *, comments: bool) -> list[Listing]:
    """The new posts of each subreddit, its comments if asked for, and the search for each term as a phrase."""
    found = []
    for key, name in {name.lower(): name for name in subreddits}.items():
        found.append(Listing(f"new:r/{key}", f"r/{name}", f"r/{name}/new", f"r/{name}/new/.rss"))
        if comments:
            path = f"r/{name}/comments/"
            found.append(Listing(f"comments:r/{key}", f"comments in r/{name}", path, f"{path}.rss"))
    for term in dict.fromkeys(terms):
        phrase = " ".join(term.replace('"', " ").split())
        params = {"q": f'"{phrase}"', "sort": "new", "t": "all", "type": "link"}
        found.append(Listing(f"search:{term}", f'search for "{term}"', "r/all/search/", "search.rss", params))
    return found


@dataclass(slots=True)
class Walk:
    """How far one listing was read, newest first, toward the newest post of the run before."""

    mark: str  # the checkpoint of the run before, "FULLNAME SECONDS", or empty
    seen: int = 0
    oldest: tuple[float, str] = (float("inf"), "")
    newest: tuple[int, str] = (0, "")

    def take(self, post: Post, now: datetime) -> None:
        """Note a post. One dated in the future never becomes a checkpoint: it would hide those that follow it."""
        self.seen += 1
        seconds = int(post.published.timestamp()) if post.published else 0
        self.oldest = min(self.oldest, (seconds, post.id))
        if post.published and post.published <= now:
            self.newest = max(self.newest, (seconds, post.id))

    @property
    def since(self) -> int | None:
        """The second of the newest post of the run before; the post itself may be deleted by now."""
        seconds = self.mark.rpartition(" ")[2]
        return int(seconds) if seconds.isdecimal() else None

    @property
    def reached(self) -> bool:
        """Whether everything since the run before was seen."""
        return self.since is not None and self.oldest[0] <= self.since

    def gap(self, listing: Listing, limit: int) -> str:
        """A word to the person if the listing ended, at Reddit's bound or at `limit`, before the run before began."""
        if self.since is None or self.reached or self.seen < min(limit, PAGE):
            return ""
        remedy = "crawl more often" + (" or raise its limit" if limit < DEEPEST else "")
        return f"{listing.name}: more than {self.seen:,} new posts since the last run: some were missed; {remedy}"

    def checkpoint(self, key: str) -> list[Checkpoint]:
        """What holds once all that was seen is stored: nothing new where nothing newer was seen."""
        seconds, name = self.newest
        return [Checkpoint(key, f"{name} {seconds}")] if seconds >= (self.since or 1) else []
