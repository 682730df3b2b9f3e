"""Posts on a page whose parts bear the post's number in their ids: told apart even where markup broke."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from selectolax.lexbor import LexborNode

from spiders.boards import pages
from spiders.boards.page import above

_ENDS = ("form", "body", "html")
_RAW = ("title", "textarea", "script", "style", "noscript", "iframe")  # hold no markup, whatever they hold


@dataclass(slots=True)
class Block(pages.Block):
    """One post's block, with what holds its words."""

    content: LexborNode
    strange: bool = False  # its words hold a part of some post


def blocks(
    contents: Mapping[str, LexborNode], marks: Iterable[tuple[str, LexborNode]], parts: str, ends: Iterable[str] = ()
) -> list[Block]:
    """The largest part of a page around each post's words in which no other post's number stands.

    `contents` and `marks` are by post; `parts` is a selector of what words never hold; `ends` are ids of elements
    that hold posts.
    """
    owners: dict[int, str] = {}  # of every element that holds a mark: its post, or "" where there are several
    for ident, node in (*marks, *contents.items()):
        for holder in chain((node,), above(node)):
            owner = owners.get(holder.mem_id)
            if owner in (ident, ""):
                break  # and so has everything above
            owners[holder.mem_id] = ident if owner is None else ""
    return [
        Block(
            _around(content, ident, owners, frozenset(ends)), ident, content,
            content.tag in _RAW or owners[content.mem_id] != ident or content.css_first(parts) is not None,
        )
        for ident, content in contents.items()
    ]  # fmt: skip


def _around(content: LexborNode, ident: str, owners: Mapping[int, str], ends: frozenset[str]) -> LexborNode:
    node = content
    for holder in above(content):
        if owners.get(holder.mem_id) != ident or holder.tag in _ENDS or holder.id in ends:
            break
        node = holder
    return node
