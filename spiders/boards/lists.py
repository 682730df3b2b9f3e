"""Lists of topics and forums on pages of software that nobody has described: by their addresses and repeated blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from spiders.boards import dates
from spiders.boards.page import Page, above, attribute, line, number, without

NOISE = ("sid", "s", "phpsessid", "jsessionid", "sessionid", "utm_source", "utm_medium", "utm_campaign", "ref")
_TOPIC = re.compile(
    r"threads?|topics?|discussions?|questions?|q|t|d|(?:view|show)(?:topic|thread)|tid|topic_?id|thread_?id|"
    r"messages?|stor(?:y|ies)|themen?|thema|sujets?|temas?|hilos?|td-p"
)
_FORUM = re.compile(
    r"forums?|boards?|categor(?:y|ies)|c|f|fid|cat|sections?|sub-?forums?|viewforum|forumdisplay|forum_?id|groups?|"
    r"spaces?|foros?|foren|kategorien?|bd-p"
)
_NEVER = re.compile(
    r"log-?(?:in|out|on|off)|sign-?(?:in|out|up)|register|registration|join|lost-?password|search|members?|memberlist|"
    r"users?|profiles?|people|u|authors?|calendar|events?|reply|report|edit|delete|new|create|compose|ask|posting|"
    r"rss|feeds?|atom|print|share|tags?|labels?|help|faq|rules|privacy|terms|contact|about|cart|downloads?|"
    r"attachments?|account|admin|badges?|whos-?online|online|staff|team|latest|newest|hot|top|unanswered|activity|"
    r"active|recent|popular|votes?|vote|flag|goto|last-?post|newposts|unread|mark-?read|quote|ucp|messenger|leaderboard"
)
_VARIES = re.compile(r"sort|order|dir|filter|view|tab|action|do|mode|show|order_?by|direction|style|lang(?:uage)?|q")
_PAGE = re.compile(r"[?&](?:page|p|pg|paged|pagina|seite)=(\d+)|/page[/-]?(\d+)|/p(\d+)(?=/|$)|-page-?(\d+)", re.I)
_OFFSET = re.compile(r"[?&](?:start|offset|st|limitstart)=(\d+)", re.I)
_ELSEWHERE = (
    "nav a, body > header a, body > footer a, [role='navigation'] a, [class*='breadcrumb'] a, [class*='pagina'] a,"
    " [class*='pagenav'] a, [id*='footer'] a"
)
_NEXT = (
    "link[rel~='next'], a[rel~='next'], [class*='pag'] a[class*='next'], [class*='pag'] [class*='next'] a,"
    " a.next, [class*='pag'] a[aria-label^='Next'], [class*='pag'] a[title^='Next']"
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


def clean(url: str) -> str:
    """An address without session ids and the like, and without "page 1"."""
    names = [name for name in re.findall(r"[?&]([^=&]+)", url) if name.lower() in NOISE]
    url = without(url, *names) if names or "#" in url else url
    match = _PAGE.search(url)
    if match is None or int(next(filter(None, match.groups()))) > 1:
        return url
    rest = url[match.end() :]
    mark = "?" if match[0][0] == "?" and rest.startswith("&") else ""
    return f"{url[: match.start()]}{mark}{rest[1:] if mark else rest}"


def turned(url: str) -> int:
    """Which page of a list or a topic an address names, from 1; what counts posts gives a number above."""
    match = _PAGE.search(url) or _OFFSET.search(url)
    return max(1, int(next(filter(None, match.groups())))) if match else 1


def start(url: str) -> str:
    """The address of the first of the pages to which this one belongs."""
    url = clean(url)
    match = _PAGE.search(url) or _OFFSET.search(url)
    if match is None:
        return url
    rest = url[match.end() :]
    return f"{url[: match.start()]}{'?' + rest[1:] if match[0][0] == '?' and rest.startswith('&') else rest}"


def key(url: str) -> str:
    """What tells a topic from others: its address, up to a number that stands alone, without the words after it."""
    parts = urlsplit(start(url))
    steps = [step for step in parts.path.split("/") if step]
    numbers = [at for at, step in enumerate(steps) if step.isdecimal()]
    if len(numbers) == 1 and not parts.query:
        at = numbers[0]
        if at == len(steps) - 2:
            steps = steps[:-1]
        elif at == len(steps) - 1 and at >= 2 and _TOPIC.fullmatch(steps[at - 2]):
            steps = [*steps[: at - 1], steps[at]]
    return "/".join(steps) + (f"?{parts.query}" if parts.query else "")


def following(page: Page) -> str:
    """The address of the page after this one; empty where there is none."""
    here, base = turned(page.url), start(page.url)
    links = [clean(page.link(attribute(link, "href"))) for link in page.html.css(_NEXT)]
    for url in links:
        if turned(url) > here and urlsplit(url).netloc == urlsplit(page.url).netloc:
            return url
    plain = [clean(page.link(attribute(link, "href"))) for link in page.html.css("a[href]") if line(link).isdecimal()]
    same = {turned(url): url for url in plain if start(url) == base and turned(url) > here}
    return same[min(same)] if same else ""


def shape(url: str) -> str:
    """The pattern of an address: numbers as "#", words that vary as "*"."""
    parts = urlsplit(url)
    steps = [step if "." in step and step.endswith((".php", ".aspx", ".asp", ".cgi")) else _shaped(step)
             for step in parts.path.split("/") if step]  # fmt: skip
    names = sorted(f"{name}={_shaped(value)}" for name, _, value in (p.partition("=") for p in parts.query.split("&")))
    return f"/{'/'.join(steps)}{'?' + '&'.join(names) if parts.query else ''}"


def read(page: Page, root: str, zone: tzinfo, topics: Iterable[str] = ()) -> Found:
    """The topics and forums that a page lists. `topics` are shapes that are known to be of topics."""
    groups = _groups(page, root)
    kinds = {pattern: "topic" if pattern in topics else _kind(pattern, groups) for pattern in groups}
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


def _shaped(step: str) -> str:
    if step.isdecimal():
        return "#"
    stem, dot, ending = step.rpartition(".")
    if dot and ending.isdecimal():
        return "*.#"
    if dot and ending in ("html", "htm"):
        return f"{_shaped(stem)}.html"
    if match := re.match(r"(\d+)[-_.]", step):
        return f"#{step[match.end() - 1]}*"
    if re.search(r"[-_]\d+$", step):
        return "*-#"
    return "*" if re.search(r"[-_%\d+]", step) or len(step) > 20 else step.lower()


def _groups(page: Page, root: str) -> dict[str, dict[str, list[LexborNode]]]:
    """The links of a page that may lead to topics or forums: shape -> address -> links."""
    elsewhere = {link.mem_id for link in page.html.css(_ELSEWHERE)}
    groups: dict[str, dict[str, list[LexborNode]]] = {}
    for link in page.html.css("a[href]"):
        href = attribute(link, "href")
        if link.mem_id in elsewhere or href[:1] in ("", "#") or href.startswith(("javascript:", "mailto:")):
            continue
        url = start(page.link(href))
        if url.startswith(root) and url != root and not _refused(url):
            groups.setdefault(shape(url), {}).setdefault(url, []).append(link)
    return _joined(groups)


def _joined(groups: dict[str, dict[str, list[LexborNode]]]) -> dict[str, dict[str, list[LexborNode]]]:
    """With one-word names ("/topic/hello") among their fellows ("/topic/hello-there")."""
    for pattern in list(groups):
        stem, _, last = pattern.rpartition("/")
        fellow = f"{stem}/*"
        named = stem.rpartition("/")[2]
        if last.isalpha() and pattern != fellow and (_TOPIC.fullmatch(named) or _FORUM.fullmatch(named)):
            into = groups.setdefault(fellow, {})
            for url, links in groups.pop(pattern).items():
                into.setdefault(url, []).extend(links)
    return groups


def _refused(url: str) -> bool:
    parts = urlsplit(url)
    steps = [step.partition(".")[0].lower() for step in parts.path.split("/") if step]
    names = [part.partition("=")[0].lower() for part in parts.query.split("&") if part]
    return any(map(_NEVER.fullmatch, steps)) or any(map(_VARIES.fullmatch, names)) or parts.path.endswith((
        ".png", ".jpg", ".gif", ".zip", ".pdf", ".xml", ".json", ".webp",
    ))  # fmt: skip


def _kind(pattern: str, groups: Iterable[str]) -> str:
    """Whether addresses of a shape are of topics or forums, as far as its words tell."""
    path, _, asked = pattern.partition("?")
    steps = [step for step in re.split(r"[/&]", path) if step]
    for name in (part.partition("=")[0] for part in asked.split("&") if part):
        if kind := _word(name):
            return kind
    if not any(set(step) & {"#", "*"} for step in steps) and not asked:
        return ""
    for at in range(len(steps) - 1, -1, -1):
        if kind := _word(steps[at].partition(".")[0]):
            deeper = kind == "forum" and any(
                other != pattern and pattern.startswith(f"{other}/") and set("#*") & set(other) for other in groups
            )
            return "topic" if deeper else kind
    return ""


def _word(step: str) -> str:
    return "topic" if _TOPIC.fullmatch(step) else "forum" if _FORUM.fullmatch(step) else ""


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
    said = (line(link) for link in links)
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
