"""Posts whose software marks their parts by class and id, told apart even where markup broke."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from spiders.boards import pages
from spiders.boards.page import Page, above, attribute

_RAW = ("title", "textarea", "script", "style", "noscript", "iframe")  # hold no markup, whatever they hold
_CROSSED = ", ".join(("br", "div", "table", "p", "li", "meta", "link", *_RAW))


@dataclass(slots=True)
class Postbit(pages.Block):
    """One post's block: its parts by their kind, as far as they are its own."""

    parts: dict[str, list[LexborNode]] = field(default_factory=dict)
    strange: bool = False  # holds something of another post

    def first(self, kind: str) -> LexborNode | None:
        """The first part of a kind."""
        return next(iter(self.parts.get(kind, ())), None)

    def only(self, kind: str) -> LexborNode | None:
        """The one part of a kind; None where there is none or another."""
        found = self.parts.get(kind, ())
        return found[0] if len(found) == 1 and found[0].tag not in _RAW else None


def gather(
    page: Page, found: Sequence[Postbit], words: str, kinds: Mapping[str, str], numbered: tuple[str, re.Pattern[str]]
) -> None:
    """Give each block the parts that lie in it and in no block within it.

    `words` selects what holds a post's words, where no other part but a link can be; `kinds` selects these.
    `numbered`: a selector of what names a post outside of words, and how to find the post's id in its id or link.
    """
    blocks = {block.node.mem_id: block for block in found}
    inner = page.html.css(words)
    said = {node.mem_id for node in inner}
    for kind, nodes in (("words", inner), *((kind, page.html.css(selector)) for kind, selector in kinds.items())):
        for node in _once(nodes):
            block, inside = _holder(node, blocks, said)
            if block is not None and inside:
                block.strange |= node.tag != "a"  # links to posts and people are for all to write
            elif block is not None:
                block.parts.setdefault(kind, []).append(node)
    for node in _once(page.html.css(numbered[0])):
        block, inside = _holder(node, blocks, said)
        match = numbered[1].search(attribute(node, "id") or attribute(node, "href"))
        if block is not None and match is not None and match[1] != block.id and not inside:
            block.strange = True
    for block in found:
        if (holder := _holder(block.node, blocks, said)[0]) is not None:
            holder.strange = True


def _once(nodes: Iterable[LexborNode]) -> Iterable[LexborNode]:
    return {node.mem_id: node for node in nodes}.values()  # one that fits two selectors comes twice


def _holder(
    node: LexborNode, blocks: Mapping[int, Postbit], said: frozenset[int] | set[int]
) -> tuple[Postbit | None, bool]:
    """The innermost block around a node, and whether it lies among its words."""
    inside = False
    for holder in above(node):
        if (block := blocks.get(holder.mem_id)) is not None:
            return block, inside
        inside = inside or holder.mem_id in said
    return None, False


def named(node: LexborNode | None) -> str:
    """The name that a node holds and nothing else; empty where markup that broke may have let more in."""
    text = node.text(deep=True).strip() if node is not None else ""
    crossed = node is not None and node.css_first(_CROSSED) is not None
    return "" if crossed or "\n" in text or "\t" in text else " ".join(text.split())
