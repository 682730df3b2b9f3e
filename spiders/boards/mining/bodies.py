"""Where in the blocks of a page the words of their authors stand."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from spiders.boards.mining.outline import Outline
from spiders.boards.mining.template import BOXES, MOST, Block

_WORDS = re.compile(
    r"content|message|msg|body|text|entry|comment|post-?inner|postmessage|inner|markdown|prose|beitrag|mensaje|bbcode|"
    r"markup|said",
    re.I,
)
_NO_WORDS = re.compile(
    r"sig(?:nature)?\b|user|author|profil|meta|foot|head|button|tool|stat|quote|info|menu|nav|avatar|poster|details",
    re.I,
)


class Bodies:
    """Finds what holds the words of some blocks."""

    def __init__(self, outline: Outline, blocks: Sequence[Block]) -> None:
        self.outline, self.blocks = outline, blocks

    def find(self, author: str) -> str | None:
        """The key of the element with most words that are each block's own; `author` is where names stand."""
        outline, blocks = self.outline, self.blocks
        weights = self._weights()
        columns: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, block in enumerate(blocks):
            taken = {block.moment.owner} | {
                outline.owners[at] for at in outline.said(block.start, block.end)
                if outline.paths[outline.owners[at]].spot == author
            }  # fmt: skip
            for element in range(block.start, block.end):
                if outline.tags[element] not in BOXES and "." not in outline.signature[element]:
                    continue
                if outline.tags[element] == "p" and "." not in outline.signature[element]:
                    continue
                if not any(element <= owner < outline.end[element] for owner in taken):
                    found = columns[outline.paths[element].key][number]
                    if not found or outline.end[found[-1]] <= element:
                        found.append(element)
        ranked = []
        for key, column in columns.items():
            single = [found[0] for found in column.values() if len(found) == 1]
            if len(single) < MOST * len(blocks):
                continue
            mass = sum(weights[outline.said(n, outline.end[n]).stop] - weights[outline.said(n, n + 1).start]
                       for n in single)  # fmt: skip
            if mass > 0:
                ranked.append((mass, key, len(outline.above(single[0], blocks[0].start)), single[0]))
        most = max((mass for mass, *_ in ranked), default=0)
        return max(ranked, key=lambda row: self._wordiness(row, most))[1] if ranked else None

    def _wordiness(self, row: tuple[int, str, int, int], most: int) -> float:
        mass, _, depth, element = row
        called = " ".join(self.outline.value(element, name) for name in ("class", "itemprop", "id"))
        hint = 0.35 * bool(_WORDS.search(called)) - 0.5 * bool(_NO_WORDS.search(called))
        return mass / most + hint + 0.02 * min(depth, 12)

    def _weights(self) -> list[int]:
        """Before each text, how many characters came that no other block has."""
        outline, seen = self.outline, Counter[str]()
        for block in self.blocks:
            seen.update({outline.texts[at] for at in outline.said(block.start, block.end)})
        total, weights = 0, []
        for text in outline.texts:
            weights.append(total)
            total += len(text) if seen[text] == 1 else 0
        return [*weights, total]


def called_words(called: str) -> bool:
    """Whether names such as classes say that an element holds a post's words."""
    return _WORDS.search(called) is not None and not _NO_WORDS.search(called)
