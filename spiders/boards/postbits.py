"""Posts whose software marks their parts by class and id, told apart even where markup broke."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from spiders.boards import pages
from spiders.boards.page import Page, above, attribute, line, number

_RAW = ("title", "textarea", "script", "style", "noscript", "iframe")  # hold no markup, whatever they hold
_COUNT = re.compile(r"\d[\d.,'\u00a0 ]*(?:\(.*\))?")
_NUMERIC = re.compile(rb"(?<!\d)(\d\d?)[-/](\d\d?)[-/](?:19|20)\d\d(?!\d)")
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
    roles: dict[int, tuple[LexborNode, list[str]]] = {}
    for kind, selector in (("words", words), *kinds.items(), ("", numbered[0])):
        for node in page.html.css(selector):
            known = roles.setdefault(node.mem_id, (node, []))[1]
            if kind not in known:  # a node that fits two selectors comes twice
                known.append(kind)
    said = {at for at, (_, known) in roles.items() if "words" in known}
    for node, known in roles.values():
        block, inside = _holder(node, blocks, said)
        if block is None:
            continue
        if inside:
            block.strange |= known != [""] and node.tag != "a"  # links to posts and people are for all to write
            continue
        for kind in known:
            if kind:
                block.parts.setdefault(kind, []).append(node)
            elif match := numbered[1].search(node.id or attribute(node, "href")):
                block.strange |= match[1] != block.id
    for block in found:
        if (holder := _holder(block.node, blocks, said)[0]) is not None:
            holder.strange = True


def _holder(node: LexborNode, blocks: Mapping[int, Postbit], said: set[int]) -> tuple[Postbit | None, bool]:
    """The innermost block around a node, and whether it lies among its words."""
    inside = False
    for holder in above(node):
        if (block := blocks.get(holder.mem_id)) is not None:
            return block, inside
        inside = inside or holder.mem_id in said
    return None, False


def named(node: LexborNode | None) -> str:
    """The name that a node holds and nothing else; empty where markup that broke may have let more in."""
    if node is None or any(inner.mem_id != node.mem_id for inner in node.css(_CROSSED)):
        return ""
    text = node.text(deep=True).strip()
    return "" if "\n" in text or "\t" in text else " ".join(text.split())


def month_first(page: Page) -> bool | None:
    """Whether the dates on a page have the month before the day; None where none is past the twelfth."""
    numbers = [(int(a), int(b)) for a, b in _NUMERIC.findall(page.body)]
    if any(b > 12 for _, b in numbers):
        return True
    return False if any(a > 12 for a, _ in numbers) else None


def outside_links(node: LexborNode) -> str:
    """A node's text without links; what is said relative to now gives way to the time it hides."""
    pieces = []
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            pieces.append(child.text_content or "")
        elif child.tag == "span" and (title := attribute(child, "title")):
            pieces.append(title)
        elif child.tag != "a":
            pieces.append(outside_links(child) if child.child is not None else " ")
    return "".join(pieces)


def counts(entry: LexborNode, link: LexborNode) -> list[int]:
    """What the cells of a row count that stand after the one with its link."""
    cells = entry.css("td")
    own = {holder.mem_id for holder in above(link)}
    at = next((place for place, cell in enumerate(cells) if cell.mem_id in own), -1)
    texts = (_own(cell) or line(cell) for cell in cells[at + 1 :])
    return [value for text in texts if _COUNT.fullmatch(text) and (value := number(text)) is not None]


def _own(node: LexborNode) -> str:
    """A node's own text, without that of what it holds."""
    texts = (child.text_content or "" for child in node.iter(include_text=True) if child.tag == "-text")
    return " ".join(" ".join(texts).split())
