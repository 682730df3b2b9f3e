"""The link to the next page of a topic or a forum."""

from __future__ import annotations

import re

from spiders.boards.mining.addresses import shape, tidy
from spiders.boards.mining.sheet import Sheet
from spiders.boards.mining.steps import may_turn, step
from spiders.boards.page import attribute

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
_FORWARD = re.compile(r"(?:^|[-_ ])(?:next|older|forward)(?:$|[-_ ])", re.I)

Steps = tuple[int | None, int | None]  # a page's number, and how many entries come before it, as `step` says


def following(sheet: Sheet) -> str:
    """The address of the next page of what a page shows; empty on the last one."""
    page = sheet.page
    number, before = step(page.url)
    ahead = [page.link(href) for href in _related(sheet)]
    named, others, from_zero = _fellows(sheet)
    first = 0 if from_zero else 1
    for url in ahead + named:
        number_there, before_there = step(url)
        if (number_there or 0) > (number or first) or (before_there or 0) > (before or 0):
            return sheet.home(tidy(url))
    beyond = [url for url, (there, _) in others.items() if there == (first if number is None else number) + 1]
    starts = {(start, len(url), url) for url, (_, start) in others.items() if start and start > (before or 0)}
    best = min(beyond, key=len, default=min(starts)[2] if starts else "")
    return sheet.home(tidy(best)) if best else ""


def _related(sheet: Sheet) -> list[str]:
    """The links that are marked as the one to the next page, as they are written."""
    head, outline = sheet.page.html.head, sheet.outline
    found = [attribute(node, "href") for node in (head.css("link[rel~=next]") if head is not None else ())]
    marked = (n for n in outline.bearing("rel") if "next" in outline.value(n, "rel").lower().split())
    return found + [outline.value(n, "href") for n in marked if outline.tags[n] in ("a", "link")]


def _fellows(sheet: Sheet) -> tuple[list[str], dict[str, Steps], bool]:
    """The links to pages of the same: those called the next, all with their steps, and whether they count from 0."""
    outline, here, named, from_zero = sheet.outline, sheet.here, [], False
    others: dict[str, Steps] = {}
    for element in outline.links:
        href = outline.attributes[element].get("href")
        if not href or not may_turn(shape(href)) or href[0] == "#" or sheet.leads(href) != here:
            continue
        url = sheet.page.link(href)
        there = step(url)
        if there == (None, None) or len(text := outline.line(element)) > 30:
            continue
        others[url] = there
        from_zero = from_zero or (text.isdecimal() and there[0] == int(text) - 1)
        called = f"{outline.value(element, 'class')} {outline.value(outline.parent[element], 'class')}"
        label = outline.value(element, "aria-label") or outline.value(element, "title")
        if _FORWARD.search(called) or (text and _NEXT.match(text)) or (label and _NEXT.match(label)):
            named.append(url)
    return named, others, from_zero


def turns(text: str) -> bool:
    """Whether a link's text says that it leads to the page before or after."""
    return _NEXT.match(text) is not None or _BACK.match(text) is not None
