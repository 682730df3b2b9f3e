"""Applying queries to what is stored: a changed query looks back over all posts that are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby, islice

from listening.config import Brand
from listening.post import Entry
from listening.store import Changed, Question, Store, StoredPost
from pipelines.match import tree
from pipelines.understanding import Understanding

_BATCH = 200  # posts in one transaction: a person's click never waits for longer than that

Progress = Callable[[Changed, int], None]


def rematch(
    store: Store, understanding: Understanding, brands: Sequence[Brand], *, now: datetime,
    everything: bool = False, since: datetime | None = None, progress: Progress | None = None,
) -> Changed:  # fmt: skip
    """Bring the stored mentions of these brands in line with their queries; of posts published since then.

    Each batch of posts is one transaction and newest come first: stop it at any time, run it again and it completes.
    `progress` hears what was done so far, and of how many posts. With `everything` all posts are looked at instead of
    those that the index finds, which is quicker for many brands.
    """
    ids = iter(found := store.stored_posts(since) if everything else _concerned(store, brands, since, now))
    names, done = frozenset(brand.name for brand in brands), Changed()
    while batch := list(islice(ids, _BATCH)):
        ready = _Ready(understanding, list(store.posts(batch).values()))
        done += store.understand_again(batch, ready.entry, names, now)
        if progress is not None:
            progress(done, len(found))
    return done


class _Ready:
    """Posts understood before the store is held for writing: a model that takes its time keeps nobody waiting."""

    def __init__(self, understanding: Understanding, posts: Sequence[StoredPost]) -> None:
        self.understanding = understanding
        self.entries: dict[int, Entry] = {}
        for source, several in groupby(sorted(posts, key=_source), key=_source):
            understanding.names.source = source  # a query may ask for it
            found = list(several)
            entries = understanding.entries([stored.post for stored in found])
            self.entries |= zip((stored.id for stored in found), entries, strict=True)

    def entry(self, stored: StoredPost) -> Entry:
        """What is understood of a post as it is now: a crawl may have changed it meanwhile."""
        ready = self.entries.get(stored.id)
        if ready is not None and ready.post == stored.post:
            return ready
        self.understanding.names.source = stored.source
        return self.understanding.entry(stored.post)


def _source(stored: StoredPost) -> str:
    return stored.source


def _concerned(store: Store, brands: Sequence[Brand], since: datetime | None, now: datetime) -> list[int]:
    """The posts that mention one of these brands, or may do so."""
    found: dict[int, None] = {}
    for brand in brands:
        found |= dict.fromkeys(store.candidates(Question(tree(brand), now), since))
        found |= dict.fromkeys(store.mentioning(brand.name, since))
    return list(found)
