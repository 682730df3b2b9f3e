"""What an entry is known by for ever: its id, else its link, else its words.

An id or link that stands for several entries of one feed is no identity: the next of the three takes its place. Which
ones those are must be remembered (as short marks), or an entry would change its identity once the others have left the
feed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from hashlib import sha256

from listening.feed.address import address_key, host_of, web_address
from listening.feed.model import Item

_MARKS = 500  # remembered for a feed
_LONGEST = 300  # characters of an id; a longer one is known by its hash
_SAYS_NOTHING = frozenset(
    ("null", "none", "undefined", "false", "true", "nan", "guid", "id", "#", "-", "http://", "https://")
)
_NUMBER = re.compile(r"[\d\W_]{1,20}")
_TITLES_KNOW = frozenset(("news.google.com",))  # links and ids are made anew for every search


class Identities:
    """The identities of a feed's entries. `home` is the site that the feed belongs to, `url` the feed's address."""

    def __init__(self, items: Sequence[Item], url: str, home: str, shared: Collection[str] = ()) -> None:
        self._url, self._places = url, {address_key(place) for place in (url, home) if place}
        self._names = {place for place in (url, home) if place}
        self._shared = set(shared)
        ids: dict[str, set[str]] = defaultdict(set)
        links: dict[str, set[str]] = defaultdict(set)
        for item in items:
            if (key := self._id(item)) and (link := self._link(item)):
                ids[key].add(link)
        self._share(ids)
        for item in items:
            if (link := self._link(item)) and not self._known_by_id(item):
                links[link].add(_digest(item))
        self._share(links)

    @property
    def shared(self) -> tuple[str, ...]:
        """Marks of what turned out to stand for several entries."""
        return tuple(sorted(self._shared)[:_MARKS])

    def of(self, item: Item) -> str:
        """The identity of one of the entries."""
        link = self._link(item)
        if self._known_by_id(item):
            found = self._id(item)
        elif link and _mark(link) not in self._shared:
            found = link
        else:
            found = _digest(item)
        return found if len(found) <= _LONGEST else sha256(found.encode()).hexdigest()

    def _known_by_id(self, item: Item) -> bool:
        key = self._id(item)
        return bool(key) and _mark(key) not in self._shared

    def _id(self, item: Item) -> str:
        """The entry's own id, if it can be one: a bare number is made unique by the place that it belongs to."""
        found = " ".join(item.id.split())
        if found.casefold() in _SAYS_NOTHING or found in self._names or host_of(item.link) in _TITLES_KNOW:
            return ""
        if _NUMBER.fullmatch(found):
            return f"{self._link(item) or address_key(self._url)}#{found}"
        if found.startswith(("http://www.google.com/url?", "http://www.bing.com/", "https://www.bing.com/")):
            return web_address(found)
        return found

    def _link(self, item: Item) -> str:
        key = address_key(item.link) if item.link else ""
        return "" if key in self._places or host_of(item.link) in _TITLES_KNOW else key

    def _share(self, groups: dict[str, set[str]]) -> None:
        self._shared.update(_mark(key) for key, members in groups.items() if len(members) > 1)


def _digest(item: Item) -> str:
    words = f"{item.title}\n{item.text}" if item.text else f"{item.title}\n{item.publisher and item.publisher.name}"
    return sha256(" ".join(words.casefold().split()).encode()).hexdigest()[:32]


def _mark(key: str) -> str:
    return sha256(key.encode()).hexdigest()[:12]
