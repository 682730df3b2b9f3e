"""The parts of each post on a page, told from those of other posts even where markup broke."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from spiders.boards import pages
from spiders.boards.page import Page, above

_RAW = ("title", "textarea", "script", "style", "noscript", "iframe")  # hold no markup, whatever they hold


@dataclass(slots=True)
class Block(pages.Block):
    """What holds one post, with the parts that are its own."""

    parts: dict[str, list[LexborNode]] = field(default_factory=dict)  # by kind
    strange: bool = False  # holds something of another post

    def first(self, kind: str) -> LexborNode | None:
        """The first part of a kind."""
        return next(iter(self.parts.get(kind, ())), None)

    @property
    def content(self) -> LexborNode | None:
        """What holds the post's words; None where they cannot be told from another's."""
        found = self.parts.get("words", [])
        return found[0] if len(found) == 1 and not self.strange and found[0].tag not in _RAW else None


@dataclass(frozen=True, slots=True)
class Kinds:
    """Where a software keeps the parts of a post: a CSS selector for each kind.

    "words" are what the author wrote: nothing that people can put into these counts as a part.
    """

    blocks: str  # what holds one post each
    ident: Callable[[LexborNode], str]  # the id of the post that a block or a mark names; empty for none
    parts: Mapping[str, str]
    marks: str = ""  # what names the post in which it stands
    closed: str = ""  # holds no parts: signatures above all


def gathered(page: Page, kinds: Kinds) -> list[Block]:
    """The blocks of a page in their order, each post once."""
    found: dict[int, Block] = {}
    for node in page.html.css(kinds.blocks):
        ident = kinds.ident(node)
        if ident and node.mem_id not in found and all(ident != block.id for block in found.values()):
            found[node.mem_id] = Block(node, ident)
    closed = _ids(page.html.css(kinds.closed)) if kinds.closed else frozenset()
    words = _ids(page.html.css(kinds.parts["words"])) - closed
    for kind, selector in {**kinds.parts, "mark": kinds.marks}.items():
        for node in page.html.css(selector) if selector else ():
            _place(node, kind, found, words, closed, kinds.ident)
    for block in found.values():
        for holder in above(block.node):
            if holder.mem_id in found:
                found[holder.mem_id].strange = block.strange = True
    return list(found.values())


def _ids(nodes: Iterable[LexborNode]) -> frozenset[int]:
    return frozenset(node.mem_id for node in nodes)


def _place(
    node: LexborNode,
    kind: str,
    found: Mapping[int, Block],
    words: frozenset[int],
    closed: frozenset[int],
    ident: Callable[[LexborNode], str],
) -> None:
    """Give a part to the block that holds it, and in none within that."""
    inside = False
    if node.mem_id in closed or node.mem_id in found:
        return
    for holder in above(node):
        here = holder.mem_id
        if here in closed:
            return
        if (block := found.get(here)) is not None:
            if kind == "mark":
                block.strange |= ident(node) not in ("", block.id) and not (inside and node.tag == "a")
            elif inside:
                block.strange = True
            elif all(other.mem_id != node.mem_id for other in block.parts.get(kind, ())):
                block.parts.setdefault(kind, []).append(node)
            return
        inside = inside or here in words
