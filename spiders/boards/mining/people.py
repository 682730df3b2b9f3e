"""Who is named in a block, and whose profile a name leads to."""

from __future__ import annotations

from collections.abc import Callable

from spiders.boards.mining.addresses import Place
from spiders.boards.mining.moments import edited
from spiders.boards.mining.outline import Outline, among
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
        self._known: dict[int, list[tuple[str, str, str]]] = {}

    def names(self, block: Block) -> list[tuple[str, str, str]]:
        """What may name somebody in a block: where it stands, the text, and the profile it leads to."""
        found = self._known.get(block.start)
        if found is None:
            said = self.outline.said(block.start, block.end)
            found = self._known[block.start] = [name for at in said if (name := self._name(block, at))]
        return found

    def named_at(self, block: Block, spots: frozenset[str]) -> list[tuple[str, str, str]]:
        """The same at some spots alone."""
        outline = self.outline
        elements = [n for spot in spots for n in among(outline.spotted(spot), block.start, block.end)]
        return [name for element in elements for at in outline.held(element) if (name := self._name(block, at))]

    def _name(self, block: Block, at: int) -> tuple[str, str, str] | None:
        outline = self.outline
        text, owner = outline.texts[at], outline.owners[at]
        name = text.strip(" ,:»«|·•()")
        if not 0 < len(name) <= NAME or outline.tags[owner] in ("button", "label"):
            return None
        link = self._profile(owner, block.start)
        if not link and name.lower() in _BY:
            return None
        return outline.paths[owner].spot, text if link else name, link

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
            holder = next((n for n in (owner, *outline.above(owner, block.start)) if outline.paths[n].key == words), -1)
            if holder >= 0:
                inside = range(holder, outline.end[holder])
            elif "avatar" in outline.signature[owner]:
                continue  # the first letter of a name
            elif (link := self._profile(owner, block.start)) and not edited(outline.line(outline.parent[owner])):
                found.add((text, link))
        return found
