"""Who is named in a block, and whose profile a name leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from functools import lru_cache

from spiders.boards.mining.addresses import Place
from spiders.boards.mining.moments import edited
from spiders.boards.mining.outline import Outline
from spiders.boards.mining.template import Block

NAME = 64  # characters of the longest name
_BY = frozenset(
    "by von par por da door av af od przez от by: von: par: por: posted wrote said schrieb author author: autor: from"
    " from: post posted: written » « • | · - – — † , : ( )".split()
)
Leads = Callable[[str], Place]


class People:
    """The names on one page. `leads` says where a link of it leads to."""

    def __init__(self, outline: Outline, leads: Leads) -> None:
        self.outline, self.leads = outline, leads
        self._heads: dict[frozenset[str], dict[str, bool]] = {}  # whether elements of a kind may be at some places
        self._known: dict[int, list[tuple[str, str, str]]] = {}

    def names(self, block: Block) -> list[tuple[str, str, str]]:
        """What may name somebody in a block: where it stands, the text, and the profile it leads to."""
        found = self._known.get(block.start)
        if found is None:
            found = self._known[block.start] = [*self.named_at(block, None)]
        return found

    def named_at(self, block: Block, keys: Set[str] | None) -> Iterator[tuple[str, str, str]]:
        """The same at some places alone."""
        outline = self.outline
        said = outline.said(block.start, block.end)
        for at in said if keys is None else self.spotted(said, frozenset(keys)):
            text, owner = outline.texts[at], outline.owners[at]
            name = text.strip(" ,:»«|·•()")
            if not 0 < len(name) <= NAME or outline.tags[owner] in ("button", "label"):
                continue
            link = self._profile(owner, block.start)
            if link or name.lower() not in _BY:
                yield outline.spot(owner), text if link else name, link

    def spotted(self, said: range, keys: frozenset[str]) -> Iterator[int]:
        """The texts among some that stand at some places."""
        outline = self.outline
        for at in said:
            if self._may_be(owner := outline.owners[at], keys) and outline.spot(owner) in keys:
                yield at

    def standing(self, elements: Iterable[int], keys: frozenset[str]) -> Iterator[int]:
        """The elements among some that have one of some keys."""
        return (n for n in elements if self._may_be(n, keys) and self.outline.key(n) in keys)

    def _may_be(self, element: int, keys: frozenset[str]) -> bool:
        """Whether an element is of a kind that may have one of some keys: asked first, since hardly any is."""
        kind = self.outline.signature[element]
        heads = self._heads.setdefault(keys, {})
        found = heads.get(kind)
        if found is None:
            found = _headed(keys, self.outline.head(self.outline.holder(element)))
            if kind != self.outline.tags[element]:  # else what is around tells
                heads[kind] = found
        return found

    def _profile(self, owner: int, top: int) -> str:
        """The link to a person's profile that an element stands in."""
        outline, number = self.outline, owner
        for _ in range(4):
            if outline.tags[number] == "a":
                href = outline.value(number, "href")
                return href if href and self.leads(href).kind == "user" else ""
            if (number := outline.parent[number]) < max(top, 0):
                break
        return ""

    def everybody(self, block: Block, words: str) -> set[tuple[str, str]]:
        """Everybody whose profile a block links to by name, but for those among the words and in lines of editing."""
        outline, inside, found = self.outline, range(0), set()
        for at in outline.said(block.start, block.end):
            text, owner = outline.texts[at], outline.owners[at]
            if owner in inside or len(text) > NAME or not any(map(str.isalpha, text)):
                continue
            holder = next((n for n in (owner, *outline.above(owner, block.start)) if outline.key(n) == words), -1)
            if holder >= 0:
                inside = range(holder, outline.end[holder])
            elif "avatar" in outline.signature[owner]:
                continue  # the first letter of a name
            elif (link := self._profile(owner, block.start)) and not edited(outline.line(outline.parent[owner])):
                found.add((text, link))
        return found


@lru_cache(maxsize=4096)
def _headed(keys: frozenset[str], head: str) -> bool:
    """Whether one of some keys may be that of an element whose own begins so."""
    return any(key.partition(" < ")[0].endswith(head) for key in keys)
