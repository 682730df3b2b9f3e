"""What was learnt from a board's pages, and what it finds on the next one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spiders.boards.mining.learner import Learner
from spiders.boards.mining.outline import Outline
from spiders.boards.mining.reader import Reader
from spiders.boards.mining.sheet import Sheet
from spiders.boards.mining.template import Block, Parts, Template

_KNOWN = 8  # blocks from which a template was learnt that is tried before looking for another
_HEADS = ("h1", "h2", "h3", "h4")


class Known:
    """The templates of one board."""

    def __init__(self) -> None:
        self.templates: dict[tuple[str, ...], Template] = {}

    def read(self, sheet: Sheet) -> list[Parts]:
        """The posts' parts, each id once: as a well-known template finds them, else as the page shows them itself."""
        known = sorted(self.templates.values(), key=lambda template: -template.blocks)
        best: list[Parts] = []
        for template in known[:4]:
            if template.blocks >= _KNOWN:
                best = max(best, _read(sheet.reader, template), key=_sure)
                if best and _sure(best) == len(best) and not _left_over(sheet.outline, best):
                    return _once(best)
        mined = self._mined(sheet, known)
        if mined is not None and mined[1] and (_sure(mined[1]) > _sure(best) or not best):
            best = mined[1]
            self._remember(mined[0])
        for template in known if not _sure(best) else ():
            best = max(best, _read(sheet.reader, template), key=_sure)
        if not best and (alone := Learner(sheet.reader, sheet.moments).single()) is not None:
            best = [sheet.reader.parts(alone[0], block) for block in alone[1]]
        return _once(best)

    def _mined(self, sheet: Sheet, known: Sequence[Template]) -> tuple[Template, list[Parts]] | None:
        """A template that a page shows, and what it finds there."""
        reader, signature = sheet.reader, sheet.outline.signature
        learnt = Learner(reader, sheet.moments).learn()
        if learnt is None or _teases(sheet, learnt[1]):
            return None
        template, blocks = learnt
        if not template.ids and any(other.ids and other.blocks >= _KNOWN for other in known):
            return None  # this board's posts have ids
        found = [reader.parts(template, block) for block in blocks]
        kinds = [signature[parts.block.start] for parts in found]
        usual = max(kinds, key=kinds.count, default="")
        # others say that somebody closed a topic
        return template, [p for p in found if p.words >= 0 or signature[p.block.start] == usual]

    def _remember(self, template: Template) -> None:
        key = (template.moment, template.author, template.words, template.kind)
        known = self.templates.get(key)
        if known is not None:
            template = replace(
                template, paths=template.paths | known.paths, classes=template.classes & known.classes,
                blocks=template.blocks + known.blocks, checks=tuple(c for c in template.checks if c in known.checks),
                ids=template.ids if known.blocks < template.blocks else known.ids,
                links=template.links if known.blocks < template.blocks else known.links,
            )  # fmt: skip
        self.templates[key] = template


def _teases(sheet: Sheet, blocks: Sequence[Block]) -> bool:
    """Whether blocks only show what stands on pages of their own: a list of news, a box of newest posts."""
    here = sheet.here
    away = [link for link in sheet.links if link.place.id != here.id and link.place.kind in ("topic", "")]
    tags = sheet.outline.tags
    heads = [
        link
        for link in away
        if link.place.kind == "topic" or any(tags[n] in _HEADS for n in sheet.outline.above(link.element)[:2])
    ]
    led = sum(any(block.start <= link.element < block.end for link in heads) for block in blocks)
    return led > 0.6 * len(blocks)


def _read(reader: Reader, template: Template) -> list[Parts]:
    return [reader.parts(template, block) for block in reader.blocks(template)]


def _sure(parts: Sequence[Parts]) -> int:
    return sum(not found.problem for found in parts)


def _left_over(outline: Outline, found: Sequence[Parts]) -> bool:
    """Whether there are more blocks of the same make beside those that were found."""
    starts = {parts.block.start for parts in found}
    first = found[0].block.start
    beside = outline.kids(outline.parent[first])
    return any(outline.signature[number] == outline.signature[first] for number in beside if number not in starts)


def _once(found: Sequence[Parts]) -> list[Parts]:
    """Each id once."""
    seen: set[str] = set()
    kept = []
    for parts in found:
        if not parts.id or parts.id not in seen:
            kept.append(parts)
        seen.add(parts.id)
    return kept
