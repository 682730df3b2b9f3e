"""A page as flat lists in the order of its markup, so that what repeats in it is found by counting."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain

from selectolax.lexbor import LexborNode

from spiders.boards.page import Page

_SILENT = frozenset("script style noscript template svg select head math object embed iframe canvas".split())
_INLINE = frozenset("a b strong i em u span font small big tt code bdi bdo abbr time cite ins mark nobr label".split())
_ORDERED = frozenset(("td", "th"))  # without classes their place says what they hold
_VOLATILE = re.compile(
    r"(?:[a-z]+[-_]?)?(?:odd|even|alt\d*)|(?:[a-z]+[-_]?)?(?:first|last)(?:[-_]?post)?|(?:off|on)line|unread|read|new|hot|active|current|selected|hidden|self|mine|own|op|"
    r"[mp][trblxy]?-\d|bg\d?|row|.*(?:starter|owner).*"
)
_NONE, _UNSEEN = -1, -2  # what holds the first element, and what is in a silent one
_DIGITS = re.compile(r"\d+")


class Outline:
    """The elements of a page, numbered in their order: what an element `i` holds is `i` to `end[i]`."""

    def __init__(self, page: Page) -> None:
        self.nodes: list[LexborNode] = []
        self.tags: list[str] = []
        self.parent: list[int] = []
        self.end: list[int] = []
        self.texts: list[str] = []  # the runs of text, in their order
        self.owners: list[int] = []  # the element that holds each
        self._before: list[int] = []  # how many texts come before each element
        body = page.html.body
        if body is not None:
            self._walk(body)
        self._before.append(len(self.texts))
        self.attributes: list[dict[str, str | None]] = [node.attributes for node in self.nodes]
        self.signature = self._signatures()  # tag and classes, as far as they are the same for each of its kind
        self._keys: dict[int, str] = {}
        self._spots: dict[int, str] = {}
        self._heads: dict[str, list[int]] = {}

    def _walk(self, body: LexborNode) -> None:
        """One pass in the order of the markup; what an element holds ends with the last of its kind that it holds."""
        nodes, texts, owners, parent = self.nodes, self.texts, self.owners, self.parent
        numbers: dict[int, int] = {}
        names: dict[int, str] = {}
        for node in body.traverse(include_text=True, skip_empty=True):
            around, kind = node.parent, node.tag_id
            holder = numbers.get(around.mem_id, _NONE) if around is not None else _NONE
            tag = names.get(kind) or names.setdefault(kind, node.tag or "-")
            if tag == "-text":
                if holder >= 0 and (text := " ".join((node.text_content or "").split())):
                    texts.append(text)
                    owners.append(holder)
            elif tag in _SILENT or holder == _UNSEEN:
                numbers[node.mem_id] = _UNSEEN
            elif tag[0] not in "-!":
                numbers[node.mem_id] = len(nodes)
                nodes.append(node)
                self.tags.append(tag)
                parent.append(holder)
                self._before.append(len(texts))
        self.end = end = [*range(1, len(nodes) + 1)]
        for number in range(len(nodes) - 1, 0, -1):
            if end[number] > end[parent[number]]:  # noqa: PLR1730 - half the time of max()
                end[parent[number]] = end[number]

    def _signatures(self) -> list[str]:
        found = [
            _signature(tag, has.get("class"), _numbered(has["id"]) if "id" in has else "", has.get("itemprop"))
            if has else tag
            for tag, has in zip(self.tags, self.attributes, strict=True)
        ]  # fmt: skip
        places: dict[tuple[int, str], int] = {}
        for number, kind in enumerate(found) if "td" in self.tags or "th" in self.tags else ():
            if kind in _ORDERED:
                row = self.parent[number], kind
                places[row] = places.get(row, -1) + 1
                found[number] = f"{kind}:{places[row]}"
        return found

    @cached_property
    def links(self) -> list[int]:
        """The links, in their order."""
        return [number for number, tag in enumerate(self.tags) if tag == "a"]

    @cached_property
    def bearing(self) -> Mapping[str, list[int]]:
        """The elements that bear an attribute, by its name."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, attributes in enumerate(self.attributes):
            for name in attributes:
                found[name].append(number)
        return dict(found)

    def bearers(self, names: Iterable[str], first: int, end: int) -> list[int]:
        """The elements from `first` to before `end` that bear any of some attributes."""
        every = [among(known, first, end) for name in names if (known := self.bearing.get(name))]
        return sorted({*chain.from_iterable(every)}) if len(every) != 1 else [*every[0]]

    def said(self, first: int, end: int) -> range:
        """The numbers of the texts in the elements from `first` to before `end`."""
        return range(self._before[first], self._before[end])

    def line(self, number: int) -> str:
        """The text of an element on one line."""
        return " ".join(self.texts[self._before[number] : self._before[self.end[number]]])

    def before(self, number: int, text: str) -> str:
        """What stands in an element right before one of its texts."""
        said = self.texts[self._before[number] : self._before[self.end[number]]]
        at = said.index(text) if text in said else 0
        return said[at - 1] if at else ""

    def holder(self, number: int) -> int:
        """The element itself, or the one around it where it only says how text looks."""
        while self.tags[number] in _INLINE and self.signature[number] == self.tags[number] and self.parent[number] > 0:
            number = self.parent[number]
        return number

    def kids(self, number: int) -> list[int]:
        """The elements that stand in one."""
        found, kid = [], number + 1
        while kid < self.end[number]:
            found.append(kid)
            kid = self.end[kid]
        return found

    def _headed(self, head: str) -> list[int]:
        """The elements whose keys begin so, without those that only say how text looks."""
        found = self._heads.get(head)
        if found is None:
            kinds, tags = self.signature, self.tags
            if head[:1].isalpha():
                found = [number for number, kind in enumerate(kinds) if kind == head and tags[number] not in _INLINE]
            else:
                inline = {tag + head for tag in _INLINE}
                found = [number for number, kind in enumerate(kinds) if kind in inline and kind != tags[number]]
            self._heads[head] = found
        return found

    def outermost(self, first: int, end: int, key: str) -> list[int]:
        """The elements from `first` to before `end` that have a key, without those in others that have it."""
        candidates = among(self._headed(key.partition(" < ")[0]), first, end)
        if self.holder(first) != first:
            candidates = range(first, end)
        found: list[int] = []
        for number in candidates:
            if self.key(number) == key and (not found or number >= self.end[found[-1]]):
                found.append(number)
        return found

    def head(self, number: int) -> str:
        """How the key begins of an element that is its own holder."""
        tag, kind = self.tags[number], self.signature[number]
        return kind[len(tag) :] if tag in _INLINE else kind  # a guest's name is no link, a friend's has a colour

    def key(self, number: int) -> str:
        """What an element has in common with those that hold the same on other blocks and pages."""
        found = self._keys.get(number)
        if found is None:
            parts = [self.head(number := self.holder(number))]
            around = self.parent[number]
            while around > 0 and len(parts) < (3 if "." not in parts[0] else 2):
                if self.tags[around] not in ("tbody", "a") and (around := self.holder(around)) > 0:
                    parts.append(self.signature[around])
                around = self.parent[around]
            found = self._keys[number] = " < ".join(parts)
        return found

    def spot(self, number: int) -> str:
        """The key of a text in an element, where bold and small texts of one box are not the same."""
        found = self._spots.get(number)
        if found is None:
            found = self._spots[number] = self._spot(number)
        return found

    def _spot(self, number: int) -> str:
        holder, look = self.holder(number), ""
        while number != holder:
            look = self.tags[number] if self.tags[number] != "a" else look
            number = self.parent[number]
        return f"{look} {self.key(holder)}" if look and "." not in self.signature[holder] else self.key(holder)

    def loose(self, number: int) -> str:
        """The same for markup whose classes change from block to block: its own class, and the tags around it."""
        found = [self.signature[number]]
        while (number := self.parent[number]) >= 0 and len(found) < 5:
            found.append(self.tags[number])
        return " < ".join(found)

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


def _numbered(ident: str | None) -> str:
    """What ids with different numbers have in common; empty where one has no number."""
    return found if ident and (found := _DIGITS.sub("#", ident)) != ident else ""


@lru_cache(maxsize=4096)
def _signature(tag: str, names: str | None, ident: str, prop: str | None) -> str:
    kept = [_DIGITS.sub("", name) for name in (names or "").split() if not _VOLATILE.fullmatch(name)]
    kept = [*dict.fromkeys(kept)]
    if ident:
        kept.append("#" + ident)
    if prop:
        kept.append("@" + prop)
    return ".".join([tag, *kept[:6]])
