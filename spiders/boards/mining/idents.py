"""Where in the blocks of a page the ids of their posts stand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from spiders.boards.mining.addresses import shape
from spiders.boards.mining.outline import Outline, among
from spiders.boards.mining.people import Leads
from spiders.boards.mining.template import MOST, Block

_TOKEN = re.compile(r"((?<![A-Za-z0-9])(?=[A-Za-z]*\d)[A-Za-z0-9]{12,}|\d+)")
_LONGEST = 300  # characters of an attribute that may hold an id
_HREFS = 4  # kinds of links whose numbers are compared: enough to notice what belongs to another post
_DIGIT = re.compile(r"\d")
_IDENT = re.compile(r"id|name|data-(?:.*id|.*key|pk|.*post|.*msg|.*comment|.*message)|itemid|about", re.I)
_NO_IDENT = re.compile(r"user|author|member|uid|index|time|date|count|position|topic|tid|forum|cid|thread|parent", re.I)
_COPIED = ("value", "data-url", "data-permalink", "data-href", "data-link", "data-clipboard-text")
_POINTS = re.compile(r"pid|post|msg|comment|message|reply|entry|answer|#", re.I)
_ACTS = re.compile(r"repl|quot|report|edit|delet|vote|like|print|mode=|action=|do=|compose|new|flag|share|warn", re.I)


class Idents:
    """The numbers on one page that may be ids. `leads` says where a link of it leads to."""

    def __init__(self, outline: Outline, leads: Leads) -> None:
        self.outline, self.leads = outline, leads
        self._borne: dict[frozenset[str], list[tuple[str, tuple[str, ...], list[int]]]] = {}

    def find(self, blocks: Sequence[Block], words: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The places of the posts' ids, and those of them that lead to the post."""
        columns: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for number, block in enumerate(blocks):
            for slot, token in self.every(block, words):
                columns[slot][number].add(token)
        vectors: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for slot, column in columns.items():
            values = [next(iter(column[n])) if len(column.get(n, ())) == 1 else "" for n in range(len(blocks))]
            filled = [value for value in values if value]
            if len(filled) >= MOST * len(blocks) and len(set(filled)) == len(filled):
                vectors[tuple(values)].append(slot)
        if not vectors:
            return (), ()
        firm = {values: _firmness(slots) for values, slots in vectors.items()}
        scattered = [values for values in vectors if not _counted(values)]
        best = max(scattered, key=lambda values: firm[values], default=None)
        if best is None or firm[best] < 0.7:
            best = max(vectors, key=lambda values: (_first(values), firm[values]))
        slots = [slot for values, slots in vectors.items() if _same(values, best) for slot in slots]
        links = sorted((slot for slot in slots if slot.startswith("href") and not _ACTS.search(slot)), key=_directness)
        hrefs = [*links, *(slot for slot in slots if slot.startswith("href") and slot not in links)][:_HREFS]
        return tuple(slot for slot in slots if slot in hrefs or not slot.startswith("href")), tuple(links[:_HREFS])

    def every(self, block: Block, words: str) -> Iterator[tuple[str, str]]:
        """Numbers that may be a post's id: where they stand, and the number; none from its words."""
        outline = self.outline
        bodies = [(body, outline.end[body]) for body in outline.outermost(block.start, block.end, words)]
        for element in range(block.start - self._anchored(block), block.end):
            if any(body < element < end for body, end in bodies):
                continue
            for name, value in outline.attributes[element].items():
                if not value or len(value) > _LONGEST:
                    continue
                links = _links(name, value)
                if (links or _idents(name)) and (name != "href" or self.leads(value).kind != "user"):
                    yield from tokens("href" if links else name, value)

    def marks(self, block: Block, body: int, wanted: frozenset[str]) -> list[tuple[str, str, str]]:
        """The numbers at some places around a post's words: the place, the number, the link it stands in."""
        outline, first = self.outline, block.start - self._anchored(block)
        marks: list[tuple[str, str, str]] = []
        for name, begins, bearing in self._bearing(wanted):
            for element in (*among(bearing, first, body + 1), *among(bearing, outline.end[body], block.end)):
                value = outline.attributes[element].get(name)
                if not value or not value.startswith(begins) or len(value) > _LONGEST:
                    continue
                links = _links(name, value)
                if name in _COPIED and not links:
                    continue
                found = _spans(shape(value), "href" if links else name, wanted)
                if found and (name != "href" or self.leads(value).kind != "user"):
                    marks += [(slot, value[start:end], value if links else "") for slot, start, end in found]
        return marks

    def _bearing(self, wanted: frozenset[str]) -> list[tuple[str, tuple[str, ...], list[int]]]:
        """The attributes on the page that some places of ids are in, how their values begin, and the elements."""
        found = self._borne.get(wanted)
        if found is None:
            names = _begins(wanted).items()
            every = [(name, begins, self.outline.bearing(name)) for name, begins in names]
            found = self._borne[wanted] = [one for one in every if one[2]]
        return found

    def _anchored(self, block: Block) -> bool:
        """Whether an anchor stands right before a block: without words, since a link may end the post before."""
        outline, before = self.outline, block.start - 1
        return before > 0 and outline.tags[before] == "a" and not outline.said(before, block.start)


@lru_cache(maxsize=64)
def _begins(wanted: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """How the values begin of each attribute that some ids stand in; what copies links begins as links do."""
    found = defaultdict[str, set[str]](set)
    for slot in wanted:
        name, _, rest = slot.split(" ", 2)
        found[name].add(rest.partition("#")[0])
    for name in _COPIED if "href" in found else ():
        found[name] |= found["href"]
    return {name: tuple(begins) for name, begins in found.items()}


@lru_cache(maxsize=4096)
def _spans(zeros: str, name: str, wanted: frozenset[str]) -> tuple[tuple[str, int, int], ...]:
    """Those of some places of ids that are in attributes which differ in their numbers alone, and where in these."""
    rest = "#".join(_TOKEN.split(zeros)[::2])
    slots = ((f"{name} {order} {rest}", match.span()) for order, match in enumerate(_TOKEN.finditer(zeros)))
    return tuple((slot, *span) for slot, span in slots if slot in wanted)


def _links(name: str, value: str) -> bool:
    """Whether an attribute holds a link."""
    return name == "href" or (name in _COPIED and value.startswith(("http", "/")))


@lru_cache(maxsize=1024)
def _idents(name: str) -> bool:
    """Whether an attribute may hold an id."""
    return _IDENT.fullmatch(name) is not None and not _NO_IDENT.search(name)


def tokens(name: str, value: str) -> list[tuple[str, str]]:
    """The first numbers of an attribute, and where each stands."""
    if not _DIGIT.search(value) or len(parts := _TOKEN.split(value)) < 2:
        return []
    rest = "#".join(parts[::2])
    return [(f"{name} {order} {rest}", token) for order, token in enumerate(parts[1:12:2])]


def _firmness(slots: list[str]) -> float:
    """How much the places where some numbers stand look like those of ids."""
    score = min(len(slots), 4) * 0.7
    score += any("#" in slot.split(" ", 2)[2].replace("#", "", 1) for slot in slots if slot.startswith("href"))
    return score + any(_POINTS.search(slot) for slot in slots)


def _counted(values: tuple[str, ...]) -> bool:
    """Whether numbers only count the posts."""
    numbers = [int(value) for value in values if value.isdecimal()]
    return len(numbers) > 1 and {b - a for a, b in pairwise(numbers)} <= {1, -1}


def _first(values: tuple[str, ...]) -> int:
    return max((int(value) for value in values if value.isdecimal() and len(value) < 16), default=0)


def _same(values: tuple[str, ...], best: tuple[str, ...]) -> bool:
    """Whether two columns of ids say the same, wherever both say anything."""
    return all(a == b for a, b in zip(values, best, strict=True) if a and b)


def _directness(slot: str) -> int:
    return 0 if "#" in slot.split(" ", 2)[2].rpartition("/")[2] else 1
