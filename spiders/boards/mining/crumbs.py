"""The path of forums that a page names above its topic."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain

from spiders.boards.engine import UNDER
from spiders.boards.mining.addresses import shape
from spiders.boards.mining.outline import Outline
from spiders.boards.mining.paths import TRAIL
from spiders.boards.mining.rows import Link
from spiders.boards.mining.sheet import Sheet
from spiders.boards.mining.steps import step
from spiders.boards.mining.turns import turns

_NAMES = ("class", "id", "aria-label", "itemtype")
_CRUMBS = re.compile(TRAIL, re.I)


def crumbs(sheet: Sheet) -> str:
    """The forums' names, the outermost first; empty where no list of links is called a path."""
    outline = sheet.outline
    for element in _called(outline):
        get = outline.attributes[element].get
        if any(name and _called_crumbs(shape(name)) for name in map(get, _NAMES)):
            inside = sheet.links_of(range(element, outline.end[element]))
            names = [link.text for link in inside if link.place.kind == "forum" and _names_forum(link)]
            if names:
                return UNDER.join(dict.fromkeys(names))
    return ""


def _called(outline: Outline) -> list[int]:
    """The elements that may be called a path."""
    others = (outline.bearing(name) for name in _NAMES[1:])
    return sorted({*outline.trails(), *chain.from_iterable(others)})


@lru_cache(maxsize=4096)
def _called_crumbs(name: str) -> bool:
    return _CRUMBS.search(name) is not None


def _names_forum(link: Link) -> bool:
    """Whether a link among breadcrumbs is no link to another page of the same forum."""
    turned = turns(link.text) or step(link.url) != (None, None)
    return not turned and any(map(str.isalpha, link.text))
