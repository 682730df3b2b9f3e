"""Boards of any software: read by what repeats on their pages, and by how boards write their addresses."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from listening.post import Author, Post, Thread
from spiders.boards import dates, pages
from spiders.boards.engine import UNDER, Forum, Listing, Mark, Topic
from spiders.boards.mining import template as templates
from spiders.boards.mining.addresses import Place, place, step, tidy
from spiders.boards.mining.learner import Learner
from spiders.boards.mining.moments import Clock, Moment, moments
from spiders.boards.mining.outline import Outline
from spiders.boards.mining.reader import Reader
from spiders.boards.mining.rows import Link, Lists, Row
from spiders.boards.mining.template import Parts, Template
from spiders.boards.mining.utterance import Endings, own
from spiders.boards.page import Page
from spiders.boards.pages import Pages, Steps, counted

_KNOWN = 8  # blocks from which a template was learnt that is tried before looking for another
_NEXT = re.compile(
    r"^(?:next(?: page| »)?|weiter|nächste(?: seite)?|vorwärts|suivante?|page suivante|siguiente|próxim[ao]|"
    r"seguinte|avanti|"
    r"successiv[ao]|volgende|następna|dalej|след(?:ующая|\.)?|вперёд|nästa|neste|næste|seuraava|další|sonraki|older)?"
    r" ?[»›>→⟩▶]*$",
    re.I,
)
_BACK = re.compile(
    r"^[«‹<←]|previous|zurück|précédent|anterior|precedente|vorige|poprzedni|предыдущ|föregående|forrige", re.I
)
_NOW = re.compile(
    r"current time|time (?:is )?now|it is (?:currently|now)|aktuelle zeit|es ist jetzt|"
    r"heure actuelle|hora actual|сейчас",
    re.I,
)
_WIDESPREAD = (
    "Europe/Berlin", "Europe/London", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
    "Europe/Helsinki", "Australia/Sydney",
)  # fmt: skip
_HEADS = ("h1", "h2", "h3", "h4")
_FORWARD = re.compile(r"(?:^|[-_ ])(?:next|older|forward)(?:$|[-_ ])", re.I)
_CRUMBS = re.compile(r"crumb|linktree|nav-?path|navpath|navstrip|navigation_?path|pathway|you-?are-?here", re.I)
_ZONE = re.compile(r"\b(?:UTC|GMT)\b|\b[A-Z][a-z]+/[A-Z][A-Za-z_]+\b")
_ORDINAL = re.compile(r"(?:#|№|nr\.? ?)(\d{1,6})", re.I)


class Sheet:
    """One page, seen as an outline with moments and links; made once however many ask."""

    def __init__(self, page: Page, engine: Generic) -> None:
        self.page, self.engine = page, engine
        self.outline = Outline(page)
        self._leads: dict[str, Place] = {}
        self._rows: dict[str, list[Row]] = {}

    @cached_property
    def moments(self) -> list[Moment]:
        """What looks like a time."""
        return moments(self.outline)

    @cached_property
    def links(self) -> list[Link]:
        """The links to forums, topics and what may be either."""
        return self.links_of(range(len(self.outline.tags)))

    def links_of(self, elements: range) -> list[Link]:
        """Those among some elements."""
        found, links = [], self.outline.links
        for element in links[bisect_left(links, elements.start) : bisect_left(links, elements.stop)]:
            href = self.outline.value(element, "href")
            if not href or href[0] == "#" or "nofollow" in self.outline.value(element, "rel"):
                continue
            leads = self.leads(href)
            if leads.kind in ("topic", "forum", "") and leads.id:
                url = self.engine.home(tidy(self.page.link(href)))
                if url:
                    found.append(Link(element, url, leads, self.outline.line(element)))
        return found

    def rows(self, kind: str) -> list[Row]:
        """The rows of a list of forums, or of topics."""
        if kind not in self._rows:
            lists = Lists(self.outline, self.moments, self.links)
            self._rows[kind] = lists.rows(lambda link: link.place.kind == kind)
        return self._rows[kind]

    def leads(self, href: str) -> Place:
        """Where a link leads to."""
        found = self._leads.get(href)
        if found is None:
            found = self._leads[href] = self.engine.leads(self.page.link(href))
        return found


@dataclass(slots=True)
class Block(pages.Block):
    """A post's block with what was found in it."""

    parts: Parts


class Generic(Pages):
    """Learns from the pages it reads: where a board's posts stand, and what its addresses mean."""

    name: ClassVar[str] = "generic"
    label: ClassVar[str] = "other boards"

    def __init__(self, root: str, *args: Any) -> None:
        super().__init__(root, *args)
        self.clock = Clock(self.zone)
        self.templates: dict[tuple[str, ...], Template] = {}
        self.endings = Endings()
        self.unnumbered = 0  # posts that come before the one with the number 1
        self._index = ""
        self._sheet: Sheet | None = None

    @classmethod
    def recognise(cls, page: Page) -> float:
        """By rows of forums or topics, or by posts on a page whose address names a topic."""
        if b"<a" not in page.body and b"<A" not in page.body:
            return 0.0
        engine = cls(cls.root_of(page))
        sheet = engine.sheet(page)
        forums, topics = engine.forums(sheet), engine.topics(sheet)
        timed = [row for row in [*forums, *topics] if engine.newest(sheet, row) is not None and _counts(row)]
        if (forums and timed and sum(row.told for row in forums) > 1) or sum(row in topics for row in timed) > 2:
            return 0.5
        if engine.leads(page.url).kind == "topic" and any(link.place.kind == "forum" for link in sheet.links):
            return 0.5 if any(not block.parts.problem for block in engine.blocks(page)) else 0.2
        return 0.2 if forums or topics else 0.0

    @classmethod
    def root_of(cls, page: Page) -> str:
        """The folder in which most of the forums and topics lie that a page links to."""
        parts = urlsplit(page.url)
        start = f"{parts.scheme}://{parts.netloc}"
        links = {page.link(node.attributes.get("href")) for node in page.html.css("a[href]")}
        urls = [url for url in links if url.startswith(f"{start}/") and place(url).kind in ("forum", "topic")]
        folder = parts.path.rpartition("/")[0] + "/"
        while folder != "/" and sum(url.startswith(start + folder) for url in urls) < 0.9 * max(1, len(urls)):
            folder = folder.rstrip("/").rpartition("/")[0] + "/"
        return start + folder

    def learn(self, page: Page) -> None:
        """Take the time zone, the way of writing dates, and whether this is the index."""
        sheet = self.sheet(page)
        self.zone = self.clock.zone = self.configured or _zone(sheet) or _by_clock(sheet) or self.zone
        self.clock.learn([moment.text for moment in sheet.moments])
        if not self._index and self.leads(page.url).kind != "topic" and self.forums(sheet) and not self.topics(sheet):
            self._index = page.url

    def index(self) -> str:
        """The page that was given, where it lists forums; else the root."""
        return self._index or self.root

    def leads(self, url: str) -> Place:
        """What an address leads to, as far as is known by now."""
        return place(url, self.root)

    def sheet(self, page: Page) -> Sheet:
        """The page as an outline."""
        if self._sheet is None or self._sheet.page is not page:
            self._sheet = Sheet(page, self)
        return self._sheet

    # Lists

    def read_index(self, page: Page) -> Listing:
        """The forums; a board that shows topics alone has one list of everything."""
        sheet = self.sheet(page)
        rows = self.forums(sheet)
        if rows:
            return Listing([self._forum(sheet, row, None) for row in rows])
        rows = self.topics(sheet)
        name = sheet.outline.line(0)[:60]
        return Listing(everything=Forum("all", name, page.url)) if rows else Listing()

    def read_forum(self, page: Page, forum: Forum) -> Listing:
        """One page of topics, and the forums below."""
        sheet = self.sheet(page)
        self.clock.learn([moment.text for moment in sheet.moments])
        here = self.leads(page.url)
        below = [row for row in self.forums(sheet) if row.link.place.id not in (here.id, forum.id)]
        topics = [self._topic(sheet, row) for row in self.topics(sheet)]
        known = [self._forum(sheet, row, forum) for row in below if row.told or row.above is not None]
        return Listing(known, topics, self._following(sheet))

    def forums(self, sheet: Sheet) -> list[Row]:
        """The rows of a page that show forums."""
        topics = [row for row in sheet.rows("topic") if row.told]
        rows = [row for row in sheet.rows("forum") if not _of_topics(row, topics)]
        told = [row for row in rows if row.told or (row.above is not None and row.above.told)]
        return told or (rows if len(rows) > 1 and not sheet.rows("topic") else [])

    def topics(self, sheet: Sheet) -> list[Row]:
        """The rows of a page that show topics; none that a forum's row names as its newest."""
        forums = self.forums(sheet)
        rows = [
            row for row in sheet.rows("topic")
            if not any(forum.start <= row.link.element < forum.end for forum in forums)
        ]  # fmt: skip
        return [row for row in rows if row.told] or rows

    def _forum(self, sheet: Sheet, row: Row, parent: Forum | None) -> Forum:
        last = self.newest(sheet, row)
        name = row.link.text
        over = parent.path if parent else ""
        above = parent.id if parent else ""
        if row.above is not None:
            over = UNDER.join(filter(None, (over, row.above.link.text)))
            above = row.above.link.place.id
        topics, posts = row.topics, row.posts if row.posts is not None else row.replies
        if topics is None and posts is None and len(row.figures) == 2:
            topics, posts = row.figures
        return Forum(
            row.link.place.id, name, row.link.url, f"{over}{UNDER}{name}" if over else name, above, topics, posts,
            self._stamp(sheet, row, f"{topics}/{posts}", last), last,
        )  # fmt: skip

    def _topic(self, sheet: Sheet, row: Row) -> Topic:
        last = self.newest(sheet, row)
        figures = list(row.figures)
        replies, views = row.replies, row.views
        if replies is None and row.posts is None and figures:
            replies = figures.pop(0)
        posts = row.posts if row.posts is not None else None if replies is None else replies + 1
        return Topic(
            row.link.place.id, row.link.url, row.link.text, posts=posts,
            stamp=self._stamp(sheet, row, str(posts), last),
            last=last, views=views, pinned=row.pinned, moved=row.moved,
        )  # fmt: skip

    def newest(self, sheet: Sheet, row: Row) -> datetime | None:
        """The latest time that a row tells."""
        times = [self.clock.read(moment.text, sheet.page.at) for moment in row.moments]
        now = sheet.page.at
        return max((when for when in times if when is not None and (when - now).days < 2), default=None)

    def _stamp(self, sheet: Sheet, row: Row, counts: str, last: datetime | None) -> str:
        """What changes with a new post: how many there are, when the last was written, where it is."""
        firm = [moment for moment in row.moments if moment.stamp or re.search(r"(?:19|20)\d\d", moment.text)]
        newest = last.isoformat() if firm and last is not None else ""
        inside = range(row.start, row.end)
        hrefs = [sheet.outline.value(n, "href") for n in inside if sheet.outline.tags[n] == "a"]
        posts = [found.id for found in map(sheet.leads, hrefs) if found.kind == "post"]
        return f"{counts}/{newest or ','.join(posts[-1:])}" if newest or posts or "None" not in counts else ""

    # Topics

    def steps(self, page: Page) -> Steps:
        """From the address, and the link to the next page."""
        return Steps(step(page.url)[1] or 0, self._following(self.sheet(page)))

    def positions(
        self,
        page: Page,
        blocks: Sequence[pages.Block],
        steps: Steps,
        mark: Mark | None,
    ) -> Sequence[int | None]:
        """As the posts are numbered; else counted."""
        number, before = step(page.url)[0], steps.before
        if before:
            return range(before + 1, before + len(blocks) + 1)
        outline = self.sheet(page).outline
        told = [_ordinal(outline, block.parts) for block in blocks if isinstance(block, Block)]
        opens = number in (None, 1)
        if opens and told[:2] == [None, 1]:
            self.unnumbered = 1  # the opener is no reply
        elif opens and told[:1] == [1]:
            self.unnumbered = 0
        numbers = [ordinal + self.unnumbered for ordinal in told if ordinal is not None]
        if len(numbers) == len(blocks) and all(b - a == 1 for a, b in pairwise(numbers)):
            return numbers
        return counted(blocks, mark, opens=opens)

    def blocks(self, page: Page) -> Sequence[Block]:
        """The blocks that a known template finds, or one that this page shows."""
        sheet = self.sheet(page)
        outline, reader = sheet.outline, Reader(sheet.outline, sheet.moments, sheet.leads)
        known = sorted(self.templates.values(), key=lambda template: -template.blocks)
        best: list[Parts] = []
        for template in known[:4]:
            if template.blocks >= _KNOWN:
                best = max(best, self._read(reader, template), key=_sure)
                if best and _sure(best) == len(best) and not _left_over(outline, best):
                    return self._found(sheet, best)
        learnt = Learner(reader).learn()
        if learnt is not None and not self._teases(sheet, learnt[1]):
            template, found = learnt
            if not template.ids and any(other.ids and other.blocks >= _KNOWN for other in known):
                found = []  # this board's posts have ids
            mined = [reader.parts(template, block) for block in found]
            usual = max(kinds := [outline.signature[parts.block.start] for parts in mined], key=kinds.count, default="")
            # others say that somebody closed a topic
            mined = [p for p in mined if p.words >= 0 or outline.signature[p.block.start] == usual]
            if mined and (_sure(mined) > _sure(best) or not best):
                best = mined
                self._remember(template)
        for template in known if not _sure(best) else ():
            best = max(best, self._read(reader, template), key=_sure)
        if not best and (alone := Learner(reader).single()) is not None:
            best = [reader.parts(alone[0], block) for block in alone[1]]
        return self._found(sheet, best)

    def _teases(self, sheet: Sheet, blocks: Sequence[templates.Block]) -> bool:
        """Whether blocks only show what stands on pages of their own: a list of news, a box of newest posts."""
        here = self.leads(sheet.page.url)
        away = [link for link in sheet.links if link.place.id != here.id and link.place.kind in ("topic", "")]
        tags = sheet.outline.tags
        heads = [
            link
            for link in away
            if link.place.kind == "topic" or any(tags[n] in _HEADS for n in sheet.outline.above(link.element)[:2])
        ]
        led = sum(any(block.start <= link.element < block.end for link in heads) for block in blocks)
        return led > 0.6 * len(blocks)

    def _found(self, sheet: Sheet, found: Sequence[Parts]) -> list[Block]:
        nodes = sheet.outline.nodes
        return [Block(nodes[parts.block.start], parts.id or self._hash(sheet, parts), parts) for parts in _once(found)]

    def _read(self, reader: Reader, template: Template) -> list[Parts]:
        return [reader.parts(template, block) for block in reader.blocks(template)]

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

    def _hash(self, sheet: Sheet, parts: Parts) -> str:
        if parts.problem:
            return ""
        told = f"{parts.name}\n{parts.block.moment.text}\n{sheet.outline.line(parts.words)}"
        return hashlib.sha1(told.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:16]

    def post(self, page: Page, topic: Topic, block: Any, position: int | None) -> Post | str:
        """The post of one block, or why it cannot be read."""
        parts: Parts = block.parts
        if parts.problem:
            return parts.problem
        sheet = self.sheet(page)
        root = sheet.outline.nodes[parts.words]
        self.endings.learn(parts.name, root)
        said = own(root, self.endings)
        link = tidy(page.link(parts.link)) if parts.link else ""
        author = Author(parts.name, sheet.leads(parts.link).id if parts.link else "", link)
        opens = position == 1
        return Post(
            self.platform, block.id, self._permalink(sheet, parts), said.text,
            self.clock.read(parts.block.moment.text, page.at), author, title=topic.title if opens else "",
            thread=Thread(topic.id, topic.title, topic.url), position=position, channel=topic.channel,
            quotes=said.quotes,
            edited=next((when for text in parts.edits if (when := self.clock.read(text, page.at))), None),
            views=topic.views if opens else None, replies=topic.posts - 1 if opens and topic.posts else None,
            route="page",
        )  # fmt: skip

    def _permalink(self, sheet: Sheet, parts: Parts) -> str:
        if parts.permalink:
            url = sheet.page.link(parts.permalink)
            return tidy(url) + "".join(url.partition("#")[1:])
        outline = sheet.outline
        for element in range(parts.block.start, min(parts.block.end, parts.block.start + 40)):
            for name in ("id", "name"):
                if parts.id and parts.id in outline.value(element, name):
                    return f"{tidy(sheet.page.url)}#{outline.value(element, name)}"
        return tidy(sheet.page.url)

    def told(self, page: Page, topic: Topic) -> Topic:
        """The title where the list cut it, and the forum's path from the breadcrumbs."""
        sheet = self.sheet(page)
        self.clock.learn([moment.text for moment in sheet.moments])
        outline, title = sheet.outline, topic.title
        if not title or title.endswith(("…", "...")):
            heads = [outline.line(n) for n, tag in enumerate(outline.tags) if tag in ("h1", "h2")]
            start = title.rstrip("….")
            title = next((head for head in heads if head.startswith(start) and head), title)
        return replace(topic, title=title, channel=_crumbs(sheet) or topic.channel)

    def _following(self, sheet: Sheet) -> str:
        """The link to the next page of what a page shows."""
        page, outline = sheet.page, sheet.outline
        here = self.leads(page.url)
        number, before = step(page.url)
        ahead = [page.link(node.attributes.get("href")) for node in page.html.css("link[rel~=next], a[rel~=next]")]
        named: list[str] = []
        others: dict[str, tuple[int | None, int | None]] = {}
        from_zero = False
        for element in outline.links:
            href = outline.value(element, "href")
            if not href or href[0] == "#" or sheet.leads(href) != here or len(text := outline.line(element)) > 30:
                continue
            url = page.link(href)
            called = f"{outline.value(element, 'class')} {outline.value(outline.parent[element], 'class')}"
            label = outline.value(element, "aria-label") or outline.value(element, "title")
            if _FORWARD.search(called) or (text and _NEXT.match(text)) or (label and _NEXT.match(label)):
                named.append(url)
            others[url] = there = others.get(url) or step(url)
            from_zero = from_zero or (text.isdecimal() and there[0] == int(text) - 1)
        first = 0 if from_zero else 1
        for url in ahead + named:
            number_there, before_there = step(url)
            if (number_there or 0) > (number or first) or (before_there or 0) > (before or 0):
                return self.home(tidy(url))
        beyond = [url for url, (page_, _) in others.items() if page_ == (first if number is None else number) + 1]
        starts = {(start, len(url), url) for url, (_, start) in others.items() if (start or 0) > (before or 0)}
        best = min(beyond, key=len, default=min(starts)[2] if starts else "")
        return self.home(tidy(best)) if best else ""


def _counts(row: Row) -> bool:
    """Whether a row says how many topics or posts there are."""
    return bool(row.figures) or (row.topics, row.posts, row.replies) != (None, None, None)


def _of_topics(forum: Row, topics: Sequence[Row]) -> bool:
    """Whether what looks like a forum's row is a label of a topic, or the frame of several."""
    inside = {row.link.place.id for row in topics if forum.start <= row.link.element < forum.end}
    return len(inside) > 1 or any(
        row.start <= forum.link.element < row.end and row.link.element < forum.link.element for row in topics
    )


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


def _ordinal(outline: Outline, parts: Parts) -> int | None:
    for at in outline.said(parts.block.start, parts.block.end):
        piece = outline.pieces[at]
        if (match := _ORDINAL.fullmatch(piece.text)) and not parts.words <= piece.owner < outline.end[
            max(parts.words, 0)
        ]:
            return int(match[1])
    return None


def _crumbs(sheet: Sheet) -> str:
    outline = sheet.outline
    for element, attributes in enumerate(outline.attributes):
        get = attributes.get
        if attributes and _called_crumbs(get("class"), get("id"), get("aria-label"), get("itemtype")):
            inside = sheet.links_of(range(element, outline.end[element]))
            names = [link.text for link in inside if link.place.kind == "forum" and _names_forum(link)]
            if names:
                return UNDER.join(dict.fromkeys(names))
    return ""


@lru_cache(maxsize=4096)
def _called_crumbs(*called: str | None) -> bool:
    return any(name and _CRUMBS.search(name) for name in called)


def _names_forum(link: Link) -> bool:
    """Whether a link among breadcrumbs is no link to another page of the same forum."""
    turns = _NEXT.match(link.text) or _BACK.match(link.text) or step(link.url) != (None, None)
    return not turns and any(map(str.isalpha, link.text))


def _by_clock(sheet: Sheet) -> tzinfo | None:
    """The zone of the time of day on a page, that stands beside the same time in UTC or says how late it is."""
    outline = sheet.outline
    for moment in sheet.moments:
        if moment.stamp:
            exact, text = dates.iso(moment.text), outline.line(moment.owner)
            exact = exact if re.search(r"Z$|[+-]\d\d:?\d\d$", moment.text) else None
        else:
            exact, text = sheet.page.at if _NOW.search(moment.text) else None, moment.text
        local = dates.parse(text, sheet.page.at) if exact and re.search(r"\d:\d\d", text) and len(text) < 80 else None
        if exact is not None and local is not None:
            quarters = round((local - exact).total_seconds() / 900)
            if abs(quarters) <= 56 and abs((local - exact).total_seconds() - quarters * 900) < 300:
                return _seasonal(timedelta(seconds=quarters * 900), exact)
    return None


def _seasonal(shift: timedelta, now: datetime) -> tzinfo:
    """A zone that has this shift now, with the summer time that most boards so far from UTC keep."""
    for name in _WIDESPREAD if shift else ():
        if now.astimezone(ZoneInfo(name)).utcoffset() == shift:
            return ZoneInfo(name)
    return timezone(shift)


def _zone(sheet: Sheet) -> tzinfo | None:
    outline = sheet.outline
    for piece in reversed(outline.pieces):
        if len(piece.text) < 160 and _ZONE.search(piece.text):
            named = dates.zone(outline.value(piece.owner, "title")) or dates.zone(piece.text)
            if named is not None:
                return named
    return None
