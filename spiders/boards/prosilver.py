"""The blocks of posts on a page in phpBB's style prosilver, or one made from it, told apart even where markup broke."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from spiders.boards import pages
from spiders.boards.page import Page, above, attribute, classes, line

_POST_ID = re.compile(r"p(\d+)")
_PART_ID = re.compile(r"(?:post_content|profile|sig)(\d+)")
_KINDS = ("postprofile", "author", "content", "notice")
_PARTS = (
    ".postprofile, p.author, .content, .notice:not(.post_deleted_msg), h3 a[href*='#p'],"
    " [id^='post_content'], [id^='sig']"
)
_RAW = ("title", "textarea", "script", "style", "noscript", "iframe")  # hold no markup, whatever they hold
_BESIDE = ":is(.username, .username-coloured, dt strong, dt a[href*='viewprofile'])"
_OVER = ":is(.username, .username-coloured, strong)"


@dataclass(slots=True)
class Block(pages.Block):
    """One post's block: its parts by their class, as far as they are its own."""

    twice: bool = False  # this style names each author at two places
    parts: dict[str, list[LexborNode]] = field(default_factory=dict)
    strange: bool = False  # holds something of another post

    def first(self, kind: str) -> LexborNode | None:
        """The first part of a kind."""
        return next(iter(self.parts.get(kind, ())), None)

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

    def add(self, node: LexborNode, inside: bool) -> None:
        """Take a part that lies in this block and in none within it; `inside`: among the post's words."""
        match = _PART_ID.fullmatch(node.id or "")
        self.strange |= match is not None and match[1] != self.id
        kind = "permalink" if node.tag == "a" else next(iter(classes(node).intersection(_KINDS)), "")
        if inside:  # what a person can put there is no part; broken markup lets others in
            self.strange |= kind in ("postprofile", "author", "permalink")
        else:
            self.parts.setdefault(kind, []).append(node)


def blocks(page: Page) -> list[Block]:
    """The blocks of a page in their order, each post once."""
    found: dict[int, Block] = {}
    twice = all(page.html.css_first(selector) for selector in (f".postprofile {_BESIDE}", f"p.author {_OVER}"))
    for node in page.html.css(".post[id]"):
        match = _POST_ID.fullmatch(node.id or "")
        if match is not None and all(match[1] != block.id for block in found.values()):
            found[node.mem_id] = Block(node, match[1], twice)
    words = {node.mem_id for node in page.html.css(".content")}
    for node in {node.mem_id: node for node in page.html.css(_PARTS)}.values():  # one that fits twice comes twice
        inside = False
        for holder in above(node):
            if (block := found.get(holder.mem_id)) is not None:
                block.add(node, inside)
                break
            inside = inside or holder.mem_id in words
    for block in found.values():
        for holder in above(block.node):
            if holder.mem_id in found:
                found[holder.mem_id].strange = True
    return list(found.values())


def _named(node: LexborNode | None, selector: str) -> LexborNode | None:
    """The first node with a name in it; pictures have none."""
    return next((found for found in node.css(selector) if line(found)), None) if node is not None else None


def linked(*nodes: LexborNode | None) -> str:
    """The first link that one of these is, or holds."""
    for node in nodes:
        if node is not None and (href := attribute(node, "href") or attribute(node.css_first("a[href]"), "href")):
            return href
    return ""
