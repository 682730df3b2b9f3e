"""Which page of a topic or a forum an address opens."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from spiders.boards.mining.addresses import AND, masked

_NUMBERED = ("page", "pg", "paged", "pagenumber", "pagenum", "seite", "currentpage")
_PAGED = re.compile(r"(?:[-_/.](?:page|seite|p)[-_/.]?)(\d{1,6})(?=$|[/.])", re.I)
_LONG = 6  # digits of the highest number that says where something begins


def step(url: str) -> tuple[int | None, int | None]:
    """Which page of something an address opens, and how many entries come before, as far as it says either."""
    return _opened(url.partition("#")[0])


@lru_cache(maxsize=4096)
def may_turn(zeros: str) -> bool:
    """Whether a link may open another page than the first, told from its shape as it is written."""
    return step(f"/{zeros}") != (None, None) or step(f"/x/{zeros}") != (None, None)


@lru_cache(maxsize=8192)
def _opened(address: str) -> tuple[int | None, int | None]:
    marked, numbers = masked(address)
    if not numbers or len(max(numbers, key=len)) > _LONG:
        return _step(address)
    page, before = _step(marked)
    return page and int(numbers[page % 10 - 1]), before and int(numbers[before % 10 - 1])


@lru_cache(maxsize=4096)
def _step(url: str) -> tuple[int | None, int | None]:
    parts = urlsplit(url)
    for pair in AND.split(parts.query):
        name, _, value = pair.partition("=")
        match = re.match(r"\d{1,7}", value)
        if match and name.lower() in ("start", "offset", "st", "from"):
            return None, int(match[0])
        if match and name.lower() in (*_NUMBERED, "p"):
            return int(match[0]), None
        if name in ("topic", "board") and (dotted := re.fullmatch(r"\d+\.(\d{1,7})", value)):
            return None, int(dotted[1])
    if dotted := re.search(r"(?:topic|board)[,/](?:[^/]*\.)?\d+\.(\d{1,7})\b", parts.path):
        return None, int(dotted[1])
    match = _PAGED.search(parts.path)
    return (int(match[1]), None) if match else (None, None)
