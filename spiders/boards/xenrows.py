"""The rows of XenForo's lists, and what its links and times look like."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from spiders.boards import dates
from spiders.boards.engine import UNDER, Forum, Topic
from spiders.boards.page import Page, above, attribute, classes, line, number, without
from spiders.boards.pages import first

_PLACE = re.compile(r"(.*?/(?:[^/?&#]*\.)?(\d+))(?:/?$|/?[?#&]|/(?:page-\d+|post-\d+|unread|latest)\b)")
_SLUG = re.compile(r"([^/?&#]+)/?(?:[?#&].*)?$")
_POST = re.compile(r"(?:^|[/#-])post-(\d+)(?:$|[/?#&])|(?:^|[/?])posts/(\d+)")
_TITLE_LINKS = (
    ".structItem-title a[href], h3.title a[href], .articlePreview-headline a[href], a[data-preview-url],"
    " a[qid='thread-item-title']"
)
_NO_FORUM = {"node--link", "node--page", "node--search", "link", "page"}
_FORUM = {"node--forum", "forum"}
_PINNED = {"sticky", "structItem--sticky", "structItemContainer-group--sticky"}
_MOVED = {"redirect", "structItem--redirect"}


class Place(NamedTuple):
    """A forum, topic or member that a link leads to."""

    url: str
    id: str


def place(page: Page, href: str) -> Place | None:
    """What a link leads to; boards can rename every part of a link but the number at the end of its name."""
    match = _PLACE.match(page.link(href)) if href else None
    return Place(f"{match[1]}/", match[2]) if match else None


def post_id(node: LexborNode) -> str:
    """The id of the post that a node names, or a link leads to."""
    for name in ("data-content", "data-lb-id", "id", "href"):
        if match := _POST.search(attribute(node, name)):
            return match[1] or match[2]
    return ""


def when(page: Page, node: LexborNode | None, zone: tzinfo) -> datetime | None:
    """The time of a `time` element, or of XenForo 1's `abbr` and `span`."""
    if node is None:
        return None
    told = dates.iso(attribute(node, "datetime"), zone) or dates.epoch(attribute(node, "data-time"))
    text = attribute(node, "title") or line(node)
    return told or (dates.parse(text, page.at, zone) if text else None)


def forums(page: Page, parent: Forum | None, zone: tzinfo) -> list[Forum]:
    """The forums that a page lists. Those within another's row stand on that one's own page, with their counts."""
    found: dict[str, Forum] = {}
    for link in page.html.css(".node-title a[href], .nodeTitle a[href], a[qid='forum-item-title']"):
        rows = [node for node in above(link) if "node" in classes(node)]
        if rows and line(link) and not any(classes(row) & _FORUM for row in rows[1:]):
            forum = _forum(page, link, rows[0], parent, zone)
            if forum is not None:
                found.setdefault(forum.id, forum)
    return list(found.values())


def topics(page: Page, zone: tzinfo) -> list[Topic]:
    """The topics that a page lists."""
    rows = page.html.css(".structItem--thread, [class*='js-threadListItem-'], .discussionListItem")
    found = {row.mem_id: _topic(page, row, zone) for row in rows}
    return [topic for topic in found.values() if topic is not None]


def _forum(page: Page, link: LexborNode, row: LexborNode, parent: Forum | None, zone: tzinfo) -> Forum | None:
    href, name = attribute(link, "href"), line(link)
    if "#" in href or classes(row) & _NO_FORUM:
        return None  # a mere heading, or what is no forum
    target, slug = place(page, href), _SLUG.search(href)
    cells = row.css(".node-stats dd") or row.css(".node-statsMeta dd") or row.css(".nodeStats dd")
    counts = [line(cell) for cell in [*cells, None, None][:2]]
    topic_count, post_count = map(number, counts)
    last, last_id = _last(page, first(row, ".node-extra, .nodeLastPost, .last-time"), zone)
    path = parent.path if parent else _category(row)
    return Forum(
        target.id if target else slug[1] if slug else "", name,
        target.url if target else without(page.link(href)), f"{path}{UNDER}{name}" if path else name,
        parent.id if parent else "", topic_count, post_count,
        f"{'/'.join(counts)}/{last_id or last or ''}" if last or last_id or all(map(_exact, counts)) else "", last,
    )  # fmt: skip


def _category(row: LexborNode) -> str:
    """The name of the category around a row of the index."""
    for holder in above(row):
        found = classes(holder)
        if "block--category" in found:
            return line(holder.css_first(".block-header a"))
        if "node" in found and "category" in found:
            return line(holder.css_first(".categoryText .nodeTitle"))
    return ""


def _topic(page: Page, row: LexborNode, zone: tzinfo) -> Topic | None:
    named = [(link, place(page, attribute(link, "href"))) for link in row.css(_TITLE_LINKS) if line(link)]
    link, target = next(((link, target) for link, target in reversed(named) if target), (None, None))
    if target is None:
        return None
    counts = [line(count) for count in row.css(".structItem-cell--meta dd, .stats dd")]
    counts = counts or [attribute(first(row, f".{kind}-count"), "title") for kind in ("reply", "view")]
    replies, views = [*counts, "", ""][:2]
    last, last_id = _last(page, first(row, ".structItem-cell--latest, .lastPost, .last-post-cell"), zone)
    shape = classes(row) | classes(row.parent)
    return Topic(
        target.id, target.url, line(link), posts=_posts(replies),
        stamp=f"{replies}/{last_id or last}" if last or last_id else "", last=last, views=number(views),
        pinned=bool(shape & _PINNED) or first(row, ".structItem-status--sticky, .iconKey .sticky") is not None,
        moved=bool(shape & _MOVED) or first(row, ".structItem-status--redirect, .iconKey .redirect") is not None,
    )  # fmt: skip


def _posts(replies: str) -> int | None:
    """How many posts a topic has; None where the number of replies is abbreviated."""
    count = number(replies) if _exact(replies) else None
    return None if count is None else count + 1


def _exact(count: str) -> bool:
    """Whether a text is a count in full: "1K" says less."""
    return any(char.isdigit() for char in count) and not any(char.isalpha() for char in count)


def _last(page: Page, cell: LexborNode | None, zone: tzinfo) -> tuple[datetime | None, str]:
    """When the newest post of a row was written, and its id where a link has it."""
    ids = (post_id(link) for link in (cell.css("a[href]") if cell is not None else ()))
    return when(page, first(cell, "time, .DateTime"), zone), next(filter(None, ids), "")
