"""Reads a page's blocks as a template says, and says of each whether that is sure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from spiders.boards.mining.authors import speaks
from spiders.boards.mining.idents import Idents, tokens
from spiders.boards.mining.moments import Moment, edited, speaks_of_editing
from spiders.boards.mining.outline import Outline, among
from spiders.boards.mining.people import NAME, Leads, People
from spiders.boards.mining.template import Block, Parts, Template

_MARKUP = re.compile(r"<[^<>]*/|=[\"']|&[a-z]+;")


class Reader:
    """Reads one page. `timed` finds the moments at a key, `leads` says where a link of it leads to."""

    def __init__(self, outline: Outline, timed: Callable[[str], Sequence[Moment]], leads: Leads) -> None:
        self.outline, self.timed = outline, timed
        self.people, self.idents = People(outline, leads), Idents(outline, leads)
        self._alike: dict[str, list[int]] = {}

    def blocks(self, template: Template) -> list[Block]:
        """The blocks of a page that a template fits."""
        outline, found = self.outline, []
        tops: set[int] = set()
        paths = sorted(template.paths, key=len, reverse=True)
        for moment in self.timed(template.moment):
            if template.moment not in (moment.key, moment.loose):
                continue
            chain = [moment.owner, *outline.above(moment.owner)]
            for path in paths:
                tags = tuple(outline.tags[number] for number in chain[1 : len(path) + 1])
                top = chain[len(path)] if tags == path and len(path) < len(chain) else -1
                fits = top > 0 and outline.tags[top] == template.kind
                if fits and top not in tops and template.classes <= {*outline.signature[top].split(".")[1:]}:
                    tops.add(top)
                    found.append(self._with_rows(top, moment, template.rows))
                    break
        return _apart(found)

    def _with_rows(self, top: int, moment: Moment, rows: tuple[int, int]) -> Block:
        outline = self.outline
        holder = outline.parent[top]
        kids = [holder + 1]
        while rows != (0, 0) and kids[-1] != top and outline.end[kids[-1]] < outline.end[holder]:
            kids.append(outline.end[kids[-1]])
        start, end = kids[-1 - rows[0]] if rows[0] and len(kids) > rows[0] else top, outline.end[top]
        for _ in range(rows[1]):
            end = outline.end[end] if end < outline.end[holder] else end
        return Block(start, end, moment)

    def parts(self, template: Template, block: Block) -> Parts:
        """What a block holds, as a template says."""
        found = Parts(block)
        outline = self.outline
        name = self._named(template, block)
        if name is None:
            return replace(found, problem="the author of a post could not be told for sure")
        words = outline.outermost(block.start, block.end, template.words)
        if len(words) != 1 or self._strange(template, words[0]):
            return replace(found, problem="the words of a post could not be told from those of another")
        if (
            not outline.said(words[0], outline.end[words[0]])
            and "img" not in outline.tags[words[0] : outline.end[words[0]]]
        ):
            return replace(found, problem="a post without words")
        slots = frozenset(template.ids)
        marks = self.idents.marks(block, words[0], slots)
        idents = {token for _, token, _ in marks}
        if len(idents) > 1 or (slots and not idents):
            return replace(found, problem="the id of a post could not be told from that of another")
        links = {slot: link for slot, _, link in reversed(marks) if link}
        edits = self._edits(block)
        return Parts(
            block, name[0], name[1], words[0], next(iter(idents), ""),
            next((links[slot] for slot in template.links if slot in links), ""), edits or [], edits is not None,
        )  # fmt: skip

    def _edits(self, block: Block) -> list[str] | None:
        """The lines that say when somebody changed the post; None where nothing speaks of that."""
        said = self.outline.said(block.start, block.end)
        texts = self.outline.texts[said.start : said.stop]
        return [text for text in texts if edited(text)] if speaks_of_editing("\n".join(texts)) else None

    def _strange(self, template: Template, words: int) -> bool:
        """Whether something stands among a post's words that belongs around them."""
        outline, end = self.outline, self.outline.end[words]
        for element in among(outline.spotted(template.author), words, end):
            if outline.held(element):
                return True
        if any(words <= owner < end for owner in self._timed(template.moment)):
            return True
        return any(
            slot in template.ids
            for name in ("id", "name") for element in among(outline.bearing(name), words + 1, end)
            for slot, _ in tokens(name, outline.value(element, name))
        )  # fmt: skip

    def _timed(self, key: str) -> list[int]:
        """The elements that bear times such as those of posts."""
        found = self._alike.get(key)
        if found is None:
            head = _head(key)
            alike = (moment for moment in self.timed(key) if moment.key == key or moment.stamp)
            found = self._alike[key] = [moment.owner for moment in alike if moment.key == key or moment.family == head]
        return found

    def _named(self, template: Template, block: Block) -> tuple[str, str] | None:
        names = self.people.named_at(block, frozenset((template.author, *template.checks)))
        found = {(text, link) for key, text, link in names if key == template.author}
        if not found:  # a moderator's name may look different
            tail = template.author.partition(" < ")[2]
            around = self.people.names(block) if tail else ()
            found = {(text, link) for key, text, link in around if link and key.partition(" < ")[2] == tail}
        if not found:
            found = {(text, link) for key, text, link in names if key in template.checks}
        if not found:
            found = {(text, link) for text, link in self.people.everybody(block, template.words)}
        if len({text for text, _ in found}) != 1:
            return None
        text = next(iter(found))[0]
        if _MARKUP.search(text) or (block.moment.text in text and " " in text):
            return None
        others = [value for key, value, _ in names if key in template.checks]
        for name, keys in _spoken(template.checks).items():
            bearers = among(self.outline.bearing(name), block.start, block.end)
            values = [self.outline.value(n, name) for n in bearers if self.outline.paths[n].key in keys]
            others += [value for value in values if value and len(value) <= NAME]
        if any(other != text for other in others):
            return None
        return text, max((link for _, link in found), key=len)


@lru_cache(maxsize=64)
def _spoken(checks: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """The attributes among the places where an author's name stands, with the keys of what bears them."""
    named = [(name, key) for name, _, key in (check.partition(" ") for check in checks) if speaks(name)]
    return {name: frozenset(key for other, key in named if other == name) for name, _ in named}


def _head(key: str) -> str:
    return key.partition(" < ")[0].replace("?", "", 1)


def _apart(blocks: list[Block]) -> list[Block]:
    """The blocks that do not overlap with others."""
    rising, both = sorted(blocks, key=lambda block: block.start), set[int]()
    for at, block in enumerate(rising):
        for after in rising[at + 1 :]:
            if after.start >= block.end:
                break
            both |= {id(block), id(after)}
    return [block for block in blocks if id(block) not in both]
