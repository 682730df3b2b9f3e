"""A page as flat lists in the order of its markup, so that what repeats in it is found by counting."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain

from selectolax.lexbor import LexborNode

from spiders.boards.mining.addresses import shape
from spiders.boards.mining.paths import Make, Path, Paths
from spiders.boards.page import Page

_SILENT = frozenset("br wbr script style noscript template svg select head math object embed iframe canvas".split())
_NONE, _UNSEEN = -1, -2  # what holds the first element, and what is in a silent one
_TEXT = 2  # the parser's number for runs of text


class Outline:
    """The elements of a page, numbered in their order: what an element `i` holds is `i` to `end[i]`."""

    def __init__(self, page: Page, paths: Paths) -> None:
        self._places = paths.current
        self.nodes: list[LexborNode] = []
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.paths: list[Path] = []
        self.parent: list[int] = []
        self.end: list[int] = []
        self.texts: list[str] = []  # the runs of text, in their order
        self.owners: list[int] = []  # the element that holds each
        self._before: list[int] = []  # how many texts come before each element
        body = page.html.body
        if body is not None:
            self._walk(body, self._places.body)
            self.end = ends(self.parent)
        self._before.append(len(self.texts))
        self._sorted: dict[tuple[str, str], list[int]] = {}

    def _walk(self, body: LexborNode, base: Path) -> None:
        """One pass in the order of the markup; `base` is the place of the body."""
        nodes, tags, places, parent = self.nodes, self.tags, self.paths, self.parent
        texts, owners, before, attributes = self.texts, self.owners, self._before, self.attributes
        numbers: dict[int, int] = {}
        names: dict[int, str] = {}
        cells: dict[tuple[int, str], int] = {}  # without classes: their place in their row tells what they hold
        number = said = 0
        for node in body.traverse(include_text=True, skip_empty=True):
            kind, around = node.tag_id, node.parent
            holder = numbers.get(around.mem_id, _UNSEEN) if number and around is not None else _NONE
            if kind == _TEXT:
                if holder >= 0 and (text := " ".join((node.text_content or "").split())):
                    texts.append(text)
                    owners.append(holder)
                    said += 1
                continue
            tag = names.get(kind)
            if tag is None:
                tag = names[kind] = _named(node)
            if not tag or holder == _UNSEEN:
                continue
            numbers[node.mem_id] = number
            number += 1
            has = node.attributes
            nodes.append(node)
            tags.append(tag)
            attributes.append(has)
            parent.append(holder)
            before.append(said)
            if holder < 0:
                places.append(base)
            else:
                outer = places[holder]
                called = has.get("class")
                make: Make
                if len(has) > (called is not None):
                    ident = has.get("id")
                    make = tag, called, ident and shape(ident), has.get("itemprop"), (*has,)
                else:
                    make = tag, called  # as most are
                path = outer.makes.get(make) or outer.make(make)
                if path.ordered:
                    row = holder, tag
                    cells[row] = cells.get(row, -1) + 1
                    path = outer.nth(path, cells[row])
                places.append(path)

    @cached_property
    def signature(self) -> list[str]:
        """Of each element its tag and classes, as far as they are the same for each of its kind."""
        return [path.signature for path in self.paths]

    @cached_property
    def links(self) -> list[int]:
        """The links, in their order."""
        return [number for number, tag in enumerate(self.tags) if tag == "a"]

    @cached_property
    def groups(self) -> Mapping[Path, list[int]]:
        """The elements by where they stand."""
        found: dict[Path, list[int]] = defaultdict(list)
        for number, path in enumerate(self.paths):
            found[path].append(number)
        return found

    def trails(self) -> list[int]:
        """The elements whose classes call them a path of links."""
        return self._found("trail", "")

    def bearing(self, name: str) -> list[int]:
        """The elements that bear an attribute."""
        return self._found("name", name)

    def spotted(self, spot: str) -> list[int]:
        """The elements that may hold the texts at a spot."""
        return self._found("spot", spot)

    def keyed(self, key: str) -> list[int]:
        """The elements that have a key of their own."""
        return self._found("own", key)

    def within(self, key: str) -> list[int]:
        """The elements that have a key, their own or that of what is around."""
        return self._found("key", key)

    def loosely(self, key: str) -> list[int]:
        """The elements in what has a loose key and what only says how its text looks."""
        return self._found("loosely", key)

    def _found(self, what: str, wanted: str) -> list[int]:
        """The elements at the places of which something can be said."""
        found = self._sorted.get((what, wanted))
        if found is None:
            groups = self.groups
            alike = [groups[path] for path in self._places.known.get((what, wanted), ()) if path in groups]
            found = self._sorted[what, wanted] = sorted(chain.from_iterable(alike)) if len(alike) != 1 else alike[0]
        return found

    def said(self, first: int, end: int) -> range:
        """The numbers of the texts in the elements from `first` to before `end`."""
        begin, stop, owners = self._before[first], self._before[end], self.owners
        while stop > begin and owners[stop - 1] < first:
            stop -= 1  # what comes after them belongs to what is around
        return range(begin, stop)

    def held(self, number: int) -> list[int]:
        """The numbers of the texts that stand in an element itself."""
        return [at for at in self.said(number, self.end[number]) if self.owners[at] == number]

    def line(self, number: int) -> str:
        """The text of an element on one line."""
        said = self.said(number, self.end[number])
        return " ".join(self.texts[said.start : said.stop])

    def before(self, number: int, text: str) -> str:
        """What stands in an element right before one of its texts."""
        said = self.texts[self._before[number] : self._before[self.end[number]]]
        at = said.index(text) if text in said else 0
        return said[at - 1] if at else ""

    def holder(self, number: int) -> int:
        """The element itself, or the one around it where it only says how text looks."""
        while self.paths[number].plain:
            number = self.parent[number]
        return number

    def kids(self, number: int) -> list[int]:
        """The elements that stand in one."""
        found, kid = [], number + 1
        while kid < self.end[number]:
            found.append(kid)
            kid = self.end[kid]
        return found

    def outermost(self, first: int, end: int, key: str) -> list[int]:
        """The elements from `first` to before `end` that have a key, without those in others that have it."""
        candidates = among(self.keyed(key), first, end)
        if self.paths[first].plain:
            candidates = [number for number in range(first, end) if self.paths[number].key == key]
        found: list[int] = []
        for number in candidates:
            if not found or number >= self.end[found[-1]]:
                found.append(number)
        return found

    def above(self, number: int, top: int = 0) -> list[int]:
        """The elements around one, innermost first, down to `top`."""
        found = []
        while (number := self.parent[number]) >= top and number >= 0:
            found.append(number)
        return found

    def value(self, number: int, name: str) -> str:
        """An attribute of an element."""
        return self.attributes[number].get(name) or ""


def among(numbers: Sequence[int], first: int, end: int) -> Sequence[int]:
    """Those of some rising numbers that are from `first` to before `end`."""
    return numbers[bisect_left(numbers, first) : bisect_left(numbers, end)]


def _named(node: LexborNode) -> str:
    """The tag of an element; empty where it is none, or one that says nothing."""
    tag = node.tag or "-"
    return "" if tag[0] in "-!" or tag in _SILENT else tag


def ends(parent: Sequence[int]) -> list[int]:
    """Where what each element holds comes to its end, by the numbers of the elements around them."""
    found = [*range(1, len(parent) + 1)]
    for number in range(len(parent) - 1, 0, -1):
        if found[number] > found[parent[number]]:  # noqa: PLR1730 - half the time of max()
            found[parent[number]] = found[number]
    return found
