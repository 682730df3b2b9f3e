"""The rows of vBulletin's lists: what they count, how they stand, where they lead."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from spiders.boards.page import Page, attribute, line, number

LAST = re.compile(r"#post(\d+)|[?&]p=(\d+)")
_BOTH = re.compile(r"\D*(\d[\d.,]*)\D+(\d[\d.,]*)\D*")  # "Replies: 12, Views: 1,345", in any language


def titled(page: Page) -> list[LexborNode]:
    """What names the topics of a list."""
    return page.html.css("a[id^='thread_title_'], .topic-item[data-node-id]")


def replies(entry: LexborNode) -> tuple[int | None, int | None]:
    """How many replies and views a row of a list of topics tells."""
    cells = entry.css(".threadstats li") or entry.css(".posts-count, .views-count")
    if cells:
        told = [number(line(cell)) for cell in cells]
        return told[0], told[1] if len(told) > 1 else None
    for cell in entry.css("td[title]:not([id])"):
        if match := _BOTH.fullmatch(attribute(cell, "title")):
            return number(match[1]), number(match[2])
    counter = entry.css_first("a[href*='do=whoposted']")
    return number(line(counter)), None


def shape(entry: LexborNode) -> tuple[bool, bool]:
    """Whether a row stands above the order of its list, and whether it merely points to where a topic is now."""
    parts = [part for part in (entry, entry.parent, *entry.css("div")) if part is not None]
    told = " ".join(f"{attribute(part, 'class')} {attribute(part, 'id')}" for part in parts)
    icons = " ".join(attribute(image, "src") for image in entry.css("img"))
    words = f" {told} ".replace("nonsticky", "")
    return "stick" in words or "sticky" in icons, " moved" in words or " redirect" in words or "_moved" in icons


def last(entry: LexborNode) -> str:
    """The id of the newest post that a row names."""
    for link in entry.css("a[href*='post'], a[href*='p=']"):
        if match := LAST.search(attribute(link, "href")):
            return match[1] or match[2]
    return ""
