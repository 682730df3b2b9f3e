"""One page of a board of unknown software, and what was found on it; each thing is looked for once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from spiders.boards.mining.addresses import Place, tidy
from spiders.boards.mining.moments import Moment, moments, moments_at
from spiders.boards.mining.outline import Outline, among
from spiders.boards.mining.paths import Paths
from spiders.boards.mining.reader import Reader
from spiders.boards.mining.rows import Link, Lists, Row
from spiders.boards.page import Page


class Sheet:
    """A page as an outline with moments and links.

    `paths` are those of the board's pages before; `place` says what an address leads to, `home` makes it the board's
    own, or empty where it leads away.
    """

    def __init__(self, page: Page, paths: Paths, place: Callable[[str], Place], home: Callable[[str], str]) -> None:
        self.page, self.place, self.home = page, place, home
        self.outline = Outline(page, paths)
        self._leads: dict[str, Place] = {}
        self._timed: dict[str, list[Moment]] = {}
        self._rows: dict[str, list[Row]] = {}

    @cached_property
    def here(self) -> Place:
        """What the page's own address leads to."""
        return self.place(self.page.url)

    @cached_property
    def reader(self) -> Reader:
        """What reads its blocks."""
        return Reader(self.outline, self.timed, self.leads)

    @cached_property
    def moments(self) -> list[Moment]:
        """What looks like a time."""
        return moments(self.outline)

    def timed(self, key: str) -> list[Moment]:
        """What looks like a time and stands where a key says: on a page that is like others that is soon found."""
        if key not in self._timed:
            self._timed[key] = moments_at(self.outline, key)
        return self._timed[key]

    @cached_property
    def links(self) -> list[Link]:
        """The links to forums, topics and what may be either."""
        return self.links_of(range(len(self.outline.tags)))

    def links_of(self, elements: range) -> list[Link]:
        """Those among some elements."""
        found = []
        for element in among(self.outline.links, elements.start, elements.stop):
            href = self.outline.value(element, "href")
            if not href or href[0] == "#" or "nofollow" in self.outline.value(element, "rel"):
                continue
            leads = self.leads(href)
            if leads.kind in ("topic", "forum", "") and leads.id:
                url = self.home(tidy(self.page.link(href)))
                if url:
                    found.append(Link(element, url, leads, self.outline.line(element)))
        return found

    def rows(self, kind: str) -> list[Row]:
        """The rows of a list of forums, or of topics."""
        if kind not in self._rows:
            lists = Lists(self.outline, self.moments, self.links)
            self._rows[kind] = lists.rows(lambda link: link.place.kind == kind)
        return self._rows[kind]

    def leads(self, href: str) -> Place:
        """Where a link leads to."""
        found = self._leads.get(href)
        if found is None:
            found = self._leads[href] = self.place(self.page.link(href))
        return found
