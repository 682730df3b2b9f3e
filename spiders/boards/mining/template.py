"""What a board's posts have in common, and what one of them holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from spiders.boards.mining.moments import Moment
from spiders.boards.mining.outline import Outline

MOST = 0.85  # of the blocks must have what all of them should have
BOXES = frozenset("div td article section dd li blockquote main p".split())


@dataclass(frozen=True, slots=True)
class Block:
    """One post's part of a page: elements from `start` to before `end`."""

    start: int
    end: int
    moment: Moment


@dataclass(frozen=True, slots=True)
class Template:
    """Where in every block of a board things stand; learnt from pages with several posts."""

    moment: str
    paths: frozenset[tuple[str, ...]]  # tags from the moment up to its block
    kind: str  # the block's tag
    classes: frozenset[str]  # that all blocks have
    rows: tuple[int, int]  # elements beside the block, before and after, that belong to it
    author: str
    checks: tuple[str, ...]  # where else the author's name stands
    words: str
    ids: tuple[str, ...]
    links: tuple[str, ...]  # those of `ids` that lead to the post
    blocks: int = 0  # how many it was learnt from


@dataclass(slots=True)
class Parts:
    """What one block holds; `problem` says why it is not sure."""

    block: Block
    name: str = ""
    link: str = ""  # to the author's profile
    words: int = -1  # the element with the post's words
    id: str = ""
    permalink: str = ""
    edits: list[str] = field(default_factory=list)  # the lines that say when it was changed
    changed: bool = False  # whether anything in the block may speak of editing
    problem: str = ""


def block_at(outline: Outline, top: int, moment: Moment) -> Block:
    """The block that an element is."""
    return Block(top, outline.end[top], moment)
