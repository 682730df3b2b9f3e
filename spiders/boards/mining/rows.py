"""The rows of a list of forums or topics: a link with a title, and what stands beside it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from spiders.boards.mining.addresses import Place
from spiders.boards.mining.moments import Moment
from spiders.boards.mining.outline import Outline
from spiders.boards.page import number

_TITLE = re.compile(r"title|subject|topic|thread|name|heading|forum|betreff|sujet|asunto", re.I)
_NO_TITLE = re.compile(
    r"last|latest|page|pagin|unread|newest|goto|time|date|author|user|icon|teaser|breadcrumb|crumb|preview|stretched|"
    r"avatar|tag|badge|sub-?(?:forum|board)",
    re.I,
)
_ROWS = ("tr", "li", "article", "dl")
_FIGURE = re.compile(r"(?:\D{1,24}:? )?\d[\d.,'’\u00a0\u202f ]*[km]?(?: [^\W\d_]{2,20})?", re.I)
_VIEWS = re.compile(
    r"view|hits|\bread(?:s|ings)?\b|aufruf|zugriff|gelesen|vues|lectur|visit|visto|wyświet|просмотр|vist", re.I
)
_TOPICS = re.compile(r"topic|thread|them(?:a|en)\b|sujet|temas?\b|discussion|wątk|тем|argoment|onderwerp|tråd", re.I)
_POSTS = re.compile(r"post|message|beitr|mensaj|messagg|bericht|comment|сообщ|wpis|inlägg|indlæg", re.I)
_REPLIES = re.compile(r"repl|antwort|réponse|respuest|rispost|reactie|ответ|odpowied|answer|svar|comment", re.I)
_PINNED = re.compile(
    r"(?:^|[^a-z])(?:sticky|pinned|stick|announce\w*|angepinnt|wichtig|important|épinglé|fijado|закреп\w*)", re.I
)
_MOVED = re.compile(r"(?:^|[^a-z])(?:moved|verschoben|déplacé|movido|spostato|перемещ\w*)", re.I)


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a forum or a topic."""

    element: int
    url: str  # without session ids
    place: Place
    text: str


@dataclass(slots=True)
class Row:
    """One forum's or topic's part of a list: elements from `start` to before `end`."""

    link: Link
    start: int
    end: int
    moments: list[Moment] = field(default_factory=list)
    topics: int | None = None
    posts: int | None = None
    replies: int | None = None
    views: int | None = None
    figures: list[int] = field(default_factory=list)  # that say not of what
    above: Row | None = None  # the row in which this one is only named
    pinned: bool = False
    moved: bool = False

    @property
    def told(self) -> bool:
        """Whether it says more than a name."""
        return bool(self.moments) or bool(self.figures) or (self.topics, self.posts, self.replies) != (None, None, None)


class Lists:
    """The lists of one page."""

    def __init__(self, outline: Outline, moments: Sequence[Moment], links: Sequence[Link]) -> None:
        self.outline, self.moments, self.links = outline, moments, links
        self._heads: dict[int, dict[int, str]] = {}
        self._places = {link.element: link.place for link in links}

    def rows(self, wanted: Callable[[Link], bool]) -> list[Row]:
        """A row for each place that the wanted links lead to, in the order of the page."""
        by_place: dict[str, list[Link]] = defaultdict(list)
        for link in self.links:
            if wanted(link):
                by_place[link.place.id].append(link)
        titles = [best for found in by_place.values() if (best := self._title(found)) is not None]
        groups: dict[str, list[Link]] = defaultdict(list)
        for link in titles:
            groups[self._way(link.element)].append(link)
        found: list[Row] = []
        for group in sorted(groups.values(), key=len, reverse=True):
            found += self._cut(group, titles, found) if len(group) > 1 else [self._alone(group[0], titles, found)]
        found.sort(key=lambda row: row.link.element)
        for at, row in enumerate(found):
            row.above = row.above or next((other for other in found[:at] if row.link.element < other.end), None)
            if row.above is not None:
                found[at] = Row(row.link, row.link.element, self.outline.end[row.link.element], above=row.above)
        _flag(found, self.outline)
        return found

    def _way(self, element: int) -> str:
        outline = self.outline
        around = (outline.tags[n] for n in outline.above(element))
        return " ".join([outline.signature[element], *(tag for tag in around if tag not in ("b", "strong", "span"))])

    def _title(self, links: list[Link]) -> Link | None:
        """Of the links to one place the one that names it."""
        best = max(links, key=lambda link: (self._titleness(link), -link.element))
        return best if best.text and self._titleness(best) > -3 else None

    def _titleness(self, link: Link) -> int:
        outline, score = self.outline, 0
        if not link.text or not any(c.isalnum() for c in link.text):
            return -9
        if link.text.isdecimal() or any(m.owner == link.element and not m.stamp for m in self.moments):
            score -= 5
        chain = [link.element, *outline.above(link.element)[:3]]
        called = [f"{outline.tags[n]} {outline.value(n, 'class')} {outline.value(n, 'itemprop')}" for n in chain]
        for name in called:
            if re.match(r"h\d\b", name) or (_TITLE.search(name) and not _NO_TITLE.search(name)):
                score += 2
                break
            if _NO_TITLE.search(name):
                score -= 2
                break
        return score

    def _cut(self, group: list[Link], titles: list[Link], others: list[Row]) -> list[Row]:
        """The part of the page that belongs to each of some links that stand alike."""
        outline, counts = self.outline, defaultdict[int, set[str]](set)
        for link in group:
            for element in (link.element, *outline.above(link.element)):
                counts[element].add(link.place.id)
        found = []
        claimed: dict[int, Row] = {}
        for link in group:
            chain = [link.element, *outline.above(link.element)]
            own = [n for n in chain if len(counts[n]) == 1 and not self._foreign(link, titles, others, n)]
            top = own[-1] if own else link.element
            row = self._filled(Row(link, top, outline.end[top]))
            if not row.told:
                around = next((n for n in chain if outline.tags[n] in _ROWS), -1)
                if around in claimed:
                    row.above = claimed[around]
                elif around >= 0:
                    claimed[around] = row = self._filled(Row(link, around, outline.end[around]))
            found.append(row)
        return found

    def _alone(self, link: Link, titles: list[Link], others: list[Row]) -> Row:
        """The row of a link that has none like it: what is around it until something tells more."""
        outline = self.outline
        for element in [link.element, *outline.above(link.element)][:7]:
            if self._foreign(link, titles, others, element):
                break
            row = self._filled(Row(link, element, outline.end[element]))
            if row.told and outline.tags[element] not in ("td", "th", "span", "a"):
                return row
        return Row(link, link.element, outline.end[link.element])

    def _foreign(self, link: Link, titles: list[Link], others: list[Row], element: int) -> bool:
        """Whether what is around a link begins with a link to somewhere else, or holds rows of another list."""
        end = self.outline.end[element]
        return any(row.told and element <= row.link.element < end for row in others) or any(
            element <= other.element < link.element and other.place.id != link.place.id for other in titles
        )

    def _filled(self, row: Row) -> Row:
        outline = self.outline
        row.moments = [m for m in self.moments if row.start <= m.owner < row.end and not m.other]
        timed = {m.owner for m in row.moments}
        title = range(row.link.element, outline.end[row.link.element])
        for at in outline.said(row.start, row.end):
            text, owner = outline.texts[at], outline.owners[at]
            if owner in title or owner in timed or len(text) > 48:
                continue
            if not any(map(str.isdigit, text)) or not _FIGURE.fullmatch(text) or self._names_page(owner, row):
                continue
            value = number(text)
            if value is not None:
                self._count(row, value, text, owner, at)
        return row

    def _names_page(self, owner: int, row: Row) -> bool:
        """Whether a number is only the name of one of a topic's pages."""
        around = (owner, *self.outline.above(owner, row.start)[:2])
        return any(n in self._places and self._places[n].kind in ("topic", "forum") for n in around)

    def _count(self, row: Row, value: int, text: str, owner: int, at: int) -> None:
        """Put a number where its label, its class, its neighbour or its column's head says."""
        outline = self.outline
        own = " ".join([text, *(outline.value(n, "class") for n in [owner, *outline.above(owner, row.start)[:2]])])
        beside = [outline.texts[n] for n in (at + 1, at - 1) if 0 <= n < len(outline.texts)]
        near = " ".join(said for said in beside if len(said) < 24 and not any(map(str.isdigit, said)))
        for said in (own, self._head(owner), near):
            for kind, pattern in (("views", _VIEWS), ("replies", _REPLIES), ("topics", _TOPICS), ("posts", _POSTS)):
                if pattern.search(said):
                    if getattr(row, kind) is None:
                        setattr(row, kind, value)
                    return
        row.figures.append(value)

    def _head(self, owner: int) -> str:
        """What stands above a number's column."""
        outline = self.outline
        cell = next((n for n in [owner, *outline.above(owner)][:4] if outline.tags[n] in ("td", "th")), -1)
        table = next((n for n in outline.above(cell) if outline.tags[n] == "table"), -1) if cell >= 0 else -1
        if table not in self._heads:
            self._heads[table] = _heads(outline, table) if table >= 0 else {}
        return self._heads[table].get(_column(outline, cell), "") if self._heads[table] else ""


def _heads(outline: Outline, table: int) -> dict[int, str]:
    """The names of a table's columns: the first row in which two of them say what is counted."""
    for row in range(table, outline.end[table]):
        if outline.tags[row] == "tr":
            names = {place: outline.line(cell)[:60] for place, cell in _cells(outline, row).items()}
            told = [name for name in names.values() if any(p.search(name) for p in (_VIEWS, _REPLIES, _TOPICS, _POSTS))]
            if len(told) > 1 and not any(c.isdigit() for name in told for c in name):
                return names
    return {}


def _cells(outline: Outline, row: int) -> dict[int, int]:
    """The cells of a table's row, by column."""
    found, place, cell = {}, 0, row + 1
    while cell < outline.end[row]:
        found[place] = cell
        span = outline.value(cell, "colspan")
        place += int(span) if span.isdecimal() and len(span) < 4 else 1
        cell = outline.end[cell]
    return found


def _column(outline: Outline, cell: int) -> int:
    return next((at for at, c in _cells(outline, outline.parent[cell]).items() if c == cell), -1)


def _flag(rows: Iterable[Row], outline: Outline) -> None:
    """Pinned and moved ones are marked; a mark that every row bears says nothing."""
    found = list(rows)
    for name, pattern in (("pinned", _PINNED), ("moved", _MOVED)):
        marked = [row for row in found if _bears(outline, row, pattern)]
        if len(marked) < len(found) or len(found) == 1:
            for row in marked:
                setattr(row, name, True)


def _bears(outline: Outline, row: Row, pattern: re.Pattern[str]) -> bool:
    for element in range(row.start, row.end):
        names = " ".join(outline.value(element, name) for name in ("class", "title", "alt", "src"))
        if names.strip() and pattern.search(names) and "hidden" not in names:
            return True
    title = row.link.element
    before = [outline.texts[at] for at in outline.said(row.start, row.end) if outline.owners[at] < title]
    return any(len(text) < 24 and pattern.search(text) for text in before[-3:])
