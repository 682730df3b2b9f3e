"""Learns from a page with several posts, or with one, where in a block things stand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from spiders.boards.mining.authors import Authors
from spiders.boards.mining.bodies import Bodies, called_words
from spiders.boards.mining.cuts import Cuts
from spiders.boards.mining.moments import Moment
from spiders.boards.mining.reader import Reader
from spiders.boards.mining.template import BOXES, Block, Template, block_at

_LOOKED_AT = 5  # kinds of moments


class Learner:
    """Learns from one page, and judges what it learns by how much can be read with it."""

    def __init__(self, reader: Reader, moments: Sequence[Moment]) -> None:
        self.reader, self.outline, self.moments = reader, reader.outline, moments

    def learn(self) -> tuple[Template, list[Block]] | None:
        """The template of the page's posts; None where nothing repeats that could be posts."""
        groups: dict[str, dict[int, Moment]] = defaultdict(dict)
        for moment in self.moments:
            if not moment.other:
                groups[moment.key].setdefault(moment.owner, moment)
                groups[moment.loose].setdefault(moment.owner, moment)
        apart = {tuple(group): (key, list(group.values())) for key, group in reversed(groups.items())}
        known = sorted(apart.values(), key=lambda group: -len(group[1]))
        families = Counter(moment.family for moment in {moment.owner: moment for moment in self.moments}.values())
        best: tuple[float, Template, list[Block]] | None = None
        tried: dict[tuple[tuple[int, int], ...], float] = {}
        for key, group in known[:_LOOKED_AT]:
            if len(group) < 2 or (best is not None and len(group) < 0.7 * len(best[2])):
                break
            if group[0].stamp and len(group) < 0.6 * families[group[0].family]:
                continue  # broken markup has put a few of them elsewhere
            for blocks, rows in Cuts(self.outline).ways(group):
                spans = tuple((block.start, block.end) for block in blocks)
                if spans in tried and not group[0].stamp:
                    continue
                found = self._template(key, blocks, rows)
                if found is None:
                    continue
                tried[spans] = value = self._worth(found, blocks)
                if best is None or value > best[0]:
                    best = value, found, blocks
                break
        return best[1:] if best is not None else None

    def _worth(self, template: Template, blocks: list[Block]) -> float:
        sure = [parts for block in blocks if not (parts := self.reader.parts(template, block)).problem]
        said = sum(len(self.outline.line(parts.words)) for parts in sure)
        return len(sure) + min(said, 2000) / 1000 + 0.5 * blocks[0].moment.stamp + 0.3 * bool(template.ids)

    def _template(self, moment: str, blocks: list[Block], rows: tuple[int, int]) -> Template | None:
        outline = self.outline
        author = Authors(self.reader.people, blocks).find()
        if author is None:
            return None
        key, checks = author
        words = Bodies(self.outline, blocks).find(key)
        if words is None:
            return None
        ids, links = self.reader.idents.find(blocks, words)
        paths, kinds, classes = set(), Counter[str](), []
        for block in blocks:
            top = self._top(block, rows)
            chain = outline.above(block.moment.owner)
            paths.add(tuple(outline.tags[n] for n in chain if n >= top) if block.moment.owner != top else ())
            kinds[outline.tags[top]] += 1
            classes.append(frozenset(outline.signature[top].split(".")[1:]))
        kind = kinds.most_common(1)[0][0]
        common = frozenset.intersection(*classes)
        return Template(moment, frozenset(paths), kind, common, rows, key, checks, words, ids, links, len(blocks))

    def _top(self, block: Block, rows: tuple[int, int]) -> int:
        number = block.start
        for _ in range(rows[0]):
            number = self.outline.end[number]
        return number

    def single(self) -> tuple[Template, list[Block]] | None:
        """The template of a page that has one post, as far as names and classes tell where that is."""
        outline = self.outline
        bodies = []
        for number, attributes in enumerate(outline.attributes):
            called = " ".join(filter(None, (attributes.get("class"), attributes.get("itemprop"))))
            if called and outline.tags[number] in BOXES and called_words(called):
                bodies.append(number)
        alike = Counter(key for key, _ in {(moment.loose, moment.owner) for moment in self.moments})
        for moment in sorted(self.moments, key=lambda moment: not moment.stamp):
            if moment.other or alike[moment.loose] > 1:
                continue
            for top in [moment.owner, *outline.above(moment.owner)][:9]:
                inside = [n for n in bodies if top < n < outline.end[top] and not n <= moment.owner < outline.end[n]]
                block = block_at(outline, top, moment)
                key = outline.paths[inside[0]].key if inside else ""
                people = self.reader.people.everybody(block, key) if inside else set()
                if len({text for text, _ in people}) > 1:
                    break
                if people and outline.tags[top] in BOXES | {"tr", "table", "tbody"}:
                    found = self._lone(block, inside, next(iter(people))[0])
                    if found is not None:
                        return found, [block]
        return None

    def _lone(self, block: Block, bodies: list[int], name: str) -> Template | None:
        """What a single block teaches, if the words of its author can be told."""
        outline = self.outline
        keys = [key for key, text, link in self.reader.people.names(block) if text == name and link]
        bodies = [n for n in bodies if name not in [outline.texts[at] for at in outline.said(n, outline.end[n])]]
        bodies = [n for n in bodies if outline.line(n)]
        if not keys or not bodies:
            return None
        words = outline.paths[max(bodies, key=lambda n: (len(outline.line(n)), n))].key
        ids, links = self.reader.idents.find([block], words)
        chain = outline.above(block.moment.owner)
        path = tuple(outline.tags[n] for n in chain if n >= block.start) if block.moment.owner != block.start else ()
        classes = frozenset(outline.signature[block.start].split(".")[1:])
        return Template(
            block.moment.key, frozenset([path]), outline.tags[block.start], classes, (0, 0), keys[0],
            (), words, ids, links, 1
        )  # fmt: skip
