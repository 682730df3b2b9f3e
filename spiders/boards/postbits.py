"""What MyBB and vBulletin write alike: names, dates and counts beside and below each other."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from spiders.boards.page import Page, above, attribute, line, number

_RAW = ("title", "textarea", "script", "style", "noscript", "iframe")  # hold no markup, whatever they hold
_COUNT = re.compile(r"\d[\d.,'\u00a0 ]*(?:\(.*\))?")
_NUMERIC = re.compile(rb"(?<!\d)(\d\d?)[-/](\d\d?)[-/](?:19|20)\d\d(?!\d)")
_CROSSED = ", ".join(("br", "div", "table", "p", "li", "meta", "link", *_RAW))


def named(node: LexborNode | None) -> str:
    """The name that a node holds and nothing else; empty where markup that broke may have let more in."""
    if node is None or any(inner.mem_id != node.mem_id for inner in node.css(_CROSSED)):
        return ""
    text = node.text(deep=True).strip()
    return "" if "\n" in text or "\t" in text else " ".join(text.split())


def month_first(page: Page) -> bool | None:
    """Whether the dates on a page have the month before the day; None where none is past the twelfth."""
    numbers = [(int(a), int(b)) for a, b in _NUMERIC.findall(page.body)]
    if any(b > 12 for _, b in numbers):
        return True
    return False if any(a > 12 for a, _ in numbers) else None


def outside_links(node: LexborNode) -> str:
    """A node's text without links; what is said relative to now gives way to the time it hides."""
    pieces = []
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            pieces.append(child.text_content or "")
        elif child.tag == "span" and (title := attribute(child, "title")):
            pieces.append(title)
        elif child.tag != "a":
            pieces.append(outside_links(child) if child.child is not None else " ")
    return "".join(pieces)


def counts(entry: LexborNode, link: LexborNode) -> list[int]:
    """What the cells of a row count that stand after the one with its link."""
    cells = entry.css("td")
    own = {holder.mem_id for holder in above(link)}
    at = next((place for place, cell in enumerate(cells) if cell.mem_id in own), -1)
    texts = (_own(cell) or line(cell) for cell in cells[at + 1 :])
    return [value for text in texts if _COUNT.fullmatch(text) and (value := number(text)) is not None]


def _own(node: LexborNode) -> str:
    """A node's own text, without that of what it holds."""
    texts = (child.text_content or "" for child in node.iter(include_text=True) if child.tag == "-text")
    return " ".join(" ".join(texts).split())
