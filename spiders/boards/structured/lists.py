"""Lists of topics and forums on pages of software that nobody has described: by their addresses and repeated blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from selectolax.lexbor import LexborNode

from spiders.boards import dates
from spiders.boards.page import Page, above, attribute, line, number
from spiders.boards.structured.addresses import clean, key, kind_of, refused, shape, start, word

_ELSEWHERE = (
    "nav a, body > header a, body > footer a, [role='navigation'] a, [class*='breadcrumb'] a, [class*='pagina'] a,"
    " [class*='pagenav'] a, [id*='footer'] a"
)
_COUNTS = re.compile(
    r"repl|answer|comment|respon|antwort|beitr|réponse|respuest|risp|reac|odpow|ответ|posts?\b|messages?\b", re.I
)
_COUNTS_NOT = re.compile(r"view|vues|aufruf|zugriff|hits|read|visit|vote|score|like|rating|visto|просмотр", re.I)
_NEWEST = re.compile(r"last|latest|newest|updat|activ|bump|letzt|dern|ultim", re.I)
_PINNED = re.compile(r"sticky|stickied|pinned|announce|featured", re.I)
_JUMP = re.compile(r"/\d+$")
_NUMBER = re.compile(r"\d[\d.,   ]*[kKmM]?")
_SOON = timedelta(days=1)  # what is later is no time of a post


@dataclass(slots=True)
class Row:
    """What a list says of one address."""

    url: str
    title: str
    links: list[LexborNode]  # those that lead to it
    node: LexborNode | None = None  # the block that speaks of it alone
    last: datetime | None = None
    stamp: str = ""
    replies: int | None = None
    pinned: bool = False
    moved: bool = False


@dataclass(slots=True)
class Found:
    """What a page lists."""

    topics: list[Row] = field(default_factory=list)
    forums: list[Row] = field(default_factory=list)


def read(page: Page, root: str, zone: tzinfo, topics: Iterable[str] = ()) -> Found:
    """The topics and forums that a page lists. `topics` are shapes that are known to be of topics."""
    groups = _groups(page, root)
    kinds = {pattern: "topic" if pattern in topics else kind_of(pattern, groups) for pattern in groups}
    if "topic" not in kinds.values() and (best := _best(groups, kinds)):
        kinds[best] = "topic"
    found = Found()
    rows = {kind: _rows(page, [groups[p] for p in groups if kinds[p] == kind]) for kind in ("topic", "forum")}
    leads = {link.mem_id for row in rows["forum"] for link in row.links}
    for row in rows["topic"]:
        if row.node is None or not _below_forum(row, leads):
            found.topics.append(_told(row, page, zone))
    found.forums = [_told(row, page, zone, newest=True) for row in rows["forum"] if clean(row.url) != clean(page.url)]
    return found


def _groups(page: Page, root: str) -> dict[str, dict[str, list[LexborNode]]]:
    """The links of a page that may lead to topics or forums: shape -> address -> links."""
    elsewhere = {link.mem_id for link in page.html.css(_ELSEWHERE)}
    groups: dict[str, dict[str, list[LexborNode]]] = {}
    for link in page.html.css("a[href]"):
        href = attribute(link, "href")
        if link.mem_id in elsewhere or href[:1] in ("", "#") or href.startswith(("javascript:", "mailto:")):
            continue
        url = start(page.link(href))
        if url.startswith(root) and url != root and not refused(url):
            groups.setdefault(shape(url), {}).setdefault(url, []).append(link)
    return _joined(groups)


def _joined(groups: dict[str, dict[str, list[LexborNode]]]) -> dict[str, dict[str, list[LexborNode]]]:
    """With one-word names ("/topic/hello") among their fellows ("/topic/hello-there")."""
    for pattern in list(groups):
        stem, _, last = pattern.rpartition("/")
        fellow = f"{stem}/*"
        named = stem.rpartition("/")[2]
        if last.isalpha() and pattern != fellow and (word(named)):
            into = groups.setdefault(fellow, {})
            for url, links in groups.pop(pattern).items():
                into.setdefault(url, []).extend(links)
    return groups


def _best(groups: dict[str, dict[str, list[LexborNode]]], kinds: dict[str, str]) -> str:
    """The shape that looks most like topics by what its links say; empty where none does."""
    sizes = {
        pattern: sum(len(_title(links)) > 8 for links in found.values())
        for pattern, found in groups.items()
        if not kinds[pattern] and {"#", "*"} & set(pattern)
    }
    best = max(sizes, key=lambda pattern: sizes[pattern], default="")
    return best if best and sizes[best] >= 3 else ""


def _rows(page: Page, groups: Iterable[dict[str, list[LexborNode]]]) -> list[Row]:
    """The addresses of one kind in their order, each with the block that speaks of it alone."""
    merged: dict[str, Row] = {}
    for url, links in (entry for group in groups for entry in group.items()):
        merged.setdefault(key(url), Row(url, "", [])).links += links
    for name in [name for name in merged if _JUMP.search(name) and _JUMP.sub("", name) in merged]:
        merged[_JUMP.sub("", name)].links += merged.pop(name).links  # to one of its posts, by their number
    rows = [row for row in merged.values() if _titled(row)]
    order = {link.mem_id: at for at, link in enumerate(page.html.css("a[href]"))}
    rows.sort(key=lambda row: min(order[link.mem_id] for link in row.links))
    spoken: dict[int, set[int]] = {}
    for at, row in enumerate(rows):
        for link in row.links:
            for holder in above(link):
                spoken.setdefault(holder.mem_id, set()).add(at)
    for row in rows:
        row.node = _block(row, spoken, alone=len(rows) == 1)
    return rows


def _titled(row: Row) -> bool:
    """Give a row its title; False where its links say nothing."""
    row.title = _title(row.links)
    return bool(row.title)


def _title(links: Sequence[LexborNode]) -> str:
    """What links to a topic say, other than numbers."""
    said = (line(link).lstrip("↳»› ") for link in links)
    return next((text for text in said if sum(map(str.isalpha, text)) > 1), "")


def _block(row: Row, spoken: dict[int, set[int]], *, alone: bool) -> LexborNode | None:
    node = None
    for holder in above(row.links[0]):
        if len(spoken[holder.mem_id]) > 1 or holder.tag in ("body", "main"):
            break
        node = holder
        if alone and holder.tag in ("li", "tr", "article"):
            break
    return node


def _below_forum(row: Row, leads: set[int]) -> bool:
    """Whether a row is a forum's, which only names its newest topic."""
    links = row.node.css("a[href]") if row.node is not None else []
    own = {link.mem_id for link in row.links}
    first = next((link.mem_id for link in links if link.mem_id in own or link.mem_id in leads), None)
    return first in leads


def _told(row: Row, page: Page, zone: tzinfo, *, newest: bool = False) -> Row:
    """A row with what it says of time and replies. `newest`: a time in it is that of the newest post."""
    if row.node is None:
        return row
    times = _times(row.node, page, zone)
    row.last = max((when for when, _ in times), default=None)
    row.replies = _replies(row.node)
    marks = " ".join(attribute(node, "class") for node in (row.node, *row.node.css("[class]")))
    row.stamp = _stamp(row, times, newest=newest or bool(_NEWEST.search(marks)))
    row.pinned, row.moved = bool(_PINNED.search(marks)), bool(re.search(r"\bmoved\b", marks))
    return row


def _stamp(row: Row, times: Sequence[tuple[datetime, str]], *, newest: bool) -> str:
    """What changes with a new post. A time that stands alone, and of which nothing is said, may be the opener's."""
    firm = sorted(text for when, text in times if when == row.last and text)
    jumps = {attribute(link, "href").partition("#")[2] for link in row.links}
    told = sorted(jump for jump in jumps if any(map(str.isdecimal, jump)))
    told += [] if row.replies is None else [str(row.replies)]
    return "/".join([*firm[:1], *told]) if newest or told or len({when for when, _ in times}) > 1 else ""


def _times(node: LexborNode, page: Page, zone: tzinfo) -> list[tuple[datetime, str]]:
    """The times in a block, each with a text that is the same tomorrow; an empty one for "2 hours ago"."""
    found = []
    for told in node.css("time[datetime]"):
        text = attribute(told, "datetime")
        if when := dates.iso(text, zone) or dates.parse(text, page.at, zone):
            found.append((when, text))
    if not found:
        said = {line(leaf) for leaf in node.css("td, span, small, div, abbr, p, time, a, em, li, i") if _leaf(leaf)}
        said |= {attribute(leaf, "title") for leaf in node.css("span[title], abbr[title], a[title], time[title]")}
        for text in said:
            if 4 < len(text) < 80 and (when := dates.parse(text, page.at, zone)):
                later = dates.parse(text, page.at + timedelta(days=9, hours=1), zone)
                found.append((when, text if later == when else ""))
    return [(when, text) for when, text in found if when < page.at + _SOON]


def _leaf(node: LexborNode) -> bool:
    """Whether a node says one thing: little text, and few parts."""
    return len(node.css("*")) <= 4


def _replies(node: LexborNode) -> int | None:
    """The number of replies that a row states, where it says what the number counts."""
    for leaf in node.css("*"):
        text = line(leaf) if _leaf(leaf) else ""
        if not text or len(text) > 40 or (not text[0].isdecimal() and not text[-1].isdecimal()):
            continue
        label = " ".join((_NUMBER.sub("", text), attribute(leaf, "class"), attribute(leaf, "title")))
        if _COUNTS.search(label) and not _COUNTS_NOT.search(label) and not re.search(r"\d[:/.]\d|ago\b", text):
            return number(text)
    return _column(node)


def _column(row: LexborNode) -> int | None:
    """The number in that column of a table whose head says "Replies" or the like."""
    table = next((node for node in above(row) if node.tag == "table"), None)
    if row.tag != "tr" or table is None:
        return None
    heads = [line(head) for head in table.css("th")]
    cells = [line(cell) for cell in row.css("td, th")]
    named = (text for head, text in zip(heads, cells, strict=False) if _COUNTS.search(head) and len(head) < 30)
    return number(next((text for text in named if _NUMBER.fullmatch(text)), ""))
