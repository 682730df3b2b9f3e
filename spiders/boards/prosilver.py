"""The blocks of posts on a page in phpBB's style prosilver, or one made from it, told apart even where markup broke."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from spiders.boards import pages
from spiders.boards.page import Page, above, attribute, classes, line

_POST_ID = re.compile(r"p(\d+)")
_PART_ID = re.compile(r"(?:post_content|profile|sig)(\d+)")
_KINDS = frozenset(("postprofile", "author", "content", "notice"))
_PARTS = ".postprofile, p.author, .content, .notice, [id^='post_content']"
_RAW = ("title", "textarea", "script", "style", "noscript", "iframe")  # hold no markup, whatever they hold
_NAME = ".username, .username-coloured"
_BESIDE, _OVER = f"{_NAME}, dt strong, dt a[href*='viewprofile']", f"{_NAME}, strong"


@dataclass(slots=True)
class Block(pages.Block):
    """One post's block: its parts by their class, as far as they are its own."""

    twice: bool = False  # this style names each author at two places
    parts: dict[str, list[LexborNode]] = field(default_factory=dict)
    strange: bool = False  # holds something of another post

    def first(self, kind: str) -> LexborNode | None:
        """The first part of a kind."""
        found = self.parts.get(kind)
        return found[0] if found else None

    @property
    def content(self) -> LexborNode | None:
        """What holds the post's words; None where they cannot be told from another's."""
        found = self.first("content")
        once = all(len(self.parts.get(kind, ())) <= 1 for kind in ("postprofile", "author", "content"))
        return found if found is not None and once and not self.strange and found.tag not in _RAW else None

    @property
    def names(self) -> tuple[LexborNode | None, LexborNode | None]:
        """What names the author in the profile beside the post, and in its head."""
        return _named(self.first("postprofile"), _BESIDE), _named(self.first("author"), _OVER)

    def add(self, node: LexborNode, kind: str, inside: bool) -> None:
        """Take a part that lies in this block and in none within it; `inside`: among the post's words."""
        ident = node.id
        if ident and (match := _PART_ID.fullmatch(ident)) is not None and match[1] != self.id:
            self.strange = True
        if inside:  # what a person can put there is no part; broken markup lets others in
            self.strange |= kind in ("postprofile", "author")
        elif kind in self.parts:
            self.parts[kind].append(node)
        else:
            self.parts[kind] = [node]


def blocks(page: Page) -> list[Block]:
    """The blocks of a page in their order, each post once."""
    found: dict[int, Block] = {}
    twice = _both(page, _BESIDE, ".postprofile") and _both(page, _OVER, "p.author")
    known: set[str] = set()
    for node in page.html.css(".post[id]"):
        match = _POST_ID.fullmatch(node.id or "")
        if match is not None and match[1] not in known:
            known.add(match[1])
            found[node.mem_id] = Block(node, match[1], twice)
    words: set[int] = set()
    for node in {node.mem_id: node for node in page.html.css(_PARTS)}.values():  # one that fits twice comes twice
        kinds = classes(node)
        if "post_deleted_msg" not in kinds:
            _place(node, next(iter(_KINDS & kinds), ""), found, words)
        if "content" in kinds:
            words.add(node.mem_id)
    for block in found.values():
        for holder in above(block.node):
            if holder.mem_id in found:
                found[holder.mem_id].strange = True
    return list(found.values())


def _both(page: Page, names: str, place: str) -> bool:
    """Whether one of these names stands at a place."""
    return page.html.css_first(", ".join(f"{place} {name}" for name in names.split(", "))) is not None


def _place(node: LexborNode, kind: str, found: dict[int, Block], words: set[int]) -> None:
    """Give a part to the innermost block that holds it."""
    inside = False
    for holder in above(node):
        ident = holder.mem_id
        if (block := found.get(ident)) is not None:
            block.add(node, kind, inside)
            return
        inside = inside or ident in words


def _named(node: LexborNode | None, selector: str) -> LexborNode | None:
    """The first node with a name in it; pictures have none."""
    if node is None:
        return None
    found = node.css_first(selector)
    if found is None or line(found):
        return found
    return next((other for other in node.css(selector) if line(other)), None)


def linked(*nodes: LexborNode | None) -> str:
    """The first link that one of these is, or holds."""
    for node in nodes:
        if node is not None and (href := attribute(node, "href") or attribute(node.css_first("a[href]"), "href")):
            return href
    return ""
