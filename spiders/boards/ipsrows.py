"""The rows of Invision Community's lists, and what its links look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from spiders.boards import dates
from spiders.boards.engine import UNDER, Forum, Topic
from spiders.boards.page import Page, above, attribute, line, number
from spiders.boards.pages import first

_PLACE = re.compile(r"(.*?/(\d+)(?:-[^/?&#]*)?)(?:/(?:page/\d+/?)?)?(?:[?&#].*)?$")
_PAGE = re.compile(r"[?&]page=(\d+)|/page/(\d+)")
_ABBREVIATED = re.compile(r"\d ?[km]\b", re.I)
_FORUM_ROWS = (
    "[data-forumid], .cForumRow.ipsDataItem, .cForumGrid, .ipsCategoryWithFeed__item,"
    " .ipsBox--forumCategory .ipsData__item"
)
_TITLES = "h1, h2, h3, h4, .ipsDataItem_title, .ipsData__title, .cForumGrid__title, .ipsCategoryWithFeed__title"
_LAST = ".ipsDataItem_lastPoster, .ipsData__last, .cForumGrid__last, .ipsTopicSnippet__last"
_COUNTS = ".ipsDataItem_stats_number, .ipsData__stats > li, .cForumGrid__title-stats > li, .ipsDataItem_stats dt"
_PINNED = "[class*='thumb-tack'], [class*='thumbtack'], .ipsBadge--pinned, .ipsIcon--pinned"


class Place(NamedTuple):
    """A forum, topic or member that a link leads to."""

    url: str
    id: str


def place(page: Page, href: str) -> Place | None:
    """What a link leads to: the name that ends it begins with an id, and only a page may follow."""
    match = _PLACE.fullmatch(page.link(href)) if href else None
    return Place(f"{match[1]}/", match[2]) if match else None


def page_number(page: Page) -> int:
    """Which page of a topic this is, from 1."""
    match = _PAGE.search(page.url) or _PAGE.search(page.attribute('link[rel="canonical"]', "href"))
    return int((match[1] or match[2])[:6]) if match else 1


def forums(page: Page, parent: Forum | None) -> list[Forum]:
    """The forums that a page lists. Those within another's row stand on that one's own page, with their counts."""
    found: dict[str, Forum] = {}
    for row in page.html.css(_FORUM_ROWS):
        forum = _forum(page, row, parent)
        if forum is not None:
            found.setdefault(forum.id, forum)
    return list(found.values())


def topics(page: Page) -> list[Topic]:
    """The topics that a page lists."""
    rows = page.html.css('[data-rowid], [data-role="tableRows"] > li')
    found = {row.mem_id: _topic(page, row) for row in rows}
    return [topic for topic in found.values() if topic is not None]


def _named(page: Page, row: LexborNode, ident: str) -> tuple[LexborNode, Place] | None:
    """The link that names what a row is of; the first with its id and a text."""
    links = row.css("a[href]") if ident else _links(row)
    for link in links:
        target = place(page, attribute(link, "href"))
        if target and (not ident or target.id == ident) and line(link):
            return link, target
    return None


def _links(row: LexborNode) -> Iterator[LexborNode]:
    for title in row.css(_TITLES):
        yield from title.css("a[href]")


def _forum(page: Page, row: LexborNode, parent: Forum | None) -> Forum | None:
    named = _named(page, row, attribute(row, "data-forumid"))
    closed = attribute(row, "data-type") in ("redirect", "password") or row.css_first("[class*='Icon_redirect']")
    if named is None or closed:
        return None
    (link, target), last, count = named, _last(row), _count(row.css_first(_COUNTS))
    empty = last is None and number(count) in (0, None) and row.css_first(_LAST) is not None
    path, name = parent.path if parent else _category(page, row), line(link)
    return Forum(
        target.id, name, target.url, f"{path}{UNDER}{name}" if path else name, parent.id if parent else "",
        0 if empty else None, 0 if empty else number(count) or None, f"{count}/{last}" if last else "", last,
    )  # fmt: skip


def _category(page: Page, row: LexborNode) -> str:
    """The name of the category around a row of the index."""
    for holder in above(row):
        if attribute(holder, "data-categoryid") or "ipsBox--forumCategory" in attribute(holder, "class"):
            named = _named(page, holder, "")
            return line(named[0]) if named else ""
    return ""


def _topic(page: Page, row: LexborNode) -> Topic | None:
    named = _named(page, row, attribute(row, "data-rowid"))
    if named is None:
        return None
    (link, target), last = named, _last(row)
    told = {attribute(stat, "data-stattype"): _count(stat) for stat in row.css("[data-stattype]")}
    counts = [*map(_count, row.css(_COUNTS)), "", ""]
    replies = told.get("forums_comments") or next((told[kind] for kind in told if "answer" in kind), "")
    replies = replies or (counts[0] if not told else "")
    views = told.get("num_views") or (counts[1] if not told else "")
    count = None if _ABBREVIATED.search(replies) else number(replies)
    return Topic(
        target.id, target.url, line(link), posts=None if count is None else count + 1,
        stamp=f"{replies}/{last}" if last else "", last=last, views=number(views),
        pinned=row.css_first(_PINNED) is not None, moved=last is None and not replies,
    )  # fmt: skip


def _count(node: LexborNode | None) -> str:
    """A count as it is shown, or with the word for what is counted."""
    value = first(node, "[data-stat-value]")
    return attribute(value, "data-stat-value") or line(first(node, ".ipsDataItem_stats_number") or node)


def _last(row: LexborNode) -> datetime | None:
    """When the newest post of a row was written: the latest time in it."""
    times = (dates.iso(attribute(node, "datetime")) for node in row.css("time"))
    return max((found for found in times if found is not None), default=None)
