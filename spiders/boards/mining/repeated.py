"""The block that repeats on a topic's page: where in it the author, the time, the words and the id stand."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from spiders.boards.mining.addresses import Place
from spiders.boards.mining.moments import Moment, edited
from spiders.boards.mining.outline import Outline

_MOST = 0.85  # of the blocks must have what all of them should have
_NAME = 64  # characters of the longest name
_LOOKED_AT = 5  # kinds of moments
_BOXES = frozenset("div td article section dd li blockquote main p".split())
_BY = frozenset(
    "by von par por da door av af od przez от by: von: par: por: posted wrote said schrieb author author: autor: from"
    " from: post posted: written » « • | · - – — † , : ( )".split()
)
_PERSON = re.compile(
    r"user|author|poster(?!t)|member|nick|login|profil|person|autor|auteur|benutzer|mitglied|usuario|utente|"
    r"gebruiker|u[zż]ytkownik|kullan|from|sender|creator|speaker|\bby\b|byline|vcard|\bfn\b",
    re.I,
)
_NO_PERSON = re.compile(
    r"title|rank|group|role|avatar|status|stat|count|badge|signature|date|time|quote|reply|location|level|button|"
    r"edit|notice|content|message|tools|menu|posts\b|field|karma|reputation|join|subject|topic|like|last|editor",
    re.I,
)
_WORDS = re.compile(
    r"content|message|msg|body|text|entry|comment|post-?inner|postmessage|inner|markdown|prose|beitrag|mensaje|bbcode|"
    r"markup|said",
    re.I,
)
_NO_WORDS = re.compile(
    r"sig(?:nature)?\b|user|author|profil|meta|foot|head|button|tool|stat|quote|info|menu|nav|avatar|poster|details",
    re.I,
)
_TOKEN = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z]*\d)[A-Za-z0-9]{12,}|\d+")
_DIGIT = re.compile(r"\d")
_IDENT = re.compile(r"id|name|data-(?:.*id|.*key|pk|.*post|.*msg|.*comment|.*message)|itemid|about", re.I)
_NO_IDENT = re.compile(r"user|author|member|uid|index|time|date|count|position|topic|tid|forum|cid|thread|parent", re.I)
_MARKUP = re.compile(r"<[^<>]*/|=[\"']|&[a-z]+;")
_COPIED = ("value", "data-url", "data-permalink", "data-href", "data-link", "data-clipboard-text")
_POINTS = re.compile(r"pid|post|msg|comment|message|reply|entry|answer|#", re.I)
_ACTS = re.compile(r"repl|quot|report|edit|delet|vote|like|print|mode=|action=|do=|compose|new|flag|share|warn", re.I)

Leads = Callable[[str], Place]


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
    problem: str = ""
    edits: list[str] = field(default_factory=list)


class Reader:
    """Reads one page. `leads` says where a link of it leads to."""

    def __init__(self, outline: Outline, found: Sequence[Moment], leads: Leads) -> None:
        self.outline, self.moments, self.leads = outline, found, leads
        self._kinds: dict[int, list[tuple[str, str, str]]] = {}
        self._alike: dict[str, list[int]] = {}

    # Learning

    def learn(self) -> tuple[Template, list[Block]] | None:
        """The template of the page's posts; None where nothing repeats that could be posts."""
        groups: dict[str, dict[int, Moment]] = defaultdict(dict)
        for moment in self.moments:
            if not moment.other:
                groups[moment.key].setdefault(moment.owner, moment)
                groups[moment.loose].setdefault(moment.owner, moment)
        apart = {tuple(group): (key, list(group.values())) for key, group in reversed(groups.items())}
        known = sorted(apart.values(), key=lambda group: -len(group[1]))
        families = Counter(_family(moment) for moment in {moment.owner: moment for moment in self.moments}.values())
        best: tuple[float, Template, list[Block]] | None = None
        tried: dict[tuple[tuple[int, int], ...], float] = {}
        for key, group in known[:_LOOKED_AT]:
            if len(group) < 2 or (best is not None and len(group) < 0.7 * len(best[2])):
                break
            if group[0].stamp and len(group) < 0.6 * families[_family(group[0])]:
                continue  # broken markup has put a few of them elsewhere
            for blocks, rows in self._levels(group):
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
        sure = [parts for block in blocks if not (parts := self.parts(template, block)).problem]
        said = sum(len(self.outline.line(parts.words)) for parts in sure)
        return len(sure) + min(said, 2000) / 1000 + 0.5 * blocks[0].moment.stamp + 0.3 * bool(template.ids)

    def _levels(self, group: list[Moment]) -> Iterator[tuple[list[Block], tuple[int, int]]]:
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
            yield [_block(outline, chain[-1], moment) for moment, chain in tops], (0, 0)
            beside = [(moment, chain[-1]) for moment, chain in tops if outline.parent[chain[-1]] == holder]
            yield from self._rows(holder, beside)
        votes = Counter(outline.signature[number] for _, chain in tops for number in chain)
        kinds = [kind for kind, votes_ in votes.items() if votes_ >= _MOST * len(tops) and kind.split(".")[0] in _BOXES]
        if kinds:
            found = []
            for moment, chain in tops:
                inner = next((n for n in reversed(chain) if outline.signature[n] in kinds), None)
                if inner is not None:
                    found.append(_block(outline, inner, moment))
            yield found, (0, 0)

    def _rows(self, holder: int, tops: list[tuple[Moment, int]]) -> Iterator[tuple[list[Block], tuple[int, int]]]:
        """Posts that take several rows of a table or list each."""
        outline = self.outline
        kids = [holder + 1] if outline.end[holder] > holder + 1 else []
        while kids and outline.end[kids[-1]] < outline.end[holder]:
            kids.append(outline.end[kids[-1]])
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

    def _template(self, moment: str, blocks: list[Block], rows: tuple[int, int]) -> Template | None:
        outline = self.outline
        author = self._author(blocks)
        if author is None:
            return None
        key, checks = author
        words = self._words(blocks, key)
        if words is None:
            return None
        ids, links = self._ids(blocks, words)
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

    # The author

    def _names(self, block: Block) -> list[tuple[str, str, str]]:
        """What may name somebody in a block: where it stands, the text, and the profile it leads to."""
        found = self._kinds.get(block.start)
        if found is None:
            found = self._kinds[block.start] = [*self._named_at(block, None)]
        return found

    def _named_at(self, block: Block, keys: Set[str] | None) -> Iterator[tuple[str, str, str]]:
        """The same at some places alone."""
        outline = self.outline
        said = outline.said(block.start, block.end)
        for text, owner in outline.pieces[said.start : said.stop]:
            name = text.strip(" ,:»«|·•()")
            if not 0 < len(name) <= _NAME or outline.tags[owner] in ("button", "label"):
                continue
            key = outline.spot(owner)
            if keys is None or key in keys:
                link = self._profile(owner, block.start)
                if link or name.lower() not in _BY:
                    yield key, text if link else name, link

    def _profile(self, owner: int, top: int) -> str:
        """The link to a person's profile that an element stands in."""
        outline, number = self.outline, owner
        for _ in range(4):
            if outline.tags[number] == "a":
                href = outline.value(number, "href")
                return href if href and self.leads(href).kind == "user" else ""
            if (number := outline.parent[number]) < max(top, 0):
                break
        return ""

    def _author(self, blocks: list[Block]) -> tuple[str, tuple[str, ...]] | None:
        columns: dict[str, dict[int, set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
        owners: dict[str, int] = {}
        for number, block in enumerate(blocks):
            for key, text, link in self._names(block):
                columns[key][number].add((text, link))
        for at in self.outline.said(blocks[0].start, blocks[-1].end):
            owners.setdefault(self.outline.spot(self.outline.pieces[at].owner), self.outline.pieces[at].owner)
        attributes = self._spoken(blocks)
        scored = []
        for order, (key, column) in enumerate(columns.items()):
            sure = {number: next(iter(found)) for number, found in column.items() if len({t for t, _ in found}) == 1}
            if len(sure) >= _MOST * len(blocks):
                score = self._likeness(sure, owners[key], blocks, attributes)
                scored.append((score, -order, key, {number: text for number, (text, _) in sure.items()}))
        best = max(scored, default=None)
        if best is None or best[0] < 2:
            return None
        rivals = {key: names for _, _, key, names in scored if key != best[2]} | attributes
        return best[2], tuple(key for key, names in rivals.items() if _agree(names, best[3]))

    def _likeness(
        self, sure: dict[int, tuple[str, str]], owner: int, blocks: list[Block],
        attributes: dict[str, dict[int, str]],
    ) -> float:  # fmt: skip
        """How much the texts at one place look like the names of authors."""
        names = [text for text, _ in sure.values()]
        links = [(text, link) for text, link in sure.values() if link]
        if sum(any(c.isalpha() for c in name) for name in names) < 0.6 * len(names):
            return -5
        score = 3.0 * len(links) / len(names) + self._called(owner, blocks)
        if links:
            score -= 4 * (_faithless(links) or _faithless([(link, text) for text, link in links]))
        same = sum(self.leads(link).id.casefold() == text.casefold() for text, link in links)
        score += same / len(names) + sum(_agree(column, {n: t for n, (t, _) in sure.items()}) for column in
                                         attributes.values()) * 0.7  # fmt: skip
        varied = len(set(names))
        if varied == 1:
            score -= 0.5 if len(names) < 4 else 1.5
        elif varied < len(names):
            score += 0.5
        if any(len(name.split()) > 5 or name.endswith(("…", ":", "?", "!")) for name in names):
            score -= 2
        return score

    def _called(self, owner: int, blocks: list[Block]) -> float:
        outline = self.outline
        tops = {block.start for block in blocks}
        score = 0.5 if outline.tags[owner] in ("b", "strong", "h3", "h4", "h5", "big") else 0.0
        for number in [owner, *outline.above(owner)][:5]:
            if number in tops:
                break
            called = " ".join(outline.value(number, name) for name in ("class", "itemprop", "rel", "id"))
            no = _NO_PERSON.search(called)
            if (yes := _PERSON.search(called)) and (no is None or _only(called)):
                return score + 2
            if no and not yes:
                return score - 2
        return score

    def _spoken(self, blocks: list[Block]) -> dict[str, dict[int, str]]:
        """Attributes that may hold names, by where they stand."""
        columns: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for number, block in enumerate(blocks):
            for element in range(block.start, block.end):
                for name, value in self.outline.attributes[element].items():
                    if value and len(value) <= _NAME and _speaks(name):
                        columns[f"{name} {self.outline.key(element)}"][number].add(value)
        return {
            key: {number: next(iter(values)) for number, values in column.items() if len(values) == 1}
            for key, column in columns.items() if len(column) >= 0.6 * len(blocks)
        }  # fmt: skip

    def _people(self, block: Block, words: str) -> set[tuple[str, str]]:
        """Everybody whose profile a block links to by name, but for those among the words and in lines of editing."""
        outline, inside, found = self.outline, range(0), set()
        for at in outline.said(block.start, block.end):
            piece = outline.pieces[at]
            if piece.owner in inside or len(piece.text) > _NAME or not any(map(str.isalpha, piece.text)):
                continue
            holder = next(
                (n for n in (piece.owner, *outline.above(piece.owner, block.start)) if outline.key(n) == words), -1
            )
            if holder >= 0:
                inside = range(holder, outline.end[holder])
            elif "avatar" in outline.signature[piece.owner]:
                continue  # the first letter of a name
            elif (link := self._profile(piece.owner, block.start)) and not edited(
                outline.line(outline.parent[piece.owner])
            ):
                found.add((piece.text, link))
        return found

    def single(self) -> tuple[Template, list[Block]] | None:
        """The template of a page that has one post, as far as names and classes tell where that is."""
        outline = self.outline
        bodies = []
        for number, attributes in enumerate(outline.attributes):
            called = " ".join(filter(None, (attributes.get("class"), attributes.get("itemprop"))))
            if called and outline.tags[number] in _BOXES and _WORDS.search(called) and not _NO_WORDS.search(called):
                bodies.append(number)
        alike = Counter(key for key, _ in {(moment.loose, moment.owner) for moment in self.moments})
        for moment in sorted(self.moments, key=lambda moment: not moment.stamp):
            if moment.other or alike[moment.loose] > 1:
                continue
            for top in [moment.owner, *outline.above(moment.owner)][:9]:
                inside = [n for n in bodies if top < n < outline.end[top] and not n <= moment.owner < outline.end[n]]
                block = _block(outline, top, moment)
                key = outline.key(inside[0]) if inside else ""
                people = self._people(block, key) if inside else set()
                if len({text for text, _ in people}) > 1:
                    break
                if people and outline.tags[top] in _BOXES | {"tr", "table", "tbody"}:
                    found = self._lone(block, inside, next(iter(people))[0])
                    if found is not None:
                        return found, [block]
        return None

    def _lone(self, block: Block, bodies: list[int], name: str) -> Template | None:
        """What a single block teaches, if the words of its author can be told."""
        outline = self.outline
        keys = [key for key, text, link in self._names(block) if text == name and link]
        bodies = [n for n in bodies if name not in [outline.pieces[at].text for at in outline.said(n, outline.end[n])]]
        bodies = [n for n in bodies if outline.line(n)]
        if not keys or not bodies:
            return None
        words = outline.key(max(bodies, key=lambda n: (len(outline.line(n)), n)))
        ids, links = self._ids([block], words)
        chain = outline.above(block.moment.owner)
        path = tuple(outline.tags[n] for n in chain if n >= block.start) if block.moment.owner != block.start else ()
        classes = frozenset(outline.signature[block.start].split(".")[1:])
        return Template(
            block.moment.key, frozenset([path]), outline.tags[block.start], classes, (0, 0), keys[0],
            (), words, ids, links, 1
        )  # fmt: skip

    # The words

    def _words(self, blocks: list[Block], author: str) -> str | None:
        outline = self.outline
        weights = self._weights(blocks)
        columns: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, block in enumerate(blocks):
            taken = {block.moment.owner} | {
                outline.pieces[at].owner for at in outline.said(block.start, block.end)
                if outline.spot(outline.pieces[at].owner) == author
            }  # fmt: skip
            for element in range(block.start, block.end):
                if outline.tags[element] not in _BOXES and "." not in outline.signature[element]:
                    continue
                if outline.tags[element] == "p" and "." not in outline.signature[element]:
                    continue
                if not any(element <= owner < outline.end[element] for owner in taken):
                    found = columns[outline.key(element)][number]
                    if not found or outline.end[found[-1]] <= element:
                        found.append(element)
        ranked = []
        for key, column in columns.items():
            single = [found[0] for found in column.values() if len(found) == 1]
            if len(single) < _MOST * len(blocks):
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

    def _weights(self, blocks: list[Block]) -> list[int]:
        """Before each piece, how many characters came that no other block has."""
        outline, seen = self.outline, Counter[str]()
        for block in blocks:
            seen.update({outline.pieces[at].text for at in outline.said(block.start, block.end)})
        total, weights = 0, []
        for piece in outline.pieces:
            weights.append(total)
            total += len(piece.text) if seen[piece.text] == 1 else 0
        return [*weights, total]

    # Ids

    def _marks(self, block: Block, words: str, wanted: frozenset[str] | None = None) -> Iterator[tuple[str, str, str]]:
        """Numbers that may be a post's id: where they stand, the number, the link they stand in."""
        outline = self.outline
        names = None if wanted is None else frozenset(slot.partition(" ")[0] for slot in wanted)
        links = names is None or "href" in names
        names = names.union(_COPIED) if names is not None and links else names
        bodies = set(outline.outermost(block.start, block.end, words))
        element = block.start - 1 if block.start and outline.tags[block.start - 1] == "a" else block.start
        while element < block.end:
            has = outline.attributes[element]
            for name, value in has.items() if names is None or not names.isdisjoint(has) else ():
                if not value or len(value) > 300:
                    continue
                if name == "href" or (name in _COPIED and value.startswith(("http", "/"))):
                    found = _tokens("href", value, value) if links else ()
                elif _idents(name):
                    found = _tokens(name, value, "")
                else:
                    continue
                found = [mark for mark in found if wanted is None or mark[0] in wanted]
                if found and (name != "href" or self.leads(value).kind != "user"):
                    yield from found
            element = outline.end[element] if element in bodies else element + 1

    def _ids(self, blocks: list[Block], words: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        columns: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for number, block in enumerate(blocks):
            for slot, token, _ in self._marks(block, words):
                columns[slot][number].add(token)
        vectors: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for slot, column in columns.items():
            values = [next(iter(column[n])) if len(column.get(n, ())) == 1 else "" for n in range(len(blocks))]
            filled = [value for value in values if value]
            if len(filled) >= _MOST * len(blocks) and len(set(filled)) == len(filled):
                vectors[tuple(values)].append(slot)
        if not vectors:
            return (), ()
        firm = {values: _firmness(slots) for values, slots in vectors.items()}
        scattered = [values for values in vectors if not _counted(values)]
        best = max(scattered, key=lambda values: firm[values], default=None)
        if best is None or firm[best] < 0.7:
            best = max(vectors, key=lambda values: (_first(values), firm[values]))
        slots = [slot for values, slots in vectors.items() if _same(values, best) for slot in slots]
        links = sorted((slot for slot in slots if slot.startswith("href") and not _ACTS.search(slot)), key=_directness)
        return tuple(slots), tuple(links)

    # Reading

    def blocks(self, template: Template) -> list[Block]:
        """The blocks of a page that a template fits."""
        outline, found = self.outline, []
        tops: set[int] = set()
        for moment in self.moments:
            if template.moment not in (moment.key, moment.loose):
                continue
            chain = [moment.owner, *outline.above(moment.owner)]
            for path in sorted(template.paths, key=len, reverse=True):
                tags = tuple(outline.tags[number] for number in chain[1 : len(path) + 1])
                top = chain[len(path)] if tags == path and len(path) < len(chain) else -1
                fits = top > 0 and outline.tags[top] == template.kind
                if fits and top not in tops and template.classes <= {*outline.signature[top].split(".")[1:]}:
                    tops.add(top)
                    found.append(self._with_rows(top, moment, template.rows))
                    break
        return [block for block in found if not any(_overlap(block, other) for other in found)]

    def _with_rows(self, top: int, moment: Moment, rows: tuple[int, int]) -> Block:
        outline = self.outline
        holder = outline.parent[top]
        kids = [holder + 1]
        while rows != (0, 0) and kids[-1] != top and outline.end[kids[-1]] < outline.end[holder]:
            kids.append(outline.end[kids[-1]])
        start, end = kids[-1 - rows[0]] if rows[0] and len(kids) > rows[0] else top, outline.end[top]
        for _ in range(rows[1]):
            end = outline.end[end] if end < outline.end[holder] else end
        return Block(start, end, moment)

    def parts(self, template: Template, block: Block) -> Parts:
        """What a block holds, as a template says."""
        found = Parts(block)
        outline = self.outline
        name = self._named(template, block)
        if name is None:
            return replace(found, problem="the author of a post could not be told for sure")
        words = outline.outermost(block.start, block.end, template.words)
        if len(words) != 1 or self._strange(template, words[0]):
            return replace(found, problem="the words of a post could not be told from those of another")
        if (
            not outline.said(words[0], outline.end[words[0]])
            and "img" not in outline.tags[words[0] : outline.end[words[0]]]
        ):
            return replace(found, problem="a post without words")
        slots = frozenset(template.ids)
        marks = [*self._marks(block, template.words, slots)]
        idents = {token for _, token, _ in marks}
        if len(idents) > 1 or (slots and not idents):
            return replace(found, problem="the id of a post could not be told from that of another")
        links = {slot: link for slot, _, link in reversed(marks) if link}
        return Parts(
            block, name[0], name[1], words[0], next(iter(idents), ""),
            next((links[slot] for slot in template.links if slot in links), ""),
            edits=[text for at in outline.said(block.start, block.end) if edited(text := outline.pieces[at].text)],
        )  # fmt: skip

    def _strange(self, template: Template, words: int) -> bool:
        """Whether something stands among a post's words that belongs around them."""
        outline, end = self.outline, self.outline.end[words]
        if any(outline.spot(outline.pieces[at].owner) == template.author for at in outline.said(words, end)):
            return True
        if any(words <= owner < end for owner in self._timed(template.moment)):
            return True
        named = [(name, outline.value(n, name)) for n in range(words + 1, end) for name in ("id", "name")]
        return any(slot in template.ids for name, value in named if value for slot, *_ in _tokens(name, value, ""))

    def _timed(self, key: str) -> list[int]:
        """The elements that bear times such as those of posts."""
        found = self._alike.get(key)
        if found is None:
            head = _head(key)
            found = self._alike[key] = [
                moment.owner
                for moment in self.moments
                if moment.key == key or (moment.stamp and _family(moment) == head)
            ]
        return found

    def _named(self, template: Template, block: Block) -> tuple[str, str] | None:
        names = [*self._named_at(block, {template.author, *template.checks})]
        found = {(text, link) for key, text, link in names if key == template.author}
        if not found:  # a moderator's name may look different
            tail = template.author.partition(" < ")[2]
            around = self._names(block) if tail else ()
            found = {(text, link) for key, text, link in around if link and key.partition(" < ")[2] == tail}
        if not found:
            found = {(text, link) for key, text, link in names if key in template.checks}
        if not found:
            found = {(text, link) for text, link in self._people(block, template.words)}
        if len({text for text, _ in found}) != 1:
            return None
        text = next(iter(found))[0]
        if _MARKUP.search(text):
            return None
        others = [value for key, value, _ in names if key in template.checks]
        spoken = frozenset(name for check in template.checks if _speaks(name := check.partition(" ")[0]))
        for element in range(block.start, block.end) if spoken else ():
            has = self.outline.attributes[element]
            for name in spoken.intersection(has) if has else ():
                value = has[name]
                if value and len(value) <= _NAME and f"{name} {self.outline.key(element)}" in template.checks:
                    others.append(value)
        if any(other != text for other in others):
            return None
        return text, max((link for _, link in found), key=len)


def _speaks(attribute: str) -> bool:
    """Whether an attribute may hold a name."""
    return attribute in ("title", "alt", "content", "aria-label") or attribute.startswith("data-")


def _block(outline: Outline, top: int, moment: Moment) -> Block:
    return Block(top, outline.end[top], moment)


def _head(key: str) -> str:
    return key.partition(" < ")[0].replace("?", "", 1)


def _family(moment: Moment) -> str:
    return moment.key.partition(" < ")[0]


def _overlap(block: Block, other: Block) -> bool:
    return block is not other and block.start < other.end and other.start < block.end


def _agree(column: dict[int, str], names: dict[int, str]) -> bool:
    """Whether two places of every block say the same."""
    both = [number for number in names if number in column]
    return len(both) >= 0.8 * len(names) and sum(column[n] == names[n] for n in both) >= 0.9 * len(both)


def _faithless(pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether one of the first goes with several of the second."""
    known: dict[str, str] = {}
    return any(known.setdefault(first, second) != second for first, second in pairs)


def _only(called: str) -> bool:
    """Whether words such as "username" say more than those that speak against a name."""
    return (
        re.search(r"user-?_?name|nick|author-?_?name|poster-?_?name|member-?_?name|screen-?name", called, re.I)
        is not None
    )


@lru_cache(maxsize=1024)
def _idents(name: str) -> bool:
    """Whether an attribute may hold an id."""
    return _IDENT.fullmatch(name) is not None and not _NO_IDENT.search(name)


def _tokens(name: str, value: str, link: str) -> list[tuple[str, str, str]]:
    """The first numbers of an attribute: where each stands, and the link."""
    found = _TOKEN.findall(value) if _DIGIT.search(value) else None
    if not found:
        return []
    rest = _TOKEN.sub("#", value)
    return [(f"{name} {order} {rest}", token, link) for order, token in enumerate(found[:6])]


def _firmness(slots: list[str]) -> float:
    """How much the places where some numbers stand look like those of ids."""
    score = min(len(slots), 4) * 0.7
    score += any("#" in slot.split(" ", 2)[2].replace("#", "", 1) for slot in slots if slot.startswith("href"))
    return score + any(_POINTS.search(slot) for slot in slots)


def _counted(values: tuple[str, ...]) -> bool:
    """Whether numbers only count the posts."""
    numbers = [int(value) for value in values if value.isdecimal()]
    return len(numbers) > 1 and {b - a for a, b in pairwise(numbers)} <= {1, -1}


def _first(values: tuple[str, ...]) -> int:
    return max((int(value) for value in values if value.isdecimal() and len(value) < 16), default=0)


def _same(values: tuple[str, ...], best: tuple[str, ...]) -> bool:
    """Whether two columns of ids say the same, wherever both say anything."""
    return all(a == b for a, b in zip(values, best, strict=True) if a and b)


def _directness(slot: str) -> int:
    return 0 if "#" in slot.split(" ", 2)[2].rpartition("/")[2] else 1
