"""The parts of each post on a page, told from those of other posts even where markup broke."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

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
        found = self.parts.get(kind)
        return found[0] if found else None

    def only(self, kind: str) -> LexborNode | None:
        """The one part of a kind; None where there is none or another."""
        found = self.parts.get(kind, ())
        return found[0] if len(found) == 1 and found[0].tag not in _RAW else None

    @property
    def content(self) -> LexborNode | None:
        """What holds the post's words; None where they cannot be told from another's."""
        return None if self.strange else self.only("words")


@dataclass(frozen=True, slots=True)
class Kinds:
    """Where a software keeps the parts of a post: a CSS selector for each kind.

    "words" are what the author wrote: nothing that people can put into these counts as a part.
    """

    ident: Callable[[LexborNode], str]  # the id of the post that a block or a mark names; empty for none
    parts: Mapping[str, str]
    blocks: str = ""  # what holds one post each
    asides: Mapping[str, str] = field(default_factory=dict)  # parts that, among the words, are no part but no harm
    marks: str = ""  # what names the post in which it stands
    closed: str = ""  # holds no parts and lies in none: signatures above all


def gathered(page: Page, kinds: Kinds, holders: Iterable[LexborNode] | None = None) -> list[Block]:
    """The blocks of a page in their order, each post once; `holders` are what may hold one, if `kinds` does not say."""
    found: dict[int, Block] = {}
    known: set[str] = set()
    for node in page.html.css(kinds.blocks) if holders is None else holders:
        ident = kinds.ident(node)
        if ident and ident not in known:
            known.add(ident)
            found[node.mem_id] = Block(node, ident)
    among = _among(page, list(found.values()))
    nodes = {kind: among.css(selector) for kind, selector in (*kinds.parts.items(), *kinds.asides.items())}
    closed = {node.mem_id: node for node in (among.css(kinds.closed) if kinds.closed else ())}
    words = frozenset(node.mem_id for node in nodes["words"] if node.mem_id not in closed)
    where = _Where(found, words, closed.keys())
    for kind, parts in nodes.items():
        for node in {node.mem_id: node for node in parts if node.mem_id not in closed}.values():
            block, inside = where.of(node)
            if block is None:
                continue
            if not inside:
                block.parts.setdefault(kind, []).append(node)
            elif kind not in kinds.asides:
                block.strange = True
    marks = [node for node in (among.css(kinds.marks) if kinds.marks else ()) if node.mem_id not in found]
    _suspect(found, where, marks, closed.values(), kinds)
    return list(found.values())


def _among(page: Page, blocks: Sequence[Block]) -> LexborNode | LexborHTMLParser:
    """What holds all blocks: mostly a part of the page, which is searched in less time than the whole."""
    holders = {holder.mem_id: holder for block in blocks if (holder := block.node.parent) is not None}
    return next(iter(holders.values())) if len(holders) == 1 else page.html


def _suspect(
    found: Mapping[int, Block], where: _Where, marks: Iterable[LexborNode], closed: Iterable[LexborNode], kinds: Kinds
) -> None:
    """Find the blocks that hold something of another post, or whose words were not closed."""
    for node in marks:
        block, inside = where.of(node)
        if block is not None and not (inside and node.tag == "a"):
            block.strange |= kinds.ident(node) not in ("", block.id)
    for node in closed:
        block, inside = where.of(node)
        if block is not None:
            block.strange |= inside
    for block in found.values():
        for holder in above(block.node):
            if holder.mem_id in found:
                found[holder.mem_id].strange = True


class _Where:
    """In which block a node lies, and whether among its author's words; what was climbed once is not climbed again."""

    def __init__(self, blocks: Mapping[int, Block], words: Container[int], closed: Container[int]) -> None:
        self._blocks, self._words, self._closed = blocks, words, closed
        self._known: dict[int, tuple[Block | None, bool]] = {}  # what holds the children of an element

    def of(self, node: LexborNode) -> tuple[Block | None, bool]:
        """The innermost block around a node, if nothing closed lies between."""
        climbed: list[int] = []
        answer: tuple[Block | None, bool] = (None, False)
        for holder in above(node):
            here = holder.mem_id
            if here in self._known:
                answer = self._known[here]
                break
            climbed.append(here)
            if here in self._blocks or here in self._closed:
                answer = (self._blocks.get(here), False)
                break
        for here in reversed(climbed):
            answer = (answer[0], answer[1] or here in self._words)
            self._known[here] = answer
        return answer
