"""Where in the blocks of a page the names of their authors stand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from spiders.boards.mining.people import NAME, People
from spiders.boards.mining.template import MOST, Block

_PERSON = re.compile(
    r"user|author|poster(?!t)|member|nick|login|profil|person|autor|auteur|benutzer|mitglied|usuario|utente|"
    r"gebruiker|u[zż]ytkownik|kullan|from|sender|creator|speaker|\bby\b|byline|vcard|\bfn\b",
    re.I,
)
_NO_PERSON = re.compile(
    r"title|rank|group|role|avatar|status|stat|count|badge|signature|date|time|quote|reply|location|level|button|"
    r"edit|notice|content|message|tools|menu|posts\b|field|karma|reputation|join|subject|topic|like|last|editor",
    re.I,
)
_SURE = re.compile(r"user-?_?name|nick|author-?_?name|poster-?_?name|member-?_?name|screen-?name", re.I)
_BOLD = ("b", "strong", "h3", "h4", "h5", "big")


class Authors:
    """Finds what names the authors of some blocks."""

    def __init__(self, people: People, blocks: Sequence[Block]) -> None:
        self.people, self.blocks, self.outline, self.leads = people, blocks, people.outline, people.leads

    def find(self) -> tuple[str, tuple[str, ...]] | None:
        """The place of the author's name, and the other places that say the same."""
        blocks = self.blocks
        columns: dict[str, dict[int, set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
        owners: dict[str, int] = {}
        for number, block in enumerate(blocks):
            for key, text, link in self.people.names(block):
                columns[key][number].add((text, link))
        for at in self.outline.said(blocks[0].start, blocks[-1].end):
            owner = self.outline.owners[at]
            owners.setdefault(self.outline.paths[owner].spot, owner)
        attributes = self._spoken()
        scored = []
        for order, (key, column) in enumerate(columns.items()):
            sure = {number: next(iter(found)) for number, found in column.items() if len({t for t, _ in found}) == 1}
            if len(sure) >= MOST * len(blocks):
                score = self._likeness(sure, owners[key], attributes)
                scored.append((score, -order, key, {number: text for number, (text, _) in sure.items()}))
        best = max(scored, default=None)
        if best is None or best[0] < 2:
            return None
        rivals = {key: names for _, _, key, names in scored if key != best[2]} | attributes
        return best[2], tuple(key for key, names in rivals.items() if _agree(names, best[3]))

    def _likeness(self, sure: dict[int, tuple[str, str]], owner: int, attributes: dict[str, dict[int, str]]) -> float:
        """How much the texts at one place look like the names of authors."""
        names = [text for text, _ in sure.values()]
        links = [(text, link) for text, link in sure.values() if link]
        if sum(any(c.isalpha() for c in name) for name in names) < 0.6 * len(names):
            return -5
        score = 3.0 * len(links) / len(names) + self._called(owner)
        if links:
            score -= 4 * (_faithless(links) or _faithless([(link, text) for text, link in links]))
        same = sum(self.leads(link).id.casefold() == text.casefold() for text, link in links)
        score += same / len(names) + sum(_agree(column, {n: t for n, (t, _) in sure.items()}) for column in
                                         attributes.values()) * 0.7  # fmt: skip
        varied = len(set(names))
        if varied == 1:
            score -= 0.5 if len(names) < 4 else 1.5
        elif varied < len(names):
            score += 0.5
        if any(len(name.split()) > 5 or name.endswith(("…", ":", "?", "!")) for name in names):
            score -= 2
        return score

    def _called(self, owner: int) -> float:
        outline = self.outline
        tops = {block.start for block in self.blocks}
        score = 0.5 if outline.tags[owner] in _BOLD else 0.0
        for number in [owner, *outline.above(owner)][:5]:
            if number in tops:
                break
            called = " ".join(outline.value(number, name) for name in ("class", "itemprop", "rel", "id"))
            no = _NO_PERSON.search(called)
            if (yes := _PERSON.search(called)) and (no is None or _SURE.search(called)):
                return score + 2
            if no and not yes:
                return score - 2
        return score

    def _spoken(self) -> dict[str, dict[int, str]]:
        """Attributes that may hold names, by where they stand."""
        columns: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for number, block in enumerate(self.blocks):
            for element in range(block.start, block.end):
                for name, value in self.outline.attributes[element].items():
                    if value and len(value) <= NAME and speaks(name):
                        columns[f"{name} {self.outline.paths[element].key}"][number].add(value)
        return {
            key: {number: next(iter(values)) for number, values in column.items() if len(values) == 1}
            for key, column in columns.items() if len(column) >= 0.6 * len(self.blocks)
        }  # fmt: skip


def speaks(attribute: str) -> bool:
    """Whether an attribute may hold a name."""
    return attribute in ("title", "alt", "content", "aria-label") or attribute.startswith("data-")


def _agree(column: dict[int, str], names: dict[int, str]) -> bool:
    """Whether two places of every block say the same."""
    both = [number for number in names if number in column]
    return len(both) >= 0.8 * len(names) and sum(column[n] == names[n] for n in both) >= 0.9 * len(both)


def _faithless(pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether one of the first goes with several of the second."""
    known: dict[str, str] = {}
    return any(known.setdefault(first, second) != second for first, second in pairs)
