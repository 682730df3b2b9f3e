"""The ways to cut a page into blocks that have one time of a kind each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from spiders.boards.mining.moments import Moment
from spiders.boards.mining.outline import Outline
from spiders.boards.mining.template import BOXES, MOST, Block, block_at

Cut = tuple[list[Block], tuple[int, int]]  # blocks, and the elements before and after that belong to each


class Cuts:
    """Cuts one page."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline

    def ways(self, group: Sequence[Moment]) -> Iterator[Cut]:
        """The ways to cut the page so that each part has one moment of a group."""
        outline, counts = self.outline, Counter[int]()
        for moment in group:
            counts[moment.owner] += 1
            counts.update(outline.above(moment.owner))
        tops = []
        for moment in group:
            if counts[moment.owner] == 1:
                chain = [moment.owner, *outline.above(moment.owner)]
                tops.append((moment, [number for number in chain if counts[number] == 1]))
        if len(tops) < 2:
            return
        holder, siblings = Counter(outline.parent[chain[-1]] for _, chain in tops).most_common(1)[0]
        if siblings >= 0.6 * len(tops) and siblings > 1:
            yield [block_at(outline, chain[-1], moment) for moment, chain in tops], (0, 0)
            beside = [(moment, chain[-1]) for moment, chain in tops if outline.parent[chain[-1]] == holder]
            yield from self._rows(holder, beside)
        votes = Counter(outline.signature[number] for _, chain in tops for number in chain)
        kinds = [kind for kind, votes_ in votes.items() if votes_ >= MOST * len(tops) and kind.split(".")[0] in BOXES]
        if kinds:
            found = []
            for moment, chain in tops:
                inner = next((n for n in reversed(chain) if outline.signature[n] in kinds), None)
                if inner is not None:
                    found.append(block_at(outline, inner, moment))
            yield found, (0, 0)

    def _rows(self, holder: int, tops: list[tuple[Moment, int]]) -> Iterator[Cut]:
        """Posts that take several rows of a table or list each."""
        outline = self.outline
        kids = outline.kids(holder)
        places = [kids.index(top) for _, top in tops if top in kids]
        gaps = Counter(b - a for a, b in pairwise(places))
        step = gaps.most_common(1)[0][0] if gaps else 1
        if not 1 < step <= 6:
            return
        for before in range(step):
            after = step - before - 1
            found = []
            for (moment, _), place in zip(tops, places, strict=True):
                if place >= before and place + after < len(kids):
                    found.append(Block(kids[place - before], outline.end[kids[place + after]], moment))
            shapes = {tuple(outline.tags[k] for k in kids if b.start <= k < b.end) for b in found}
            if len(found) == len(tops) and len(shapes) == 1:
                yield found, (before, after)
